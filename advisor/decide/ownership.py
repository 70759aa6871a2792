"""What a machine costs its owner a month at the person's own duty cycle, and when it pays beside an API or a rented card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.decide import cost
from advisor.decide.ranges import NOTHING, Range
from advisor.estimate.note import Note

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.decide.offers import ApiPrice, Tariff
    from advisor.decide.power_draw import Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """How the machine is used, and for how long it is kept."""

    load_h_per_day: float
    """Hours a day it works."""
    on_h_per_day: float = cost.HOURS_PER_DAY
    """Hours a day it is on, working or not."""
    prompt_tokens_per_day: float = 0.0
    output_tokens_per_day: float = 0.0
    years: float = 3.0
    resale_share: float = 0.0
    """Share of the price it is sold for in the end; nothing where the person says nothing."""

    @property
    def tokens_per_day(self) -> float:
        """In and out together, as hosts count them."""
        return self.prompt_tokens_per_day + self.output_tokens_per_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Owning:
    """Cost of owning, a month; every figure a range, in one currency."""

    fixed: Range
    """Price less resale, over the months it is kept."""
    energy: Range | None
    """None where nobody knows what it draws under load, or what a kilowatt hour costs."""
    per_mtok: Range | None
    """A million tokens, in and out together; None where no tokens a day are stated."""
    notes: tuple[Note, ...]

    @property
    def per_month(self) -> Range:
        """Fixed and energy together; without energy where that is not known."""
        return self.fixed + (self.energy or NOTHING)


def owning(price: Range, draw: Draw, tariff: Tariff | Note, duty: Duty) -> Owning:
    """What owning costs: low with every low end, high with every high end.

    Where nobody read the idle power, its energy counts as nothing and a note says that this is a lower bound.
    """
    notes = [note for note in draw.notes if draw.load_w is None or draw.idle_w is None]
    fixed = _each(price, lambda amount: cost.fixed_per_month(amount, duty.years, duty.resale_share))
    energy = None
    if isinstance(tariff, Note):
        notes.append(tariff)
    elif draw.load_w is not None:
        idle = draw.idle_w or NOTHING
        energy = Range(*(
            cost.energy_per_month(load, duty.load_h_per_day, waiting, per_kwh, duty.on_h_per_day)
            for load, waiting, per_kwh in zip(ends(draw.load_w), ends(idle), ends(tariff.per_kwh), strict=True)
        ))  # fmt: skip
    per_month = fixed + (energy or NOTHING)
    made = _each(per_month, lambda amount: cost.per_mtok(amount, duty.tokens_per_day)) if duty.tokens_per_day else None
    return Owning(fixed=fixed, energy=energy, per_mtok=made, notes=tuple(dict.fromkeys(notes)))


def api_per_month(price: ApiPrice, duty: Duty) -> Range:
    """What a host asks a month for the person's own tokens, from the least to the most of the offers."""
    return Range(*(
        cost.api_cost(duty.prompt_tokens_per_day, duty.output_tokens_per_day, one, other) * cost.DAYS_PER_MONTH
        for one, other in zip(ends(price.input_per_mtok), ends(price.output_per_mtok), strict=True)
    ))  # fmt: skip


def months_to_pay(price: Range, elsewhere_per_month: Range, running_per_month: Range) -> Range:
    """Months until the machine is paid by what is not spent elsewhere; infinite ends where it never is.

    low is the cheapest machine against the dearest alternative, high the other way round.
    """
    return Range(
        cost.break_even_months(price.low, elsewhere_per_month.high, running_per_month.low),
        cost.break_even_months(price.mid, elsewhere_per_month.mid, running_per_month.mid),
        cost.break_even_months(price.high, elsewhere_per_month.low, running_per_month.high),
    )


def ends(span: Range) -> tuple[float, float, float]:
    """low, mid, high."""
    return span.low, span.mid, span.high


def _each(span: Range, of: Callable[[float], float]) -> Range:
    return Range(*(of(amount) for amount in ends(span)))
