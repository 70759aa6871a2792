"""What a device costs there and then: a range with the rows it rests on, its date and its age."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from advisor.decide.exchange import Rate, rate_of
from advisor.decide.market import OLD_DAYS, Market, Quote, age_days, is_local, settle
from advisor.decide.ranges import Range, exactly, stated
from advisor.estimate.note import Note, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.market import Condition
    from advisor.decide.market import Quoted, Settled

NEWER_DAYS = 30
KINDS: dict[str, Literal["street", "msrp", "reading"]] = {"street": "street", "msrp": "msrp", "estimate": "reading"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The price of one piece, in the currency asked for."""

    what: str
    """Hardware id, or what the part is."""
    amount: Range
    currency: str
    region: str
    """Where the rows are from."""
    condition: Condition
    date: str
    """Day, month or year of the newest row."""
    age_days: int
    basis: Literal["quotes", "list price", "reading", "launch price", "own"]
    """Prices seen; list prices; somebody's reading of several rows; the price at launch; the person's own quote."""
    rows: tuple[Quoted, ...]
    rate: Rate | None
    """The dated rate it was converted at; None for money of the currency asked for."""
    notes: tuple[Note, ...] = ()
    elsewhere: Priced | None = None
    """A price of another region or condition that is at least a month newer, in the same currency."""

    @property
    def widest(self) -> Range:
        """The amount with its ends moved out to `elsewhere`, where that is of the same condition."""
        other = self.elsewhere
        if other is None or other.condition != self.condition:
            return self.amount
        return Range(min(self.amount.low, other.amount.low), self.amount.mid, max(self.amount.high, other.amount.high))

    @property
    def is_old(self) -> bool:
        """True for a price older than six months, whose age is said wherever it is shown."""
        return self.age_days > OLD_DAYS


def price_of(  # noqa: PLR0913 - a price is of a place, a day and a condition
    facts: Facts,
    hardware_id: str,
    as_of: str | None,
    region: str,
    currency: str,
    condition: Condition = "new",
    *,
    rates: tuple[Rate, ...] = (),
    tax_share: float | None = None,
    own: Quote | None = None,
) -> Priced | Note:
    """Price of one device, or why there is none; every price has a date, and one older than six months says its age.

    Rests on the rows `market.settle` chooses. Money of another currency is converted at a dated rate only. The price at
    launch is taken where nobody quotes another. A quote of the person's own replaces all rows.
    """
    market = Market(
        as_of=as_of, region=region, currency=currency, condition=condition, rates=rates, tax_share=tax_share
    )
    return priced(facts, hardware_id, (own,) if own else quotes_of(facts, hardware_id), market)


def quotes_of(facts: Facts, hardware_id: str) -> tuple[Quote, ...]:
    """Every quote of the device on which a decision may rest: dated, and not doubted."""
    found = []
    for row in facts.prices_for(hardware_id):
        amount = stated(row.low, row.price, row.high)
        if amount and not row.doubt:
            found.append(
                Quote(
                    amount=amount, currency=row.currency, region=row.region or "", condition=row.condition,
                    date=row.date, kind=KINDS[row.kind], row=row,
                )
            )  # fmt: skip
    return tuple(found) or _launch(facts, hardware_id)


def _launch(facts: Facts, hardware_id: str) -> tuple[Quote, ...]:
    """The price at launch as a quote: only with its source, and with the day the device went on sale."""
    device = facts.hardware[hardware_id]
    price = device.launch_price
    if price is None or not price.source or not device.on_sale or {"launch_price", "on_sale"} & set(device.unverified):
        return ()
    return (
        Quote(
            amount=exactly(price.value), currency=price.currency, region="US" if price.currency == "USD" else "",
            condition="new", date=device.on_sale, kind="launch", row=_LaunchRow(device.id, device.on_sale, price.source),
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _LaunchRow:
    """The price at launch, which stands in the entry of the device."""

    id: str
    date: str | None
    source: str


def priced(facts: Facts, what: str, quotes: Sequence[Quote], market: Market) -> Priced | Note:
    """What the quotes come to in the market's currency, or why they come to nothing."""
    settled = settle(quotes, market, facts.date)
    found = _converted(facts, what, quotes, market, settled)
    if settled is None or isinstance(found, Note):
        return found
    used = {id(quote) for quote in settled.quotes}
    side = settled.quotes[0]
    rest = [q for q in quotes if id(q) not in used and (q.currency, q.condition) != (side.currency, side.condition)]
    other = _converted(facts, what, rest, market, settle(rest, market, facts.date))
    if isinstance(other, Note) or found.age_days - other.age_days < NEWER_DAYS:
        return found
    words = "a price of {other_amount} of {region}, {condition}, is newer: {date}"
    for name in ("region", "condition", "date"):
        words = words.replace("{" + name + "}", str(getattr(other, name)))
    newer = note(words, other_amount=other.amount.mid)
    return replace(found, elsewhere=other, notes=(*found.notes, newer))


def _converted(
    facts: Facts, what: str, quotes: Sequence[Quote], market: Market, settled: Settled | None
) -> Priced | Note:
    if settled is None:
        return Note(f"nobody quotes a dated price of {what}" + (f" by {market.as_of}" if market.as_of else ""))
    first = settled.quotes[0]
    rate = rate_of(facts, first.currency, market.currency, market.as_of, market.rates)
    if isinstance(rate, Note):
        # What is quoted in the own currency stands, however old, before money nobody can convert.
        own_money = [quote for quote in quotes if quote.currency == market.currency]
        return priced(facts, what, own_money, market) if own_money else rate
    amount, taxes = _taxed(settled, market)
    age = age_days(settled.newest, market.day(facts.date))
    return Priced(
        what=what, amount=amount.times(rate.value), currency=market.currency, region=first.region,
        condition=first.condition, date=settled.newest, age_days=age, basis=settled.basis,
        rows=tuple(quote.row for quote in settled.quotes if quote.row),
        rate=rate if first.currency != market.currency else None,
        notes=(*settled.notes, *taxes, *_abroad(first, rate, market), *_aged(age, settled.newest)),
    )  # fmt: skip


def _taxed(settled: Settled, market: Market) -> tuple[Range, tuple[Note, ...]]:
    quote = settled.quotes[0]
    if quote.taxed:
        return settled.amount, ()
    if market.tax_share is not None:
        words = "{tax_share} tax added: prices of " + quote.region + " come without it"
        return settled.amount.times(1 + market.tax_share), (note(words, tax_share=market.tax_share),)
    return settled.amount, (Note(f"prices of {quote.region} come without tax"),)


def _abroad(quote: Quote, rate: Rate, market: Market) -> tuple[Note, ...]:
    if is_local(quote, market):
        return ()
    if quote.currency == market.currency:
        return (Note(f"quoted in {quote.region}, not in {market.region}"),)
    words = f"quoted in {quote.region} in {quote.currency}, converted at {{rate_ratio}} of {rate.date}"
    return (note(words, rate_ratio=rate.value),)


def _aged(age: int, date: str) -> tuple[Note, ...]:
    return (
        (note(f"the price is of {date}, {{age_days}} days before the day asked about", age_days=age),)
        if age > OLD_DAYS
        else ()
    )


def own_quote(amount: float, currency: str, date: str, region: str, condition: Condition) -> Quote:
    """A quote of the person's own, of the day they had it."""
    return Quote(
        amount=exactly(amount), currency=currency, region=region, condition=condition, date=date, kind="own", row=None
    )


def in_market(market: Market, condition: Condition) -> Market:
    """The same market asked for another condition."""
    return replace(market, condition=condition)
