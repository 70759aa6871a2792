"""Which layers Ollama put on which device by its own rule, before it started llama.cpp's server and left that to it.

Every layer with its cache, for OLLAMA_NUM_PARALLEL slots of the whole context, is one piece, the output layer the last. A
device has room for what is free on it less a fixed amount set aside, the overhead asked for (OLLAMA_GPU_OVERHEAD, here
--reserve) and the graph it computes. The fewest devices that hold everything are filled from the last layer back, the
smallest device first, as evenly as they can be; where all of them do not hold everything the output layer goes to the host,
then the first layers. The graphs follow from the layout and the layout from the graphs, so it is settled in rounds.

Sources: llm/server.go (Load, buildLayout, assignLayers, findBestFit, greedyFit) and ml/device.go (MinimumMemory) of Ollama
0.12 to 0.20. Assumed: in Ollama's own engine a graph takes what llama.cpp's planner gives the same layers with an F16 cache,
or on the first device the mask in F32 and F16 where that is more, for nobody publishes it; and what is free when the server
starts is what the catalog says, less what the question says lives there. The engine in force is told by architecture, as of
the last of these versions. A failed allocation, after which Ollama tried again with less, is not foreseen.

The recorded case that keeps this honest: GLM-4.7-Flash in Q8_0 with 112k of Q8_0 cache on an RTX 4090 beside an RTX 5070 Ti
ran 44 of 48 layers on the cards. With nothing else on them this rule puts all 48 there; with 3.0 to 3.5 GiB taken on either
card it puts 44, and everything at 64k, as recorded. The totals recorded in the runs that fit leave about as much unexplained.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from advisor import units
from advisor.estimate.arrays import ceil_to
from advisor.estimate.kv_cache import CELL_PADDING
from advisor.estimate.layered import Kept, Load, device_use, host_use, place_on_devices, place_unified
from advisor.estimate.note import Note, note
from advisor.estimate.ollama_cache import in_own_engine
from advisor.estimate.ollama_graph import graph_bytes, layer_cache_bytes
from advisor.estimate.placement import Placement, Pool, PoolUse

if TYPE_CHECKING:
    from collections.abc import Callable

SET_ASIDE_MIB = {"metal": 512}
USUALLY_SET_ASIDE_MIB = 457
"""Left on every device for what the driver keeps there: 457 MiB, on Metal 512 (MinimumMemory)."""
MASK_BYTES = 6
"""One cell and token of the attention mask where it is filled in: F32, and the F16 copy that is worked with."""
FINEST_SHARE = 1e-6
MARGIN_WORDS = re.compile(r", less [^,]*'s margin of \d+ MiB")
Spans = tuple[tuple[int, int], ...]
"""First piece and the one past the last of each device, devices in order of free memory; the output is the last piece."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What the rule weighs: the size of every layer with its cache, the output behind them, and what each device has free."""

    sizes: tuple[int, ...]
    free: tuple[int, ...]
    graphs_of: Callable[[Spans], tuple[int, ...]]
    """Graph on each device for a layout; 0 for a device without layers."""


def _count(spans: Spans) -> int:
    return sum(end - begin for begin, end in spans)


def greedy(sizes: tuple[int, ...], room: tuple[float, ...], most: int | None = None) -> Spans:
    """Pieces from the last back onto the devices from the last back, each until the next piece has no room; at most `most`."""
    spans, at = [(0, 0)] * len(room), len(sizes)
    least = 0 if most is None else max(0, len(sizes) - most)
    for device in reversed(range(len(room))):
        left, end = int(room[device]), at
        while at > least and sizes[at - 1] <= left:
            left, at = left - sizes[at - 1], at - 1
        spans[device] = (at, end)
    return tuple(spans)


def evenly(sizes: tuple[int, ...], room: tuple[int, ...], most: int | None = None) -> Spans:
    """As many pieces as the room holds, with the smallest equal share of every device's room that still holds as many."""
    low, high = 0.0, 1.0
    best = greedy(sizes, tuple(map(float, room)), most)
    while high - low > FINEST_SHARE:
        share = (low + high) / 2
        tried = greedy(sizes, tuple(size * share for size in room), most)
        if _count(tried) == _count(best):
            high, best = share, tried
        else:
            low = share
    return best


