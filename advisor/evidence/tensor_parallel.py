"""What measured rows taught about layers divided over devices, small enough to ship and to read without numpy.

    t = bytes and attention of each device + stages' fixed time · f + all-reduces · link

f and the link's time are learned on top of the single-stream calibration. f is below 1 where what one device seems to take
regardless of bytes divides after all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from advisor.estimate.decode import step_s
from advisor.evidence.spread import Spread
from advisor.once import FEW, Once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.catalog.contents import Facts
    from advisor.estimate.decode import Traffic
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.observations import Group

TERMS = ("link", "fixed", "whole")
"""Seconds of an all-reduce, factor on the fixed time, and how much longer a whole request takes than its decode."""
VALUE_DIGITS = 7


def keys(g: Group, link: str) -> dict[str, dict[str, float]]:
    """Term → names of the deviations that apply to a case, each whole."""
    return {"link": {f"class:{link}": 1.0}, "fixed": {f"memory:{g.memory}": 1.0}, "whole": {}}


@dataclass(frozen=True, slots=True)
class Pieces:
    """Time of a step by what dividing changes."""

    bytes_s: float
    """Reading each device's part of weights and cache, and attention over it."""
    fixed_s: float
    """What the stages take on one device, whatever they read."""
    reduces: float


def pieces(calibration: Calibration, where: Group, moved: Traffic, bandwidth_bytes_s: float, reduces: float) -> Pieces:
    """The step of each device, which moves `moved`, as one device of that kind would take for it."""
    cost = calibration.efficiency(where)
    fixed = moved.layers * cost.layer_s
    return Pieces(float(step_s(moved, bandwidth_bytes_s, cost)) - fixed, fixed, reduces)


@dataclass(frozen=True, slots=True)
class TensorParallel:
    """Pooled values, how far off held-out rows were, and how many rows stand behind them."""

    values: Mapping[str, float] = field(default_factory=dict)
    """`term/group` → log value; an empty group is the global one."""
    spread: Spread = field(default_factory=Spread)
    """How far off rows were whose machine with their model was held out."""
    rows: int = 0
    links: Mapping[str, int] = field(default_factory=dict)
    """Class of link → rows."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Reason → rows that were not used."""

    def to_json(self) -> dict[str, Any]:
        """As plain data, values rounded to seven digits."""
        return {
            "values": {k: round(v, VALUE_DIGITS) for k, v in self.values.items()}, "spread": self.spread.to_json(),
            "rows": self.rows, "links": dict(self.links), "left_out": dict(self.left_out),
        }  # fmt: skip

    @staticmethod
    def from_json(data: Any) -> TensorParallel:
        """What `to_json` wrote."""
        return TensorParallel(**{**data, "spread": Spread(**data["spread"])}) if data else TensorParallel()

    def term(self, name: str, where: Group, link: str) -> float:
        """Value of a term for a case: the global one times every deviation known for its groups."""
        shifts = (share * self.values.get(f"{name}/{group}", 0.0) for group, share in keys(where, link)[name].items())
        return math.exp(self.values[f"{name}/"] + sum(shifts))

    def seconds(self, found: Pieces, where: Group, link: str) -> float:
        """Expected time of the step. Raises KeyError where nothing was learned."""
        fixed = self.term("fixed", where, link) * found.fixed_s
        return found.bytes_s + fixed + self.term("link", where, link) * found.reduces


_LEARNED = Once["TensorParallel"](FEW)


def learned_tensor_parallel(
    facts: Facts, calibration: Calibration, as_of: str | None, exclude_sources: frozenset[str]
) -> TensorParallel:
    """What the rows in force teach: as shipped, or learned again where the question narrows them.

    Learned again it keeps the shipped interval, which takes longest and changes least.
    """
    shipped = TensorParallel.from_json(facts.extra("tensor parallel"))
    if (as_of is None and not exclude_sources) or not calibration.rows or not shipped.rows:
        return shipped

    def again() -> TensorParallel:
        from advisor.evidence.tensor_parallel_fit import without_interval  # noqa: PLC0415 - only a narrowed question pays for numpy

        found = without_interval(facts, calibration, as_of=as_of, exclude_sources=exclude_sources)
        return replace(found, spread=shipped.spread)

    return _LEARNED((facts,), (as_of, exclude_sources), again)
