"""Machines in a few characters, for the heads of columns and the starts of bars."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from advisor import units
from advisor.estimate.machine import machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware

NOISE = re.compile(r"\b(NVIDIA|GeForce|AMD|Radeon|Apple|Intel|Ryzen|Instinct|desktop|\(.*?\)|\d+ ?GB)\b|\(.*?\)")
"""Words of a name that say what stands beside it anyway, or what everybody leaves out."""


def machine_label(hardware: Hardware) -> str:
    """The name without its maker and its memory."""
    words = " ".join(NOISE.sub(" ", hardware.name).replace(",", " ").split())
    short = words.replace(" + ", "+").strip(" +") if "+" in hardware.id else words.strip()
    return short or hardware.name


def part_name(facts: Facts, what: str) -> str:
    """The catalog's name of what is bought, where that is hardware; otherwise what it is called."""
    return facts.hardware[what].name if what in facts.hardware else what


def machine_labels(machines: Iterable[Hardware]) -> Mapping[str, str]:
    """The label of each machine by its id; where two would be the same, with the memory (`M4 Max 64G`), or the whole name."""
    known = {each.id: each for each in machines}
    labels = {name: machine_label(each) for name, each in known.items()}
    for further in (_with_memory, lambda each: each.name):
        shared = Counter(labels.values())
        labels = {name: label if shared[label] == 1 else further(known[name]) for name, label in labels.items()}
    return labels


def _with_memory(hardware: Hardware) -> str:
    size = hardware.advertised_bytes
    return f"{machine_label(hardware)} {round(units.to_gib(size))}G" if size else hardware.name


def memory_label(facts: Facts, hardware: Hardware) -> str:
    """`128G 273GB/s`: memory as sold, and its bandwidth where all of it has the same; what is not stated is left out."""
    devices = machine(hardware, facts.hardware.__getitem__).devices
    sizes = [device.hardware.advertised_bytes for device in devices]
    rates = {device.hardware.bandwidth_bytes_s for device in devices}
    size = f"{round(units.to_gib(sum(filter(None, sizes))))}G" if all(sizes) and sizes else ""
    rate = next(iter(rates)) if len(rates) == 1 else None
    return f"{size} {units.to_gb(rate):,.0f}GB/s".strip() if rate else size
