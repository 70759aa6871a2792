"""What somebody could do: keep what they own, or buy one of the machines considered, with its bill, power and limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.catalog import find
from advisor.decide.bill import CARDS, Bill, bill_of, devices_of, needs_host
from advisor.decide.cost import MONTHS_PER_YEAR
from advisor.decide.need import Candidate
from advisor.decide.offers import own_tariff, tariff_of
from advisor.decide.ownership import Duty, owning
from advisor.decide.power_draw import draw_of
from advisor.decide.prices import in_market, own_quote
from advisor.decide.ranges import NOTHING, Range
from advisor.estimate.note import Note, note

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.decide.bill import HostIs
    from advisor.decide.need import Need
    from advisor.decide.offers import Tariff
    from advisor.decide.ownership import Owning
    from advisor.decide.power_draw import Draw

KEEP = "keep"
"""Name of the option that buys nothing."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to do."""

    name: str
    """Hardware id of what is bought, or `keep`."""
    bought: Hardware | None
    machines: tuple[Hardware, ...]
    """Everything there is to work with afterwards."""
    bill: Bill | None
    """None where nothing is bought, or where a part has no dated price."""
    draw: Draw | None
    """Wall power of what is bought; of what is owned for `keep`."""
    cost: Range | None
    """Price less what is sold and the resale, and the energy, over the years it is kept; None without a price."""
    owning: Owning | None
    out: tuple[Note, ...] = ()
    """Limits of the need it breaks, or why it has no price; an option without any is open."""
    notes: tuple[Note, ...] = ()

    @property
    def price(self) -> Range | None:
        """What is paid now; nothing for `keep`, None where a part has no dated price."""
        if self.bought is None:
            return NOTHING
        return self.bill.amount if self.bill else None


def machines_of(facts: Facts, need: Need) -> tuple[Hardware, ...]:
    """Everything that is kept: what is owned and not sold."""
    return tuple(find.hardware(facts, each.machine) for each in need.owns if each.sold_for is None)


def options(facts: Facts, need: Need) -> tuple[Option, ...]:
    """Keeping what is owned, if anything is, and every machine considered; those the limits rule out say why."""
    kept = machines_of(facts, need)
    found = [_keep(facts, need, kept)] if kept else []
    return (*found, *(_buy(facts, need, each, kept) for each in candidates(facts, need)))


def candidates(facts: Facts, need: Need) -> tuple[Candidate, ...]:
    """The machines considered; where none is named, every machine and card of the catalog with a dated price in budget."""
    if need.considers or need.limits.budget is None:
        return need.considers
    market = need.market
    found = []
    for hardware in facts.hardware.values():
        if hardware.kind == "cpu" or hardware.same_as or not facts.prices_for(hardware.id):
            continue
        bill = bill_of(facts, hardware, market, _host(facts, need, hardware, None))
        if isinstance(bill, Bill) and 0 < bill.amount.mid <= need.limits.budget and not bill.is_old:
            found.append(Candidate(machine=hardware.id, condition=market.condition))
    return tuple(found)


def tariff(facts: Facts, need: Need) -> Tariff | Note:
    """What a kilowatt hour costs: the person's own figure, or their region's; or why nobody knows."""
    market = need.market
    if need.per_kwh is not None:
        return own_tariff(need.per_kwh, market.currency, market.day(facts.date))
    return tariff_of(facts, market)


def duty(need: Need, load_h_per_day: float | None = None) -> Duty:
    """How long a day the machine works, by the hours stated or by the tokens of the day, and what it produces."""
    hours = load_h_per_day
    if hours is None:
        hours = min(need.keeping.on_h_per_day, sum(work.hours_per_day or 0.0 for work in need.workloads))
    return Duty(
        load_h_per_day=hours, on_h_per_day=need.keeping.on_h_per_day, years=need.keeping.years, resale_share=need.keeping.resale_share,
        prompt_tokens_per_day=sum(work.prompt_tokens_per_day for work in need.workloads),
        output_tokens_per_day=sum(work.output_tokens_per_day for work in need.workloads),
    )  # fmt: skip


