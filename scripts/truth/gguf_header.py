"""Write a GGUF file that is all header: a catalog model's tensors and metadata over a sparse hole, enough for llama.cpp to plan it."""

import struct
from pathlib import Path

from advisor.catalog.contents import Catalog
from advisor.catalog.schema.model import Attention, Block, LatentAttention, Model, Moe
from advisor.estimate.ggml_mix import formats
from advisor.estimate.tensors import Tensor, tensor_list
from advisor.estimate.weights import mix_facts

Value = bool | int | float | str | list[bool] | list[int]
TYPE_IDS = {
    "f32": 0, "f16": 1, "q4_0": 2, "q4_1": 3, "q5_0": 6, "q5_1": 7, "q8_0": 8, "q2_k": 10, "q3_k": 11, "q4_k": 12, "q5_k": 13,
    "q6_k": 14, "iq2_xxs": 16, "iq2_xs": 17, "iq3_xxs": 18, "iq1_s": 19, "iq4_nl": 20, "iq3_s": 21, "iq2_s": 22, "iq4_xs": 23,
    "iq1_m": 29, "bf16": 30, "mxfp4": 39,
}  # fmt: skip
ALIGNMENT = 32
U32, I32, F32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
NORM_AFTER_ATTENTION = frozenset({"gpt-oss", "qwen3next", "qwen35", "qwen35moe", "glm4moe"})
"""Architectures that call the norm before the feed-forward half post_attention_norm."""
SCALED = ("granite", "cohere", "command")
"""Families that scale logits and streams."""
SIGMOID_GATING = 2


