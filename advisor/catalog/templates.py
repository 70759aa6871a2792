"""Annotated YAML to fill in, one template a kind, made from the schema so that no field is forgotten."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Literal, get_args

from advisor.catalog.kinds import KINDS, KindName
from advisor.catalog.shape import FieldShape, fields_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

TemplateName = Literal["benchmark", "model", "hardware", "source"]
TEMPLATES: tuple[TemplateName, ...] = get_args(TemplateName)

LINE = 100
HOW_TO = (
    "A field whose name is commented out is optional: remove the # before it, and before the lines that belong to it. "
    "Leave out what your source does not say; never guess. Quote versions and hashes; write no exponents."
)
_KINDS: dict[TemplateName, KindName] = {
    "benchmark": "records",
    "model": "models",
    "hardware": "hardware",
    "source": "sources",
}
_PLACES: dict[TemplateName, str] = {
    "benchmark": "Save as benchmarks/MACHINE/SOURCE.yaml: ids of a machine and of a source, both of which exist. "
    "One file holds what one source has for one machine.",
    "model": "Save as models/ID.yaml; the file's name is the id.",
    "hardware": "Save as hardware/ID.yaml; the file's name is the id.",
    "source": "Save as sources/ID.yaml; the file's name is the id. A source is one page by one author.",
}
_USUAL: dict[TemplateName, tuple[str, ...]] = {
    "benchmark": (
        *("model", "quant", "conditions", "decode_tok_s", "where"),
        *("runtime", "runtime_version", "date", "depth_tokens", "prompt_tokens", "output_tokens", "concurrency"),
    ),
    "model": ("repository", "sources", "context_tokens", "vocabulary", "hidden"),
    "hardware": ("platform", "advertised_gb", "bandwidth_gb_s", "power_w", "sources"),
    "source": ("publisher", "author", "url", "published"),
}
"""Optional fields nearly every file of the kind has: they come without the #, to be filled or left empty."""
_SHARED_BY_ROWS = ("kind", "model", "quant", "evidence", "rate", "plain_decode", "conditions", "method")
"""Fields of a measured row that usually hold for the whole file."""


def template(name: TemplateName) -> str:
    """The text to save and fill in; it is YAML as it stands, and becomes valid once the mandatory fields are filled."""
    kind = KINDS[_KINDS[name]]
    shapes = [shape for shape in fields_of(kind.schema) if shape.name not in kind.from_path]
    usual = _USUAL[name]
    lines = [*_comment(_PLACES[name]), *_comment(HOW_TO), ""]
    if name == "benchmark":
        shared = [shape for shape in shapes if shape.name in _SHARED_BY_ROWS]
        own = [shape for shape in shapes if shape.name not in _SHARED_BY_ROWS]
        lines += [
            *_comment("What holds for every row; a row that differs says so itself, conditions one by one."),
            "common:",
        ]
        lines += _indented(_fields(shared, usual), "  ")
        lines += ["", *_comment("One item a measured row."), "rows:", "-", *_indented(_fields(own, usual), "  ")]
    else:
        lines += _fields(shapes, usual)
    return "\n".join(lines) + "\n"


def _fields(shapes: Iterable[FieldShape], usual: Collection[str]) -> list[str]:
    lines: list[str] = []
    for shape in shapes:
        need = "mandatory" if shape.mandatory else "optional"
        note = f"{shape.description} [{need}: {shape.type_words}]".strip()
        is_open = shape.mandatory or shape.name in usual
        # Inside an optional field nothing but what is mandatory there stands open.
        body = _body(shape, usual if is_open else ())
        lines += [*_comment(note), *(body if is_open else _indented(body, "#"))]
    return lines


def _body(shape: FieldShape, usual: Collection[str]) -> list[str]:
    if shape.schema is None:
        return [shape.name + {"value": ":", "list": ": []", "mapping": ": {}"}[shape.holding]]
    inner = _fields(fields_of(shape.schema), usual)
    if shape.holding == "mapping":
        return [f"{shape.name}:", "  NAME:", *_indented(inner, "    ")]
    return [f"{shape.name}:", *(["-"] if shape.holding == "list" else []), *_indented(inner, "  ")]


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, LINE, break_on_hyphens=False)]


def _indented(lines: Collection[str], by: str) -> list[str]:
    return [by + line if line else line for line in lines]
