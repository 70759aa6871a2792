"""What somebody could do: keep what they own, or buy one of the machines considered, with its bill, power and limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.catalog import find
from advisor.decide.bill import CARDS, Bill, devices_of
from advisor.decide.considered import considered
from advisor.decide.host import setup_of
from advisor.decide.offers import own_tariff, tariff_of
from advisor.decide.ownership import Duty
from advisor.decide.power_draw import draw_of
from advisor.decide.ranges import NOTHING, Range
from advisor.decide.terms import Terms, bill_of_candidate
from advisor.estimate.note import Note, note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.decide.need import Candidate, Need, Owned
    from advisor.decide.offers import Tariff
    from advisor.decide.ownership import Owning
    from advisor.decide.power_draw import Draw
    from advisor.estimate.machine import Setup

KEEP = "keep"
"""Name of the option that buys nothing."""
OVER_BUDGET = "is over the budget"


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
    """Price less what is sold and the resale, and the energy of all its machines, over the years; None without a price."""
    owning: Owning | None
    """What is bought, a month; of what is owned for `keep`."""
    out: tuple[Note, ...] = ()
    """Limits of the need it breaks, or why it has no price; an option without any is open."""
    notes: tuple[Note, ...] = ()
    draws: tuple[Draw, ...] = ()
    """Wall power of each of its machines, in their order."""

    @property
    def price(self) -> Range | None:
        """What is paid now; nothing for `keep`, None where a part has no dated price."""
        if self.bought is None:
            return NOTHING
        return self.bill.amount if self.bill else None


def machines_of(facts: Facts, need: Need) -> tuple[Hardware, ...]:
    """Everything that is kept: what is owned and not sold."""
    return tuple(find.hardware(facts, each.machine) for each in need.owns if each.sold_for is None)


def setups(facts: Facts, need: Need) -> Mapping[str, Setup]:
    """Hardware id → what the need says of the main memory behind its cards."""
    named: tuple[Candidate | Owned, ...] = (*need.considers, *need.owns)
    return {
        find.hardware(facts, each.machine).id: setup_of(each.host_memory_gb, each.host_bandwidth_gb_s) for each in named
    }


def options(facts: Facts, need: Need, asked: Iterable[Candidate] | None = None) -> tuple[Option, ...]:
    """Keeping what is owned, if anything is, and every machine considered; those the limits rule out say why.

    What they cost over the years is not known before it is known what each does: see `over_years.costed`.
    """
    kept = tuple(zip(machines_of(facts, need), _kept_draws(facts, need), strict=True))
    found = [_keep(kept)] if kept else []
    return (*found, *(_buy(facts, need, each, kept) for each in (candidates(facts, need) if asked is None else asked)))


def candidates(facts: Facts, need: Need) -> tuple[Candidate, ...]:
    """The machines weighed, as `considered` finds them."""
    return considered(facts, need).candidates


def tariff(facts: Facts, need: Need) -> Tariff | Note:
    """What a kilowatt hour costs: the person's own figure, or their region's; or why nobody knows."""
    market = need.market
    if need.per_kwh is not None:
        return own_tariff(need.per_kwh, market.currency, market.day(facts.date))
    return tariff_of(facts, market)


def duty(need: Need, load_h_per_day: float | None = None) -> Duty:
    """How long a day a machine works that does all of the need, by the hours stated unless others are given, and its tokens."""
    hours = load_h_per_day
    if hours is None:
        hours = min(need.keeping.on_h_per_day, sum(work.hours_per_day or 0.0 for work in need.workloads))
    return Duty(
        load_h_per_day=hours, on_h_per_day=need.keeping.on_h_per_day, years=need.keeping.years, resale_share=need.keeping.resale_share,
        prompt_tokens_per_day=sum(work.prompt_tokens_per_day for work in need.workloads),
        output_tokens_per_day=sum(work.output_tokens_per_day for work in need.workloads),
    )  # fmt: skip


def sold_for(need: Need) -> float:
    """What everything that is sold brings."""
    return sum(each.sold_for or 0.0 for each in need.owns)


def _kept_draws(facts: Facts, need: Need) -> tuple[Draw, ...]:
    return tuple(
        draw_of(facts, find.hardware(facts, own.machine), need.market.as_of, load_w=own.load_w, idle_w=own.idle_w)
        for own in need.owns if own.sold_for is None
    )  # fmt: skip


def _keep(kept: tuple[tuple[Hardware, Draw], ...]) -> Option:
    machines, draws = zip(*kept, strict=True)
    return Option(KEEP, None, machines, None, draws[0], NOTHING, None, draws=draws)


def _buy(facts: Facts, need: Need, asked: Candidate, kept: tuple[tuple[Hardware, Draw], ...]) -> Option:
    hardware = find.hardware(facts, asked.machine)
    draw = draw_of(facts, hardware, need.market.as_of, load_w=asked.load_w, idle_w=asked.idle_w)
    bill = bill_of_candidate(facts, Terms.of(need), asked, hardware)
    priced = bill if isinstance(bill, Bill) else None
    out = [bill] if isinstance(bill, Note) else list(_over_budget(need, bill, sold_for(need)))
    return Option(
        name=hardware.id, bought=hardware, machines=(*(machine for machine, _ in kept), hardware), bill=priced, draw=draw,
        cost=priced.amount if priced else None, owning=None, out=(*out, *_limits(facts, need, hardware, draw)),
        notes=priced.notes if priced else (), draws=(*(each for _, each in kept), draw),
    )  # fmt: skip


def _over_budget(need: Need, bill: Bill, sold: float) -> tuple[Note, ...]:
    budget = need.limits.budget
    if budget is None or bill.amount.mid - sold <= budget:
        return ()
    words = f"{{price_amount}} {bill.currency} {OVER_BUDGET} of {{budget_amount}}"
    return (note(words, price_amount=bill.amount.mid - sold, budget_amount=budget),)


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
