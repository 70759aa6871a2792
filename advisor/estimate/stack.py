"""A stretch of layers laid out in ggml's allocator, graph inputs first: how high the compute buffer of its device grows."""

from dataclasses import replace
from typing import Any

from advisor.catalog.schema.model import Model
from advisor.estimate import alternating
from advisor.estimate.arena import Arena, Span
from advisor.estimate.feedforward import feed_forward, routed, with_shared
from advisor.estimate.forward import attended, late_output, normed, product
from advisor.estimate.graph_inputs import FIXED, Planned, attends_on_host, begin, state_called_in
from advisor.estimate.graph_styles import MEAN_CENTRED, ROWS_CHOSEN_LAST
from advisor.estimate.lent import is_lent, keeps_shared
from advisor.estimate.mixers import mixer, past_bytes
from advisor.estimate.passes import F32, NOTHING, Pass, Picks
from advisor.estimate.stack_shape import Kind, Shape, shape
from advisor.estimate.stretch import Stretch


def _added(arena: Arena, p: Pass, kind: Kind, mixed: Span, residual: Span) -> Span:
    """The residual stream after the mixer, added in place of one of the two."""
    viewed = kind.block.gated_delta and kind.block.gated_delta.projections != "listed"
    if not viewed and (residual is FIXED or not kind.style.mixed_to_residual):
        arena.give(residual)
        return mixed
    # The result of a gated-delta layer is a reshaped view, which cannot be added into.
    kept = residual if residual is not FIXED else arena.take(p.row(p.hidden))
    arena.give(mixed)
    return kept


def _layer(plan: Planned, index: int, residual: Span, *, choosing: bool) -> Span:
    """One layer; with `choosing` only the tokens with logits go on to its feed-forward half."""
    arena, p = plan.arena, _pass_of(plan, index)
    kind = plan.found.kinds[plan.found.layers[index]]
    if kind.parallel:
        return _side_by_side(plan, p, kind, residual, choosing=choosing)
    _look_ahead(plan, index, residual, choosing=choosing)
    mixed = mixer(arena, p, kind.block)
    if index == plan.last_recurrent and plan.stretch.copies == 1:
        arena.give(plan.state)
    if mixed is not None:
        if choosing:
            p, residual = replace(p, tokens=plan.outputs), _chosen(plan, mixed, residual)
        elif index == 0 and plan.found.table_width:
            residual = mixed
        else:
            residual = _added(arena, p, kind, mixed, residual)
    if plan.stretch.lends and p.hosted and is_lent(p.hosted):
        return _lent(arena, p, kind, residual)
    out = feed_forward(arena, p, kind.block)
    if out is None:
        return residual
    if kind.style.computed_to_residual and residual is not FIXED:
        residual, out = out, residual
    _give_stream(plan, residual)
    if plan.found.table_width:
        arena.give(_table_part(plan, p, index))
    return out


def _look_ahead(plan: Planned, index: int, residual: Span, *, choosing: bool) -> None:
    """What comes into the arena while this layer is under way: a later layer's state, or the stream of the tokens with logits."""
    found, ahead = plan.found, plan.p.ahead
    kind, later = found.kinds[found.layers[index]], state_called_in(found, index, plan.stretch.last)
    ahead.size, ahead.stream, ahead.after_experts = 0, None, bool(kind.block.moe)
    if later >= 0:
        ahead.size = past_bytes(plan.p, found.kinds[found.layers[later]].block)
    elif choosing and kind.style.mixed_to_residual:
        ahead.size, ahead.stream, ahead.after_experts = F32 * plan.p.hidden * plan.outputs, residual, False


def _chosen(plan: Planned, mixed: Span, residual: Span) -> Span:
    """The stream of the tokens with logits after the last mixer."""
    arena, size = plan.arena, F32 * plan.p.hidden * plan.outputs
    early = plan.p.ahead.chosen
    chosen = arena.take(size)
    arena.give(mixed)
    if early is not None:
        if plan.embedded == residual:
            plan.embedded = NOTHING
        arena.give(plan.rows, chosen)
        return early
    before = arena.take(size)
    _give_stream(plan, residual)
    arena.give(plan.rows, before)
    return chosen


def _give_stream(plan: Planned, residual: Span) -> None:
    """Free the residual stream; where it is the embedded batch itself, nothing may free it again."""
    plan.arena.give(residual)
    if residual == plan.embedded:
        plan.embedded = NOTHING


