"""A quantization: exact bytes of a block, or the rule that mixes several."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from advisor.catalog.schema.common import STRICT, Count, Positive, Text

Container = Literal["gguf", "safetensors", "mlx", "exl3"]
Rule = Literal["block", "ggml-mix", "parts", "published"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockLayout:
    """How many bytes so many weights take."""

    __pydantic_config__ = STRICT

    weights: Annotated[Count, "weights in one block"]
    bytes: Annotated[Count, "bytes of one block, scales included"]
    inside: Annotated[str | None, "what the bytes are"] = None

    @property
    def bytes_per_weight(self) -> float:
        """Average bytes of one weight."""
        return self.bytes / self.weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Quant:
    """catalog/quants/<id>.yaml: one number format or file mix."""

    __pydantic_config__ = STRICT

    id: Annotated[Text, "the file's name"]
    name: Annotated[Text, "display name"]
    aliases: Annotated[tuple[Text, ...], "other names it answers to, case-insensitively"] = ()
    container: Annotated[Container, "file format that holds it"]
    containers: Annotated[
        tuple[Container, ...], "all of them, where several do: `container` is then the usual one"
    ] = ()
    rule: Annotated[
        Rule,
        "block: every quantised tensor uses `block`; ggml-mix: llama.cpp's mix of that name around `base`; "
        "parts: `parts` says which parts use which format; published: follows no rule, only published sizes count",
    ]
    block: Annotated[BlockLayout | None, "exact block layout"] = None
    base: Annotated[str | None, "id of the block format a mix is built around"] = None
    parts: Annotated[dict[str, str], "part of the model → quantization id; parts not named stay in `rest`"] = field(
        default_factory=dict
    )
    rest: Annotated[str, "quantization id of every weight matrix not quantised"] = "bf16"
    rest_in: Annotated[dict[Container, str], "container → what it is in that one, where containers differ"] = field(
        default_factory=dict
    )
    bits_per_weight: Annotated[Positive, "nominal bits of one quantised weight, for ordering and display"]
    compute: Annotated[
        Literal["fp16", "fp8", "fp4", "int8", "dequantised"], "arithmetic the format can use where the chip has it"
    ] = "dequantised"
    usual: Annotated[bool, "offered when the question leaves the quantization open"] = False
    sources: Annotated[tuple[Text, ...], "source ids"]
    notes: str | None = None
