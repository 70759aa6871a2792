"""Gated-delta linear attention as llama.cpp's graph allocator sees it."""

from collections.abc import Mapping

from advisor.catalog.schema.model import GatedDelta
from advisor.estimate.arena import Arena, Span
from advisor.estimate.forward import output, product, replaced
from advisor.estimate.passes import F32, NOTHING, Pass


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


def listed_delta(arena: Arena, p: Pass, g: GatedDelta, tensors: Mapping[str, tuple[int, ...]]) -> Span:
    """Kimi delta attention: query, key and value each with a convolution of its own, a decay a channel, and an output gate."""
    inner, state = g.value_heads * g.value_width, F32 * g.value_heads * g.value_width * g.key_width * p.sequences
    keys = g.key_heads * g.key_width
    x = arena.take(p.row(p.hidden))
    past = arena.take(F32 * (g.conv_kernel - 1) * (2 * keys + inner) * p.sequences)
    inputs = [_conv_input(arena, p, g, name, width) for name, width in (("q", keys), ("k", keys), ("v", inner))]
    arena.give(past)
    old = arena.take(state)
    query, key = _convolved_key(arena, p, inputs[0], keys), _convolved_key(arena, p, inputs[1], keys)
    convolved = arena.take(p.row(inner))
    arena.give(inputs[2])
    value = replaced(arena, convolved)
    decay = replaced(arena, _low_rank(arena, p, "ssm_f", (inner, _narrow(tensors, "ssm_f"))))
    strength = replaced(arena, product(arena, p, "ssm_beta.weight", p.row(g.value_heads)))
    scanned = arena.take(p.row(inner) + state)
    arena.give(query, key, value, decay, strength, old)
    result = replaced(arena, _unscanned(arena, p, inner, scanned))
    gate = replaced(arena, _low_rank(arena, p, "ssm_g", (inner, _narrow(tensors, "ssm_g")), x))
    arena.give(gate)
    return output(arena, p, "attn_output.weight", replaced(arena, result))


def _unscanned(arena: Arena, p: Pass, inner: int, scanned: Span) -> Span:
    """What the scan gives for the tokens, without the new state behind it."""
    result = arena.take(p.row(inner))
    arena.give(scanned)
    return result


def _conv_input(arena: Arena, p: Pass, g: GatedDelta, name: str, width: int) -> Span:
    """A projection with its past tokens in front."""
    projected = product(arena, p, f"attn_{name}.weight", p.row(width))
    joined = arena.take(p.row(width) + F32 * (g.conv_kernel - 1) * width * p.sequences)
    arena.give(projected)
    return joined


def _convolved_key(arena: Arena, p: Pass, conv_input: Span, width: int) -> Span:
    """Query or key after convolution, activation and norm."""
    convolved = arena.take(p.row(width))
    arena.give(conv_input)
    return replaced(arena, replaced(arena, convolved))


def _narrow(tensors: Mapping[str, tuple[int, ...]], name: str) -> int:
    """The narrow width of a projection in two steps; 0 for one in a single step."""
    return tensors[f"{name}_b.weight"][0] if f"{name}_b.weight" in tensors else 0


def _low_rank(arena: Arena, p: Pass, name: str, widths: tuple[int, int], last_input: Span = NOTHING) -> Span:
    """A projection through a narrow width, or straight where that is 0; `last_input` is read by nothing after it."""
    wide, narrow = widths
    straight = f"{name}.weight"
    first = product(arena, p, straight if straight in (p.hosted or {}) else f"{name}_a.weight", p.row(narrow or wide))
    arena.give(last_input)
    if not narrow:
        return first
    found = product(arena, p, f"{name}_b.weight", p.row(wide))
    arena.give(first)
    return found
