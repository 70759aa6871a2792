"""A model's stack as llama.cpp's graphs need to know it, and the inputs its caches bring into a graph."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from advisor.catalog.schema.model import Block, Model
from advisor.estimate.alternating import streams_of
from advisor.estimate.graph_styles import SECTIONED_POSITIONS, Style, style
from advisor.estimate.kv_cache import layer_cache
from advisor.estimate.passes import F16, F32, Pass
from advisor.once import Once

INDEX = 8
SMALLEST_ROTATION = 64
ROTARY_SECTIONS = 4
LAYER_TABLE = "per_layer_token_embd.weight"
"""A table with a row a token that every layer reads its own part of (Gemma 3n and 4)."""
POSITION_TABLES = ("rope_freqs.weight", "rope_factors_long.weight")
LATE_GATE = "attn_gate.weight"


@dataclass(frozen=True, slots=True)
class Kind:
    """What the graph needs to know of one kind of layer."""

    block: Block
    windowed: bool | None
    """Which cache its attention reads; None for a layer without attention."""
    recurrent: bool
    ends_with_output: bool
    """No feed-forward half."""
    state_first: bool
    """Its state is fetched before the norm of what comes in."""
    style: Style
    parallel: bool
    """Attention and feed-forward read the same norm, side by side."""
    gate_width: int
    """Width of an attention gate with a projection of its own."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A model's stack, walked once."""

    layers: tuple[str, ...]
    kinds: Mapping[str, Kind]
    has_full: bool
    window: int | None
    positions: int
    index_width: int
    """Width of an index key; 0 where no layer picks what it reads."""
    picks: int
    """Most tokens one token then reads."""
    streams: int
    """Residual streams where there are several; 0 = the one."""
    scaled_positions: bool
    """Rotations are scaled by a table of the model's."""
    table_width: int
    """What one token takes of the table every layer reads a part of; 0 without one."""

    @property
    def layer_table_width(self) -> int:
        """One layer's part of it."""
        return self.table_width // len(self.layers)

    def cache_layer(self, index: int) -> int:
        """The layer whose cache a layer reads: its own, or the last before it that keeps one of the same reach."""
        kind = self.kinds[self.layers[index]]
        if not (kind.block.attention and kind.block.attention.cached_by_earlier_layer):
            return index
        for earlier in range(index - 1, -1, -1):
            found = self.kinds[self.layers[earlier]]
            keeps = found.block.attention and not found.block.attention.cached_by_earlier_layer
            if keeps and found.windowed == kind.windowed:
                return earlier
        return index


_SHAPES = Once["Shape"](4096)


def _gate_width(block: Block) -> int:
    a = block.attention
    if not a:
        return 0
    return a.heads if a.gate == "per-head" else block.tensors.get(LATE_GATE, (0, 0))[1]


def _kind(architecture: str, block: Block) -> Kind:
    windowed = None
    if block.attention:
        windowed = bool(block.attention.window or block.attention.chunk)
    elif block.latent_attention:
        windowed = False
    parallel = bool(block.attention and (block.dense or block.moe) and block.norms == 1)
    return Kind(
        block=block, windowed=windowed, recurrent=layer_cache(block).state_elements > 0, parallel=parallel,
        ends_with_output=not (block.dense or block.moe),
        state_first=bool(block.mamba1 or block.mamba2 or block.short_conv) and not block.attention,
        style=style(architecture, windowed=bool(windowed)), gate_width=_gate_width(block),
    )  # fmt: skip


def shape(model: Model) -> Shape:
    """The stack of `model`; the same object for the same model."""
    return _SHAPES((model,), (), lambda: _shape(model))


def _shape(model: Model) -> Shape:
    names, architecture = model.layer_names, model.gguf_architecture or ""
    kinds = {name: _kind(architecture, model.blocks[name]) for name in dict.fromkeys(names)}
    caches = [layer_cache(kind.block) for kind in kinds.values()]
    indexers = [k.block.latent_attention.indexer for k in kinds.values() if k.block.latent_attention]
    return Shape(
        layers=tuple(names), kinds=kinds, has_full=any(c.key_width and c.window is None for c in caches),
        window=max((c.window for c in caches if c.window is not None), default=None),
        positions=ROTARY_SECTIONS if architecture in SECTIONED_POSITIONS else 1,
        index_width=max((indexer.width for indexer in indexers if indexer), default=0),
        picks=max((indexer.top_k for indexer in indexers if indexer), default=0),
        streams=min((streams_of(kind.block) for kind in kinds.values()), default=0),
        scaled_positions=any(name in model.tensors for name in POSITION_TABLES),
        table_width=model.tensors[LAYER_TABLE][0] if LAYER_TABLE in model.tensors else 0,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _rotation_bytes(width: int) -> int:
    """The rotation a quantised key goes through: the largest power of two from 64 on that divides the head."""
    side = SMALLEST_ROTATION
    while width % (2 * side) == 0:
        side *= 2
    return F32 * side * side if width % side == 0 else 0


@dataclass(frozen=True, slots=True)
class CacheInputs:
    """Sizes of the inputs of one cache."""

    rotations: list[int]
    rows: list[int]
    """Where new rows go."""
    masks: list[int]

    @property
    def sizes(self) -> list[int]:
        """All of them, in the order the graph meets them."""
        return [*self.rotations, *self.rows, *self.masks]


def cache_inputs(found: Shape, p: Pass, *, windowed: bool) -> CacheInputs:
    """Inputs of the cache of windowed layers or of the others."""
    attentions = [k.block.attention for k in found.kinds.values() if k.block.attention]
    of_cache = [a for a in attentions if bool(a.window or a.chunk) == windowed]
    rotations, rows = [], [INDEX * p.tokens]
    if of_cache:
        if p.rotated_key:
            rotations.append(_rotation_bytes(max(a.head_width for a in of_cache)))
        if p.rotated_value:
            rotations.append(F32 * SMALLEST_ROTATION**2)
        # Without flash attention values are stored transposed, element by element.
        scattered = 1 if p.flash_attention else max(a.kv_heads * a.value_head_width for a in attentions)
        rows = [INDEX * p.tokens * scattered, *rows]
    masks = [(F16 if p.flash_attention else F32) * p.tokens * (p.windowed_cells if windowed else p.cells)]
    if found.index_width:
        # Index keys are a cache of their own, with its rotation, its rows and its mask.
        rotations = [_rotation_bytes(found.index_width), *rotations]
        rows, masks = [*rows, INDEX * p.tokens], [F16 * p.tokens * p.cells, *masks]
    return CacheInputs(rotations, rows, masks)
