"""A machine as memory pools: devices, the host behind them, and what of each a runtime can have."""

from collections.abc import Callable
from dataclasses import dataclass

from advisor import units
from advisor.catalog.schema.hardware import Hardware, UsableMemory
from advisor.catalog.schema.runtime import Runtime

HardwareById = Callable[[str], Hardware]
UNIFIED_KINDS = frozenset({"unified soc", "cpu"})
PREFERENCE = ("free at start", "policy", "wired limit", "visible")


@dataclass(frozen=True, slots=True)
class Device:
    """One memory pool with the processor that reads it."""

    hardware: Hardware
    name: str
    """The hardware id, numbered where a machine has several of it."""
    node: int = 0

    @property
    def unified(self) -> bool:
        """True where device and host share the pool."""
        return self.hardware.kind in UNIFIED_KINDS


@dataclass(frozen=True, slots=True)
class Machine:
    """What one `--hw` names."""

    hardware: Hardware
    devices: tuple[Device, ...]
    host_bytes: int | None
    """Main memory behind discrete cards; None where it is not stated."""
    host_bandwidth_bytes_s: float | None
    link_bytes_s: float | None
    """Between nodes, or between devices of one box; None where not stated."""

    @property
    def nodes(self) -> int:
        """Boxes it consists of."""
        return self.hardware.nodes

    @property
    def equal_devices(self) -> bool:
        """True when every device is the same hardware."""
        return len({device.hardware.id for device in self.devices}) == 1

    @property
    def unified(self) -> bool:
        """True when every device shares its pool with its host."""
        return all(device.unified for device in self.devices)

    @property
    def bandwidth_bytes_s(self) -> float | None:
        """Peak bandwidth of a single device; None for several or where unknown."""
        return self.devices[0].hardware.bandwidth_bytes_s if len(self.devices) == 1 else None


def machine(hardware: Hardware, by_id: HardwareById) -> Machine:
    """The pools of `hardware`; a system's members become its devices, in the order its entry lists them."""
    devices: list[Device] = []
    for member in hardware.members:
        for index in range(member.count):
            label = f"{member.device}#{index + 1}" if member.count > 1 else member.device
            devices.append(Device(by_id(member.device), label, node=index if hardware.nodes > 1 else 0))
    if not hardware.members:
        devices.append(Device(hardware, hardware.id))
    host, links = hardware.host, [link for link in hardware.links if link.bandwidth_gb_s]
    return Machine(
        hardware=hardware, devices=tuple(devices),
        host_bytes=units.gib(host.memory_gb) if host and host.memory_gb else None,
        host_bandwidth_bytes_s=units.gb_s(host.bandwidth_gb_s) if host and host.bandwidth_gb_s else None,
        link_bytes_s=units.gb_s(links[0].bandwidth_gb_s) if links and links[0].bandwidth_gb_s else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Usable:
    """Memory a runtime can have on one device, and why that much."""

    free_bytes: int
    """Before the runtime's own margin."""
    usable_bytes: int
    basis: str
    source: str | None


def _seen_bytes(row: UsableMemory, hardware: Hardware) -> int | None:
    if row.gib is not None:
        return units.gib(row.gib)
    if row.share is not None and hardware.advertised_bytes is not None:
        return round(row.share * hardware.advertised_bytes)
    return None


def _best_row(hardware: Hardware, runtime: Runtime) -> tuple[UsableMemory, int] | None:
    rows = [
        row
        for row in hardware.usable
        if row.meaning in PREFERENCE and row.runtime in {None, runtime.id, runtime.family}
    ]
    rows.sort(key=lambda row: (row.runtime is None, PREFERENCE.index(row.meaning)))
    sized = ((row, _seen_bytes(row, hardware)) for row in rows)
    return next(((row, seen) for row, seen in sized if seen is not None), None)


def visible_bytes(hardware: Hardware) -> tuple[int, str | None] | None:
    """Memory the system shows, with its source; the advertised size where nobody saw it, None where that is not stated."""
    for row in hardware.usable:
        if row.meaning == "visible" and (seen := _seen_bytes(row, hardware)):
            return seen, row.source
    return None if hardware.advertised_bytes is None else (hardware.advertised_bytes, None)


def usable(device: Device, runtime: Runtime, backend: str | None, memory_share: float | None) -> Usable | None:
    """Memory `runtime` can have on the device; None where its size is not stated.

    A runtime that takes a share by default (vLLM) gets that share of what is visible. Others get what somebody saw free, less the
    margin they leave; where nobody did, the advertised size less the backend's own context, which is an assumption.
    """
    hardware = device.hardware
    if memory_share is not None and (visible := visible_bytes(hardware)):
        share = round(memory_share * visible[0])
        return Usable(visible[0], share, f"{memory_share} of visible memory, the runtime's default", visible[1])
    if best := _best_row(hardware, runtime):
        row, seen = best
        return Usable(seen, seen - runtime.margin_bytes, _basis(row.meaning, runtime), row.source)
    if hardware.advertised_bytes is None:
        return None
    context = runtime.backends[backend].context_mib if backend in runtime.backends else None
    free = hardware.advertised_bytes - units.mib(context or 0)
    return Usable(
        free, free - runtime.margin_bytes, _basis("advertised less the backend's context (assumed)", runtime), None
    )


def _basis(meaning: str, runtime: Runtime) -> str:
    return meaning if not runtime.margin_mib else f"{meaning}, less {runtime.name}'s margin of {runtime.margin_mib} MiB"