def _lent(arena: Arena, p: Pass, kind: Kind, residual: Span) -> Span:
    """A feed-forward half the first device computes: only its input and routing are here; stream and norm come back."""
    m = kind.block.moe
    x, routing = normed(arena, p), routed(arena, p, m) if m else ()
    arena.give(*routing)
    if m and keeps_shared(m, p.hosted or {}):
        out = with_shared(arena, p, m, x, arena.take(p.row(p.hidden)))
        arena.give(residual)
        return out
    arena.give(x, residual)
    norm, stream = arena.take(p.row(p.hidden)), arena.take(p.row(p.hidden))
    # The next layer's norm is finished in place.
    arena.give(norm)
    return stream


def _side_by_side(plan: Planned, p: Pass, kind: Kind, residual: Span, *, choosing: bool) -> Span:
    """A layer whose attention and feed-forward read one norm; attention is projected back last."""
    arena, a = plan.arena, kind.block.attention
    assert a
    x = normed(arena, p)
    mixed = attended(arena, p, a, NOTHING, late=True)
    if not choosing:
        out = feed_forward(arena, p, kind.block, x)
        assert out is not None
        arena.give(residual, late_output(arena, p, a, mixed))
        return out
    few = replace(p, tokens=plan.outputs)
    chosen = arena.take(few.row(p.hidden))
    arena.give(x)
    out = feed_forward(arena, few, kind.block, chosen)
    assert out is not None
    before = arena.take(few.row(p.hidden))
    arena.give(residual, before)
    projected = late_output(arena, p, a, mixed)
    after = arena.take(few.row(p.hidden))
    arena.give(projected, plan.rows, after)
    return out


def _alternate(plan: Planned, index: int, streams: alternating.Streams) -> alternating.Streams:
    """One layer of several residual streams."""
    arena, p, count = plan.arena, _pass_of(plan, index), plan.found.streams
    block = plan.found.kinds[plan.found.layers[index]].block
    assert block.attention
    assert block.dense
    predictions = alternating.predicted(arena, p, streams, count)
    out = alternating.computed(arena, p, block.attention, block.dense, block.tensors[alternating.NARROW][1])
    corrected = alternating.corrected(arena, p, predictions, out, count)
    first = arena.take(p.row(p.hidden))
    part = _table_part(plan, p, index, read=first)
    return alternating.joined(arena, p, corrected, part, count)


def _alternating_bytes(model: Model, plan: Planned, residual: Span) -> int:
    """Bytes of the buffer where layers keep several residual streams."""
    arena, p, count, stretch = plan.arena, plan.p, plan.found.streams, plan.stretch
    if stretch.copies > 1 and stretch.last == len(plan.found.layers):
        # The projections into the streams stand with the head.
        arena.take(p.row(p.hidden + plan.found.table_width) * stretch.copies)
    elif stretch.copies > 1 and not stretch.first:
        arena.take(2 * p.row(p.hidden * count) * stretch.copies)
    if stretch.first:
        arena.give(residual)
        handed = [arena.take(p.row(p.hidden * count) * stretch.copies) for _ in range(2)]
        streams = alternating.Streams(*(handed if stretch.copies == 1 else (FIXED, FIXED)))
    else:
        streams = alternating.spread(arena, p, count)
    for index in range(stretch.first, stretch.last):
        streams = _alternate(plan, index, streams)
    if stretch.last == len(plan.found.layers):
        arena.give(streams.turned)
        merged = alternating.merged(arena, p, streams, count)
        chosen = arena.take(F32 * p.hidden * plan.outputs)
        arena.give(merged)
        arena.take(F32 * (model.vocabulary or 0) * plan.outputs)
        arena.give(chosen)
    return arena.peak


def _table_part(plan: Planned, p: Pass, index: int, read: Span = NOTHING) -> Span:
    """A layer's part of the table every layer reads, gated by what is `read`; the first layer mixes the whole table first."""
    arena, whole = plan.arena, p.row(plan.found.table_width)
    gate = product(arena, p, "inp_gate.weight", p.row(plan.found.layer_table_width))
    arena.give(read)
    if index == 0:
        projected = product(arena, p, "per_layer_model_proj.weight", whole)
        if plan.embedded is not FIXED:
            arena.give(plan.embedded)
        mixed = arena.take(whole)
        arena.give(projected, plan.table)
        plan.table = arena.take(whole)
        arena.give(mixed)
    if index == len(plan.found.layers) - 1 and not plan.stretch.first:
        arena.give(plan.table)
    out = product(arena, p, "proj.weight", p.row(p.hidden))
    arena.give(gate)
    return out


