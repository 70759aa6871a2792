"""Layers of the families with multi-head latent attention, and with Kimi's delta attention beside it."""

from typing import Any

from scripts.convert.models_stack import Config, Layer, Part, Stack, block, dense, moe

_LATENT_ARCHITECTURES = {
    "deepseek_v2": "deepseek2", "deepseek_v3": "deepseek2", "deepseek_v32": "deepseek32", "glm4_moe_lite": "deepseek2",
    "glm_moe_dsa": "glm-dsa", "kimi_k2": "deepseek2", "mistral4": "mistral4",
}  # fmt: skip
_NO_ROUTER_BIAS = frozenset({"deepseek_v2", "mistral4"})
_OWN_EMBEDDINGS = frozenset({"deepseek_v3", "deepseek_v32", "glm4_moe_lite"})


def latent(c: Config, **more: Any) -> Part:
    """Latent attention of a configuration."""
    made = {
        "heads": c["num_attention_heads"], "kv_rank": c["kv_lora_rank"], "rope_width": c["qk_rope_head_dim"],
        "nope_width": c["qk_nope_head_dim"], "value_width": c["v_head_dim"], "query_rank": c.get("q_lora_rank"), **more,
    }  # fmt: skip
    return {key: value for key, value in made.items() if value}


def experts_of(c: Config) -> Part:
    """Routed experts of the DeepSeek kind, shared experts beside them."""
    active = c.get("num_experts_per_tok") or c["num_experts_per_token"]
    shared = c.get("n_shared_experts", c.get("num_shared_experts", 0))
    return moe(
        c.get("n_routed_experts") or c["num_experts"], active, c["moe_intermediate_size"],
        router_bias=c["model_type"] not in _NO_ROUTER_BIAS, shared_width=shared * c["moe_intermediate_size"],
    )  # fmt: skip


def deepseek(c: Config) -> Stack:
    """Latent attention everywhere, dense layers first; some also pick tokens by an indexer."""
    picks = (
        {"heads": c["index_n_heads"], "width": c["index_head_dim"], "top_k": c["index_topk"]}
        if c.get("index_topk")
        else None
    )
    dense_part, experts = dense(c["intermediate_size"]), experts_of(c)
    lead = c["first_k_dense_replace"]
    indexers = c.get("indexer_types") or ["full"] * c["num_hidden_layers"]
    layers = list[Layer]()
    for index in range(c["num_hidden_layers"]):
        picked = picks if indexers[index] == "full" else None
        name = ("dense" if index < lead else "moe") + ("" if indexers[index] == "full" else "-shared-picks")
        feed: dict[str, Part] = {"dense": dense_part} if index < lead else {"moe": experts}
        layers.append((name, block(latent_attention=latent(c, indexer=picked), **feed)))
    stack = Stack(_LATENT_ARCHITECTURES[c["model_type"]], layers)
    if count := c.get("num_nextn_predict_layers"):
        stack.draft = {"block": "moe", "layers": count, "in_gguf": False}
        if c["model_type"] in _OWN_EMBEDDINGS:
            stack.draft["own_embeddings"] = True
    return stack


def _delta(heads: int, width: int, kernel: int) -> Part:
    """Delta attention gated a channel; vLLM keeps its state in F32."""
    return {
        "key_heads": heads, "value_heads": heads, "key_width": width, "value_width": width, "conv_kernel": kernel,
        "projections": "listed", "state_type": "f32",
    }  # fmt: skip


def kimi_delta(hidden: int, heads: int, width: int, kernel: int, low_rank: tuple[str, ...]) -> dict[str, Part]:
    """Kimi's delta attention: `decay` and `gate` a channel, through one head's width or in full; state as gated delta."""
    inner = heads * width
    found: dict[str, list[int]] = {f"ssm_conv1d_{x}.weight": [kernel, 1, inner] for x in "qkv"}
    found |= {f"attn_{x}.weight": [hidden, inner] for x in "qkv"}
    found["ssm_f_a.weight"] = [hidden, width if "decay" in low_rank else inner]
    if "decay" in low_rank:
        found["ssm_f_b.weight"] = [width, inner]
    found |= {"ssm_beta.weight": [hidden, heads], "ssm_a": [heads], "ssm_dt.bias": [inner]}
    if "gate" in low_rank:
        found |= {"ssm_g_a.weight": [hidden, width], "ssm_g_b.weight": [width, inner]}
    else:
        found["ssm_g.weight"] = [hidden, inner]
    found |= {"ssm_norm.weight": [width], "attn_output.weight": [inner, hidden]}
    return {"gated_delta": _delta(heads, width, kernel), "tensors": found}


