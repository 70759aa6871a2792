"""Predicted rates of one way to run a model, as functions: of the tokens in the cache, and of the requests at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from advisor.decide.ranges import Range
from advisor.estimate.footprint import placed
from advisor.estimate.note import Note, note
from advisor.estimate.placement import RUNS
from advisor.evidence.concurrency import MOST_REQUESTS, Aggregate, aggregate, batched, depth_of, learned, load_of
from advisor.evidence.predict import decode_speed

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.catalog.contents import Facts
    from advisor.estimate.burst import Limit
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Finding, Speed


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens a second as a function of a whole number, and how far it goes."""

    of: Callable[[int], Range]
    last: int
    limit: Limit | None = None
    """What lets no more requests run at once; beyond it the rate stays what it is there."""


def spread(rate: Speed | Aggregate | None) -> Range | None:
    """The prediction with its interval; None where there is none."""
    if rate is None or rate.tok_s is None or rate.low_tok_s is None or rate.high_tok_s is None:
        return None
    return Range(rate.low_tok_s, rate.tok_s, rate.high_tok_s)


def deepest(found: Finding) -> int:
    """The most tokens the cache holds in this way: on the devices where all is there, else with the host's memory."""
    return max(found.case.demand.context_tokens, found.most_context_tokens_asked or 0)


def decode_rate(facts: Facts, calibration: Calibration, found: Finding) -> Rate | Note:
    """Decode of one request with so many tokens in its cache, from 0 to the deepest; or why that is not predicted.

    Partly in host memory, where a longer context moves more layers there, the model is laid out anew for every number of
    tokens: the rate is that of a server started for so many.
    """
    footprint = found.footprint
    if found.verdict not in RUNS or footprint is None:
        return note("it does not run")

    @cache
    def speed(depth: int) -> Range | None:
        case, where = found.case, footprint
        if found.verdict != "fits":
            case = case.asked(context_tokens=max(depth, 1))
            where = placed(case, footprint.weights)
        known = decode_speed(facts, calibration, case, where, depth)
        return None if isinstance(known, str) else spread(known)

    def at(depth: int) -> Range:
        known = speed(depth)
        assert known is not None, "what is predicted at both ends is predicted between them"
        return known

    last = deepest(found)
    if found.decode is None or speed(0) is None or speed(last) is None:
        return _why_none(found)
    return Rate(at, last)


def aggregate_rate(
    facts: Facts, calibration: Calibration, found: Finding, exclude_sources: frozenset[str] = frozenset()
) -> Rate | Note:
    """All of so many requests together, each with the context asked for; or why that is not predicted.

    Where more are sent than run at once, the rest wait: the rate is that of as many as run.
    """
    if found.verdict not in RUNS or found.footprint is None:
        return note("it does not run")
    if found.decode is None:
        return _why_none(found)
    case = found.case
    ready = batched(
        facts, calibration, learned(facts, calibration, case.demand.as_of, exclude_sources), case, found.footprint, depth_of(case),
        load=load_of(case, found.prefill), max_concurrency=found.max_concurrency,
    )  # fmt: skip
    if isinstance(ready, str):
        return note(ready)
    if spread(aggregate(ready, 1)) is None:
        return (
            _why_none(found) if spread(found.decode) is None else note("many requests at once are not predicted here")
        )

    @cache
    def of(requests: int) -> Range:
        known = spread(aggregate(ready, max(1, ready.running(requests))))
        assert known is not None, "what is predicted for one request is predicted for all that run"
        return known

    return Rate(of, ready.limit.requests if ready.limit else MOST_REQUESTS, ready.limit)


def _why_none(found: Finding) -> Note:
    told = (each for each in found.notes if "speed" in each.words)
    return next(told, found.confidence.reason)
