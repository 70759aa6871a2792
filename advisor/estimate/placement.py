"""Where the bytes go: which layers and which experts stand in which memory pool."""

from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

from advisor.catalog.schema.model import Model
from advisor.estimate.buffers import ComputeBuffers, compute_buffers
from advisor.estimate.kv_cache import (
    STATE_BYTES,
    TYPE_BYTES,
    CacheQuestion,
    LayerCache,
    cache_bytes,
    cells,
    layer_cache,
)
from advisor.estimate.weights import Weights

Verdict = Literal["fits", "fits-offloaded", "does-not-fit", "unsupported"]


@dataclass(frozen=True, slots=True)
class Pool:
    """One memory pool and what it offers."""

    name: str
    advertised_bytes: int | None
    free_bytes: int
    usable_bytes: int
    basis: str
    source: str | None
    device: int | None
    """Index of the device that reads it; None for host memory behind discrete cards."""


@dataclass(frozen=True, slots=True)
class PoolUse:
    """What one pool holds."""

    pool: Pool
    weights_bytes: int = 0
    kv_cache_bytes: int = 0
    state_bytes: int = 0
    compute_buffer_bytes: int = 0
    overhead_bytes: int = 0
    first_layer: int | None = None
    last_layer: int | None = None
    expert_layers: int = 0
    """Layers whose routed experts alone stand here."""

    @property
    def used_bytes(self) -> int:
        """Everything in the pool."""
        return (
            self.weights_bytes
            + self.kv_cache_bytes
            + self.state_bytes
            + self.compute_buffer_bytes
            + self.overhead_bytes
        )

    @property
    def short_bytes(self) -> int:
        """What is missing; 0 when it fits."""
        return max(0, self.used_bytes - self.pool.usable_bytes)


@dataclass(frozen=True, slots=True)
class Placement:
    """A plan a person can read and paste."""

    verdict: Verdict
    uses: tuple[PoolUse, ...]
    short_bytes: int = 0
    """Device memory missing for everything to run from it; 0 when it fits there."""
    host_experts_layers: int = 0
    """--n-cpu-moe: layers whose experts run from the host."""
    host_layers: int = 0
    """Layers that run from the host altogether."""
    host_read_bytes: int = 0
    """Weight bytes one decoded token reads from host memory."""
    flags: str = ""
    """Runtime flags that make this plan."""

    @property
    def total_bytes(self) -> int:
        """All pools together."""
        return sum(use.used_bytes for use in self.uses)


@dataclass(frozen=True, slots=True)
class Load:
    """Everything that must be placed, layer by layer."""

    weights: Weights
    layer_kv_bytes: tuple[int, ...]
    layer_state_bytes: tuple[int, ...]
    buffers: ComputeBuffers
    kv_bytes: int
    state_bytes: int


def load(model: Model, weights: Weights, rule: str, question: CacheQuestion, devices: int) -> Load:
    """What has to be placed for `question`; the KV of a layer lives where the layer lives."""
    if not model.is_sized:
        return Load(weights, (), (), ComputeBuffers(0, 0, 0), 0, 0)
    cache = cache_bytes(model, rule, question)
    kinds = {name: layer_cache(block) for name, block in model.blocks.items()}
    sizes = {name: _layer_bytes(kind, question) for name, kind in kinds.items()}
    per_layer = [sizes[name] for name in model.layer_names]
    whole = sum(per_layer)
    # A runtime with its own accounting differs by the same factor in every layer.
    factor = cache.kv_bytes / whole if whole else 0.0
    states = tuple(kinds[name].state_elements * STATE_BYTES * question.sequences for name in model.layer_names)
    buffers = compute_buffers(model, question, devices=devices) if rule != "paged" else ComputeBuffers(0, 0, 0)
    return Load(
        weights, tuple(round(b * factor) for b in per_layer), states, buffers, round(cache.kv_bytes), cache.state_bytes
    )


def _layer_bytes(layer: LayerCache, question: CacheQuestion) -> float:
    row = layer.key_width * TYPE_BYTES[question.key_type] + layer.value_width * TYPE_BYTES[question.value_type]
    return float(cells(layer, question) * row)


