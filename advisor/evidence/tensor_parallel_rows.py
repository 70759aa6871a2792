"""Rows of layers divided over devices: what each device moved, and over what link results were added up.

`tensor_parallel_rows` is the filter that decides which of them teach; whatever it leaves out is counted by reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.estimate.tensor_parallel import all_reduces, divided
from advisor.evidence.observations import group, why_not_measured
from advisor.evidence.ran import ran

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.record import Record
    from advisor.estimate.decode import Traffic
    from advisor.evidence.observations import Group

RATES = frozenset({None, "decode"})
PARALLEL = "tensor parallel"
WHOLE_REQUEST = "output tokens over the whole time"
"""How the catalog begins the reason of a row that divides by the prompt's time too."""


@dataclass(frozen=True, slots=True)
class DividedRow:
    """One row of layers divided over equal devices."""

    record: Record
    group: Group
    """Groups of one of the devices."""
    moved: Traffic
    """By each device."""
    bandwidth_bytes_s: float
    devices: int
    link: str
    reduces: float
    """All-reduces of a step."""
    whole_request: bool = False
    """The rate divides by the time of the prompt too."""

    @property
    def step_s(self) -> float:
        """Measured seconds per token."""
        assert self.record.decode_tok_s is not None
        return 1.0 / self.record.decode_tok_s


def link_class(hardware: Hardware, nodes: int, words: str = "") -> str:
    """What results cross between devices: `tcp` or `network` between boxes, `nvlink` or `pcie` within one.

    `words` are what a row says of its topology. Accelerators come linked; a bridge between cards is bought apart, so it
    counts only where somebody says so.
    """
    if nodes > 1:
        return "tcp" if "TCP" in words else "network"
    linked = "NVLink" in words and "no NVLink" not in words
    return "nvlink" if linked or (hardware.kind == "accelerator" and hardware.peer_link_gb_s) else "pcie"


def members(facts: Facts, record: Record) -> tuple[Hardware, int, int] | None:
    """The one kind of device that took part, how many of them, and in how many boxes; None for devices of several kinds."""
    hardware = facts.hardware[record.hardware]
    if not hardware.is_system:
        return hardware, record.devices, 1
    kinds = {member.device for member in hardware.members}
    count = sum(member.count for member in hardware.members)
    return (facts.hardware[kinds.pop()], count * record.devices, hardware.nodes) if len(kinds) == 1 else None


def observe_divided(facts: Facts, record: Record) -> DividedRow | str:
    """The row as what each device moved, or the reason why it teaches nothing. A depth it does not state counts as none."""
    if reason := why_not_measured(record):
        return reason
    if record.rate not in RATES:
        return "not a decode rate"
    return as_divided(facts, record)


def as_divided(facts: Facts, record: Record) -> DividedRow | str:
    """The same of a row that names model, format and runtime, whatever its rate divides by."""
    c, found = record.conditions, members(facts, record)
    if record.model is None or c.runtime is None or record.quant is None:
        return "model, format or runtime not stated"
    if found is None:
        return "devices of several kinds"
    device, count, nodes = found
    if device.bandwidth_bytes_s is None:
        return "memory bandwidth not known"
    read = ran(facts, record)
    if isinstance(read, str):
        return read
    where = group(facts, read.model, record.quant, device, read.runtime, c.backend, c.date, flash=c.flash_attention)
    moved = divided(read.model, read.weights, read.depth, read.key_type, read.value_type, count)
    words = f"{c.topology or ''} {record.note or ''}"
    return DividedRow(
        record, where, moved, device.bandwidth_bytes_s, count, link_class(device, nodes, words),
        all_reduces(where.stages, moved.layers), whole_request=record.rate in {"wall", "end-to-end"},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DividedSelection:
    """Rows that passed, and why the others did not."""

    kept: tuple[DividedRow, ...]
    left_out: Counter[str]


def divided_decode(facts: Facts, record: Record) -> bool:
    """Whether the row states decode of layers divided over several devices."""
    found = members(facts, record)
    several = found is None or found[1] > 1
    return bool(record.decode_tok_s) and several and record.conditions.parallel == PARALLEL


def tensor_parallel_rows(
    facts: Facts, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
) -> DividedSelection:
    """Rows that teach decode of divided layers, dated up to `as_of`, without the excluded sources."""
    kept: list[DividedRow] = []
    left_out: Counter[str] = Counter()
    for record in facts.records.values():
        if not divided_decode(facts, record):
            continue
        if record.source in exclude_sources:
            left_out["source excluded"] += 1
        elif not known_by(record.conditions.date, as_of):
            left_out["newer than asked for, or undated"] += 1
        elif isinstance(found := observe_divided(facts, record), str):
            left_out[found] += 1
        else:
            kept.append(found)
    return DividedSelection(tuple(kept), left_out)


def whole_request_rows(
    facts: Facts, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
) -> tuple[DividedRow, ...]:
    """Rows whose rate divides by the whole time of the request, the prompt's included: they tell less, and of that."""
    chosen = (
        record for record in facts.records.values()
        if divided_decode(facts, record) and record.plain_decode is not False and record.status == "ok"
        and (record.not_for_calibration or "").startswith(WHOLE_REQUEST) and record.conditions.concurrency in {None, 1}
        and record.disputed is None and record.suspect is None
        and record.source not in exclude_sources and known_by(record.conditions.date, as_of)
    )  # fmt: skip
    return tuple(row for record in chosen if not isinstance(row := as_divided(facts, record), str))
