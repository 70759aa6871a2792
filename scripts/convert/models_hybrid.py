"""Layers of the families that mix attention with recurrent or convolution layers."""

from typing import Any

from scripts.convert.models_stack import Config, Layer, Part, Stack, block, dense, gqa, moe

_LETTER_NAMES = {"M": "mamba", "*": "attention", "E": "moe", "-": "mlp"}
_PATTERN_LETTER = {"mamba": "M", "attention": "*", "moe": "E", "mlp": "-"}


def _state(kept_in: str | None) -> Part:
    """The type of the recurrent state where it is not the model's own."""
    return {"state_type": "f32"} if kept_in == "float32" else {}


def gated_delta(c: Config, projections: str) -> Part:
    """Qwen's gated-delta mixer; without a stated type the state is kept as the model itself (Qwen3-Next)."""
    return {
        "key_heads": c["linear_num_key_heads"], "value_heads": c["linear_num_value_heads"], "key_width": c["linear_key_head_dim"],
        "value_width": c["linear_value_head_dim"], "conv_kernel": c["linear_conv_kernel_dim"], "projections": projections,
        **_state(c.get("mamba_ssm_dtype")),
    }  # fmt: skip


def qwen_experts(c: Config) -> Part:
    """Routed experts and one gated shared expert."""
    return moe(
        c["num_experts"], c["num_experts_per_tok"], c["moe_intermediate_size"],
        shared_width=c["shared_expert_intermediate_size"], shared_gate=True,
    )  # fmt: skip


def qwen_hybrid(c: Config) -> Stack:
    """Three gated-delta layers, then one with full attention and an output gate."""
    next_generation = c["model_type"] == "qwen3_next"
    routed = bool(c.get("num_experts"))
    feed = {"moe": qwen_experts(c)} if routed else {"dense": dense(c["intermediate_size"])}
    full = block(attention=gqa(c, query_key_norm="per-head", gate="per-channel"), **feed)
    linear = block(gated_delta=gated_delta(c, "fused-ba" if next_generation else "split-ba"), **feed)
    every = c["full_attention_interval"]
    layers: list[Layer] = [
        ("full", full) if (index + 1) % every == 0 else ("linear", linear) for index in range(c["num_hidden_layers"])
    ]
    stack = Stack("qwen3next" if next_generation else "qwen35moe" if routed else "qwen35", layers)
    count = c.get("mtp_num_hidden_layers", 1 if next_generation else 0)
    stack.draft = {"block": "full", "layers": count, "in_gguf": False} if count else None
    return stack


def _mamba2(heads: int, width: int, groups: int, state: int, kernel: int) -> Part:
    return {"heads": heads, "head_width": width, "groups": groups, "state": state, "conv_kernel": kernel}


def nemotron_h(c: Config) -> Stack:
    """One mixer or one feed-forward stage a layer, by the letters of the pattern; squared ReLU without a gate."""
    pattern = c.get("hybrid_override_pattern") or "".join(_PATTERN_LETTER[kind] for kind in c["layers_block_type"])
    mamba = _mamba2(c["mamba_num_heads"], c["mamba_head_dim"], c["n_groups"], c["ssm_state_size"], c["conv_kernel"])
    # vLLM keeps the state of this family in F32 unless the configuration says otherwise.
    mamba |= _state(c.get("mamba_ssm_cache_dtype", "float32"))
    head_width = c.get("head_dim") or c.get("attention_head_dim")
    parts: dict[str, dict[str, Part]] = {
        "M": {"mamba2": mamba},
        "*": {"attention": gqa({**c, "head_dim": head_width})},
        "-": {"dense": dense(c["intermediate_size"], gated=False)},
    }
    if c.get("n_routed_experts"):
        parts["E"] = {"moe": _nemotron_experts(c)}
    kinds = {letter: block(norms=1, **made) for letter, made in parts.items()}
    stack = Stack("nemotron_h_moe" if "E" in pattern else "nemotron_h", [(_LETTER_NAMES[x], kinds[x]) for x in pattern])
    if c.get("num_nextn_predict_layers"):
        stack.draft = {"block": "draft", "layers": c["num_nextn_predict_layers"], "in_gguf": False}
        stack.draft_block = block(attention=parts["*"]["attention"], moe=parts["E"]["moe"])
    return stack


def _nemotron_experts(c: Config) -> Part:
    return moe(
        c["n_routed_experts"], c["num_experts_per_tok"], c["moe_intermediate_size"], router_bias=True,
        shared_width=c["n_shared_experts"] * c["moe_shared_expert_intermediate_size"], latent=c.get("moe_latent_size"),
    ) | {"gated": False}  # fmt: skip


