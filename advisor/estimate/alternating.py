"""Layers that predict several residual streams and correct them by what one of them computes (AltUp, Gemma 3n).

Follows the allocator's trace of llama.cpp's graph. The first stream goes through attention and feed-forward, with a
low-rank path (LAuReL) beside attention.
"""

from dataclasses import dataclass

from advisor.catalog.schema.model import Attention, Block, Dense
from advisor.estimate.arena import Arena, Span
from advisor.estimate.forward import attended, output, product, replaced
from advisor.estimate.passes import NOTHING, Pass

ROUTER, NARROW = "altup_router.weight", "laurel_l.weight"


@dataclass(slots=True)
class Streams:
    """All residual streams, as they are and turned for the next prediction."""

    stacked: Span
    turned: Span


def streams_of(block: Block) -> int:
    """Residual streams of a layer of attention and a dense part; 0 for any other."""
    several = ROUTER in block.tensors and NARROW in block.tensors and block.attention and block.dense
    return block.tensors[ROUTER][1] if several else 0


def spread(arena: Arena, p: Pass, count: int) -> Streams:
    """The embedded batch projected into every stream, each as long as the first; the batch itself stays."""
    row, others = p.row(p.hidden), p.row(p.hidden * (count - 1))
    projected = replaced(arena, arena.take(others))
    made = _as_long(arena, p, projected, row, count - 1)
    stacked = arena.take(row * count)
    arena.give(made)
    return Streams(stacked, arena.take(row * count))


def merged(arena: Arena, p: Pass, streams: Streams, count: int) -> Span:
    """The mean of all streams after the last layer."""
    row, others = p.row(p.hidden), p.row(p.hidden * (count - 1))
    made = _as_long(arena, p, arena.take(others), row, count - 1)
    mean = arena.take(row)
    arena.give(streams.stacked, made)
    return mean


def _as_long(arena: Arena, p: Pass, projected: Span, row: int, others: int) -> Span:
    """Streams scaled to the length of the first."""
    squared = arena.take(row)
    length = arena.take(p.row(1))
    arena.give(squared)
    scaled = arena.take(projected[1])
    arena.give(length)
    lengths = arena.take(p.row(others))
    arena.give(projected, lengths)
    return scaled


def predicted(arena: Arena, p: Pass, streams: Streams, count: int) -> Span:
    """Every stream predicted from all of them."""
    normed = arena.take(p.row(p.hidden))
    routed = product(arena, p, ROUTER, p.row(count))
    arena.give(normed)
    weights = arena.take(p.row(count * count))
    arena.give(routed)
    mixed = arena.take(p.row(p.hidden * count))
    arena.give(streams.turned, weights)
    found = replaced(arena, mixed)
    arena.give(streams.stacked)
    return found


def computed(arena: Arena, p: Pass, a: Attention, d: Dense, narrow: int) -> Span:
    """The first stream through attention with its low-rank path, and feed-forward."""
    x = arena.take(p.row(p.hidden))
    mixed = output(arena, p, "attn_output.weight", attended(arena, p, a, NOTHING))
    low = product(arena, p, NARROW, p.row(narrow))
    beside = product(arena, p, "laurel_r.weight", p.row(p.hidden))
    arena.give(low, x, beside)
    normed = arena.take(p.row(p.hidden))
    up = product(arena, p, "ffn_up.weight", p.row(d.width))
    gate = product(arena, p, "ffn_gate.weight", p.row(d.width))
    arena.give(normed)
    # What is far below the mean is cut off, in the first layers.
    mean, spread_out = arena.take(p.row(1)), arena.take(p.row(d.width))
    deviation = arena.take(p.row(1))
    arena.give(spread_out, deviation, mean, gate)
    out = product(arena, p, "ffn_down.weight", p.row(p.hidden), brings=p.ending)
    arena.give(up, mixed)
    return out


def corrected(arena: Arena, p: Pass, predictions: Span, out: Span, count: int) -> Span:
    """Predictions moved by what the first stream's computation gave beyond its prediction."""
    beyond = arena.take(p.row(p.hidden))
    found = arena.take(p.row(p.hidden * count))
    arena.give(beyond)
    routed = arena.take(p.row(count))
    arena.give(out)
    weights = replaced(arena, replaced(arena, routed))
    arena.give(weights, predictions)
    return found


def joined(arena: Arena, p: Pass, streams: Span, first: Span, count: int) -> Streams:
    """The other streams with the layer's part of the shared table added, behind the first."""
    others = arena.take(p.row(p.hidden * (count - 1)))
    arena.give(first)
    stacked = arena.take(p.row(p.hidden * count))
    arena.give(streams, others)
    return Streams(stacked, arena.take(p.row(p.hidden * count)))
