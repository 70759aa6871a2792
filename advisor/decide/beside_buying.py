"""What a machine costs a month beside what hosts and landlords of cards ask for the same tokens, at any share of the need's day."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from advisor.decide import cost
from advisor.decide.offers import ApiPrice, Rental, Standing, Tariff, api_price_of, rental_of
from advisor.decide.options import tariff
from advisor.decide.over_years import hours_per_day
from advisor.decide.ownership import Duty, api_per_month, ends
from advisor.decide.ranges import NOTHING, Range, exactly, total
from advisor.decide.served import serve
from advisor.estimate.note import Note

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.decide.need import Need, Workload
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing as Option
    from advisor.evidence.calibration import Calibration

MOST_TRIED = 8
"""Rented cards that are tried for a day's work, the cheapest first."""


@dataclass(frozen=True, slots=True)
class Part:
    """A workload's day on one machine."""

    served: Served
    busy_h: float
    """Hours a day the machine works on it."""

    @property
    def tokens(self) -> int:
        """In and out together."""
        work = self.served.workload
        return work.prompt_tokens_per_day + work.output_tokens_per_day


@dataclass(frozen=True, slots=True)
class Rented:
    """A card rented for the day's work."""

    hardware: str
    rental: Rental
    busy_h: float


@dataclass(frozen=True, slots=True)
class Beside:
    """The day's tokens of a need on an option, and what they cost elsewhere."""

    parts: tuple[Part, ...]
    left_out: tuple[tuple[Workload, Note], ...]
    """Workloads whose tokens are stated and do not count here, each with the reason."""
    paid: Range
    """A month: the price less resale, over the months it is kept."""
    waiting: Range
    """Energy a month while it waits all the time it is on."""
    load_per_hour: Range
    """Energy of an hour of work beyond what waiting takes."""
    energy_known: bool
    apis: tuple[ApiPrice, ...]
    """One for each part; empty where any of them has no dated price."""
    rented: Rented | None

    @property
    def tokens_per_day(self) -> int:
        """Of all parts, in and out."""
        return sum(part.tokens for part in self.parts)

    @property
    def busy_h(self) -> float:
        """Hours of work a day."""
        return sum(part.busy_h for part in self.parts)

    @property
    def most(self) -> float:
        """How many times the need's day the machine can do in 24 hours."""
        return cost.HOURS_PER_DAY / self.busy_h if self.busy_h else inf

    def own(self, times: float) -> Range:
        """Cost of owning a month with so many times the need's day."""
        return self.paid + self.energy(times)

    def energy(self, times: float) -> Range:
        """Of that, energy."""
        return self.waiting + self.load_per_hour.times(times * self.busy_h * cost.DAYS_PER_MONTH)

    def hosted(self, times: float = 1.0) -> Range | None:
        """What hosts ask a month for the same tokens; None where one of the models has no dated price."""
        if not self.apis:
            return None
        return total(_hosted(part, price) for part, price in zip(self.parts, self.apis, strict=True)).times(times)

    def rent(self, times: float = 1.0) -> Range | None:
        """Rent a month of the card, only for the hours it works; None where none does the work or the day is too short."""
        if self.rented is None or self.rented.busy_h * times > cost.HOURS_PER_DAY:
            return None
        return self.rented.rental.per_hour.times(self.rented.busy_h * times * cost.DAYS_PER_MONTH)

    def break_even(self, elsewhere: Range | None) -> float:
        """How many times the need's day makes owning the cheaper, middles against middles; infinite where it never is.

        `elsewhere` is what one such day costs a month there.
        """
        running = self.load_per_hour.mid * self.busy_h * cost.DAYS_PER_MONTH
        if elsewhere is None or elsewhere.mid <= running:
            return inf
        return (self.paid.mid + self.waiting.mid) / (elsewhere.mid - running)


