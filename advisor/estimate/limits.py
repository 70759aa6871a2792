"""How far a case could be stretched: the longest context and the most requests with which it still runs."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from advisor.estimate.case import Case
from advisor.estimate.footprint import Footprint, load_of, room_bytes
from advisor.estimate.kv_cache import CELL_PADDING
from advisor.estimate.layered import Load
from advisor.estimate.placement import RUNS
from advisor.estimate.pools import pools_of
from advisor.estimate.self_fit import self_fitted_context_tokens

MOST_REQUESTS = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest context and the most requests; 0 where it does not run however little is asked."""

    max_context_tokens: int
    """Per request; not more than the runtime would settle on by itself, but at least what was asked where that runs."""
    most_context_tokens_asked: int
    """Per request, where the context is asked for: one step more does not run."""
    max_concurrency: int
    """Requests of the asked context."""


def largest(room: Callable[[int], int], low: int, high: int, left: int | None = None) -> int:
    """Largest number in low…high at which `room` is not negative, given that it is so up to some point; low − 1 for none.

    Where the sign changes is exact whatever the amounts are; the nearer these are to a line, the fewer are asked for. An
    amount of −1 says nothing but that it is negative. `left` is the room at the low end where that is known.
    """
    left = room(low) if left is None else left
    if left < 0:
        return low - 1
    right = room(high) if high > low else left
    if right >= 0:
        return high
    # From the end that moved last the search goes on in steps that double, so that no line can hold it up.
    lower = upper = 1
    while high - low > 1:
        if right < -1:
            middle = low + (high - low) * left // (left - right)
        else:
            middle = (low + high) // 2 if upper == 1 else high - upper
        half = (high - low) // 2
        middle = min(max(middle, low + min(-(-lower // 2), half)), high - min(-(-upper // 2), half))
        found = room(middle)
        if found < 0:
            high, right, lower, upper = middle, found, 1, upper * 2
        else:
            low, left, lower, upper = middle, found, lower * 2, 1
    return low


def limits(case: Case, found: Footprint) -> Limits:
    """How far the case can be stretched as it runs now; as it could run where it does not.

    A case all on devices stays there, one partly on the host may use it more, and one that does not run is asked for
    less. `found` is the footprint of the case.
    """
    with_host = found.placement.verdict != "fits"
    asked = most_context_tokens(case, found, with_host=with_host)
    usual = asked if with_host and found.placement.verdict != "does-not-fit" else _self_fitted(case, found, asked)
    return Limits(usual, asked, max_concurrency(case, found, with_host=with_host))


def most_context_tokens(case: Case, found: Footprint, *, with_host: bool = False) -> int:
    """Longest context per request, up to the trained length, that runs, all on the devices or partly on the host; 0 for none."""
    trained = case.model.context_tokens or case.demand.context_tokens
    step = CELL_PADDING if case.cache_rule == "llama.cpp" and not case.cache_question.unified else 1

    def room(count: int) -> int:
        return room_bytes(case.asked(context_tokens=min(count * step, trained)), found.weights, with_host=with_host)

    ends = _ends(found, -(-case.demand.context_tokens // step), -(-trained // step))
    return max(0, min(largest(room, *ends) * step, trained))


def max_concurrency(case: Case, found: Footprint, *, with_host: bool = False) -> int:
    """Most requests of the asked context that run, up to 1,024, all on the devices or partly on the host; 0 for none."""

    def room(count: int) -> int:
        return room_bytes(case.asked(concurrency=count), found.weights, with_host=with_host)

    return max(0, largest(room, *_ends(found, case.demand.concurrency, MOST_REQUESTS)))


def _ends(found: Footprint, asked: int, most: int) -> tuple[int, int, int | None]:
    """Where to look: from what was asked on where that runs, with the room it leaves, else below it."""
    if found.placement.verdict not in RUNS:
        return 1, max(1, min(asked - 1, most)), None
    on_host = found.placement.verdict == "fits-offloaded"
    left = sum(use.left_bytes for use in found.placement.uses if on_host or use.pool.device is not None)
    return min(asked, most), most, max(left, 0)


def _self_fitted(case: Case, found: Footprint, most: int) -> int:
    """What of `most` llama.cpp would take by itself; every runtime without such a rule takes it all."""
    trained, asked = case.model.context_tokens, case.demand.context_tokens
    told = case.demand.layout.stated
    if case.cache_rule != "llama.cpp" or told or not trained or not found.weights.layer_bytes or not most:
        return most
    outputs = case.demand.ubatch

    def load_at(context: int) -> Load:
        return replace(load_of(case.asked(context_tokens=context), found.weights), outputs=outputs)

    settled = self_fitted_context_tokens(pools_of(case), load_at, trained, case.demand.concurrency)
    least = min(asked, most) if found.placement.verdict == "fits" else 0
    return max(min(settled, most), least)
