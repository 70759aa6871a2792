"""What a row says about the host behind a card, in figures: its memory, its speed, and what of the model stood there."""

from __future__ import annotations

import re
from typing import Any

_SIZE = re.compile(r"(?:(\d+)x)?(\d+(?:\.\d+)?) ?(GB|GiB)\b(?!/s)")
_MEASURED = re.compile(r"~?(\d+(?:\.\d+)?) GB/s measured")
_CHANNELS = re.compile(r"(dual|quad|\d+)-channel DDR\d-(\d+)")
_COUNTS = {"dual": 2, "quad": 4}
_HOSTED = re.compile(r"(\d+)-(\d+) on CPU|layers (\d+)-(\d+) on CPU")
GIB = 2**30 / 10**9
BYTES_A_TRANSFER = 8
"""A memory channel is 64 bits wide."""


def host_facts(memory: str | None, override: str | None) -> dict[str, Any]:
    """Fields of a row's conditions that its words on host memory and moved tensors give; nothing for what they do not say.

    Bandwidth is the one measured where the page gives it, else channels × transfers a second × 8 bytes.
    """
    found: dict[str, Any] = {}
    if size := _SIZE.search(memory or ""):
        amount = int(size[1] or 1) * float(size[2]) * (GIB if size[3] == "GiB" else 1)
        found["host_memory_gb"] = round(amount, 2)
    if measured := _MEASURED.search(memory or ""):
        found["host_bandwidth_gb_s"] = float(measured[1])
    elif channels := _CHANNELS.search(memory or ""):
        count = _COUNTS.get(channels[1]) or int(channels[1])
        found["host_bandwidth_gb_s"] = count * int(channels[2]) * BYTES_A_TRANSFER / 1000
    if hosted := _HOSTED.search(override or ""):
        first, last = (int(number) for number in hosted.groups() if number is not None)
        found["host_experts_layers"] = last - first + 1
    return found
