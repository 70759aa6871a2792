"""The inputs of a stretch's graph in ggml's allocator: what is there first, what comes along later, what devices hand each other."""

from dataclasses import dataclass, field, replace

from advisor.catalog.schema.model import Block
from advisor.estimate.arena import Arena, Span
from advisor.estimate.passes import F32, NOTHING, Ahead, Arrivals, Pass, Picks
from advisor.estimate.stack_shape import Shape, cache_inputs
from advisor.estimate.stretch import Stretch, last_on_host

FIXED: Span = (-1, 0)
"""A residual stream that is a graph input kept for good: nothing to free, nothing to add in place of."""


@dataclass(slots=True)
class Late:
    """Inputs that come with a layer instead of first, by layer."""

    turning: dict[int, Arrivals] = field(default_factory=dict)
    """With its query."""
    valuing: dict[int, Arrivals] = field(default_factory=dict)
    """With its value."""
    arriving: dict[int, Arrivals] = field(default_factory=dict)
    """With its attention."""
    following: dict[int, Arrivals] = field(default_factory=dict)
    """With its last matrix."""

    def add(self, when: dict[int, Arrivals], layer: int, sizes: list[int], spans: list[Span], matrix: str = "") -> None:
        """`sizes` come with that layer, with the copy of `matrix` if one is named; they are freed with what came first."""
        held = when.get(layer)
        when[layer] = (
            Arrivals([*held.sizes, *sizes], held.spans, held.matrix) if held else Arrivals(sizes, spans, matrix)
        )

    @property
    def layers(self) -> set[int]:
        """Layers with which anything comes."""
        return {*self.turning, *self.valuing, *self.arriving, *self.following}


@dataclass(slots=True)
class Planned:
    """A forward pass over one stretch of layers as it is being laid out."""

    arena: Arena
    p: Pass
    found: Shape
    stretch: Stretch
    outputs: int
    caches: dict[bool, list[Span]]
    late: Late
    positions: list[Span]
    state: Span
    rows: Span
    last_use: dict[bool, int]
    last_recurrent: int
    embedded: Span
    """The embedded batch, which the table every layer reads a part of is mixed with."""
    table: Span
    picked_zeros: list[Span]
    """Zeros that layers put where an indexer picked a token, in order of layers."""
    picks: Picks | None = None
    passes: dict[str, Pass] = field(default_factory=dict)

    def closing(self, layer: int) -> tuple[Span, ...]:
        """Inputs the attention of this layer is the last to read."""
        if self.stretch.copies > 1:
            return ()
        spans = [span for kind, last in self.last_use.items() if last == layer for span in self.caches[kind]]
        return (*spans, *self.positions) if spans and layer == max(self.last_use.values()) else tuple(spans)


@dataclass(frozen=True, slots=True)
class _Opening:
    """A plan before its first layer."""

    arena: Arena
    p: Pass
    found: Shape
    stretch: Stretch
    late: Late


def begin(found: Shape, p: Pass, stretch: Stretch, outputs: int) -> tuple[Planned, Span]:
    """Inputs in the order the graph meets them; returns the plan and the residual stream that comes in."""
    arena, copies, late = Arena(), stretch.copies, Late()
    opening = _Opening(arena, p, found, stretch, late)
    layers = range(stretch.first, stretch.last)
    kinds = [found.kinds[found.layers[i]] for i in layers]
    zeros = [arena.take(F32 * p.tokens * min(found.picks, p.cells)) for _ in layers] if found.index_width else []
    table = NOTHING if stretch.first else arena.take(p.row(found.table_width) * copies)
    residual = arena.take(p.row(p.hidden) * copies)
    positions = _positions(opening)
    last_use = {kind.windowed: i for i, kind in zip(layers, kinds, strict=True) if kind.windowed is not None}
    last_recurrent = max((i for i, kind in zip(layers, kinds, strict=True) if kind.recurrent), default=-1)
    state = arena.take(F32 * p.sequences * copies) if last_recurrent >= 0 else FIXED
    order = dict.fromkeys(kind.windowed for kind in kinds if kind.windowed is not None)
    caches = {windowed: _cache_inputs(opening, windowed=windowed) for windowed in order}
    table, residual, handed = _handed_over(opening, table, residual)
    _brought(opening)
    _swapped(opening)
    rows = arena.take(F32 * outputs * copies)
    arena.give(*handed)
    p = replace(p, ahead=Ahead())
    plan = Planned(
        arena, p, found, stretch, outputs, caches, late, positions, state, rows, last_use, last_recurrent,
        embedded=residual, table=table, picked_zeros=zeros,
    )  # fmt: skip
    return plan, residual


def _handed_over(o: _Opening, table: Span, residual: Span) -> tuple[Span, Span, tuple[Span, ...]]:
    """The shared table and the stream as the first layer finds them, and what is free once the inputs are there."""
    row = o.p.row(o.p.hidden)
    if o.stretch.copies == 1:
        # Handed over as norm and stream; the norm is finished in place.
        return (table, o.arena.take(row), (residual,)) if o.stretch.first else (table, residual, ())
    if o.stretch.first:
        # Both the stream and its norm are handed over from the device before.
        o.arena.take(row * o.stretch.copies)
    elif o.found.table_width:
        return o.arena.take(o.p.row(o.found.table_width)), o.arena.take(row), ()
    return table, FIXED, ()


