"""Measured rows as the physics sees them: bytes moved, peak bandwidth, and the groups they share evidence with.

`plain_decode` is the filter that decides which rows may teach decode speed; whatever it leaves out is counted by reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.estimate.case import usual_backend
from advisor.estimate.decode import Traffic, traffic
from advisor.evidence.ran import ran
from advisor.once import Once
from advisor.units import tflops

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.record import Record
    from advisor.catalog.schema.runtime import Runtime

MEMORY = {
    "unified soc": "unified",
    "cpu": "cpu",
    "discrete gpu": "discrete",
    "accelerator": "discrete",
    "system": "discrete",
}
REFERENCE_BYTES_S = 5e11
"""Bandwidth at which the trends over bandwidth pass through zero."""
SHORT_TOKENS = 512
"""Depths below this do not differ in speed: a prompt of a few words is depth 0."""


@dataclass(frozen=True, slots=True)
class Group:
    """What a case shares with others when they learn from each other."""

    hardware: str
    """Hardware id; a rebadged box counts as what it rebadges."""
    chip: str
    """Chip generation."""
    platform: str
    runtime: str
    """Runtime family."""
    backend: str
    kind: str
    """`dense` or `moe`."""
    format: str
    """Number format most weights are stored in."""
    era: str
    """Year of the software."""
    attention: str
    """`flash` or `plain`; a row that does not say counts as the runtime's default of its day."""
    memory: str
    """`unified`, `discrete` or `cpu`: what sort of memory."""
    bandwidth_bytes_s: float
    program: str = ""
    """Runtime id: forks of one family differ in their kernels."""
    architecture: str = ""
    """Architecture of the model as its publisher names it: models of one run the same graph."""
    heads: str = ""
    """Width of the heads that read the whole context, or `latent`: attention has a kernel for each."""
    stages: tuple[tuple[str, float], ...] = ()
    """Kind of stage → how many of it a layer has on average: each costs launches of its own."""
    stacked: bool = False
    """True for memory stacked on the package (HBM)."""
    matrix_slowness: float = 1.0
    """How much longer matrix units take for attention than at the reference rate; 1 where it runs on none, or nobody knows."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One row that teaches decode speed."""

    record: Record
    group: Group
    moved: Traffic
    bandwidth_bytes_s: float

    @property
    def step_s(self) -> float:
        """Measured seconds per token."""
        assert self.record.decode_tok_s is not None
        return 1.0 / self.record.decode_tok_s


def identity(hardware: Hardware) -> str:
    """Hardware id under which evidence is pooled."""
    return hardware.same_as or hardware.id


def tier(facts: Facts, record: Record) -> int:
    """Tier of a row: its own where it was relayed, else its source's."""
    return facts.sources[record.source].tier if record.tier is None else record.tier


def chip(hardware: Hardware) -> str:
    """Chip generation, or maker and kind where the entry names none."""
    return hardware.architecture or f"{hardware.vendor} {hardware.kind}"


def default_backend(hardware: Hardware, runtime: Runtime) -> str | None:
    """The runtime's usual backend on this hardware; None where it has none."""
    return usual_backend(runtime, {hardware.platform})


def era(date: str | None) -> str:
    """Year of the software, `undated` where the row states none."""
    return date[:4] if date else "undated"


def format_family(facts: Facts, quant_id: str) -> str:
    """Number format a quantization is built around."""
    quant = facts.quants[quant_id]
    return quant.base or quant.id


STAGES = ("attention", "latent_attention", "gated_delta", "mamba", "short_conv", "dense", "moe")
_STAGES = Once[tuple[tuple[str, float], ...]](4096)


def stages(model: Model) -> tuple[tuple[str, float], ...]:
    """What a layer of `model` consists of, on average: mixers and feed-forward stages by kind."""
    return _STAGES((model,), (), lambda: _stages(model))


def _stages(model: Model) -> tuple[tuple[str, float], ...]:
    found: Counter[str] = Counter()
    for name, count in model.layer_counts.items():
        block = model.blocks[name]
        present = {
            "attention": block.attention, "latent_attention": block.latent_attention,
            "gated_delta": block.gated_delta or block.linear_attention, "mamba": block.mamba2 or block.mamba1,
            "short_conv": block.short_conv, "dense": block.dense, "moe": block.moe,
        }  # fmt: skip
        found.update({kind: count for kind, part in present.items() if part})
    return tuple((kind, found[kind] / len(model.layer_names)) for kind in STAGES if found[kind])


def heads(model: Model) -> str:
    """Width of the heads that see the whole context (else of those behind a window), `latent` for MLA, `none` without attention."""
    for block in sorted(
        model.blocks.values(), key=lambda b: bool(b.attention and (b.attention.window or b.attention.chunk))
    ):
        if block.latent_attention:
            return "latent"
        if block.attention:
            return str(block.attention.head_width)
    return "none"


FLASH_BY_DEFAULT_SINCE = "2025-09"
"""llama.cpp chooses flash attention by itself from then on; the paged runtimes always have."""


def attention_kind(runtime: Runtime, date: str | None, flash: bool | None) -> str:  # noqa: FBT001 - a condition, not a switch
    """`flash` or `plain`, by what is stated or by the runtime's default on that day."""
    if flash is None:
        flash = runtime.family != "llama.cpp" or (date or "") >= FLASH_BY_DEFAULT_SINCE
    return "flash" if flash else "plain"