def _together(pool: Pool, found: Load, *, head_copied: bool = False) -> PoolUse:
    """Everything in one pool, host side included; draft layers are not loaded.

    llama.cpp keeps a tied embedding twice: as a table in host memory and as the head on the device.
    """
    copied = found.weights.embedding_bytes if head_copied and found.weights.tied else 0
    weights = found.weights.total_bytes - found.weights.draft_bytes + copied
    layers = len(found.weights.layer_bytes)
    return PoolUse(
        pool, weights_bytes=weights, kv_cache_bytes=found.kv_bytes, state_bytes=found.state_bytes,
        compute_buffer_bytes=round(found.buffers.device_bytes + found.buffers.host_bytes),
        first_layer=0 if layers else None, last_layer=layers - 1 if layers else None,
    )  # fmt: skip


def place_unified(pool: Pool, found: Load, *, head_copied: bool = False) -> Placement:
    """One pool holds everything; what does not fit there does not fit at all, for offload frees nothing."""
    use = _together(pool, found, head_copied=head_copied)
    return Placement("does-not-fit" if use.short_bytes else "fits", (use,), use.short_bytes)


def _host_use(pool: Pool, found: Load) -> PoolUse:
    """What llama.cpp keeps in host memory with every layer on devices: the embedding, tables, its own buffers."""
    weights = found.weights
    return PoolUse(
        pool, weights_bytes=weights.embedding_bytes + weights.lookup_bytes,
        compute_buffer_bytes=round(found.buffers.host_bytes),
    )  # fmt: skip


def _proportional_ends(pools: tuple[Pool, ...], count: int) -> list[int]:
    """Where each device's stretch of `count` layers ends when they go out in proportion to free memory, whole layers only."""
    total = sum(pool.usable_bytes for pool in pools)
    return [round(count * part / total) for part in accumulate(pool.usable_bytes for pool in pools)]


def _filled_ends(pools: tuple[Pool, ...], found: Load, kept: tuple[int, ...], first: int) -> list[int]:
    """The same with devices filled one after the other; the last takes what is left."""
    ends, at = [], first
    for pool in pools[:-1]:
        room = pool.usable_bytes - round(found.buffers.device_bytes)
        while at < len(kept) and (size := kept[at] + found.layer_kv_bytes[at] + found.layer_state_bytes[at]) <= room:
            room, at = room - size, at + 1
        ends.append(at - first)
    return [*ends, len(kept) - first]


def _uses(pools: tuple[Pool, ...], found: Load, kept: tuple[int, ...], first: int, ends: list[int]) -> list[PoolUse]:
    """Layers `first`… over the devices, `kept` being the bytes of each layer that stay on a device; the head goes last."""
    weights = found.weights
    tail = weights.head_bytes + weights.outside_bytes + (weights.embedding_bytes if weights.tied else 0)
    uses = []
    for pool, begin, end in zip(pools, (0, *ends), ends, strict=False):
        span = slice(first + begin, first + end)
        uses.append(
            PoolUse(
                pool,
                weights_bytes=sum(kept[span]) + (tail if pool is pools[-1] else 0),
                kv_cache_bytes=sum(found.layer_kv_bytes[span]),
                state_bytes=sum(found.layer_state_bytes[span]),
                compute_buffer_bytes=round(found.buffers.device_bytes),
                first_layer=span.start if end > begin else None,
                last_layer=span.stop - 1 if end > begin else None,
            )
        )
    return uses


def _balanced(pools: tuple[Pool, ...], found: Load, kept: tuple[int, ...], first: int) -> list[PoolUse]:
    """The proportional spread, or where a device overflows with it, devices filled one after the other."""
    uses = _uses(pools, found, kept, first, _proportional_ends(pools, len(kept) - first))
    if len(pools) == 1 or not any(use.short_bytes for use in uses):
        return uses
    return _uses(pools, found, kept, first, _filled_ends(pools, found, kept, first))


