"""Layers of Gemma 3n and Gemma 4: shared caches, one projection for key and value, per-layer embeddings, experts beside a dense stage."""

from typing import Any

from scripts.convert.models_stack import Config, Layer, Part, Stack, block, dense, gqa, moe, sliding_kinds


def _shares(c: Config, index: int) -> bool:
    return index >= int(c["num_hidden_layers"]) - int(c.get("num_kv_shared_layers") or 0)


def _unused_cache_weights(attention: Part, hidden: int) -> dict[str, list[int]]:
    """Key and value weights a checkpoint keeps for layers that read an earlier layer's cache."""
    width = attention["kv_heads"] * attention["head_width"]
    return {
        "attn_k.weight": [hidden, width], "attn_v.weight": [hidden, width], "attn_k_norm.weight": [attention["head_width"]],
    }  # fmt: skip


def _per_layer_input(hidden: int, width: int) -> dict[str, list[int]]:
    return {"inp_gate.weight": [hidden, width], "proj.weight": [width, hidden], "post_norm.weight": [hidden]}


def _per_layer_tables(c: Config, width: int) -> dict[str, list[int]]:
    rows = c.get("vocab_size_per_layer_input") or c["vocab_size"]
    every = width * c["num_hidden_layers"]
    return {
        "per_layer_token_embd.weight": [every, rows], "per_layer_model_proj.weight": [c["hidden_size"], every],
        "per_layer_proj_norm.weight": [width],
    }  # fmt: skip


def gemma4(c: Config) -> Stack:
    """Full layers have wider heads; in the larger models they use the key as value too."""
    hidden, width = c["hidden_size"], int(c.get("hidden_size_per_layer_input") or 0)
    wide = c.get("global_head_dim") or 2 * c["head_dim"]
    twice = bool(c.get("attention_k_eq_v"))
    full_heads = c.get("num_global_key_value_heads") or c["num_key_value_heads"]
    attention = {
        "full": gqa(
            c, head_width=wide, kv_heads=full_heads if twice else None, query_key_norm="per-head", value_from_key=twice
        ),
        "sliding": gqa(c, query_key_norm="per-head", window=c["sliding_window"]),
    }
    layers = list[Layer]()
    for index, kind in enumerate(_gemma4_kinds(c)):
        shared = _shares(c, index)
        tensors: dict[str, list[int]] = {"layer_output_scale.weight": [1]}
        if width:
            tensors |= _per_layer_input(hidden, width)
        if shared:
            tensors |= _unused_cache_weights(attention[kind], hidden)
        wide_feed = shared and c.get("use_double_wide_mlp")
        parts, norms = _gemma4_feed(c, tensors, 2 if wide_feed else 1)
        mixer = attention[kind] | ({"cached_by_earlier_layer": True} if shared else {})
        layers.append(
            (f"{kind}-shared" if shared else kind, block(norms=norms, attention=mixer, tensors=tensors, **parts))
        )
    stack = Stack("gemma4", layers, tensors={"rope_freqs.weight": [wide // 2]})
    if width:
        stack.tensors |= _per_layer_tables(c, width)
        stack.lookup = ["per_layer_token_embd.weight"]
    return stack


def _gemma4_kinds(c: Config) -> list[str]:
    """By the configuration, else five sliding layers to each full one, which the last layer always is."""
    if c.get("layer_types"):
        return sliding_kinds(c)
    return ["full" if (index + 1) % 6 == 0 else "sliding" for index in range(c["num_hidden_layers"])]


def _gemma4_feed(c: Config, tensors: dict[str, list[int]], times: int) -> tuple[dict[str, Part], int]:
    """Feed-forward parts and the number of norms; with experts the dense stage stays beside them."""
    parts: dict[str, Part] = {"dense": dense(c["intermediate_size"] * times)}
    if not c.get("num_experts"):
        return parts, 4
    tensors |= {
        "ffn_gate_inp.scale": [c["hidden_size"]], "ffn_down_exps.scale": [c["num_experts"]],
        **{f"{name}.weight": [c["hidden_size"]] for name in ("pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2")},
    }  # fmt: skip
    parts["moe"] = moe(c["num_experts"], c["top_k_experts"], c["moe_intermediate_size"], fused=True)
    return parts, 4


def gemma3n(c: Config) -> Stack:
    """Alternating updates over four streams, a low-rank residual, per-layer embeddings; the last layers reuse earlier caches."""
    hidden, streams, width = c["hidden_size"], c["altup_num_inputs"], c["hidden_size_per_layer_input"]
    extra: dict[str, list[int]] = {
        **_per_layer_input(hidden, width),
        "altup_correct_coef.weight": [streams, streams], "altup_correct_scale.weight": [hidden],
        "altup_predict_coef.weight": [streams, streams * streams], "altup_router.weight": [hidden, streams],
        "altup_router_norm.weight": [hidden], "laurel_l.weight": [hidden, c["laurel_rank"]],
        "laurel_r.weight": [c["laurel_rank"], hidden], "laurel_post_norm.weight": [hidden],
    }  # fmt: skip
    layers = list[Layer]()
    for index, kind in enumerate(sliding_kinds(c)):
        shared = _shares(c, index)
        more: dict[str, Any] = {
            "window": c["sliding_window"] if kind == "sliding" else None,
            "cached_by_earlier_layer": shared,
        }
        attention = gqa(c, query_key_norm="per-head", **more)
        tensors = extra | (_unused_cache_weights(attention, hidden) if shared else {})
        made = block(norms=4, attention=attention, dense=dense(c["intermediate_size"][index]), tensors=tensors)
        layers.append((f"{kind}-shared" if shared else kind, made))
    stack = Stack("gemma3n", layers, tensors=_per_layer_tables(c, width), lookup=["per_layer_token_embd.weight"])
    stack.tensors |= {f"{name}.weight": [hidden, hidden, streams - 1] for name in ("altup_proj", "altup_unembd_proj")}
    return stack


FAMILIES = {"gemma3n_text": gemma3n, "gemma4_text": gemma4, "gemma4_unified_text": gemma4}
"""Type in the configuration → builder."""
