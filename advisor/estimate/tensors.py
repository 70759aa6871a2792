"""The tensor list of a model: every weight with its shape, as a GGUF conversion writes it.

Shapes put the row length first. Safetensors checkpoints hold the same parameters; only how they are cut differs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Literal

from advisor.catalog.schema.model import Block, DraftLayers, Model
from advisor.estimate.layer_tensors import block_tensors, draft_tensors_of
from advisor.once import Once

Part = Literal[
    "embedding", "head", "attention", "dense", "experts", "shared_experts", "router", "recurrent", "draft", "lookup"
]
_KINDS = Once["dict[str, tuple[Tensor, ...]]"](256)

PART_BY_WORD: tuple[tuple[str, Part], ...] = (
    ("_exps", "experts"),
    ("_shexp", "shared_experts"),
    ("ffn_gate_inp", "router"),
    ("exp_probs", "router"),
    ("ssm", "recurrent"),
    ("shortconv", "recurrent"),
    ("attn", "attention"),
    ("indexer", "attention"),
)


@dataclass(frozen=True, slots=True)
class Tensor:
    """One weight tensor."""

    name: str
    shape: tuple[int, ...]
    part: Part
    layer: int | None

    def of_layer(self, layer: int) -> "Tensor":
        """The same tensor of that layer, of one named without a number."""
        return Tensor(f"blk.{layer}.{self.name}", self.shape, self.part, layer)

    @property
    def stem(self) -> str:
        """Its name without the layer's number."""
        return self.name if self.layer is None else self.name.split(".", 2)[2]

    @property
    def elements(self) -> int:
        """Number of parameters."""
        return prod(self.shape)


def _part(name: str, block: Block) -> Part:
    """The part of the model a layer's tensor belongs to; a gated-delta layer's projections are recurrent."""
    if block.gated_delta and name.startswith("attn") and not block.attention:
        return "recurrent"
    return next((part for word, part in PART_BY_WORD if word in name), "dense")


def _outside(model: Model, hidden: int, vocabulary: int) -> Iterator[Tensor]:
    """Embedding, head, final norm and whatever else stands outside the layers."""
    yield Tensor("token_embd.weight", (hidden, vocabulary), "embedding", None)
    yield Tensor("output_norm.weight", (hidden,), "head", None)
    if not model.tied_embeddings:
        yield Tensor("output.weight", (hidden, vocabulary), "head", None)
    for name, shape in model.tensors.items():
        yield Tensor(name, shape, "lookup" if name in model.lookup_tensors else "dense", None)


def _draft_tensors(model: Model, draft: DraftLayers, hidden: int, vocabulary: int) -> Iterator[Tensor]:
    """The multi-token-prediction layers, numbered after the stack."""
    first = len(model.layer_names)
    block = model.blocks[draft.block]
    for layer in range(first, first + draft.layers):
        for name, shape in (*block_tensors(block, hidden), *draft_tensors_of(draft, hidden, vocabulary)):
            yield Tensor(f"blk.{layer}.{name}", shape, "draft", layer)


def _widths(model: Model) -> tuple[int, int]:
    """Width and vocabulary. Raises ValueError for a model whose layers are not known."""
    if not model.is_sized or model.hidden is None or model.vocabulary is None:
        message = f"the layers of {model.id} are not known"
        raise ValueError(message)
    return model.hidden, model.vocabulary


def tensor_list(model: Model) -> tuple[Tensor, ...]:
    """Every weight tensor of `model` in layer order; draft layers come last, as part `draft`.

    Raises ValueError for a model whose layers are not known.
    """
    found = list(outside_tensors(model))
    kinds = kind_tensors(model)
    for layer, kind in enumerate(model.layer_names):
        found += [tensor.of_layer(layer) for tensor in kinds[kind]]
    return (*found, *draft_tensors(model))


def kind_tensors(model: Model) -> Mapping[str, tuple[Tensor, ...]]:
    """Tensors of one layer of each kind, named without its number. Raises ValueError for a model whose layers are not known."""
    hidden, _ = _widths(model)
    return _KINDS(
        (model,), (),
        lambda: {
            kind: tuple(Tensor(name, shape, _part(name, block), None) for name, shape in block_tensors(block, hidden))
            for kind, block in model.blocks.items()
        },
    )  # fmt: skip


def outside_tensors(model: Model) -> tuple[Tensor, ...]:
    """Tensors outside the layers. Raises ValueError for a model whose layers are not known."""
    return tuple(_outside(model, *_widths(model)))


def draft_tensors(model: Model) -> tuple[Tensor, ...]:
    """Tensors of the draft layers; none for a model without. Raises ValueError for a model whose layers are not known."""
    widths = _widths(model)
    return tuple(_draft_tensors(model, model.draft_layers, *widths)) if model.draft_layers else ()


def parameters(tensors: tuple[Tensor, ...]) -> int:
    """Parameters of the language model, draft layers left out."""
    return sum(tensor.elements for tensor in tensors if tensor.part != "draft")
