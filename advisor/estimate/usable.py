"""What of a device's memory a runtime can have: seen, set by the person, or allowed by the system's policy."""

from dataclasses import dataclass, replace

from advisor import units
from advisor.catalog.schema.hardware import Hardware, UsableMemory
from advisor.catalog.schema.runtime import Runtime
from advisor.estimate.machine import Device

BESIDE_CONTEXT = "free beside a context"
PREFERENCE = ("free at start", BESIDE_CONTEXT, "policy", "wired limit", "visible")
"""Which meaning of `usable` counts where an entry has several."""
LIMITS = frozenset({"free at start", "policy", "wired limit", "reached"})
"""Meanings a setting of the system changes."""
WORDS = {
    "free at start": "free at start", BESIDE_CONTEXT: "free at start beside the runtime's context", "visible": "visible to the system", "policy": "what the system lets the GPU have",
    "wired limit": "macOS's limit for the GPU (iogpu.wired_limit_mb raises it)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Usable:
    """Memory a runtime can have on one device, and why that much."""

    free_bytes: int
    """Before the runtime's own margin."""
    usable_bytes: int
    basis: str
    source: str | None
    context_unknown: bool = False
    """True where the backend's own context is not in it because no source states its size."""
    least_bytes: int | None = None
    """Of an assumed size: so little may be free, by what others saw; None where it is no assumption."""
    most_bytes: int | None = None
    """Of an assumed size: so much may be free."""


def seen_bytes(row: UsableMemory, hardware: Hardware) -> int | None:
    """The row in bytes; None where it is a share of a size that is not stated."""
    if row.gib is not None:
        return units.gib(row.gib)
    if row.share is not None and hardware.advertised_bytes is not None:
        return round(row.share * hardware.advertised_bytes)
    return None


def _holds(row: UsableMemory, device: Device, runtime: Runtime | None) -> bool:
    runtimes = {None, runtime.id, runtime.family} if runtime else {None}
    return row.runtime in runtimes and row.os in {None, device.os}


def row_in_force(device: Device, runtime: Runtime) -> UsableMemory | None:
    """The row that says what the runtime can have under the device's operating system; None where the entry has none."""
    rows = [
        row for row in device.hardware.usable
        if row.meaning in PREFERENCE and _holds(row, device, runtime) and seen_bytes(row, device.hardware) is not None
    ]  # fmt: skip
    rows.sort(key=lambda row: (row.runtime is None, PREFERENCE.index(row.meaning), row.os is None))
    return rows[0] if rows else None


def visible_bytes(device: Device) -> tuple[int, str | None] | None:
    """Memory the system shows, with its source; the advertised size where nobody saw it, None where that is not stated."""
    if device.stated_bytes is not None:
        return device.stated_bytes, None
    for meaning in ("visible", "policy"):
        for row in device.hardware.usable:
            if row.meaning == meaning and _holds(row, device, None) and (seen := seen_bytes(row, device.hardware)):
                return seen, row.source
    size = device.hardware.advertised_bytes
    return None if size is None else (size, None)


def free_at_start_bytes(device: Device) -> int | None:
    """Memory free before a runtime starts, as somebody saw it or the person states; None where neither."""
    if device.stated_bytes is not None:
        return device.stated_bytes
    rows = (row for row in device.hardware.usable if row.meaning == "free at start" and _holds(row, device, None))
    ordered = sorted(rows, key=lambda row: row.os is None)
    return next((units.gib(row.gib) for row in ordered if row.gib is not None), None)


def usable(device: Device, runtime: Runtime, backend: str | None, memory_share: float | None) -> Usable | None:
    """Memory `runtime` can have on the device; None where its size is not stated.

    A runtime that takes a share by default (vLLM) gets that share of what is visible. Others get what the person states, or
    what somebody saw free, or what the system's policy allows, less the margin they leave; where an entry says nothing of
    these, the advertised size less the backend's own context, which is an assumption.
    """
    if device.hardware.kind == "cpu":
        return _main_memory(device)
    if memory_share is not None and (visible := visible_bytes(device)):
        share = round(memory_share * visible[0])
        return Usable(visible[0], share, f"{memory_share} of visible memory, the runtime's default", visible[1])
    if device.stated_bytes is not None:
        return _less_margin(device.stated_bytes, "as set by you", runtime, None)
    if row := row_in_force(device, runtime):
        return _of_row(row, device, runtime, backend)
    return _assumed(device.hardware, runtime, backend)


def _of_row(row: UsableMemory, device: Device, runtime: Runtime, backend: str | None) -> Usable:
    size = seen_bytes(row, device.hardware) or 0
    words = WORDS[row.meaning] + (f" with {row.setting}" if row.setting else "")
    if not row.assumed:
        return _less_margin(size, words, runtime, row.source)
    found = _less_margin(size, f"{words} (assumed: nobody's log shows it)", runtime, row.source)
    if row.setting:
        return found
    beside = (
        each for each in device.hardware.usable if each.meaning == BESIDE_CONTEXT and _holds(each, device, runtime)
    )
    seen = next((seen_bytes(each, device.hardware) for each in beside), None)
    context = runtime.backends[backend].context_mib if backend in runtime.backends else None
    least = min(size - units.mib(context or 0) if seen is None else seen, size)
    return replace(found, least_bytes=least, most_bytes=size)


def _main_memory(device: Device) -> Usable | None:
    """All of it: no runtime keeps a margin of main memory (llama.cpp fits itself to devices only)."""
    size = device.hardware.advertised_bytes if device.stated_bytes is None else device.stated_bytes
    return None if size is None else Usable(size, size, "as stated; what the system itself uses is not known", None)


def _assumed(hardware: Hardware, runtime: Runtime, backend: str | None) -> Usable | None:
    if hardware.advertised_bytes is None:
        return None
    size, known = hardware.advertised_bytes, runtime.backends.get(backend or "")
    if known is None or known.context_mib is None:
        words = f"advertised; how much of it {backend or 'the backend'}'s own context takes no source states (assumed)"
        return replace(_less_margin(size, words, runtime, None), context_unknown=True)
    seen_on = f" as seen on {known.context_seen_on}" if known.context_seen_on else ""
    words = f"advertised less {known.context_mib} MiB for {backend}'s own context{seen_on} (assumed)"
    lowest = known.context_mib if known.context_lowest_mib is None else known.context_lowest_mib
    highest = known.context_mib if known.context_highest_mib is None else known.context_highest_mib
    found = _less_margin(size - units.mib(known.context_mib), words, runtime, None)
    return replace(found, least_bytes=size - units.mib(highest), most_bytes=size - units.mib(lowest))


def _less_margin(free_bytes: int, words: str, runtime: Runtime, source: str | None) -> Usable:
    margin = f", less {runtime.name}'s margin of {runtime.margin_mib} MiB" if runtime.margin_mib else ""
    return Usable(free_bytes, free_bytes - runtime.margin_bytes, words + margin, source)
