"""Decode speed against context: from an empty cache to the longest one, with the rows that were measured along the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.evidence.concurrency import depth_of
from advisor.evidence.match import measured
from advisor.evidence.observations import SHORT_TOKENS, identity
from advisor.evidence.predict import decode_speed

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Finding, Measured, Speed

NEAR = 2
"""Depths within this factor are near."""
FIRST_TOKENS = 1024
"""Of smaller depths only 0 is of interest."""
ALONG = ("runtime", "unstated: runtime", "version", "depth", "backend")
"""In these a row may differ and still be a measurement of the same curve, or of another runtime's."""


def depths(most: int, asked: int, per_doubling: int = 1) -> tuple[int, ...]:
    """0, then doublings from 1,024 on with `per_doubling` steps each, `asked` and `most`; none beyond `most`."""
    found = {0, most, min(asked, most)}
    step = 0
    while (depth := round(FIRST_TOKENS * 2 ** (step / per_doubling))) < most:
        found.add(depth)
        step += 1
    return tuple(sorted(found))


def longest(found: Finding) -> int:
    """The deepest cache to ask about: what memory holds of what the model was trained for, and never less than was asked for.

    Partly in host memory, where a longer context would move more layers there, it is the context asked for.
    """
    asked = found.case.demand.context_tokens
    if found.footprint is None or found.footprint.placement.host_read_bytes:
        return asked
    return max(asked, found.max_context_tokens or 0)


def depth_curve(
    facts: Facts, calibration: Calibration, found: Finding, per_doubling: int = 1, exclude_sources: frozenset[str] = frozenset()
) -> tuple[Speed, ...]:  # fmt: skip
    """Speed of one request at every depth from 0 to the longest; empty where not even a ceiling is known.

    At a depth asked for it is exactly the prediction of the finding.
    """
    if found.decode is None or found.footprint is None:
        return ()
    demand = found.case.demand
    asked = demand.context_tokens if demand.depth_tokens is None else demand.depth_tokens
    speeds = (
        decode_speed(facts, calibration, found.case, found.footprint, depth, exclude_sources)
        for depth in depths(longest(found), asked, per_doubling)
    )
    return tuple(speed for speed in speeds if not isinstance(speed, str))


def rows_along(
    facts: Facts, calibration: Calibration, found: Finding, exclude_sources: frozenset[str] = frozenset()
) -> tuple[Measured, ...]:
    """Rows of one request to the finding's model and format on its machine that state their depth, whatever their runtime.

    None with a remark: disputed, overtaken, or no plain decode.
    """
    case = found.case.asked(concurrency=1)
    every = measured(facts, calibration, case, case.demand.depth_tokens or 0, exclude_sources)
    return tuple(
        row for row in every
        if row.record.conditions.depth_tokens is not None and not row.remark and row.record.quant == case.quant.id
        and all(words.startswith(ALONG) for words in row.differences)
    )  # fmt: skip


def rows_at_once(
    facts: Facts, found: Finding, exclude_sources: frozenset[str] = frozenset()
) -> tuple[Record, ...]:  # fmt: skip
    """Rows of several requests to the finding's model and format on its machine, near in depth, whatever their runtime."""
    case, depth = found.case, max(depth_of(found.case), SHORT_TOKENS)

    def near(record: Record) -> bool:
        low, high = sorted((depth, max(_seen_tokens(record) or 0, SHORT_TOKENS)))
        return _seen_tokens(record) is not None and high <= NEAR * low

    return tuple(
        record for record in facts.records_for(case.model.id)
        if record.aggregate_tok_s and (record.conditions.concurrency or 1) > 1 and record.quant == case.quant.id
        and identity(facts.hardware[record.hardware]) == identity(case.machine.hardware)
        and record.devices == len(case.machine.devices) and record.conditions.placement == "device"
        and record.source not in exclude_sources and known_by(record.conditions.date, case.demand.as_of)
        and record.plain_decode is not False and record.disputed is None and record.suspect is None and near(record)
    )  # fmt: skip


def _seen_tokens(record: Record) -> int | None:
    """Tokens in each cache halfway through the row's outputs; None where the row does not say."""
    c = record.conditions
    start = c.depth_tokens if c.depth_tokens is not None else c.prompt_tokens
    return None if start is None else start + (c.output_tokens or 0) // 2


def with_curve(
    facts: Facts, calibration: Calibration, found: Finding, exclude_sources: frozenset[str] = frozenset(), per_doubling: int = 1
) -> Finding:  # fmt: skip
    """The finding with its depth curve, the rows along it, and those of many requests at once."""
    curve = depth_curve(facts, calibration, found, per_doubling, exclude_sources)
    along = rows_along(facts, calibration, found, exclude_sources) if curve else ()
    together = rows_at_once(facts, found, exclude_sources) if found.sweep else ()
    return replace(found, curve=curve, along=along, together=together)
