"""The lines of the accuracy table: each a named filter over rows, with what was left out when they were predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from advisor.evidence.observations import default_backend, format_family
from advisor.evidence.offload_rows import ON_HOST
from advisor.evidence.prefill_rows import depth
from advisor.evidence.tensor_parallel_rows import PARALLEL as TENSOR_PARALLEL

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record
    from advisor.evidence.tested import HeldOut

Quantity = Literal["decode", "host", "several", "prefill", "concurrency"]
"""`host`: decode from main memory, behind a card or without one. `several`: decode over several devices."""

SPARK = "dgx-spark"
DEEP_TOKENS = 8192
FIRST_MODERN_YEAR = "2025"
BANDS = ((0, 2048, "depth below 2k"), (2048, 8192, "depth 2k to 8k"), (8192, 32768, "depth 8k to 32k"),
         (32768, 2**62, "depth 32k and more"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a filter over the rows of a quantity, and what each was predicted without."""

    quantity: Quantity
    name: str
    held_out: HeldOut
    keep: Callable[[Facts, Record], bool]
    target: tuple[float, float | None] | None = None
    """Median and 90th percentile of the error this project holds itself to; None for a line that is only shown."""


def family(facts: Facts, record: Record) -> str:
    """Runtime family of a row; empty where it states none."""
    runtime = facts.runtimes.get(record.conditions.runtime or "")
    return runtime.family if runtime else ""


def machine(facts: Facts, record: Record) -> str:
    """Hardware of a row, a rebadged box counted as what it rebadges."""
    hardware = facts.hardware[record.hardware]
    return hardware.same_as or hardware.id


def modern_llama_cpp(facts: Facts, record: Record) -> bool:
    """llama.cpp and what is built on it, but for builds of 2024 and before."""
    date = record.conditions.date
    return family(facts, record) == "llama.cpp" and (date is None or date >= FIRST_MODERN_YEAR)


def _old(facts: Facts, record: Record) -> bool:
    return family(facts, record) == "llama.cpp" and not modern_llama_cpp(facts, record)


def _on_spark(facts: Facts, record: Record) -> bool:
    return machine(facts, record) == SPARK


def _deep(record: Record) -> bool:
    return (record.conditions.depth_tokens or 0) >= DEEP_TOKENS


def is_moe(facts: Facts, record: Record) -> bool:
    """Whether the row's model has routed experts."""
    return any(block.moe for block in facts.models[record.model or ""].blocks.values())


def _kind(wanted: str) -> Callable[[Facts, Record], bool]:
    return lambda facts, record: modern_llama_cpp(facts, record) and is_moe(facts, record) == (wanted == "moe")


def _band(low: int, high: int) -> Callable[[Facts, Record], bool]:
    return lambda facts, record: modern_llama_cpp(facts, record) and low <= (record.conditions.depth_tokens or 0) < high


def _of_family(*wanted: str) -> Callable[[Facts, Record], bool]:
    return lambda facts, record: family(facts, record) in wanted


def _of_backend(wanted: str) -> Callable[[Facts, Record], bool]:
    return lambda facts, record: modern_llama_cpp(facts, record) and record.conditions.backend == wanted


def _decode() -> tuple[Line, ...]:
    served = _of_family("vllm", "sglang")
    return (
        Line("decode", "DGX Spark, llama.cpp", "source", lambda f, r: modern_llama_cpp(f, r) and _on_spark(f, r), (0.05, 0.15)),
        Line("decode", "all hardware, llama.cpp", "pair", modern_llama_cpp, (0.08, 0.22)),
        Line("decode", "hardware never seen, llama.cpp", "hardware", modern_llama_cpp, (0.10, 0.30)),
        Line("decode", "depth 8k and more, llama.cpp", "pair", lambda f, r: modern_llama_cpp(f, r) and _deep(r), (0.09, 0.25)),
        Line("decode", "vLLM and SGLang, DGX Spark", "source", lambda f, r: served(f, r) and _on_spark(f, r), (0.12, 0.35)),
        Line("decode", "all hardware, llama.cpp", "source", modern_llama_cpp),
        Line("decode", "model never seen, llama.cpp", "model", modern_llama_cpp),
        Line("decode", "vLLM and SGLang, all hardware", "pair", served),
        Line("decode", "builds before 2025", "pair", _old),
        Line("decode", "MLX", "pair", _of_family("mlx")),
        Line("decode", "dense models", "pair", _kind("dense")),
        Line("decode", "mixtures of experts", "pair", _kind("moe")),
        *(Line("decode", words, "pair", _band(low, high)) for low, high, words in BANDS),
        *(Line("decode", f"{name} backend", "pair", _of_backend(name)) for name in ("cuda", "rocm", "vulkan", "metal", "cpu")),
    )  # fmt: skip


def _everything(_facts: Facts, _record: Record) -> bool:
    return True


def _partly_on_host(_facts: Facts, record: Record) -> bool:
    return record.conditions.placement in ON_HOST


