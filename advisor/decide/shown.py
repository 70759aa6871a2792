"""Which measured rows of a pair are shown, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log1p
from typing import TYPE_CHECKING, Literal, get_args

from advisor.evidence.observations import tier

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record
    from advisor.decide.pair import Pair
    from advisor.evidence.finding import Measured
    from advisor.evidence.gate import Gate

Order = Literal["nearness", "off", "date"]
ORDERS: tuple[Order, ...] = get_args(Order)
NEVER = -0.999
"""Residual of a row that measured next to nothing."""
TIERS: tuple[int | None, ...] = (None, 1, 2)
"""Weakest tiers one asks for in turn; None = any."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader wants to see of the rows of a pair."""

    order: Order = "nearness"
    disputed: bool = False
    """Only rows that are disputed, suspect or remarked on."""
    max_tier: int | None = None
    """The weakest tier that counts; None = any."""


USUAL = Shown()
"""Every row, the nearest first."""


def weaker(facts: Facts, max_tier: int | None) -> frozenset[str]:
    """Sources weaker than that tier; none where any tier counts."""
    if max_tier is None:
        return frozenset()
    return frozenset(source.id for source in facts.sources.values() if source.tier > max_tier)


def shown(facts: Facts, found: Pair, wanted: Shown) -> Pair:
    """The rows wanted in the order wanted, decode rates before everything else as ever.

    A row passed on counts by its own tier, which is weaker than its source's. By `off` come first those furthest from the
    prediction, up or down, and last those without one; by `date` the newest, and last those without a date.
    """
    most = wanted.max_tier
    decode = [row for row in found.decode if most is None or row.tier <= most]
    other = [row for row in found.other if most is None or tier(facts, row) <= most]
    if wanted.disputed:
        from advisor.evidence.gate import Gate  # noqa: PLC0415 - the screens open without it

        gate = Gate(facts)
        decode = [row for row in decode if row.remark or is_doubted(gate, row.record)]
        other = [row for row in other if is_doubted(gate, row)]
    if wanted.order == "off":
        decode.sort(key=_off, reverse=True)
    elif wanted.order == "date":
        decode.sort(key=lambda row: row.record.conditions.date or "", reverse=True)
        other.sort(key=lambda row: row.conditions.date or "", reverse=True)
    return replace(found, decode=tuple(decode), other=tuple(other))


def is_doubted(gate: Gate, record: Record) -> bool:
    """Whether the row or physics says that it, or a figure of it, is not to be relied on."""
    if record.disputed or record.suspect or record.prefill_doubt or record.not_for_calibration or record.status != "ok":
        return True
    verdict = gate.verdict(record)
    return verdict is not None and verdict.above


def _off(row: Measured) -> float:
    """Half as fast is as far off as twice as fast."""
    return -1.0 if row.residual is None else abs(log1p(max(row.residual, NEVER)))
