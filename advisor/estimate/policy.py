"""What the memory policy in force leaves open: other settings that change the verdict, and what no source states."""

from collections.abc import Iterator
from math import ceil

from advisor import units
from advisor.catalog.schema.hardware import UsableMemory
from advisor.estimate.case import Case
from advisor.estimate.machine import Device
from advisor.estimate.note import Note, note
from advisor.estimate.placement import RUNS, Placement
from advisor.estimate.pools import device_usable
from advisor.estimate.tight import WORDS as SAID
from advisor.estimate.tight import Planned, tight_notes
from advisor.estimate.usable import LIMITS, row_in_force, seen_bytes


def policy_notes(case: Case, plan: Placement, planned: Planned) -> list[Note]:
    """Remarks on the policy behind `plan`; `planned` places the same weights under another setting."""
    return [
        *_other_settings(case, plan, planned), *_raised_limit(case, plan), *_unknown_reserve(case), *tight_notes(case, plan, planned),
        *_unknown_context(case, plan), *_unused_host(case), *_over_network(case),
    ]  # fmt: skip


def _row(case: Case, device: Device) -> UsableMemory | None:
    """The policy the device is under; None where the person states the size or the entry says nothing."""
    return None if device.stated_bytes is not None else row_in_force(device, case.runtime)


def other_rows(case: Case) -> tuple[UsableMemory, ...]:
    """Rows of the first device that hold for another setting than the one in force, under the same operating system."""
    device = case.machine.devices[0]
    chosen = _row(case, device)
    if chosen is None:
        return ()
    return tuple(
        row for row in device.hardware.usable
        if row.meaning in LIMITS and row.setting != chosen.setting and row.os in {None, device.os}
        and row.runtime in {None, case.runtime.id, case.runtime.family}
    )  # fmt: skip


def _other_settings(case: Case, plan: Placement, planned: Planned) -> Iterator[Note]:
    if len({device.hardware.id for device in case.machine.devices}) > 1:
        return
    told = {plan.verdict}
    for row in other_rows(case):
        size = seen_bytes(row, case.machine.devices[0].hardware)
        verdict = planned(case.given(size)).verdict if size is not None else plan.verdict
        if size is not None and verdict not in told:
            told.add(verdict)
            setting = f"with {row.setting}" if row.setting else "as the machine comes, without a setting,"
            yield note(f"{setting} the GPU has {{memory_bytes}}: {SAID[verdict]}", memory_bytes=size)


def _raised_limit(case: Case, plan: Placement) -> Iterator[Note]:
    """What to raise macOS's limit to, where that is all that is missing."""
    device = case.machine.devices[0]
    row, installed = _row(case, device), device.hardware.advertised_bytes
    if plan.verdict in RUNS or len(case.machine.devices) > 1 or row is None or row.meaning != "wired limit":
        return
    limit_mib = ceil(units.to_mib((seen_bytes(row, device.hardware) or 0) + plan.short_bytes))
    left = (installed or 0) - units.mib(limit_mib)
    if left > 0:
        yield note(
            f"it would fit with the limit raised to {limit_mib} MiB (sudo sysctl iogpu.wired_limit_mb={limit_mib}, until a "
            "restart), which leaves {left_bytes} to macOS", left_bytes=left,
        )  # fmt: skip


def _unknown_reserve(case: Case) -> Iterator[Note]:
    unseen = [
        device.hardware.name for device in case.machine.devices
        if device.os == "windows" and device.stated_bytes is None and not device.unified
        and ((row := row_in_force(device, case.runtime)) is None or row.os != "windows")
    ]  # fmt: skip
    if unseen:
        yield note(
            "Windows keeps part of a card's memory for itself (1.2 to 1.7 GiB on the cards where llama.cpp's log shows it); for "
            f"{' and '.join(dict.fromkeys(unseen))} no source states it and nothing is subtracted: --gpu-memory states what is free"
        )


def _unknown_context(case: Case, plan: Placement) -> Iterator[Note]:
    """Only where less is left than any backend's context that somebody saw."""
    tight = [
        use.pool.name for use in plan.uses
        if use.pool.device is not None and plan.verdict in RUNS and use.pool.free_bytes - use.used_bytes < units.GIB
        and device_usable(case, use.pool.device).context_unknown
    ]  # fmt: skip
    if tight:
        yield note(f"the {case.backend} context on {' and '.join(tight)} is not counted: no source states it")


def _unused_host(case: Case) -> Iterator[Note]:
    setup, devices = case.machine.setup, case.machine.devices
    stated = setup.host_bytes is not None or setup.host_bandwidth_bytes_s is not None
    if stated and all(device.hardware.kind == "unified soc" for device in devices):
        yield note("processor and GPU share one memory here: what is stated of a host does not apply")


def _over_network(case: Case) -> Iterator[Note]:
    if case.machine.nodes > 1 and case.runtime.family == "llama.cpp":
        yield note(
            "layers go out over all boxes in proportion to their free memory, each with its cache: start rpc-server on the others and "
            "name them to llama-server with --rpc; what the RPC server takes for itself no source states, and it is not counted"
        )
