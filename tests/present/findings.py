"""Findings of an invented model on invented machines, with every number given: what they look like depends on `present` alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from advisor import units
from advisor.catalog.schema.record import Conditions, Record
from advisor.catalog.schema.source import Source
from advisor.estimate.case import Case, Demand
from advisor.estimate.decode import Efficiency, Traffic
from advisor.estimate.footprint import Footprint
from advisor.estimate.machine import machine
from advisor.estimate.note import note
from advisor.estimate.placement import Placement, Pool, PoolUse
from advisor.estimate.weights import Weights
from advisor.evidence.finding import BestQuant, Confidence, FewestMachines, Finding, Measured, Speed
from tests.estimate.small import DENSE, RUNTIME, card, quant, with_host

if TYPE_CHECKING:
    from advisor.catalog.schema.hardware import Hardware

GIB = units.GIB
MODEL = replace(DENSE, id="owl-8b", name="Owl 8B", repository="nest/Owl-8B", sources=("maker",))
BOX = replace(card(128, "box", bandwidth=273), name="Box", kind="unified soc", unverified=("fp8_tflops",))
CARD = replace(card(24), name="Card 24 GB")
TWO_CARDS = replace(with_host(CARD, 64, count=2), id="2x-card", name="2x Card 24 GB")
DESKTOP = replace(with_host(CARD, 64), id="desktop", name="Desktop")
MAKER = Source(id="maker", title="The maker's page", url="https://maker.example/owl", tier=1, accessed="2026-11-20")
FORUM = Source(id="forum", title="A thread", tier=3, accessed="2026-11-20", locator="page 3")
WEIGHTS = Weights(
    embedding_bytes=GIB // 2, head_bytes=GIB // 2, lookup_bytes=0, layer_bytes=(GIB,) * 4, expert_bytes=(0,) * 4, outside_bytes=0,
    draft_bytes=0, vision_bytes=0, tied=False, active_share=(0.0,) * 4,
)  # fmt: skip
UNIFIED = Pool("unified", 128 * GIB, 116 * GIB, 115 * GIB, "free at start, less Tool's margin of 1024 MiB", "maker", 0)
VRAM = Pool("card", 24 * GIB, 23 * GIB, 22 * GIB, "free at start, less Tool's margin of 1024 MiB", None, 0)
HOST = Pool("host", 64 * GIB, 64 * GIB, 64 * GIB, "as stated; what the system itself uses is not known", None, None)
UNSTATED_HOST = Pool("host", None, 0, GIB * 2**20, "not stated", None, None)
MOVED = Traffic(weights_bytes=5e9, expert_bytes=0.0, host_bytes=0.0, kv_bytes=0.0, layers=32)


def case(hardware: Hardware, *members: Hardware, **demand: Any) -> Case:
    known = {each.id: each for each in (hardware, *members)}
    return Case(
        model=MODEL, quant=quant("q8_0"), container="gguf", runtime=RUNTIME, version=RUNTIME.versions[0], backend="cuda",
        machine=machine(hardware, known.__getitem__), demand=Demand(**demand),
    )  # fmt: skip


def speed(depth: int = 0, **changed: Any) -> Speed:
    usual = Speed(
        depth_tokens=depth, tok_s=40.829, low_tok_s=36.6, high_tok_s=45.9, ceiling_tok_s=54.6, bytes_per_token=5_000_000_000,
        limited_by="memory bandwidth", basis="calibrated", nearness="same hardware", rows=17,
        efficiency=Efficiency(weights=0.8, kv=1.25, layer_s=50e-6), moved=MOVED, bandwidth_bytes_s=273e9,
    )  # fmt: skip
    return replace(usual, **changed)


DEEP = speed(
    8192, tok_s=36.711, low_tok_s=32.2, high_tok_s=40.3, ceiling_tok_s=48.75, bytes_per_token=5_600_000_000, moved=replace(MOVED, kv_bytes=6e8)
)  # fmt: skip


def measured(record_id: str, rate: float, source: Source = MAKER, **changed: Any) -> Measured:
    conditions = Conditions(
        runtime="tool", runtime_version="1", date="2026-02-05", depth_tokens=changed.pop("depth", 0)
    )
    record = Record(
        id=record_id,
        kind="decode",
        hardware="box",
        source=source.id,
        model="owl-8b",
        decode_tok_s=rate,
        conditions=conditions,
    )
    fields: dict[str, Any] = {"closeness": "exact", "differences": (), "residual": 0.05} | changed
    return Measured(record=record, source=source, tier=source.tier, **fields)


EVIDENCE = (
    measured("maker-1", 43.25),
    measured("forum-1", 40.0, FORUM, closeness="near", differences=("quantization Q6_K",), residual=-0.03, depth=512),
    measured("forum-2", 20.5, FORUM, residual=-0.5, remark="older software: the same case was measured again by 2026-02-05"),
    measured("forum-3", 90.0, FORUM, residual=None, remark="disputed: counts four requests", closeness="far", depth=None),
)  # fmt: skip


def fits(**changed: Any) -> Finding:
    """On one pool, with evidence that agrees."""
    use = PoolUse(
        UNIFIED,
        weights_bytes=5 * GIB,
        kv_cache_bytes=2 * GIB,
        state_bytes=GIB // 4,
        compute_buffer_bytes=GIB // 2,
        first_layer=0,
        last_layer=3,
    )
    usual = Finding(
        case=case(BOX), verdict="fits", footprint=Footprint(WEIGHTS, Placement("fits", (use,)), 2 * GIB, GIB // 4), max_context_tokens=131072,
        most_context_tokens_asked=131072, best_quant=BestQuant(quant("q8_0"), RUNTIME, 8.5, 5 * GIB), fewest_machines=FewestMachines(1, BOX),
        max_concurrency=40, decode=speed(), decode_at_depth=DEEP,
        evidence=EVIDENCE, confidence=Confidence("high", note("{rows} exact rows, within {worst_share}", rows=2, worst_share=0.05)),
        notes=(note("a remark of {need_bytes}", need_bytes=3 * GIB),),
    )  # fmt: skip
    return replace(usual, **changed)


def offloaded() -> Finding:
    """Partly on the host, whose speed nothing teaches."""
    uses = (
        PoolUse(
            VRAM, weights_bytes=18 * GIB, kv_cache_bytes=2 * GIB, compute_buffer_bytes=GIB, first_layer=1, last_layer=3
        ),
        PoolUse(HOST, weights_bytes=6 * GIB, first_layer=0, last_layer=0),
    )
    plan = Placement(
        "fits-offloaded", uses, short_bytes=4 * GIB, host_layers=1, host_read_bytes=6 * GIB, flags="-ngl 3"
    )
    bare = speed(tok_s=None, low_tok_s=None, high_tok_s=None, basis="roofline", nearness=None, rows=0, efficiency=None,
                 limited_by="host memory bandwidth")  # fmt: skip
    why = note("speed is not predicted: no measured row teaches a model partly in host memory")
    return fits(
        case=case(DESKTOP, CARD), verdict="fits-offloaded", footprint=Footprint(WEIGHTS, plan, 2 * GIB, 0), max_context_tokens=65536,
        most_context_tokens_asked=65536, best_quant=BestQuant(quant("q4_k"), RUNTIME, 4.625, 20 * GIB), fewest_machines=None,
        instead=(note("q4_k (4.6 bits a weight, {weights_bytes}) is the most that fits without host memory, with Tool", weights_bytes=20 * GIB),),
        decode=bare, decode_at_depth=bare, evidence=(), confidence=Confidence("none", why), notes=(why,),
    )  # fmt: skip


def does_not_fit() -> Finding:
    """Short of device memory, beside a host of unstated size."""
    uses = (
        PoolUse(VRAM, weights_bytes=30 * GIB, kv_cache_bytes=2 * GIB),
        PoolUse(UNSTATED_HOST, weights_bytes=GIB // 2),
    )
    return fits(
        case=case(CARD, context_tokens=32768, concurrency=4), verdict="does-not-fit", max_context_tokens=16384, most_context_tokens_asked=18432, max_concurrency=2,
        best_quant=None, fewest_machines=FewestMachines(2, TWO_CARDS),
        instead=(note("no known format of Owl 8B fits at this context"), note("2 x Card 24 GB hold q8_0, whole layers on each")),
        footprint=Footprint(WEIGHTS, Placement("does-not-fit", uses, short_bytes=10 * GIB), 2 * GIB, 0), decode=None, decode_at_depth=None,
        evidence=(), confidence=Confidence("none", note("only the ceiling is known")), notes=(),
    )  # fmt: skip


def unsupported() -> Finding:
    """Refused by the runtime."""
    why = note("Other Tool divides every layer over equal devices; these are unequal")
    asked = case(BOX)
    return Finding(
        case=replace(asked, runtime=replace(RUNTIME, id="other", name="Other Tool", versions=()), version=None), verdict="unsupported",
        footprint=None, max_context_tokens=None, max_concurrency=None, decode=None, decode_at_depth=None, evidence=(),
        confidence=Confidence("none", why), notes=(why,),
    )  # fmt: skip


EVERY_VERDICT = (fits(), offloaded(), does_not_fit(), unsupported())
