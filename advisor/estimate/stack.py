"""A stretch of layers laid out in ggml's allocator, graph inputs first: how high the compute buffer of its device grows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from advisor.catalog.schema.model import Block, Model
from advisor.estimate.arena import Arena, Span
from advisor.estimate.feedforward import feed_forward
from advisor.estimate.forward import EXPERTS, F16, F32, Arrivals, Pass
from advisor.estimate.kv_cache import layer_cache
from advisor.estimate.mixers import mixer

INDEX = 8
SMALLEST_ROTATION = 64
ROTARY_SECTIONS = 4
FIXED: Span = (-1, 0)
"""A residual stream that is a graph input kept for good: nothing to free, nothing to add in place of."""
ROWS_CHOSEN_LAST = frozenset(
    {"bailingmoe3", "cohere2moe", "gemma4", "gpt-oss", "hy-v3", "nemotron_h", "nemotron_h_moe", "qwen35", "qwen35moe", "qwen3next", "step35"}
)  # fmt: skip
"""Architectures whose graph picks the tokens with logits after the final norm, not before the last feed-forward."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Layers one device computes: first up to but not including `last`."""

    first: int
    last: int
    copies: int = 1
    """Copies of every graph input."""
    hosted: tuple[Mapping[str, int], ...] = ()
    """Matrices of the layers from the first on that leave something on the host, by name."""
    whole: int = 0
    """Of these the first that stand there altogether, with their caches; the others leave their experts only."""

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for stretches that plan alike."""
        ids = [id(layer) for layer in self.hosted]
        sizes = {id(layer): tuple(layer.values()) for layer in dict(zip(ids, self.hosted, strict=True)).values()}
        order = {known: index for index, known in enumerate(sizes)}
        return (self.first, self.last, self.copies, self.whole, tuple(order[i] for i in ids), tuple(sizes.values()))


@dataclass(frozen=True, slots=True)
class Kind:
    """What the graph needs to know of one kind of layer."""

    block: Block
    windowed: bool | None
    """Which cache its attention reads; None for a layer without attention."""
    recurrent: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A model's stack, walked once."""

    layers: tuple[str, ...]
    kinds: Mapping[str, Kind]
    has_full: bool
    window: int | None
    positions: int


_SHAPES: dict[str, tuple[Model, Shape]] = {}


def _kind(block: Block) -> Kind:
    windowed = None
    if block.attention:
        windowed = bool(block.attention.window or block.attention.chunk)
    elif block.latent_attention:
        windowed = False
    return Kind(block, windowed, layer_cache(block).state_elements > 0)


def shape(model: Model) -> Shape:
    """The stack of `model`; the same object for the same model."""
    known = _SHAPES.get(model.id)
    if known and known[0] is model:
        return known[1]
    names = model.layer_names
    kinds = {name: _kind(model.blocks[name]) for name in dict.fromkeys(names)}
    caches = [layer_cache(kind.block) for kind in kinds.values()]
    sectioned = any(k.block.gated_delta and k.block.gated_delta.projections == "split-ba" for k in kinds.values())
    found = Shape(
        layers=tuple(names), kinds=kinds, has_full=any(c.key_width and c.window is None for c in caches),
        window=max((c.window for c in caches if c.window is not None), default=None),
        positions=ROTARY_SECTIONS if sectioned else 1,
    )  # fmt: skip
    _SHAPES[model.id] = (model, found)
    return found


@lru_cache(maxsize=64)
def _rotation_bytes(width: int) -> int:
    """The rotation a quantised key goes through: the largest power of two from 64 on that divides the head."""
    side = SMALLEST_ROTATION
    while width % (2 * side) == 0:
        side *= 2
    return F32 * side * side if width % side == 0 else 0


