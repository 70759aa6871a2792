"""Two machines at one model: who is faster as the context grows and as requests come together, and where that changes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from advisor.decide.crossover import overflow, race
from advisor.decide.rates import Rate, aggregate_rate, decode_rate, deepest
from advisor.estimate.note import Note, note

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.catalog.contents import Facts
    from advisor.decide.crossover import Overflow, Race
    from advisor.estimate.burst import Limit
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Finding


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two machines, each with its best way to run the model at one context."""

    one: Finding
    other: Finding
    depth: Race | Note | None
    """Decode of one request over the tokens in its cache, as far as both hold them, or why that cannot be told; None where both
    ways are those of a context before, and the answer with them."""
    alone: Overflow | None
    """Contexts that only one of them holds on its devices in these very ways; None where both end together, or one of them does
    not hold even the context asked about."""
    requests: Race | Note
    """All requests together over their number, from one to what the machine that runs more of them runs at once."""
    limits: tuple[Limit | None, Limit | None]
    """What lets no more requests run at once on each; None where nothing does, and where no rate is predicted."""


def pairings(
    facts: Facts, calibration: Calibration, found: Sequence[Sequence[Finding | None]], exclude_sources: frozenset[str] = frozenset()
) -> tuple[Pairing, ...]:  # fmt: skip
    """Every two machines at every context; `found` holds a line a context with a finding a machine, None where none is known."""
    kept: dict[int, tuple[Rate | Note, Rate | Note]] = {}

    def rates(each: Finding) -> tuple[Rate | Note, Rate | Note]:
        if id(each) not in kept:
            kept[id(each)] = (
                decode_rate(facts, calibration, each), aggregate_rate(facts, calibration, each, exclude_sources)
            )  # fmt: skip
        return kept[id(each)]

    seen: set[tuple[object, ...]] = set()
    made = []
    for line in found:
        for one, other in combinations((each for each in line if each), 2):
            ways = (*_way(one), *_way(other))
            (one_deep, one_many), (other_deep, other_many) = rates(one), rates(other)
            depth = None if ways in seen else _race(one, other, one_deep, other_deep, 0, min)
            seen.add(ways)
            many = _race(one, other, one_many, other_many, 1, max)
            made.append(Pairing(one, other, depth, _alone(one, other), many, (_limit(one_many), _limit(other_many))))
    return tuple(made)


def _way(found: Finding) -> tuple[str, ...]:
    """What two contexts must share for one curve to hold for both."""
    case = found.case
    return case.machine.hardware.id, case.quant.id, case.runtime.id, case.backend, found.verdict


def _alone(one: Finding, other: Finding) -> Overflow | None:
    if {one.verdict, other.verdict} != {"fits"}:
        return None
    return overflow(deepest(one), deepest(other))


def _limit(rate: Rate | Note) -> Limit | None:
    return None if isinstance(rate, Note) else rate.limit


def _race(  # noqa: PLR0913 - both sides, their rates, and the stretch
    one: Finding, other: Finding, mine: Rate | Note, theirs: Rate | Note, start: int, last: Callable[[int, int], int]
) -> Race | Note:  # fmt: skip
    for found, rate in ((one, mine), (other, theirs)):
        if isinstance(rate, Note):
            return note(f"{found.case.machine.hardware.id}: {rate.words}", **rate.named)
    assert isinstance(mine, Rate)
    assert isinstance(theirs, Rate)
    end = last(mine.last, theirs.last)
    return race(mine.of, theirs.of, start, end) if end > start else note("there is but one number to compare at")
