"""What a measured row ran, as far as it must be known to count its bytes: model, weights, cache and depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.estimate.case import container_of
from advisor.estimate.kv_cache import TYPE_BYTES
from advisor.estimate.weights import CannotSize, Weights, rescaled, weight_bytes
from advisor.units import gb, gib

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.quant import Quant
    from advisor.catalog.schema.record import Record
    from advisor.catalog.schema.runtime import Runtime

SIZE_TOLERANCE = 0.01
"""A stated file size this far from the computed one describes another file, and wins."""


def stated_bytes(record: Record) -> int | None:
    """Weight bytes as the row prints them."""
    if record.file_gib:
        return gib(record.file_gib)
    return gb(record.file_gb) if record.file_gb else None


def _nearest_mix(facts: Facts, quant: Quant) -> str | None:
    """The plain k-quant of as many bits: how a mix that follows no rule spreads the size somebody stated of it."""
    wanted = f"q{round(quant.bits_per_weight)}_k" if quant.container == "gguf" else ""
    return next((name for name in (wanted, f"{wanted}_m") if name in facts.quants), None)


def row_weights(facts: Facts, record: Record, model: Model, runtime: Runtime) -> Weights:
    """Weights the row ran: computed, or scaled to the size it states. Raises CannotSize."""
    if record.quant is None:
        message = "quantization not stated"
        raise CannotSize(message)
    stated = stated_bytes(record)
    quant = facts.quants[record.quant]
    container = container_of(quant, runtime) or runtime.containers[0]
    try:
        weights = weight_bytes(model, quant, container, facts.quants.__getitem__)
    except CannotSize:
        alike = quant.base or _nearest_mix(facts, quant)
        if stated is None or alike is None or not model.is_sized:
            raise
        weights = weight_bytes(model, facts.quants[alike], container, facts.quants.__getitem__)
    if stated is not None and abs(stated / (weights.total_bytes - weights.vision_bytes) - 1) > SIZE_TOLERANCE:
        return rescaled(weights, stated)
    return weights


@dataclass(frozen=True, slots=True)
class Ran:
    """What a row ran, as far as it must be known to count its bytes."""

    model: Model
    runtime: Runtime
    weights: Weights
    depth: float
    """Tokens in the cache halfway through what was generated; 0 where the row does not state them."""
    key_type: str
    value_type: str


def ran(facts: Facts, record: Record) -> Ran | str:
    """What the row ran, or the reason why its bytes are not known. The row must state a model and a runtime."""
    c = record.conditions
    assert record.model is not None
    assert c.runtime is not None
    model, runtime = facts.models[record.model], facts.runtimes[c.runtime]
    if not model.is_sized:
        return "architecture of the model not known"
    if model.kv_refused:
        return "KV cache rule of the model not known"
    try:
        weights = row_weights(facts, record, model, runtime)
    except CannotSize:
        return "size of that format not known" if record.quant else "quantization not stated"
    key = c.kv_type if c.kv_type in TYPE_BYTES else runtime.kv_types[0]
    value = c.kv_type_value if c.kv_type_value in TYPE_BYTES else key
    depth = (c.depth_tokens or 0) + (c.output_tokens or 0) / 2
    return Ran(model, runtime, weights, depth, _known(key), _known(value))


def _known(kv_type: str | None) -> str:
    return kv_type if kv_type in TYPE_BYTES else "f16"
