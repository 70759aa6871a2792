"""What stands beside buying: a million tokens of a hosted model, an hour of a rented card, a kilowatt hour at home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.decide.exchange import rate_of
from advisor.decide.market import EURO_AREA, OLD_DAYS, SAME_REGION, Market, age_days, known_on
from advisor.decide.ranges import Range, exactly, stated, together
from advisor.estimate.note import Note, note
from advisor.evidence.age import day
from advisor.evidence.observations import identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.market import Figure
    from advisor.decide.exchange import Rate

OFFER_DAYS = 183
"""Offers this much older than the newest still count; hosts change prices several times a year."""
TARIFF_DAYS = 300
"""Tariffs are published for half years and years."""
SURE_TERMS = frozenset({"on-demand", "high tier", "not stated"})
"""Terms under which a rented card is not taken away again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What every offer says of itself: its currency, how old it is, and the rows it rests on."""

    currency: str
    date: str
    """Of the newest row."""
    age_days: int
    rows: tuple[Figure, ...]
    rate: Rate | None
    """The dated rate it was converted at."""
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPrice:
    """A hosted model, per million tokens."""

    standing: Standing
    input_per_mtok: Range
    output_per_mtok: Range
    cached_per_mtok: Range | None
    """Input that was seen before; None where nobody states it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rental:
    """One rented card, per hour, whether it works or not."""

    standing: Standing
    per_hour: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """Electricity, per kilowatt hour."""

    standing: Standing
    per_kwh: Range


def api_price_of(facts: Facts, model_id: str, market: Market) -> ApiPrice | Note:
    """What makers and hosts ask for the model: from the least to the most, with the medians; or why nothing is known.

    Left out are resellers, offers far from the median of their model, and offers that name no input price. An offer of
    a dated list holds from the day its price last changed.
    """
    rows = [
        row for row in facts.costs_for("api")
        if row.model == model_id and row.offered_by != "marketplace" and not row.outlier
        and row.input_per_mtok is not None and row.output_per_mtok is not None
    ]  # fmt: skip
    found = _recent(rows, market, OFFER_DAYS)
    if not found:
        return Note(f"no dated API price of {model_id}")
    made = _made(facts, found, market)
    if isinstance(made, Note):
        return made
    standing, factor = made
    inputs, outputs, cached = (
        together(exactly(amount) for row in found if (amount := getattr(row, name)) is not None)
        for name in ("input_per_mtok", "output_per_mtok", "cache_read_per_mtok")
    )
    assert inputs
    assert outputs
    return ApiPrice(
        standing=standing, input_per_mtok=inputs.times(factor), output_per_mtok=outputs.times(factor),
        cached_per_mtok=cached.times(factor) if cached else None,
    )  # fmt: skip


def rental_of(facts: Facts, hardware_id: str, market: Market, *, sure: bool = True) -> Rental | Note:
    """What an hour of the card is rented for, or why nothing is known.

    `sure` leaves out spot and marketplace rates, under which the card may be taken away.
    """
    wanted = identity(facts.hardware[hardware_id])
    rows = [
        row for row in facts.costs_for("cloud")
        if row.hardware and identity(facts.hardware[row.hardware]) == wanted and (row.term in SURE_TERMS or not sure)
    ]  # fmt: skip
    found = _recent(rows, market, OFFER_DAYS)
    amount = together(_amounts(found))
    if amount is None:
        return Note(f"nobody states a dated rent of {hardware_id}")
    made = _made(facts, found, market)
    return made if isinstance(made, Note) else Rental(standing=made[0], per_hour=amount.times(made[1]))


def tariff_of(facts: Facts, market: Market) -> Tariff | Note:
    """Household electricity of the market's region, of the euro area where a country of it states none; or why not."""
    region = SAME_REGION.get(market.region, market.region)
    rows = facts.costs_for("electricity")
    for place in (region, "EU") if region in EURO_AREA else (region,):
        found = _recent([row for row in rows if row.region == place], market, TARIFF_DAYS)
        amount = together(_amounts(found))
        if amount:
            made = _made(facts, found, market)
            return made if isinstance(made, Note) else Tariff(standing=made[0], per_kwh=amount.times(made[1]))
    return Note(f"no dated electricity tariff of {market.region}: state per_kwh")


def own_tariff(per_kwh: float, currency: str, date: str) -> Tariff:
    """The tariff the person states."""
    return Tariff(standing=Standing(currency, date, 0, (), None, ()), per_kwh=exactly(per_kwh))


def _amounts(rows: Iterable[Figure]) -> list[Range]:
    return [amount for row in rows if (amount := stated(row.low, row.value, row.high))]


def _date(row: Figure, market: Market) -> str | None:
    """The last day it is known to have held, up to the day asked about."""
    stated_days = [text for text in (row.since, row.date, row.until) if text]
    known = [text for text in stated_days if known_on(text, market.as_of)]
    if market.as_of and known and len(known) < len(stated_days):
        # It held before the day asked about and after it.
        return market.as_of
    return max(known, key=day, default=None)


def _recent(rows: Sequence[Figure], market: Market, window_days: int) -> tuple[Figure, ...]:
    """Rows known on the day that are no older than so many days before the newest, all of its currency."""
    dated = sorted(
        ((day(date), row) for row in rows if (date := _date(row, market))), key=lambda pair: pair[0], reverse=True
    )
    return tuple(
        row for when, row in dated
        if (dated[0][0] - when).days <= window_days and row.currency == dated[0][1].currency
    )  # fmt: skip


def _made(facts: Facts, rows: tuple[Figure, ...], market: Market) -> tuple[Standing, float] | Note:
    """What the rows say of themselves, and the factor their money is to be taken times."""
    currency = rows[0].currency or market.currency
    rate = rate_of(facts, currency, market.currency, market.as_of, market.rates)
    if isinstance(rate, Note):
        return rate
    date = _date(rows[0], market) or ""
    age = age_days(date, market.day(facts.date))
    notes = []
    if currency != market.currency:
        notes.append(note(f"in {currency}, converted at {{rate_ratio}} of {rate.date}", rate_ratio=rate.value))
    if age > OLD_DAYS:
        notes.append(note(f"of {date}, {{age_days}} days before the day asked about", age_days=age))
    converted = rate if currency != market.currency else None
    return Standing(market.currency, date, age, rows, converted, tuple(notes)), rate.value
