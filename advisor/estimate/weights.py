"""Bytes of a model's weights: layer by layer, and of these what one decoded token reads."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from advisor.catalog.schema.model import Artifact, Model
from advisor.catalog.schema.quant import Quant
from advisor.estimate.ggml_mix import PLAIN, MixFacts, Walk, is_counted, is_quantised, is_value
from advisor.estimate.storage import (
    MATRIX,
    WITH_FIRST_LAYER,
    CannotSize,
    Quants,
    Sizes,
    Storage,
    layers_stored,
    with_more,
)
from advisor.estimate.tensors import Part, Tensor, draft_tensors, kind_tensors, outside_tensors
from advisor.once import Once

__all__ = ["CannotSize", "Quants", "Weights", "mix_facts", "published_artifact", "recipe", "rescaled", "weight_bytes"]

STACKED_MIXES = frozenset({"mxfp4"})
"""Mixes that llama.cpp's quantizer tells by stacked matrices, not by part of the model."""
VISION_BYTES = 2
"""Vision and audio towers stay BF16 beside quantised language models."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weight bytes of one model in one format, by where they go and how often they are read."""

    embedding_bytes: int
    """Input embedding: one row a token is read, unless it is also the head."""
    head_bytes: int
    """Output projection and final norm; 0 for the projection when tied."""
    lookup_bytes: int
    """Tables read one row a token (n-gram, per-layer embeddings)."""
    layer_bytes: tuple[int, ...]
    """Each layer of the stack, experts included."""
    expert_bytes: tuple[int, ...]
    """Of these, routed experts."""
    outside_bytes: int
    """Other tensors outside the layers, read every token."""
    draft_bytes: int
    """Kept multi-token-prediction layers: in the file, not read by plain decode, not loaded by llama.cpp."""
    vision_bytes: int
    tied: bool
    active_share: tuple[float, ...]
    """Per layer the share of routed experts one token uses."""
    matrix_bytes: tuple[Mapping[str, int], ...] = ()
    """Each matrix of each layer, by its GGUF name without the layer's number; equal layers are the same object."""
    vector_bytes: tuple[Mapping[str, int], ...] = ()
    """The same of everything else in the layers: norms, biases."""
    other_bytes: Mapping[str, int] = field(default_factory=dict)
    """Each tensor outside the layers by its GGUF name."""
    published: Artifact | None = None
    """The artifact whose published size these bytes are scaled to."""

    @property
    def total_bytes(self) -> int:
        """All bytes in the file or repository."""
        return (
            self.embedding_bytes + self.head_bytes + self.lookup_bytes + sum(self.layer_bytes)
            + self.outside_bytes + self.draft_bytes + self.vision_bytes
        )  # fmt: skip

    @property
    def always_read_bytes(self) -> int:
        """Bytes every decode step reads whatever the batch: all but routed experts, lookups, drafts and vision."""
        head = self.head_bytes + (self.embedding_bytes if self.tied else 0)
        return head + self.outside_bytes + sum(self.layer_bytes) - sum(self.expert_bytes)

    def read_bytes(self, batch: int = 1) -> float:
        """Weight bytes one decode step of `batch` sequences reads.

        Of E experts of which a token uses k, a batch touches E·(1 − (1 − k/E)^B) were routing uniform; skewed routing
        touches fewer, so for B > 1 this is an upper curve.
        """
        touched = (
            size * (1 - (1 - share) ** batch) for size, share in zip(self.expert_bytes, self.active_share, strict=True)
        )
        return self.always_read_bytes + sum(touched)


def _gguf(model: Model, quant: Quant) -> tuple[Storage, bool]:
    """How a GGUF file stores the model, and whether it keeps the draft layers."""
    if model.gguf_architecture is None:
        message = f"no GGUF tensor list is known for {model.id}"
        raise CannotSize(message)
    drafts = bool(model.draft_layers and model.draft_layers.in_gguf)
    if quant.rule == "parts" and quant.id not in STACKED_MIXES:
        return Storage(lambda t: quant.parts.get(t.part, quant.rest) if is_quantised(t) else "f32", _never), drafts
    kinds = {kind: sum(is_value(t.name) for t in tensors) for kind, tensors in kind_tensors(model).items()}
    others = (*outside_tensors(model), *(draft_tensors(model) if drafts else ()))
    values = sum(kinds[name] for name in model.layer_names) + sum(is_value(tensor.name) for tensor in others)
    mix = _mix_of(quant)
    return Storage(Walk(mix, mix_facts(model), values).stored, partial(is_counted, mix)), drafts


