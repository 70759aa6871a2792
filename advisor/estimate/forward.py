"""One forward pass of llama.cpp as its graph allocator sees it: which intermediates a layer takes, and when it frees them.

Read from llama.cpp's model graphs (commit 0c1e57098) and its allocator's own trace; operations done in place and tensors
of a few bytes a token leave no mark and are left out. Widths come from the architecture alone.
"""

from dataclasses import dataclass

from advisor.catalog.schema.model import (
    Attention,
    Block,
    Dense,
    GatedDelta,
    LatentAttention,
    LinearAttention,
    Mamba1,
    Mamba2,
    Moe,
    ShortConv,
)
from advisor.estimate.arena import Arena, Span

F32, F16 = 4, 2


@dataclass(frozen=True, slots=True)
class Pass:
    """What one micro-batch computes, as far as the sizes of its intermediates depend on it."""

    tokens: int
    sequences: int
    hidden: int
    flash_attention: bool
    staged_key: bool
    """Flash attention unpacks the key of one layer to F16 first."""
    staged_value: bool
    rotated_key: bool
    """A quantised cache is rotated on its way in, query and result likewise."""
    rotated_value: bool
    cells: int
    """Cells of one stream that a full layer attends over, and a windowed one."""
    windowed_cells: int
    streams: int
    closing: tuple[Span, ...] = ()
    """Graph inputs nothing after this layer's attention reads."""

    def row(self, width: int) -> int:
        """Bytes of one F32 value row of `width` for every token."""
        return F32 * width * self.tokens


def _replaced(arena: Arena, old: Span, size: int | None = None) -> Span:
    """A tensor computed from `old`, which is then free; of the same size unless stated."""
    new = arena.take(old[1] if size is None else size)
    arena.give(old)
    return new


def _attended(arena: Arena, p: Pass, a: Attention, query: Span) -> Span:
    """The attention itself: fused with its staging copies, or score by score."""
    cells = p.windowed_cells if a.window or a.chunk else p.cells
    out = p.row(a.heads * a.value_head_width)
    if p.flash_attention:
        held = cells * p.streams * F16
        key = held * a.kv_heads * a.head_width if p.staged_key else 0
        value = held * a.kv_heads * a.value_head_width if p.staged_value else 0
        result = arena.take(out + key + value)
        arena.give(query)
        return result
    scores = arena.take(F32 * a.heads * cells * p.tokens)
    arena.give(query)
    result = arena.take(out)
    arena.give(scores)
    return _replaced(arena, result)


def attention(arena: Arena, p: Pass, a: Attention) -> Span:
    """Grouped-query attention from norm to output projection; the result is one hidden row a token."""
    x = arena.take(p.row(p.hidden))
    query_row, gated = p.row(a.heads * a.head_width), a.gate == "per-channel"
    raw = arena.take(query_row * (2 if gated else 1))
    query = arena.take(query_row)
    if not gated:
        arena.give(raw)
    if p.rotated_key:
        query = _replaced(arena, query)
    _cached(arena, p, a, x)
    result = _attended(arena, p, a, query)
    arena.give(*p.closing)
    if p.rotated_value:
        result = _replaced(arena, result, p.row(a.heads * a.value_head_width))
    if gated:
        gate = arena.take(query_row)
        arena.give(raw, result)
        result = gate
    out = arena.take(p.row(p.hidden))
    arena.give(result)
    return out


def _cached(arena: Arena, p: Pass, a: Attention, x: Span) -> None:
    """Key and value on their way into the cache."""
    if a.cached_by_earlier_layer:
        arena.give(x)
        return
    value = arena.take(p.row(a.kv_heads * a.value_head_width))
    if p.rotated_value:
        value = _replaced(arena, value)
    key = arena.take(p.row(a.kv_heads * a.head_width))
    arena.give(x)
    key = _replaced(arena, key)
    if p.rotated_key:
        key = _replaced(arena, key)
    arena.give(key, value)


def latent_attention(arena: Arena, p: Pass, a: LatentAttention) -> Span:
    """Multi-head latent attention: the query is carried into the latent space of every head and back."""
    x = arena.take(p.row(p.hidden))
    gate = arena.take(p.row(a.heads * a.value_width)) if a.gate == "per-channel" else None
    low = arena.take(p.row(a.query_rank)) if a.query_rank else None
    whole = arena.take(p.row(a.heads * (a.nope_width + a.rope_width)))
    if low:
        arena.give(low)
    absorbed = arena.take(p.row(a.heads * a.kv_rank))
    turned = arena.take(p.row(a.heads * a.rope_width))
    arena.give(whole)
    query = arena.take(p.row(a.heads * (a.kv_rank + a.rope_width)))
    arena.give(absorbed, turned)
    latent = arena.take(p.row(a.kv_rank + a.rope_width))
    arena.give(x)
    arena.give(_replaced(arena, latent))
    result = _latent_attended(arena, p, a, query)
    if gate:
        arena.give(gate)
    out = arena.take(p.row(p.hidden))
    arena.give(result)
    return out


def _latent_attended(arena: Arena, p: Pass, a: LatentAttention, query: Span) -> Span:
    latent, value = p.row(a.heads * a.kv_rank), p.row(a.heads * a.value_width)
    held = p.cells * p.streams * F16
    if p.flash_attention:
        # The value is a view of the key: one staging copy serves both.
        found = arena.take(latent + (held * (a.kv_rank + a.rope_width) if p.staged_key else 0))
        arena.give(query)
    else:
        turned = arena.take(held * a.kv_rank)
        scores = arena.take(F32 * a.heads * p.cells * p.tokens)
        arena.give(query)
        found = arena.take(latent)
        arena.give(turned, scores)
    arena.give(*p.closing)
    result = arena.take(value)
    arena.give(found)
    return _replaced(arena, result)