def _keep(facts: Facts, need: Need, kept: tuple[Hardware, ...]) -> Option:
    own = next(each for each in need.owns if each.sold_for is None)
    draw = draw_of(facts, kept[0], need.market.as_of, load_w=own.load_w, idle_w=own.idle_w)
    costs = owning(NOTHING, draw, tariff(facts, need), duty(need))
    return Option(KEEP, None, kept, None, draw, _over_years(costs, need, 0.0), costs)


def _buy(facts: Facts, need: Need, asked: Candidate, kept: tuple[Hardware, ...]) -> Option:
    hardware = find.hardware(facts, asked.machine)
    draw = draw_of(facts, hardware, need.market.as_of, load_w=asked.load_w, idle_w=asked.idle_w)
    bill = _bill(facts, need, asked, hardware)
    sold = sum(each.sold_for or 0.0 for each in need.owns)
    priced = bill if isinstance(bill, Bill) else None
    costs = owning(priced.amount, draw, tariff(facts, need), duty(need)) if priced else None
    out = [bill] if isinstance(bill, Note) else list(_over_budget(need, bill, sold))
    return Option(
        name=hardware.id, bought=hardware, machines=(*kept, hardware), bill=priced, draw=draw,
        cost=_over_years(costs, need, sold) if costs else None, owning=costs, out=(*out, *_limits(facts, need, hardware, draw)),
        notes=priced.notes if priced else (),
    )  # fmt: skip


def _bill(facts: Facts, need: Need, asked: Candidate, hardware: Hardware) -> Bill | Note:
    market = in_market(need.market, asked.condition)
    own = None
    if asked.price is not None:
        day = asked.price_date or market.day(facts.date)
        own = {hardware.id: own_quote(asked.price, market.currency, day, market.region, asked.condition)}
    return bill_of(facts, hardware, market, _host(facts, need, hardware, asked.host), own)


def _host(facts: Facts, need: Need, hardware: Hardware, said: HostIs | None) -> HostIs:
    if said is not None:
        return said
    owned = (find.hardware(facts, each.machine) for each in need.owns)
    return "owned" if needs_host(facts, hardware) and any(needs_host(facts, each) for each in owned) else "bought"


def _over_years(costs: Owning, need: Need, sold: float) -> Range:
    whole = costs.per_month.times(need.keeping.years * MONTHS_PER_YEAR)
    return Range(whole.low - sold, whole.mid - sold, whole.high - sold)


def _over_budget(need: Need, bill: Bill, sold: float) -> tuple[Note, ...]:
    budget = need.limits.budget
    if budget is None or bill.amount.mid - sold <= budget:
        return ()
    words = f"{{price_money}} {bill.currency} is over the budget of {{budget_money}}"
    return (note(words, price_money=bill.amount.mid - sold, budget_money=budget),)


def _limits(facts: Facts, need: Need, hardware: Hardware, draw: Draw) -> tuple[Note, ...]:
    limits, found = need.limits, []
    devices = [facts.hardware[device] for device, _ in devices_of(hardware)]
    if limits.power_w is not None and draw.load_w is not None and draw.load_w.mid > limits.power_w:
        found.append(
            note("{load_watts} W under load is over the limit of {most_watts} W", load_watts=draw.load_w.mid, most_watts=limits.power_w)
        )  # fmt: skip
    if limits.single_box and hardware.nodes > 1:
        found.append(note("more than one box"))
    cards = [device for device in devices if device.kind in CARDS]
    if limits.mixed_gpus == "never" and len({card.id for card in cards}) > 1:
        found.append(note("different cards in one machine"))
    if limits.mixed_gpus == "same maker" and len({card.vendor for card in cards}) > 1:
        found.append(note("cards of different makers in one machine"))
    return tuple(found)
