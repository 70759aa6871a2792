"""Where one of two machines starts to win: as the context grows, as requests come together, as memory runs out.

Everything here is arithmetic over two curves or two lengths; what they are of a machine is in `decide.rates` and `decide.reach`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.decide.ranges import Range

T = TypeVar("T")
Side = Literal["one", "other"]
STEPS_PER_DOUBLING = 2
"""How finely a curve is looked at before a change is searched for: two changes closer than this are not told apart."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of whole numbers, ends included, over which one side leads; nobody where `leader` is None."""

    first: int
    last: int
    leader: Side | None


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where the lead changes."""

    at: int
    """The first number at which the new leader is ahead."""
    leader: Side
    one: Range
    """Rate of the first machine there."""
    other: Range
    earliest: int
    """From here up to `at` the intervals of both overlap: the change may have come already."""
    latest: int | None
    """The first number from `at` on at which the new leader is ahead whatever the intervals allow; None where there is none before
    the end or the next change."""


@dataclass(frozen=True, slots=True)
class Race:
    """Two rates over the same numbers."""

    start: int
    end: int
    one_at_start: Range
    other_at_start: Range
    one_at_end: Range
    other_at_end: Range
    ahead: tuple[Stretch, ...]
    """Who has the higher middle, from start to end."""
    certain: tuple[Stretch, ...]
    """Who is ahead whatever the intervals allow; None where they overlap."""
    crossings: tuple[Crossing, ...]

    @property
    def leader(self) -> Side | None:
        """Who is ahead wherever the two differ; None where that changes, or where they never differ."""
        leaders = {stretch.leader for stretch in self.ahead} - {None}
        return leaders.pop() if len(leaders) == 1 else None

    @property
    def is_certain(self) -> bool:
        """True where the intervals overlap nowhere."""
        return all(stretch.leader for stretch in self.certain)


def race(one: Callable[[int], Range], other: Callable[[int], Range], start: int, end: int) -> Race:
    """Who is ahead from `start` to `end`, and where that changes: exact to one, provided that no two changes lie closer than half a doubling."""
    ahead = stretches(lambda at: _higher(one(at).mid, other(at).mid), start, end)
    certain = stretches(lambda at: _surely(one(at), other(at)), start, end)
    return Race(
        start=start, end=end, one_at_start=one(start), other_at_start=other(start), one_at_end=one(end), other_at_end=other(end),
        ahead=ahead, certain=certain, crossings=_crossings(one, other, ahead, certain),
    )  # fmt: skip


def _higher(one: float, other: float) -> Side | None:
    if one == other:
        return None
    return "one" if one > other else "other"


def _surely(one: Range, other: Range) -> Side | None:
    """Who is ahead whatever the ranges allow."""
    if one.low > other.high:
        return "one"
    return "other" if other.low > one.high else None


def stretches(leader: Callable[[int], Side | None], start: int, end: int) -> tuple[Stretch, ...]:
    """The numbers from `start` to `end` cut wherever the leader changes, each cut found by halving."""
    cuts: list[tuple[int, Side | None]] = [(start, leader(start))]
    for low, high in pairwise(looked_at(start, end)):
        here, there = low, leader(high)
        while cuts[-1][1] != there:
            here = _first_change(leader, here, high)
            cuts.append((here, leader(here)))
    ends = (*(first - 1 for first, _ in cuts[1:]), end)
    return tuple(Stretch(first, last, side) for (first, side), last in zip(cuts, ends, strict=True))


def looked_at(start: int, end: int) -> tuple[int, ...]:
    """`start`, `end`, and numbers between them at growing distances from `start`."""
    found, step = {start, end}, 0
    while (distance := round(2 ** (step / STEPS_PER_DOUBLING))) < end - start:
        found.add(start + distance)
        step += 1
    return tuple(sorted(found))


def _first_change(leader: Callable[[int], T], low: int, high: int) -> int:
    """Smallest number in low…high whose leader is not that of `low`, given that `high` has another and it changes but once."""
    before = leader(low)
    while high - low > 1:
        middle = (low + high) // 2
        if leader(middle) == before:
            low = middle
        else:
            high = middle
    return high


def _crossings(
    one: Callable[[int], Range], other: Callable[[int], Range], ahead: Sequence[Stretch], certain: Sequence[Stretch]
) -> tuple[Crossing, ...]:
    led = [stretch for stretch in ahead if stretch.leader]
    changes = [(new.first, new.leader) for old, new in pairwise(led) if new.leader and old.leader != new.leader]
    starts = [ahead[0].first, *(at for at, _ in changes)]
    ends = [*(at - 1 for at, _ in changes[1:]), ahead[-1].last]
    return tuple(
        Crossing(at, side, one(at), other(at), _earliest(certain, since, at), _latest(certain, at, until, side))
        for (at, side), since, until in zip(changes, starts, ends, strict=False)
    )


def _earliest(certain: Sequence[Stretch], since: int, at: int) -> int:
    """Where the stretch of doubt around `at` begins, not before `since`."""
    return max([since, *(stretch.last + 1 for stretch in certain if stretch.leader and stretch.last < at)])


def _latest(certain: Sequence[Stretch], at: int, until: int, side: Side) -> int | None:
    """Where the new leader's certain lead begins, not after `until`."""
    found = (max(stretch.first, at) for stretch in certain if stretch.leader == side and stretch.last >= at)
    first = min(found, default=None)
    return None if first is None or first > until else first


@dataclass(frozen=True, slots=True)
class Overflow:
    """Contexts that one of two machines holds and the other does not, both ends included."""

    holder: Side
    first_tokens: int
    last_tokens: int


def overflow(one_tokens: int, other_tokens: int) -> Overflow | None:
    """From where only one of them holds the context up to where that one ends; None where both end together."""
    if one_tokens == other_tokens:
        return None
    low, high = sorted((one_tokens, other_tokens))
    return Overflow("one" if one_tokens > other_tokens else "other", low + 1, high)
