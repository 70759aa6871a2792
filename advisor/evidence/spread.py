"""How far off a prediction may be: an interval from held-out rows, wider where rows of its classes were further off.

    factor = exp( spread · q )        spread = Π deviations of the case's classes        q = quantile of residual / spread

Read without numpy; `spread_fit` learns it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from advisor.evidence.observations import Group

TERM = "spread"
DIGITS = 5


def classes(group: Group) -> tuple[str, ...]:
    """Classes whose cases are predicted alike well: machine, kernels, backend, runtime, dense or MoE."""
    return (
        f"hardware:{group.hardware}", f"kernels:{group.backend}/{group.chip}", f"backend:{group.backend}",
        f"runtime:{group.runtime}", f"kind:{group.kind}", f"runtime-kind:{group.runtime}/{group.kind}",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spread:
    """How far held-out rows of one nearness were off, by class."""

    values: Mapping[str, float] = field(default_factory=dict)
    """`spread/class` → log of how much further off its rows are; an empty class is the global size. Empty: all alike."""
    quantiles: list[float] = field(default_factory=list)
    """Log ratio measured / predicted over the spread of its case, at 0, 1 … 100 %."""
    draws: int = 1
    """Groups held out: rows of one err together, so groups count as the draws."""

    def to_json(self) -> dict[str, Any]:
        """As plain data, rounded to five digits."""
        return {
            "values": {k: round(v, DIGITS) for k, v in self.values.items()},
            "quantiles": [round(x, DIGITS) for x in self.quantiles], "draws": self.draws,
        }  # fmt: skip

    def of(self, names: Iterable[str]) -> float:
        """Size of the log residuals a case of these classes is expected to have, up to a constant of all cases."""
        if not self.values:
            return 1.0
        return math.exp(self.values[f"{TERM}/"] + sum(self.values.get(f"{TERM}/{name}", 0.0) for name in names))

    def factors(self, names: Iterable[str], level: float) -> tuple[float, float] | None:
        """Factors on a prediction that held `level` of held-out rows; None without any.

        Of K groups, the next one lies within the quantile of level · (K + 1) / K as often as `level` says (split
        conformal prediction).
        """
        if not self.quantiles:
            return None
        tail, size = conformal_tail(level, self.draws), self.of(names)
        return math.exp(size * quantile(self.quantiles, tail)), math.exp(size * quantile(self.quantiles, 1 - tail))


def conformal_tail(level: float, draws: int) -> float:
    """Share left out at each end of an interval of that level, learned from so many independent groups."""
    return max(0.0, 1 - level * (draws + 1) / max(draws, 1)) / 2


def quantile(steps: list[float], share: float) -> float:
    """Linear interpolation between equal steps from 0 to 1."""
    position = share * (len(steps) - 1)
    low = int(position)
    high = min(low + 1, len(steps) - 1)
    return steps[low] + (steps[high] - steps[low]) * (position - low)
