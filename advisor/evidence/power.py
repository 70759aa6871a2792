"""Watts somebody read while a machine was working, and what that makes of energy a token; else what its boards are rated for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.evidence.observations import identity

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    one_request: bool = True
    """True where all of it was read while one request was served: many draw more."""
    predicted_joules_per_token: tuple[float, float] | None = None
    """The same watts over the speed predicted for the case; None where none is."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Power of a case's machine at work."""

    readings: tuple[Power, ...] = ()
    """What was read, apart by what was read; empty where nobody did."""
    rated_w: float | None = None
    """Where nobody read it: what its boards may draw together, the rest of the computer aside."""
    rated_sources: tuple[str, ...] = ()
    rated_joules_per_token: float | None = None
    """No more than this, by the boards' rating and the speed predicted for the case."""
    reason: str | None = None
    """Why neither is known."""


def taught(facts: Facts) -> list[str]:
    """Ids of the rows that state watts, in order: few of many, so they are worth keeping apart."""
    return sorted(record.id for record in facts.records.values() if _watts(record))


def drawn(
    facts: Facts, case: Case, tok_s: float | None, exclude_sources: frozenset[str] = frozenset()
) -> Drawn:  # fmt: skip
    """What the case's machine draws at work, and the energy of a token when all its requests together get `tok_s`."""
    readings = power(facts, case, exclude_sources)
    if readings:
        return Drawn(tuple(_at_speed(each, case, tok_s) for each in readings))
    boards = [device.hardware for device in case.machine.devices]
    rated = [board.power_w for board in boards if board.power_w is not None and "power_w" not in board.unverified]
    if len(rated) != len(boards):
        return Drawn(reason="nobody measured it, and what it is rated for is not stated")
    watts = sum(rated)
    named = {source for board in boards for source in board.sources.get("power_w", board.sources.get("all", ()))}
    return Drawn(
        rated_w=watts, rated_sources=tuple(sorted(named)), rated_joules_per_token=watts / tok_s if tok_s else None
    )


def _at_speed(read: Power, case: Case, tok_s: float | None) -> Power:
    """The reading with energy a token at that speed; without where one request was read and several are asked about."""
    if tok_s is None or (read.one_request and case.demand.concurrency > 1):
        return read
    return replace(read, predicted_joules_per_token=(read.low_w / tok_s, read.high_w / tok_s))


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
        record for record in _stating_watts(facts)
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


def _stating_watts(facts: Facts) -> Iterable[Record]:
    """Rows that may state watts: those known to, or every row where nobody has looked."""
    known = facts.extra("power")
    return [facts.records[record_id] for record_id in known] if isinstance(known, list) else facts.records.values()


def _summed(meaning: str, rows: list[Record], *, of_model: bool) -> Power:
    watts = [found[0] for row in rows if (found := _watts(row))]
    energy = [found[0] / rate for row in rows if (found := _watts(row)) and (rate := _rate(row))]
    return Power(
        low_w=min(watts), median_w=median(watts), high_w=max(watts), rows=len(watts), meaning=meaning, of_model=of_model,
        joules_per_token=(min(energy), max(energy)) if energy else None, sources=tuple(sorted({row.source for row in rows})),
        one_request=all(row.conditions.concurrency == 1 for row in rows),
    )  # fmt: skip


def _rate(record: Record) -> float | None:
    """Tokens generated a second by all requests together; None for a rate with speculation, which the model is not asked with."""
    if record.plain_decode is False:
        return None
    if record.aggregate_tok_s:
        return record.aggregate_tok_s
    return record.decode_tok_s if (record.conditions.concurrency or 1) == 1 else None
