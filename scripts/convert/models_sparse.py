"""Layers of the newest sparse families, tensor by tensor: their parameters are known, their caches follow no tested rule."""

from typing import Any

from scripts.convert.models_hybrid import gated_delta, qwen_experts
from scripts.convert.models_latent import experts_of, kimi_delta, kimi_k3, kimi_linear
from scripts.convert.models_stack import Config, Layer, Part, Stack, block, dense, gqa, moe

Shapes = dict[str, list[int]]

_FULL_RATIO = 4
_NEXT_LAST = 1


def hyper_connections(hidden: int, streams: int) -> Shapes:
    """Mixing weights of the parallel residual streams of one layer."""
    mixed = (2 + streams) * streams
    found: Shapes = {}
    for stage in ("attn", "ffn"):
        found |= {
            f"hc_{stage}_fn.weight": [streams * hidden, mixed], f"hc_{stage}_base.weight": [mixed],
            f"hc_{stage}_scale.weight": [3],
        }  # fmt: skip
    return found


def deepseek_v4(c: Config) -> Stack:
    """One shared key-value vector a token in a short window, beside entries compressed 4 or 128 to one; grouped output projection."""
    hidden, streams = c["hidden_size"], c["hc_mult"]
    layers = list[Layer]()
    for index, ratio in enumerate(c["compress_ratios"][: c["num_hidden_layers"]]):
        hashed = index < c["num_hash_layers"]
        routed = moe(
            c["n_routed_experts"], c["num_experts_per_tok"], c["moe_intermediate_size"], router_bias=not hashed,
            shared_width=c["n_shared_experts"] * c["moe_intermediate_size"],
        )  # fmt: skip
        tensors = _v4_attention(c) | _v4_compressor(c, ratio) | hyper_connections(hidden, streams)
        if hashed:
            tensors["ffn_gate_tid2eid.weight"] = [c["num_experts_per_tok"], c["vocab_size"]]
        name = ("window" if ratio == 0 else f"compressed-{ratio}x") + ("-hashed" if hashed else "")
        layers.append((name, block(moe=routed, tensors=tensors)))
    stack = Stack("deepseek4", layers)
    stack.tensors = {
        "output_hc_fn.weight": [streams * hidden, streams],
        "output_hc_base.weight": [streams],
        "output_hc_scale.weight": [1],
    }
    stack.kv_refused = (
        "its cache of a window and of entries compressed 4 and 128 to one follows no rule that has been tested"
    )
    return stack


