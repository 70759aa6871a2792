"""From rows to a calibration: which rows are in force, how far each is trusted, and residuals of rows held out."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from advisor.estimate.decode import step_s
from advisor.evidence.age import overtaken
from advisor.evidence.calibrate import Design, Fit, fit, solve
from advisor.evidence.calibration import Calibration, Nearness, same_chip_key, same_hardware_key
from advisor.evidence.observations import Observation, plain_decode, tier
from advisor.evidence.several import layer_split_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.catalog.contents import Facts

FOLDS = 8
FOLD_ROUNDS = 5
"""A fold starts next to its solution: what all rows taught."""
TIER_TRUST = {0: 1.0, 1: 1.0, 2: 0.8, 3: 0.6}
RELAYED_TRUST = 0.5
PERCENT_STEPS = 101
DRAWS = 21


def trust(facts: Facts) -> Callable[[Observation], float]:
    """Weight of a row: by its source's tier, halved when relayed."""

    def weight(row: Observation) -> float:
        return TIER_TRUST[tier(facts, row.record)] * (RELAYED_TRUST if row.record.evidence == "relayed" else 1.0)

    return weight


def log_residuals(rows: Sequence[Observation], learned: Fit) -> list[float]:
    """log(measured / predicted) of each row's speed."""
    cal = Calibration(values=flat(learned))
    expected = (step_s(row.moved, row.bandwidth_bytes_s, cal.efficiency(row.group)) for row in rows)
    return [float(np.log(seconds) - np.log(row.step_s)) for seconds, row in zip(expected, rows, strict=True)]


def flat(learned: Fit) -> dict[str, float]:
    """Pooled values by `term/group`."""
    return {f"{term}/{key}": value for (term, key), value in learned.values.items()}


class Taught:
    """Rows as arrays, with what all of them teach together: where every held-out fit starts from."""

    def __init__(self, rows: Sequence[Observation], weight: Callable[[Observation], float]) -> None:
        self.rows, self.design = rows, Design(rows)
        self.trust = np.array([weight(row) for row in rows])
        self.solution = solve(self.design, self.trust)


def held_out(taught: Taught, group_of: Callable[[Observation], str]) -> list[tuple[Observation, float]]:
    """Each row with its log residual under a fit that saw no row of its group."""
    rows, design = taught.rows, taught.design
    if not rows:
        return []
    fold = np.array([crc32(group_of(row).encode()) % FOLDS for row in rows])
    found: list[tuple[Observation, float]] = []
    for number in sorted(set(fold)):
        trust_without = np.where(fold == number, 0.0, taught.trust)
        expected, _ = design.predict(solve(design, trust_without, taught.solution, FOLD_ROUNDS))
        residual = expected - design.log_measured
        found += [(rows[index], float(residual[index])) for index in np.flatnonzero(fold == number).tolist()]
    return found


def by_machine(residuals: Sequence[tuple[Observation, float]]) -> list[float]:
    """Residuals with every machine counting alike: a new machine is one draw among machines, however many rows a known one has."""
    machines: dict[str, list[float]] = defaultdict(list)
    for row, residual in residuals:
        machines[row.group.hardware].append(residual)
    return [float(x) for own in machines.values() for x in np.quantile(own, np.linspace(0, 1, DRAWS))]


def _percentiles(residuals: list[float]) -> list[float]:
    return [float(x) for x in np.quantile(residuals, np.linspace(0, 1, PERCENT_STEPS))] if residuals else []


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
    learned = taught.design.fit(taught.solution)
    pair = held_out(taught, lambda r: f"{r.group.hardware}/{r.record.model}")
    machine = held_out(taught, lambda r: r.group.hardware)
    chips = held_out(taught, lambda r: r.group.chip)
    quantiles: dict[Nearness, list[float]] = {
        "same hardware": _percentiles([residual for _, residual in pair]),
        "same chip generation": _percentiles(by_machine(machine)), "other hardware": _percentiles(by_machine(chips)),
        "several devices": _percentiles(log_residuals(layer_split_rows(facts, exclude_sources, as_of), learned)),
    }  # fmt: skip
    counts: Counter[str] = Counter()
    newest: dict[str, str] = {}
    for row in rows:
        for key in (same_hardware_key(row.group), same_chip_key(row.group)):
            counts[key] += 1
            newest[key] = max(newest.get(key, ""), row.record.conditions.date or "")
    return Calibration(
        flat(learned), {k: v for k, v in quantiles.items() if v}, dict(counts), newest, len(rows), dict(left_out)
    )


def expectations(facts: Facts, *, exclude_sources: frozenset[str] = frozenset()) -> Calibration:
    """What `teach` expects of every case, without the intervals, which take most of its time."""
    rows, _ = in_force(facts, None, exclude_sources)
    return Calibration(flat(fit(rows, trust(facts))), rows=len(rows))
