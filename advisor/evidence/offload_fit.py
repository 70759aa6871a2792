"""What rows partly on the host teach on top of the single-stream fit, and how far off they are when held out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from advisor.estimate.decode import step_s
from advisor.evidence.offload import Offload, Pieces, keys, pieces
from advisor.evidence.offload_rows import offload_rows
from advisor.evidence.pooling import Pool, Prior, solve
from advisor.evidence.singles import Singles
from advisor.evidence.spread import Spread
from advisor.evidence.spread_fit import percentiles
from advisor.evidence.teach import in_force
from advisor.evidence.tested import Tested, fold_of, group_of
from advisor.evidence.weigh import weight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.offload_rows import SplitRow
    from advisor.evidence.pooling import Vector
    from advisor.evidence.tested import HeldOut

FOLDS = 24
"""Held-out fits of one stream; groups are hashed to them."""
NOISE = 0.1
"""Spread of repeated measurements of one case, as a log ratio."""
START = {"trip": math.log(150e-6), "host": 0.0, "depth": 0.7}
"""A round trip is two copies over PCIe, launches, and a wake-up of the host's threads. What depth costs a device grows while it
waits for the host at every layer: the one series over depth that states no host speed, and so neither teaches nor tests,
shows 3.4 times as much; half of that, as a logarithm, is where the fit starts.
"""
GLOBAL_SPREAD = {"trip": 0.7, "host": 0.2, "depth": 0.5}
SPREAD = {"trip": 0.5, "host": 0.1, "depth": 0.5}
PRIOR = Prior(START, GLOBAL_SPREAD, lambda term, _group: SPREAD[term], NOISE)
PARTLY, PROCESSOR = "partly on the host", "processor alone"


class Lesson:
    """Offload rows as arrays, once for every fit of one stream they are held against."""

    def __init__(self, facts: Facts, rows: Sequence[SplitRow]) -> None:
        self.rows = rows
        self.pool = Pool([keys(row.group) for row in rows], PRIOR)
        self.trust = np.array([weight(facts, row.record) for row in rows])
        self.log_measured = np.log([row.step_s for row in rows])

    def taught(self, calibration: Calibration, without: Sequence[bool] | None = None) -> dict[str, float]:
        """Values that fit the rows on top of `calibration`; those `without` marks teach nothing."""
        each = [parts(row, calibration) for row in self.rows]
        device, depth, host, trips = (
            np.array([getattr(piece, name) for piece in each]) for name in ("device_s", "depth_s", "host_s", "trips")
        )

        def physics(values: Vector) -> tuple[Vector, Vector]:
            by_term = np.exp(values) * np.stack([trips, host, depth], axis=1)
            total = device + by_term.sum(axis=1)
            return np.log(total), by_term / total[:, None]

        weight = self.trust if without is None else np.where(np.array(without), 0.0, self.trust)
        return self.pool.named(solve(self.pool, physics, self.log_measured, weight))


def parts(row: SplitRow, calibration: Calibration) -> Pieces:
    """The row's step by what offload changes."""
    return pieces(row.costed(calibration), row.step.host_trips)


def _tested(
    facts: Facts, held_out: HeldOut, rows: Sequence[SplitRow], as_of: str | None, exclude_sources: frozenset[str]
) -> tuple[Tested, ...]:
    singles = Singles(facts, as_of=as_of, exclude_sources=exclude_sources)
    processors = [row for row in in_force(facts, as_of, exclude_sources)[0] if row.group.memory == "cpu"]
    groups = [group_of(facts, row.record, held_out) for row in rows]
    lesson, found = Lesson(facts, rows), []
    for number in sorted({fold_of(group, FOLDS) for group in groups}):
        calibration = singles.without(held_out, number, FOLDS)
        left = [fold_of(group, FOLDS) == number for group in groups]
        learned = Offload(lesson.taught(calibration, left))
        for row, group, out in zip(rows, groups, left, strict=True):
            if out:
                seconds = learned.seconds(parts(row, calibration), row.group)
                found.append(Tested(row.record, group, 1 / row.step_s, 1 / seconds, PARTLY))
    for alone in processors:
        group = group_of(facts, alone.record, held_out)
        cost = singles.without(held_out, fold_of(group, FOLDS), FOLDS).efficiency(alone.group)
        seconds = float(step_s(alone.moved, alone.bandwidth_bytes_s, cost))
        found.append(Tested(alone.record, group, 1 / alone.step_s, 1 / seconds, PROCESSOR))
    return tuple(found)


def tested(facts: Facts, held_out: HeldOut) -> tuple[Tested, ...]:
    """Rows that ran from main memory, behind a card or without one, beside predictions of fits without their group."""
    return _tested(facts, held_out, offload_rows(facts).kept, None, frozenset())


def left_out(facts: Facts) -> dict[str, int]:
    """Reason → rows partly on the host that neither teach nor test."""
    return dict(offload_rows(facts).left_out)


def learn_offload(
    facts: Facts, calibration: Calibration, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
) -> Offload:
    """What rows partly on the host dated up to `as_of` teach on top of the single-stream `calibration`.

    The interval is that of rows whose machine with their model was held out. Few machines state their host's memory, so
    rows of processors alone, which the host's share comes from, count with them.
    """
    found = without_interval(facts, calibration, as_of=as_of, exclude_sources=exclude_sources)
    if not found.rows:
        return found
    rows = offload_rows(facts, as_of=as_of, exclude_sources=exclude_sources).kept
    held = _tested(facts, "pair", rows, as_of, exclude_sources)
    spread = Spread(quantiles=percentiles([row.log_residual for row in held]), draws=len({row.group for row in held}))
    return replace(found, spread=spread)


def without_interval(
    facts: Facts, calibration: Calibration, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
) -> Offload:
    """The same without the interval, which takes most of its time."""
    selection = offload_rows(facts, as_of=as_of, exclude_sources=exclude_sources)
    if not selection.kept or not calibration.rows:
        return Offload(left_out=dict(selection.left_out))
    values = Lesson(facts, selection.kept).taught(calibration)
    return Offload(values, rows=len(selection.kept), left_out=dict(selection.left_out))
