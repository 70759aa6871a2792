"""The answer to one case: prediction, measured rows beside it, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.quant import Quant
    from advisor.catalog.schema.record import Record
    from advisor.catalog.schema.runtime import Runtime
    from advisor.catalog.schema.source import Source
    from advisor.estimate.burst import Knee
    from advisor.estimate.case import Case
    from advisor.estimate.decode import Efficiency, Traffic
    from advisor.estimate.footprint import Footprint
    from advisor.estimate.note import Note
    from advisor.estimate.placement import Verdict
    from advisor.evidence.calibration import Nearness
    from advisor.evidence.concurrency import Aggregate, Sweep
    from advisor.evidence.power import Drawn
    from advisor.evidence.prefill_speed import Prefill

Closeness = Literal["exact", "near", "far"]
Basis = Literal["calibrated", "roofline"]


@dataclass(frozen=True, slots=True)
class Speed:
    """Predicted tokens per second of one sequence, with what it rests on."""

    depth_tokens: int
    tok_s: float | None
    """None where no evidence carries a prediction; the ceiling still stands."""
    low_tok_s: float | None
    high_tok_s: float | None
    ceiling_tok_s: float
    bytes_per_token: int
    limited_by: str
    basis: Basis
    nearness: Nearness | None
    rows: int
    """Rows of the group the prediction rests on."""
    efficiency: Efficiency | None
    moved: Traffic
    bandwidth_bytes_s: float
    spent: tuple[tuple[str, float], ...] = ()
    """What a step is spent on and for how many seconds, where several memories or devices share it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One row beside the question."""

    record: Record
    source: Source
    tier: int
    closeness: Closeness
    differences: tuple[str, ...]
    """What keeps it from being exact."""
    residual: float | None
    """measured / predicted − 1 under the row's own conditions; None where neither is known."""
    remark: str = ""
    """Why it is not used, or that later software overtook it."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """How far to trust the finding, in words."""

    level: Literal["high", "medium", "low", "none"]
    reason: Note


@dataclass(frozen=True, slots=True)
class BestQuant:
    """A format that fits all on the devices, of those with most bits a weight."""

    quant: Quant
    runtime: Runtime
    bits_per_weight: float
    """Weight bytes over parameters, not the nominal bits of the format."""
    weights_bytes: int


@dataclass(frozen=True, slots=True)
class FewestMachines:
    """The least number of a device that holds a case; one fewer does not, or cannot be divided over."""

    count: int
    hardware: Hardware
    """The machine made of so many."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one case."""

    case: Case
    verdict: Verdict
    footprint: Footprint | None
    max_context_tokens: int | None
    max_concurrency: int | None
    decode: Speed | None
    """At depth 0."""
    decode_at_depth: Speed | None
    """At the asked depth."""
    evidence: tuple[Measured, ...]
    confidence: Confidence
    notes: tuple[Note, ...] = field(default=())
    most_context_tokens_asked: int | None = None
    """The longest context that still runs where it is asked for; `max_context_tokens` is what to count on."""
    best_quant: BestQuant | None = None
    """Over all runtimes of the question; None where nothing fits, or nobody looked."""
    fewest_machines: FewestMachines | None = None
    """None where nothing is known to link more of them, where up to eight do not hold it, or nobody looked."""
    instead: tuple[Note, ...] = ()
    """What would fit where this does not."""
    prefill: Prefill | None = None
    """How the prompt asked about is read; None where not even a ceiling is known."""
    aggregate: Aggregate | None = None
    """What the asked requests get when sent at once; None for one request, and where not even a ceiling is known."""
    sweep: Sweep | None = None
    """What other numbers of requests would get; None for one request, and where nothing carries a prediction."""
    power: Drawn | None = None
    """What the machine draws while it infers; None where the case does not run."""
    curve: tuple[Speed, ...] = ()
    """Speed of one request from an empty cache to the longest; empty until somebody asks for it."""
    along: tuple[Measured, ...] = ()
    """Rows measured along that curve, whatever their runtime; likewise."""
    together: tuple[Record, ...] = ()
    """Rows of several requests at once near the asked depth, whatever their runtime; likewise."""

    @property
    def knee(self) -> Knee | None:
        """Where more requests stop paying; None where that is not predicted, or beyond a thousand."""
        return self.sweep.knee if self.sweep else None
