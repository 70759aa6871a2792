"""Bytes of the KV cache and of recurrent state, by the accounting of each runtime."""

from dataclasses import dataclass, replace
from typing import Any

from advisor.catalog.schema.model import Block, Model
from advisor.estimate.arrays import ceil_to, lesser
from advisor.estimate.ollama_cache import in_own_engine, own_cells

CELL_PADDING = 256
STATE_BYTES = 4
"""llama.cpp keeps convolution and recurrent state in F32."""

TYPE_BYTES = {
    "f32": 4.0, "f16": 2.0, "bf16": 2.0, "q8_0": 34 / 32, "q5_1": 24 / 32, "q5_0": 22 / 32, "q4_1": 20 / 32, "q4_0": 18 / 32,
    "iq4_nl": 18 / 32, "fp8": 1.0, "int8": 1.0,
}  # fmt: skip
"""Bytes of one cached element: ggml block layouts, and the plain types of the paged runtimes."""
QUANTISED = frozenset({"q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"})
"""Of these, ggml's quantised ones."""


@dataclass(frozen=True, slots=True)
class CacheQuestion:
    """What the server is started for."""

    context_tokens: Any
    """Tokens memory must hold per request; a number or an array."""
    sequences: int = 1
    key_type: str = "f16"
    value_type: str = "f16"
    ubatch: int = 512
    flash_attention: bool = True
    unified: bool = False
    """One cache shared by all sequences instead of a stream each."""
    full_windows: bool = False
    """--swa-full: sliding-window layers keep everything."""


@dataclass(frozen=True, slots=True)
class LayerCache:
    """What one kind of layer caches per token, and its state per sequence, in elements."""

    key_width: int
    value_width: int
    state_elements: int
    window: int | None
    layers: int
    latent: bool = False


def state_elements(block: Block) -> int:
    """Recurrent and convolution state of one layer and one sequence, in elements."""
    total = 0
    if g := block.gated_delta:
        inner = g.value_heads * g.value_width
        total += (g.conv_kernel - 1) * (2 * g.key_heads * g.key_width + inner) + inner * g.key_width
    if m := block.mamba2:
        inner = m.heads * m.head_width
        total += (m.conv_kernel - 1) * (inner + 2 * m.groups * m.state) + inner * m.state
    if n := block.mamba1:
        total += (n.conv_kernel - 1) * n.inner + n.inner * n.state
    if c := block.short_conv:
        total += (c.kernel - 1) * c.width
    if a := block.linear_attention:
        total += a.heads * a.key_width * a.value_width
    return total


def layer_cache(block: Block, layers: int = 1, *, reading: bool = False) -> LayerCache:
    """Cached widths and state of `layers` layers of this kind.

    MLA caches one latent of kv_rank + rope_width as key and nothing as value; an indexer adds its one key. A layer that
    uses an earlier layer's cache stores nothing, but with `reading` counts what it reads.
    """
    key = value = 0
    window, latent = None, False
    if (a := block.attention) and (reading or not a.cached_by_earlier_layer):
        key, value, window = a.kv_heads * a.head_width, a.kv_heads * a.value_head_width, a.window or a.chunk
        key += a.indexer.width if a.indexer else 0
    if m := block.latent_attention:
        key, latent = m.kv_rank + m.rope_width + (m.indexer.width if m.indexer else 0), True
    return LayerCache(key, value, state_elements(block), window, layers, latent)


def layer_caches(model: Model) -> tuple[LayerCache, ...]:
    """One entry a kind of layer, with how many layers are of it."""
    return tuple(layer_cache(model.blocks[name], count) for name, count in model.layer_counts.items())


def cells(layer: LayerCache, q: CacheQuestion) -> Any:
    """Cache cells llama.cpp gives one layer, all streams together: contexts padded to 256, windows to window + ubatch."""
    streams = 1 if q.unified else q.sequences
    full = ceil_to(q.context_tokens * (q.sequences if q.unified else 1), CELL_PADDING)
    if layer.window is None or q.full_windows:
        return full * streams
    reach = layer.window * (q.sequences if q.unified else 1) + q.ubatch
    return ceil_to(lesser(full, reach), CELL_PADDING) * streams


