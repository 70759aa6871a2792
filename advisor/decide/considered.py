"""Which machines are weighed: those the need names, else everything of the catalog that can be bought within the budget."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.catalog import find
from advisor.decide.bill import CARDS, Bill, HostIs, bill_of, needs_host
from advisor.decide.need import Candidate
from advisor.estimate.note import Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.decide.need import Need, Owned

PAIR = 2
"""Cards of one kind in one computer that are also weighed."""
REASONS = {
    "module": ("board that only a server takes", "boards that only servers take"),
    "unpriced": ("machine nobody prices by then", "machines nobody prices by then"),
    "old": ("machine whose newest price is older than six months", "machines whose newest price is older than six months"),
    "dear": ("machine over the budget", "machines over the budget"),
}  # fmt: skip
"""Why a machine is not weighed → what is said of one and of several."""


@dataclass(frozen=True, slots=True)
class Considered:
    """What is weighed."""

    candidates: tuple[Candidate, ...]
    aside: tuple[Note, ...] = ()
    """How many machines of the catalog were left aside, by reason; nothing where the need names its candidates."""


def considered(facts: Facts, need: Need) -> Considered:
    """The machines the need names; where it names none, every machine of the catalog with a fresh dated price within the budget.

    Of cards also two of a kind in one computer. Boards for a server's own baseboard are left aside unless they are named:
    they plug into no computer.
    """
    if need.considers or need.limits.budget is None:
        return Considered(need.considers)
    found, reasons = [], Counter[str]()
    for hardware in facts.hardware.values():
        if hardware.kind in {"cpu", "not stated"} or (hardware.is_system and not facts.prices_for(hardware.id)):
            continue
        why = _why_not(facts, need, hardware)
        if why:
            reasons[why] += 1
            continue
        found.append(_candidate(need, hardware))
        pair = find.several(facts, hardware, PAIR) if hardware.kind in CARDS else None
        if pair and not _why_not(facts, need, pair):
            found.append(_candidate(need, pair))
    aside = tuple(_counted(reasons[reason], reason) for reason in REASONS if reasons[reason])
    return Considered(tuple(dict.fromkeys(found)), aside)


def _candidate(need: Need, hardware: Hardware) -> Candidate:
    condition = need.market.condition
    return Candidate(machine=hardware.id, condition="new" if condition not in {"used", "refurbished"} else condition)


def _why_not(facts: Facts, need: Need, hardware: Hardware) -> str | None:
    if hardware.module:
        return "module"
    bill = bill_of(facts, hardware, need.market, host_of(facts, need.owns, hardware))
    if not isinstance(bill, Bill):
        return "unpriced"
    if bill.is_old:
        return "old"
    sold = sum(each.sold_for or 0.0 for each in need.owns)
    return "dear" if bill.amount.mid - sold > (need.limits.budget or 0.0) else None


def _counted(count: int, reason: str) -> Note:
    one, many = REASONS[reason]
    return Note(f"{count} {one if count == 1 else many}")


def host_of(facts: Facts, owns: Iterable[Owned], hardware: Hardware, said: HostIs | None = None) -> HostIs:
    """Whether the computer around cards is there already: as said, else where the person owns a machine with cards."""
    if said is not None:
        return said
    owned = (find.hardware(facts, each.machine) for each in owns)
    return "owned" if needs_host(facts, hardware) and any(needs_host(facts, each) for each in owned) else "bought"
