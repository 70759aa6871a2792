"""From rows to a calibration: which rows are in force, how far each is trusted, and residuals of rows held out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from advisor.estimate.decode import step_s
from advisor.evidence.age import overtaken
from advisor.evidence.calibrate import Design, fit
from advisor.evidence.calibration import Calibration, Nearness, same_chip_key, same_hardware_key
from advisor.evidence.observations import Observation, plain_decode
from advisor.evidence.several import layer_split_rows, split_residuals
from advisor.evidence.spread import Spread, classes
from advisor.evidence.spread_fit import learn_spread, percentiles
from advisor.evidence.tested import fold_of
from advisor.evidence.weigh import weight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from advisor.catalog.contents import Facts
    from advisor.evidence.pooling import Vector

FOLDS = 12
"""Held-out fits that intervals are learned from."""
FOLD_ROUNDS = 3
"""A fold starts next to its solution: what all rows taught."""


def trust(facts: Facts) -> Callable[[Observation], float]:
    """Weight of a row: `weigh.weight` of its record."""
    return lambda row: weight(facts, row.record)


def log_residuals(rows: Sequence[Observation], values: Mapping[str, float]) -> list[float]:
    """log(measured / predicted) of each row's speed under pooled `values` by `term/group`."""
    cal = Calibration(values=dict(values))
    expected = (step_s(row.moved, row.bandwidth_bytes_s, cal.efficiency(row.group)) for row in rows)
    return [float(np.log(seconds) - np.log(row.step_s)) for seconds, row in zip(expected, rows, strict=True)]


class Taught:
    """Rows as arrays, with what all of them teach together: where every held-out fit starts from."""

    def __init__(self, rows: Sequence[Observation], weight: Callable[[Observation], float]) -> None:
        self.rows, self.design = rows, Design(rows)
        self.trust = np.array([weight(row) for row in rows])
        self.solution = self.design.solve(self.trust)

    def without(self, left: Sequence[bool]) -> Vector:
        """What the rows teach that are not left out."""
        return self.design.solve(np.where(np.array(left), 0.0, self.trust), self.solution, FOLD_ROUNDS)

    def values(self, p: Vector) -> dict[str, float]:
        """Pooled values by `term/group`."""
        return self.design.pool.named(p)


def held_out(
    taught: Taught, group_of: Callable[[Observation], str], folds: int | None = None
) -> list[tuple[Observation, float]]:
    """Each row with its log residual under a fit that saw no row of its group; with `folds`, of so many groups at a time."""
    rows, design = taught.rows, taught.design
    if not rows:
        return []
    names = [group_of(row) for row in rows]
    number = {name: index for index, name in enumerate(sorted(set(names)))}
    fold = np.array([fold_of(name, folds) if folds else number[name] for name in names])
    found: list[tuple[Observation, float]] = []
    for each in sorted(set(fold.tolist())):
        residual = design.log_expected(taught.without(fold == each)) - design.log_measured
        found += [(rows[index], float(residual[index])) for index in np.flatnonzero(fold == each).tolist()]
    return found


def _spread(taught: Taught, group_of: Callable[[Observation], str]) -> Spread:
    """How far off rows are whose group was held out."""
    found = held_out(taught, group_of, FOLDS)
    return learn_spread(
        [r for _, r in found], [classes(row.group) for row, _ in found], [group_of(row) for row, _ in found]
    )


def in_force(
    facts: Facts, as_of: str | None, exclude_sources: frozenset[str]
) -> tuple[list[Observation], Counter[str]]:
    """Rows that teach, and how many do not by reason: later software has overtaken some of the plain ones."""
    selection = plain_decode(facts, as_of=as_of, exclude_sources=exclude_sources)
    old = overtaken(facts, (row.record for row in selection.kept), as_of)
    kept = [row for row in selection.kept if row.record.id not in old]
    return kept, Counter({**selection.left_out, "overtaken by later software": len(old)})


def teach(facts: Facts, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()) -> Calibration:
    """Calibration from the catalog's plain rows dated up to `as_of`, excluded sources aside."""
    rows, left_out = in_force(facts, as_of, exclude_sources)
    taught = Taught(rows, trust(facts))
    learned = taught.values(taught.solution)
    several = split_residuals(layer_split_rows(facts, exclude_sources, as_of), Calibration(values=learned))
    spreads: dict[Nearness, Spread] = {
        "same hardware": _spread(taught, lambda r: f"{r.group.hardware}/{r.record.model}"),
        "same chip generation": _spread(taught, lambda r: r.group.hardware), "other hardware": _spread(taught, lambda r: r.group.chip),
        "several devices": Spread(quantiles=percentiles(several), draws=len(several)),
    }  # fmt: skip
    counts: Counter[str] = Counter()
    newest: dict[str, str] = {}
    for row in rows:
        for key in (same_hardware_key(row.group), same_chip_key(row.group)):
            counts[key] += 1
            newest[key] = max(newest.get(key, ""), row.record.conditions.date or "")
    return Calibration(
        learned, {k: v for k, v in spreads.items() if v.quantiles}, dict(counts), newest, len(rows), dict(left_out)
    )


def expectations(facts: Facts, *, exclude_sources: frozenset[str] = frozenset()) -> Calibration:
    """What `teach` expects of every case, without the intervals, which take most of its time."""
    rows, _ = in_force(facts, None, exclude_sources)
    return Calibration(fit(rows, [weight(facts, row.record) for row in rows]), rows=len(rows))
