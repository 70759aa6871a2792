"""Predicted rates of many requests at once: a batch's decode step, the server's limits, and where more stops paying."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from advisor.estimate.burst import Knee, Limit, Load, Served, binding, counts_to, knee, queued
from advisor.estimate.concurrency import Costs, Moved, Parts, Scaling, ceiling_tok_s, costs_of, moved, parts
from advisor.estimate.serving import max_requests
from advisor.evidence.batching import Batching
from advisor.evidence.concurrency_interval import both, factors_of
from advisor.evidence.concurrency_rows import Kind, recurrence, routing
from advisor.evidence.observations import dense_ops_s, group
from advisor.evidence.predict import bandwidth_bytes_s, software_date
from advisor.evidence.prefill_rows import usual_ubatch
from advisor.once import FEW, Once
from advisor.units import tflops

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.estimate.case import Case
    from advisor.estimate.footprint import Footprint
    from advisor.evidence.batching import BatchNearness
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.concurrency_interval import Factors
    from advisor.evidence.prefill_speed import Prefill

MOST_REQUESTS = 1024
DECODE_ALONE = Load()
LLAMA_CPP_BATCH = 2048
"""-b: tokens of one batch of llama.cpp's server unless told otherwise."""
SCHEDULER = "the server runs no more requests at once"
MEMORY = "the KV cache is full"
SPENT = {
    "weights_s": "reading weights", "kv_s": "reading the KV cache", "state_s": "recurrent state of each request",
    "compute_s": "computing", "fixed_s": "fixed time per layer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What so many requests at once get."""

    requests: int
    running: int
    """Of these, at once; the rest wait."""
    tok_s: float | None
    """Output tokens a second of all requests together; None where no evidence carries a prediction."""
    low_tok_s: float | None
    high_tok_s: float | None
    per_request_tok_s: float | None
    """Of one request; waiting included where some must wait."""
    ceiling_tok_s: float
    limited_by: str
    basis: Literal["calibrated", "roofline"]
    nearness: BatchNearness | None
    rows: int
    load: Load = DECODE_ALONE
    """What each request brings: prompts are counted where one was asked about and its speed is known."""
    wall_s: float | None = None
    """From sending all of them to the last token."""


@dataclass(frozen=True, slots=True)
class Batched:
    """A case ready to be asked about any number of requests."""

    moved: Moved
    costs: Costs | None
    """None where no single-stream prediction carries the case."""
    scaling: Scaling
    factors: Factors | None
    nearness: BatchNearness | None
    rows: int
    limits: tuple[Limit, ...]
    load: Load
    bandwidth_bytes_s: float
    peak_ops_s: float | None

    @property
    def limit(self) -> Limit | None:
        """What lets the fewest requests run at once."""
        return binding(self.limits)

    def running(self, requests: int) -> int:
        """Of so many requests, how many run at once."""
        return min(requests, self.limit.requests) if self.limit else requests

    def step(self, requests: int) -> Parts:
        """Where the time of a step of so many running requests goes. Raises ValueError where nothing carries it."""
        if self.costs is None:
            message = "no single-stream prediction carries this case"
            raise ValueError(message)
        return parts(self.moved, self.costs, self.scaling, requests)

    def served(self, requests: int) -> Served:
        """What so many requests sent at once get. Raises ValueError where nothing carries it."""
        return queued(
            lambda count: float(self.step(count).total_s), requests, max(1, self.running(requests)), self.load
        )

    def why(self, requests: int) -> str:
        """What most of the time that further requests add is spent on; for a step, what most of it is."""
        here = self.step(self.running(requests))
        spent = {name: float(getattr(here, name)) for name in SPENT}
        return SPENT[max(spent, key=lambda name: spent[name])]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Rates from one request to many, and where more stop paying."""

    requests: tuple[int, ...]
    tok_s: tuple[float, ...]
    low_tok_s: tuple[float, ...]
    high_tok_s: tuple[float, ...]
    per_request_tok_s: tuple[float, ...]
    knee: Knee | None
    """None where the aggregate still grows at the end."""
    limits: tuple[Limit, ...]


def server_limits(case: Case, found: Footprint, max_concurrency: int | None) -> tuple[Limit, ...]:
    """Most requests the server of the case runs at once, by what limits it; a server whose profile is not known limits nothing here.

    llama.cpp's server is started with a slot for every request asked for, so memory alone limits it.
    """
    limits = []
    hardware = case.machine.devices[0].hardware
    asked = case.demand.serving.max_requests
    if asked is None and case.runtime.id == "vllm" and hardware.advertised_bytes:
        asked = max_requests(hardware, hardware.advertised_bytes)
    if asked is not None:
        limits.append(Limit(asked, SCHEDULER))
    held = math.floor(found.pool.requests) if found.pool else max_concurrency
    if held:
        limits.append(Limit(held, MEMORY))
    return tuple(limits)


def peak_ops_s(hardware: Hardware) -> float | None:
    """The highest dense rate the hardware has in any format; None where none is sourced."""
    known = [
        getattr(hardware, name) for name in ("fp16_tflops", "fp8_tflops", "fp4_tflops", "int8_tops")
        if getattr(hardware, name) is not None and name not in hardware.unverified
    ]  # fmt: skip
    return tflops(max(known)) if known else None


def batched(  # noqa: PLR0913 - each is one part of the question
    facts: Facts, calibration: Calibration, batching: Batching, case: Case, found: Footprint, depth: int, *,
    load: Load | None = None, max_concurrency: int | None = None,
) -> Batched | str:  # fmt: skip
    """The case ready for any number of requests with `depth` tokens in each cache, or the reason why not.

    Without a single-stream prediction (offload, divided layers, no rows) only ceilings are had from it.
    """
    if not case.model.is_sized:
        return f"no speed: the layers of {case.model.name} are not known"
    bandwidth = bandwidth_bytes_s(case, found.placement)
    if bandwidth is None:
        return "no speed: memory bandwidth is not stated"
    if found.placement.host_read_bytes:
        return "many requests at once are not predicted for a model partly in host memory: no measured row teaches it"
    hardware = case.machine.devices[0].hardware
    where = group(facts, case.model, case.quant.id, hardware, case.runtime, case.backend, software_date(case),
                  flash=case.demand.flash_attention)  # fmt: skip
    kind = Kind(where, routing(case.model), recurrence(case.model))
    kv_types = (case.key_type, case.value_type)
    carried = bool(calibration.rows and batching.rows) and len(case.machine.devices) == 1
    ops = dense_ops_s(hardware)
    near = batching.nearness(kind) if carried else None
    return Batched(
        moved=moved(case.model, found.weights, depth, *kv_types),
        costs=costs_of(case.model, found.weights, depth, kv_types, bandwidth, calibration.efficiency(where), ops) if carried else None,
        scaling=batching.scaling(kind) if carried else Scaling(), nearness=near,
        factors=factors_of(calibration, batching, kind, case.demand.level) if carried else None,
        rows=batching.rows_behind(kind) if carried else 0, limits=server_limits(case, found, max_concurrency),
        load=load or Load(), bandwidth_bytes_s=bandwidth, peak_ops_s=peak_ops_s(hardware),
    )  # fmt: skip


_LEARNED = Once["Batching"](FEW)


def learned(facts: Facts, calibration: Calibration, as_of: str | None, exclude_sources: frozenset[str]) -> Batching:
    """What the rows in force teach about batches: as shipped, or learned again where the question narrows them.

    Learned again it keeps the shipped intervals, which take longest and change least.
    """
    shipped = Batching.from_json(facts.extra("concurrency"))
    if (as_of is None and not exclude_sources) or not calibration.rows or not shipped.rows:
        return shipped

    def again() -> Batching:
        from advisor.evidence.concurrency_fit import scalings  # noqa: PLC0415 - only a narrowed question pays for numpy

        found = scalings(facts, calibration, as_of=as_of, exclude_sources=exclude_sources)
        return replace(found, spreads=shipped.spreads)

    return _LEARNED((facts,), (as_of, exclude_sources), again)


def aggregate(case: Batched, requests: int) -> Aggregate:
    """What `requests` requests sent at once get."""
    running = case.running(requests)
    ceiling = ceiling_tok_s(case.moved, max(1, running), case.bandwidth_bytes_s, case.peak_ops_s)
    if case.costs is None or case.factors is None or not running:
        why = case.limit.why if case.limit and running < requests else "not predicted"
        return Aggregate(requests, running, None, None, None, None, ceiling, why, "roofline", None, 0)
    served = case.served(requests)
    expected = min(served.aggregate_tok_s, ceiling)
    factors = _with_prompts(case, requests, served.aggregate_tok_s, _of_steps(case, case.factors, running))
    low, high = (min(factor * served.aggregate_tok_s, ceiling) for factor in factors)
    return Aggregate(
        requests=requests, running=running, tok_s=expected, low_tok_s=low, high_tok_s=high,
        per_request_tok_s=served.per_request_tok_s, ceiling_tok_s=ceiling,
        limited_by=case.limit.why if case.limit and running < requests else case.why(requests), basis="calibrated",
        nearness=case.nearness, rows=case.rows, load=case.load, wall_s=served.wall_s,
    )  # fmt: skip


def _of_steps(case: Batched, factors: Factors, running: int) -> tuple[float, float]:
    """Factors of the steps of so many requests. No measured step took longer than as many steps of one; the reverse does not hold."""
    low, high = factors.of(running)
    one, all_of_one = float(case.step(1).total_s), float(case.step(running).total_s) / running
    return max(low, min(1.0, factors.alone[0] * all_of_one / one)), high


def _with_prompts(
    case: Batched, requests: int, expected_tok_s: float, steps: tuple[float, float]
) -> tuple[float, float]:
    """Factors of the steps and of reading the prompts between them, where these are counted."""
    ends = case.load.prefill_ends_tok_s
    if ends is None:
        return steps
    slow, fast = (
        replace(case, load=replace(case.load, prefill_tok_s=end)).served(requests).aggregate_tok_s for end in ends
    )
    return both(steps, (slow / expected_tok_s, fast / expected_tok_s))


def sweep(case: Batched, most: int = MOST_REQUESTS) -> Sweep | None:
    """Rates from one request to `most` sent at once, with the knee; None where nothing carries a prediction."""
    if case.costs is None or case.factors is None:
        return None
    limit = case.limit
    if limit and limit.requests < 1:
        return None
    counts = counts_to(most, [limit.requests] if limit else ())
    found = [aggregate(case, count) for count in counts]
    return Sweep(
        requests=counts, tok_s=tuple(each.tok_s or 0.0 for each in found), low_tok_s=tuple(each.low_tok_s or 0.0 for each in found),
        high_tok_s=tuple(each.high_tok_s or 0.0 for each in found),
        per_request_tok_s=tuple(each.per_request_tok_s or 0.0 for each in found),
        knee=knee(lambda count: case.served(count).aggregate_tok_s, case.why, limit, most), limits=case.limits,
    )  # fmt: skip


def load_of(case: Case, prompt: Prefill | None) -> Load:
    """What each request of the demand brings; without a stated prompt, or where its speed is not known, decode alone."""
    demand = case.demand
    output = demand.output_tokens or DECODE_ALONE.output_tokens
    if demand.prompt_tokens is None or prompt is None or prompt.tok_s is None:
        return Load(output_tokens=output)
    chunk = max(LLAMA_CPP_BATCH, demand.ubatch)
    if case.cache_rule == "paged":
        chunk = demand.serving.batch_tokens or usual_ubatch(case.runtime, case.machine.devices[0].hardware)
    ends = (prompt.low_tok_s, prompt.high_tok_s) if prompt.low_tok_s and prompt.high_tok_s else None
    return Load(prompt.prompt_tokens - prompt.cached_tokens, output, prompt.tok_s, chunk, ends)


def depth_of(case: Case) -> int:
    """Tokens in each cache while all decode: as asked, else halfway through the outputs that were stated, else the whole context."""
    demand = case.demand
    if demand.depth_tokens is not None:
        return demand.depth_tokens
    if demand.prompt_tokens is None or demand.output_tokens is None:
        return demand.context_tokens
    return demand.prompt_tokens + demand.output_tokens // 2


def at_once(  # noqa: PLR0913 - each is one part of the question
    facts: Facts, calibration: Calibration, case: Case, found: Footprint, depth: int, *, max_concurrency: int | None,
    prompt: Prefill | None = None, exclude_sources: frozenset[str] = frozenset(),
) -> tuple[Aggregate, Sweep | None] | str:  # fmt: skip
    """What the asked requests get with `depth` tokens in each cache, and what other numbers would; or why not even a ceiling.

    `prompt` is how one of their prompts is read.
    """
    batching = learned(facts, calibration, case.demand.as_of, exclude_sources)
    load = load_of(case, prompt)
    ready = batched(facts, calibration, batching, case, found, depth, load=load, max_concurrency=max_concurrency)
    if isinstance(ready, str):
        return ready
    return aggregate(ready, case.demand.concurrency), sweep(ready)
