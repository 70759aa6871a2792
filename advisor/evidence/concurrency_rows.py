"""Measured rows that tell how a decode step grows with its batch; whatever the filter leaves out is counted by reason.

Two kinds of benchmark tell it. Where all sequences are decoded in step (llama-batched-bench), the aggregate is the batch
over the step. Where prompts arrive together, reading them overlaps with decoding: the time to the first token tells how
fast prompts were read, and the step is what then explains the rate of a request.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.estimate.burst import Load, burst, step_from_rates
from advisor.estimate.concurrency import Moved, moved
from advisor.estimate.decode import Traffic, traffic
from advisor.estimate.kv_cache import TYPE_BYTES
from advisor.estimate.serving import batch_tokens, max_requests
from advisor.estimate.weights import CannotSize
from advisor.evidence.observations import Group, dense_ops_s, group
from advisor.evidence.ran import row_weights
from advisor.evidence.spread import classes

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.record import Record

IN_STEP = "batched-bench"
"""Tool, as the method of a row names it, that decodes all its sequences in step."""
TOGETHER = 0.9
"""An aggregate this much below what its own rates a request make says that requests ended at different times."""
LLAMA_CPP_BATCH_TOKENS = 2048


@dataclass(frozen=True, slots=True)
class Kind:
    """What decides how a case scales with its batch, beside its `Group`."""

    group: Group
    routing: str
    """`balanced` where a bias keeps experts evenly used, `free` for other routers, empty for a dense model."""
    recurrence: str
    """Kind of recurrent layer, empty without one."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One row that tells the time of a step of several sequences."""

    record: Record
    kind: Kind
    moved: Moved
    single: Traffic
    """What one of the sequences alone would read."""
    bandwidth_bytes_s: float
    compute_ops_s: float | None
    requests: int
    load: Load
    step_s: float
    aggregate_tok_s: float
    """As printed; where requests ended at different times, all of them at their own rate."""
    ended_apart: bool = False
    running: int | None = None
    """Most requests the server of the row runs at once by its defaults; None where nothing is known to limit it."""


def routing(model: Model) -> str:
    """How the router of `model` spreads tokens over experts; empty for a dense model."""
    experts = next((block.moe for block in model.blocks.values() if block.moe), None)
    return "" if experts is None else "balanced" if experts.router_bias else "free"


def recurrence(model: Model) -> str:
    """Kind of recurrent layer of `model`; empty without one."""
    for block in model.blocks.values():
        for name in ("mamba2", "mamba1", "gated_delta", "short_conv", "linear_attention"):
            if getattr(block, name):
                return name
    return ""


def batch_classes(kind: Kind) -> tuple[str, ...]:
    """Classes whose batches scale alike predictably: those of one stream, and whether layers are recurrent.

    What further recurrent states cost hangs on kernels that differ between runtimes far more than those of attention do.
    """
    layers = "recurrent" if kind.recurrence else "attention"
    return (*classes(kind.group), f"kind:{layers}", f"runtime-kind:{kind.group.runtime}/{layers}")


def why_no_batch(record: Record) -> str | None:
    """Why a row says nothing of plain decoding of several requests on one device; None when it does."""
    c = record.conditions
    checks = (
        (c.concurrency is None or c.concurrency == 1, "one request"),
        (record.kind not in {"decode", "concurrency"}, f"kind {record.kind}"),
        (record.status != "ok", "status not ok"),
        (record.evidence not in {"measured", "relayed"}, f"evidence {record.evidence}"),
        (record.disputed is not None, "disputed"),
        (record.suspect is not None, "suspect"),
        (record.plain_decode is not True, "speculative, or not stated to be plain decode"),
        (record.devices != 1, "several devices"),
        (c.placement != "device", "partly or wholly on the host"),
        (c.runtime is None, "runtime not stated"),
        (record.model is None, "no single model"),
        (record.aggregate_tok_s is None and record.decode_tok_s is None, "no rate"),
    )
    return next((reason for failed, reason in checks if failed), None)


def why_not_taught(record: Record) -> str | None:
    """Why such a row does not tell the step of a batch although it was one; None when it does."""
    c = record.conditions
    served = record.decode_tok_s is not None and not record.derived
    checks = (
        (record.rate == "end-to-end", "whole requests: prefill is inside the time"),
        (record.rate != "decode", "rate not stated"),
        (c.depth_tokens is None, "depth not stated"),
        (not in_step(record) and not served, "only an aggregate, of requests that also read prompts"),
        (not in_step(record) and (record.ttft_s is None or not c.prompt_tokens or not c.output_tokens),
         "how fast prompts were read is not stated"),
    )  # fmt: skip
    return next((reason for failed, reason in checks if failed), None)


def in_step(record: Record) -> bool:
    """True where the tool decodes all sequences in step, prompts read before."""
    return IN_STEP in (record.method or "")


def load_of(record: Record, chunk_tokens: int) -> Load:
    """What each request of the row brought; prompts were read as fast as the mean time to the first token tells."""
    c = record.conditions
    if in_step(record) or not c.prompt_tokens or not record.ttft_s or not c.concurrency:
        return Load(output_tokens=c.output_tokens or 1)
    # The prompts of the burst are read one after the other: the mean request waits for half of them and its own.
    prefill = (c.concurrency + 1) / 2 * c.prompt_tokens / record.ttft_s
    return Load(c.prompt_tokens, c.output_tokens or 1, prefill, chunk_tokens)