def _host() -> tuple[Line, ...]:
    """Decode from main memory: the split and the host's memory speed are stated, or there is no card."""
    return (
        Line("host", "offload and processors, split and host stated", "pair", _everything, (0.20, 0.50)),
        Line("host", "offload and processors", "source", _everything),
        Line("host", "offload and processors, hardware never seen", "hardware", _everything),
        Line("host", "partly on the host", "pair", _partly_on_host),
        Line("host", "partly on the host", "source", _partly_on_host),
        Line("host", "processors alone", "pair", lambda f, r: not _partly_on_host(f, r)),
    )


def _divided(_facts: Facts, record: Record) -> bool:
    return record.conditions.parallel == TENSOR_PARALLEL


def _whole_request(record: Record) -> bool:
    return record.rate in {"wall", "end-to-end"}


def _cards(facts: Facts, record: Record) -> bool:
    return not _divided(facts, record)


def _unequal(facts: Facts, record: Record) -> bool:
    return _cards(facts, record) and len({member.device for member in facts.hardware[record.hardware].members}) > 1


def _several() -> tuple[Line, ...]:
    """Decode over several devices: layers one after the other, or every layer divided."""
    return (
        *(Line("several", f"layer split over cards, {held_out} left out", held_out, _cards) for held_out in ("pair", "source")),
        Line("several", "layer split over unequal cards", "pair", _unequal),
        *(Line("several", f"tensor parallel, {held_out} left out", held_out, lambda f, r: _divided(f, r) and not _whole_request(r))
          for held_out in ("pair", "source")),
        Line("several", "tensor parallel, rates of whole requests", "pair", lambda f, r: _divided(f, r) and _whole_request(r)),
    )  # fmt: skip


def _requests(low: int, high: int) -> Callable[[Facts, Record], bool]:
    return lambda _facts, record: low <= (record.conditions.concurrency or 1) <= high


def _kind_of(wanted: str, name: str) -> Callable[[Facts, Record], bool]:
    def keep(facts: Facts, record: Record) -> bool:
        return family(facts, record) == name and is_moe(facts, record) == (wanted == "moe")

    return keep


def _concurrency() -> tuple[Line, ...]:
    kinds = (("llama.cpp, dense", "dense", "llama.cpp"), ("llama.cpp, mixtures of experts", "moe", "llama.cpp"),
             ("vLLM, dense", "dense", "vllm"), ("vLLM, mixtures of experts", "moe", "vllm"))  # fmt: skip
    return (
        Line("concurrency", "aggregate, model never seen", "model", _everything, (0.15, None)),
        *(Line("concurrency", f"aggregate, {held_out} left out", held_out, _everything) for held_out in ("pair", "source")),
        Line("concurrency", "aggregate, hardware never seen", "hardware", _everything),
        *(Line("concurrency", words, "model", _kind_of(kind, name)) for words, kind, name in kinds),
        *(Line("concurrency", f"{low} to {high} requests", "model", _requests(low, high))
          for low, high in ((2, 4), (5, 8), (9, 16), (17, 64), (65, 4096))),
    )  # fmt: skip


PREFILL_BANDS = ((0, 1, "prompt from an empty cache"), (1, 8192, "behind less than 8k tokens"), (8192, 32768, "behind 8k to 32k"),
                 (32768, 2**62, "behind 32k and more"))  # fmt: skip
BACKENDS = (
    ("llama.cpp", "cuda"),
    ("llama.cpp", "rocm"),
    ("llama.cpp", "vulkan"),
    ("llama.cpp", "metal"),
    ("vllm", "cuda"),
)
FORMATS = ("bf16", "q8_0", "q4_k", "q4_0", "mxfp4", "nvfp4", "fp8")


def _behind(low: int, high: int) -> Callable[[Facts, Record], bool]:
    return lambda _facts, record: low <= (depth(record) or 0) < high


def _of_format(wanted: str) -> Callable[[Facts, Record], bool]:
    return lambda facts, record: record.quant is not None and format_family(facts, record.quant) == wanted


def _driven_by(name: str, backend: str) -> Callable[[Facts, Record], bool]:
    """Rows of a runtime family and backend; where a row states none, the runtime's usual one on its hardware."""

    def keep(facts: Facts, record: Record) -> bool:
        c = record.conditions
        usual = default_backend(facts.hardware[record.hardware], facts.runtimes[c.runtime]) if c.runtime else None
        return family(facts, record) == name and (c.backend or usual) == backend

    return keep


def _prefill() -> tuple[Line, ...]:
    return (
        Line("prefill", "model never seen", "model", _everything, (0.20, None)),
        *(Line("prefill", f"{held_out} left out", held_out, _everything) for held_out in ("pair", "source")),
        Line("prefill", "hardware never seen", "hardware", _everything),
        Line("prefill", "dense models", "model", lambda f, r: not is_moe(f, r)),
        Line("prefill", "mixtures of experts", "model", is_moe),
        *(Line("prefill", f"{name}, {backend}", "model", _driven_by(name, backend)) for name, backend in BACKENDS),
        *(Line("prefill", words, "model", _behind(low, high)) for low, high, words in PREFILL_BANDS),
        *(Line("prefill", f"format {name}", "model", _of_format(name)) for name in FORMATS),
    )  # fmt: skip


LINES: tuple[Line, ...] = (*_decode(), *_host(), *_several(), *_concurrency(), *_prefill())
