"""Options that say of a machine what its name leaves open: operating system, memory settings, the host behind cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import click

from advisor import units
from advisor.catalog.schema.hardware import OperatingSystem
from advisor.cli.options import BYTES
from advisor.decide.host import host_bandwidth_bytes_s
from advisor.errors import UsageError
from advisor.estimate.machine import Setup

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware

SYSTEMS: tuple[OperatingSystem, ...] = get_args(OperatingSystem)


def setup_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--os`, `--gpu-memory`, `--host-memory` and `--host-bandwidth`."""
    options = (
        click.option("--os", "os_name", type=click.Choice(SYSTEMS), help="Operating system.  [default: the machine's usual one]"),
        click.option(
            "--gpu-memory", type=BYTES,
            help="Memory each device may use, as a setting of yours decides (GTT, wired limit, what is free): 120Gi.",
        ),
        click.option("--host-memory", type=BYTES, help="Main memory behind the cards, or of a machine without any (64G)."),
        click.option("--host-bandwidth", help="Its speed in GB/s, or by name (ddr5-6000-2ch)."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def setup(
    facts: Facts, hardware: Hardware, *, os_name: OperatingSystem | None = None, gpu_memory: int | None = None,
    host_memory: int | None = None, host_bandwidth: str | float | None = None,
) -> Setup:  # fmt: skip
    """What is said of this machine.

    Raises UsageError for an operating system it does not run and for more memory than is installed, UnknownName for a memory
    the catalog does not know.
    """
    parts = [facts.hardware[member.device] for member in hardware.members] or [hardware]
    for part in parts:
        _must_run(part, os_name)
    if gpu_memory is not None:
        _must_hold(parts, gpu_memory)
    if host_memory == 0:
        raise UsageError("--host-memory must be more than nothing")
    speed = None if host_bandwidth is None else host_bandwidth_bytes_s(facts, host_bandwidth)
    return Setup(os=os_name, device_bytes=gpu_memory, host_bytes=host_memory, host_bandwidth_bytes_s=speed)


def _must_run(part: Hardware, os_name: OperatingSystem | None) -> None:
    if os_name and (os_name == "macos") != (part.platform == "metal"):
        known = "runs macOS only" if part.platform == "metal" else "does not run macOS"
        raise UsageError(f"{part.name} {known}")


def _must_hold(parts: list[Hardware], gpu_memory: int) -> None:
    devices = [part for part in parts if part.kind != "cpu"]
    if not devices:
        raise UsageError(f"{parts[0].name} has main memory only; --host-memory states it")
    if not gpu_memory:
        raise UsageError("--gpu-memory must be more than nothing")
    for device in devices:
        installed = device.advertised_bytes
        if installed is not None and gpu_memory > installed:
            raise UsageError(
                f"--gpu-memory of {units.to_gib(gpu_memory):.1f} GiB is more than the {units.to_gib(installed):.1f} GiB "
                f"installed in {device.name}"
            )
