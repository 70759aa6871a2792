"""What mixes tokens in a layer, as llama.cpp's graph allocator sees it: recurrent kinds, convolutions, and any of them by block.

Gated-delta, Mamba-2 and attention follow the allocator's trace; Mamba-1, short convolutions and linear attention follow
their graphs and have not been held against it.
"""

from advisor.catalog.schema.model import Block, GatedDelta, LinearAttention, Mamba1, Mamba2, ShortConv
from advisor.estimate.arena import Arena, Span
from advisor.estimate.forward import F32, Pass, attention, latent_attention, output, product, replaced


def gated_delta(arena: Arena, p: Pass, g: GatedDelta) -> Span:
    """Gated-delta linear attention with its short convolution and its state, which are copied in and out."""
    inner, keys = g.value_heads * g.value_width, g.key_heads * g.key_width
    mixed, state = inner + 2 * keys, F32 * inner * g.key_width * p.sequences
    past = F32 * (g.conv_kernel - 1) * mixed * p.sequences
    x = arena.take(p.row(p.hidden))
    before = arena.take(past)
    projected = product(arena, p, "attn_qkv.weight", p.row(mixed))
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
    gate = product(arena, p, "attn_gate.weight", p.row(inner))
    arena.give(x)
    arena.give(replaced(arena, gate))
    return output(arena, p, "ssm_out.weight", normed)


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
    decay = replaced(arena, arena.take(row))
    return decay, replaced(arena, arena.take(row))


def mamba2(arena: Arena, p: Pass, m: Mamba2) -> Span:
    """A Mamba-2 mixer."""
    inner = m.heads * m.head_width
    mixed, state = inner + 2 * m.groups * m.state, F32 * inner * m.state * p.sequences
    past = F32 * (m.conv_kernel - 1) * mixed * p.sequences
    before = arena.take(past)
    x = arena.take(p.row(p.hidden))
    projected = product(arena, p, "ssm_in.weight", p.row(inner + mixed + m.heads))
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
        result = replaced(arena, result)
    return output(arena, p, "ssm_out.weight", result)


def mamba1(arena: Arena, p: Pass, m: Mamba1) -> Span:
    """A Mamba-1 mixer."""
    past, state = F32 * (m.conv_kernel - 1) * m.inner * p.sequences, F32 * m.inner * m.state * p.sequences
    x = arena.take(p.row(p.hidden))
    projected = product(arena, p, "ssm_in.weight", p.row(2 * m.inner))
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
    return output(arena, p, "ssm_out.weight", result)


def short_conv(arena: Arena, p: Pass, c: ShortConv) -> Span:
    """A gated short convolution."""
    past = F32 * (c.kernel - 1) * c.width * p.sequences
    x = arena.take(p.row(p.hidden))
    projected = product(arena, p, "shortconv.in_proj.weight", p.row(3 * c.width))
    arena.give(x)
    gated = arena.take(p.row(c.width))
    conv_input = arena.take(p.row(c.width) + past)
    arena.give(gated)
    convolved = arena.take(p.row(c.width))
    arena.give(conv_input)
    result = arena.take(p.row(c.width))
    arena.give(projected, convolved)
    return output(arena, p, "shortconv.out_proj.weight", result)


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


def mixer(arena: Arena, p: Pass, block: Block) -> Span | None:
    """What `block` mixes tokens with, all kinds it has; None for a layer that is feed-forward alone."""
    found = []
    if block.attention:
        found.append(attention(arena, p, block.attention))
    if block.latent_attention:
        found.append(latent_attention(arena, p, block.latent_attention))
    if block.gated_delta:
        found.append(gated_delta(arena, p, block.gated_delta))
    if block.mamba2:
        found.append(mamba2(arena, p, block.mamba2))
    if block.mamba1:
        found.append(mamba1(arena, p, block.mamba1))
    if block.short_conv:
        found.append(short_conv(arena, p, block.short_conv))
    if block.linear_attention:
        found.append(linear_attention(arena, p, block.linear_attention))
    arena.give(*found[1:])
    return found[0] if found else None
