"""When software moved: which rows a later measurement of the same case has overtaken."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.evidence.observations import SHORT_TOKENS, default_backend, identity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record

SUPERSEDED_DAYS = 21
"""Two dates closer than this may be one software: many rows state only the month."""


def day(text: str) -> date:
    """The date; its middle where only month or year is stated."""
    year, month, number = (*(int(part) for part in text.split("-")), 0, 0)[:3]
    return date(year, month or 7, number or 15)


def _case(facts: Facts, record: Record) -> tuple[object, ...]:
    c, machine = record.conditions, facts.hardware[record.hardware]
    backend = c.backend or (default_backend(machine, facts.runtimes[c.runtime]) if c.runtime else None)
    depth = c.depth_tokens or 0
    return (
        identity(machine), record.devices, record.model, record.quant, c.runtime, backend, depth if depth > SHORT_TOKENS else 0,
        c.concurrency or 1, c.placement, record.plain_decode is not False,
    )  # fmt: skip


def overtaken(facts: Facts, records: Iterable[Record], as_of: str | None = None) -> dict[str, str]:
    """Row id → date of the later row of the same machine, model, quantization, runtime, backend, depth and concurrency.

    A row is overtaken by one measured at least three weeks later: runtimes move, and their old speed says nothing about
    today's. Rows newer than `as_of` overtake nothing; rows without a date are never overtaken.
    """
    cases: dict[tuple[object, ...], list[tuple[date, Record]]] = defaultdict(list)
    for record in records:
        stated = record.conditions.date
        if stated and record.decode_tok_s and not record.disputed and known_by(stated, as_of):
            cases[_case(facts, record)].append((day(stated), record))
    found = {}
    for members in cases.values():
        newest, latest = max(members, key=lambda member: member[0])
        for when, record in members:
            if (newest - when).days >= SUPERSEDED_DAYS:
                found[record.id] = latest.conditions.date or ""
    return found
