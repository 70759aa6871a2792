"""Machines in a few characters, for the heads of columns and the starts of bars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import units
from advisor.estimate.machine import machine

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware

NOISE = re.compile(r"\b(NVIDIA|GeForce|AMD|Radeon|Apple|Intel|Ryzen|Instinct|desktop|\(.*?\)|\d+ ?GB)\b|\(.*?\)")
"""Words of a name that say what stands beside it anyway, or what everybody leaves out."""


def machine_label(hardware: Hardware) -> str:
    """The name without its maker and its memory."""
    words = " ".join(NOISE.sub(" ", hardware.name).replace(",", " ").split())
    short = words.replace(" + ", "+").strip(" +") if "+" in hardware.id else words.strip()
    return short or hardware.name


def memory_label(facts: Facts, hardware: Hardware) -> str:
    """`128G 273GB/s`: memory as sold, and its bandwidth where all of it has the same; what is not stated is left out."""
    devices = machine(hardware, facts.hardware.__getitem__).devices
    sizes = [device.hardware.advertised_bytes for device in devices]
    rates = {device.hardware.bandwidth_bytes_s for device in devices}
    size = f"{round(units.to_gib(sum(filter(None, sizes))))}G" if all(sizes) and sizes else ""
    rate = next(iter(rates)) if len(rates) == 1 else None
    return f"{size} {units.to_gb(rate):,.0f}GB/s".strip() if rate else size
