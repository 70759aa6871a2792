"""Why a row may be far from its prediction: what the other rows around it show. Counted, not asserted."""

from __future__ import annotations

from math import exp
from statistics import median
from typing import TYPE_CHECKING

from advisor.estimate.note import Note, note
from advisor.evidence.lines import family, machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record
    from advisor.evidence.tested import Tested

SAME = 0.10
FEW = 3
"""Rows that make a pattern."""
ALIKE = 0.5
"""A group explains a row when its other rows are off at least half as much, in the same direction."""


def worst(rows: Sequence[Tested], count: int = 20) -> tuple[Tested, ...]:
    """The rows whose predictions are off by the largest factor, the worst first."""
    return tuple(sorted(rows, key=lambda row: (-abs(row.log_residual), row.record.id))[:count])


def reason(facts: Facts, row: Tested, rows: Iterable[Tested]) -> Note:
    """What the other rows say about why this one is far off; that they say nothing where they do not."""
    others = [other for other in rows if other.record.id != row.record.id]
    if (said := _same_case(facts, row, others)) is not None:
        return said
    for words, same in _patterns(facts, row.record):
        shared = [other.log_residual for other in others if same(other.record)]
        if len(shared) >= FEW and median(shared) / row.log_residual >= ALIKE:
            return note(
                words + ": its {rows} other rows are predicted {off_signed_share} off too, in the middle",
                rows=len(shared), off_signed_share=exp(-median(shared)) - 1,
            )  # fmt: skip
    alone = sum(machine(facts, other.record) == machine(facts, row.record) for other in others)
    if alone < FEW:
        words = ("no other row", "{rows} other row", "{rows} other rows")[min(alone, 2)]
        return note(f"{words} of this machine: it is predicted from other machines", rows=alone)
    return note("not known: neither its page, its machine nor its format is off like this elsewhere")


def _same_case(facts: Facts, row: Tested, others: Sequence[Tested]) -> Note | None:
    """The measured range where other pages measured nearly the same case and disagree with this row."""
    page = facts.sources[row.record.source].family or row.record.source
    same = [
        other.measured for other in others
        if _case(facts, other.record) == _case(facts, row.record) and _same_depth(other.record, row.record)
        and (facts.sources[other.record.source].family or other.record.source) != page
    ]  # fmt: skip
    if not same:
        return None
    return note(
        "other pages measured {low_tok_s} to {high_tok_s} for the same case", low_tok_s=min(same), high_tok_s=max(same)
    )


def _case(facts: Facts, record: Record) -> tuple[object, ...]:
    c = record.conditions
    return machine(facts, record), record.model, record.quant, family(facts, record), c.backend, c.concurrency or 1


def _same_depth(one: Record, other: Record) -> bool:
    a, b = one.conditions.depth_tokens or 0, other.conditions.depth_tokens or 0
    return abs(a - b) <= SAME * max(a, b, 1)


def _patterns(facts: Facts, record: Record) -> tuple[tuple[str, Callable[[Record], bool]], ...]:
    """Groups a row belongs to, the narrowest first, with the words that name each."""
    c = record.conditions

    def same_machine(other: Record) -> bool:
        return machine(facts, other) == machine(facts, record)

    def same_software(other: Record) -> bool:
        return family(facts, other) == family(facts, record) and other.conditions.backend == c.backend

    return (
        (f"{record.model} on this machine", lambda other: same_machine(other) and other.model == record.model),
        (f"{record.quant} on the {c.backend} backend",
         lambda other: other.quant == record.quant and other.conditions.backend == c.backend),
        ("this page", lambda other: other.source == record.source),
        (f"this machine with {family(facts, record)} on {c.backend}", lambda other: same_machine(other) and same_software(other)),
        ("this machine", same_machine),
        (f"{record.model}", lambda other: other.model == record.model),
    )  # fmt: skip
