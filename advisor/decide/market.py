"""Where and when somebody buys, and which of many quotes a price rests on there and then."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from advisor.catalog.schema.common import known_by
from advisor.decide.ranges import Range, together
from advisor.estimate.note import Note
from advisor.evidence.age import day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.schema.market import Condition
    from advisor.decide.exchange import Rate

OLD_DAYS = 183
"""A price older than six months says its age."""
WINDOW_DAYS = 92
"""Quotes this much older than the newest still say what the price is; prices moved 17 to 100 % within 2026."""
YEAR = len("2026")
EURO_AREA = frozenset(
    {"EU", "AT", "BE", "BG", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT", "LU", "LV", "MT", "NL",
     "PT", "SI", "SK"}
)  # fmt: skip
"""Regions that buy from one another in one currency."""
UNTAXED = frozenset({"US"})
"""Regions whose shop prices come without tax; everywhere else they include it."""
SAME_REGION = {"UK": "GB"}
REGIONS = {"EUR": "EU", "USD": "US", "GBP": "UK", "CHF": "CH", "AUD": "AU"}
"""Currency → where one buys with it, unless a region is named."""
INSTEAD: dict[Condition, tuple[tuple[Condition, ...], ...]] = {
    "new": (("new",), ("unknown", "mixed"), ("refurbished",), ("used",)),
    "used": (("used",), ("refurbished", "mixed"), ("unknown",)),
    "refurbished": (("refurbished",), ("used", "mixed"), ("unknown",)),
}
"""Condition asked for → conditions whose quotes stand in, in that order; nothing new prices something used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Where, when and how somebody buys."""

    as_of: str | None = None
    """None = with everything the catalog knows."""
    region: str = "US"
    currency: str = "USD"
    condition: Condition = "new"
    rates: tuple[Rate, ...] = field(default=())
    """Exchange rates of one's own, each with its date."""
    tax_share: float | None = None
    """Tax to add to prices that come without it; None = not stated, and nothing is added."""

    def day(self, today: str) -> str:
        """The day asked about; `today` where none was."""
        return self.as_of or today


def known_on(date: str, as_of: str | None) -> bool:
    """Whether a figure of that date was there on that day; what is dated to a year only counts from its middle on."""
    return known_by(date, as_of) and (as_of is None or len(date) > YEAR or day(date) <= day(as_of))


class Quoted(Protocol):
    """A row that quotes a price."""

    @property
    def id(self) -> str: ...
    @property
    def date(self) -> str | None: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What one row asks for one piece."""

    amount: Range
    currency: str
    region: str
    condition: Condition
    date: str
    kind: Literal["street", "msrp", "reading", "launch", "own"]
    row: Quoted | None
    """None for a quote of the person's own."""

    @property
    def taxed(self) -> bool:
        """Whether tax is in it."""
        return self.region not in UNTAXED


@dataclass(frozen=True, slots=True)
class Settled:
    """The quotes a price rests on, of one currency, and what they say together."""

    amount: Range
    quotes: tuple[Quote, ...]
    basis: Literal["quotes", "list price", "reading", "launch price", "own"]
    notes: tuple[Note, ...]

    @property
    def newest(self) -> str:
        """Date of the newest quote."""
        return max((quote.date for quote in self.quotes), key=day)


def settle(quotes: Sequence[Quote], market: Market, today: str) -> Settled | None:
    """What the quotes known on the day say; None where none of them answers the question.

    Of the groups of one condition and one side of the border, a fresh one beats an old one, then the condition asked
    for beats others, then the own currency beats a foreign one, then the newer wins. Within the group everything up to
    three months older than its newest quote counts, street prices before list prices; somebody's reading of the same
    rows, where there is one of that time, replaces the arithmetic and stands beside them.
    """
    known = [quote for quote in quotes if known_on(quote.date, market.as_of)]
    groups = [group for rank in INSTEAD.get(market.condition, ((market.condition,),)) for group in _sides(known, rank)]
    if not groups:
        return None
    asked_on = market.day(today)

    def place(group: list[Quote]) -> tuple[bool, int, bool, int]:
        age = age_days(_newest(group), asked_on)
        return age > OLD_DAYS, _rank(group[0], market), not is_local(group[0], market), age

    return _of_group(min((side for group in groups for side in _split(group, market)), key=place), market)


def age_days(date: str, asked_on: str) -> int:
    """Days from the date to the day asked about, none where it is later; a month or year counts from its middle."""
    return max(0, (day(asked_on) - day(date)).days)


def is_local(quote: Quote, market: Market) -> bool:
    """Whether it is asked in the market's own currency and region."""
    here, there = (SAME_REGION.get(region, region) for region in (market.region, quote.region))
    return quote.currency == market.currency and (here == there or {here, there} <= EURO_AREA)


def _sides(known: Sequence[Quote], conditions: tuple[Condition, ...]) -> list[list[Quote]]:
    found = [quote for quote in known if quote.condition in conditions]
    return [found] if found else []


def _split(group: list[Quote], market: Market) -> list[list[Quote]]:
    """The local quotes, and those of each foreign currency, without rows dated to the year where others say more."""
    by_side: dict[tuple[bool, str], list[Quote]] = {}
    for quote in group:
        by_side.setdefault((is_local(quote, market), quote.currency), []).append(quote)
    return [[q for q in side if len(q.date) > YEAR] or side for side in by_side.values()]


def _rank(quote: Quote, market: Market) -> int:
    ranks = INSTEAD.get(market.condition, ((market.condition,),))
    return next(number for number, conditions in enumerate(ranks) if quote.condition in conditions)


def _newest(group: Sequence[Quote]) -> str:
    return max((quote.date for quote in group), key=day)


def _of_group(group: list[Quote], market: Market) -> Settled:
    newest = day(_newest(group))
    recent = [quote for quote in group if (newest - day(quote.date)).days <= WINDOW_DAYS]
    notes = []
    if group[0].condition != market.condition:
        found = {"unknown": "the condition is not stated", "mixed": "this is the mean over all conditions"}
        words = found.get(group[0].condition, f"this is the price {group[0].condition}")
        notes.append(Note(f"nobody quotes it {market.condition} then: {words}"))
    readings = [quote for quote in recent if quote.kind == "reading"]
    if readings:
        latest = max(readings, key=lambda quote: day(quote.date))
        return Settled(latest.amount, tuple(recent), "reading", tuple(notes))
    for kind, basis in (("own", "own"), ("street", "quotes"), ("msrp", "list price"), ("launch", "launch price")):
        chosen = tuple(quote for quote in recent if quote.kind == kind)
        amount = together(quote.amount for quote in chosen)
        if amount:
            return Settled(amount, chosen, basis, tuple(notes))  # type: ignore[arg-type]
    raise AssertionError(recent)