def beside(facts: Facts, need: Need, each: Option, rent: Calibration | None = None) -> Beside | None:
    """The option beside an API and, with a calibration to predict by, a rented card.

    None where no tokens a day are stated, or the option has no price or does none of them at a speed anybody can tell.
    """
    stated = [one for one in each.served if one.workload.prompt_tokens_per_day + one.workload.output_tokens_per_day]
    own = {each.option.bought.id} if each.option.bought else {machine.id for machine in each.option.machines}
    parts = tuple(Part(one, hours) for one in stated if one.machine in own and (hours := hours_per_day(one)))
    if not parts or each.option.price is None:
        return None
    held = {part.served.workload.name for part in parts}
    asked = (_price(facts, need, part) for part in parts) if need.cloud.api else ()
    prices = [price for price in asked if isinstance(price, ApiPrice)]
    return Beside(
        parts, tuple((one.workload, _why(one, own)) for one in stated if one.workload.name not in held), *_own(facts, need, each),
        apis=tuple(prices) if len(prices) == len(parts) else (),
        rented=_rented(facts, rent, need, parts) if need.cloud.rental and rent else None,
    )  # fmt: skip


def _why(one: Served, own: set[str]) -> Note:
    if not one.runs:
        return Note("does not run")
    return Note(
        "how fast prompts are read or tokens written is not predicted"
        if one.machine in own
        else "done by what is owned"
    )


def _price(facts: Facts, need: Need, part: Part) -> ApiPrice | Note:
    """The person's own price of hosted tokens, or what hosts ask for the model."""
    assert part.served.finding is not None
    cloud, market = need.cloud, need.market
    if cloud.input_per_mtok is None or cloud.output_per_mtok is None:
        return api_price_of(facts, part.served.finding.case.model.id, market)
    standing = Standing(market.currency, cloud.date or market.day(facts.date), 0, (), None, ())
    return ApiPrice(
        standing=standing, input_per_mtok=exactly(cloud.input_per_mtok), output_per_mtok=exactly(cloud.output_per_mtok), cached_per_mtok=None
    )  # fmt: skip


def _own(facts: Facts, need: Need, each: Option) -> tuple[Range, Range, Range, bool]:
    """Price a month, energy a month while it waits, energy of an hour of work beyond that, and whether energy is known."""
    price, draw, power = each.option.price or NOTHING, each.option.draw, tariff(facts, need)
    fixed = Range(
        *(cost.fixed_per_month(amount, need.keeping.years, need.keeping.resale_share) for amount in ends(price))
    )
    if draw is None or draw.load_w is None or not isinstance(power, Tariff):
        return fixed, NOTHING, NOTHING, False
    idle = draw.idle_w or NOTHING
    waiting = [
        cost.energy_per_month(0.0, 0.0, watts, per_kwh, need.keeping.on_h_per_day)
        for watts, per_kwh in zip(ends(idle), ends(power.per_kwh), strict=True)
    ]
    extra = [
        max(0.0, load - watts) / cost.WATTS_PER_KW * per_kwh
        for load, watts, per_kwh in zip(ends(draw.load_w), ends(idle), ends(power.per_kwh), strict=True)
    ]
    return fixed, Range(*waiting), Range(*sorted(extra)), True


def _hosted(part: Part, price: ApiPrice) -> Range:
    work = part.served.workload
    tokens = Duty(
        load_h_per_day=0.0, prompt_tokens_per_day=work.prompt_tokens_per_day, output_tokens_per_day=work.output_tokens_per_day
    )  # fmt: skip
    return api_per_month(price, tokens)


def _rented(facts: Facts, calibration: Calibration, need: Need, parts: tuple[Part, ...]) -> Rented | None:
    """The card that does the same work for the least rent; of those with the lowest rates an hour, and None where none does."""
    rates = [
        (found, name) for name in dict.fromkeys(row.hardware for row in facts.costs_for("cloud") if row.hardware)
        if isinstance(found := rental_of(facts, name, need.market), Rental)
    ]  # fmt: skip
    best: tuple[float, Rented] | None = None
    for found, name in sorted(rates, key=lambda pair: pair[0].per_hour.mid)[:MOST_TRIED]:
        hours = _hours_on(facts, calibration, need, parts, name)
        paid = found.per_hour.mid * hours
        if hours <= cost.HOURS_PER_DAY and (best is None or paid < best[0]):
            best = paid, Rented(name, found, hours)
    return best[1] if best else None


def _hours_on(facts: Facts, calibration: Calibration, need: Need, parts: tuple[Part, ...], hardware: str) -> float:
    """Hours a day the card works on all of it; infinite where it does not do one of the workloads as asked."""
    hours = 0.0
    for part in parts:
        one = serve(facts, calibration, part.served.workload, facts.hardware[hardware], as_of=need.as_of)
        hours += (hours_per_day(one) if one.is_fast_enough else None) or inf
        if hours > cost.HOURS_PER_DAY:
            return inf
    return hours
