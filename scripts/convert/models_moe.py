"""Layers of the mixture-of-experts families with grouped-query attention."""

from typing import Any

from scripts.convert.models_stack import Config, Layer, Part, Stack, block, dense, gqa, moe, rope_tensors, sliding_kinds

STEP_SLIDING_HEADS = 96
# The flattened configuration leaves out that Step 3.5's sliding layers have heads of their own. With 96 of them, and three draft
# layers with a head each, the published element total comes out to the last digit; with the full layers' 64 it does not.


def mixtral(c: Config) -> Stack:
    """Every layer routes; nothing is shared."""
    experts = moe(c["num_local_experts"], c["num_experts_per_tok"], c["intermediate_size"])
    return Stack("llama", [("layer", block(attention=gqa(c), moe=experts))] * c["num_hidden_layers"])


def qwen3_moe(c: Config) -> Stack:
    """Norms on query and key, every layer routes."""
    gguf = "qwen3moe" if c["model_type"] == "qwen3_moe" else "qwen3vlmoe"
    experts = moe(c["num_experts"], c["num_experts_per_tok"], c["moe_intermediate_size"])
    made = block(attention=gqa(c, query_key_norm="per-head"), moe=experts)
    return Stack(gguf, [("layer", made)] * c["num_hidden_layers"])


def mellum(c: Config) -> Stack:
    """Qwen3's layers, three of four sliding."""
    experts = moe(c["num_local_experts"], c["num_experts_per_tok"], c["moe_intermediate_size"])
    kinds = {
        "full": block(attention=gqa(c, query_key_norm="per-head"), moe=experts),
        "sliding": block(attention=gqa(c, query_key_norm="per-head", window=c["sliding_window"]), moe=experts),
    }
    return Stack("mellum", [(kind, kinds[kind]) for kind in sliding_kinds(c)])


def gpt_oss(c: Config) -> Stack:
    """Biases everywhere, one sink a head, every second layer sliding."""
    experts = moe(c["num_local_experts"], c["num_experts_per_tok"], c["intermediate_size"], bias=True)
    common = {"qkv_bias": True, "output_bias": True, "sinks": True}
    kinds = {
        "full": block(attention=gqa(c, **common), moe=experts),
        "sliding": block(attention=gqa(c, **common, window=c["sliding_window"]), moe=experts),
    }
    return Stack("gpt-oss", [(kind, kinds[kind]) for kind in sliding_kinds(c)])


def glm4_moe(c: Config) -> Stack:
    """Dense layers first, then routed ones with a shared expert; GGUF keeps the draft layer."""
    attention = gqa(c, qkv_bias=c["attention_bias"], query_key_norm="per-head" if c.get("use_qk_norm") else None)
    experts = moe(
        c["n_routed_experts"], c["num_experts_per_tok"], c["moe_intermediate_size"], router_bias=True,
        shared_width=c["n_shared_experts"] * c["moe_intermediate_size"],
    )  # fmt: skip
    lead: Layer = ("dense", block(attention=attention, dense=dense(c["intermediate_size"])))
    rest: Layer = ("moe", block(attention=attention, moe=experts))
    first = c["first_k_dense_replace"]
    stack = Stack("glm4moe", [lead] * first + [rest] * (c["num_hidden_layers"] - first))
    stack.draft = {"block": "moe", "layers": c["num_nextn_predict_layers"], "in_gguf": True}
    return stack


def minimax_m2(c: Config) -> Stack:
    """Norms over the whole query and key, every layer routes."""
    experts = moe(c["num_local_experts"], c["num_experts_per_tok"], c["intermediate_size"], router_bias=True)
    made = block(attention=gqa(c, query_key_norm="full-width"), moe=experts)
    return Stack("minimax-m2", [("layer", made)] * c["num_hidden_layers"])


def minimax_m3(c: Config) -> Stack:
    """Three dense layers, then routed ones whose attention picks blocks of tokens by a small index attention."""
    hidden, sparse = c["hidden_size"], c["sparse_attention_config"]
    width, heads = sparse["sparse_index_dim"], sparse["sparse_num_index_heads"]
    index = {
        "indexer.q_proj.weight": [hidden, heads * width], "indexer.k_proj.weight": [hidden, width],
        "indexer.q_norm.weight": [width], "indexer.k_norm.weight": [width],
    }  # fmt: skip
    attention = gqa(c, query_key_norm="per-head")
    experts = moe(
        c["num_local_experts"], c["num_experts_per_tok"], c["moe_intermediate_size"], router_bias=True,
        shared_width=c["n_shared_experts"] * c["shared_intermediate_size"],
    )  # fmt: skip
    lead: Layer = ("dense", block(attention=attention, dense=dense(c["dense_intermediate_size"])))
    rest: Layer = ("moe", block(attention=attention, moe=experts, tensors=index))
    first = c["first_k_dense_replace"]
    stack = Stack("minimax-m3", [lead] * first + [rest] * (c["num_hidden_layers"] - first))
    stack.kv_refused = "the index keys its sparse layers keep beside the KV cache follow no rule that has been tested"
    return stack


