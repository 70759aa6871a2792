"""What Ollama took a graph and a cache to need where linked-in llama.cpp ran the model, before it started llama.cpp's server.

The closed forms are those of fs/ggml/ggml.go (GraphSize) and llm/server.go of Ollama 0.12 to 0.20. They know nothing of flash
attention, so a long context counts far more than llama.cpp then takes, and layers stay on the host for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.estimate.kv_cache import STATE_BYTES, layer_cache

if TYPE_CHECKING:
    from advisor.estimate.layered import Load

F32 = 4
ELEMENT_BYTES = {"q8_0": 1.0, "q4_0": 0.5}
"""Bytes of a cached element where they are not two: the scales of quantised types are not counted."""
GEMMAS = frozenset({"gemma", "gemma2"})


@dataclass(frozen=True, slots=True)
class Widths:
    """Numbers of a model the closed forms are made of."""

    embedding: int
    vocabulary: int
    heads: int
    kv_heads: int
    fewest_kv_heads: int
    head_width: int


def _widths(found: Load) -> Widths:
    attention = [block.attention for block in found.model.blocks.values() if block.attention]
    latent = [block.latent_attention for block in found.model.blocks.values() if block.latent_attention]
    heads = [a.heads for a in attention] + [m.heads for m in latent]
    kv_heads = [a.kv_heads for a in attention] + [1 for _ in latent]
    widths = [a.head_width for a in attention] + [m.kv_rank + m.rope_width for m in latent]
    return Widths(
        found.model.hidden or 0, found.model.vocabulary or 0, max(heads, default=1), max(kv_heads, default=1),
        min(kv_heads, default=1), max(widths, default=1),
    )  # fmt: skip


def layer_cache_bytes(found: Load) -> tuple[int, ...]:
    """Cache Ollama counts for each layer: every token of every slot, in windowed layers too; recurrent state in F32."""
    q = found.question
    held = int(q.context_tokens) * q.sequences
    size = ELEMENT_BYTES.get(q.key_type, 2.0)
    kinds = {name: layer_cache(block) for name, block in found.model.blocks.items()}
    each = {
        name: int(held * (kind.key_width + kind.value_width) * size) + kind.state_elements * STATE_BYTES
        for name, kind in kinds.items()
    }
    return tuple(each[name] for name in found.model.layer_names)


def graph_bytes(found: Load) -> int:
    """Graph Ollama counts on every device it uses: the larger of its figures for everything on devices and for part of it."""
    w, q = _widths(found), found.question
    batch, context = q.ubatch, int(q.context_tokens) * q.sequences
    scores, head = context * (1 + w.heads), F32 * batch * (w.embedding + w.vocabulary)
    # The head beside its batch, in the sixth bits it is usually kept in.
    hosted_head = head + w.embedding * w.vocabulary * 105 // 128
    keys = w.head_width * w.kv_heads
    square = w.embedding * w.embedding * 9 // 16
    architecture = found.model.gguf_architecture
    if architecture == "llama":
        part = F32 * batch * (1 + w.embedding + max(context, w.embedding)) + square
        part += F32 * context * (batch * w.heads + keys)
        whole = F32 * batch * (1 + 4 * w.embedding + scores)
        return max(whole, head, F32 * batch * w.embedding + max(part, hosted_head))
    if architecture in GEMMAS:
        wide = 2 * w.head_width * w.heads
        whole = F32 * batch * (2 + scores + 2 * w.embedding + wide)
        part = F32 * batch * (1 + scores + 2 * w.embedding + wide) + F32 * w.head_width * context * 8
        return max(whole, hosted_head, part + w.embedding * w.embedding * w.head_width * w.heads * 9 // 16)
    if architecture == "command-r":
        whole = F32 * batch * (2 + 4 * w.embedding + scores)
        part = F32 * batch * (1 + 2 * w.embedding + scores) + F32 * w.embedding * context + square
        return max(whole, part, hosted_head)
    if architecture == "qwen2":
        whole = F32 * batch * (1 + 2 * w.embedding + scores)
        return max(whole, whole + F32 * w.embedding * (1 + context), hosted_head)
    return w.heads // max(w.fewest_kv_heads, 1) * sum(layer_cache_bytes(found)) // 6