def _v4_attention(c: Config) -> Shapes:
    hidden, heads, width, rank = c["hidden_size"], c["num_attention_heads"], c["head_dim"], c["q_lora_rank"]
    groups, out = c["o_groups"], c["o_lora_rank"]
    return {
        "attn_sinks.weight": [heads], "attn_q_a.weight": [hidden, rank], "attn_q_a_norm.weight": [rank],
        "attn_q_b.weight": [rank, heads * width], "attn_kv.weight": [hidden, width], "attn_kv_a_norm.weight": [width],
        "attn_output_a.weight": [heads * width // groups, out, groups], "attn_output_b.weight": [groups * out, hidden],
    }  # fmt: skip


def _v4_compressor(c: Config, ratio: int) -> Shapes:
    hidden, width, small = c["hidden_size"], c["head_dim"], c["index_head_dim"]
    if ratio == 0:
        return {}
    doubled = width * (2 if ratio == _FULL_RATIO else 1)
    found: Shapes = {
        "attn_compressor_kv.weight": [hidden, doubled], "attn_compressor_gate.weight": [hidden, doubled],
        "attn_compressor_ape.weight": [doubled, ratio], "attn_compressor_norm.weight": [width],
    }  # fmt: skip
    if ratio == _FULL_RATIO:
        found |= {
            "indexer.proj.weight": [hidden, c["index_n_heads"]],
            "indexer.attn_q_b.weight": [c["q_lora_rank"], c["index_n_heads"] * small],
            "indexer_compressor_kv.weight": [hidden, 2 * small], "indexer_compressor_gate.weight": [hidden, 2 * small],
            "indexer_compressor_ape.weight": [2 * small, ratio], "indexer_compressor_norm.weight": [small],
        }  # fmt: skip
    return found


def glm5_next(c: Config) -> Stack:
    """Three delta layers, then latent attention without positions that picks tokens by pooled index keys; four residual streams."""
    hidden, heads = c["hidden_size"], c["linear_num_heads"]
    streams = hyper_connections(hidden, c["hc_mult"])
    width = c["linear_head_dim"]
    delta = kimi_delta(hidden, heads, width, c["linear_conv_kernel_dim"], ("decay", "gate"))
    linear: dict[str, Any] = {"gated_delta": delta["gated_delta"], "tensors": delta["tensors"] | streams}
    indexed: dict[str, Any] = {"tensors": _glm5_attention(c) | streams}
    layers = list[Layer]()
    for kind, feed in zip(c["layer_types"], c["mlp_layer_types"], strict=True):
        mixer = linear if kind == "linear_attention" else indexed
        parts: dict[str, Part] = {"dense": dense(c["intermediate_size"])} if feed == "dense" else {"moe": experts_of(c)}
        name = ("linear" if kind == "linear_attention" else "indexed") + ("-dense" if feed == "dense" else "")
        layers.append((name, block(**mixer, **parts)))
    stack = Stack("glm5-next", layers)
    stack.draft = {"block": "draft", "layers": 1, "in_gguf": False}
    stack.draft_block = block(moe=experts_of(c), tensors=_glm5_attention(c))
    stack.kv_refused = "the pooled index keys beside its latent cache follow no rule that has been tested"
    return stack


def _glm5_attention(c: Config) -> Shapes:
    hidden, heads, rank = c["hidden_size"], c["num_attention_heads"], c["kv_lora_rank"]
    query, small, pool = c["q_lora_rank"], c["index_head_dim"], c["index_kpool"]
    keys, values = c["qk_nope_head_dim"], c["v_head_dim"]
    return {
        "attn_q_a.weight": [hidden, query], "attn_q_a_norm.weight": [query], "attn_q_b.weight": [query, heads * keys],
        "attn_kv_a_mqa.weight": [hidden, rank], "attn_kv_a_norm.weight": [rank], "attn_k_b.weight": [keys, rank, heads],
        "attn_v_b.weight": [rank, values, heads], "attn_output.weight": [heads * values, hidden],
        "indexer.k_norm.weight": [small], "indexer.k_norm.bias": [small], "indexer.proj.weight": [hidden, c["index_n_heads"]],
        "indexer.attn_k.weight": [hidden, small], "indexer.attn_q_b.weight": [query, c["index_n_heads"] * small],
        "indexer_compressor_gate.weight": [hidden, small], "indexer_compressor_ape.weight": [small, pool],
    }  # fmt: skip


def qwen4(c: Config) -> Stack:
    """Qwen3.5's layers on low-rank mixed residual streams, an indexer in the full ones, an n-gram table read in one layer."""
    hidden, streams, rank = c["hidden_size"], c["hc_count"], c["hc_lowrank"]
    wide, small = hidden * streams, c["indexer_head_dim"]
    mixing: Shapes = {}
    for stage in ("attn", "ffn"):
        mixing |= {
            f"hc_{stage}_norm.weight": [hidden, streams], f"hc_{stage}_down.weight": [wide, rank],
            f"hc_{stage}_up.weight": [rank, wide], f"hc_{stage}_inject.weight": [wide, streams],
        }  # fmt: skip
    index: Shapes = {
        "indexer.q_proj.weight": [hidden, c["indexer_n_heads"] * small], "indexer.k_proj.weight": [hidden, small],
        "indexer.q_norm.weight": [small], "indexer.k_norm.weight": [small],
    }  # fmt: skip
    table: Shapes = {
        "ple_key.weight": [c["ple_embed_dim"], wide], "ple_value.weight": [c["ple_embed_dim"], hidden],
        **{f"ple_norm_{x}.weight": [hidden, streams] for x in ("key", "query", "conv")},
        "ple_conv1d.weight": [c["ple_conv_kernel_size"], wide],
    }  # fmt: skip
    full = gqa(c, query_key_norm="per-head", gate="per-channel")
    delta, experts = gated_delta(c, "split-ba"), qwen_experts(c)
    layers = list[Layer]()
    for number, kind in enumerate(c["layer_types"]):
        looks_up = number in c["ple_layer_ids"]
        tensors = mixing | (table if looks_up else {})
        if kind == "full_attention":
            layers.append(("full", block(norms=0, attention=full, moe=experts, tensors=tensors | index)))
        else:
            name = "linear-lookup" if looks_up else "linear"
            layers.append((name, block(norms=0, gated_delta=delta, moe=experts, tensors=tensors)))
    stack = Stack("qwen4exp", layers, tensors=_qwen4_outside(c, wide), lookup=["per_layer_token_embd.weight"])
    stack.kv_refused = "the averaged index keys beside the cache of its full layers follow no rule that has been tested"
    return stack


def _qwen4_outside(c: Config, wide: int) -> Shapes:
    """The n-gram table, a row for each hashed n-gram and head, and the mixing before the head (its norm stands for the final one)."""
    heads = (c["ngram_size"] - 1) * c["heads_per_ngram"]
    row = c["ple_embed_dim"] // heads
    return {
        "per_layer_token_embd.weight": [row, c["ngram_table_params"] // row],
        "output_hc_norm.weight": [c["hidden_size"], c["hc_count"] - _NEXT_LAST],
        "output_hc_down.weight": [wide, c["hc_lowrank"]], "output_hc_up.weight": [c["hc_lowrank"], wide],
    }  # fmt: skip


def kimi(c: Config) -> Stack:
    """Kimi K3 by its expert space of its own, else Kimi Linear."""
    return kimi_k3(c) if c.get("routed_expert_hidden_size") else kimi_linear(c)


FAMILIES = {"deepseek_v4": deepseek_v4, "glm5_next_text": glm5_next, "kimi_linear": kimi, "qwen4_exp_text": qwen4}
"""Type in the configuration → builder."""