def cache_inputs(found: Shape, p: Pass, *, windowed: bool) -> list[int]:
    """Sizes of the inputs of one cache: rotations, where new rows go, and the mask, which comes last."""
    attentions = [k.block.attention for k in found.kinds.values() if k.block.attention]
    of_cache = [a for a in attentions if bool(a.window or a.chunk) == windowed]
    sizes = []
    if of_cache:
        if p.rotated_key:
            sizes.append(_rotation_bytes(max(a.head_width for a in of_cache)))
        if p.rotated_value:
            sizes.append(F32 * SMALLEST_ROTATION**2)
        # Without flash attention values are stored transposed, element by element.
        scattered = 1 if p.flash_attention else max(a.kv_heads * a.value_head_width for a in attentions)
        sizes.append(INDEX * p.tokens * scattered)
    sizes.append(INDEX * p.tokens)
    mask = F16 if p.flash_attention else F32
    return [*sizes, mask * p.tokens * (p.windowed_cells if windowed else p.cells)]


@dataclass(slots=True)
class _Planned:
    """A forward pass over one stretch of layers as it is being laid out."""

    arena: Arena
    p: Pass
    found: Shape
    stretch: Stretch
    outputs: int
    caches: dict[bool, list[Span]]
    arrivals: dict[int, Arrivals]
    """Inputs that come with a layer instead of first."""
    positions: Span
    state: Span
    rows: Span
    last_use: dict[bool, int]
    last_recurrent: int

    def closing(self, layer: int) -> tuple[Span, ...]:
        """Inputs the attention of this layer is the last to read."""
        if self.stretch.copies > 1:
            return ()
        spans = [span for kind, last in self.last_use.items() if last == layer for span in self.caches[kind]]
        return (*spans, self.positions) if spans and layer == max(self.last_use.values()) else tuple(spans)


def _begin(found: Shape, p: Pass, stretch: Stretch, outputs: int) -> tuple[_Planned, Span]:
    """Inputs in the order the graph meets them; returns the plan and the residual stream that comes in."""
    arena, copies = Arena(), stretch.copies
    layers = range(stretch.first, stretch.last)
    kinds = [found.kinds[found.layers[i]] for i in layers]
    residual = arena.take(p.row(p.hidden) * copies)
    positions = arena.take(F32 * p.tokens * found.positions * copies)
    last_use = {kind.windowed: i for i, kind in zip(layers, kinds, strict=True) if kind.windowed is not None}
    last_recurrent = max((i for i, kind in zip(layers, kinds, strict=True) if kind.recurrent), default=-1)
    state = arena.take(F32 * p.sequences * copies) if last_recurrent >= 0 else FIXED
    order = dict.fromkeys(kind.windowed for kind in kinds if kind.windowed is not None)
    caches: dict[bool, list[Span]] = {windowed: [] for windowed in order}
    arrivals: dict[int, Arrivals] = {}
    for windowed, spans in caches.items():
        sizes = [size * copies for size in cache_inputs(found, p, windowed=windowed)]
        at = _arrival(stretch, stretch.first + [kind.windowed for kind in kinds].index(windowed))
        if at is None:
            spans += [arena.take(size) for size in sizes]
        elif at in arrivals:
            arrivals[at].sizes += sizes
        else:
            arrivals[at] = Arrivals(sizes, spans)
    if copies > 1:
        residual = FIXED
        if stretch.first:
            # Both the stream and its norm are handed over from the device before.
            arena.take(p.row(p.hidden) * copies)
    rows = arena.take(F32 * outputs * copies)
    plan = _Planned(
        arena, p, found, stretch, outputs, caches, arrivals, positions, state, rows, last_use, last_recurrent
    )
    return plan, residual


def _arrival(stretch: Stretch, first_use: int) -> int | None:
    """Layer with which the inputs of a cache first read in layer `first_use` come; None = before everything."""
    if first_use - stretch.first < stretch.whole:
        return first_use
    before = range(min(first_use - stretch.first, len(stretch.hosted)) - 1, -1, -1)
    return next((stretch.first + at for at in before if any(EXPERTS in name for name in stretch.hosted[at])), None)