def granite_hybrid(c: Config) -> Stack:
    """Mamba-2 or attention, each followed by experts and a shared expert."""
    mamba = _mamba2(c["mamba_n_heads"], c["mamba_d_head"], c["mamba_n_groups"], c["mamba_d_state"], c["mamba_d_conv"])
    experts = moe(
        c["num_local_experts"],
        c["num_experts_per_tok"],
        c["intermediate_size"],
        shared_width=c["shared_intermediate_size"],
    )
    kinds = {"mamba": block(mamba2=mamba, moe=experts), "attention": block(attention=gqa(c), moe=experts)}
    return Stack("granitehybrid", [(kind, kinds[kind]) for kind in c["layer_types"]])


def falcon_h1(c: Config) -> Stack:
    """Attention and Mamba-2 side by side in every layer."""
    mamba = _mamba2(c["mamba_n_heads"], c["mamba_d_head"], c["mamba_n_groups"], c["mamba_d_state"], c["mamba_d_conv"])
    if not c["mamba_rms_norm"]:
        mamba["grouped_norm"] = False
    made = block(attention=gqa(c), mamba2=mamba, dense=dense(c["intermediate_size"]))
    return Stack("falcon-h1", [("layer", made)] * c["num_hidden_layers"])


def jamba(c: Config) -> Stack:
    """Mamba-1 with an attention layer now and then; every second layer routes when there are experts."""
    mixers: dict[str, dict[str, Part]] = {
        "mamba": {
            "mamba1": {
                "inner": c["mamba_expand"] * c["hidden_size"], "state": c["mamba_d_state"], "dt_rank": c["mamba_dt_rank"],
                "conv_kernel": c["mamba_d_conv"],
            },
        },
        "attention": {"attention": gqa(c)},
    }  # fmt: skip
    layers = list[Layer]()
    for index in range(c["num_hidden_layers"]):
        mixer = "attention" if index % c["attn_layer_period"] == c["attn_layer_offset"] else "mamba"
        routed = c["num_experts"] > 1 and index % c["expert_layer_period"] == c["expert_layer_offset"]
        feed: dict[str, Part] = {"dense": dense(c["intermediate_size"])}
        if routed:
            feed = {"moe": moe(c["num_experts"], c["num_experts_per_tok"], c["intermediate_size"])}
        layers.append((f"{mixer}-moe" if routed else mixer, block(**mixers[mixer], **feed)))
    return Stack("jamba", layers)


def lfm2(c: Config) -> Stack:
    """Gated short convolutions with some attention layers; the first layers of the routed ones are dense."""
    mixers: dict[str, dict[str, Any]] = {
        "conv": {"short_conv": {"kernel": c["conv_L_cache"], "width": c["hidden_size"]}},
        "full_attention": {"attention": gqa(c, query_key_norm="per-head")},
    }
    routed = bool(c.get("num_experts"))
    layers = list[Layer]()
    for index, kind in enumerate(c["layer_types"]):
        feed = {"dense": dense(_lfm2_width(c))}
        early = index < c.get("num_dense_layers", 0)
        if routed and not early:
            experts = moe(
                c["num_experts"], c["num_experts_per_tok"], c["moe_intermediate_size"], router_bias=c["use_expert_bias"]
            )
            feed = {"moe": experts}
        name = ("conv" if kind == "conv" else "attention") + ("-dense" if early and routed else "")
        layers.append((name, block(**mixers[kind], **feed)))
    return Stack("lfm2moe" if routed else "lfm2", layers)


def _lfm2_width(c: Config) -> int:
    """The intermediate width after the configuration's own adjustment: two thirds, rounded up to a multiple."""
    width = int(c["intermediate_size"])
    if not c.get("block_auto_adjust_ff_dim"):
        return width
    multiple = int(c["block_multiple_of"])
    return -(-int(c["block_ffn_dim_multiplier"] * int(2 * width / 3)) // multiple) * multiple


FAMILIES = {
    "falcon_h1": falcon_h1,
    "granitemoehybrid": granite_hybrid,
    "jamba": jamba,
    "lfm2": lfm2,
    "lfm2_moe": lfm2,
    "nemotron_h": nemotron_h,
    "qwen3_5_moe_text": qwen_hybrid,
    "qwen3_5_text": qwen_hybrid,
    "qwen3_next": qwen_hybrid,
}
"""Type in the configuration → builder."""
