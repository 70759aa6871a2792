"""Verdicts that hang on an assumption about free memory: what they would be with what others saw."""

from collections.abc import Callable
from dataclasses import replace

from advisor.estimate.case import Case
from advisor.estimate.note import Note, note
from advisor.estimate.placement import RUNS, Placement
from advisor.estimate.pools import device_usable
from advisor.estimate.usable import Usable

Planned = Callable[[Case], Placement]
WORDS = {
    "fits": "it fits", "fits-offloaded": "it fits with part of it in host memory", "does-not-fit": "it does not fit",
    "unsupported": "it cannot run",
}  # fmt: skip


def tight_notes(case: Case, plan: Placement, planned: Planned) -> list[Note]:
    """At most one remark: with as little, or as much, free as others saw the verdict would be another.

    Nothing for runtimes that take a share of what is visible, and for Ollama's own rule, which sets a context aside itself.
    """
    if case.memory_share is not None or case.cache_rule in {"ollama-2025", "paged"}:
        return []
    found = [device_usable(case, index) for index in range(len(case.machine.devices))]
    assumed = {
        case.machine.devices[index].name: each for index, each in enumerate(found) if each.least_bytes is not None
    }
    if not assumed:
        return []
    names = " and ".join(assumed)
    least = [each.free_bytes if each.least_bytes is None else each.least_bytes for each in found]
    most = [each.free_bytes if each.most_bytes is None else each.most_bytes for each in found]
    for sizes, words in ((least, "less"), (most, "more")):
        off = sum(abs(size - each.free_bytes) for size, each in zip(sizes, found, strict=True))
        if off and _near(plan, found, off) and (other := planned(_with(case, sizes)).verdict) != plan.verdict:
            return [
                note(
                    f"tight: what is free on {names} is assumed; with {{off_bytes}} {words}, as on cards whose logs show it, "
                    f"{WORDS[other]} (--gpu-memory states what is free on yours)", off_bytes=off,
                )
            ]  # fmt: skip
    return []


def _near(plan: Placement, found: list[Usable], off_bytes: int) -> bool:
    """Whether so much more or less could matter: there is less to spare on some device, or less is missing."""
    if plan.verdict not in RUNS:
        return plan.short_bytes <= off_bytes
    spare = [use.left_bytes for use in plan.uses if use.pool.device is not None]
    return plan.verdict == "fits-offloaded" or min(spare[: len(found)]) < off_bytes


def _with(case: Case, sizes: list[int]) -> Case:
    """The case with so many bytes free on each device."""
    devices = zip(case.machine.devices, sizes, strict=True)
    given = tuple(replace(device, stated_bytes=size) for device, size in devices)
    return replace(case, machine=replace(case.machine, devices=given))
