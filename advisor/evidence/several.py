"""Rows of models spread layer by layer over several devices: not taught from, but they show how far off the physics is."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.estimate.shares import Split, step_of
from advisor.estimate.split import layer_devices, stretches
from advisor.evidence.observations import group, why_not_plain
from advisor.evidence.offload_rows import SplitRow
from advisor.evidence.ran import ran

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.record import Record
    from advisor.evidence.calibration import Calibration

LAYER_SPLIT = "layer split"
WITHIN_ONE_BOX = frozenset({LAYER_SPLIT, "not stated", None})


def devices_of(facts: Facts, record: Record) -> list[Hardware]:
    """The devices that took part, one by one."""
    hardware = facts.hardware[record.hardware]
    if not hardware.is_system:
        return [hardware] * record.devices
    return [facts.hardware[member.device] for member in hardware.members for _ in range(member.count)] * record.devices


def _row(facts: Facts, record: Record) -> SplitRow | str:
    """The row as the shares of its devices, or the reason why it shows nothing.

    It is taken to be split in proportion to the memory of the cards, as llama.cpp splits unless told otherwise.
    """
    devices = devices_of(facts, record)
    if reason := why_not_plain(replace(record, devices=1)):
        return reason
    found = ran(facts, record)
    if isinstance(found, str):
        return found
    rates = [device.bandwidth_bytes_s for device in devices]
    sizes = [float(device.advertised_bytes or 0) for device in devices]
    known = [rate for rate in rates if rate is not None]
    if len(known) != len(rates) or not all(sizes):
        return "memory bandwidth or size not known"
    if found.runtime.family != "llama.cpp":
        return f"layers spread by {found.runtime.family}"
    layers, c = len(found.model.layer_names), record.conditions
    ends = stretches(layer_devices(tuple(sizes), layers, layers + 1), len(devices), layers)
    step = step_of(found.model, found.weights, Split(0, 0.0, ends), found.depth, found.key_type, found.value_type)
    assert record.quant is not None
    at = [share.device or 0 for share in step.shares]
    groups = [
        group(facts, found.model, record.quant, each, found.runtime, c.backend, c.date, flash=c.flash_attention)
        for each in devices
    ]
    return SplitRow(record, step, tuple(groups[device] for device in at), tuple(known[device] for device in at))


def _is_split(facts: Facts, record: Record) -> bool:
    """Whether the row states decode over several devices of one box, layer by layer as far as it says."""
    several = len(devices_of(facts, record)) > 1 and facts.hardware[record.hardware].nodes == 1
    return bool(record.decode_tok_s) and several and record.conditions.parallel in WITHIN_ONE_BOX


def observed(
    facts: Facts, exclude_sources: frozenset[str], as_of: str | None
) -> Iterable[SplitRow | str]:  # fmt: skip
    """Every row of several devices of one box, or the reason why it shows nothing."""
    for record in facts.records.values():
        if (
            _is_split(facts, record)
            and record.source not in exclude_sources
            and known_by(record.conditions.date, as_of)
        ):
            yield _row(facts, record)


def layer_split_rows(facts: Facts, exclude_sources: frozenset[str], as_of: str | None) -> list[SplitRow]:
    """Plain rows of llama.cpp's layer split over the devices of one box."""
    return [row for row in observed(facts, exclude_sources, as_of) if isinstance(row, SplitRow)]


def split_residuals(rows: Sequence[SplitRow], calibration: Calibration) -> list[float]:
    """log(measured / predicted) of each row's speed when the times of its devices add up."""
    return [math.log(seconds(row, calibration)) - math.log(row.step_s) for row in rows]


def seconds(row: SplitRow, calibration: Calibration) -> float:
    """Expected time of the row's step: the times of its devices, one after the other."""
    return sum(float(each.seconds) for each in row.costed(calibration))