def _pass_of(plan: Planned, index: int) -> Pass:
    """The pass as this layer sees it: its style, what is on the host, and which inputs nothing after it reads."""
    name, kind = plan.found.layers[index], plan.found.kinds[plan.found.layers[index]]
    if name not in plan.passes:
        plan.passes[name] = replace(
            plan.p, style=kind.style, gate_width=kind.gate_width, windows=plan.found.window is not None,
            scaled_positions=plan.found.scaled_positions,
        )  # fmt: skip
    p, closing = plan.passes[name], plan.closing(index)
    at, stretch = index - plan.stretch.first, plan.stretch
    hosted = stretch.hosted[at] if at < len(stretch.hosted) else None
    picks = _picks_of(plan, index)
    if not closing and not hosted and not picks and at >= stretch.whole:
        return p
    late = plan.late
    return replace(
        p, closing=closing, hosted=hosted, whole_hosted=at < stretch.whole, picks=picks, turning=late.turning.get(index),
        valuing=late.valuing.get(index), arriving=late.arriving.get(index), following=late.following.get(index), ends_with_output=kind.ends_with_output,
        attends_on_host=attends_on_host(plan.found, stretch, index),
    )  # fmt: skip


def _picks_of(plan: Planned, index: int) -> Picks | None:
    """What this layer reads of what an indexer picked, here or in an earlier layer."""
    if not plan.picked_zeros:
        return None
    names, kinds, after = plan.found.layers, plan.found.kinds, index + 1
    following = kinds[names[after]].block.latent_attention if after < plan.stretch.last else None
    chosen = plan.picks.chosen if plan.picks and plan.picks.kept else NOTHING
    zeros = plan.picked_zeros[index - plan.stretch.first]
    plan.picks = Picks(zeros, chosen, kept=following is not None and following.indexer is None)
    return plan.picks


def _special(plan: Planned) -> set[int]:
    """Layers that leave the arena otherwise than others of their kind: the last to read an input, and the like."""
    stretch = plan.stretch
    special = {*plan.last_use.values(), plan.last_recurrent} if stretch.copies == 1 else set()
    special |= {len(plan.found.layers) - 1} | plan.late.layers
    if plan.picked_zeros:
        special |= set(range(stretch.first, stretch.last))
    return special | ({0} if plan.found.table_width else set())


def _through(plan: Planned, residual: Span, *, early: bool) -> Span:
    """Every layer of the stretch. A kind of layer met again at the same residual leaves the arena as it did before."""
    arena, stretch, layers, ahead = plan.arena, plan.stretch, plan.found.layers, plan.p.ahead
    special = _special(plan)
    met: dict[tuple[Any, ...], tuple[Span, Span | None, list[int], list[int]]] = {}
    at = 0
    for index in range(stretch.first, stretch.last):
        held = (
            (id(stretch.hosted[at]), at < stretch.whole, attends_on_host(plan.found, stretch, index))
            if at < len(stretch.hosted)
            else None
        )
        at += 1
        if index in special:
            residual = _layer(plan, index, residual, choosing=early and index == len(layers) - 1)
            met.clear()
            continue
        key = (layers[index], residual[0], held, ahead.state, state_called_in(plan.found, index, stretch.last) >= 0)
        if key in met:
            residual, ahead.state, starts, sizes = met[key]
            arena.starts, arena.sizes = starts.copy(), sizes.copy()
            continue
        residual = _layer(plan, index, residual, choosing=False)
        met[key] = residual, ahead.state, arena.starts.copy(), arena.sizes.copy()
    return residual


def _chooses_early(model: Model, found: Shape) -> bool:
    """Only the tokens with logits go through the last feed-forward half."""
    final = found.kinds[found.layers[-1]]
    mixes = final.windowed is not None or final.recurrent
    return mixes and bool(final.block.moe or final.block.dense) and model.gguf_architecture not in ROWS_CHOSEN_LAST


def planned_bytes(model: Model, p: Pass, outputs: int, stretch: Stretch) -> int:
    """Bytes of the compute buffer of the device that computes `stretch`."""
    found = shape(model)
    plan, residual = begin(found, p, stretch, outputs)
    if found.streams:
        return _alternating_bytes(model, plan, residual)
    early = _chooses_early(model, found)
    residual = _through(plan, residual, early=early)
    if stretch.last == len(found.layers):
        if model.gguf_architecture in MEAN_CENTRED:
            plan.arena.take(F32 * p.hidden * outputs)
            plan.arena.give(residual)
        if not early:
            plan.arena.take(F32 * p.hidden * outputs)
            if stretch.copies == 1:
                plan.arena.give(plan.rows)
        plan.arena.take(F32 * (model.vocabulary or 0) * outputs)
    else:
        plan.arena.take(p.row(p.hidden))
    return plan.arena.peak