def assigned(sizes: tuple[int, ...], room: tuple[int, ...], least: int = 1, most: int | None = None) -> Spans:
    """Layout over the fewest devices, at least `least`, that hold everything; over all, without the output, where none do."""
    spans: Spans = ()
    for pieces in (sizes, sizes[:-1]):
        for devices in range(least, len(room) + 1):
            spans = evenly(pieces, room[:devices], most)
            if _count(spans) in {len(pieces), most}:
                break
        if _count(spans) == len(pieces):
            break
    return spans + ((0, 0),) * (len(room) - len(spans))


def settled(pieces: Pieces, aside: int) -> Spans:
    """The layout that the rounds of weighing and laying out come to rest at."""

    def laid_out(spans: Spans, most: int | None = None) -> Spans:
        graphs = pieces.graphs_of(spans)
        room = tuple(max(0, free - aside - graph) for free, graph in zip(pieces.free, graphs, strict=True))
        used = [index for index, graph in enumerate(graphs) if graph]
        return assigned(pieces.sizes, room, 1 + max(used, default=0), most)

    spans: Spans = ((0, len(pieces.sizes)), *((0, 0),) * (len(pieces.free) - 1))
    seen = {spans}
    while True:
        new = laid_out(spans)
        if new not in seen and _count(new) <= _count(spans):
            seen.add(new)
            spans = new
            continue
        # Between two layouts that take turns, one that holds more may still hold.
        for most in range(_count(new) - 1, _count(spans), -1):
            tried = laid_out(spans, most)
            if _count(tried) == most and _count(laid_out(tried)) >= most:
                return tried
        return spans


def _mask_bytes(found: Load) -> int:
    q = found.question
    return MASK_BYTES * q.ubatch * int(ceil_to(q.context_tokens * q.sequences, CELL_PADDING))


def _used(found: Load, pools: tuple[Pool, ...], spans: Spans) -> tuple[PoolUse, ...]:
    """What each device holds in the layout, devices in its order."""
    layers, first = found.layers, min((begin for begin, end in spans if end > begin), default=found.layers)
    kept, plain = Kept(found.weights.layer_bytes, first=first), replace(found, pipelined=False)
    if in_own_engine(found.model):
        plain = replace(plain, question=replace(found.question, key_type="f16", value_type="f16"))
    uses = []
    for device, (begin, end) in enumerate(spans):
        if begin == end:
            uses.append(PoolUse(pools[device]))
            continue
        # With a pool behind it the device is not the last one: it has the output only where the layout says so.
        use = device_use(plain, kept, (*pools, pools[device]), device, (begin, min(end, layers)))
        use = replace(
            use, pool=pools[device], weights_bytes=use.weights_bytes + (found.head_bytes if end > layers else 0)
        )
        if begin == first and in_own_engine(found.model):
            use = replace(use, compute_buffer_bytes=max(use.compute_buffer_bytes, _mask_bytes(found)))
        uses.append(use)
    return tuple(uses)


def _pieces(found: Load, pools: tuple[Pool, ...]) -> Pieces:
    """The pieces as the engine that runs the model weighs them: by allocating them, or by closed forms."""
    layer_bytes, free = found.weights.layer_bytes, tuple(pool.free_bytes for pool in pools)
    if in_own_engine(found.model):
        caches = tuple(kv + state for kv, state in zip(found.layer_kv_bytes, found.layer_state_bytes, strict=True))

        def graphs(spans: Spans) -> tuple[int, ...]:
            return tuple(use.compute_buffer_bytes for use in _used(found, pools, spans))
    else:
        caches, graph = layer_cache_bytes(found), graph_bytes(found)
        free = tuple(max(0, size - layer_bytes[0] - caches[0]) for size in free)

        def graphs(spans: Spans) -> tuple[int, ...]:
            return tuple(graph if end > begin else 0 for begin, end in spans)

    sizes = tuple(weights + cache for weights, cache in zip(layer_bytes, caches, strict=True))
    return Pieces((*sizes, found.head_bytes), free, graphs)


