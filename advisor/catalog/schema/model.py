"""A model: the layers it is made of, from which weights, KV cache and traffic all follow."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal

from advisor import units
from advisor.catalog.schema.common import STRICT, Count, Natural, Positive, Text
from advisor.once import Once

Norm = Literal["none", "per-head", "full-width"]
Gate = Literal["none", "per-channel", "per-head"]
Provenance = Literal["verbatim", "simplified", "derived", "reconstructed", "name-only"]
StateType = Literal["bf16", "f32"]
Shape = Annotated[tuple[Count, ...], "row length first, as GGUF writes it"]

_NAMES = Once[tuple[str, ...]](4096)
_COUNTS = Once[Mapping[str, int]](4096)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexer:
    """The small attention that picks which tokens a sparse layer reads."""

    __pydantic_config__ = STRICT

    heads: Annotated[Count, "index query heads"]
    width: Annotated[Count, "width of one index key; one key a token is cached beside the KV"]
    top_k: Annotated[Count, "tokens the attention may then read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Grouped-query attention, over everything or over a window."""

    __pydantic_config__ = STRICT

    heads: Annotated[Count, "query heads"]
    kv_heads: Annotated[Count, "key and value heads"]
    head_width: Annotated[Count, "width of one key head, and of one value head unless value_width says otherwise"]
    value_width: Annotated[Count | None, "width of one value head where it differs"] = None
    window: Annotated[Count | None, "tokens a sliding-window layer can see; absent = all of them"] = None
    chunk: Annotated[Count | None, "length of the chunk a chunked-attention layer stays in (Llama 4)"] = None
    fused_qkv: Annotated[bool, "GGUF stores query, key and value as one tensor"] = False
    qkv_bias: Annotated[bool, "biases on query, key and value"] = False
    output_bias: Annotated[bool, "a bias on the output projection"] = False
    query_key_norm: Annotated[Norm, "norms on query and key: one head wide, or as wide as all heads"] = "none"
    gate: Annotated[Gate, "an output gate: as wide as the query (query projection doubled), or one value a head"] = (
        "none"
    )
    sinks: Annotated[bool, "one learned sink a query head"] = False
    value_from_key: Annotated[bool, "no value projection: the key is used twice, and cached as both"] = False
    cached_by_earlier_layer: Annotated[bool, "reads an earlier layer's KV and caches nothing itself"] = False
    indexer: Annotated[Indexer | None, "present where the layer picks the tokens it reads"] = None

    @property
    def value_head_width(self) -> int:
        """Width of one value head."""
        return self.value_width or self.head_width


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentAttention:
    """Multi-head latent attention (MLA): one compressed vector a token is cached, shared by all heads."""

    __pydantic_config__ = STRICT

    heads: Annotated[Count, "query heads"]
    kv_rank: Annotated[Count, "width of the latent vector (kv_lora_rank)"]
    rope_width: Annotated[Count, "width of the shared rotary key (qk_rope_head_dim)"]
    nope_width: Annotated[Count, "width of a head's key without position (qk_nope_head_dim)"]
    value_width: Annotated[Count, "width of one value head (v_head_dim)"]
    query_rank: Annotated[Count | None, "width of the query's own latent (q_lora_rank); absent = plain projection"] = (
        None
    )
    indexer: Annotated[Indexer | None, "present where the layer picks the tokens it reads (DSA)"] = None
    gate: Annotated[Gate, "an output gate"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatedDelta:
    """Gated-delta linear attention (Qwen3-Next, Kimi Linear): a constant state instead of a cache."""

    __pydantic_config__ = STRICT

    key_heads: Annotated[Count, "query and key heads"]
    value_heads: Annotated[Count, "value heads; each keeps one key_width x value_width state"]
    key_width: Annotated[Count, "width of one key head"]
    value_width: Annotated[Count, "width of one value head"]
    conv_kernel: Annotated[Count, "length of the short convolution"]
    projections: Annotated[
        Literal["fused-ba", "split-ba", "listed"],
        "fused-ba: beta and alpha in one tensor (Qwen3-Next); split-ba: two (Qwen3.5); listed: the block's tensors list says",
    ] = "split-ba"
    state_type: Annotated[
        StateType,
        "what its configuration, or vLLM for its family, keeps the recurrent state in; bf16 = as the model itself",
    ] = "bf16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mamba2:
    """A Mamba-2 mixer."""

    __pydantic_config__ = STRICT

    heads: Annotated[Count, "state-space heads"]
    head_width: Annotated[Count, "channels of one head"]
    groups: Annotated[Count, "groups that share B and C"]
    state: Annotated[Count, "state size of one channel"]
    conv_kernel: Annotated[Count, "length of the short convolution"]
    conv_bias: Annotated[bool, "a bias on the convolution"] = True
    grouped_norm: Annotated[bool, "a gated norm over the inner width"] = True
    state_type: Annotated[
        StateType,
        "what its configuration, or vLLM for its family, keeps the recurrent state in; bf16 = as the model itself",
    ] = "bf16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mamba1:
    """A Mamba-1 mixer (Jamba)."""

    __pydantic_config__ = STRICT

    inner: Annotated[Count, "inner width"]
    state: Annotated[Count, "state size of one channel"]
    dt_rank: Annotated[Count, "rank of the time-step projection"]
    conv_kernel: Annotated[Count, "length of the short convolution"]
    inner_norms: Annotated[bool, "norms on dt, B and C"] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortConv:
    """A gated short convolution (LFM2)."""

    __pydantic_config__ = STRICT

    kernel: Annotated[Count, "length of the convolution"]
    width: Annotated[Count, "channels"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearAttention:
    """Linear attention with a fixed decay (Lightning): a constant state, no convolution."""

    __pydantic_config__ = STRICT

    heads: Annotated[Count, "heads; each keeps one key_width x value_width state"]
    key_width: Annotated[Count, "width of one key head"]
    value_width: Annotated[Count, "width of one value head"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """A dense feed-forward stage."""

    __pydantic_config__ = STRICT

    width: Annotated[Count, "intermediate width"]
    gated: Annotated[bool, "a gate beside the up projection (SwiGLU, GeGLU)"] = True
    fused: Annotated[bool, "GGUF stores gate and up as one tensor of twice the width (Phi-3)"] = False
    bias: Annotated[bool, "biases on the projections"] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moe:
    """A mixture of experts."""

    __pydantic_config__ = STRICT

    experts: Annotated[Count, "routed experts"]
    active: Annotated[Count, "routed experts a token uses"]
    width: Annotated[Count, "intermediate width of one expert"]
    gated: Annotated[bool, "a gate beside the up projection"] = True
    fused: Annotated[bool, "GGUF stores gate and up of the experts as one tensor"] = False
    bias: Annotated[bool, "biases on experts and router (gpt-oss)"] = False
    router_bias: Annotated[bool, "a correction bias a routed expert (DeepSeek V3's exp_probs_b)"] = False
    shared_width: Annotated[Natural, "intermediate width of all shared experts together; 0 = none"] = 0
    shared_gate: Annotated[bool, "a learned gate on the shared expert (Qwen)"] = False
    latent: Annotated[Count | None, "width the experts work in where it is not the model's (Nemotron 3 Super)"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One kind of layer. Parts that are absent do not exist in the layer."""

    __pydantic_config__ = STRICT

    attention: Annotated[Attention | None, "grouped-query attention"] = None
    latent_attention: Annotated[LatentAttention | None, "multi-head latent attention"] = None
    gated_delta: Annotated[GatedDelta | None, "gated-delta linear attention"] = None
    mamba2: Annotated[Mamba2 | None, "Mamba-2 mixer"] = None
    mamba1: Annotated[Mamba1 | None, "Mamba-1 mixer"] = None
    short_conv: Annotated[ShortConv | None, "gated short convolution"] = None
    linear_attention: Annotated[LinearAttention | None, "linear attention with a fixed decay"] = None
    dense: Annotated[Dense | None, "dense feed-forward"] = None
    moe: Annotated[Moe | None, "mixture of experts"] = None
    norms: Annotated[Natural, "norm vectors as wide as the model"] = 2
    tensors: Annotated[dict[str, Shape], "further tensors of the block, GGUF name without `blk.N.`"] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of the layer stack: these blocks in this order, so many times."""

    __pydantic_config__ = STRICT

    blocks: Annotated[tuple[Text, ...], "names of blocks, in order"]
    repeat: Annotated[Count, "how often the sequence follows itself"] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLayers:
    """Multi-token-prediction (MTP, NextN) layers shipped with the checkpoint; never run by plain decode."""

    __pydantic_config__ = STRICT

    block: Annotated[Text, "name of the block they are made of"]
    layers: Annotated[Count, "how many"]
    in_gguf: Annotated[bool, "the usual GGUF conversion keeps them"]
    own_embeddings: Annotated[bool, "they carry a second embedding and head (GLM-4.5)"] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A published file or repository of this model in one format; its size wins over the rule."""

    __pydantic_config__ = STRICT

    quant: Annotated[Text, "quantization id"]
    source: Annotated[Text, "source id the size or the recipe was read in"]
    repository: Annotated[str | None, "Hugging Face repository"] = None
    label: Annotated[str | None, "the file's own label where it is not the quantization's name (`UD-Q4_K_XL`)"] = None
    size_gb: Annotated[Positive | None, "size as printed, decimal"] = None
    size_gib: Annotated[Positive | None, "size as printed, binary"] = None
    follows_rule: Annotated[bool, "made by the stock quantizer: the computed size stands, this one checks it"] = False
    formats: Annotated[
        dict[str, str], "per part of the model the quantization it is stored in, where a checkpoint mixes them"
    ] = field(default_factory=dict)
    note: str | None = None

    @property
    def size_bytes(self) -> int | None:
        """Bytes as published, to the precision the source prints; None where only the recipe is known."""
        if self.size_gib is not None:
            return units.gib(self.size_gib)
        return None if self.size_gb is None else units.gb(self.size_gb)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedCounts:
    """Parameter counts computed elsewhere from the same configuration: they check the layers and size nothing."""

    __pydantic_config__ = STRICT

    text: Annotated[Count | None, "parameters of the language model, embeddings included, MTP and vision left out"] = (
        None
    )
    read_per_token: Annotated[Count | None, "of these, read for one decoded token at batch 1"] = None
    published: Annotated[Count | None, "element total the publisher's repository lists"] = None
    vision: Annotated[Natural, "vision and audio towers: a separate file in GGUF, loaded with safetensors"] = 0
    draft: Annotated[Natural, "MTP layers in the checkpoint, by difference"] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """catalog/models/<id>.yaml: architecture facts of one base model."""

    __pydantic_config__ = STRICT

    id: Annotated[Text, "the file's name"]
    name: Annotated[Text, "display name"]
    repository: Annotated[str | None, "Hugging Face repository of the base model; the model answers to it"] = None
    aliases: Annotated[tuple[Text, ...], "other names it answers to, case-insensitively"] = ()
    provenance: Annotated[
        Provenance, "how the configuration was obtained; name-only = architecture not known, cannot be sized"
    ]
    sources: Annotated[tuple[Text, ...], "source ids of the configuration"] = ()
    same_architecture_as: Annotated[
        str | None, "id of the model whose layers this one shares (fine-tune, other version)"
    ] = None
    model_type: Annotated[str | None, "architecture name in the publisher's configuration"] = None
    gguf_architecture: Annotated[
        str | None, "architecture name in llama.cpp; absent = no GGUF tensor list is known"
    ] = None
    context_tokens: Annotated[Count | None, "trained context length"] = None
    context_note: Annotated[str | None, "where the length comes from when not from the configuration"] = None
    vocabulary: Annotated[Count | None, "rows of the embedding"] = None
    hidden: Annotated[Count | None, "model width"] = None
    tied_embeddings: Annotated[bool, "the output head is the embedding"] = False
    blocks: Annotated[dict[str, Block], "kinds of layer, by a name of your choice"] = field(default_factory=dict)
    layout: Annotated[tuple[Run, ...], "the layer stack, bottom up"] = ()
    draft_layers: Annotated[DraftLayers | None, "multi-token-prediction layers in the checkpoint"] = None
    tensors: Annotated[dict[str, Shape], "further tensors outside the layers, by GGUF name"] = field(
        default_factory=dict
    )
    lookup_tensors: Annotated[
        tuple[str, ...], "names in `tensors` that are read one row a token (n-gram, per-layer tables)"
    ] = ()
    counts: Annotated[StatedCounts, "stated parameter counts"] = field(default_factory=StatedCounts)
    released_quant: Annotated[str | None, "quantization id the publisher released it in, when not BF16"] = None
    artifacts: Annotated[tuple[Artifact, ...], "published quantised repositories and files"] = ()
    kv_refused: Annotated[str | None, "why the KV cache cannot be sized (a cache rule nobody has tested)"] = None
    notes: str | None = None

    @property
    def is_sized(self) -> bool:
        """True when the layer stack is known."""
        return bool(self.layout)

    @property
    def layers(self) -> tuple[Block, ...]:
        """The layer stack, bottom up, without draft layers."""
        return tuple(self.blocks[name] for name in self.layer_names)

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Name of each layer's block, bottom up, without draft layers."""
        return _NAMES(
            (self.layout,), (), lambda: tuple(n for run in self.layout for _ in range(run.repeat) for n in run.blocks)
        )

    @property
    def layer_counts(self) -> Mapping[str, int]:
        """Name of each kind of block → how many layers are of it, in the order they are first met."""
        return _COUNTS((self.layout,), (), lambda: MappingProxyType(Counter(self.layer_names)))
