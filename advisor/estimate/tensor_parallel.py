"""A decode step of layers divided over equal devices (tensor parallel): bytes divide, launches do not, and every stage is added up.

    t(n) = weights / (n·BW·e) + κ · KV / (n_kv·BW) + χ · attention / n + stages · τ + all-reduces · link

Each device holds a part of every matrix and of the heads, so after each mixer and each feed-forward half the parts of the
result are added up over the link: two all-reduces a layer (Shoeybi et al. 2019, Megatron-LM, section 3). A key and value
head is not cut: with fewer of them than devices some are kept twice, and the one latent of MLA is kept by all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from advisor.estimate.decode import Traffic, traffic
from advisor.estimate.kv_cache import layer_read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.catalog.schema.model import Block, Model
    from advisor.estimate.weights import Weights


def cache_parts(block: Block, devices: int) -> int:
    """Into how many parts the cache of a layer is divided over so many devices."""
    if block.latent_attention:
        return 1
    return min(devices, block.attention.kv_heads) if block.attention else devices


def divided(  # noqa: PLR0913 - each is one condition of the question
    model: Model, weights: Weights, depth: Any, key_type: str, value_type: str, devices: int
) -> Traffic:
    """What each of `devices` equal devices moves in one decode step, with `depth` tokens in the cache."""
    whole = traffic(model, weights, depth, key_type, value_type)
    kv: Any = 0.0
    for name, count in model.layer_counts.items():
        block = model.blocks[name]
        kv = kv + count * layer_read_bytes(block, depth, key_type, value_type) / cache_parts(block, devices)
    return replace(
        whole, weights_bytes=whole.weights_bytes / devices, expert_bytes=whole.expert_bytes / devices, kv_bytes=kv,
        attention_ops=whole.attention_ops / devices,
    )  # fmt: skip


def all_reduces(stages: Iterable[tuple[str, float]], layers: int) -> float:
    """Times a step adds up results over the link: once for each mixer and each feed-forward half."""
    return layers * sum(number for _, number in stages)
