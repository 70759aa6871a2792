"""Feed-forward halves one device computes for another: matrices on the host are computed on the first device, whose layer it is not.

llama.cpp hands every product with a matrix in host memory to the first device. For a layer of another device the input comes
over, every matrix is copied beside it, and the result goes back.
"""

from collections.abc import Mapping

from advisor.catalog.schema.model import Block, Dense, Moe
from advisor.estimate.arena import Arena
from advisor.estimate.arrays import ceil_to
from advisor.estimate.passes import F32, Pass

ALIGNMENT = 128


def _experts(arena: Arena, p: Pass, m: Moe, hosted: Mapping[str, int]) -> None:
    inside = m.latent or p.hidden
    wide, rows = p.row(m.active * m.width), p.row(m.active * inside)
    # The chosen experts are a view of all of them in order, row by row.
    view = int(ceil_to(F32 * ((p.tokens - 1) * m.experts + m.active), ALIGNMENT))
    names = ["ffn_gate_up_exps"] if m.fused else ["ffn_gate_exps", "ffn_up_exps"] if m.gated else ["ffn_up_exps"]
    parts, x, order = [], None, None
    for name in names:
        copy = arena.take(hosted.get(f"{name}.weight", 0))
        if x is None:
            x, order = arena.take(p.row(inside)), arena.take(view)
        parts.append(arena.take(2 * wide if m.fused else wide))
        arena.give(copy)
    assert x
    assert order
    arena.give(x)
    if m.gated:
        active = arena.take(wide)
        arena.give(*parts)
    else:
        active = parts[0]
    copy = arena.take(hosted.get("ffn_down_exps.weight", 0))
    weights, residual = arena.take(p.row(m.active)), arena.take(0 if keeps_shared(m, hosted) else p.row(p.hidden))
    down = arena.take(rows)
    arena.give(copy, active, order)
    weighted = arena.take(rows)
    out = arena.take(p.row(inside))
    arena.give(weighted, down, weights, residual, out)


def _dense(arena: Arena, p: Pass, d: Dense, hosted: Mapping[str, int]) -> None:
    wide, parts, x = p.row(d.width), [], None
    for name in ["ffn_gate", "ffn_up"] if d.gated and not d.fused else ["ffn_up"]:
        copy = arena.take(hosted.get(f"{name}.weight", 0))
        x = x or arena.take(p.row(p.hidden))
        parts.append(arena.take(2 * wide if d.fused else wide))
        arena.give(copy)
    assert x
    arena.give(x)
    active = arena.take(wide)
    arena.give(*parts)
    copy = arena.take(hosted.get("ffn_down.weight", 0))
    residual, out = arena.take(p.row(p.hidden)), arena.take(p.row(p.hidden))
    arena.give(copy, active, residual, out)


def lent_bytes(p: Pass, block: Block, hosted: Mapping[str, int]) -> int:
    """Buffer the first device needs to compute the feed-forward half of one layer of another device."""
    arena = Arena()
    if block.moe:
        _experts(arena, p, block.moe, hosted)
    elif block.dense:
        _dense(arena, p, block.dense, hosted)
    return arena.peak


def keeps_shared(m: Moe, hosted: Mapping[str, int]) -> bool:
    """Whether the layer's own device computes a shared expert and so adds up the two: the stream does not leave it."""
    return bool(m.shared_width) and not any("shexp" in name for name in hosted)


def is_lent(hosted: Mapping[str, int]) -> bool:
    """Whether a layer with these matrices on the host has its feed-forward half computed by the first device."""
    return any(name.startswith("ffn_down") for name in hosted)
