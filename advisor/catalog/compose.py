"""Machines made of others: `2x box`, `card+other-card`, in any order and spelling."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from advisor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from advisor.catalog.schema.hardware import Hardware

MOST_DEVICES = 128
BOX_KINDS = ("unified soc",)
"""Kinds that are a whole computer, so that two of them are two boxes."""

# A space before the x needs one after it: `7900 xtx` is no count of 7,900.
_COUNTED = re.compile(r"(?P<count>\d+)(?:[x\u00d7*]|\s+[x\u00d7*](?=\s))[\s-]*(?P<name>.*)", re.IGNORECASE | re.DOTALL)


def parts(typed: str, is_name: Callable[[str], bool]) -> list[tuple[int, str]]:
    """Counts and names of the devices typed; one pair with count 1 where it is a single name.

    `is_name` tells whether a part is a name as it stands (`7900xtx`, `2x-card`).
    Raises UsageError for an empty part, a count of zero and more than 128 devices.
    """
    found: list[tuple[int, str]] = []
    for part in typed.split("+"):
        counted = None if is_name(part) else _COUNTED.fullmatch(part.strip())
        digits, name = counted.group("count", "name") if counted else ("1", part.strip())
        if not name.strip():
            raise UsageError(f"{typed[:80]!r} leaves out a machine's name; write 2x CARD+OTHER")
        # Digits are counted first because turning thousands of them into a number takes long.
        count = int(digits) if len(digits) <= len(str(MOST_DEVICES)) else MOST_DEVICES + 1
        if not 1 <= count <= MOST_DEVICES:
            raise UsageError(f"{part.strip()[:80]!r}: a machine has 1 to {MOST_DEVICES} devices of a kind")
        found.append((count, name.strip()))
    if sum(count for count, _ in found) > MOST_DEVICES:
        raise UsageError(f"{typed[:80]!r}: a machine has at most {MOST_DEVICES} devices")
    return found


def devices(counted: Iterable[tuple[int, Hardware]], by_id: Mapping[str, Hardware]) -> Counter[str]:
    """How many of each device there are, systems taken apart into theirs."""
    total: Counter[str] = Counter()
    for count, entry in counted:
        if not entry.members:
            total[entry.id] += count
        for member in entry.members:
            inner = by_id.get(member.device)
            # A member that is itself a system would nest; `check` refuses it, so one level is all there is.
            total[inner.id if inner else member.device] += count * member.count
    return total


def signature(counts: Mapping[str, int]) -> str:
    """The same text for the same devices, however they are ordered."""
    return "+".join(f"{count}x {device}" for device, count in sorted(counts.items()))


def systems(hardware: Iterable[Hardware]) -> dict[str, tuple[str, ...]]:
    """Signature → ids of the systems made of exactly these devices."""
    known = list(hardware)
    by_id = {entry.id: entry for entry in known}
    found: dict[str, tuple[str, ...]] = {}
    for entry in known:
        if entry.members:
            key = signature(devices([(1, entry)], by_id))
            found[key] = (*found.get(key, ()), entry.id)
    return found


def compose(counts: Mapping[str, int], by_id: Mapping[str, Hardware]) -> Hardware:
    """A system of these devices about which nothing else is known: no host, no links."""
    from advisor.catalog.schema.hardware import Hardware, Member  # noqa: PLC0415  only a composed machine needs them

    ordered = sorted(counts.items())
    members = [by_id[device] for device, _ in ordered]
    boxes = sum(count for (_, count), member in zip(ordered, members, strict=True) if member.kind in BOX_KINDS)
    has_cards = any(member.kind not in BOX_KINDS for member in members)
    return Hardware(
        id="+".join(device if count == 1 else f"{count}x-{device}" for device, count in ordered),
        name=" + ".join(
            member.name if count == 1 else f"{count}x {member.name}"
            for (_, count), member in zip(ordered, members, strict=True)
        ),
        vendor=" and ".join(dict.fromkeys(member.vendor for member in members)),
        kind="system",
        members=tuple(Member(device=device, count=count) for device, count in ordered),
        nodes=boxes + has_cards,
    )
