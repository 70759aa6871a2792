"""One case answered: footprint, prediction, and the measured rows that agree or disagree with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.estimate.footprint import CannotRun, footprint, max_concurrency, max_context_tokens
from advisor.estimate.note import Note, note
from advisor.estimate.placement import RUNS
from advisor.evidence.confidence import confidence
from advisor.evidence.finding import Confidence, Finding, Speed
from advisor.evidence.match import measured, worth_showing
from advisor.evidence.predict import decode_speed

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.estimate.case import Case
    from advisor.evidence.calibration import Calibration


def unsupported(case: Case, reason: Note) -> Finding:
    """The finding of a case that cannot run, with the reason."""
    return Finding(
        case=case, verdict="unsupported", footprint=None, max_context_tokens=None, max_concurrency=None, decode=None,
        decode_at_depth=None, evidence=(), confidence=Confidence("none", reason), notes=(reason,),
    )  # fmt: skip


def finding(
    facts: Facts, calibration: Calibration, case: Case, exclude_sources: frozenset[str] = frozenset()
) -> Finding:
    """The answer to `case`, with its evidence. A case that cannot run is a finding too, with the reason."""
    try:
        found = footprint(case, facts.quants.__getitem__)
    except CannotRun as reason:
        return unsupported(case, reason.why)
    plan, notes = found.placement, list(found.notes)
    runs = plan.verdict in RUNS
    trained = case.model.context_tokens
    beyond = trained is not None and case.demand.context_tokens > trained
    if trained and beyond:
        notes.append(
            note("the context is beyond the trained {trained_tokens}: memory only, no speed", trained_tokens=trained)
        )
    depth = case.demand.context_tokens if case.demand.depth_tokens is None else case.demand.depth_tokens
    speeds: list[Speed | None] = []
    for at in (0, depth):
        speed = "" if not runs or beyond else decode_speed(facts, calibration, case, found, at)
        if isinstance(speed, str):
            notes += [note(speed)] if speed and note(speed) not in notes else []
            speeds.append(None)
        else:
            speeds.append(speed)
    if speeds[0] and speeds[0].tok_s is None:
        notes.append(_why_no_speed(case, plan.host_read_bytes))
    rows = worth_showing(
        facts, case, measured(facts, calibration, case, case.demand.depth_tokens or 0, exclude_sources)
    )
    limited = runs and case.model.is_sized
    return Finding(
        case=case, verdict=plan.verdict, footprint=found,
        max_context_tokens=max_context_tokens(case, found.weights, plan.verdict) if limited else None,
        max_concurrency=max_concurrency(case, found.weights, plan.verdict) if limited else None,
        decode=speeds[0], decode_at_depth=speeds[1], evidence=rows, confidence=confidence(speeds[0], rows), notes=tuple(notes),
    )  # fmt: skip


def _why_no_speed(case: Case, host_read_bytes: int) -> Note:
    if host_read_bytes:
        return note("speed is not predicted: no measured row teaches a model partly in host memory")
    if len(case.machine.devices) > 1:
        return note("speed is not predicted: no measured row teaches this split over devices")
    return note("no speed: no measured row teaches this runtime")
