"""What the catalog's rows taught, in a form small enough to ship and to read without numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from advisor.estimate.decode import Efficiency
from advisor.evidence.observations import REFERENCE_BYTES_S

if TYPE_CHECKING:
    from advisor.evidence.observations import Group

Term = Literal["e", "tau", "kappa"]
Nearness = Literal["same hardware", "same chip generation", "other hardware", "several devices"]
TERMS: tuple[Term, ...] = ("e", "tau", "kappa")
VALUE_DIGITS, QUANTILE_DIGITS = 7, 5
ENOUGH_ROWS = 3
"""Rows of a group before a prediction may call itself calibrated on it."""


def keys(g: Group) -> tuple[dict[str, float], ...]:
    """Names of the deviations that apply to a case with how much of each applies, for e, τ and κ in this order.

    Trends over bandwidth apply in proportion to its logarithm; every other deviation applies whole.
    """
    e = (
        f"hw:{g.hardware}", f"chip:{g.chip}", f"runtime:{g.runtime}", f"backend:{g.backend}",
        f"backend-chip:{g.backend}/{g.chip}", f"kind:{g.kind}", f"hw-kind:{g.hardware}/{g.kind}",
        f"runtime-kind:{g.runtime}/{g.kind}", f"format:{g.format}", f"format-backend:{g.format}/{g.backend}",
        f"era:{g.runtime}/{g.era}", f"hw-runtime:{g.hardware}/{g.runtime}", f"memory:{g.memory}",
    )  # fmt: skip
    tau = (f"hw:{g.hardware}", f"chip:{g.chip}", f"runtime:{g.runtime}", f"backend:{g.backend}", f"kind:{g.kind}",
           f"runtime-kind:{g.runtime}/{g.kind}", f"era:{g.runtime}/{g.era}", f"memory:{g.memory}")  # fmt: skip
    kappa = (f"backend:{g.backend}", f"chip:{g.chip}", f"backend-chip:{g.backend}/{g.chip}", f"hw:{g.hardware}",
             f"memory:{g.memory}", f"attention:{g.attention}", f"attention-backend:{g.attention}/{g.backend}")  # fmt: skip
    trend = math.log(g.bandwidth_bytes_s / REFERENCE_BYTES_S)
    return tuple(
        dict.fromkeys(names, 1.0) | {f"trend:{g.memory}": trend, "trend:all": trend} for names in (e, tau, kappa)
    )


def same_hardware_key(g: Group) -> str:
    """Rows of the same machine, runtime family and kind of model."""
    return f"{g.hardware}/{g.runtime}/{g.kind}"


def same_chip_key(g: Group) -> str:
    """Rows of the same chip generation and runtime family."""
    return f"{g.chip}/{g.runtime}"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Pooled values, residual quantiles of held-out rows, and how many rows stand behind what."""

    values: dict[str, float] = field(default_factory=dict)
    """`term/group` → log value; an empty group is the global one."""
    quantiles: dict[str, list[float]] = field(default_factory=dict)
    """Nearness → log ratio measured / predicted of held-out rows, at 0, 1 … 100 %."""
    counts: dict[str, int] = field(default_factory=dict)
    """`same_hardware_key` or `same_chip_key` → rows."""
    newest: dict[str, str] = field(default_factory=dict)
    """The same keys → date of the newest row."""
    rows: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    """Reason → rows that were not used."""

    def to_json(self) -> dict[str, Any]:
        """As plain data, values rounded to seven digits."""
        return {
            "values": {k: round(v, VALUE_DIGITS) for k, v in self.values.items()},
            "quantiles": {k: [round(x, QUANTILE_DIGITS) for x in v] for k, v in self.quantiles.items()},
            "counts": self.counts, "newest": self.newest, "rows": self.rows, "left_out": self.left_out,
        }  # fmt: skip

    @staticmethod
    def from_json(data: Any) -> Calibration:
        """The calibration `to_json` wrote."""
        return Calibration(**data) if data else Calibration()

    def efficiency(self, group: Group) -> Efficiency:
        """e, κ and τ of a case: the global values times every deviation known for its groups."""
        terms = []
        for term, names in zip(TERMS, keys(group), strict=True):
            shift = sum(share * self.values.get(f"{term}/{name}", 0.0) for name, share in names.items())
            terms.append(math.exp(self.values[f"{term}/"] + shift))
        return Efficiency(weights=terms[0], layer_s=terms[1], kv=terms[2])

    def nearness(self, group: Group) -> Nearness:
        """How far the case is from the rows that teach it."""
        if self.counts.get(same_hardware_key(group), 0) >= ENOUGH_ROWS:
            return "same hardware"
        if self.counts.get(same_chip_key(group), 0) >= ENOUGH_ROWS:
            return "same chip generation"
        return "other hardware"

    def rows_behind(self, group: Group) -> int:
        """Rows of the nearest group that has enough; all rows when none has."""
        near = self.nearness(group)
        if near == "other hardware":
            return self.rows
        return self.counts[same_hardware_key(group) if near == "same hardware" else same_chip_key(group)]

    def middle(self, nearness: Nearness) -> float:
        """Factor on the predicted speed that half of held-out rows exceeded.

        1 unless the case is of a kind the fit does not teach (several devices), where rows only show how far off it is.
        """
        found = self.quantiles.get(nearness)
        return math.exp(_at(found, 0.5)) if found and nearness == "several devices" else 1.0

    def interval(self, nearness: Nearness, level: float) -> tuple[float, float] | None:
        """Factors on the predicted speed that held `level` of held-out rows; None without any."""
        found = self.quantiles.get(nearness)
        if not found:
            return None
        tail = (1 - level) / 2
        return math.exp(_at(found, tail)), math.exp(_at(found, 1 - tail))


def _at(quantiles: list[float], share: float) -> float:
    """Linear interpolation between the percent steps."""
    position = share * (len(quantiles) - 1)
    low = int(position)
    high = min(low + 1, len(quantiles) - 1)
    return quantiles[low] + (quantiles[high] - quantiles[low]) * (position - low)