def place_on_devices(pools: tuple[Pool, ...], host: Pool, found: Load) -> Placement:
    """Every layer on the devices, layer split; the shortfall counts what all devices together miss."""
    uses = _balanced(pools, found, found.weights.layer_bytes, 0)
    short = sum(use.used_bytes for use in uses) - sum(pool.usable_bytes for pool in pools)
    worst = max(short, 0, *(use.short_bytes for use in uses))
    return Placement("does-not-fit" if worst else "fits", (*uses, _host_use(host, found)), worst)


def place_with_host(pools: tuple[Pool, ...], host: Pool, found: Load) -> Placement | None:
    """The plan that leaves least on the host: experts first, then whole layers; None where the host is too small."""
    weights = found.weights
    layers = len(weights.layer_bytes)
    expert_layers = [index for index in range(layers) if weights.expert_bytes[index]]
    for moved in range(1, len(expert_layers) + 1):
        plan = _with_experts_on_host(pools, host, found, frozenset(expert_layers[:moved]))
        if plan:
            return plan
    for first in range(1, layers + 1):
        plan = _with_layers_on_host(pools, host, found, first)
        if plan:
            return plan
    return None


def _accepted(uses: list[PoolUse], host_use: PoolUse) -> bool:
    return not any(use.short_bytes for use in uses) and not host_use.short_bytes


def _with_experts_on_host(pools: tuple[Pool, ...], host: Pool, found: Load, moved: frozenset[int]) -> Placement | None:
    weights = found.weights
    kept = tuple(size - (weights.expert_bytes[i] if i in moved else 0) for i, size in enumerate(weights.layer_bytes))
    uses = _balanced(pools, found, kept, 0)
    # Prefill copies one layer's experts over at a time: the device needs room for the largest.
    copied = max(weights.expert_bytes[i] for i in moved) // 3
    uses = [replace(use, compute_buffer_bytes=use.compute_buffer_bytes + copied) for use in uses]
    base = _host_use(host, found)
    gone = sum(weights.expert_bytes[i] for i in moved)
    host_use = replace(base, weights_bytes=base.weights_bytes + gone, expert_layers=len(moved))
    if not _accepted(uses, host_use):
        return None
    read = sum(weights.expert_bytes[i] * weights.active_share[i] for i in moved)
    return Placement(
        "fits-offloaded", (*uses, host_use), host_experts_layers=len(moved), host_read_bytes=round(read),
        flags=f"-ngl 99 --n-cpu-moe {max(moved) + 1}",
    )  # fmt: skip


def _with_layers_on_host(pools: tuple[Pool, ...], host: Pool, found: Load, first: int) -> Placement | None:
    weights = found.weights
    uses = _balanced(pools, found, weights.layer_bytes, first)
    base = _host_use(host, found)
    host_use = replace(
        base, weights_bytes=base.weights_bytes + sum(weights.layer_bytes[:first]),
        kv_cache_bytes=sum(found.layer_kv_bytes[:first]), state_bytes=sum(found.layer_state_bytes[:first]),
        first_layer=0, last_layer=first - 1,
    )  # fmt: skip
    if not _accepted(uses, host_use):
        return None
    read = sum(weights.layer_bytes[i] - weights.expert_bytes[i] * (1 - weights.active_share[i]) for i in range(first))
    return Placement(
        "fits-offloaded", (*uses, host_use), host_layers=first, host_read_bytes=round(read),
        flags=f"-ngl {len(weights.layer_bytes) - first + 1}",
    )  # fmt: skip


def place_in_parallel(pools: tuple[Pool, ...], found: Load) -> Placement:
    """Every layer divided over equal devices: each holds its share of weights and cache."""
    count = len(pools)
    whole = _together(pools[0], found)
    uses = tuple(
        replace(
            whole,
            pool=pool,
            weights_bytes=-(-whole.weights_bytes // count),
            kv_cache_bytes=-(-whole.kv_cache_bytes // count),
            state_bytes=-(-whole.state_bytes // count),
        )
        for pool in pools
    )
    short = max(use.short_bytes for use in uses)
    return Placement("does-not-fit" if short else "fits", uses, short * count)
