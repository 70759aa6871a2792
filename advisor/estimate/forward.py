"""Attention as llama.cpp's graph allocator sees it: which intermediates it takes, and when it frees them.

Read from llama.cpp's model graphs (commit 0c1e57098) and its allocator's own trace; what is computed in place leaves no
mark. Widths come from the architecture alone. A layer whose weights stand on the host is computed on the device all the
same when a batch is large: each matrix is copied over for its one product, and the layer's cache for its attention.
"""

from advisor.catalog.schema.model import Attention
from advisor.estimate.arena import Arena, Span
from advisor.estimate.passes import F32, NOTHING, Arrivals, Pass


def product(arena: Arena, p: Pass, matrix: str, size: int, brings: Arrivals | None = None) -> Span:
    """The result of one matrix product; a matrix on the host is beside it while it is computed.

    Every such copy begins a new part of the graph and `brings` inputs of it.
    """
    if not p.hosted or not (held := p.hosted.get(matrix, 0)):
        return arena.take(size)
    copy = arena.take(held)
    if brings:
        brings.come(arena)
    if p.following and matrix == p.following.matrix:
        p.following.come(arena)
    result = arena.take(size)
    arena.give(copy)
    return result


def normed(arena: Arena, p: Pass) -> Span:
    """The norm before a half of a layer; nothing where norms stand behind it."""
    return arena.take(p.row(p.hidden)) if p.style.normed_before else NOTHING


def output(arena: Arena, p: Pass, matrix: str, mixed: Span) -> Span:
    """The projection back to the model's width."""
    out = product(arena, p, matrix, p.row(p.hidden), brings=p.ending if p.ends_with_output else None)
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
    if p.attends_on_host:
        arena.give(query)
        return arena.take(p.row(a.heads * a.value_head_width))
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


def _fused(arena: Arena, p: Pass, a: Attention, x: Span) -> Span:
    """The query out of one projection for query, key and value."""
    key, value = p.row(a.kv_heads * a.head_width), p.row(a.kv_heads * a.value_head_width)
    together = product(arena, p, "attn_qkv.weight", p.row(a.heads * a.head_width) + key + value, brings=p.turning)
    arena.give(x)
    query = arena.take(p.row(a.heads * a.head_width))
    turned = arena.take(key)
    arena.give(turned, together)
    return query


def _turned(arena: Arena, p: Pass, a: Attention, raw: Span) -> Span:
    """Query or key after norm and positions; both, or either alone, make one new tensor."""
    normed_wide = a.query_key_norm == "full-width"
    if p.style.rotary or a.query_key_norm == "per-head" or (normed_wide and p.rotated_key):
        return replaced(arena, raw)
    return raw


def _separate(arena: Arena, p: Pass, a: Attention, x: Span) -> tuple[Span, Span]:
    """What a gate is still to be read from, and the query; key and value are in the cache by then."""
    query_row, gated = p.row(a.heads * a.head_width), a.gate == "per-channel"
    plain = a.query_key_norm == "none" and not a.qkv_bias and not p.scaled_positions
    raw = product(arena, p, "attn_q.weight", query_row * (2 if gated else 1), brings=p.turning if plain else None)
    early = NOTHING if plain or not p.whole_hosted else _late_turn(arena, p, a)
    query = arena.take(query_row) if gated else _turned(arena, p, a, raw)
    if a.query_key_norm == "per-head" and p.whole_hosted:
        _with_vector(arena, p, a.head_width)
    if p.rotated_key:
        query = replaced(arena, query)
    _cached(arena, p, a, x, early)
    return raw, query


def _late_turn(arena: Arena, p: Pass, a: Attention) -> Span:
    """The step after the query's product where a vector on the host divides the two; returns the matrix that comes along."""
    if a.query_key_norm == "per-head":
        return NOTHING
    if p.scaled_positions:
        if p.turning:
            p.turning.come(arena)
        first = "attn_k.weight" if p.windows else "attn_v.weight"
        return arena.take((p.hosted or {}).get(first, 0))
    _with_vector(arena, p, a.heads * a.head_width)
    return NOTHING


