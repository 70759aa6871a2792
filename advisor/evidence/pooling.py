"""Partial pooling of log parameters: a global value a term plus a deviation for each group a row belongs to.

Every deviation is drawn to zero with a force its spread sets, so a sparse group borrows from the broader ones and an unseen
one is worth exactly these. Solved by damped Gauss-Newton with Huber weights: deterministic, numpy only. What the parameters
mean is the caller's: a function from their values to the log of what was measured, with its slopes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Physics = Callable[[Vector], tuple[Vector, Vector]]
    """Log values, rows × terms → log of the measured quantity a row, and its derivative by each, rows × terms."""

Shares = "Mapping[str, float]"
HUBER = 2.0
"""Residuals beyond so many times the noise pull no harder than at it."""
LARGEST_STEP = 0.5
CONVERGED = 1e-3
"""Largest change of a log value below which another round is not worth it."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before any row: where the terms start, how far deviations stray, how well a case repeats."""

    start: Mapping[str, float]
    """Term → log value."""
    global_spread: Mapping[str, float]
    """Term → how far the global value may lie from its start."""
    spread: Callable[[str, str], float]
    """Term and group → expected size of that deviation."""
    noise: float
    """Spread of repeated measurements of one case, as a log ratio."""


class Pool:
    """Rows and the parameters that act on each.

    Groups that act on the very same rows cannot be told apart: they are one parameter here, shared out by their variances
    when named.
    """

    def __init__(self, keys: Sequence[Mapping[str, Mapping[str, float]]], prior: Prior) -> None:
        """`keys` gives for each row and term the groups that act on it with their shares; the global value acts anyway."""
        self.prior = prior
        self.terms = tuple(prior.start)
        acting: dict[tuple[str, str], dict[int, float]] = {
            (term, ""): dict.fromkeys(range(len(keys)), 1.0) for term in self.terms
        }
        for row, by_term in enumerate(keys):
            for term in self.terms:
                for group, share in by_term.get(term, {}).items():
                    acting.setdefault((term, group), {})[row] = share
        alike: dict[tuple[object, ...], list[tuple[str, str]]] = {}
        for (term, group), rows in acting.items():
            alike.setdefault((term, not group, *rows.items()), []).append((term, group))
        self.members = tuple(tuple(names) for names in alike.values())
        self.acting = np.zeros((len(keys), len(self.members)))
        for column, names in enumerate(self.members):
            rows = acting[names[0]]
            self.acting[list(rows), column] = list(rows.values())
        self.term_of = np.array([self.terms.index(names[0][0]) for names in self.members])
        self.of_term = (self.term_of[:, None] == np.arange(len(self.terms))[None, :]).astype(float)
        self.start = np.array([prior.start[names[0][0]] if not names[0][1] else 0.0 for names in self.members])
        self.precision = prior.noise**2 / np.array(
            [sum(self._variance(*name) for name in names) for names in self.members]
        )

    def _variance(self, term: str, group: str) -> float:
        return (self.prior.spread(term, group) if group else self.prior.global_spread[term]) ** 2

    def values(self, p: Vector) -> Vector:
        """Log value of every term for every row, rows × terms."""
        found: Vector = self.acting @ (self.of_term * p[:, None])
        return found

    def named(self, p: Vector) -> dict[str, float]:
        """Parameters by `term/group`; an empty group is the global value."""
        found = {}
        for names, value in zip(self.members, p.tolist(), strict=True):
            variances = [self._variance(*name) for name in names]
            for (term, group), variance in zip(names, variances, strict=True):
                found[f"{term}/{group}"] = value * variance / sum(variances)
        return found


def solve(  # noqa: PLR0913 - each is one part of the problem
    pool: Pool, physics: Physics, log_measured: Vector, trust: Vector, start: Vector | None = None, rounds: int = 20,
) -> Vector:  # fmt: skip
    """Parameters that fit the rows, each weighted by `trust`; a row of weight 0 teaches nothing."""
    p = (pool.start if start is None else start).copy()
    taught = trust > 0
    noise = pool.prior.noise
    for _ in range(rounds):
        predicted, by_term = physics(pool.values(p))
        slope = (pool.acting * by_term[:, pool.term_of])[taught]
        residual = (log_measured - predicted)[taught]
        weight = np.minimum(1.0, HUBER * noise / np.maximum(np.abs(residual), 1e-12)) * trust[taught]
        pull = slope.T @ (weight * residual) - pool.precision * (p - pool.start)
        curve = slope.T @ (slope * weight[:, None])
        curve[np.diag_indices_from(curve)] += pool.precision
        step = np.linalg.solve(curve, pull)
        p += np.clip(step, -LARGEST_STEP, LARGEST_STEP)
        if float(np.abs(step).max()) < CONVERGED:
            break
    return p
