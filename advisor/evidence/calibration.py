"""What the catalog's rows taught, in a form small enough to ship and to read without numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from advisor.estimate.decode import Efficiency
from advisor.evidence.observations import REFERENCE_BYTES_S, STAGES
from advisor.evidence.spread import Spread, classes, quantile
from advisor.once import Once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.evidence.observations import Group

Nearness = Literal[
    "same hardware", "same chip generation", "other hardware", "several devices", "partly on the host", "divided layers"
]  # fmt: skip
TERMS = ("e", "tau", "kappa", "chi", "level")
"""Efficiency, fixed time, cost of a KV byte, cost of attention's arithmetic, and what multiplies the whole time."""
STAGE_TERMS = tuple(f"stage {kind}" for kind in STAGES if kind != "attention")
"""Fixed time of the other kinds of stage against one of attention."""
VALUE_DIGITS = 7
ENOUGH_ROWS = 3
"""Rows of a group before a prediction may call itself calibrated on it."""
FIRST_STEP_YEAR = 2025
"""Software of earlier years is where the steps of later years start from."""
EIGHT_BIT = ("q8", "fp8", "int8")
FOUR_BIT_FLOAT = ("mxfp4", "nvfp4")


_COSTS = Once[Efficiency](16384)
_FACTORS = Once["tuple[float, float] | None"](16384)


def format_class(number_format: str) -> str:
    """Formats whose kernels are alike: by width, with the four-bit floats and the codebook formats (IQ) by themselves."""
    if number_format.startswith(EIGHT_BIT):
        return "8-bit"
    if number_format.startswith(FOUR_BIT_FLOAT):
        return "fp4"
    if number_format.startswith("iq"):
        return "iq"
    return number_format[:2] if number_format[:1] == "q" and number_format[1:2].isdigit() else number_format


def since(g: Group) -> tuple[str, ...]:
    """Years whose steps the software has taken: what changed in one year holds in all later ones."""
    if not g.era.isdigit():
        return (str(FIRST_STEP_YEAR), g.era)
    return tuple(str(year) for year in range(FIRST_STEP_YEAR, int(g.era) + 1))


def keys(g: Group) -> dict[str, dict[str, float]]:
    """Term → names of the deviations that apply to a case, with how much of each applies.

    Trends over bandwidth apply in proportion to its logarithm; every other deviation applies whole.
    """
    trend = {"trend:": math.log(g.bandwidth_bytes_s / REFERENCE_BYTES_S)}
    kernels = f"{g.backend}/{g.chip}"
    formats = format_class(g.format)
    e: tuple[str, ...] = (
        f"hw:{g.hardware}", f"runtime:{g.runtime}", f"runtime-kind:{g.runtime}/{g.kind}", f"format:{g.format}",
        f"formats:{formats}", f"formats-backend:{formats}/{g.backend}", f"formats-kind:{formats}/{g.kind}",
        f"memory:{'stacked' if g.stacked else g.memory}",
    )  # fmt: skip
    tau = (
        f"hw:{g.hardware}", f"chip:{g.chip}", f"backend:{g.backend}", f"hw-backend:{g.hardware}/{g.backend}",
        f"architecture:{g.architecture}", *(f"since:{g.runtime}/{year}" for year in since(g)),
        *(f"since-backend:{g.backend}/{year}" for year in since(g) if year.isdigit()),
    )  # fmt: skip
    kappa = (
        f"kernels:{kernels}",
        f"attention:{g.attention}",
        f"heads:{g.heads}/{kernels}",
        f"architecture-kernels:{g.architecture}/{kernels}",
    )
    chi = [f"kernels:{kernels}"]
    if g.backend == "cpu":
        # A processor multiplies and attends with the instructions a program was written for; no matrix unit hides it.
        e = (*e, f"cpu-program:{g.program}")
        chi += [
            f"cpu-program:{g.program}",
            f"cpu-attention:{g.attention}",
            f"cpu-program-attention:{g.program}/{g.attention}",
        ]
    level = (f"architecture-backend:{g.architecture}/{g.backend}", f"architecture-runtime:{g.architecture}/{g.runtime}")
    whole = {"e": e, "tau": tau, "kappa": kappa, "chi": chi, "level": level}
    found = {term: dict.fromkeys(names, 1.0) for term, names in whole.items()}
    return found | {term: found[term] | trend for term in ("e", "chi")}


def same_hardware_key(g: Group) -> str:
    """Rows of the same machine, runtime family and kind of model."""
    return f"{g.hardware}/{g.runtime}/{g.kind}"


def same_chip_key(g: Group) -> str:
    """Rows of the same chip generation and runtime family."""
    return f"{g.chip}/{g.runtime}"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Pooled values, how far off held-out rows were, and how many rows stand behind what."""

    values: dict[str, float] = field(default_factory=dict)
    """`term/group` → log value; an empty group is the global one."""
    spreads: Mapping[str, Spread] = field(default_factory=dict)
    """Nearness → how far off held-out rows were."""
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
            "spreads": {k: v.to_json() for k, v in self.spreads.items()},
            "counts": self.counts, "newest": self.newest, "rows": self.rows, "left_out": self.left_out,
        }  # fmt: skip

    @staticmethod
    def from_json(data: Any) -> Calibration:
        """The calibration `to_json` wrote."""
        if not data:
            return Calibration()
        return Calibration(**{**data, "spreads": {k: Spread(**v) for k, v in data["spreads"].items()}})

    def efficiency(self, group: Group) -> Efficiency:
        """e, κ, χ and τ of a case: the global values times every deviation known for its groups.

        The level of a case multiplies its whole time, so each of the four takes its part of it.
        """
        return _COSTS((self,), (group,), lambda: self._efficiency(group))

    def _efficiency(self, group: Group) -> Efficiency:
        terms = keys(group)
        found = {
            term: math.exp(self.values[f"{term}/"] + sum(share * self.values.get(f"{term}/{name}", 0.0) for name, share in terms[term].items()))
            for term in TERMS
        }  # fmt: skip
        level = found["level"]
        return Efficiency(
            weights=found["e"] / level, kv=found["kappa"] * level, attention_s=found["chi"] * level * group.matrix_slowness,
            layer_s=found["tau"] * self._stages(group) * level,
        )  # fmt: skip

    def _stages(self, group: Group) -> float:
        """What the stages of one layer cost on average, against one stage of attention."""
        if not group.stages:
            return 1.0
        return sum(
            number * (1.0 if kind == "attention" else math.exp(self.values[f"stage {kind}/"]))
            for kind, number in group.stages
        )

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
        found = self.spreads.get(nearness)
        return math.exp(quantile(found.quantiles, 0.5)) if found and nearness == "several devices" else 1.0

    def interval(self, nearness: Nearness, level: float, group: Group) -> tuple[float, float] | None:
        """Factors on the predicted speed that held `level` of held-out rows; None without any."""
        found = self.spreads.get(nearness)
        return _FACTORS(
            (self,), (nearness, level, group), lambda: found.factors(classes(group), level) if found else None
        )
