"""What rows of divided layers teach on top of the single-stream fit, and how far off they are when held out."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from advisor.evidence.pooling import Pool, Prior, solve
from advisor.evidence.singles import Singles
from advisor.evidence.spread import Spread
from advisor.evidence.spread_fit import percentiles
from advisor.evidence.tensor_parallel import TensorParallel, keys, pieces
from advisor.evidence.tensor_parallel_rows import tensor_parallel_rows, whole_request_rows
from advisor.evidence.tested import Tested, fold_of, group_of
from advisor.evidence.weigh import weight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.pooling import Vector
    from advisor.evidence.tensor_parallel_rows import DividedRow
    from advisor.evidence.tested import HeldOut

FOLDS = 24
"""Held-out fits of one stream; groups are hashed to them."""
NOISE = 0.1
"""Spread of repeated measurements of one case, as a log ratio."""
START = {"link": math.log(25e-6), "fixed": 0.0, "whole": math.log(1.07)}
"""An all-reduce of a few kilobytes waits for latency, not bandwidth. Of a request of some hundred tokens the prompt takes a few percent."""
GLOBAL_SPREAD = {"link": 0.7, "fixed": 0.7, "whole": 0.04}
SPREAD = {"link": 0.7, "fixed": 0.5}
PRIOR = Prior(START, GLOBAL_SPREAD, lambda term, _group: SPREAD[term], NOISE)
DECODE, WHOLE = "tensor parallel", "tensor parallel, whole request"
WHOLE_TRUST = 0.5
"""A row that divides by the prompt's time too says less of decode."""


class Lesson:
    """Rows of divided layers as arrays, once for every fit of one stream they are held against."""

    def __init__(self, facts: Facts, rows: Sequence[DividedRow]) -> None:
        self.rows = rows
        self.pool = Pool([keys(row.group, row.link) for row in rows], PRIOR)
        self.whole = np.array([row.whole_request for row in rows], dtype=float)
        self.trust = np.array([trust(facts, row) for row in rows])
        self.log_measured = np.log([row.step_s for row in rows])

    def taught(self, calibration: Calibration, without: Sequence[bool] | None = None) -> dict[str, float]:
        """Values that fit the rows on top of `calibration`; those `without` marks teach nothing."""
        each = [pieces(calibration, row.group, row.moved, row.bandwidth_bytes_s, row.reduces) for row in self.rows]
        by_bytes, fixed, reduces = (
            np.array([getattr(piece, name) for piece in each]) for name in ("bytes_s", "fixed_s", "reduces")
        )

        def physics(values: Vector) -> tuple[Vector, Vector]:
            by_term = np.exp(values[:, :2]) * np.stack([reduces, fixed], axis=1)
            total = by_bytes + by_term.sum(axis=1)
            return np.log(total) + values[:, 2] * self.whole, np.hstack([by_term / total[:, None], self.whole[:, None]])

        weight = self.trust if without is None else np.where(np.array(without), 0.0, self.trust)
        return self.pool.named(solve(self.pool, physics, self.log_measured, weight))


def trust(facts: Facts, row: DividedRow) -> float:
    """Weight of a row, less where it is of whole requests."""
    return weight(facts, row.record) * (WHOLE_TRUST if row.whole_request else 1.0)


def predicted_s(row: DividedRow, calibration: Calibration, learned: TensorParallel) -> float:
    """Expected seconds of what the row counted: a token's step, or its part of a whole request."""
    found = pieces(calibration, row.group, row.moved, row.bandwidth_bytes_s, row.reduces)
    whole = learned.term("whole", row.group, row.link) if row.whole_request else 1.0
    return learned.seconds(found, row.group, row.link) * whole


def _rows(facts: Facts, as_of: str | None, exclude_sources: frozenset[str]) -> tuple[DividedRow, ...]:
    kept = tensor_parallel_rows(facts, as_of=as_of, exclude_sources=exclude_sources).kept
    return kept + whole_request_rows(facts, as_of=as_of, exclude_sources=exclude_sources)


def _tested(
    facts: Facts, held_out: HeldOut, rows: Sequence[DividedRow], as_of: str | None, exclude_sources: frozenset[str]
) -> tuple[Tested, ...]:
    singles = Singles(facts, as_of=as_of, exclude_sources=exclude_sources)
    groups = [group_of(facts, row.record, held_out) for row in rows]
    lesson, found = Lesson(facts, rows), []
    for number in sorted({fold_of(group, FOLDS) for group in groups}):
        calibration = singles.without(held_out, number, FOLDS)
        left = [fold_of(group, FOLDS) == number for group in groups]
        learned = TensorParallel(lesson.taught(calibration, left))
        for row, group, out in zip(rows, groups, left, strict=True):
            if out:
                seconds = predicted_s(row, calibration, learned)
                found.append(
                    Tested(row.record, group, 1 / row.step_s, 1 / seconds, WHOLE if row.whole_request else DECODE)
                )
    return tuple(found)


def tested(facts: Facts, held_out: HeldOut) -> tuple[Tested, ...]:
    """Rows of divided layers beside predictions of fits without their group."""
    rows = _rows(facts, None, frozenset())
    return _tested(facts, held_out, rows, None, frozenset()) if rows else ()


def left_out(facts: Facts) -> dict[str, int]:
    """Reason → rows of divided layers that do not test a decode rate."""
    return dict(tensor_parallel_rows(facts).left_out)


def learn_tensor_parallel(
    facts: Facts, calibration: Calibration, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
) -> TensorParallel:
    """What rows of divided layers dated up to `as_of` teach on top of the single-stream `calibration`, with an interval."""
    found = without_interval(facts, calibration, as_of=as_of, exclude_sources=exclude_sources)
    if not found.rows:
        return found
    held = _tested(facts, "pair", _rows(facts, as_of, exclude_sources), as_of, exclude_sources)
    spread = Spread(quantiles=percentiles([row.log_residual for row in held]), draws=len({row.group for row in held}))
    return replace(found, spread=spread)


def without_interval(
    facts: Facts, calibration: Calibration, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
) -> TensorParallel:
    """The same without the interval, which takes most of its time."""
    reasons = tensor_parallel_rows(facts, as_of=as_of, exclude_sources=exclude_sources).left_out
    rows = _rows(facts, as_of, exclude_sources)
    if not rows or not calibration.rows:
        return TensorParallel(left_out=dict(reasons))
    links = Counter(row.link for row in rows)
    return TensorParallel(
        Lesson(facts, rows).taught(calibration), rows=len(rows), links=dict(links), left_out=dict(reasons)
    )
