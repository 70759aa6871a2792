"""Attention as llama.cpp's graph allocator sees it: which intermediates it takes, and when it frees them.

Read from llama.cpp's model graphs (commit 0c1e57098) and its allocator's own trace; what is computed in place leaves no
mark. Widths come from the architecture alone. A layer whose weights stand on the host is computed on the device all the
same when a batch is large: each matrix is copied over for its one product, and the layer's cache for its attention.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from advisor.catalog.schema.model import Attention, LatentAttention
from advisor.estimate.arena import Arena, Span
from advisor.estimate.kv_cache import TYPE_BYTES

F32, F16 = 4, 2
EXPERTS = "_exps"
"""In the name of every matrix of routed experts."""
QUANTISED_TYPES = frozenset({"q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"})


@dataclass(slots=True)
class Arrivals:
    """Graph inputs that reach the device only with the first part of a divided graph that reads them."""

    sizes: list[int]
    spans: list[Span]

    def come(self, arena: Arena) -> None:
        """Take their places now."""
        self.spans += [arena.take(size) for size in self.sizes]
        self.sizes = []


@dataclass(frozen=True, slots=True)
class Pass:
    """What one micro-batch computes, as far as the sizes of its intermediates depend on it."""

    tokens: int
    sequences: int
    hidden: int
    flash_attention: bool
    key_type: str
    value_type: str
    cells: int
    """Cells of one stream that a full layer attends over, and a windowed one."""
    windowed_cells: int
    streams: int
    closing: tuple[Span, ...] = ()
    """Graph inputs nothing after this layer's attention reads."""
    hosted: Mapping[str, int] | None = None
    """Bytes of the layer's matrices, by name, where its experts stand on the host."""
    whole_hosted: bool = False
    """Not only the experts: every matrix, and the cache."""
    arriving: Arrivals | None = None

    @property
    def rotated_key(self) -> bool:
        """A quantised cache is rotated on its way in, query and result likewise."""
        return self.key_type in QUANTISED_TYPES

    @property
    def rotated_value(self) -> bool:
        """The same of the value."""
        return self.value_type in QUANTISED_TYPES

    def row(self, width: int) -> int:
        """Bytes of one F32 value row of `width` for every token."""
        return F32 * width * self.tokens

    def staged(self, cells: int, width: int, kind: str) -> int:
        """Bytes of the F16 copy flash attention makes of a layer's keys or values kept in another type."""
        return 0 if kind == "f16" or not self.flash_attention else F16 * cells * self.streams * width

    def cached(self, cells: int, width: int, kind: str) -> int:
        """Bytes of a layer's keys or values."""
        return ceil(TYPE_BYTES[kind] * cells * self.streams * width)


def product(arena: Arena, p: Pass, matrix: str, size: int, *, last: bool = False) -> Span:
    """The result of one matrix product; a matrix on the host is beside it while it is computed.

    The last such copy of a layer begins the part of the graph that goes on into the next layer's attention.
    """
    if not p.hosted or not (p.whole_hosted or EXPERTS in matrix) or not (held := p.hosted.get(matrix, 0)):
        return arena.take(size)
    copy = arena.take(held)
    if p.arriving and last:
        p.arriving.come(arena)
    result = arena.take(size)
    arena.give(copy)
    return result


def output(arena: Arena, p: Pass, matrix: str, mixed: Span) -> Span:
    """The projection back to the model's width."""
    out = product(arena, p, matrix, p.row(p.hidden))
    arena.give(mixed)
    return out


def replaced(arena: Arena, old: Span, size: int | None = None) -> Span:
    """A tensor computed from `old`, which is then free; of the same size unless stated."""
    new = arena.take(old[1] if size is None else size)
    arena.give(old)
    return new


def _attended(arena: Arena, p: Pass, a: Attention, query: Span) -> Span:
    """The attention itself: fused with its staging copies, or score by score."""
    cells = p.windowed_cells if a.window or a.chunk else p.cells
    keys, values = a.kv_heads * a.head_width, a.kv_heads * a.value_head_width
    copies: tuple[Span, ...] = ()
    if p.whole_hosted:
        copies = arena.take(p.cached(cells, keys, p.key_type)), arena.take(p.cached(cells, values, p.value_type))
        if p.arriving:
            p.arriving.come(arena)
    out = p.row(a.heads * a.value_head_width)
    if p.flash_attention:
        result = arena.take(out + p.staged(cells, keys, p.key_type) + p.staged(cells, values, p.value_type))
        arena.give(query, *copies)
        return result
    scores = arena.take(F32 * a.heads * cells * p.tokens)
    arena.give(query)
    result = arena.take(out)
    arena.give(scores, *copies)
    return replaced(arena, result)