def _on_host(host: Pool, found: Load, first: int, *, output: bool) -> PoolUse:
    """What the host holds with these first layers and perhaps the output on it."""
    base, weights = host_use(host, replace(found, pipelined=False), 1), found.weights
    return replace(
        base, weights_bytes=base.weights_bytes + sum(weights.layer_bytes[:first]) + (found.head_bytes if output else 0),
        kv_cache_bytes=sum(found.layer_kv_bytes[:first]), state_bytes=sum(found.layer_state_bytes[:first]),
        first_layer=0 if first else None, last_layer=first - 1 if first else None,
    )  # fmt: skip


def _read_bytes(found: Load, first: int, *, output: bool) -> int:
    """Weights one token reads from the host."""
    weights = found.weights
    parts = zip(weights.layer_bytes[:first], weights.expert_bytes[:first], weights.active_share[:first], strict=True)
    read = sum(size - experts * (1 - share) for size, experts, share in parts)
    return round(read) + (found.head_bytes if output else 0)


def reserving(pool: Pool, backend: str) -> Pool:
    """The pool with what the rule sets aside on it instead of llama.cpp's margin; nothing of main memory."""
    aside = 0 if backend == "cpu" else SET_ASIDE_MIB.get(backend, USUALLY_SET_ASIDE_MIB)
    basis = MARGIN_WORDS.sub(f", less the {aside} MiB Ollama set aside", pool.basis)
    return replace(pool, usable_bytes=pool.free_bytes - units.mib(aside), basis=basis)


def place_ollama(
    pools: tuple[Pool, ...], host: Pool, found: Load, backend: str, *, unified: bool = False
) -> tuple[Placement, list[Note]]:
    """Where Ollama's own rule puts the layers, with a remark on what that rests on.

    Where device and host share one pool everything stands in it or it does not fit: layers on the host free nothing there.
    What is missing is counted in whole layers, those that stay on the host.
    """
    pools = tuple(reserving(pool, backend) for pool in pools)
    found = replace(found, question=replace(found.question, unified=True))
    if unified:
        return place_unified(pools[0], replace(found, pipelined=False)), []
    if not found.layers:
        return place_on_devices(pools, host, found), []
    order = tuple(sorted(range(len(pools)), key=lambda index: -pools[index].free_bytes))
    ranked = tuple(pools[index] for index in order)
    pieces = _pieces(found, ranked)
    spans = settled(pieces, ranked[0].free_bytes - ranked[0].usable_bytes)
    by_rank = _used(found, ranked, spans)
    uses = tuple(by_rank[order.index(index)] for index in range(len(pools)))
    return _with_host(found, uses, host, pieces, spans), [_remark(found, pieces, spans)]


def _with_host(found: Load, uses: tuple[PoolUse, ...], host: Pool, pieces: Pieces, spans: Spans) -> Placement:
    """The placement with what is left for the host on it, if that has room."""
    first = min((begin for begin, end in spans if end > begin), default=found.layers)
    output = not any(end > found.layers for _, end in spans)
    rest = _on_host(host, found, first, output=output)
    if _count(spans) == len(pieces.sizes):
        return Placement("fits", (*uses, rest))
    short = sum(pieces.sizes) - sum(sum(pieces.sizes[begin:end]) for begin, end in spans)
    return Placement(
        "does-not-fit" if rest.short_bytes else "fits-offloaded", (*uses, rest), short, host_layers=first,
        host_read_bytes=_read_bytes(found, first, output=output), flags=f"num_gpu {_count(spans)}",
    )  # fmt: skip


def _remark(found: Load, pieces: Pieces, spans: Spans) -> Note:
    engine = "its own engine" if in_own_engine(found.model) else "llama.cpp linked in"
    words = f"Ollama of that time, {engine}: {{on_devices}} of {{layers}} layers on devices, the output counted, by what is free there"
    return note(words, on_devices=_count(spans), layers=len(pieces.sizes))
