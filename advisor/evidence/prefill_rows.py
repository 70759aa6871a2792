"""Measured rows that tell how fast a prompt is read; whatever the filter leaves out is counted by reason.

A row tells it when one prompt of stated length was read by one device at a stated depth. Rates a server's time to the first
token gives for short prompts are left out: fixed time rules them, and the tools' corrections for latency are as large.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.estimate.prefill import Work, dense16_ops_s, highest_ops_s, work
from advisor.estimate.serving import batch_tokens
from advisor.estimate.weights import CannotSize
from advisor.evidence.age import day
from advisor.evidence.observations import Group, group
from advisor.evidence.ran import row_weights
from advisor.units import tflops

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.quant import Quant
    from advisor.catalog.schema.record import Record
    from advisor.catalog.schema.runtime import Runtime

SHORT_PROMPT = 256
"""Tokens below which fixed time rules a prompt."""
SHORT_SERVED_PROMPT = 2048
"""The same where the rate comes from a server's time to the first token."""
LLAMA_CPP_UBATCH = 512
OTHER_UBATCH = 2048
"""Micro-batch of the runtimes whose default is not in the catalog: ExLlama's and SGLang's on small cards."""
OPS_PER_BYTE = 60.0
"""Operations a byte of bandwidth that stand in for a compute rate nobody states: where deviations are counted from."""
REFERENCE_OPS_S = tflops(150)
"""Compute rate at which the trend over it passes through zero."""
JUNE = 6
PLAIN_GGUF = frozenset({"fp16", "fp4"})
STATES = ("mamba2", "mamba1", "gated_delta", "short_conv", "linear_attention")


@dataclass(frozen=True, slots=True)
class Setting:
    """What decides how fast a case computes, beside its `Group`."""

    group: Group
    arithmetic: str
    """What matrix products run in where the chip has it: `fp16`, `int8`, `fp8`, `fp4`."""
    head: str
    """Width of one key head where everything is attended to; `latent` for MLA, empty without attention."""
    state: str
    """Kind of recurrent layer, empty without one."""
    half_year: str
    rated: bool
    """Whether the chip's compute rate is known; else `ops_s` stands in for it."""
    ops_s: float
    """Dense operations a second on 16-bit operands, as published or standing in."""
    bandwidth_bytes_s: float


@dataclass(frozen=True, slots=True)
class PrefillRow:
    """One row that teaches prefill."""

    record: Record
    setting: Setting
    work: Work

    @property
    def seconds(self) -> float:
        """Measured seconds of the whole prompt."""
        assert self.record.prefill_tok_s is not None
        return float(self.work.tokens / self.record.prefill_tok_s)


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows that passed the filter, and why the others did not."""

    kept: tuple[PrefillRow, ...]
    left_out: Counter[str]


def half_year(date: str | None) -> str:
    """Half of the year of the software, `undated` where nothing states it."""
    if not date:
        return "undated"
    when = day(date)
    return f"{when.year}h{2 if when.month > JUNE else 1}"


def arithmetic(quant: Quant) -> str:
    """Arithmetic a format's products run in: llama.cpp multiplies every quantised one in INT8, FP4 where the chip can."""
    if quant.container == "gguf" and quant.compute not in PLAIN_GGUF:
        return "int8"
    return quant.compute


def _head(model: Model) -> str:
    """Width of a key head in the layers that attend to everything, else in any that attend."""
    if any(block.latent_attention for block in model.blocks.values()):
        return "latent"
    found = [block.attention for block in model.blocks.values() if block.attention]
    full = [a for a in found if not (a.window or a.chunk)] or found
    return str(max(a.head_width for a in full)) if full else ""


def _state(model: Model) -> str:
    kinds = (kind for block in model.blocks.values() for kind in STATES if getattr(block, kind))
    return next(kinds, "")


def setting(  # noqa: PLR0913 - each is one condition a setting depends on
    facts: Facts, model: Model, quant: Quant, hardware: Hardware, runtime: Runtime, backend: str | None, date: str | None,
    *, flash: bool | None = None,
) -> Setting:  # fmt: skip
    """What decides how fast the case computes. The hardware's bandwidth must be known."""
    known, bandwidth = dense16_ops_s(hardware), hardware.bandwidth_bytes_s or 0.0
    return Setting(
        group=group(facts, model, quant.id, hardware, runtime, backend, date, flash=flash), arithmetic=arithmetic(quant),
        head=_head(model), state=_state(model), half_year=half_year(date), rated=known is not None,
        ops_s=known or OPS_PER_BYTE * bandwidth, bandwidth_bytes_s=bandwidth,
    )  # fmt: skip