def _fused(arena: Arena, p: Pass, a: Attention) -> Span:
    """The query out of one projection for query, key and value."""
    key, value = p.row(a.kv_heads * a.head_width), p.row(a.kv_heads * a.value_head_width)
    x = arena.take(p.row(p.hidden))
    together = product(arena, p, "attn_qkv.weight", p.row(a.heads * a.head_width) + key + value)
    arena.give(x)
    query = arena.take(p.row(a.heads * a.head_width))
    turned = arena.take(key)
    arena.give(turned, together)
    return query


def _separate(arena: Arena, p: Pass, a: Attention) -> tuple[Span, Span]:
    """What a gate is still to be read from, and the query; key and value are in the cache by then."""
    x = arena.take(p.row(p.hidden))
    query_row, gated = p.row(a.heads * a.head_width), a.gate == "per-channel"
    raw = product(arena, p, "attn_q.weight", query_row * (2 if gated else 1))
    query = arena.take(query_row)
    if not gated:
        arena.give(raw)
    if p.rotated_key:
        query = replaced(arena, query)
    _cached(arena, p, a, x)
    return raw, query


def attention(arena: Arena, p: Pass, a: Attention) -> Span:
    """Grouped-query attention from norm to output projection; the result is one hidden row a token."""
    query_row, gated = p.row(a.heads * a.head_width), a.gate == "per-channel"
    if a.fused_qkv:
        raw, query = (0, 0), _fused(arena, p, a)
    else:
        raw, query = _separate(arena, p, a)
    result = _attended(arena, p, a, query)
    arena.give(*p.closing)
    if p.rotated_value:
        result = replaced(arena, result, p.row(a.heads * a.value_head_width))
    if gated:
        gate = arena.take(query_row)
        arena.give(raw, result)
        result = gate
    return output(arena, p, "attn_output.weight", result)


def _cached(arena: Arena, p: Pass, a: Attention, x: Span) -> None:
    """Key and value on their way into the cache."""
    if a.cached_by_earlier_layer:
        arena.give(x)
        return
    value = product(arena, p, "attn_v.weight", p.row(a.kv_heads * a.value_head_width))
    if p.rotated_value:
        value = replaced(arena, value)
    key = product(arena, p, "attn_k.weight", p.row(a.kv_heads * a.head_width))
    arena.give(x)
    key = replaced(arena, key)
    if p.rotated_key:
        key = replaced(arena, key)
    arena.give(key, value)


def latent_attention(arena: Arena, p: Pass, a: LatentAttention) -> Span:
    """Multi-head latent attention: the query is carried into the latent space of every head and back."""
    x = arena.take(p.row(p.hidden))
    gate = arena.take(p.row(a.heads * a.value_width)) if a.gate == "per-channel" else None
    whole = _latent_query(arena, p, a)
    absorbed = product(arena, p, "attn_k_b.weight", p.row(a.heads * a.kv_rank))
    turned = arena.take(p.row(a.heads * a.rope_width))
    arena.give(whole)
    query = arena.take(p.row(a.heads * (a.kv_rank + a.rope_width)))
    arena.give(absorbed, turned)
    latent = product(arena, p, "attn_kv_a_mqa.weight", p.row(a.kv_rank + a.rope_width))
    arena.give(x)
    arena.give(replaced(arena, latent))
    result = _latent_attended(arena, p, a, query)
    if gate:
        arena.give(gate)
    return output(arena, p, "attn_output.weight", result)


def _latent_query(arena: Arena, p: Pass, a: LatentAttention) -> Span:
    row = p.row(a.heads * (a.nope_width + a.rope_width))
    if not a.query_rank:
        return product(arena, p, "attn_q.weight", row)
    low = product(arena, p, "attn_q_a.weight", p.row(a.query_rank))
    whole = product(arena, p, "attn_q_b.weight", row)
    arena.give(low)
    return whole


def _latent_attended(arena: Arena, p: Pass, a: LatentAttention, query: Span) -> Span:
    latent, width = p.row(a.heads * a.kv_rank), a.kv_rank + a.rope_width
    copies = (arena.take(p.cached(p.cells, width, p.key_type)),) if p.whole_hosted else ()
    if p.whole_hosted and p.arriving:
        p.arriving.come(arena)
    if p.flash_attention:
        # The value is a view of the key: one staging copy serves both.
        found = arena.take(latent + p.staged(p.cells, width, p.key_type))
        arena.give(query, *copies)
    else:
        turned = arena.take(F16 * p.cells * p.streams * a.kv_rank)
        scores = arena.take(F32 * a.heads * p.cells * p.tokens)
        arena.give(query)
        found = arena.take(latent)
        arena.give(turned, scores, *copies)
    arena.give(*p.closing)
    result = product(arena, p, "attn_v_b.weight", p.row(a.heads * a.value_width))
    arena.give(found)
    return replaced(arena, result)