def ernie(c: Config) -> Stack:
    """One dense layer, then routed ones with shared experts."""
    width = c["moe_intermediate_size"]
    experts = moe(
        c["moe_num_experts"], c["moe_k"], width, router_bias=True, shared_width=c["moe_num_shared_experts"] * width
    )
    lead: Layer = ("dense", block(attention=gqa(c), dense=dense(c["intermediate_size"])))
    rest: Layer = ("moe", block(attention=gqa(c), moe=experts))
    first = c["moe_layer_start_index"]
    stack = Stack("ernie4_5-moe", [lead] * first + [rest] * (c["num_hidden_layers"] - first))
    stack.draft = {"block": "dense", "layers": 1, "in_gguf": False}
    return stack


def llama4(c: Config) -> Stack:
    """Three of four layers stay in their chunk; routed layers have a shared expert as wide as one routed."""
    attention = {"full": gqa(c), "chunked": gqa(c, chunk=c["attention_chunk_size"])}
    experts = moe(
        c["num_local_experts"], c["num_experts_per_tok"], c["intermediate_size"], shared_width=c["intermediate_size"]
    )
    layers = list[Layer]()
    for number in range(1, c["num_hidden_layers"] + 1):
        kind = "full" if number % 4 == 0 else "chunked"
        routed = number % c["interleave_moe_layer_step"] == 0
        parts: dict[str, Part] = {"moe": experts} if routed else {"dense": dense(c["intermediate_size_mlp"])}
        name = kind if c["interleave_moe_layer_step"] == 1 else f"{kind}-{'moe' if routed else 'dense'}"
        layers.append((name, block(attention=attention[kind], **parts)))
    return Stack("llama4", layers, tensors=rope_tensors(c, attention["full"]["head_width"]))


def cohere2_moe(c: Config) -> Stack:
    """One norm a layer, one dense layer first, three of four layers sliding."""
    experts = moe(c["num_experts"], c["num_experts_per_tok"], c["intermediate_size"])
    attention = {"full": gqa(c), "sliding": gqa(c, window=c["sliding_window"])}
    layers = list[Layer]()
    for kind, feed in zip(sliding_kinds(c), c["mlp_layer_types"], strict=True):
        parts = {"dense": dense(c["prefix_dense_intermediate_size"])} if feed == "dense" else {"moe": experts}
        layers.append(
            (f"{kind}-dense" if feed == "dense" else kind, block(norms=1, attention=attention[kind], **parts))
        )
    return Stack("cohere2moe", layers)


def mimo_v2(c: Config) -> Stack:
    """Keys wider than values; sliding layers have more KV heads, and a sink a head."""
    full = gqa(c, value_width=c["v_head_dim"])
    sliding = {
        "heads": c["swa_num_attention_heads"], "kv_heads": c["swa_num_key_value_heads"], "head_width": c["swa_head_dim"],
        "value_width": c["swa_v_head_dim"], "window": c["sliding_window"], "sinks": c["add_swa_attention_sink_bias"],
    }  # fmt: skip
    experts = moe(c["n_routed_experts"], c["num_experts_per_tok"], c["moe_intermediate_size"], router_bias=True)
    layers = list[Layer]()
    for slides, routed in zip(c["hybrid_layer_pattern"], c["moe_layer_freq"], strict=True):
        parts = {"moe": experts} if routed else {"dense": dense(c["intermediate_size"])}
        name = ("sliding" if slides else "full") + ("" if routed else "-dense")
        layers.append((name, block(attention=sliding if slides else full, **parts)))
    return Stack("mimo2", layers)


def step3(c: Config) -> Stack:
    """One output-gate value a head, three of four layers sliding and with more heads, dense layers first."""
    common: dict[str, Any] = {"query_key_norm": "per-head", "gate": "per-head"}
    sliding = gqa(c, **common, window=c["sliding_window"], heads=STEP_SLIDING_HEADS)
    attention = {"full": gqa(c, **common), "sliding": sliding}
    experts = moe(
        c["num_experts"], c["num_experts_per_tok"], c["moe_intermediate_size"], router_bias=c["use_moe_router_bias"],
        shared_width=c["share_expert_dim"],
    )  # fmt: skip
    layers = list[Layer]()
    for index, kind in enumerate(sliding_kinds(c)):
        early = index < c["first_k_dense_replace"]
        parts = {"dense": dense(c["intermediate_size"])} if early else {"moe": experts}
        layers.append((f"{kind}-dense" if early else kind, block(attention=attention[kind], **parts)))
    stack = Stack("step35", layers)
    stack.draft = {"block": "draft", "layers": c["num_nextn_predict_layers"], "in_gguf": False}
    head = {"nextn.shared_head_head.weight": [c["hidden_size"], c["vocab_size"]]}
    stack.draft_block = block(attention=sliding, dense=dense(c["intermediate_size"]), tensors=head)
    return stack


FAMILIES = {
    "cohere2_moe": cohere2_moe,
    "ernie4_5_moe": ernie,
    "glm4_moe": glm4_moe,
    "gpt_oss": gpt_oss,
    "llama4_text": llama4,
    "mellum": mellum,
    "mimo_v2_flash": mimo_v2,
    "minimax_m2": minimax_m2,
    "minimax_m3": minimax_m3,
    "mixtral": mixtral,
    "qwen3_moe": qwen3_moe,
    "qwen3_omni_moe_text": qwen3_moe,
    "qwen3_vl_moe_text": qwen3_moe,
    "step3p7": step3,
}
"""Type in the configuration → builder."""
