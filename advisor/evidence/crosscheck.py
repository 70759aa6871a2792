"""One case answered: footprint, prediction, and the measured rows that agree or disagree with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.estimate.footprint import CannotRun, footprint
from advisor.estimate.limits import limits
from advisor.estimate.note import Note, note
from advisor.estimate.placement import RUNS
from advisor.evidence.concurrency import at_once, depth_of
from advisor.evidence.confidence import confidence
from advisor.evidence.finding import Confidence, Finding, Speed
from advisor.evidence.match import measured, worth_showing
from advisor.evidence.paging import paging_note
from advisor.evidence.power import drawn
from advisor.evidence.predict import decode_speed
from advisor.evidence.prefill_speed import Prefill, reading
from advisor.evidence.speculation import speculation_note

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.estimate.case import Case
    from advisor.estimate.footprint import Footprint
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
        speed = "" if not runs or beyond else decode_speed(facts, calibration, case, found, at, exclude_sources)
        if isinstance(speed, str):
            notes += [note(speed)] if speed and note(speed) not in notes else []
            speeds.append(None)
        else:
            speeds.append(speed)
    if speeds[0] and speeds[0].tok_s is None:
        notes.append(_why_no_speed(case, plan.host_read_bytes))
    further = (
        paging_note(facts, case, found, exclude_sources),
        speculation_note(facts, calibration, case, found, depth, exclude_sources) if speeds[0] else None,
    )
    notes += [each for each in further if each]
    prompt = _prompt(facts, calibration, case, found, exclude_sources) if runs and not beyond else None
    if isinstance(prompt, Note):
        notes.append(prompt)
    elif prompt and prompt.reason and speeds[0] and speeds[0].tok_s is not None:
        notes.append(note(prompt.reason))
    rows = worth_showing(
        facts, case, measured(facts, calibration, case, case.demand.depth_tokens or 0, exclude_sources)
    )
    reach = limits(case, found) if case.model.is_sized else None
    many = None
    if case.demand.concurrency > 1 and runs and not beyond:
        many = at_once(
            facts, calibration, case, found, depth_of(case), exclude_sources=exclude_sources,
            prompt=prompt if isinstance(prompt, Prefill) else None,
            max_concurrency=reach.max_concurrency if reach else None,
        )  # fmt: skip
        notes += [note(many)] if isinstance(many, str) and note(many) not in notes else []
    rates = None if isinstance(many, str) else many
    at_work = rates[0].tok_s if rates else speeds[1].tok_s if speeds[1] and case.demand.concurrency == 1 else None
    return Finding(
        case=case, verdict=plan.verdict, footprint=found,
        max_context_tokens=reach.max_context_tokens if reach else None,
        most_context_tokens_asked=reach.most_context_tokens_asked if reach else None,
        max_concurrency=reach.max_concurrency if reach else None,
        decode=speeds[0], decode_at_depth=speeds[1], evidence=rows, confidence=confidence(speeds[0], rows), notes=tuple(notes),
        prefill=prompt if isinstance(prompt, Prefill) else None, aggregate=rates[0] if rates else None, sweep=rates[1] if rates else None,
        power=drawn(facts, case, at_work, exclude_sources) if runs else None,
    )  # fmt: skip


def _prompt(
    facts: Facts, calibration: Calibration, case: Case, found: Footprint, exclude_sources: frozenset[str]
) -> Prefill | Note | None:
    """How the prompt is read, or why that is not known; None where decode says the same already."""
    prompt = reading(facts, calibration, case, found, exclude_sources)
    if isinstance(prompt, str):
        return note(prompt) if case.model.is_sized else None
    return prompt


def _why_no_speed(case: Case, host_read_bytes: int) -> Note:
    if host_read_bytes:
        return note("speed is not predicted: no measured row teaches a model partly in host memory")
    if len(case.machine.devices) > 1:
        return note("speed is not predicted: no measured row teaches this split over devices")
    return note("no speed: no measured row teaches this runtime")
