"""The operations no way of reading a prompt, or of training on it, can do without: what a stated rate is held against.

    prompt     2 · parameters multiplied · tokens + attention to each token's own past
    training   6 · parameters trained in full, 4 · frozen ones behind adapters and 6 · the adapters', a token

Training: two operations a parameter forward, two for the gradient of the activations, two for that of the parameter (Kaplan et
al. 2020, arXiv:2001.08361, section 2.1). Frozen parameters need no gradient of their own, but what runs back to the adapters of
the layers below goes through them (Hu et al. 2021, arXiv:2106.09685). Attention, recomputed activations and padding come on top.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.estimate.prefill import MULTIPLY_ADD

if TYPE_CHECKING:
    from advisor.catalog.schema.model import Block, Model

FORWARD = MULTIPLY_ADD
FULL_TRAINING = 3 * MULTIPLY_ADD
FROZEN_TRAINING = 2 * MULTIPLY_ADD


@dataclass(frozen=True, slots=True)
class Training:
    """Operations one token of training takes, at the least."""

    operations: int
    """Of each of the model's parameters."""
    adapters: int = 0
    """Parameters trained beside frozen ones."""

    def per_token(self, parameters: int) -> int:
        """Operations of one token where a token is multiplied by so many of the model's parameters."""
        return self.operations * parameters + FULL_TRAINING * self.adapters


def _seen_before(position: int, window: int | None, chunk: int | None) -> int:
    """Tokens looked at by all positions before this one together: each sees its past and itself, a window or its chunk of it."""
    if chunk is not None:
        whole, rest = divmod(position, chunk)
        return whole * _triangle(chunk) + _triangle(rest)
    if window is None or position <= window:
        return _triangle(position)
    return _triangle(window) + (position - window) * window


def _triangle(count: int) -> int:
    return count * (count + 1) // 2


def _seen(tokens: int, depth: int, window: int | None = None, chunk: int | None = None) -> int:
    return _seen_before(depth + tokens, window, chunk) - _seen_before(depth, window, chunk)


def _attention_ops(block: Block, tokens: int, depth: int) -> int:
    """Operations of one layer's scores and weighted values."""
    total = 0
    for found in (block.attention, block.latent_attention):
        if found and found.indexer:
            total += found.indexer.heads * found.indexer.width * _seen(tokens, depth)
    if a := block.attention:
        reach = min((each for each in (a.window, a.indexer.top_k if a.indexer else None) if each), default=None)
        total += a.heads * (a.head_width + a.value_head_width) * _seen(tokens, depth, reach, a.chunk)
    if m := block.latent_attention:
        width = m.nope_width + m.rope_width + m.value_width
        total += m.heads * width * _seen(tokens, depth, m.indexer.top_k if m.indexer else None)
    return MULTIPLY_ADD * total


def attention_ops(model: Model, tokens: int, depth: int = 0) -> int:
    """Operations attention takes at the least to read `tokens` behind `depth` others: no masked score, latents unpacked.

    Zero where the model's attention follows no rule known; recurrent layers count nothing.
    """
    if model.kv_refused or not model.is_sized:
        return 0
    kinds = model.layer_counts
    return sum(count * _attention_ops(model.blocks[name], tokens, depth) for name, count in kinds.items())