def _with_vector(arena: Arena, p: Pass, width: int) -> None:
    """A vector copied over, and the positions with it."""
    vector = arena.take(F32 * width)
    if p.turning:
        p.turning.come(arena)
    arena.give(vector)


def attention(arena: Arena, p: Pass, a: Attention) -> Span:
    """Grouped-query attention from norm to output projection; the result is one hidden row a token."""
    return output(arena, p, "attn_output.weight", attended(arena, p, a, normed(arena, p)))


def late_output(arena: Arena, p: Pass, a: Attention, mixed: Span) -> Span:
    """What is left of an attention whose norm others read, once they are done: the result turned and projected back."""
    if p.rotated_value:
        mixed = replaced(arena, mixed, p.row(a.heads * a.value_head_width))
    return output(arena, p, "attn_output.weight", mixed)


def attended(arena: Arena, p: Pass, a: Attention, x: Span, *, late: bool = False) -> Span:
    """Attention over a norm up to but without its output projection.

    `x` is the norm where nothing else reads it, `late` stands where what follows the attention itself comes later.
    """
    gate_row = p.row(p.gate_width)
    closing_x = NOTHING if gate_row else x
    if a.fused_qkv:
        raw, query = NOTHING, _fused(arena, p, a, closing_x)
    else:
        raw, query = _separate(arena, p, a, closing_x)
    result = _attended(arena, p, a, query)
    arena.give(*p.closing)
    p.ahead.fetch(arena)
    if late:
        arena.give(raw if a.gate == "per-channel" else NOTHING, x if gate_row else NOTHING)
        return result
    if p.rotated_value:
        result = replaced(arena, result, p.row(a.heads * a.value_head_width))
    if gate_row:
        return _late_gate(arena, gate_row, result, x)
    if a.gate == "per-channel":
        gate = arena.take(p.row(a.heads * a.head_width))
        arena.give(raw, result)
        return gate
    return result


def _late_gate(arena: Arena, row: int, result: Span, x: Span) -> Span:
    """A gate projected after attention: as wide as the result it takes its place, one value a head scales a copy."""
    gate = arena.take(row)
    arena.give(x)
    if gate[1] == result[1]:
        arena.give(result)
        return gate
    scaled = arena.take(result[1])
    arena.give(result, gate)
    return scaled


def _value(arena: Arena, p: Pass, a: Attention, early: Span = NOTHING) -> Span:
    size = p.row(a.kv_heads * a.value_head_width)
    value = (
        _after_copy(arena, size, early, p.valuing) if early[1] else product(arena, p, "attn_v.weight", size, p.valuing)
    )
    return replaced(arena, value) if p.rotated_value else value


def _key(arena: Arena, p: Pass, a: Attention, early: Span = NOTHING) -> Span:
    size = p.row(a.kv_heads * a.head_width)
    return _after_copy(arena, size, early, None) if early[1] else product(arena, p, "attn_k.weight", size)


def _after_copy(arena: Arena, size: int, early: Span, brings: Arrivals | None) -> Span:
    """A product whose matrix was copied over before."""
    if brings:
        brings.come(arena)
    result = arena.take(size)
    arena.give(early)
    return result


def _cached(arena: Arena, p: Pass, a: Attention, x: Span, early: Span) -> None:
    """Key and value on their way into the cache; two caches are filled key first, one value first."""
    if a.cached_by_earlier_layer:
        arena.give(x)
        return
    if p.windows:
        key = _rotated_key(arena, p, _turned(arena, p, a, _key(arena, p, a, early)))
        value = _value(arena, p, a)
        arena.give(x)
    else:
        value = _value(arena, p, a, early)
        key = _key(arena, p, a)
        arena.give(x)
        key = _rotated_key(arena, p, _turned(arena, p, a, key))
    arena.give(key, value)


def _rotated_key(arena: Arena, p: Pass, key: Span) -> Span:
    return replaced(arena, key) if p.rotated_key else key