def _never(name: str) -> bool:  # noqa: ARG001 - no tensor is
    return False


def mix_facts(model: Model) -> MixFacts:
    """What llama.cpp's quantizer looks at in `model`."""
    layers = model.layers
    first = layers[0]
    heads = next((b.attention or b.latent_attention for b in layers if b.attention or b.latent_attention), None)
    per_layer = len({b.attention.kv_heads if b.attention else 0 for b in layers}) > 1 and not any(
        b.gated_delta for b in layers
    )
    kv_heads = 1 if heads is None or not hasattr(heads, "kv_heads") else heads.kv_heads
    ratio = heads.heads / kv_heads if heads else 0.0
    if per_layer:
        ratio = first.attention.heads / first.attention.kv_heads if first.attention else 0.0
    drafts = model.draft_layers.layers if model.draft_layers and model.draft_layers.in_gguf else 0
    return MixFacts(
        architecture=model.gguf_architecture or "",
        layers=len(layers) + drafts,
        experts=max((b.moe.experts for b in layers if b.moe), default=0),
        query_per_kv=ratio,
        grouped=heads is not None and heads.heads != kv_heads,
        tied=model.tied_embeddings,
    )


def _parts(quant: Quant, chosen: Mapping[str, str]) -> Storage:
    """Safetensors and its kin: the format follows the part of the model; vectors stay in the unquantised format."""

    def stored(tensor: Tensor) -> str:
        plain = len(tensor.shape) < MATRIX or not tensor.name.endswith("weight") or "_norm" in tensor.name
        return quant.rest if plain else chosen.get(tensor.part, quant.rest)

    return Storage(stored, _never)


QUANTISED_PARTS: tuple[Part, ...] = ("attention", "dense", "experts", "shared_experts", "recurrent")


def _part_formats(quant: Quant, artifact: Artifact | None) -> dict[str, str]:
    if artifact and artifact.formats:
        return dict(artifact.formats)
    if quant.parts:
        return dict(quant.parts)
    everywhere = ("embedding", "head") if quant.container == "mlx" else ()
    return dict.fromkeys((*QUANTISED_PARTS, *everywhere), quant.id)


def _shared(layers: Iterable[Mapping[str, int]]) -> tuple[Mapping[str, int], ...]:
    """Layers of the same sizes as the same object: a model has few different ones."""
    kinds: dict[tuple[tuple[str, int], ...], Mapping[str, int]] = {}
    known: dict[int, Mapping[str, int]] = {}
    found = []
    for layer in layers:
        if id(layer) not in known:
            known[id(layer)] = kinds.setdefault(tuple(layer.items()), layer)
        found.append(known[id(layer)])
    return tuple(found)


def _gather(model: Model, storage: Storage, quants: Quants, *, drafts: bool, vision_bytes: int) -> Weights:
    """All tensors so stored, in the order of the file: outside the layers, the layers, the drafts where it keeps them."""
    sizes = Sizes(quants)
    outside = [(tensor, sizes.of(tensor, storage.stored(tensor))) for tensor in outside_tensors(model)]
    layers = layers_stored(model, storage, sizes)
    draft = sum(sizes.of(t, storage.stored(t)) for t in draft_tensors(model)) if drafts else 0
    places: Counter[str] = Counter()
    others: dict[str, int] = {}
    for tensor, size in outside:
        if tensor.name in WITH_FIRST_LAYER and layers:
            layers[0] = with_more(layers[0], tensor, size)
            continue
        places[tensor.part if tensor.part in {"embedding", "head", "lookup"} else "outside"] += size
        others[tensor.name] = size
    shares = tuple(b.moe.active / b.moe.experts if b.moe else 0.0 for b in model.layers)
    return Weights(
        embedding_bytes=places["embedding"], head_bytes=places["head"], lookup_bytes=places["lookup"], outside_bytes=places["outside"],
        layer_bytes=tuple(layer.total_bytes for layer in layers), expert_bytes=tuple(layer.expert_bytes for layer in layers),
        draft_bytes=draft, vision_bytes=vision_bytes, tied=model.tied_embeddings, active_share=shares,
        matrix_bytes=_shared(layer.matrices for layer in layers), vector_bytes=_shared(layer.vectors for layer in layers),
        other_bytes=others,
    )  # fmt: skip


