"""A model larger than all memory: llama.cpp maps the file, so it loads, and the machine pages from disk at every token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.estimate.footprint import LLAMA_CPP_RULES
from advisor.estimate.note import Note, note

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record
    from advisor.estimate.case import Case
    from advisor.estimate.footprint import Footprint

FROM_DISK = ("the host's memory is smaller than the model", "the weights are larger than the memory")
"""How the catalog begins the reason of a row that was paged from disk; paging over PCIe is another matter."""


def pages(case: Case, found: Footprint) -> bool:
    """Whether weights that the runtime maps from their file are larger than all memory of the machine.

    Without a stated size of the host's memory behind cards nobody can tell.
    """
    machine = case.machine
    if found.placement.verdict != "does-not-fit" or case.cache_rule not in LLAMA_CPP_RULES:
        return False
    if not machine.unified and machine.host_bytes is None:
        return False
    devices = sum(use.pool.usable_bytes for use in found.placement.uses if use.pool.device is not None)
    return found.weights.total_bytes > devices + (0 if machine.unified else machine.host_bytes or 0)


def paged_rows(facts: Facts, exclude_sources: frozenset[str] = frozenset()) -> tuple[Record, ...]:
    """Rows of models that were paged from disk while they decoded."""
    return tuple(
        record for record in facts.records.values()
        if record.decode_tok_s and record.source not in exclude_sources and record.disputed is None and record.suspect is None
        and (record.not_for_calibration or "").startswith(FROM_DISK)
    )  # fmt: skip


def paging_note(
    facts: Facts, case: Case, found: Footprint, exclude_sources: frozenset[str] = frozenset()
) -> Note | None:
    """What running it all the same would mean, with what was measured so; None where it would not page."""
    if not pages(case, found):
        return None
    rows = paged_rows(facts, exclude_sources)
    words = "all memory together is less than the {weights_bytes} of weights: the machine would page from disk at every token"
    if not rows:
        return note(words, weights_bytes=found.weights.total_bytes)
    speeds = [record.decode_tok_s or 0.0 for record in rows]
    named = ", ".join(sorted({record.source for record in rows}))
    return note(
        words + f"; {{rows}} rows measured so reach {{low_tok_s}} to {{high_tok_s}} ({named})",
        weights_bytes=found.weights.total_bytes, rows=len(rows), low_tok_s=min(speeds), high_tok_s=max(speeds),
    )  # fmt: skip
