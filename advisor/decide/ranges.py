"""An amount known to lie between two ends, with the middle one would name."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Range:
    """low ≤ mid ≤ high, all of one unit."""

    low: float
    mid: float
    high: float

    def __add__(self, other: Range) -> Range:
        """Both together where each may be anything in its range: ends add to ends."""
        return Range(self.low + other.low, self.mid + other.mid, self.high + other.high)

    def times(self, factor: float) -> Range:
        """So many of it; `factor` is not negative."""
        return Range(self.low * factor, self.mid * factor, self.high * factor)

    @property
    def spread(self) -> float:
        """How far the ends lie apart, as a share of the middle; 0 for a single figure."""
        return (self.high - self.low) / self.mid if self.mid else 0.0


NOTHING = Range(0.0, 0.0, 0.0)


def exactly(amount: float) -> Range:
    """The range of a single figure."""
    return Range(amount, amount, amount)


def stated(low: float | None, middle: float | None, high: float | None) -> Range | None:
    """The range of what a row states: a missing end is the middle, a missing middle lies between the ends."""
    known = [amount for amount in (low, middle, high) if amount is not None]
    if not known:
        return None
    return Range(known[0], middle if middle is not None else (known[0] + known[-1]) / 2, known[-1])


def together(ranges: Iterable[Range]) -> Range | None:
    """From the least low to the greatest high, with the median of the middles; None of none."""
    held = tuple(ranges)
    if not held:
        return None
    return Range(min(each.low for each in held), median(each.mid for each in held), max(each.high for each in held))


def total(ranges: Iterable[Range]) -> Range:
    """The sum, end to end."""
    whole = NOTHING
    for each in ranges:
        whole += each
    return whole
