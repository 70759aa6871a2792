"""What measured rows taught about running partly from main memory, small enough to ship and to read without numpy.

    t = device's share, its depth part · d + host's share · h + round trips · hand-over

d, h and the hand-over are learned on top of the single-stream calibration, which gives the shares: the host's is that of a
processor under the same runtime.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from advisor.evidence.offload_rows import costed, host_group
from advisor.evidence.spread import Spread
from advisor.once import FEW, Once

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advisor.catalog.contents import Facts
    from advisor.estimate.shares import Costed, Step
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.observations import Group

TERMS = ("trip", "host", "depth")
"""Seconds of a round trip to the host, factor on the host's share, factor on what depth costs the device meanwhile."""
VALUE_DIGITS = 7


def keys(g: Group) -> dict[str, dict[str, float]]:
    """Term → names of the deviations that apply to a case, each whole."""
    return {
        "trip": {f"program:{g.program}": 1.0},
        "host": {f"program:{g.program}": 1.0},
        "depth": {f"era:{g.era}": 1.0},
    }


@dataclass(frozen=True, slots=True)
class Pieces:
    """Time of a step by what offload changes."""

    device_s: float
    """Of the devices, but for what depth costs."""
    depth_s: float
    """Reading the cache and attention's arithmetic on the devices."""
    host_s: float
    trips: int


def pieces(shares: Sequence[Costed], trips: int) -> Pieces:
    """The shares of a step sorted by what offload changes."""
    device = [each for each in shares if each.share.device is not None]
    depth = sum(float(each.depth_seconds) for each in device)
    host = sum(float(each.seconds) for each in shares if each.share.device is None)
    return Pieces(sum(float(each.seconds) for each in device) - depth, depth, host, trips)


@dataclass(frozen=True, slots=True)
class Offload:
    """Pooled values, how far off held-out rows were, and how many rows stand behind them."""

    values: Mapping[str, float] = field(default_factory=dict)
    """`term/group` → log value; an empty group is the global one."""
    spread: Spread = field(default_factory=Spread)
    """How far off rows were whose machine with their model was held out, those of processors alone with them."""
    rows: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Reason → rows that were not used."""

    def to_json(self) -> dict[str, Any]:
        """As plain data, values rounded to seven digits."""
        return {
            "values": {k: round(v, VALUE_DIGITS) for k, v in self.values.items()}, "spread": self.spread.to_json(),
            "rows": self.rows, "left_out": dict(self.left_out),
        }  # fmt: skip

    @staticmethod
    def from_json(data: Any) -> Offload:
        """What `to_json` wrote."""
        return Offload(**{**data, "spread": Spread(**data["spread"])}) if data else Offload()

    def term(self, name: str, where: Group) -> float:
        """Value of a term for a case: the global one times every deviation known for its groups."""
        shifts = (share * self.values.get(f"{name}/{group}", 0.0) for group, share in keys(where)[name].items())
        return math.exp(self.values[f"{name}/"] + sum(shifts))

    def seconds(self, found: Pieces, where: Group) -> float:
        """Expected time of the step. Raises KeyError where nothing was learned."""
        trip, host, depth = (self.term(name, where) for name in TERMS)
        return found.device_s + depth * found.depth_s + host * found.host_s + trip * found.trips


def shares_of(
    calibration: Calibration, step: Step, device_groups: Sequence[Group], device_bytes_s: Sequence[float], host_bytes_s: float
) -> tuple[Costed, ...]:  # fmt: skip
    """Every share of a case's step with what its memory and processor make of it; groups and bandwidths by device."""
    lead = device_groups[0]
    groups = tuple(
        host_group(lead, host_bytes_s) if share.device is None else device_groups[share.device] for share in step.shares
    )
    rates = tuple(host_bytes_s if share.device is None else device_bytes_s[share.device] for share in step.shares)
    return costed(calibration, step, groups, rates)


_LEARNED = Once["Offload"](FEW)


def learned_offload(
    facts: Facts, calibration: Calibration, as_of: str | None, exclude_sources: frozenset[str]
) -> Offload:
    """What the rows in force teach: as shipped, or learned again where the question narrows them.

    Learned again it keeps the shipped interval, which takes longest and changes least.
    """
    shipped = Offload.from_json(facts.extra("offload"))
    if (as_of is None and not exclude_sources) or not calibration.rows or not shipped.rows:
        return shipped

    def again() -> Offload:
        from advisor.evidence.offload_fit import without_interval  # noqa: PLC0415 - only a narrowed question pays for numpy

        found = without_interval(facts, calibration, as_of=as_of, exclude_sources=exclude_sources)
        return replace(found, spread=shipped.spread)

    return _LEARNED((facts,), (as_of, exclude_sources), again)
