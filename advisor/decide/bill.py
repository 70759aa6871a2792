"""What a whole machine costs to buy: its devices, the computer around cards, the cables between boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from advisor.decide.market import Market, Quote, age_days
from advisor.decide.prices import Priced, in_market, priced, quotes_of
from advisor.decide.ranges import NOTHING, Range, stated, total
from advisor.estimate.note import Note
from advisor.evidence.age import day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware

HostIs = Literal["bought", "owned"]
CARDS = frozenset({"discrete gpu", "accelerator"})


@dataclass(frozen=True, slots=True)
class Item:
    """So many pieces of one thing."""

    count: int
    price: Priced

    @property
    def amount(self) -> Range:
        """All pieces together."""
        return self.price.amount.times(self.count)

    @property
    def thing(self) -> str:
        """What is priced, how and where: items of several bills that say the same cost the same."""
        price = self.price
        return f"{price.what}, {price.condition}, {price.region}, {price.date}"

    @property
    def widest(self) -> Range:
        """The same with its ends moved out to a newer price of another region, in the same condition."""
        return self.price.widest.times(self.count)


@dataclass(frozen=True, slots=True)
class Bill:
    """What everything of a machine that must be bought comes to; nothing for what is owned."""

    items: tuple[Item, ...]
    currency: str
    notes: tuple[Note, ...] = ()

    @property
    def amount(self) -> Range:
        """The sum, end to end."""
        return total(item.amount for item in self.items) if self.items else NOTHING

    @property
    def widest(self) -> Range:
        """The sum of what each may cost when newer prices of other regions count as well."""
        return total(item.widest for item in self.items) if self.items else NOTHING

    @property
    def date(self) -> str | None:
        """Date of the oldest price in it; None where nothing is bought."""
        return min((item.price.date for item in self.items), key=day, default=None)

    @property
    def is_old(self) -> bool:
        """True where any price in it is older than six months."""
        return any(item.price.is_old for item in self.items)


def needs_host(facts: Facts, hardware: Hardware) -> bool:
    """Whether any of its devices is a card, which runs in no box of its own."""
    return any(facts.hardware[device].kind in CARDS for device, _ in devices_of(hardware))


def devices_of(hardware: Hardware) -> tuple[tuple[str, int], ...]:
    """Ids and counts of its devices; itself for a single one."""
    return tuple((m.device, m.count) for m in hardware.members) or ((hardware.id, 1),)


def bought_devices(facts: Facts, hardware: Hardware) -> tuple[tuple[str, int], ...]:
    """Its devices without the main memory named behind cards, which belongs to the computer around them."""
    devices = devices_of(hardware)
    if not needs_host(facts, hardware):
        return devices
    return tuple((device, count) for device, count in devices if facts.hardware[device].kind != "cpu")


def bill_of(
    facts: Facts,
    hardware: Hardware,
    market: Market,
    host: HostIs = "bought",
    own: Mapping[str, Quote] | None = None,
) -> Bill | Note:
    """What the machine costs in the market's currency, or which part nobody prices.

    Devices add up, each at its own dated price. Cards need one computer around them unless there is one (`host` is
    owned); several boxes that are linked need a cable for each after the first. `own` holds quotes of the person's own
    by hardware id; one for the machine itself is the whole bill.
    """
    mine = own or {}
    if hardware.id in mine:
        return _bill((_priced_at(facts, hardware.id, mine[hardware.id], market),), market)
    found: list[Item | Note] = [
        _device(facts, device, count, market, mine.get(device)) for device, count in bought_devices(facts, hardware)
    ]
    if any(isinstance(item, Note) for item in found) and facts.prices_for(hardware.id):
        whole = priced(facts, hardware.id, quotes_of(facts, hardware.id), market)
        return whole if isinstance(whole, Note) else Bill((Item(1, whole),), market.currency)
    extra, notes = _around(facts, hardware, market, host)
    return _bill((*found, *extra), market, notes)


def _around(
    facts: Facts, hardware: Hardware, market: Market, host: HostIs
) -> tuple[list[Item | Note], tuple[Note, ...]]:
    devices = bought_devices(facts, hardware)
    cards = sum(count for device, count in devices if facts.hardware[device].kind in CARDS)
    found: list[Item | Note] = []
    notes = []
    if any(facts.hardware[device].module for device, _ in devices):
        return [], (Note("it plugs into a server's own baseboard, which is not in the price"),)
    if cards and host == "bought":
        found.append(_part(facts, "host", 1, market))
        if cards > 1:
            notes.append(Note("the computer is priced for one card; slots and power for more may cost more"))
        if len(devices) < len(devices_of(hardware)):
            notes.append(Note("the computer is priced without regard to its main memory"))
    boxes = sum(count for device, count in devices if facts.hardware[device].kind not in CARDS)
    if boxes > 1:
        cable = _part(facts, "cable", boxes - 1, market)
        if isinstance(cable, Note):
            notes.append(Note("the cables between the boxes are not in it: nobody prices them then"))
        else:
            found.append(cable)
    return found, tuple(notes)


def _bill(found: Iterable[Item | Note], market: Market, notes: tuple[Note, ...] = ()) -> Bill | Note:
    items: list[Item] = []
    for each in found:
        if isinstance(each, Note):
            return each
        items.append(each)
    return Bill(tuple(items), market.currency, notes)


def _device(facts: Facts, device: str, count: int, market: Market, own: Quote | None) -> Item | Note:
    if own:
        return _priced_at(facts, device, own, market, count)
    price = priced(facts, device, quotes_of(facts, device), market)
    return price if isinstance(price, Note) else Item(count, price)


def _priced_at(facts: Facts, what: str, own: Quote, market: Market, count: int = 1) -> Item | Note:
    price = priced(facts, what, (own,), in_market(market, own.condition))
    return price if isinstance(price, Note) else Item(count, price)


def _part(facts: Facts, part: str, count: int, market: Market) -> Item | Note:
    quotes = []
    for row in facts.costs_for("host"):
        amount = stated(row.low, row.value, row.high)
        if row.part == part and amount and row.date and row.currency:
            quotes.append(
                Quote(
                    amount=amount, currency=row.currency, region=row.region or "", condition=row.condition or "new",
                    date=row.date, kind="street", row=row,
                )
            )  # fmt: skip
    what = "a computer without its card" if part == "host" else "a cable between boxes"
    price = priced(facts, what, quotes, in_market(market, "new"))
    return price if isinstance(price, Note) else Item(count, price)


def oldest_days(bill: Bill, asked_on: str) -> int:
    """Age of its oldest price on the day."""
    return max((age_days(item.price.date, asked_on) for item in bill.items), default=0)
