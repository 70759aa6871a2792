"""What the catalog's rows taught about reading prompts, in a form small enough to ship and to read without numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from advisor.estimate.prefill import Rates
from advisor.evidence.prefill_rows import REFERENCE_OPS_S, Setting
from advisor.evidence.spread import quantile
from advisor.once import FEW, Once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.catalog.contents import Facts


TERMS: tuple[str, ...] = ("u", "w", "kappa", "rho", "tile", "tau")
Nearness = Literal["same hardware", "same chip generation", "other hardware"]
VALUE_DIGITS, QUANTILE_DIGITS = 6, 5
ENOUGH_ROWS = 3
"""Rows of a group before a prediction may call itself calibrated on it."""
OWN_SPREAD_ROWS = 60
"""Rows of a backend before its predictions are given the spread of its own rows."""
NO_ROWS = "no prefill: no measured row teaches it"


def _alike(names: Iterable[str]) -> dict[str, float]:
    return dict.fromkeys(names, 1.0)


def keys(s: Setting) -> dict[str, dict[str, float]]:
    """Names of the deviations that apply to a setting with how much of each applies, by term.

    Trends apply in proportion to a logarithm; every other deviation applies whole.
    """
    g = s.group
    common = (f"chip:{g.chip}", f"runtime:{g.runtime}", f"era:{g.runtime}/{g.era}")
    chip, half, kind = f"backend-chip:{g.backend}/{g.chip}", f"half:{g.runtime}/{s.half_year}", f"kind:{g.kind}"
    products = (*common, chip, half, kind, f"format-backend:{g.format}/{g.backend}")
    rate = {"rate:all": math.log(s.ops_s / REFERENCE_OPS_S)}
    unrated = () if s.rated else (f"unrated:{g.hardware}", f"unrated-chip:{g.chip}", f"unrated-memory:{g.memory}")
    u = (
        *products, *unrated, f"backend-era:{g.backend}/{g.era}", f"hw-kind:{g.hardware}/{g.kind}",
        f"path-chip:{s.arithmetic}/{g.chip}/{g.backend}",
    )  # fmt: skip
    kappa = (
        *common, chip, half, f"attention-backend:{g.attention}/{g.backend}", f"head-backend:{s.head}/{g.backend}/{g.runtime}",
        f"head-chip:{s.head}/{g.backend}/{g.chip}",
    )  # fmt: skip
    return {
        "u": _alike(u) | rate, "w": _alike(products), "kappa": _alike(kappa) | rate,
        "rho": _alike((*common[1:], chip, f"state-backend:{s.state}/{g.backend}/{g.runtime}")), "tile": _alike((*common[1:], chip, half)),
        "tau": _alike((*common, kind)),
    }  # fmt: skip


def same_hardware_key(s: Setting) -> str:
    """Rows of the same machine, runtime family, backend and kind of model."""
    return f"{s.group.hardware}/{s.group.runtime}/{s.group.backend}/{s.group.kind}"


def same_chip_key(s: Setting) -> str:
    """Rows of the same chip generation and runtime family."""
    return f"{s.group.chip}/{s.group.runtime}"


def backend_key(s: Setting) -> str:
    """Rows of the same runtime family and backend, whatever the machine."""
    return f"*/{s.group.runtime}/{s.group.backend}"


def runtime_key(s: Setting) -> str:
    """Rows of the same runtime family, whatever the machine."""
    return f"*/{s.group.runtime}"


@dataclass(frozen=True, slots=True)
class PrefillCalibration:
    """Pooled values, residual quantiles of held-out rows, and how many rows stand behind what."""

    values: dict[str, float] = field(default_factory=dict)
    """`term/group` → log value; an empty group is the global one."""
    quantiles: dict[str, list[float]] = field(default_factory=dict)
    """`spread_class` → log ratio measured / predicted of held-out rows, at 0, 1 … 100 %."""
    counts: dict[str, int] = field(default_factory=dict)
    """`same_hardware_key`, `same_chip_key`, `backend_key` or `runtime_key` → rows."""
    halves: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Runtime family → half-years its rows are of, in order."""
    rows: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    """Reason → rows with a prefill rate that were not used."""

    def to_json(self) -> dict[str, Any]:
        """As plain data, values rounded to six digits."""
        return {
            "values": {k: round(v, VALUE_DIGITS) for k, v in self.values.items()},
            "quantiles": {k: [round(x, QUANTILE_DIGITS) for x in v] for k, v in self.quantiles.items()},
            "counts": self.counts, "halves": {k: list(v) for k, v in self.halves.items()}, "rows": self.rows, "left_out": self.left_out,
        }  # fmt: skip

    @staticmethod
    def from_json(data: Any) -> PrefillCalibration:
        """The calibration `to_json` wrote."""
        if not data:
            return PrefillCalibration()
        return PrefillCalibration(**{**data, "halves": {k: tuple(v) for k, v in data["halves"].items()}})

    def rates(self, s: Setting) -> Rates:
        """What the machine and runtime of a setting make of the hardware's peaks.

        Software of a half-year no row is of counts as that of the latest one before it, or else of the first.
        """
        terms = {}
        for term, names in keys(self._in_known_half(s)).items():
            shift = sum(share * self.values.get(f"{term}/{name}", 0.0) for name, share in names.items())
            terms[term] = math.exp(self.values[f"{term}/"] + shift)
        return Rates(
            compute_ops_s=s.ops_s * terms["u"], weight_bytes_s=s.bandwidth_bytes_s * terms["w"], attention=terms["kappa"],
            recurrent=terms["rho"], tile=terms["tile"], layer_s=terms["tau"],
        )  # fmt: skip

    def _in_known_half(self, s: Setting) -> Setting:
        known = self.halves.get(s.group.runtime, ())
        if s.half_year in known or not known:
            return s
        half = max((each for each in known if each <= s.half_year), default=known[0])
        return replace(s, half_year=half, group=replace(s.group, era=half[:4]))

    def nearness(self, s: Setting) -> Nearness:
        """How far the setting is from the rows that teach it."""
        if self.counts.get(same_hardware_key(s), 0) >= ENOUGH_ROWS:
            return "same hardware"
        if self.counts.get(same_chip_key(s), 0) >= ENOUGH_ROWS:
            return "same chip generation"
        return "other hardware"

    def rows_behind(self, s: Setting) -> int:
        """Rows of the nearest group that has enough; all rows when none has."""
        near = self.nearness(s)
        if near == "other hardware":
            return self.rows
        return self.counts[same_hardware_key(s) if near == "same hardware" else same_chip_key(s)]

    def spread_class(self, s: Setting) -> str:
        """Rows whose errors tell how far off this setting may be: those as near, on known hardware of the same backend."""
        near = self.nearness(s)
        many = near == "same hardware" and self.counts.get(backend_key(s), 0) >= OWN_SPREAD_ROWS
        return f"{near}, {s.group.backend} of {s.group.runtime}" if many else near

    def interval(self, spread_class: str, level: float) -> tuple[float, float] | None:
        """Factors on the predicted rate that held `level` of held-out rows; None without any."""
        found = self.quantiles.get(spread_class)
        if not found:
            return None
        tail = (1 - level) / 2
        return math.exp(quantile(found, tail)), math.exp(quantile(found, 1 - tail))

    def refuses(self, s: Setting) -> str | None:
        """Why no row says anything of the setting; None where some do."""
        if not self.rows:
            return NO_ROWS
        if not self.counts.get(runtime_key(s)):
            return f"{NO_ROWS} with {s.group.runtime}"
        if not s.rated and self.nearness(s) == "other hardware":
            return (
                "no prefill: no compute rate of the chip has a source, and no measured row of its generation tells one"
            )
        return None


_LEARNED = Once["PrefillCalibration"](FEW)


def learned_prefill(facts: Facts, as_of: str | None, exclude_sources: frozenset[str]) -> PrefillCalibration:
    """What the rows in force teach about prefill: as shipped, or learned again where the question narrows them.

    Learned again it keeps the shipped intervals, which take longest and change least.
    """
    shipped = PrefillCalibration.from_json(facts.extra("prefill"))
    if as_of is None and not exclude_sources:
        return shipped

    def again() -> PrefillCalibration:
        from advisor.evidence.prefill_fit import fitted  # noqa: PLC0415 - only a narrowed question pays for numpy

        return replace(fitted(facts, as_of=as_of, exclude_sources=exclude_sources), quantiles=shipped.quantiles)

    return _LEARNED((facts,), (as_of, exclude_sources), again)