def kimi_linear(c: Config) -> Stack:
    """Three delta layers, then one with latent attention; the first layer is dense."""
    linear = c["linear_attn_config"]
    mixers: dict[str, dict[str, Part]] = {
        "linear": kimi_delta(
            c["hidden_size"], linear["num_heads"], linear["head_dim"], linear["short_conv_kernel_size"],
            ("decay", "gate"),
        ),
        "full": {"latent_attention": latent(c)},
    }  # fmt: skip
    return Stack("kimi-linear", _mixed(c, mixers, {"moe": experts_of(c)}, linear["full_attn_layers"]))


def _mixed(
    c: Config, mixers: dict[str, dict[str, Part]], routed: dict[str, Part], full_layers: list[int]
) -> list[Layer]:
    """Layers numbered from 1: mixer by the list of full ones, feed-forward dense while early."""
    layers = list[Layer]()
    for number in range(1, c["num_hidden_layers"] + 1):
        kind = "full" if number in full_layers else "linear"
        early = number <= c["first_k_dense_replace"]
        feed = {"dense": dense(c["intermediate_size"])} if early else routed
        layers.append((f"{kind}-dense" if early else kind, _merged(mixers[kind], feed)))
    return layers


def _merged(mixer: dict[str, Part], feed: dict[str, Part]) -> Part:
    tensors = {**mixer.get("tensors", {}), **feed.get("tensors", {})}
    return block(**{**mixer, **feed, "tensors": tensors})


def ling(c: Config) -> Stack:
    """Five delta layers with full-rank decay and gate, then one with latent attention gated a head."""
    mixers: dict[str, dict[str, Part]] = {
        "linear": kimi_delta(
            c["hidden_size"], c["linear_num_heads"], c["linear_head_dim"], c["linear_conv_kernel_dim"],
            (),
        ),
        "full": {"latent_attention": latent(c, gate="per-head")},
    }  # fmt: skip
    full = [index + 1 for index, kind in enumerate(c["layer_types"]) if kind == "full_attention"]
    stack = Stack("bailingmoe3", _mixed(c, mixers, {"moe": experts_of(c)}, full))
    stack.draft = {"block": "full", "layers": c["num_nextn_predict_layers"], "in_gguf": False}
    return stack


def kimi_k3(c: Config) -> Stack:
    """Kimi Linear's layers with a full-rank gate, gated latent attention, experts in a narrower space and block residuals."""
    linear, hidden = c["linear_attn_config"], c["hidden_size"]
    residuals = {"attn_res_score.weight": [hidden], "ffn_res_score.weight": [hidden]}
    delta = kimi_delta(
        hidden, linear["num_heads"], linear["head_dim"], linear["short_conv_kernel_size"], ("decay",)
    )  # fmt: skip
    delta["tensors"] |= residuals
    mixers: dict[str, dict[str, Part]] = {
        "linear": delta, "full": {"latent_attention": latent(c, gate="per-channel"), "tensors": residuals}
    }  # fmt: skip
    inside = c["routed_expert_hidden_size"]
    routed: dict[str, Part] = {
        "moe": experts_of(c) | {"latent": inside}, "tensors": {"ffn_routed_norm.weight": [inside]}
    }  # fmt: skip
    stack = Stack("kimi-k3", _mixed(c, mixers, routed, linear["full_attn_layers"]))
    stack.tensors = {"output_res_score.weight": [hidden]}
    stack.kv_refused = (
        "its mix of delta layers, gated latent attention and block residuals has no cache rule that has been tested"
    )
    return stack


FAMILIES = {**dict.fromkeys(_LATENT_ARCHITECTURES, deepseek), "bailing_hybrid": ling}
"""Type in the configuration → builder."""
