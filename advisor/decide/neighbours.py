"""A row held against what the other rows teach: its prediction without its own source, and who measured nearly the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.decide.pair import pair
from advisor.decide.question import Question
from advisor.estimate.case import Demand
from advisor.estimate.decode import step_s
from advisor.evidence.observations import observe

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Measured

MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What is expected of a row, and the rows of other sources nearest to it."""

    record: Record
    predicted_tok_s: float | None
    why_not: str | None
    """Why there is no prediction."""
    nearest: tuple[Measured, ...]


def neighbours(facts: Facts, calibration: Calibration, record: Record) -> Neighbours:
    """The row's neighbours, of which the nearest come first; `calibration` should not have seen the row's source."""
    found = observe(facts, record)
    if isinstance(found, str) or not calibration.rows:
        reason = found if isinstance(found, str) else "no rows to learn from"
        return Neighbours(record, None, reason, _nearest(facts, calibration, record))
    seconds = float(step_s(found.moved, found.bandwidth_bytes_s, calibration.efficiency(found.group)))
    return Neighbours(record, 1 / seconds, None, _nearest(facts, calibration, record))


def _nearest(facts: Facts, calibration: Calibration, record: Record) -> tuple[Measured, ...]:
    if record.model is None or record.decode_tok_s is None:
        return ()
    c = record.conditions
    question = Question(
        model=facts.models[record.model], hardware=facts.hardware[record.hardware],
        quant=facts.quants[record.quant] if record.quant else None,
        runtime=facts.runtimes[c.runtime] if c.runtime else None, backend=c.backend,
        demand=Demand(depth_tokens=c.depth_tokens or 0, concurrency=c.concurrency or 1),
    )  # fmt: skip
    found = pair(facts, calibration, question, frozenset({record.source}))
    return tuple(row for row in found.decode if row.closeness != "far" and not row.remark)[:MOST_SHOWN]