def _packed_text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _packed(value: Value) -> bytes:
    """A metadata value with its type in front."""
    if isinstance(value, bool):
        return struct.pack("<I?", BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", U32, value)
    if isinstance(value, float):
        return struct.pack("<If", F32, value)
    if isinstance(value, str):
        return struct.pack("<I", STRING) + _packed_text(value)
    kind, form = (BOOL, "?") if isinstance(value[0], bool) else (I32, "i")
    return struct.pack("<IIQ", ARRAY, kind, len(value)) + struct.pack(f"<{len(value)}{form}", *value)


def _attention_facts(layers: list[Block], a: Attention) -> dict[str, Value]:
    windows = [b.attention.window for b in layers if b.attention and b.attention.window]
    facts: dict[str, Value] = {
        "attention.key_length": a.head_width,
        "attention.value_length": a.value_head_width,
        "rope.dimension_count": a.head_width,
    }
    if windows:
        facts["attention.sliding_window"] = windows[0]
        facts |= _windowed_facts([b.attention for b in layers if b.attention])
    return facts


def _windowed_facts(layers: list[Attention]) -> dict[str, Value]:
    """What architectures with unlike windowed layers ask for (Gemma 4)."""
    full = next((a for a in layers if not a.window), layers[0])
    windowed = next(a for a in layers if a.window)
    if (full.head_width, full.kv_heads) == (windowed.head_width, windowed.kv_heads):
        return {}
    return {
        "attention.sliding_window_pattern": [bool(a.window) for a in layers],
        "attention.key_length": full.head_width, "attention.value_length": full.value_head_width,
        "attention.key_length_swa": windowed.head_width, "attention.value_length_swa": windowed.value_head_width,
        "rope.dimension_count": full.head_width, "rope.dimension_count_swa": windowed.head_width,
        "attention.head_count_kv": [a.kv_heads for a in layers], "embedding_length_per_layer_input": 0,
        "final_logit_softcapping": 30.0,
    }  # fmt: skip


def _indexer_facts(layers: list[Block]) -> dict[str, Value]:
    attentions = [b.latent_attention or b.attention for b in layers]
    found = next((a.indexer for a in attentions if a and a.indexer), None)
    if not found:
        return {}
    return {
        "attention.indexer.head_count": found.heads, "attention.indexer.key_length": found.width,
        "attention.indexer.top_k": found.top_k,
    }  # fmt: skip


def _latent_facts(a: LatentAttention) -> dict[str, Value]:
    facts: dict[str, Value] = {
        "attention.kv_lora_rank": a.kv_rank,
        "attention.key_length": a.kv_rank + a.rope_width,
        "attention.value_length": a.kv_rank,
        "attention.key_length_mla": a.nope_width + a.rope_width,
        "attention.value_length_mla": a.value_width,
        "rope.dimension_count": a.rope_width,
    }
    if a.query_rank:
        facts["attention.q_lora_rank"] = a.query_rank
    return facts


def _expert_facts(m: Moe, dense_first: int) -> dict[str, Value]:
    facts: dict[str, Value] = {
        "expert_count": m.experts,
        "expert_used_count": m.active,
        "expert_feed_forward_length": m.width,
        "leading_dense_block_count": dense_first,
        "expert_weights_norm": True,
    }
    if m.router_bias:
        facts["expert_gating_func"] = SIGMOID_GATING
    if m.shared_width:
        facts["expert_shared_count"] = max(1, m.shared_width // m.width)
        facts["expert_shared_feed_forward_length"] = m.shared_width
    if m.latent:
        facts["moe_latent_size"] = m.latent
    return facts


def _state_facts(layers: list[Block]) -> dict[str, Value]:
    if g := next((b.gated_delta for b in layers if b.gated_delta), None):
        attending = [i for i, b in enumerate(layers) if b.attention or b.latent_attention]
        return {
            "ssm.conv_kernel": g.conv_kernel, "ssm.inner_size": g.value_heads * g.value_width, "ssm.state_size": g.key_width,
            "ssm.time_step_rank": g.value_heads, "ssm.group_count": g.key_heads, "full_attention_interval": attending[0] + 1,
            "rope.dimension_sections": [11, 11, 10, 0],
        }  # fmt: skip
    if m := next((b.mamba2 for b in layers if b.mamba2), None):
        return {
            "ssm.conv_kernel": m.conv_kernel, "ssm.inner_size": m.heads * m.head_width, "ssm.state_size": m.state,
            "ssm.time_step_rank": m.heads, "ssm.group_count": m.groups,
        }  # fmt: skip
    if n := next((b.mamba1 for b in layers if b.mamba1), None):
        return {
            "ssm.conv_kernel": n.conv_kernel, "ssm.inner_size": n.inner, "ssm.state_size": n.state, "ssm.time_step_rank": n.dt_rank,
        }  # fmt: skip
    if c := next((b.short_conv for b in layers if b.short_conv), None):
        return {"shortconv.l_cache": c.kernel}
    return {}


def metadata(model: Model) -> dict[str, Value]:
    """What llama.cpp's loader asks for, by full key; no tokenizer, only the size of its vocabulary."""
    architecture = model.gguf_architecture or ""
    layers = list(model.layers)
    attentions = [b.attention or b.latent_attention for b in layers]
    heads = [a.heads if a else 0 for a in attentions]
    kv_heads = [a.kv_heads if isinstance(a, Attention) else int(a is not None) for a in attentions]
    widths = [b.dense.width if b.dense else b.moe.width if b.moe else 0 for b in layers]
    hybrid = any(b.mamba2 or b.mamba1 or b.short_conv for b in layers)
    facts: dict[str, Value] = {
        "vocab_size": model.vocabulary or 0, "context_length": model.context_tokens or 0, "embedding_length": model.hidden or 0,
        "block_count": len(layers), "attention.head_count": max(heads), "attention.layer_norm_rms_epsilon": 1e-6,
        "attention.layer_norm_epsilon": 1e-5, "rope.freq_base": 1e6,
        "attention.head_count_kv": kv_heads if hybrid else max(kv_heads),
        "feed_forward_length": widths if hybrid else max(widths),
    }  # fmt: skip
    first = next((a for a in attentions if a), None)
    facts |= (
        _latent_facts(first) if isinstance(first, LatentAttention) else _attention_facts(layers, first) if first else {}
    )
    if moe := next((b.moe for b in layers if b.moe), None):
        facts |= _expert_facts(moe, next(i for i, b in enumerate(layers) if b.moe))
    facts |= _state_facts(layers) | _indexer_facts(layers)
    if architecture.startswith(SCALED):
        facts |= dict.fromkeys(("logit_scale", "residual_scale", "embedding_scale", "attention.scale"), 1.0)
    own = {f"{architecture}.{key}": value for key, value in facts.items()}
    return {"general.architecture": architecture, "general.name": model.id, "tokenizer.ggml.model": "no_vocab", **own}


def _named(model: Model, tensor: Tensor) -> str:
    if model.gguf_architecture in NORM_AFTER_ATTENTION:
        return tensor.name.replace("ffn_norm.weight", "post_attention_norm.weight")
    return tensor.name


def write_header(model: Model, mix: str, catalog: Catalog, path: Path) -> int:
    """Write `model` quantised as `mix` to `path` without its weights; returns the bytes they would take.

    Draft layers are left out: llama.cpp does not load them, and not every architecture's loader knows them.
    """
    chosen = formats(mix, tensor_list(model), mix_facts(model))
    infos, offset = bytearray(), 0
    count = 0
    for tensor, kind in chosen:
        if tensor.part == "draft":
            continue
        layout = catalog.quants[kind].block
        assert layout is not None
        infos += _packed_text(_named(model, tensor)) + struct.pack("<I", len(tensor.shape))
        infos += struct.pack(f"<{len(tensor.shape)}Q", *tensor.shape) + struct.pack("<IQ", TYPE_IDS[kind], offset)
        size = tensor.elements // layout.weights * int(layout.bytes)
        offset += -(-size // ALIGNMENT) * ALIGNMENT
        count += 1
    facts = metadata(model)
    head = b"GGUF" + struct.pack("<IQQ", 3, count, len(facts))
    head += b"".join(_packed_text(key) + _packed(value) for key, value in facts.items()) + bytes(infos)
    start = -(-len(head) // ALIGNMENT) * ALIGNMENT
    with path.open("wb") as file:
        file.write(head)
        file.truncate(start + offset)
    return offset
