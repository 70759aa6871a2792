"""Layers of the dense transformer families."""

from typing import Any

from scripts.convert.models_stack import Config, Layer, Stack, block, dense, gqa, rope_tensors, sliding_kinds

_PLAIN: dict[str, tuple[str | None, dict[str, Any]]] = {
    # type in the configuration: architecture in llama.cpp (None: no conversion known), what its attention has
    "granite": ("granite", {}),
    "llama": ("llama", {}),
    "mimo": (None, {"qkv_bias": True}),
    "ministral3": ("mistral3", {}),
    "mistral": ("llama", {}),
    "qwen2": ("qwen2", {"qkv_bias": True}),
    "qwen2_5_vl": ("qwen2vl", {"qkv_bias": True}),
    "qwen3": ("qwen3", {"query_key_norm": "per-head"}),
    "qwen3_vl": ("qwen3vl", {"query_key_norm": "per-head"}),
    "qwen3_vl_text": ("qwen3vl", {"query_key_norm": "per-head"}),
    "seed_oss": ("seed_oss", {"qkv_bias": True}),
    "smollm3": ("smollm3", {}),
}


def plain(c: Config) -> Stack:
    """Full attention and a gated feed-forward in every layer."""
    gguf, extra = _PLAIN[c["model_type"]]
    if c.get("wrapper_type") == "mistral3":
        gguf = "mistral3"
    attention = gqa(c, **extra)
    layer = ("layer", block(attention=attention, dense=dense(c["intermediate_size"])))
    stack = Stack(gguf, [layer] * c["num_hidden_layers"], tensors=rope_tensors(c, attention["head_width"]))
    if c["model_type"] == "mimo" and c.get("num_nextn_predict_layers"):
        stack.draft = {"block": "layer", "layers": c["num_nextn_predict_layers"], "in_gguf": False}
    return stack


def phi3(c: Config) -> Stack:
    """Query, key and value in one tensor, gate and up in one tensor; the window never binds within the context."""
    made = block(attention=gqa(c, fused_qkv=True), dense=dense(c["intermediate_size"], fused=True))
    return Stack("phi3", [("layer", made)] * c["num_hidden_layers"])


def _by_kind(c: Config, attention: dict[str, dict[str, Any]], norms: int, **parts: Any) -> list[Layer]:
    return [(kind, block(norms=norms, attention=attention[kind], **parts)) for kind in sliding_kinds(c)]


def windowed(c: Config, gguf: str, norms: int, **extra: Any) -> Stack:
    """Sliding and full layers that differ in the window only."""
    kinds = {"full": gqa(c, **extra), "sliding": gqa(c, **extra, window=c.get("sliding_window"))}
    return Stack(gguf, _by_kind(c, kinds, norms, dense=dense(c["intermediate_size"])))


def cohere(c: Config) -> Stack:
    """One norm a layer: attention and feed-forward run side by side."""
    return windowed(c, "command-r" if c["model_type"] == "cohere" else "cohere2", 1)


def olmo3(c: Config) -> Stack:
    """Norms after each stage, and over the whole query and key."""
    return windowed(c, "olmo2", 2, query_key_norm="full-width")


def gemma2(c: Config) -> Stack:
    """Norms before and after each stage; every second layer slides."""
    return windowed(c, "gemma2", 4)


def gemma3(c: Config) -> Stack:
    """Gemma 2's norms and norms on query and key; five of six layers slide."""
    return windowed(c, "gemma3", 4, query_key_norm="per-head")


def muse_glimmer(c: Config) -> Stack:
    """Four norms and an output gate as wide as the query, stored on its own."""
    kinds = {"full": gqa(c), "sliding": gqa(c, window=c["sliding_window"])}
    gate = {"attn_gate.weight": [c["hidden_size"], kinds["full"]["heads"] * kinds["full"]["head_width"]]}
    return Stack("muse-glimmer", _by_kind(c, kinds, 4, dense=dense(c["intermediate_size"]), tensors=gate))


def nemotron_nas(c: Config) -> Stack:
    """Searched layers: attention may be missing, and the feed-forward has a width of its own in each layer."""
    hidden, layers = c["hidden_size"], list[Layer]()
    for index, found in enumerate(c["block_configs"]):
        attention, feed = found["attention"], found["ffn"]
        assert not attention["replace_with_linear"], index
        assert not feed["replace_with_linear"], index
        assert not attention["window_length"], index
        group = attention["n_heads_in_group"]
        parts: dict[str, Any] = {}
        if not attention["no_op"]:
            parts["attention"] = gqa({**c, "num_key_value_heads": c["num_attention_heads"] // group})
        width = None if feed["no_op"] else _nas_width(feed["ffn_mult"], hidden)
        if width:
            parts["dense"] = dense(width)
        name = "-".join(["attention" if "attention" in parts else "no-attention", f"ffn-{width or 0}"])
        layers.append((name, block(norms=len(parts), **parts)))
    return Stack("deci", layers, tensors=rope_tensors(c, hidden // c["num_attention_heads"]))


def _nas_width(factor: float, hidden: int) -> int:
    """Two thirds of four times the share of the hidden width, rounded up to 256."""
    return -(-int(2 * factor * hidden / 3) // 256) * 256


FAMILIES = {
    **dict.fromkeys(_PLAIN, plain),
    "cohere": cohere,
    "cohere2": cohere,
    "gemma2": gemma2,
    "gemma3_text": gemma3,
    "muse_glimmer_text": muse_glimmer,
    "nemotron-nas": nemotron_nas,
    "olmo3": olmo3,
    "phi3": phi3,
}
"""Type in the configuration → builder."""