def gated_delta(arena: Arena, p: Pass, g: GatedDelta) -> Span:
    """Gated-delta linear attention with its short convolution and its state, which are copied in and out."""
    inner, keys = g.value_heads * g.value_width, g.key_heads * g.key_width
    mixed, state = inner + 2 * keys, F32 * inner * g.key_width * p.sequences
    past = F32 * (g.conv_kernel - 1) * mixed * p.sequences
    x = arena.take(p.row(p.hidden))
    before = arena.take(past)
    projected = arena.take(p.row(mixed))
    conv_input = arena.take(p.row(mixed) + past)
    arena.give(before, projected)
    old = arena.take(state)
    convolved = arena.take(p.row(mixed))
    arena.give(conv_input)
    query, key = _delta_keys(arena, p, g)
    decay = _delta_decay(arena, p, g)
    scanned = arena.take(p.row(inner) + state)
    arena.give(query, key, convolved, *decay, old)
    normed = arena.take(p.row(inner))
    arena.give(scanned)
    gate = arena.take(p.row(inner))
    arena.give(x)
    arena.give(_replaced(arena, gate))
    out = arena.take(p.row(p.hidden))
    arena.give(normed)
    return out


def _delta_keys(arena: Arena, p: Pass, g: GatedDelta) -> tuple[Span, Span]:
    """Normalised query and key; the fused projection repeats them for every value head."""
    found = []
    for _ in range(2):
        span = arena.take(p.row(g.key_heads * g.key_width))
        if g.projections == "fused-ba" and g.key_heads != g.value_heads:
            repeated = arena.take(p.row(g.value_heads * g.key_width))
            arena.give(span)
            span = repeated
        found.append(span)
    return found[0], found[1]


def _delta_decay(arena: Arena, p: Pass, g: GatedDelta) -> tuple[Span, Span]:
    """Decay and write strength, a value a head each."""
    row = p.row(g.value_heads)
    if g.projections == "fused-ba":
        both = arena.take(2 * row)
        decay, strength = arena.take(row), arena.take(row)
        arena.give(both)
        return decay, strength
    decay = _replaced(arena, arena.take(row))
    return decay, _replaced(arena, arena.take(row))


def mamba2(arena: Arena, p: Pass, m: Mamba2) -> Span:
    """A Mamba-2 mixer."""
    inner = m.heads * m.head_width
    mixed, state = inner + 2 * m.groups * m.state, F32 * inner * m.state * p.sequences
    past = F32 * (m.conv_kernel - 1) * mixed * p.sequences
    before = arena.take(past)
    x = arena.take(p.row(p.hidden))
    projected = arena.take(p.row(inner + mixed + m.heads))
    arena.give(x)
    conv_input = arena.take(p.row(mixed) + past)
    arena.give(before)
    convolved = arena.take(p.row(mixed))
    arena.give(conv_input)
    step = arena.take(p.row(m.heads))
    scanned = arena.take(p.row(inner) + state)
    arena.give(step)
    gate = arena.take(p.row(inner))
    arena.give(projected)
    skipped = arena.take(p.row(inner))
    arena.give(convolved, scanned)
    result = arena.take(p.row(inner))
    arena.give(gate, skipped)
    if m.grouped_norm:
        result = _replaced(arena, result)
    out = arena.take(p.row(p.hidden))
    arena.give(result)
    return out


def mamba1(arena: Arena, p: Pass, m: Mamba1) -> Span:
    """A Mamba-1 mixer."""
    past, state = F32 * (m.conv_kernel - 1) * m.inner * p.sequences, F32 * m.inner * m.state * p.sequences
    x = arena.take(p.row(p.hidden))
    projected = arena.take(p.row(2 * m.inner))
    arena.give(x)
    conv_input = arena.take(p.row(m.inner) + past)
    convolved = arena.take(p.row(m.inner))
    arena.give(conv_input)
    parameters = arena.take(p.row(m.dt_rank + 2 * m.state))
    step = arena.take(p.row(m.inner))
    scanned = arena.take(p.row(m.inner) + state)
    arena.give(step, parameters)
    skipped = arena.take(p.row(m.inner))
    arena.give(convolved, scanned)
    result = arena.take(p.row(m.inner))
    arena.give(projected, skipped)
    out = arena.take(p.row(p.hidden))
    arena.give(result)
    return out


def short_conv(arena: Arena, p: Pass, c: ShortConv) -> Span:
    """A gated short convolution."""
    past = F32 * (c.kernel - 1) * c.width * p.sequences
    x = arena.take(p.row(p.hidden))
    projected = arena.take(p.row(3 * c.width))
    arena.give(x)
    gated = arena.take(p.row(c.width))
    conv_input = arena.take(p.row(c.width) + past)
    arena.give(gated)
    convolved = arena.take(p.row(c.width))
    arena.give(conv_input)
    result = arena.take(p.row(c.width))
    arena.give(projected, convolved)
    out = arena.take(p.row(p.hidden))
    arena.give(result)
    return out


def linear_attention(arena: Arena, p: Pass, a: LinearAttention) -> Span:
    """Linear attention with a fixed decay: query, key, value and gate, then the scan with its state."""
    x = arena.take(p.row(p.hidden))
    inner, state = a.heads * a.value_width, F32 * a.heads * a.key_width * a.value_width * p.sequences
    projected = arena.take(p.row(2 * a.heads * a.key_width + inner))
    scanned = arena.take(p.row(inner) + state)
    arena.give(projected)
    gate = arena.take(p.row(inner))
    arena.give(x)
    out = arena.take(p.row(p.hidden))
    arena.give(scanned, gate)
    return out
