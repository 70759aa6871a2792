"""The metadata llama.cpp's loaders ask for, from a catalog model's layers."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from advisor.catalog.schema.model import Attention, Block, LatentAttention, Model, Moe

Value = bool | int | float | str | list[bool] | list[int]
Facts = dict[str, Value]
Part = TypeVar("Part")
SOFTMAX, SIGMOID = 1, 2
NEUTRAL = (
    "logit_scale",
    "residual_scale",
    "embedding_scale",
    "attention.scale",
    "activation.situ_beta",
    "activation.situ_linear_beta",
)
"""Factors of some architectures; the graph has a node for each whatever its value, so 1 stands for all."""
UNSCALED = frozenset({"llama", "mistral3"})
"""Architectures whose graph has no node for a factor that is absent."""


def _first(parts: Iterable[Part | None]) -> Part | None:
    return next((part for part in parts if part is not None), None)


def _attentions(model: Model) -> list[Attention | LatentAttention | None]:
    return [block.attention or block.latent_attention for block in model.layers]


def per_layer(values: list[int]) -> int | list[int]:
    """One number where every layer has the same."""
    return values[0] if len(set(values)) == 1 else values


def _kv_heads(model: Model) -> list[int]:
    """KV heads of each layer; 0 marks layers without attention, save where an interval says which layers have it."""
    found = [a.kv_heads if isinstance(a, Attention) else int(a is not None) for a in _attentions(model)]
    if any(block.gated_delta and block.gated_delta.projections != "listed" for block in model.layers):
        return [max(found)] * len(found)
    return found


def _heads(model: Model) -> list[int]:
    """Query heads of each layer; a linear layer without attention of its own counts its value heads."""
    linear = _first(block.gated_delta for block in model.layers)
    default = linear.value_heads if linear and linear.projections == "listed" else 0
    widest = max((a.heads for a in _attentions(model) if a), default=default)
    without = widest if any(block.mamba2 or block.mamba1 or block.short_conv or linear for block in model.layers) else 0
    return [a.heads if a else without for a in _attentions(model)]


def _width_facts(model: Model) -> Facts:
    """Widths of the attention, of windowed layers apart where they differ."""
    layers = [a for a in _attentions(model) if isinstance(a, Attention)]
    if not layers:
        return {}
    windowed = [bool(a and isinstance(a, Attention) and (a.window or a.chunk)) for a in _attentions(model)]
    full = _first(a for a in layers if not (a.window or a.chunk)) or layers[0]
    narrow = _first(a for a in layers if a.window or a.chunk)
    facts: Facts = {
        "attention.key_length": full.head_width, "attention.value_length": full.value_head_width,
        "rope.dimension_count": full.head_width,
    }  # fmt: skip
    if narrow and narrow.window:
        facts |= {
            "attention.sliding_window": narrow.window, "attention.sliding_window_pattern": windowed,
            "attention.key_length_swa": narrow.head_width, "attention.value_length_swa": narrow.value_head_width,
            "rope.dimension_count_swa": narrow.head_width,
        }  # fmt: skip
    shared = sum(a.cached_by_earlier_layer for a in layers)
    return facts | ({"attention.shared_kv_layers": shared} if shared else {})


def _latent_facts(a: LatentAttention) -> Facts:
    facts: Facts = {
        "attention.kv_lora_rank": a.kv_rank, "attention.key_length": a.kv_rank + a.rope_width, "attention.value_length": a.kv_rank,
        "attention.key_length_mla": a.nope_width + a.rope_width, "attention.value_length_mla": a.value_width,
        "rope.dimension_count": a.rope_width,
    }  # fmt: skip
    return facts | ({"attention.q_lora_rank": a.query_rank} if a.query_rank else {})


def _indexer_facts(model: Model) -> Facts:
    found = _first(a.indexer for a in _attentions(model) if a)
    if not found:
        return {}
    return {
        "attention.indexer.head_count": found.heads, "attention.indexer.key_length": found.width,
        "attention.indexer.top_k": found.top_k,
    }  # fmt: skip


def _expert_facts(m: Moe, layers: list[int]) -> Facts:
    """`layers` are the numbers of the layers with experts."""
    facts: Facts = {
        "expert_count": m.experts, "expert_used_count": m.active, "expert_feed_forward_length": m.width,
        "leading_dense_block_count": layers[0], "expert_weights_norm": True, "expert_shared_count": 0,
        "interleave_moe_layer_step": layers[1] - layers[0] if len(layers) > 1 else 1,
        "expert_gating_func": SIGMOID if m.router_bias else SOFTMAX,
    }  # fmt: skip
    if m.shared_width:
        facts["expert_shared_count"] = max(1, m.shared_width // m.width)
        facts["expert_shared_feed_forward_length"] = m.shared_width
    return facts | ({"moe_latent_size": m.latent, "expert_latent_length": m.latent} if m.latent else {})


def _delta_facts(model: Model) -> Facts:
    g = _first(block.gated_delta for block in model.layers)
    if not g:
        return {}
    if g.projections == "listed":
        return {"kda.head_dim": g.key_width, "kda.gate_lower_bound": -5.0, "ssm.conv_kernel": g.conv_kernel}
    attending = [index for index, a in enumerate(_attentions(model)) if a]
    return {
        "ssm.conv_kernel": g.conv_kernel, "ssm.inner_size": g.value_heads * g.value_width, "ssm.state_size": g.key_width,
        "ssm.time_step_rank": g.value_heads, "ssm.group_count": g.key_heads, "full_attention_interval": attending[0] + 1,
    }  # fmt: skip


def _mamba2_facts(model: Model) -> Facts:
    m = _first(block.mamba2 for block in model.layers)
    if not m:
        return {}
    return {
        "ssm.conv_kernel": m.conv_kernel, "ssm.inner_size": m.heads * m.head_width, "ssm.state_size": m.state,
        "ssm.time_step_rank": m.heads, "ssm.group_count": m.groups,
    }  # fmt: skip


def _mamba1_facts(model: Model) -> Facts:
    m = _first(block.mamba1 for block in model.layers)
    if not m:
        return {}
    return {
        "ssm.conv_kernel": m.conv_kernel,
        "ssm.inner_size": m.inner,
        "ssm.state_size": m.state,
        "ssm.time_step_rank": m.dt_rank,
    }


def _conv_facts(model: Model) -> Facts:
    c = _first(block.short_conv for block in model.layers)
    return {"shortconv.l_cache": c.kernel} if c else {}


def _per_layer_table_facts(model: Model) -> Facts:
    """Width of a layer's own embedding (Gemma 3n and 4)."""
    table = model.tensors.get("per_layer_token_embd.weight")
    return {"embedding_length_per_layer_input": table[0] // len(model.layer_names) if table else 0}


KINDS: tuple[Callable[[Model], Facts], ...] = (
    _width_facts, _indexer_facts, _delta_facts, _mamba2_facts, _mamba1_facts, _conv_facts, _per_layer_table_facts,
)  # fmt: skip


def _feed_forward_widths(layers: tuple[Block, ...]) -> list[int]:
    return [b.dense.width if b.dense else b.moe.width if b.moe else 0 for b in layers]


def blocks(model: Model) -> int:
    """Blocks of the file, kept draft layers included."""
    drafts = model.draft_layers
    return len(model.layer_names) + (drafts.layers if drafts and drafts.in_gguf else 0)


def _padded(values: int | list[int], count: int) -> int | list[int]:
    """One value a block: draft blocks repeat the last layer's."""
    return values if isinstance(values, int) else values + [values[-1]] * (count - len(values))


def metadata(model: Model) -> Facts:
    """What llama.cpp's loader asks for, by full key; no tokenizer, only the size of its vocabulary."""
    architecture, layers, count = model.gguf_architecture or "", model.layers, blocks(model)
    facts: Facts = {
        "vocab_size": model.vocabulary or 0, "context_length": model.context_tokens or 0, "embedding_length": model.hidden or 0,
        "block_count": count, "nextn_predict_layers": count - len(layers),
        "attention.head_count": _padded(per_layer(_heads(model)), count),
        "attention.head_count_kv": _padded(per_layer(_kv_heads(model)), count),
        "feed_forward_length": _padded(per_layer(_feed_forward_widths(layers)), count),
        "attention.layer_norm_rms_epsilon": 1e-6, "attention.layer_norm_epsilon": 1e-5,
        "rope.freq_base": 1e6, "rope.freq_base_swa": 1e4, "rope.dimension_sections": [11, 11, 10, 0],
        "final_logit_softcapping": 30.0, "expert_weights_scale": 1.0,
    }  # fmt: skip
    for kind in KINDS:
        facts |= kind(model)
    latent = _first(block.latent_attention for block in layers)
    facts |= _latent_facts(latent) if latent else {}
    if moe := _first(block.moe for block in layers):
        facts |= _expert_facts(moe, [index for index, block in enumerate(layers) if block.moe])
    if architecture not in UNSCALED:
        facts |= dict.fromkeys(NEUTRAL, 1.0)
    own = {f"{architecture}.{key}": value for key, value in facts.items()}
    return {"general.architecture": architecture, "general.name": model.id, "tokenizer.ggml.model": "no_vocab", **own}
