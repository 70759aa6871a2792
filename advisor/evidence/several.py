"""Rows of models spread layer by layer over several devices: not taught from, but they show how far off the physics is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.evidence.observations import Observation, observe

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.record import Record


def _shared_bandwidth_bytes_s(facts: Facts, hardware: Hardware) -> float | None:
    """Bandwidth of a layer split in proportion to memory: times add, so the mean is harmonic."""
    held = seconds = 0.0
    for member in hardware.members:
        device = facts.hardware[member.device]
        if device.advertised_bytes is None or device.bandwidth_bytes_s is None:
            return None
        held += member.count * device.advertised_bytes
        seconds += member.count * device.advertised_bytes / device.bandwidth_bytes_s
    return held / seconds if seconds else None


def _as_one(facts: Facts, record: Record) -> Observation | None:
    """The row as if one device with the split's bandwidth had run it; None where something is not known."""
    hardware = facts.hardware[record.hardware]
    split = record.conditions.parallel in {"layer split", "not stated", None}
    if not split or not (record.devices > 1 or hardware.is_system) or hardware.nodes > 1:
        return None
    lead = facts.hardware[hardware.members[0].device] if hardware.is_system else hardware
    bandwidth = _shared_bandwidth_bytes_s(facts, hardware) if hardware.is_system else hardware.bandwidth_bytes_s
    found = observe(facts, replace(record, devices=1, hardware=lead.id))
    if isinstance(found, str) or bandwidth is None or found.group.runtime != "llama.cpp":
        return None
    return replace(found, bandwidth_bytes_s=bandwidth)


def layer_split_rows(facts: Facts, exclude_sources: frozenset[str], as_of: str | None) -> list[Observation]:
    """Plain rows of llama.cpp's layer split over the devices of one box."""
    found = (
        _as_one(facts, record) for record in facts.records.values()
        if record.source not in exclude_sources and known_by(record.conditions.date, as_of)
    )  # fmt: skip
    return [row for row in found if row]
