"""Placement by runtimes that keep one growing cache a request beside the weights (MLX, ExLlama).

Nothing sourced says what they take beside weights and cache, so nothing is counted for it, and a note says so.
"""

from dataclasses import dataclass

from advisor.catalog.schema.model import Model
from advisor.estimate.arrays import ceil_to, lesser
from advisor.estimate.cannot import CannotRun
from advisor.estimate.case import Case
from advisor.estimate.kv_cache import STATE_BYTES, TYPE_BYTES, LayerCache, layer_cache
from advisor.estimate.note import Note, note
from advisor.estimate.placement import Placement, Pool, PoolUse
from advisor.estimate.weights import Weights

PAGE_TOKENS = 256
"""Tokens the cache grows by at a time, in mlx-lm and ExLlamaV3 alike."""
PROMPT_CHUNK_TOKENS = 2048
"""Prompt tokens of one step: a window holds them beside itself while it reads a prompt."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the cases' layers keep, layer by layer."""

    kv_bytes: tuple[int, ...]
    state_bytes: tuple[int, ...]


def _layer(layer: LayerCache, context_tokens: int, kv_type: str) -> int:
    cells: int = ceil_to(context_tokens, PAGE_TOKENS)
    if layer.window is not None:
        cells = lesser(cells, layer.window + PROMPT_CHUNK_TOKENS - 1)
    return round(cells * (layer.key_width + layer.value_width) * TYPE_BYTES[kv_type])


def held(model: Model, kv_type: str, context_tokens: int, requests: int) -> Held:
    """Cache and recurrent state of so many requests, layer by layer: whole pages, windows with a chunk of prompt in them."""
    kinds = {name: layer_cache(block) for name, block in model.blocks.items()}
    kv = {name: _layer(kind, context_tokens, kv_type) * requests for name, kind in kinds.items()}
    state = {name: kind.state_elements * STATE_BYTES * requests for name, kind in kinds.items()}
    return Held(tuple(kv[name] for name in model.layer_names), tuple(state[name] for name in model.layer_names))


def _filled(pools: tuple[Pool, ...], weights: Weights, found: Held) -> tuple[PoolUse, ...]:
    """Devices filled one after the other with whole layers, the first with the embedding, the last with the head."""
    outside = weights.total_bytes - weights.draft_bytes - sum(weights.layer_bytes)
    first = weights.embedding_bytes + weights.lookup_bytes if len(pools) > 1 else outside
    at, uses = 0, []
    for pool in pools:
        last = pool is pools[-1]
        own = (first if pool is pools[0] else 0) + (outside - first if last else 0)
        room, begin = pool.usable_bytes - own, at
        while at < len(weights.layer_bytes):
            size = weights.layer_bytes[at] + found.kv_bytes[at] + found.state_bytes[at]
            if not last and size > room:
                break
            room, at = room - size, at + 1
        span = slice(begin, at)
        uses.append(
            PoolUse(
                pool, weights_bytes=own + sum(weights.layer_bytes[span]), kv_cache_bytes=sum(found.kv_bytes[span]),
                state_bytes=sum(found.state_bytes[span]), first_layer=begin if at > begin else None,
                last_layer=at - 1 if at > begin else None,
            )
        )  # fmt: skip
    return tuple(uses)


@dataclass(frozen=True, slots=True)
class Contiguous:
    """Where such a runtime puts a case."""

    placement: Placement
    kv_bytes: int
    state_bytes: int
    notes: tuple[Note, ...]


def place_contiguous(case: Case, weights: Weights, pools: tuple[Pool, ...]) -> Contiguous:
    """Everything on the devices, whole layers one device after the other. Raises CannotRun where it does not spread."""
    if len(pools) > 1 and not (case.runtime.splits.layers and weights.layer_bytes):
        message = f"{case.runtime.name} does not spread a model over several devices"
        raise CannotRun(message)
    found = held(case.model, case.kv_type, case.demand.context_tokens, case.demand.concurrency)
    uses = _filled(pools, weights, found)
    short = sum(use.short_bytes for use in uses)
    plan = Placement("does-not-fit" if short else "fits", uses, short)
    words = f"{case.runtime.name}'s own overhead is not counted: no source states it"
    return Contiguous(plan, sum(found.kv_bytes), sum(found.state_bytes), (note(words),))
