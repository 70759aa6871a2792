"""How many parameters a model has, and how many of them one token touches."""

from dataclasses import dataclass

from advisor.catalog.schema.model import Model
from advisor.estimate.tensors import Tensor, tensor_list


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the language model; vision towers and draft layers are not counted."""

    total: int
    read_per_token: int
    """Of these, read to decode one token at batch 1: every tensor but the input embedding, tables and idle experts."""
    multiplied_per_token: int
    """Of these, multiplied for every token of a prompt: the head runs once a prompt and is left out."""


_COUNTED: dict[str, tuple[Model, Parameters | None]] = {}


def parameters(model: Model) -> Parameters | None:
    """Parameters of `model`, counted tensor by tensor; the stated counts where its layers are not known, None without.

    The same model is counted once.
    """
    known = _COUNTED.get(model.id)
    if known is None or known[0] is not model:
        known = _COUNTED[model.id] = model, _counted(model)
    return known[1]


def _counted(model: Model) -> Parameters | None:
    if not model.is_sized:
        stated = model.counts
        if stated.text is None or stated.read_per_token is None:
            return None
        return Parameters(stated.text, stated.read_per_token, stated.read_per_token)
    tensors = [tensor for tensor in tensor_list(model) if tensor.part != "draft"]
    shares = [block.moe.active / block.moe.experts if block.moe else 1.0 for block in model.layers]
    multiplied = sum(
        _touched(tensor, shares) for tensor in tensors if tensor.part not in {"embedding", "head", "lookup"}
    )
    head = sum(tensor.elements for tensor in tensors if tensor.part == "head")
    tied = sum(tensor.elements for tensor in tensors if tensor.part == "embedding") if model.tied_embeddings else 0
    return Parameters(sum(tensor.elements for tensor in tensors), round(multiplied) + head + tied, round(multiplied))


def _touched(tensor: Tensor, shares: list[float]) -> float:
    if tensor.part == "experts" and tensor.layer is not None:
        return tensor.elements * shares[tensor.layer]
    return float(tensor.elements)
