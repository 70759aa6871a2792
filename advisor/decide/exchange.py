"""Money of one currency in another, at a rate with a date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.decide.market import known_on
from advisor.estimate.note import Note
from advisor.evidence.age import day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.catalog.contents import Facts

PIVOT = "EUR"
"""Reference rates are stated against it; two of them make the rate of any other pair."""
OWN = "yours"
YEAR = len("2026")


@dataclass(frozen=True, slots=True)
class Rate:
    """How many units of `to` one unit of `of` bought on a day."""

    of: str
    to: str
    value: float
    date: str
    sources: tuple[str, ...]
    """Source ids, or `yours` for a rate the person states."""

    @property
    def back(self) -> Rate:
        """The same rate the other way round."""
        return Rate(self.to, self.of, 1 / self.value, self.date, self.sources)


def rate_of(facts: Facts, of: str, to: str, as_of: str | None = None, own: Sequence[Rate] = ()) -> Rate | Note:
    """The newest rate known on the day, or why there is none: a rate without a date is none.

    A rate of the person's own comes first. One dated to a year only gives way to any that states more. A pair nobody
    states is made of both currencies' rates to the euro, and is as old as the older of them.
    """
    if of == to:
        return Rate(of, to, 1.0, as_of or facts.date, ())
    mine = [rate for rate in own if known_on(rate.date, as_of)]
    listed = [rate for rate in _listed(facts) if known_on(rate.date, as_of)]
    for rates in (mine, [*mine, *listed]):
        direct = _newest(rates, of, to)
        if direct:
            return direct
    first, second = (_newest([*mine, *listed], one, other) for one, other in ((of, PIVOT), (PIVOT, to)))
    if first and second:
        older = min(first.date, second.date, key=day)
        return Rate(of, to, first.value * second.value, older, tuple(dict.fromkeys((*first.sources, *second.sources))))
    return Note(f"no dated exchange rate from {of} to {to}" + (f" on {as_of}" if as_of else ""))


def _listed(facts: Facts) -> Iterator[Rate]:
    for figure in facts.costs_for("exchange"):
        one, _, other = figure.about.partition("/")
        if figure.value and figure.date and other:
            yield Rate(one, other, figure.value, figure.date, (figure.source,))


def _newest(rates: Sequence[Rate], of: str, to: str) -> Rate | None:
    either_way = [rate if rate.of == of else rate.back for rate in rates if {rate.of, rate.to} == {of, to}]
    return max(either_way, key=lambda rate: (len(rate.date) > YEAR, day(rate.date)), default=None)