def _positions(o: _Opening) -> list[Span]:
    """Where the tokens stand; with a whole layer on the host they come with the first query."""
    size, spans = F32 * o.p.tokens * o.found.positions * o.stretch.copies, list[Span]()
    at = _first_reader(o, None)
    if at is not None and at < o.stretch.first + o.stretch.whole:
        o.late.add(o.late.turning, at, [size], spans)
    else:
        spans.append(o.arena.take(size))
    return spans


def _first_reader(o: _Opening, windowed: bool | None) -> int | None:  # noqa: FBT001 - which of the two caches
    """The first layer that attends, on the device if its reach is given; None = none does."""
    for at in range(o.stretch.first, o.stretch.last):
        reach = o.found.kinds[o.found.layers[at]].windowed
        if reach is None or (windowed is not None and (reach != windowed or attends_on_host(o.found, o.stretch, at))):
            continue
        return at
    return None


def _cache_inputs(o: _Opening, *, windowed: bool) -> list[Span]:
    """The inputs of one cache, now or with the layers that are on the host; more follow in the list as they come."""
    inputs, spans = cache_inputs(o.found, o.p, windowed=windowed), list[Span]()
    at, end, late = _first_reader(o, windowed), o.stretch.first + o.stretch.whole, o.late
    if at is not None and at < end:
        # New rows are written on the host, until a layer on the device writes some.
        late.add(late.turning, at, inputs.rotations[:1], spans)
        late.add(late.valuing, at, inputs.rotations[1:], spans)
        late.add(late.arriving, at, inputs.masks, spans)
        if end < o.stretch.last:
            late.add(late.following, end - 1, inputs.rows, spans)
        return spans
    sizes = [size * o.stretch.copies for size in inputs.sizes]
    before = None if at is None else last_on_host(o.stretch, at)
    if before is None:
        spans += [o.arena.take(size) for size in sizes]
    else:
        late.add(late.following, before[0], sizes, spans, before[1])
    return spans


def _brought(o: _Opening) -> None:
    """What a later device is handed layer by layer: parts of the shared table, and caches that earlier layers keep."""
    p, found, stretch = o.p, o.found, o.stretch
    first = stretch.first + stretch.whole
    if not first or first >= stretch.last:
        return
    for index in range(first, stretch.last):
        sizes = []
        if found.cache_layer(index) < first and (a := found.kinds[found.layers[index]].block.attention):
            cells = p.windowed_cells if a.window or a.chunk else p.cells
            sizes.append(p.cached(cells, a.kv_heads * a.head_width, p.key_type))
            sizes.append(p.cached(cells, a.kv_heads * a.value_head_width, p.value_type))
        if found.table_width and stretch.first:
            sizes.append(p.row(found.layer_table_width))
        if stretch.whole:
            o.late.add(o.late.following, first - 1, sizes, [])
        else:
            for size in sizes:
                o.arena.take(size * stretch.copies)


def _swapped(o: _Opening) -> None:
    """What devices hand each other because the next one's state is fetched before the last mixer of this one is done.

    A step without weights between the two is then computed there: turning a quantised value back, or laying out the gate of
    a state-space mixer.
    """
    if o.stretch.copies == 1:
        return
    layers, kinds = o.found.layers, o.found.kinds
    for boundary, receives in ((o.stretch.first, True), (o.stretch.last, False)):
        if not 0 < boundary < len(layers):
            continue
        before = max((at for at in range(boundary) if _mixes(o.found, at)), default=-1)
        if before >= 0 and _state_follows(o.found, before, len(layers)) >= boundary:
            given, returned = _step_without_weights(o.p, kinds[layers[before]].block)
            o.arena.take((given if receives else returned) * o.stretch.copies)


def _step_without_weights(p: Pass, block: Block) -> tuple[int, int]:
    """Bytes read and written by the step of a mixer that needs no weights and comes after its state is kept."""
    if (a := block.attention) and p.rotated_value:
        return p.row(a.heads * a.value_head_width), p.row(a.heads * a.value_head_width)
    if n := block.mamba1:
        return F32 * ((p.tokens - 1) * 2 * n.inner + n.inner), p.row(n.inner)
    if m := block.mamba2:
        inner = m.heads * m.head_width
        return F32 * ((p.tokens - 1) * (2 * inner + 2 * m.groups * m.state + m.heads) + inner), p.row(inner)
    return 0, 0


def _mixes(found: Shape, index: int) -> bool:
    kind = found.kinds[found.layers[index]]
    return kind.windowed is not None or kind.recurrent


def _state_follows(found: Shape, index: int, end: int) -> int:
    """The layer before `end` whose state llama.cpp fetches while the mixer of layer `index` is under way; -1 = none.

    Experts and another mixer that begins with its norm are called before that, and with them what this one has left to do.
    """
    for at in range(index, end):
        kind = found.kinds[found.layers[at]]
        if at > index and _mixes(found, at):
            return at if kind.state_first else -1
        if kind.block.moe:
            return -1
    return -1


def attends_on_host(found: Shape, stretch: Stretch, index: int) -> bool:
    """Between two steps on the host, its new rows and the next layer's state, llama.cpp leaves attention there too."""
    return _state_follows(found, index, min(stretch.first + stretch.whole, len(found.layers))) >= 0


def state_called_in(found: Shape, index: int, end: int) -> int:
    """The layer before `end` whose state the graph calls for while layer `index` is under way; -1 = none.

    A dense feed-forward layer alone calls for none: the mixer before it has.
    """
    if not _mixes(found, index) and not found.kinds[found.layers[index]].block.moe:
        return -1
    for at in range(index + 1, end):
        kind = found.kinds[found.layers[at]]
        if _mixes(found, at):
            return at if kind.state_first else -1
        if kind.block.moe:
            return -1
    return -1
