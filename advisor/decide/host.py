"""The main memory behind cards as a person states it: so large, and as fast as a figure or a name says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import units
from advisor.catalog import find
from advisor.errors import UsageError
from advisor.estimate.machine import AS_IT_COMES, Setup

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts

FASTEST_GB_S = 100_000


def host_bandwidth_bytes_s(facts: Facts, typed: str | float) -> float:
    """A speed in GB/s, or that of a processor's memory in the catalog. Raises UsageError and UnknownName."""
    if isinstance(typed, str) and not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", typed.strip()):
        named = find.hardware(facts, typed)
        if named.kind != "cpu" or named.bandwidth_bytes_s is None:
            raise UsageError(
                f"{named.name} is no main memory of known speed; write GB/s, or a name such as ddr5-6000-2ch"
            )
        return named.bandwidth_bytes_s
    speed = float(typed)
    if not 0 < speed <= FASTEST_GB_S:
        raise UsageError(f"a host bandwidth of {typed} GB/s is not between 0 and {FASTEST_GB_S}")
    return units.gb_s(speed)


def setup_of(memory_gb: float | None, bandwidth_gb_s: float | None) -> Setup:
    """The machine with this host behind it; memory counts in 2**30, as modules are sold."""
    if memory_gb is None and bandwidth_gb_s is None:
        return AS_IT_COMES
    return Setup(
        host_bytes=None if memory_gb is None else units.gib(memory_gb),
        host_bandwidth_bytes_s=None if bandwidth_gb_s is None else units.gb_s(bandwidth_gb_s),
    )
