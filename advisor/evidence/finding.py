"""The answer to one case: prediction, measured rows beside it, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from advisor.catalog.schema.record import Record
    from advisor.catalog.schema.source import Source
    from advisor.estimate.case import Case
    from advisor.estimate.decode import Efficiency, Traffic
    from advisor.estimate.footprint import Footprint
    from advisor.estimate.note import Note
    from advisor.estimate.placement import Verdict
    from advisor.evidence.calibration import Nearness

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