def observe_batch(facts: Facts, record: Record) -> BatchRow | str:
    """The row as what a batch took, or the reason why it teaches nothing."""
    if reason := why_no_batch(record) or why_not_taught(record):
        return reason
    found = _row(facts, record)
    if isinstance(found, str):
        return found
    told = _told(record, found.load)
    if told is None:
        return "the rate of a request says less than its time to the first token"
    return replace(found, step_s=told[0], aggregate_tok_s=told[1], ended_apart=told[2])


def observe_aside(facts: Facts, record: Record) -> BatchRow | str:
    """A row that teaches nothing because it does not say how its prompts were read, as if they took no time; or why not that."""
    if reason := why_no_batch(record):
        return reason
    if why_not_taught(record) is None:
        return "teaches"
    found = _row(facts, record)
    if isinstance(found, str):
        return found
    return replace(found, load=Load(output_tokens=found.load.output_tokens))


def _row(facts: Facts, record: Record) -> BatchRow | str:
    """The row with what it moved, timed as if the aggregate were of steps alone; or the reason why that is not known."""
    c = record.conditions
    assert record.model is not None
    assert c.runtime is not None
    assert c.concurrency is not None
    model, hardware, runtime = facts.models[record.model], facts.hardware[record.hardware], facts.runtimes[c.runtime]
    if hardware.is_system:
        return "several devices"
    if not model.is_sized or model.kv_refused:
        return "layers or KV cache rule of the model not known"
    if hardware.bandwidth_bytes_s is None:
        return "memory bandwidth not known"
    if record.quant is None:
        return "quantization not stated"
    try:
        weights = row_weights(facts, record, model, runtime)
    except CannotSize:
        return "size of that format not known"
    key = next((kv for kv in (c.kv_type, runtime.kv_types[0]) if kv in TYPE_BYTES), "f16")
    value = c.kv_type_value if c.kv_type_value in TYPE_BYTES else key
    depth = (c.depth_tokens or 0) + (c.output_tokens or 0) / 2
    where = group(facts, model, record.quant, hardware, runtime, c.backend, c.date, flash=c.flash_attention)
    memory = hardware.advertised_bytes or 0
    chunk = batch_tokens(hardware, memory) if runtime.cache_rule == "paged" else LLAMA_CPP_BATCH_TOKENS
    aggregate = record.aggregate_tok_s or c.concurrency * (record.decode_tok_s or 0.0)
    return BatchRow(
        record=record, kind=Kind(where, routing(model), recurrence(model)), moved=moved(model, weights, depth, key, value),
        single=traffic(model, weights, depth, key, value), bandwidth_bytes_s=hardware.bandwidth_bytes_s,
        compute_ops_s=dense_ops_s(hardware), requests=c.concurrency, load=load_of(record, chunk),
        step_s=c.concurrency / aggregate, aggregate_tok_s=aggregate,
        running=max_requests(hardware, memory) if runtime.id == "vllm" else None,
    )  # fmt: skip


def _told(record: Record, load: Load) -> tuple[float, float, bool] | None:
    """Seconds of the step, the aggregate to compare with, and whether requests ended apart; None where rates contradict."""
    requests = record.conditions.concurrency or 1
    if in_step(record):
        aggregate = record.aggregate_tok_s or requests * (record.decode_tok_s or 0.0)
        return requests / aggregate, aggregate, False
    assert record.decode_tok_s is not None
    step = step_from_rates(record.decode_tok_s, requests, load)
    if step is None:
        return None
    full = burst(step, requests, load).aggregate_tok_s
    apart = record.aggregate_tok_s is None or record.aggregate_tok_s < TOGETHER * full
    return step, full if apart else record.aggregate_tok_s or full, apart


@dataclass(frozen=True, slots=True)
class BatchSelection:
    """Rows that passed the filter, and why the others did not."""

    kept: tuple[BatchRow, ...]
    left_out: Counter[str]


def batch_rows(
    facts: Facts, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
) -> BatchSelection:
    """Rows that tell how a step grows with its batch, dated up to `as_of`, without the excluded sources.

    Only rows of several requests are counted as left out: others are no rows of this quantity.
    """
    return _selected(facts, observe_batch, as_of, exclude_sources)


def aside_rows(facts: Facts) -> BatchSelection:
    """Rows of several requests that teach nothing because they do not say how their prompts were read."""
    return _selected(facts, observe_aside, None, frozenset())


def _selected(
    facts: Facts, observe: Callable[[Facts, Record], BatchRow | str], as_of: str | None, exclude_sources: frozenset[str]
) -> BatchSelection:
    kept: list[BatchRow] = []
    left_out: Counter[str] = Counter()
    for record in facts.records.values():
        if (record.conditions.concurrency or 1) == 1 or record.kind not in {"decode", "concurrency"}:
            continue
        if record.source in exclude_sources:
            left_out["source excluded"] += 1
        elif not known_by(record.conditions.date, as_of):
            left_out["newer than asked for, or undated"] += 1
        elif isinstance(found := observe(facts, record), str):
            left_out[found] += 1
        else:
            kept.append(found)
    return BatchSelection(tuple(kept), left_out)
