"""The feed-forward half of a layer as llama.cpp's graph allocator sees it: dense, experts, shared experts."""

from advisor.catalog.schema.model import Block, Dense, Moe
from advisor.estimate.arena import Arena, Span
from advisor.estimate.forward import normed, product
from advisor.estimate.passes import NOTHING, Pass


def dense(arena: Arena, p: Pass, d: Dense, x: Span | None = None) -> Span:
    """Norm, or the norm `x` shared with attention, projections and activation; the result is one hidden row a token."""
    return _dense(arena, p, d, normed(arena, p) if x is None else x)


def _dense(arena: Arena, p: Pass, d: Dense, x: Span) -> Span:
    wide = p.row(d.width)
    if d.fused:
        both = product(arena, p, "ffn_up.weight", 2 * wide)
        arena.give(x)
        active = arena.take(wide)
        arena.give(both)
    elif d.gated:
        gate = product(arena, p, "ffn_gate.weight", wide)
        up = product(arena, p, "ffn_up.weight", wide)
        arena.give(x)
        active = arena.take(wide)
        arena.give(gate, up)
    else:
        active = product(arena, p, "ffn_up.weight", wide)
        arena.give(x)
    out = product(arena, p, "ffn_down.weight", p.row(p.hidden), brings=p.ending)
    arena.give(active)
    return out


def routed(arena: Arena, p: Pass, m: Moe) -> tuple[Span, Span]:
    """The router: the order of the experts, and the weights of those chosen."""
    scores = arena.take(p.row(m.experts))
    if p.style.input_weighted:
        return _routed_by_score(arena, p, m, scores)
    biased = arena.take(p.row(m.experts)) if m.router_bias else None
    order = arena.take(p.row(m.experts))
    if biased:
        arena.give(biased)
    chosen = arena.take(p.row(m.active))
    arena.give(scores)
    return order, _normalised(arena, p, m, chosen)


def _routed_by_score(arena: Arena, p: Pass, m: Moe, scores: Span) -> tuple[Span, Span]:
    """The router where experts are ordered by score and weighted by its sigmoid."""
    weights, order = arena.take(p.row(m.experts)), arena.take(p.row(m.experts))
    arena.give(scores)
    chosen = arena.take(p.row(m.active))
    arena.give(weights)
    return order, chosen


def _normalised(arena: Arena, p: Pass, m: Moe, chosen: Span) -> Span:
    total = arena.take(p.row(1))
    weights = arena.take(p.row(m.active))
    arena.give(chosen, total)
    return weights


def _experts(arena: Arena, p: Pass, m: Moe, x: Span | None, routing: tuple[Span, Span]) -> Span:
    """The chosen experts of every token and their weighted sum; `x` is their input, None where something later reads it too."""
    order, weights = routing
    inside = m.latent or p.hidden
    if p.style.input_weighted:
        # Every chosen expert has an input of its own; what it gives needs no weight then.
        own = arena.take(p.row(m.active * inside))
        arena.give(weights, x or NOTHING)
        x, weights = own, NOTHING
    wide, rows = p.row(m.active * m.width), p.row(m.active * inside)
    if m.gated:
        if m.fused:
            parts: tuple[Span, ...] = (product(arena, p, "ffn_gate_up_exps.weight", 2 * wide),)
        else:
            parts = (
                product(arena, p, "ffn_gate_exps.weight", wide),
                product(arena, p, "ffn_up_exps.weight", wide),
            )
        if x:
            arena.give(x)
        active = arena.take(wide)
        arena.give(*parts)
    else:
        active = product(arena, p, "ffn_up_exps.weight", wide)
        if x:
            arena.give(x)
    down = product(arena, p, "ffn_down_exps.weight", rows, brings=None if m.bias else p.ending)
    arena.give(active, order)
    if m.bias and p.hosted and p.following:
        p.following.come(arena)
    if m.active == 1:
        out = arena.take(p.row(inside))
        arena.give(down, weights)
        return out
    # The fused sum reads the unweighted rows too, so they live until it is done.
    weighted = arena.take(rows)
    out = arena.take(p.row(inside))
    arena.give(weighted, down, weights)
    return out


def _latent(arena: Arena, p: Pass, m: Moe, x: Span) -> Span:
    """Experts that work in a narrower width than the model's: down, through them, and up again."""
    routing = routed(arena, p, m)
    assert m.latent
    narrow = arena.take(p.row(m.latent))
    found = _experts(arena, p, m, narrow, routing)
    out = arena.take(p.row(p.hidden))
    arena.give(found)
    if not m.shared_width:
        arena.give(x)
    return out


def experts(arena: Arena, p: Pass, m: Moe, x: Span | None = None) -> Span:
    """Norm, or the norm `x` shared with attention, router, routed and shared experts; the result is one hidden row a token."""
    x = normed(arena, p) if x is None else x
    shared = bool(m.shared_width)
    own = None if shared else x
    out = _latent(arena, p, m, x) if m.latent else _experts(arena, p, m, own, routed(arena, p, m))
    p.ahead.fetch(arena, after_experts=True)
    return with_shared(arena, p, m, x, out) if shared else out


def with_shared(arena: Arena, p: Pass, m: Moe, x: Span, out: Span) -> Span:
    """The shared expert beside the routed ones, added in place; a learned gate reads the input once more."""
    wide = p.row(m.shared_width)
    if m.gated:
        gate = product(arena, p, "ffn_gate_shexp.weight", wide)
        up = product(arena, p, "ffn_up_shexp.weight", wide)
        if not m.shared_gate:
            arena.give(x)
        active = arena.take(wide)
        arena.give(gate, up)
    else:
        active = product(arena, p, "ffn_up_shexp.weight", wide)
        if not m.shared_gate:
            arena.give(x)
    found = product(arena, p, "ffn_down_shexp.weight", p.row(p.hidden))
    arena.give(active)
    if m.shared_gate:
        arena.give(x)
    arena.give(found)
    return out


def beside(arena: Arena, p: Pass, m: Moe, d: Dense) -> Span:
    """Experts and a dense part side by side, each with its own norm (Gemma 4)."""
    norm = arena.take(p.row(p.hidden))
    scores = arena.take(p.row(m.experts))
    arena.give(norm)
    order = arena.take(p.row(m.experts))
    chosen = arena.take(p.row(m.active))
    arena.give(scores)
    weights = _normalised(arena, p, m, chosen)
    x = arena.take(p.row(p.hidden))
    chosen_out = _experts(arena, p, m, x, (order, weights))
    out = dense(arena, p, d)
    arena.give(chosen_out)
    return out


def feed_forward(arena: Arena, p: Pass, block: Block, x: Span | None = None) -> Span | None:
    """The feed-forward half of `block`, of the norm `x` where attention shares it; None for a layer without one."""
    if block.moe and block.dense:
        return beside(arena, p, block.moe, block.dense)
    if block.moe:
        return experts(arena, p, block.moe, x)
    return dense(arena, p, block.dense, x) if block.dense else None