def usual_ubatch(runtime: Runtime, hardware: Hardware) -> int:
    """Tokens the runtime reads at a time unless told otherwise."""
    if runtime.cache_rule == "paged" and runtime.pool_rule == "blocks":
        return batch_tokens(hardware, hardware.advertised_bytes or 0)
    return LLAMA_CPP_UBATCH if runtime.family == "llama.cpp" else OTHER_UBATCH


def absorbs_latent(runtime: Runtime) -> bool:
    """Whether latent attention works on the latent itself while a prompt is read; the paged runtimes unpack it first."""
    return runtime.cache_rule != "paged"


def depth(record: Record) -> int | None:
    """Tokens in the cache before the timed prompt; None where the row does not say."""
    c = record.conditions
    return c.depth_tokens if c.prefill_depth_tokens is None else c.prefill_depth_tokens


def why_not_prefill(record: Record) -> str | None:
    """Why a row cannot teach how fast a prompt is read; None when it can."""
    c = record.conditions
    served = record.ttft_s is not None
    checks = (
        (record.prefill_tok_s is None, "no prefill rate"),
        (record.kind == "prefix-cache", "part of the prompt came from a cache"),
        (record.status != "ok", "status not ok"),
        (record.evidence not in {"measured", "relayed"}, f"evidence {record.evidence}"),
        (record.disputed is not None, "disputed"),
        (record.suspect is not None, "suspect"),
        (record.prefill_doubt is not None, record.prefill_doubt or ""),
        (
            record.plain_decode is False or c.speculative not in {None, "none"},
            "speculative: drafts read the prompt too",
        ),
        (c.concurrency not in {None, 1}, "several requests at once"),
        (record.devices != 1, "several devices"),
        (c.placement not in {"device", "host"}, "partly on the host"),
        (c.prompt_tokens is None, "prompt length not stated"),
        (depth(record) is None, "depth not stated"),
        ((c.prompt_tokens or 0) < SHORT_PROMPT, "prompt so short that fixed time rules"),
        (
            served and (c.prompt_tokens or 0) < SHORT_SERVED_PROMPT,
            "prompt so short that the request's fixed time rules",
        ),
        (c.runtime is None, "runtime not stated"),
        (record.model is None, "no single model"),
        (record.quant is None, "quantization not stated"),
    )
    return next((reason for failed, reason in checks if failed), None)


def observe(facts: Facts, record: Record) -> PrefillRow | str:
    """The row as the physics sees it, or the reason why it teaches nothing."""
    if reason := why_not_prefill(record):
        return reason
    c, at = record.conditions, depth(record)
    assert record.model is not None
    assert record.quant is not None
    assert c.runtime is not None
    assert c.prompt_tokens is not None
    assert at is not None
    model, hardware, runtime = facts.models[record.model], facts.hardware[record.hardware], facts.runtimes[c.runtime]
    if reason := why_no_physics(model, hardware, c.backend, c.placement):
        return reason
    try:
        weights = row_weights(facts, record, model, runtime)
    except CannotSize:
        return "size of that format not known"
    where = setting(
        facts, model, facts.quants[record.quant], hardware, runtime, c.backend, c.date, flash=c.flash_attention
    )
    found = work(
        model,
        weights,
        c.prompt_tokens,
        at,
        c.ubatch or usual_ubatch(runtime, hardware),
        absorbed=absorbs_latent(runtime),
    )
    return PrefillRow(record, where, found)


def why_no_physics(model: Model, hardware: Hardware, backend: str | None, placement: str) -> str | None:
    """Why the work of a prompt, or the machine's rates, are not known; None where both are."""
    checks = (
        (not model.is_sized, "architecture of the model not known"),
        (model.kv_refused is not None, "KV cache rule of the model not known"),
        (hardware.is_system, "several devices"),
        (
            hardware.kind == "cpu" or backend == "cpu" or placement == "host",
            "how fast the processor computes is not known",
        ),
        (hardware.bandwidth_bytes_s is None, "memory bandwidth not known"),
    )
    return next((reason for failed, reason in checks if failed), None)


def prefill_rows(facts: Facts, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()) -> Selection:
    """Rows that teach prefill of one prompt on one device, dated up to `as_of`, without the excluded sources."""
    kept: list[PrefillRow] = []
    left_out: Counter[str] = Counter()
    for record in facts.records.values():
        if record.prefill_tok_s is None:
            continue
        if record.source in exclude_sources:
            left_out["source excluded"] += 1
        elif not known_by(record.conditions.date, as_of):
            left_out["newer than asked for, or undated"] += 1
        elif isinstance(found := observe(facts, record), str):
            left_out[found] += 1
        elif _above_peak(facts, record, found):
            left_out["faster than the chip computes"] += 1
        else:
            kept.append(found)
    return Selection(tuple(kept), left_out)


def _above_peak(facts: Facts, record: Record, row: PrefillRow) -> bool:
    peak = highest_ops_s(facts.hardware[record.hardware])
    return peak is not None and row.work.ops / row.seconds > peak
