"""Watts a machine takes from the wall while it works and while it waits: from rows, never from gaming figures.

The watts of a chip's own sensor are no wall power; `evidence.power` shows those.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import quantiles
from typing import TYPE_CHECKING, Literal

from advisor.catalog.schema.common import known_by
from advisor.decide.bill import CARDS, bought_devices
from advisor.decide.ranges import Range, exactly, stated, together, total
from advisor.estimate.note import Note, note
from advisor.evidence.observations import identity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.market import Figure

Basis = Literal["yours", "read at the wall", "read at the wall with one card", "power limit", "unknown"]
DECILES = 10
MACHINES_NEEDED = 5
"""Fewer machines than this say nothing about what a computer draws for a card of a given limit."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Wall power of one machine."""

    load_w: Range | None
    """While it generates; from the least row to the highest peak. None where nobody read it and no limit is known."""
    idle_w: Range | None
    """While it waits. None where nobody read it: then energy is a lower bound."""
    basis: Basis
    rows: tuple[Figure, ...]
    notes: tuple[Note, ...] = ()


def draw_of(
    facts: Facts,
    hardware: Hardware,
    as_of: str | None = None,
    *,
    load_w: float | None = None,
    idle_w: float | None = None,
) -> Draw:
    """Wall power of the machine; what its owner read replaces the rows.

    Boxes add up. Of a machine of cards the computer is in it: rows of so many of these cards, else a row of one of them
    with its computer, the others between nothing (layers split: one card works at a time) and their limits (all work at
    once), else the limits times what such computers were read to draw for one. The middle of mixed cards is one at a
    time, of equal cards all at once.
    """
    found = _of_rows(facts, hardware, as_of)
    if load_w is None and idle_w is None:
        return found
    return Draw(
        exactly(load_w) if load_w is not None else found.load_w, exactly(idle_w) if idle_w is not None else found.idle_w,
        "yours" if load_w is not None else found.basis, found.rows, found.notes if load_w is None else (),
    )  # fmt: skip


def _of_rows(facts: Facts, hardware: Hardware, as_of: str | None) -> Draw:
    devices = [(facts.hardware[device], count) for device, count in bought_devices(facts, hardware)]
    if all(device.kind not in CARDS for device, _ in devices):
        return _boxes(facts, devices, as_of)
    if any(device.kind not in CARDS for device, _ in devices):
        return Draw(None, None, "unknown", (), (Note("nobody read the power of boxes and cards together"),))
    return _cards(facts, devices, as_of)


def _boxes(facts: Facts, devices: list[tuple[Hardware, int]], as_of: str | None) -> Draw:
    loads, idles, rows = [], [], []
    for box, count in devices:
        held = [row for row in _wall(facts, as_of) if row.devices == 1 and _same_box(facts, row, box)]
        load, idle = _range(held, working=True), _range(held, working=False)
        if load is None and box.power_w and "power_w" not in box.unverified:
            load = Range(0.0, box.power_w, box.power_w)
        loads.append(load.times(count) if load else None)
        idles.append(idle.times(count) if idle else None)
        rows += held
    notes = _missing(loads, idles)
    if not any(row.state != "idle" for row in rows) and _sum(loads):
        by_limit = Note("nobody read at the wall what it draws while it works: at most its power limit")
        return Draw(_sum(loads), _sum(idles), "power limit", tuple(rows), (by_limit, *notes))
    return Draw(_sum(loads), _sum(idles), "read at the wall" if _sum(loads) else "unknown", tuple(rows), notes)


def _same_box(facts: Facts, row: Figure, box: Hardware) -> bool:
    """Whether the row is of this box, of what it rebadges, or of the same chip with another memory."""
    other = facts.hardware[row.hardware or ""]
    family = {name for name in (identity(box), box.variant_of) if name}
    return bool(family & {identity(other), other.variant_of})


def _cards(facts: Facts, devices: list[tuple[Hardware, int]], as_of: str | None) -> Draw:
    rows = _wall(facts, as_of)
    if len(devices) == 1:
        card, count = devices[0]
        same = [row for row in rows if row.hardware == card.id and row.devices == count]
        load = _range(same, working=True)
        if load:
            idle = _range(same, working=False)
            return Draw(load, idle, "read at the wall", tuple(same), _missing([load], [idle]))
    limits = [card.power_w * count for card, count in devices if card.power_w and "power_w" not in card.unverified]
    if len(limits) < len(devices):
        return Draw(None, None, "unknown", (), (Note("the power limit of a card is not known"),))
    return _with_one_card(rows, devices, sum(limits)) or _by_limits(facts, rows, sum(limits))


def _with_one_card(rows: list[Figure], devices: list[tuple[Hardware, int]], limits_w: float) -> Draw | None:
    """The hungriest card that was read with its computer, and the other cards on top."""
    for card, _ in sorted(devices, key=lambda pair: -(pair[0].power_w or 0)):
        held = [row for row in rows if row.hardware == card.id and row.devices == 1]
        one = _range(held, working=True)
        if one:
            others = limits_w - (card.power_w or 0)
            is_equal = len(devices) == 1
            load = Range(one.low, one.mid + (others if is_equal else 0), one.high + others)
            words = "read with one card; the others take up to their limits, {limit_w} W together"
            notes = (note(words, limit_w=others), *_missing([load], [None]))
            return Draw(load, None, "read at the wall with one card", tuple(held), notes)
    return None


def _by_limits(facts: Facts, rows: list[Figure], limits_w: float) -> Draw:
    ratios = [
        ratio for row in rows if row.state != "idle" and (ratio := _of_limit(facts, row)) is not None
    ]  # fmt: skip
    machines = {row.hardware for row in rows if row.state != "idle" and _of_limit(facts, row) is not None}
    if len(machines) < MACHINES_NEEDED:
        return Draw(None, None, "unknown", (), (Note("too few computers with cards were read at the wall by then"),))
    cuts = quantiles(ratios, n=DECILES)
    load = Range(cuts[0], cuts[len(cuts) // 2], cuts[-1]).times(limits_w)
    words = "nobody read it: the cards' limits times what {machines} other cards with their computers drew of theirs"
    notes = (note(words, machines=len(machines)), *_missing([load], [None]))
    return Draw(load, None, "power limit", (), notes)


def _of_limit(facts: Facts, row: Figure) -> float | None:
    card = facts.hardware[row.hardware or ""]
    amount = stated(row.low, row.value, row.high)
    if card.kind not in CARDS or not card.power_w or amount is None:
        return None
    return amount.mid / (card.power_w * row.devices)


def _wall(facts: Facts, as_of: str | None) -> list[Figure]:
    """Rows read at the wall while a model ran, or while nothing did, known on the day."""
    return [
        row for row in facts.costs_for("power")
        if row.read_at == "wall" and row.inference and row.date and known_by(row.date, as_of)
    ]  # fmt: skip


def _range(rows: Iterable[Figure], *, working: bool) -> Range | None:
    chosen = [row for row in rows if (row.state != "idle") == working]
    return together(amount for row in chosen if (amount := stated(row.low, row.value, row.high)))


def _sum(ranges: Iterable[Range | None]) -> Range | None:
    held = list(ranges)
    return None if any(each is None for each in held) else total(each for each in held if each)


def _missing(loads: list[Range | None], idles: list[Range | None]) -> tuple[Note, ...]:
    notes = []
    if any(load is None for load in loads):
        notes.append(Note("nobody read what it draws while it works: state load_w"))
    if any(idle is None for idle in idles):
        notes.append(Note("nobody read what it draws while it waits: state idle_w, or its energy is a lower bound"))
    return tuple(notes)
