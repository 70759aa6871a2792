"""A machine as memory pools: devices, the host behind them, and what the person says of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from advisor import units
from advisor.catalog.schema.hardware import Hardware, OperatingSystem

HardwareById = Callable[[str], Hardware]
UNIFIED_KINDS = frozenset({"unified soc", "cpu"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a person says of a machine that its name does not."""

    os: OperatingSystem | None = None
    """None = the machine's usual one."""
    device_bytes: int | None = None
    """Memory each device may use, as a setting decides; None = the policy the catalog knows."""
    host_bytes: int | None = None
    """Main memory behind cards, or of a machine without any."""
    host_bandwidth_bytes_s: float | None = None


AS_IT_COMES = Setup()


@dataclass(frozen=True, slots=True)
class Device:
    """One memory pool with the processor that reads it."""

    hardware: Hardware
    name: str
    """The hardware id, numbered where a machine has several of it."""
    node: int = 0
    os: OperatingSystem = "linux"
    stated_bytes: int | None = None
    """Memory it may use, as the person states; None = what the catalog knows."""

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
    setup: Setup = AS_IT_COMES

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

    def with_device_bytes(self, stated_bytes: int) -> "Machine":
        """The same machine with this much memory set for each of its devices."""
        return replace(self, devices=tuple(replace(device, stated_bytes=stated_bytes) for device in self.devices))


def usual_os(hardware: Hardware) -> OperatingSystem:
    """What runs on it where nobody says: macOS on Apple's chips, Linux elsewhere, as in nearly all measured rows."""
    return "macos" if hardware.platform == "metal" else "linux"


def _device(hardware: Hardware, name: str, node: int, setup: Setup) -> Device:
    """A processor's memory is the machine's main memory; its speed is the stated one where the entry has none."""
    os = setup.os or usual_os(hardware)
    if hardware.kind != "cpu":
        return Device(hardware, name, node, os, setup.device_bytes)
    if hardware.bandwidth_bytes_s is None and setup.host_bandwidth_bytes_s is not None:
        known = tuple(figure for figure in hardware.unverified if figure != "bandwidth_gb_s")
        stated_gb_s = units.to_gb(setup.host_bandwidth_bytes_s)
        hardware = replace(hardware, bandwidth_gb_s=stated_gb_s, unverified=known)
    return Device(hardware, name, node, os, setup.host_bytes)


def _members(hardware: Hardware, by_id: HardwareById) -> list[tuple[Hardware, str, int]]:
    """Parts of a machine in the order its entry lists them, with name and node."""
    if not hardware.members:
        return [(hardware, hardware.id, 0)]
    found = []
    for member in hardware.members:
        for index in range(member.count):
            label = f"{member.device}#{index + 1}" if member.count > 1 else member.device
            found.append((by_id(member.device), label, index if hardware.nodes > 1 else 0))
    return found


def machine(hardware: Hardware, by_id: HardwareById, setup: Setup = AS_IT_COMES) -> Machine:
    """The pools of `hardware`; a system's members become its devices, in the order its entry lists them.

    A processor listed beside cards is not a device but the host behind them: its memory speed is the host's.
    """
    members = _members(hardware, by_id)
    has_cards = any(member.kind not in UNIFIED_KINDS for member, _, _ in members)
    behind = [member for member, _, _ in members if has_cards and member.kind == "cpu"]
    devices = [_device(*member, setup) for member in members if not (has_cards and member[0].kind == "cpu")]
    host, links = hardware.host, [link for link in hardware.links if link.bandwidth_gb_s]
    host_bytes = units.gib(host.memory_gb) if host and host.memory_gb else None
    speeds = [units.gb_s(host.bandwidth_gb_s)] if host and host.bandwidth_gb_s else []
    speeds += [each.bandwidth_bytes_s for each in behind if each.bandwidth_bytes_s is not None]
    return Machine(
        hardware=hardware, devices=tuple(devices),
        host_bytes=host_bytes if setup.host_bytes is None else setup.host_bytes,
        host_bandwidth_bytes_s=setup.host_bandwidth_bytes_s or next(iter(speeds), None),
        link_bytes_s=units.gb_s(links[0].bandwidth_gb_s) if links and links[0].bandwidth_gb_s else None,
        setup=setup,
    )  # fmt: skip
