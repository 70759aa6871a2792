"""Bytes of a model's tensors as a file stores them, layer by layer: the layers of one kind that are stored alike are sized once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from advisor.catalog.schema.model import Model
from advisor.catalog.schema.quant import Quant
from advisor.estimate.tensors import Tensor, kind_tensors

Quants = Callable[[str], Quant]
MATRIX = 2
WITH_FIRST_LAYER = frozenset({"per_layer_model_proj.weight", "per_layer_proj_norm.weight"})
"""Tensors outside the layers that llama.cpp keeps where the first layer is (Gemma 3n and 4)."""


class CannotSize(Exception):
    """Nothing known gives this model's bytes in this format; the text says why."""


@dataclass(frozen=True, slots=True)
class Storage:
    """How a file stores tensors; asked in the order in which they stand in it."""

    stored: Callable[[Tensor], str]
    """Format of the next tensor."""
    is_counted: Callable[[str], bool]
    """Whether that depends on more than what kind of layer a tensor of that name is in."""


@dataclass(frozen=True, slots=True)
class LayerBytes:
    """One layer as it is stored."""

    total_bytes: int
    expert_bytes: int
    matrices: Mapping[str, int]
    """Each matrix by its GGUF name without the layer's number."""
    vectors: Mapping[str, int]
    """The same of everything else."""


@dataclass(slots=True)
class Sizes:
    """Bytes of tensors in formats; a model has few shapes, and many tensors of each."""

    quants: Quants
    known: dict[tuple[tuple[int, ...], str], int] = field(default_factory=dict)

    def of(self, tensor: Tensor, format_id: str) -> int:
        """Bytes of that tensor. Raises CannotSize for a format whose blocks are not known."""
        key = tensor.shape, format_id
        size = self.known.get(key)
        if size is None:
            size = self.known[key] = _tensor_bytes(tensor, format_id, self.quants)
        return size


def _tensor_bytes(tensor: Tensor, format_id: str, quants: Quants) -> int:
    block = quants(format_id).block
    if block is None:
        message = f"{format_id} has no block layout"
        raise CannotSize(message)
    return round(tensor.elements * block.bytes / block.weights)


def layers_stored(model: Model, storage: Storage, sizes: Sizes) -> list[LayerBytes]:
    """Every layer of `model` so stored, bottom up; layers stored alike are the same object."""
    kinds, known = kind_tensors(model), dict[tuple[str, ...], LayerBytes]()
    counted = {kind: [t for t in tensors if storage.is_counted(t.name)] for kind, tensors in kinds.items()}
    fixed: dict[str, dict[str, str]] = {}
    found = []
    for index, kind in enumerate(model.layer_names):
        if kind not in fixed:
            rest = [t for t in kinds[kind] if not storage.is_counted(t.name)]
            fixed[kind] = {tensor.name: storage.stored(tensor.of_layer(index)) for tensor in rest}
        chosen = [storage.stored(tensor.of_layer(index)) for tensor in counted[kind]]
        key = kind, *chosen
        if key not in known:
            formats = fixed[kind] | dict(zip((t.name for t in counted[kind]), chosen, strict=True))
            known[key] = _layer([(tensor, sizes.of(tensor, formats[tensor.name])) for tensor in kinds[kind]])
        found.append(known[key])
    return found


def _layer(sized: Iterable[tuple[Tensor, int]]) -> LayerBytes:
    matrices: dict[str, int] = {}
    vectors: dict[str, int] = {}
    total = experts = 0
    for tensor, size in sized:
        (matrices if len(tensor.shape) >= MATRIX else vectors)[tensor.name] = size
        total += size
        experts += size if tensor.part == "experts" else 0
    return LayerBytes(total, experts, matrices, vectors)


def with_more(layer: LayerBytes, tensor: Tensor, size: int) -> LayerBytes:
    """The layer with one tensor more, which stands before the others."""
    more = {tensor.name: size}
    matrices, vectors = (more, {}) if len(tensor.shape) >= MATRIX else ({}, more)
    return LayerBytes(
        layer.total_bytes + size, layer.expert_bytes, {**matrices, **layer.matrices}, {**vectors, **layer.vectors}
    )
