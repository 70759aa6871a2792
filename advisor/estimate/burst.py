"""What requests sent at once get: prompts read one after the other, all outputs decoded together, a server's limits.

While prompts are read, every chunk of them carries one decode step of the requests already running: the batch gets a
token a chunk, and the rest of the output at its own pace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GROWS = 1.1
"""A doubling of the requests that brings less than this much more is past the knee."""


@dataclass(frozen=True, slots=True)
class Load:
    """What each request brings."""

    prompt_tokens: int = 0
    """Uncached tokens the server must read first; 0 = decode alone."""
    output_tokens: int = 256
    prefill_tok_s: float | None = None
    """Prompt tokens a second the server reads; None = not known, prompts are left aside."""
    chunk_tokens: int = 2048
    """Tokens of one batch of prompt reading."""
    prefill_ends_tok_s: tuple[float, float] | None = None
    """Ends of the interval of `prefill_tok_s`; None where it is exact, or how far off it may be is not known."""

    @property
    def prompt_s(self) -> float:
        """Seconds one prompt takes; 0 where there is none or its speed is not known."""
        return self.prompt_tokens / self.prefill_tok_s if self.prefill_tok_s else 0.0

    @property
    def steps_per_prompt(self) -> float:
        """Decode steps the others get while one prompt is read."""
        return self.prompt_tokens / self.chunk_tokens if self.prefill_tok_s else 0.0


@dataclass(frozen=True, slots=True)
class Served:
    """What a burst gets."""

    aggregate_tok_s: float
    """Output tokens of all requests over the time from the first token to the last."""
    per_request_tok_s: float
    """Mean over the requests of output tokens over the time from a request's first token to its last."""
    wall_s: float
    """From sending to the last token."""


def burst(step_s: float, requests: int, load: Load) -> Served:
    """`requests` requests sent at once to a server that runs all of them, one decode step of all taking `step_s`."""
    out, last = load.output_tokens, (requests - 1) * load.prompt_s
    durations = [_duration(step_s, behind, load) for behind in range(requests)] if load.prompt_s else [out * step_s]
    # The first request to start has its first token after one prompt, the others `last` seconds of prompts later.
    span = max(last - behind * load.prompt_s + lasting for behind, lasting in enumerate(durations))
    return Served(
        aggregate_tok_s=requests * out / span, per_request_tok_s=sum(out / lasting for lasting in durations) / len(durations),
        wall_s=span + load.prompt_s,
    )  # fmt: skip


def _duration(step_s: float, behind: int, load: Load) -> float:
    """Seconds from first to last token of the request with `behind` prompts still to read when it starts."""
    meanwhile = behind * load.steps_per_prompt
    if meanwhile >= load.output_tokens:
        return load.output_tokens * load.chunk_tokens / (load.prefill_tok_s or 1.0)
    return behind * load.prompt_s + (load.output_tokens - meanwhile) * step_s


def queued(step_of: Callable[[int], float], requests: int, running: int, load: Load) -> Served:
    """`requests` requests sent at once to a server that runs at most `running`: one full burst after the other, then the rest.

    The last burst is smaller and slower for it, which is why the aggregate falls right behind the limit.
    """
    if requests <= running:
        return burst(step_of(requests), requests, load)
    full, rest = divmod(requests, running)
    first = burst(step_of(running), running, load)
    wall = full * first.wall_s + (burst(step_of(rest), rest, load).wall_s if rest else 0.0)
    aggregate = requests * load.output_tokens / (wall - load.prompt_s)
    return Served(aggregate, aggregate / requests, wall)


def step_from_rates(per_request_tok_s: float, requests: int, load: Load) -> float | None:
    """Seconds of the decode step behind a burst's mean rate a request; None where prompts alone explain the rate."""
    low, high = 1e-6, 100.0
    if burst(low, requests, load).per_request_tok_s < per_request_tok_s:
        return None
    for _ in range(60):
        middle = (low * high) ** 0.5
        low, high = (
            (middle, high) if burst(middle, requests, load).per_request_tok_s > per_request_tok_s else (low, middle)
        )
    return low


@dataclass(frozen=True, slots=True)
class Limit:
    """Most requests something lets run at once."""

    requests: int
    why: str


def binding(limits: Sequence[Limit]) -> Limit | None:
    """The limit met first; None where nothing limits."""
    return min(limits, key=lambda limit: limit.requests, default=None)


@dataclass(frozen=True, slots=True)
class Knee:
    """Where more requests stop paying."""

    requests: int
    why: str


def counts_to(most: int, stops: Sequence[int] = ()) -> tuple[int, ...]:
    """1, 2, 4 … `most`, and the stops between."""
    doubled = []
    count = 1
    while count < most:
        doubled.append(count)
        count *= 2
    return tuple(sorted({*doubled, most, *(stop for stop in stops if 0 < stop <= most)}))


def knee(
    aggregate_of: Callable[[int], float], why_at: Callable[[int], str], limit: Limit | None, most: int
) -> Knee | None:
    """Fewest requests of which up to twice as many bring less than a tenth more; None where that is beyond `most`.

    `limit` is named where it is met there, else what `why_at` says takes the time.
    """
    for count in counts_to(most, [limit.requests] if limit else ()):
        met = limit is not None and limit.requests < 2 * count
        more = [2 * count, *([limit.requests] if limit and count < limit.requests < 2 * count else [])]
        if max(aggregate_of(each) for each in more) < GROWS * aggregate_of(count):
            return Knee(count, limit.why if limit and met else why_at(count))
    return None
