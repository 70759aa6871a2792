"""The memory pools of a case: what each device and the host give, less what was asked to be kept."""

from advisor import units
from advisor.estimate.cannot import CannotRun
from advisor.estimate.case import Case
from advisor.estimate.placement import Pool
from advisor.estimate.usable import Usable, usable
from advisor.once import Once

UNBOUNDED = units.GIB * 2**20
"""Stands for a host of unstated size, which a plan without offload never fills."""


def kept_bytes(case: Case, device: int | None) -> int:
    """What is not to be used of a pool: the headroom of every pool, and on the first device its other residents."""
    return case.demand.reserve_bytes + (case.demand.resident_bytes if device == 0 else 0)


def _gib(size_bytes: int) -> float:
    return round(units.to_gib(size_bytes), 1)


def kept_words(case: Case, device: int | None) -> str:
    """The same in words for the pool's basis; empty where nothing is kept."""
    reserve, resident = case.demand.reserve_bytes, case.demand.resident_bytes if device == 0 else 0
    words = f", less {_gib(reserve)} GiB kept free" if reserve else ""
    return words + (f", less {_gib(resident)} GiB of other residents" if resident else "")


def pool_name(case: Case, index: int) -> str:
    """How the pool of that device is called."""
    device = case.machine.devices[index]
    if device.hardware.kind == "cpu" and len(case.machine.devices) == 1:
        return "main memory"
    return "unified" if device.unified and len(case.machine.devices) == 1 else device.name


def device_usable(case: Case, index: int) -> Usable:
    """What the case's runtime can have of that device. Raises CannotRun where its size is not stated."""
    device = case.machine.devices[index]
    found = usable(device, case.runtime_as_started, case.backend, case.memory_share)
    if found is None:
        hint = ": --host-memory states it" if device.hardware.kind == "cpu" else ""
        message = f"the memory size of {device.hardware.name} is not stated{hint}"
        raise CannotRun(message)
    return found


def device_pool(case: Case, index: int) -> Pool:
    """The pool of one device. Raises CannotRun where its size is not stated."""
    found, kept = device_usable(case, index), kept_bytes(case, index)
    hardware = case.machine.devices[index].hardware
    size = found.free_bytes if hardware.kind == "cpu" else hardware.advertised_bytes
    return Pool(
        pool_name(case, index), size, found.free_bytes - kept, found.usable_bytes - kept,
        found.basis + kept_words(case, index), found.source, index,
    )  # fmt: skip


_POOLS = Once[tuple[Pool, ...]](4096)


def pools_of(case: Case) -> tuple[Pool, ...]:
    """The pools of all devices, in their order. Raises CannotRun where the size of one is not stated."""
    d = case.demand
    return _POOLS(
        (case.machine, case.runtime, case.version), (case.backend, d.reserve_bytes, d.resident_bytes, d.layout, d.serving),
        lambda: tuple(device_pool(case, index) for index in range(len(case.machine.devices))),
    )  # fmt: skip


def host_pool(case: Case) -> Pool:
    """Main memory behind the devices; without bound where its size is not stated."""
    size = case.machine.host_bytes
    if size is None:
        return Pool("host", None, 0, UNBOUNDED, "not stated", None, None)
    basis = "as stated; what the system itself uses is not known" + kept_words(case, None)
    left = max(0, size - kept_bytes(case, None))
    return Pool("host", size, left, left, basis, None, None)
