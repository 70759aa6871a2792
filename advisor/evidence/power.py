"""Watts somebody read while a machine was working, and what that makes of energy a token: rows only, nothing predicted."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.evidence.observations import identity

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record
    from advisor.estimate.case import Case

SENSOR = "not stated where"
WALL = "at the wall, peak"


@dataclass(frozen=True, slots=True)
class Power:
    """What rows of one machine say about its power while it infers."""

    low_w: float
    median_w: float
    high_w: float
    rows: int
    meaning: str
    """What was read: a GPU's own sensor is not what the wall supplies."""
    of_model: bool
    """True where the rows are of this very model."""
    joules_per_token: tuple[float, float] | None
    """Least and most energy of a generated token over rows that give both watts and a rate; by the same reading."""
    sources: tuple[str, ...]


def _watts(record: Record) -> tuple[float, str] | None:
    if record.power_w is not None:
        return record.power_w, str(record.other.get("power_meaning", SENSOR))
    peak = record.other.get("wall_peak_w")
    return (float(peak), WALL) if isinstance(peak, int | float) else None


def power(facts: Facts, case: Case, exclude_sources: frozenset[str] = frozenset()) -> tuple[Power, ...]:
    """Power of the case's machine by what was read; rows of its model where there are any, else of every model there.

    Empty where nobody read it, and for several devices: what one draws is not what all draw.
    """
    if len(case.machine.devices) > 1:
        return ()
    where = identity(case.machine.hardware)
    rows = [
        record for record in facts.records.values()
        if _watts(record) and identity(facts.hardware[record.hardware]) == where and record.devices == 1
        and record.source not in exclude_sources and known_by(record.conditions.date, case.demand.as_of)
        and record.kind in {"decode", "concurrency", "power", "prefill"} and record.disputed is None
    ]  # fmt: skip
    own = [record for record in rows if record.model == case.model.id]
    readings: dict[str, list[Record]] = {}
    for record in own or rows:
        found = _watts(record)
        assert found is not None
        readings.setdefault(found[1], []).append(record)
    return tuple(_summed(meaning, chosen, of_model=bool(own)) for meaning, chosen in sorted(readings.items()))


def _summed(meaning: str, rows: list[Record], *, of_model: bool) -> Power:
    watts = [found[0] for row in rows if (found := _watts(row))]
    energy = [found[0] / rate for row in rows if (found := _watts(row)) and (rate := _rate(row))]
    return Power(
        low_w=min(watts), median_w=median(watts), high_w=max(watts), rows=len(watts), meaning=meaning, of_model=of_model,
        joules_per_token=(min(energy), max(energy)) if energy else None, sources=tuple(sorted({row.source for row in rows})),
    )  # fmt: skip


def _rate(record: Record) -> float | None:
    """Tokens generated a second by all requests together; None for a rate with speculation, which the model is not asked with."""
    if record.plain_decode is False:
        return None
    if record.aggregate_tok_s:
        return record.aggregate_tok_s
    return record.decode_tok_s if (record.conditions.concurrency or 1) == 1 else None
