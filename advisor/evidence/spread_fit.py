"""From held-out residuals to a spread: which classes are further off than others, pooled like every other quantity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from advisor.evidence.pooling import Pool, Prior, solve
from advisor.evidence.spread import TERM, Spread
from advisor.evidence.tested import fold_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.evidence.pooling import Vector

FOLDS = 10
PERCENT_STEPS = 101
LEAST_RESIDUAL = 0.02
"""Residuals this small say no more than that a class is well predicted: their logarithms would run away."""
CLASS_SPREAD = {"hardware": 0.4, "kernels": 0.4, "backend": 0.4, "runtime": 0.4, "kind": 0.6, "runtime-kind": 0.4}
"""How far sizes of residuals are expected to differ between classes, as a log ratio."""
PRIOR = Prior({TERM: np.log(0.07)}, {TERM: 2.0}, lambda _term, name: CLASS_SPREAD[name.split(":", 1)[0]], noise=0.8)
"""The noise is that of the logarithm of one residual's size."""


class Sizes:
    """Sizes of residuals by class, from all rows or from some."""

    def __init__(self, residuals: Vector, names: Sequence[tuple[str, ...]]) -> None:
        self.log_sizes = np.log(np.abs(residuals) + LEAST_RESIDUAL)
        self.pool = Pool([{TERM: dict.fromkeys(each, 1.0)} for each in names], PRIOR)

    def learned(self, without: Vector | None = None) -> Vector:
        """Parameters that fit the sizes; rows where `without` is true teach nothing."""
        trust = np.ones(len(self.log_sizes)) if without is None else np.where(without, 0.0, 1.0)
        return solve(self.pool, lambda values: (values[:, 0], np.ones_like(values)), self.log_sizes, trust)

    def expected(self, p: Vector) -> Vector:
        """Spread of every row."""
        return np.exp(self.pool.values(p)[:, 0])


def held_out_spreads(residuals: Vector, names: Sequence[tuple[str, ...]], groups: Sequence[str]) -> Vector:
    """Spread of each row by rows of other groups alone."""
    sizes, found = Sizes(residuals, names), np.ones(len(residuals))
    fold = np.array([fold_of(group, FOLDS) for group in groups])
    for number in sorted(set(fold.tolist())):
        out = fold == number
        found[out] = sizes.expected(sizes.learned(out))[out]
    return found


def learn_spread(residuals: Sequence[float], names: Sequence[tuple[str, ...]], groups: Sequence[str]) -> Spread:
    """Spread of cases like these; each residual is scaled by what other groups say of its classes, as a new case's will be."""
    if not residuals:
        return Spread()
    log_ratios = np.array(residuals)
    sizes = Sizes(log_ratios, names)
    scaled = log_ratios / held_out_spreads(log_ratios, names, groups)
    return Spread(
        sizes.pool.named(sizes.learned()), percentiles(scaled), len(set(groups)),
    )  # fmt: skip


def percentiles(values: Sequence[float] | Vector) -> list[float]:
    """Values at 0, 1 … 100 %; none of none."""
    return [float(x) for x in np.quantile(values, np.linspace(0, 1, PERCENT_STEPS))] if len(values) else []
