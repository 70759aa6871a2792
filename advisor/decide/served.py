"""What one machine makes of one workload: the best way to run it there, and what a person of it gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.decide.choose import answer
from advisor.decide.question import Question
from advisor.decide.ranges import Range
from advisor.decide.wanted import Wanted, wanted_models
from advisor.estimate.case import Demand
from advisor.estimate.machine import AS_IT_COMES
from advisor.estimate.note import Note, note
from advisor.estimate.placement import RUNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Model
    from advisor.decide.need import Workload
    from advisor.estimate.machine import Setup
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Finding, Measured

READABLE_TOK_S = 10.0
"""What is asked of a workload that states no floor when formats are weighed against each other: people read about that fast."""
LEVEL = 0.8


@dataclass(frozen=True, slots=True)
class Served:
    """One workload on one machine."""

    workload: Workload
    machine: str
    """Hardware id."""
    finding: Finding | None
    """The way that was chosen; None where nothing is known of any."""
    decode_tok_s: Range | None
    """What each request gets at the usual depth; None where it does not run or no evidence carries a prediction."""
    measured: Measured | None
    """The row of this very case, where `decode_tok_s` is what it measured."""
    ttft_s: Range | None
    """Wait for the first token of the usual prompt; None where that is not predicted."""
    reason: Note | None = None
    """Why it does not run or cannot be told; None where it can."""
    wanted: Wanted | None = None
    """The score the model was chosen by, where the need names a class and no model."""

    @property
    def runs(self) -> bool:
        """True where it fits, on the host or not."""
        return self.finding is not None and self.finding.verdict in RUNS

    @property
    def lacks_host_speed(self) -> bool:
        """True where it runs partly from main memory whose speed nobody stated, so that its own cannot be told."""
        if self.finding is None or self.finding.verdict != "fits-offloaded" or self.decode_tok_s is not None:
            return False
        return self.finding.case.machine.host_bandwidth_bytes_s is None

    @property
    def host_spare_bytes(self) -> float | None:
        """Main memory with which part of it would run from there, where nobody stated how much there is."""
        if self.finding is None or self.runs or self.finding.case.machine.host_bytes is not None:
            return None
        return next((each.named["need_bytes"] for each in self.finding.notes if "need_bytes" in each.named), None)

    @property
    def is_fast_enough(self) -> bool:
        """True where the middle of what is expected keeps to the floor and to the longest wait; unknown is not enough."""
        work = self.workload
        if not self.runs:
            return False
        slow = work.floor_tok_s is not None and (self.decode_tok_s is None or self.decode_tok_s.mid < work.floor_tok_s)
        late = work.ttft_s is not None and (self.ttft_s is None or self.ttft_s.mid > work.ttft_s)
        return not (slow or late)

    @property
    def grade(self) -> str:
        """`measured` for a row of this very case, else the confidence of the prediction: high, medium, low or none."""
        if self.measured:
            return "measured"
        return self.finding.confidence.level if self.finding else "none"


def demand_of(work: Workload, as_of: str | None) -> Demand:
    """What the workload asks of memory and of speed: at the end of its usual prompt, or with the context full."""
    depth = min(work.prompt_tokens or work.context_tokens, work.context_tokens)
    return Demand(
        context_tokens=work.context_tokens, depth_tokens=depth, prompt_tokens=depth, concurrency=work.concurrency, as_of=as_of,
        level=LEVEL,
    )  # fmt: skip


def serve(  # noqa: PLR0913 - a workload, a machine and how far evidence reaches
    facts: Facts, calibration: Calibration, work: Workload, machine: Hardware, *, as_of: str | None = None,
    exclude_sources: frozenset[str] = frozenset(), setup: Setup = AS_IT_COMES,
) -> Served:  # fmt: skip
    """The best way to run `work` on `machine`.

    Of its formats, the one with most bits a weight that keeps to the floor, else the fastest. Where the best of a class is
    wanted, models are tried from the highest score down until one fits and keeps to the floor.
    """
    if work.kind != "text":
        return _untold(work, machine, note(f"{work.kind} work is not predicted"))
    if work.model:
        return _of_model(facts, calibration, work, machine, facts.models[work.model], as_of, exclude_sources, setup)
    tried = None
    for wanted in wanted_models(facts, work.best or "general"):
        found = _of_model(
            facts, calibration, work, machine, facts.models[wanted.model], as_of, exclude_sources, setup, wanted
        )
        if found.is_fast_enough:
            return found
        tried = tried or (found if found.runs else None)
    return tried or _untold(work, machine, note("no model with a score fits"))


def _of_model(  # noqa: PLR0913 - as `serve`
    facts: Facts, calibration: Calibration, work: Workload, machine: Hardware, model: Model, as_of: str | None,
    exclude_sources: frozenset[str], setup: Setup, wanted: Wanted | None = None,
) -> Served:  # fmt: skip
    demand = demand_of(work, as_of)
    questions = [
        Question(
            model=model, hardware=machine, quant=facts.quants[quant] if quant else None, demand=demand, setup=setup
        )
        for quant in work.quants or (None,)
    ]
    found = [each for asked in questions for each in answer(facts, calibration, asked, exclude_sources)]
    ways = [_served(work, machine, each, wanted) for each in found if _has_bits(each, work.least_bits)]
    if not ways:
        return _untold(work, machine, note("no format of it is asked for that a runtime loads here"))
    return max(ways, key=_preference)


def _has_bits(found: Finding, least_bits: float | None) -> bool:
    return least_bits is None or found.case.quant.bits_per_weight >= least_bits


def _preference(way: Served) -> tuple[bool, bool, bool, float, float]:
    # By the lower end: of two ways that promise alike, the one more is known of.
    speed = way.decode_tok_s.low if way.decode_tok_s else 0.0
    middle = way.decode_tok_s.mid if way.decode_tok_s else 0.0
    enough = way.is_fast_enough and middle >= (way.workload.floor_tok_s or READABLE_TOK_S)
    bits = way.finding.case.quant.bits_per_weight if way.finding else 0.0
    known = way.finding is not None and way.finding.verdict == "fits"
    return way.runs, enough, known, bits if enough else 0.0, speed


def _served(work: Workload, machine: Hardware, found: Finding, wanted: Wanted | None) -> Served:
    exact = exact_row(found.evidence) if work.concurrency == 1 else None
    speed = measured_range(exact) if exact else _predicted(found)
    wait = found.prefill
    first = None
    if wait and wait.ttft_s is not None and wait.low_ttft_s is not None and wait.high_ttft_s is not None:
        first = Range(wait.low_ttft_s, wait.ttft_s, wait.high_ttft_s)
    runs = found.verdict in RUNS
    return Served(
        workload=work, machine=machine.id, finding=found, decode_tok_s=speed if runs else None, measured=exact if runs else None,
        ttft_s=first if runs else None, reason=None if runs else _why_not(found), wanted=wanted,
    )  # fmt: skip


def exact_row(rows: Iterable[Measured]) -> Measured | None:
    """The newest row of this very case that counts."""
    held = [row for row in rows if row.closeness == "exact" and not row.remark and row.record.decode_tok_s]
    return max(held, key=lambda row: (-row.tier, row.record.conditions.date or ""), default=None)


REPEATS_SHARE = 0.075
"""Spread of repeated measurements of one case, as the decode fit assumes it (`evidence.calibrate.NOISE`)."""
LEVEL_IN_SPREADS = 1.2816
"""Half-width of an 80 % interval of a normal distribution, in standard deviations."""


def measured_range(row: Measured) -> Range:
    """What the row measured, with the spread of repeated measurements around it."""
    rate = row.record.decode_tok_s or 0.0
    factor = 1 + LEVEL_IN_SPREADS * REPEATS_SHARE
    return Range(rate / factor, rate, rate * factor)


def _predicted(found: Finding) -> Range | None:
    if found.case.demand.concurrency > 1:
        many = found.aggregate
        if not many or many.tok_s is None or many.per_request_tok_s is None:
            return None
        share = many.per_request_tok_s / many.tok_s if many.tok_s else 0.0
        return Range((many.low_tok_s or 0.0) * share, many.per_request_tok_s, (many.high_tok_s or 0.0) * share)
    speed = found.decode_at_depth or found.decode
    if not speed or speed.tok_s is None or speed.low_tok_s is None or speed.high_tok_s is None:
        return None
    return Range(speed.low_tok_s, speed.tok_s, speed.high_tok_s)


def _why_not(found: Finding) -> Note:
    """What keeps it from running: bytes short, or the runtime's reason."""
    if found.footprint is not None and (short := found.footprint.placement.short_bytes):
        return note("{short_bytes} short", short_bytes=short)
    return found.notes[0] if found.notes else note(found.verdict.replace("-", " "))


def _untold(work: Workload, machine: Hardware, why: Note) -> Served:
    return Served(work, machine.id, None, None, None, None, why)