def dense_ops_s(hardware: Hardware) -> float | None:
    """Dense 16-bit operations a second: measured where somebody did, else as published; None where neither is sourced."""
    if hardware.measured_fp16_tflops:
        return tflops(hardware.measured_fp16_tflops)
    known = hardware.fp16_tflops is not None and "fp16_tflops" not in hardware.unverified
    return tflops(hardware.fp16_tflops or 0.0) if known else None


MATRIX_ATTENTION = frozenset({"cuda"})
"""Backends whose attention kernels multiply on matrix units."""
REFERENCE_OPS_S = 1e14
SLOWEST_MATRIX = 2.0
"""Cards without matrix units publish 16-bit rates attention does not depend on."""


def _matrix_slowness(hardware: Hardware, backend: str) -> float:
    ops_s = dense_ops_s(hardware) if backend in MATRIX_ATTENTION else None
    return min(REFERENCE_OPS_S / ops_s, SLOWEST_MATRIX) if ops_s else 1.0


def group(  # noqa: PLR0913 - each is one condition a group depends on
    facts: Facts, model: Model, quant_id: str, hardware: Hardware, runtime: Runtime, backend: str | None, date: str | None,
    *, flash: bool | None = None,
) -> Group:  # fmt: skip
    """The groups a case belongs to.

    Run by its processor cores, a chip that has a GPU too is another machine: what the GPU makes of the memory says nothing.
    """
    driver = backend or default_backend(hardware, runtime) or ""
    cores, memory = (
        (" by its processor", "cpu") if driver == "cpu" and hardware.kind != "cpu" else ("", MEMORY[hardware.kind])
    )
    return Group(
        hardware=identity(hardware) + cores, chip=chip(hardware) + cores, platform=hardware.platform or "", runtime=runtime.family,
        backend=driver, era=era(date),
        kind="moe" if any(block.moe for block in model.blocks.values()) else "dense", format=format_family(facts, quant_id),
        attention=attention_kind(runtime, date, flash), memory=memory, bandwidth_bytes_s=hardware.bandwidth_bytes_s or REFERENCE_BYTES_S,
        program=runtime.id, architecture=model.model_type or model.same_architecture_as or model.id, heads=heads(model), stages=stages(model),
        stacked=(hardware.memory_type or "").upper().startswith("HBM"), matrix_slowness=_matrix_slowness(hardware, driver),
    )  # fmt: skip


def why_not_measured(record: Record) -> str | None:
    """Why a row is no measurement of one plain stream, wherever it ran; None when it is."""
    c = record.conditions
    checks = (
        (record.decode_tok_s is None, "no decode rate"),
        (record.kind not in {"decode", "concurrency"}, f"kind {record.kind}"),
        (record.status != "ok", "status not ok"),
        (record.evidence not in {"measured", "relayed"}, f"evidence {record.evidence}"),
        (record.disputed is not None, "disputed"),
        (record.suspect is not None, "suspect"),
        (record.not_for_calibration is not None, record.not_for_calibration or ""),
        (record.plain_decode is not True, "not stated to be plain decode"),
        (c.concurrency not in {None, 1}, "several requests at once"),
        (c.runtime is None, "runtime not stated"),
        (record.model is None, "no single model"),
    )
    return next((reason for failed, reason in checks if failed), None)


def why_not_plain(record: Record) -> str | None:
    """Why a row cannot teach plain single-stream decode; None when it can."""
    c = record.conditions
    checks = (
        (record.rate not in {None, "decode"}, "not a decode rate"),
        (record.devices != 1, "several devices"),
        (c.placement != "device", "partly or wholly on the host"),
        (c.depth_tokens is None, "depth not stated"),
    )
    return why_not_measured(record) or next((reason for failed, reason in checks if failed), None)


_OBSERVED = Once["Observation | str"](8192)


def observe(facts: Facts, record: Record) -> Observation | str:
    """The row as an observation, or the reason why it teaches nothing.

    The same row is looked at once: every way to run a model is held against all its rows.
    """
    return _OBSERVED((facts, record), (), lambda: _observe(facts, record))


def _observe(facts: Facts, record: Record) -> Observation | str:
    if reason := why_not_plain(record):
        return reason
    found, hardware = ran(facts, record), facts.hardware[record.hardware]
    if isinstance(found, str):
        return found
    if hardware.bandwidth_bytes_s is None:
        return "memory bandwidth not known"
    c = record.conditions
    moved = traffic(found.model, found.weights, found.depth, found.key_type, found.value_type)
    assert record.quant is not None
    where = group(facts, found.model, record.quant, hardware, found.runtime, c.backend, c.date, flash=c.flash_attention)
    return Observation(record, where, moved, hardware.bandwidth_bytes_s)


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows that passed a filter, and why the others did not."""

    kept: tuple[Observation, ...]
    left_out: Counter[str]


def plain_decode(facts: Facts, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()) -> Selection:
    """Rows that teach plain single-stream decode on one device, dated up to `as_of`, without the excluded sources."""
    kept: list[Observation] = []
    left_out: Counter[str] = Counter()
    for record in facts.records.values():
        if record.source in exclude_sources:
            left_out["source excluded"] += 1
        elif not known_by(record.conditions.date, as_of):
            left_out["newer than asked for, or undated"] += 1
        elif isinstance(found := observe(facts, record), str):
            left_out[found] += 1
        elif found.step_s * found.bandwidth_bytes_s < found.moved.total_bytes:
            left_out["faster than memory bandwidth allows"] += 1
        else:
            kept.append(found)
    return Selection(tuple(kept), left_out)
