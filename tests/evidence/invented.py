"""A small invented world: machines, models and measured rows whose speeds follow a known rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from advisor.catalog.contents import Catalog
from advisor.catalog.schema.hardware import Hardware, Member
from advisor.catalog.schema.quant import Quant
from advisor.catalog.schema.record import Conditions, Record
from advisor.catalog.schema.runtime import Runtime, Version
from advisor.catalog.schema.source import Source
from advisor.estimate.case import Case, Demand
from advisor.estimate.decode import Efficiency, step_s
from advisor.estimate.machine import machine
from advisor.evidence.observations import Observation, observe
from tests.estimate.small import DENSE, LAYOUTS, MOE, RUNTIME, card, quant

if TYPE_CHECKING:
    from collections.abc import Iterable

TOOL = replace(
    RUNTIME, margin_mib=0,
    versions=(Version(version="b10", date="2026-01-01", source="maker"), Version(version="b100", date="2026-06-01", source="maker")),
)  # fmt: skip
OTHER = replace(TOOL, id="other", name="Other", family="other", containers=("safetensors",), kv_types=("bf16", "fp8"))
COUSIN = replace(TOOL, id="cousin", name="Cousin")
"""Another program of the same family."""
BOX = replace(card(24, "box", bandwidth=500), kind="unified soc", architecture="Alpha")
COPY = replace(BOX, id="copy", name="copy", same_as="box")
FAST = replace(card(24, "fast", bandwidth=1000), architecture="Beta")
FASTER = replace(card(24, "faster", bandwidth=2000), architecture="Beta")
PAIR = Hardware(
    id="pair", name="pair", vendor="v", kind="system", members=(Member(device="fast"), Member(device="faster"))
)
TUNED = replace(DENSE, id="tuned", name="tuned", same_architecture_as="tiny")
DYNAMIC = Quant(
    id="dynamic", name="Dynamic", container="gguf", rule="published", base="q4_k", bits_per_weight=4.7, sources=("maker",)
)  # fmt: skip
QUANTS = {name: quant(name) for name in (*LAYOUTS, "q4_k_m")} | {"dynamic": DYNAMIC}
SOURCES = {
    name: Source(id=name, title=f"The {name}", tier=tier, accessed="2026-11-20")  # type: ignore[arg-type]
    for name, tier in (("maker", 1), ("magazine", 2), ("forum", 3))
}
TRUE = Efficiency(weights=0.6, kv=1.8, layer_s=40e-6)
"""What the invented machines make of their bandwidth."""


def row(row_id: str = "row", **fields: Any) -> Record:
    """A plain decode row of the small dense model on the box; `conditions` are changed one by one."""
    conditions: dict[str, Any] = {
        "runtime": "tool", "depth_tokens": 0, "concurrency": 1, "date": "2026-07-01", "runtime_version": "b100",
    }  # fmt: skip
    conditions |= fields.pop("conditions", {})
    usual: dict[str, Any] = {"id": row_id, "kind": "decode", "hardware": "box", "source": "maker", "model": "tiny", "quant": "f16",
                             "plain_decode": True, "decode_tok_s": 100.0, "conditions": Conditions(**conditions)}  # fmt: skip
    return Record(**(usual | fields))


def world(records: Iterable[Record] = (), **more: Any) -> Catalog:
    """A catalog of these rows over the invented machines and models."""
    devices: tuple[Hardware, ...] = (BOX, COPY, FAST, FASTER, PAIR)
    runtimes: tuple[Runtime, ...] = (TOOL, COUSIN, OTHER)
    kinds: dict[str, Any] = {
        "models": {each.id: each for each in (DENSE, MOE, TUNED)}, "quants": QUANTS, "hardware": {each.id: each for each in devices},
        "runtimes": {each.id: each for each in runtimes}, "sources": SOURCES, "records": {each.id: each for each in records},
    }  # fmt: skip
    return Catalog(**(kinds | more))


def observed(record: Record) -> Observation:
    """The row as the physics sees it."""
    found = observe(world(), record)
    assert not isinstance(found, str), found
    return found


def at_speed(record: Record, truth: Efficiency = TRUE) -> Record:
    """The row with the speed the rule gives it."""
    found = observed(record)
    return replace(record, decode_tok_s=1 / float(step_s(found.moved, found.bandwidth_bytes_s, truth)))


def series(name: str, truth: Efficiency = TRUE, **fields: Any) -> list[Record]:
    """Rows of one machine over two models, three formats and four depths, at the rule's speed."""
    return [
        at_speed(row(f"{name}-{model}-{mix}-{depth}", model=model, quant=mix, conditions={"depth_tokens": depth}, **fields), truth)
        for model in ("tiny", "moe") for mix in ("f16", "q8_0", "q4_k_m") for depth in (0, 8192, 32768, 131072)
    ]  # fmt: skip


def case(hardware: str = "box", **changed: Any) -> Case:
    """The question the usual row answers; `demand` fields and fields of the case are changed one by one."""
    catalog = world()
    fields: dict[str, Any] = {
        "model": DENSE, "quant": QUANTS["f16"], "container": "gguf", "runtime": TOOL, "version": TOOL.versions[-1], "backend": "cuda",
        "machine": machine(catalog.hardware[hardware], catalog.hardware.__getitem__),
    }  # fmt: skip
    asked = Demand(**changed.pop("demand", {}))
    return Case(**(fields | changed), demand=asked)
