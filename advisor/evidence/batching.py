"""What measured rows taught about batches, small enough to ship and to read without numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from advisor.estimate.concurrency import Scaling
from advisor.evidence.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.evidence.concurrency_rows import Kind

Term = Literal["routing", "weights", "kv", "state", "compute"]
TERMS: tuple[Term, ...] = get_args(Term)
BatchNearness = Literal["same hardware", "few models", "other runtime", "other hardware"]
"""Many models of its kind measured on that machine under that runtime, a few, none under that runtime, none on that machine."""
VALUE_DIGITS = 7
ENOUGH_MODELS = 6
"""Models measured on a machine under a runtime before one more of their kind counts as known ground."""


def keys(kind: Kind) -> Mapping[str, Mapping[str, float]]:
    """Term → names of the deviations that apply to a case, each whole."""
    g = kind.group
    by_runtime = {f"runtime:{g.runtime}": 1.0}
    return {
        "routing": {**by_runtime, f"router:{kind.routing}": 1.0} if kind.routing else {},
        "weights": {**by_runtime, f"runtime-kind:{g.runtime}/{g.kind}": 1.0},
        "kv": by_runtime,
        "state": {**by_runtime, f"recurrence:{g.runtime}/{kind.recurrence}": 1.0} if kind.recurrence else {},
        "compute": by_runtime,
    }


@dataclass(frozen=True, slots=True)
class Batching:
    """Pooled values, how far off held-out rows were, and how many rows stand behind what."""

    values: Mapping[str, float] = field(default_factory=dict)
    """`term/group` → log value; an empty group is the global one."""
    spreads: Mapping[str, Spread] = field(default_factory=dict)
    """How far the case is from evidence → how far off held-out rows were, models as the draws; where no batch was measured,
    how far off batching alone was, which comes on top of the single stream's interval."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Machine, runtime family and dense or MoE → rows."""
    models: Mapping[str, int] = field(default_factory=dict)
    """The same → models."""
    rows: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Reason → rows that were not used."""

    def to_json(self) -> dict[str, Any]:
        """As plain data, values rounded to seven digits."""
        return {
            "values": {k: round(v, VALUE_DIGITS) for k, v in self.values.items()},
            "spreads": {k: v.to_json() for k, v in self.spreads.items()},
            "counts": dict(self.counts), "models": dict(self.models), "rows": self.rows, "left_out": dict(self.left_out),
        }  # fmt: skip

    @staticmethod
    def from_json(data: Any) -> Batching:
        """What `to_json` wrote."""
        if not data:
            return Batching()
        return Batching(**{**data, "spreads": {k: Spread(**v) for k, v in data["spreads"].items()}})

    def scaling(self, kind: Kind) -> Scaling:
        """How batches of a case differ from one sequence: global values times every deviation known for its groups.

        Raises KeyError where nothing was learned.
        """
        terms = keys(kind)
        logs = {
            term: self.values[f"{term}/"] + sum(self.values.get(f"{term}/{name}", 0.0) * share for name, share in terms[term].items())
            for term in TERMS
        }  # fmt: skip
        return Scaling(**{term: math.exp(value) for term, value in logs.items()})

    def nearness(self, kind: Kind) -> BatchNearness:
        """How far the case is from the rows that teach it."""
        hardware, runtime, same = nested_keys(kind)
        if not self.counts.get(hardware):
            return "other hardware"
        if not self.counts.get(runtime):
            return "other runtime"
        return "same hardware" if self.models.get(same, 0) >= ENOUGH_MODELS else "few models"

    def rows_behind(self, kind: Kind) -> int:
        """Rows of the same machine, runtime and kind of model, else of the nearest group that has any."""
        return next((self.counts[key] for key in reversed(nested_keys(kind)) if self.counts.get(key)), self.rows)


def nested_keys(kind: Kind) -> tuple[str, str, str]:
    """The machine; the same and the runtime family; the same and whether the model is dense."""
    g = kind.group
    return g.hardware, f"{g.hardware}/{g.runtime}", f"{g.hardware}/{g.runtime}/{g.kind}"