def _llama_cpp_layer(layer: LayerCache, q: CacheQuestion, widest: int, *, idle: bool = False) -> Any:
    # Without flash attention V is stored transposed, every layer padded to the widest; an idle one too.
    own = q.flash_attention or layer.latent or not (layer.key_width or idle)
    return cells(layer, q) * _row_bytes(layer.key_width, layer.value_width if own else widest, q)


def _ollama_layer(model: Model, block: Block, layer: LayerCache, q: CacheQuestion) -> Any:
    """Ollama's own engine before it ran llama-server: one cache for all slots, MLA's value part stored beside its key."""
    value = block.latent_attention.kv_rank if block.latent_attention else layer.value_width
    return own_cells(model, layer.window, q.context_tokens, q.sequences, q.ubatch) * _row_bytes(
        layer.key_width, value, q
    )


def _row_bytes(key_width: int, value_width: int, q: CacheQuestion) -> float:
    return key_width * TYPE_BYTES[q.key_type] + value_width * TYPE_BYTES[q.value_type]


def layer_kv_bytes(model: Model, rule: str, q: CacheQuestion) -> dict[str, Any]:
    """KV bytes of one layer of each kind, by the accounting `rule` of a runtime.

    `llama.cpp`: exact to 2·10⁻⁴ against its own planner. `ollama-2025`: Ollama before llama-server.
    """
    kinds = {name: layer_cache(model.blocks[name]) for name in set(model.layer_names)}
    if rule == "ollama-2025":
        if in_own_engine(model):
            return {name: _ollama_layer(model, model.blocks[name], kind, q) for name, kind in kinds.items()}
        # llama.cpp, linked in, with one cache for all slots.
        q = replace(q, unified=True)
    widest = max((kind.value_width for kind in kinds.values()), default=0)
    # Without a recurrent state no layer is left out of the cache, not even one that only feeds forward.
    every = not any(kind.state_elements for kind in kinds.values())
    idle = {
        name for name in kinds if every and not (model.blocks[name].attention or model.blocks[name].latent_attention)
    }
    return {name: _llama_cpp_layer(kind, q, widest, idle=name in idle) for name, kind in kinds.items()}


@dataclass(frozen=True, slots=True)
class Cache:
    """Bytes a server keeps for its sequences."""

    kv_bytes: Any
    state_bytes: int


def cache_bytes(model: Model, rule: str, q: CacheQuestion) -> Cache:
    """KV cache and recurrent state of `model` for the question, all layers together; `rule` as in `layer_kv_bytes`."""
    each, total = layer_kv_bytes(model, rule, q), 0
    state = sum(layer.state_elements * layer.layers for layer in layer_caches(model)) * STATE_BYTES * q.sequences
    for name, count in model.layer_counts.items():
        total = total + each[name] * count
    return Cache(total, state)


def read_bytes(model: Model, depth: Any, key_type: str, value_type: str) -> Any:
    """KV and state bytes one sequence reads for one token with `depth` tokens before it.

    Full layers read everything before them, windows at most their length, an indexed layer its top-k and every index
    key; recurrent layers read and write their constant state.
    """
    total: Any = 0
    for name, count in model.layer_counts.items():
        total = total + count * layer_read_bytes(model.blocks[name], depth, key_type, value_type)
    return total


def layer_read_bytes(block: Block, depth: Any, key_type: str, value_type: str) -> Any:
    """What one layer of this kind reads of that."""
    layer = layer_cache(block, reading=True)
    seen = depth if layer.window is None else lesser(depth, layer.window)
    indexer = (block.latent_attention.indexer if block.latent_attention else None) or (
        block.attention.indexer if block.attention else None
    )
    row = layer.key_width * TYPE_BYTES[key_type] + layer.value_width * TYPE_BYTES[value_type]
    state = 2 * layer.state_elements * STATE_BYTES
    if indexer:
        keys = indexer.width * TYPE_BYTES[key_type]
        return seen * keys + lesser(seen, indexer.top_k) * (row - keys) + state
    return seen * row + state