def _added(arena: Arena, p: Pass, kind: Kind, mixed: Span, residual: Span) -> Span:
    """The residual stream after the mixer, added in place of one of the two."""
    if not kind.block.gated_delta:
        arena.give(residual)
        return mixed
    # The result of a gated-delta layer is a reshaped view, which cannot be added into.
    kept = residual if residual is not FIXED else arena.take(p.row(p.hidden))
    arena.give(mixed)
    return kept


def _layer(plan: _Planned, index: int, residual: Span, *, choosing: bool) -> Span:
    """One layer; with `choosing` only the tokens with logits go on to its feed-forward half."""
    arena, p = plan.arena, _pass_of(plan, index)
    kind = plan.found.kinds[plan.found.layers[index]]
    mixed = mixer(arena, p, kind.block)
    if index == plan.last_recurrent and plan.stretch.copies == 1:
        arena.give(plan.state)
    if mixed is not None:
        if choosing:
            chosen = arena.take(F32 * p.hidden * plan.outputs)
            arena.give(mixed)
            before = arena.take(chosen[1])
            arena.give(residual, plan.rows, before)
            p, residual = replace(p, tokens=plan.outputs), chosen
        else:
            residual = _added(arena, p, kind, mixed, residual)
    out = feed_forward(arena, p, kind.block)
    if out is None:
        return residual
    arena.give(residual)
    return out


def _pass_of(plan: _Planned, index: int) -> Pass:
    """The pass as this layer sees it: what is on the host, and which inputs nothing after it reads."""
    closing = plan.closing(index)
    at, stretch = index - plan.stretch.first, plan.stretch
    hosted = stretch.hosted[at] if at < len(stretch.hosted) else None
    if not closing and not hosted and at >= stretch.whole:
        return plan.p
    arriving = plan.arrivals.get(index)
    return replace(plan.p, closing=closing, hosted=hosted, whole_hosted=at < stretch.whole, arriving=arriving)


def _through(plan: _Planned, residual: Span, *, early: bool) -> Span:
    """Every layer of the stretch. A kind of layer met again at the same residual leaves the arena as it did before."""
    arena, stretch, layers = plan.arena, plan.stretch, plan.found.layers
    special = {*plan.last_use.values(), plan.last_recurrent} if stretch.copies == 1 else set()
    special |= {len(layers) - 1, *plan.arrivals}
    met: dict[tuple[Any, ...], tuple[Span, list[int], list[int]]] = {}
    at = 0
    for index in range(stretch.first, stretch.last):
        held = (id(stretch.hosted[at]), at < stretch.whole) if at < len(stretch.hosted) else None
        at += 1
        if index in special:
            residual = _layer(plan, index, residual, choosing=early and index == len(layers) - 1)
            met.clear()
            continue
        key = (layers[index], residual[0], held)
        if key in met:
            residual, starts, sizes = met[key]
            arena.starts, arena.sizes = starts.copy(), sizes.copy()
            continue
        residual = _layer(plan, index, residual, choosing=False)
        met[key] = residual, arena.starts.copy(), arena.sizes.copy()
    return residual


def planned_bytes(model: Model, p: Pass, outputs: int, stretch: Stretch) -> int:
    """Bytes of the compute buffer of the device that computes `stretch`."""
    found = shape(model)
    plan, residual = _begin(found, p, stretch, outputs)
    count = len(found.layers)
    final = found.kinds[found.layers[-1]].block
    halves = any((final.attention, final.latent_attention, final.gated_delta, final.mamba2)) and (
        final.moe or final.dense
    )
    early = bool(halves) and model.gguf_architecture not in ROWS_CHOSEN_LAST
    _through(plan, residual, early=early)
    if stretch.last == count:
        if not early:
            plan.arena.take(F32 * p.hidden * outputs)
            if stretch.copies == 1:
                plan.arena.give(plan.rows)
        plan.arena.take(F32 * (model.vocabulary or 0) * outputs)
    else:
        plan.arena.take(p.row(p.hidden))
    return plan.arena.peak
