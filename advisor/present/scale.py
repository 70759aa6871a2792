"""Where a value stands along an axis, and which values are named there."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import TYPE_CHECKING

from advisor.present.formats import as_printed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.present.figure import Axis

ROOM = 1.3
"""A logarithmic axis goes on by this factor beyond its values at both ends."""
HEADROOM = 0.05
"""Share a linear axis goes on above its largest value."""
STEPS = (1.0, 2.0, 5.0, 10.0)
FEW_DECADES = 2.5
"""Of fewer decades a logarithmic axis names twos and fives as well."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Values between two ends, as shares of the way."""

    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float | None:
        """0 at the low end, 1 at the high one; None for what a logarithm does not have."""
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        return (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low)) if value > 0 else None

    def ticks(self, most: int = 6) -> list[float]:
        """Round values between the ends, at most about so many."""
        return _log_ticks(self) if self.log else _linear_ticks(self, most)


def scale_of(axis: Axis, values: Iterable[float]) -> Scale:
    """A scale that holds all the values, with a little room; the ends the axis states stand."""
    kept = [value for value in values if isfinite(value) and (value > 0 or not axis.log)]
    least, most = min(kept, default=1.0), max(kept, default=10.0)
    if axis.log:
        low, high = least / ROOM, most * ROOM
    else:
        low, high = min(0.0, least), most + HEADROOM * (most - min(0.0, least))
    low = low if axis.low is None else axis.low
    high = high if axis.high is None else axis.high
    return Scale(low, high if high > low else low + 1.0, axis.log)


def named(axis: Axis, scale: Scale, most: int = 6) -> list[tuple[float, str]]:
    """The values to name on the axis, with their words; none outside its ends."""
    found = list(axis.ticks) or [(value, as_printed(value)) for value in scale.ticks(most)]
    return [(value, text) for value, text in found if scale.low <= value <= scale.high]


def _linear_ticks(scale: Scale, most: int) -> list[float]:
    rough = (scale.high - scale.low) / max(1, most)
    power = 10.0 ** floor(log10(rough))
    step = next(power * each for each in STEPS if power * each >= rough * (1 - 1e-9))
    first, last = ceil(scale.low / step - 1e-9), floor(scale.high / step + 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def _log_ticks(scale: Scale) -> list[float]:
    first, last = floor(log10(scale.low)), ceil(log10(scale.high))
    steps = STEPS[:1] if log10(scale.high / scale.low) > FEW_DECADES else STEPS[:3]
    found = [round(step * 10.0**power, 12) for power in range(first, last + 1) for step in steps]
    return [value for value in found if scale.low <= value <= scale.high]
