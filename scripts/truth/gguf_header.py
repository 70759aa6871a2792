"""Write a GGUF file that is all header: a catalog model's tensors and metadata over a sparse hole, enough for llama.cpp to plan it."""

import struct
from collections.abc import Iterator
from math import prod
from pathlib import Path

from advisor.catalog.contents import Catalog
from advisor.catalog.schema.model import Model
from advisor.estimate.ggml_mix import formats
from advisor.estimate.tensors import Tensor, tensor_list
from advisor.estimate.weights import mix_facts
from scripts.truth.gguf_facts import Value, metadata

TYPE_IDS = {
    "f32": 0, "f16": 1, "q4_0": 2, "q4_1": 3, "q5_0": 6, "q5_1": 7, "q8_0": 8, "q2_k": 10, "q3_k": 11, "q4_k": 12, "q5_k": 13,
    "q6_k": 14, "iq2_xxs": 16, "iq2_xs": 17, "iq3_xxs": 18, "iq1_s": 19, "iq4_nl": 20, "iq3_s": 21, "iq2_s": 22, "iq4_xs": 23,
    "iq1_m": 29, "bf16": 30, "mxfp4": 39,
}  # fmt: skip
ALIGNMENT = 32
U32, I32, F32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
BEFORE_FEED_FORWARD = {"ffn_norm.weight": "post_attention_norm.weight"}
NORM_OF_EMBEDDING = {"output_norm.weight": "token_embd_norm.weight"}
AFTER_BOTH = {"attn_norm.weight": "post_attention_norm.weight", "ffn_norm.weight": "post_ffw_norm.weight"}
OWN_NAMES: dict[str, dict[str, str]] = {
    **dict.fromkeys(("gpt-oss", "qwen3next", "qwen35", "qwen35moe", "glm4moe", "seed_oss"), BEFORE_FEED_FORWARD),
    "olmo2": AFTER_BOTH,
    "falcon-h1": {"ffn_norm.weight": "ffn_norm"},
    **dict.fromkeys(("lfm2", "lfm2moe"), NORM_OF_EMBEDDING),
    "kimi-k3": {"ffn_latent_down.weight": "ffn_routed_down.weight", "ffn_latent_up.weight": "ffn_routed_up.weight"},
    "bailingmoe3": {"ssm_g.weight": "ssm_g_a.weight"},
}  # fmt: skip
"""Names architectures of llama.cpp have of their own; sizes are the same."""
LONE_NORM = {"attn_norm.weight": "ffn_norm.weight"}
"""The one norm of a layer that is feed-forward alone (deci)."""
NORMS_ADDED = frozenset({"muse-glimmer"})
COLUMNS = frozenset({"kimi-linear", "bailingmoe3"})
"""Architectures that write the decay of a linear layer as a column."""


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


def _named(model: Model, tensor: Tensor) -> str:
    renamed = OWN_NAMES.get(model.gguf_architecture or "", {})
    if tensor.layer is None:
        return renamed.get(tensor.name, tensor.name)
    layer, name = f"blk.{tensor.layer}", tensor.name.split(".", 2)[2]
    if (
        model.gguf_architecture == "deci"
        and tensor.layer < len(model.layers)
        and not model.layers[tensor.layer].attention
    ):
        return f"{layer}.{LONE_NORM.get(name, name)}"
    return f"{layer}.{renamed.get(name, name)}"


def _shape(model: Model, tensor: Tensor) -> tuple[int, ...]:
    if model.gguf_architecture in COLUMNS and tensor.name.endswith("ssm_a"):
        return (1, *tensor.shape)
    if tensor.name == "per_layer_token_embd.weight":
        return tensor.shape[0], model.vocabulary or 0
    return tensor.shape


def _constant_norms(model: Model) -> Iterator[Tensor]:
    """Norms on query and key that the conversion adds though the checkpoint has none; they hold a constant."""
    for layer, block in enumerate(model.layers):
        if model.gguf_architecture in NORMS_ADDED and (a := block.attention):
            yield from (Tensor(f"blk.{layer}.attn_{x}_norm.weight", (a.head_width,), "attention", layer) for x in "qk")


def _held(model: Model) -> Iterator[Tensor]:
    """The tensors the usual conversion writes."""
    in_gguf = model.draft_layers and model.draft_layers.in_gguf
    yield from (tensor for tensor in tensor_list(model) if tensor.part != "draft" or in_gguf)
    yield from _constant_norms(model)


def write_header(model: Model, mix: str, catalog: Catalog, path: Path) -> int:
    """Write `model` quantised as `mix` to `path` without its weights; returns the bytes they would take."""
    infos, offset, count = bytearray(), 0, 0
    for tensor, kind in formats(mix, _held(model), mix_facts(model)):
        layout = catalog.quants[kind].block
        assert layout is not None
        shape = _shape(model, tensor)
        infos += _packed_text(_named(model, tensor)) + struct.pack("<I", len(shape))
        infos += struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", TYPE_IDS[kind], offset)
        size = prod(shape) // layout.weights * int(layout.bytes)
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
