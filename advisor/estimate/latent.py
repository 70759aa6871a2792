"""Multi-head latent attention as llama.cpp's graph allocator sees it, with the indexer that picks what it reads."""

from advisor.catalog.schema.model import Indexer, LatentAttention
from advisor.estimate.arena import Arena, Span
from advisor.estimate.forward import output, product, replaced
from advisor.estimate.passes import F16, F32, NOTHING, Pass, Picks

PICK = 4
"""Bytes of the number of one picked token."""


def latent_attention(arena: Arena, p: Pass, a: LatentAttention) -> Span:
    """Multi-head latent attention: the query is carried into the latent space of every head and back."""
    x = arena.take(p.row(p.hidden))
    gate = arena.take(p.row(a.heads * a.value_width)) if a.gate == "per-channel" else None
    if a.indexer:
        _index_key(arena, p, a.indexer)
    query, low = _latent_query(arena, p, a)
    if p.picks is None:
        arena.give(low)
    _latent_key(arena, p, a, x if p.picks is None or not a.indexer else NOTHING)
    mask = _picked_mask(arena, p, p.picks, a.indexer, (low, x)) if p.picks else NOTHING
    result = _latent_attended(arena, p, a, query, mask)
    if gate:
        arena.give(gate)
    return output(arena, p, "attn_output.weight", result)


def _latent_query(arena: Arena, p: Pass, a: LatentAttention) -> tuple[Span, Span]:
    """The query in the latent space, and the low-rank query it came from."""
    row, low = p.row(a.heads * (a.nope_width + a.rope_width)), NOTHING
    if a.query_rank:
        low = product(arena, p, "attn_q_a.weight", p.row(a.query_rank))
        whole = product(arena, p, "attn_q_b.weight", row)
        if p.picks is None:
            arena.give(low)
            low = NOTHING
    else:
        whole = product(arena, p, "attn_q.weight", row)
    absorbed = product(arena, p, "attn_k_b.weight", p.row(a.heads * a.kv_rank), brings=p.turning)
    turned = arena.take(p.row(a.heads * a.rope_width))
    arena.give(whole)
    query = arena.take(p.row(a.heads * (a.kv_rank + a.rope_width)))
    arena.give(absorbed, turned)
    return query, low


def _latent_key(arena: Arena, p: Pass, a: LatentAttention, x: Span) -> None:
    """The latent vector and the shared rotary key on their way into the cache."""
    together = product(arena, p, "attn_kv_a_mqa.weight", p.row(a.kv_rank + a.rope_width))
    arena.give(x)
    normed, turned = arena.take(p.row(a.kv_rank)), arena.take(p.row(a.rope_width))
    arena.give(together)
    key = arena.take(p.row(a.kv_rank + a.rope_width))
    arena.give(normed, turned, key)


def _index_key(arena: Arena, p: Pass, indexer: Indexer) -> None:
    """The index key: normed, turned by position, rotated, cached."""
    key = product(arena, p, "indexer.attn_k.weight", p.row(indexer.width))
    for _ in range(3):
        key = replaced(arena, key)
    arena.give(key)


def _picked_mask(arena: Arena, p: Pass, picks: Picks, indexer: Indexer | None, inputs: tuple[Span, Span]) -> Span:
    """The mask that leaves the picked tokens, from the low-rank query and the norm; a layer without an indexer reads what an earlier one picked."""
    size = (F16 if p.flash_attention else F32) * p.tokens * p.cells
    if indexer:
        picks.chosen = _picks(arena, p, indexer, *inputs)
    else:
        arena.give(inputs[0])
    filled = arena.take(size)
    arena.give(picks.zeros)
    if not picks.kept:
        arena.give(picks.chosen)
    mask = arena.take(size)
    arena.give(filled)
    return mask


def _picks(arena: Arena, p: Pass, indexer: Indexer, low: Span, x: Span) -> Span:
    """Numbers of the tokens with the highest index scores."""
    row = p.row(indexer.heads * indexer.width)
    query = product(arena, p, "indexer.attn_q_b.weight", row)
    arena.give(low)
    query = replaced(arena, replaced(arena, query))
    weights = product(arena, p, "indexer.proj.weight", p.row(indexer.heads))
    arena.give(x)
    weights = replaced(arena, weights)
    scores = arena.take(F32 * p.cells * p.tokens)
    arena.give(query, weights)
    chosen = arena.take(PICK * min(indexer.top_k, p.cells) * p.tokens)
    arena.give(scores)
    return replaced(arena, chosen)


def _latent_attended(arena: Arena, p: Pass, a: LatentAttention, query: Span, mask: Span) -> Span:
    latent, width = p.row(a.heads * a.kv_rank), a.kv_rank + a.rope_width
    copies = (arena.take(p.cached(p.cells, width, p.key_type)),) if p.whole_hosted else ()
    if p.whole_hosted and p.arriving:
        p.arriving.come(arena)
    if p.flash_attention:
        # The value is a view of the key: one staging copy serves both.
        found = arena.take(latent + p.staged(p.cells, width, p.key_type))
        arena.give(query, mask, *copies)
    else:
        turned = arena.take(F16 * p.cells * p.streams * a.kv_rank)
        scores = arena.take(F32 * a.heads * p.cells * p.tokens)
        arena.give(query, mask)
        found = arena.take(latent)
        arena.give(turned, scores, *copies)
    arena.give(*p.closing)
    result = product(arena, p, "attn_v_b.weight", p.row(a.heads * a.value_width))
    arena.give(found)
    return replaced(arena, result)