def rescaled(weights: Weights, size_bytes: int, artifact: Artifact | None = None) -> Weights:
    """The same distribution, brought to a published total."""
    factor = size_bytes / weights.total_bytes

    def scaled(layers: tuple[Mapping[str, int], ...]) -> tuple[Mapping[str, int], ...]:
        return _shared([{name: round(size * factor) for name, size in layer.items()} for layer in layers])

    return replace(
        weights,
        embedding_bytes=round(weights.embedding_bytes * factor), head_bytes=round(weights.head_bytes * factor),
        lookup_bytes=round(weights.lookup_bytes * factor), layer_bytes=tuple(round(b * factor) for b in weights.layer_bytes),
        expert_bytes=tuple(round(b * factor) for b in weights.expert_bytes), outside_bytes=round(weights.outside_bytes * factor),
        draft_bytes=round(weights.draft_bytes * factor), vision_bytes=round(weights.vision_bytes * factor), published=artifact,
        matrix_bytes=scaled(weights.matrix_bytes), vector_bytes=scaled(weights.vector_bytes),
        other_bytes={name: round(size * factor) for name, size in weights.other_bytes.items()},
    )  # fmt: skip


def published_artifact(model: Model, quant_id: str) -> Artifact | None:
    """The artifact in this format whose published size wins over the rule."""
    return next((a for a in model.artifacts if a.quant == quant_id and a.size_bytes and not a.follows_rule), None)


def recipe(model: Model, quant_id: str) -> Artifact | None:
    """The artifact that says which part of the model is stored in which format."""
    return next((a for a in model.artifacts if a.quant == quant_id and a.formats), None)


_SIZED = Once[Weights](4096)


def weight_bytes(model: Model, quant: Quant, container: str, quants: Quants) -> Weights:
    """Weights of `model` stored as `quant` in `container` (`gguf`, `safetensors`, `mlx`, `exl3`).

    GGUF mixes are sized tensor by tensor with the quantizer's own rule; other formats by part of the model; a published
    size of a file that follows no rule wins. Raises CannotSize where neither exists. The same model and quantization are
    sized once: a question compares dozens of measured rows of one model, and each walks a thousand tensors.
    """
    return _SIZED((model, quant), (container,), lambda: _size(model, quant, container, quants))


def _size(model: Model, quant: Quant, container: str, quants: Quants) -> Weights:
    artifact = published_artifact(model, quant.id)
    if not model.is_sized:
        return _from_size_alone(model, quant, artifact)
    if container == "gguf":
        storage, drafts = _gguf(model, quant)
        weights = _gather(model, storage, quants, drafts=drafts, vision_bytes=0)
    else:
        storage = _parts(quant, _part_formats(quant, recipe(model, quant.id)))
        weights = _gather(model, storage, quants, drafts=True, vision_bytes=model.counts.vision * VISION_BYTES)
    if artifact and artifact.size_bytes:
        return rescaled(weights, artifact.size_bytes, artifact)
    if quant.rule == "published":
        message = f"{quant.name} follows no rule, and no size of {model.id} in it has been published"
        raise CannotSize(message)
    return weights


def _mix_of(quant: Quant) -> str:
    """The mix to distribute bytes by: the quantization's own, or for a file that follows no rule the one it is built on.

    Raises CannotSize for a checkpoint format of which nobody has said what a GGUF file in it holds.
    """
    if quant.rule == "ggml-mix" or quant.id in PLAIN or quant.id in STACKED_MIXES:
        return quant.id
    if quant.rule == "published" and quant.base:
        return quant.base
    message = f"no rule says what a GGUF file in {quant.name} holds"
    raise CannotSize(message)


def _from_size_alone(model: Model, quant: Quant, artifact: Artifact | None) -> Weights:
    """Total only: enough to say whether it loads, not how fast it runs."""
    if artifact is None or artifact.size_bytes is None:
        message = f"the layers of {model.id} are not known, and no size of it as {quant.name} has been published"
        raise CannotSize(message)
    return Weights(
        embedding_bytes=0, head_bytes=0, lookup_bytes=0, layer_bytes=(), expert_bytes=(), outside_bytes=artifact.size_bytes,
        draft_bytes=0, vision_bytes=0, tied=False, active_share=(), published=artifact,
    )  # fmt: skip
