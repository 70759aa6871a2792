"""What mixes tokens in a layer, as llama.cpp's graph allocator sees it: recurrent kinds, convolutions, and any of them by block.

All follow the allocator's trace but linear attention with a fixed decay, which llama.cpp does not have.
"""

from advisor.catalog.schema.model import Attention, Block, LinearAttention, Mamba1, Mamba2, ShortConv
from advisor.estimate.arena import Arena, Span
from advisor.estimate.delta import gated_delta, listed_delta
from advisor.estimate.forward import attended, attention, late_output, normed, output, product, replaced
from advisor.estimate.latent import latent_attention
from advisor.estimate.passes import F32, Pass


def past_bytes(p: Pass, block: Block) -> int:
    """Bytes of the tokens a convolution looks back at, of all sequences; 0 for a layer without one, or of another kind."""
    if m := block.mamba2:
        return F32 * (m.conv_kernel - 1) * (m.heads * m.head_width + 2 * m.groups * m.state) * p.sequences
    if n := block.mamba1:
        return F32 * (n.conv_kernel - 1) * n.inner * p.sequences
    if c := block.short_conv:
        return F32 * (c.kernel - 1) * c.width * p.sequences
    return 0


def mamba2(arena: Arena, p: Pass, m: Mamba2, past: int) -> Span:
    """A Mamba-2 mixer; `past` is the size of the tokens its convolution looks back at."""
    return _gated2(arena, p, m, _scanned2(arena, p, m, past))


def _scanned2(arena: Arena, p: Pass, m: Mamba2, past: int) -> tuple[Span, Span, Span]:
    """What the input was projected to, what its convolution gave, and what the scan did."""
    inner = m.heads * m.head_width
    mixed, state = inner + 2 * m.groups * m.state, F32 * inner * m.state * p.sequences
    before = p.ahead.claimed(arena, past)
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
    p.ahead.fetch(arena)
    return projected, convolved, scanned


def _gated2(arena: Arena, p: Pass, m: Mamba2, parts: tuple[Span, Span, Span]) -> Span:
    """The scan with what skipped it, gated, normed and projected back."""
    row, (projected, convolved, scanned) = p.row(m.heads * m.head_width), parts
    gate = arena.take(row)
    arena.give(projected)
    skipped = arena.take(row)
    arena.give(convolved, scanned)
    result = arena.take(row)
    arena.give(gate, skipped)
    if m.grouped_norm:
        result = replaced(arena, result)
    return output(arena, p, "ssm_out.weight", result)


def beside_mamba2(arena: Arena, p: Pass, a: Attention, m: Mamba2, past: int) -> Span:
    """Attention and a Mamba-2 mixer over the same stream (Falcon-H1): attention is projected back once the scan is done."""
    mixed = attended(arena, p, a, normed(arena, p), late=True)
    parts = _scanned2(arena, p, m, past)
    projected = late_output(arena, p, a, mixed)
    arena.give(_gated2(arena, p, m, parts))
    return projected


def mamba1(arena: Arena, p: Pass, m: Mamba1, past: int) -> Span:
    """A Mamba-1 mixer; `past` is the size of the tokens its convolution looks back at."""
    state, inner = F32 * m.inner * m.state * p.sequences, p.row(m.inner)
    before, x = p.ahead.claimed(arena, past), arena.take(p.row(p.hidden))
    projected = product(arena, p, "ssm_in.weight", 2 * inner)
    arena.give(x)
    conv_input = arena.take(inner + past)
    arena.give(before)
    convolved = arena.take(inner)
    arena.give(conv_input)
    parameters = product(arena, p, "ssm_x.weight", p.row(m.dt_rank + 2 * m.state))
    narrow = arena.take(p.row(m.dt_rank))
    step = product(arena, p, "ssm_dt.weight", inner)
    arena.give(narrow)
    gates = arena.take(p.row(m.state)), arena.take(p.row(m.state))
    arena.give(parameters)
    scanned = arena.take(inner + state)
    arena.give(step, *gates)
    p.ahead.fetch(arena)
    gate = arena.take(inner)
    arena.give(projected, scanned)
    result = arena.take(inner)
    arena.give(gate, convolved)
    return output(arena, p, "ssm_out.weight", result)


def short_conv(arena: Arena, p: Pass, c: ShortConv, past: int) -> Span:
    """A gated short convolution; `past` is the size of the tokens it looks back at."""
    row = p.row(c.width)
    before, x = p.ahead.claimed(arena, past), arena.take(p.row(p.hidden))
    projected = product(arena, p, "shortconv.in_proj.weight", 3 * row)
    arena.give(x)
    gated = arena.take(row)
    conv_input = arena.take(row + past)
    arena.give(before, gated)
    p.ahead.fetch(arena)
    convolved = arena.take(row)
    arena.give(conv_input, projected)
    return output(arena, p, "shortconv.out_proj.weight", convolved)


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
    past = past_bytes(p, block)
    if block.attention and block.mamba2:
        found = [beside_mamba2(arena, p, block.attention, block.mamba2, past)]
    else:
        found = [attention(arena, p, block.attention)] if block.attention else []
        found += [mamba2(arena, p, block.mamba2, past)] if block.mamba2 else []
    if block.latent_attention:
        found.append(latent_attention(arena, p, block.latent_attention))
    if g := block.gated_delta:
        listed = g.projections == "listed"
        found.append(listed_delta(arena, p, g, block.tensors) if listed else gated_delta(arena, p, g))
    if block.mamba1:
        found.append(mamba1(arena, p, block.mamba1, past))
    if block.short_conv:
        found.append(short_conv(arena, p, block.short_conv, past))
    if block.linear_attention:
        found.append(linear_attention(arena, p, block.linear_attention))
    arena.give(*found[1:])
    return found[0] if found else None
