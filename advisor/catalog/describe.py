"""The page that describes the catalog's format, made from the schema's own field descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.catalog.kinds import KINDS, Kind
from advisor.catalog.schema.record import RecordFile
from advisor.catalog.shape import FieldShape, fields_of
from advisor.catalog.yaml_text import MAX_DEPTH, MAX_FILE_MB

if TYPE_CHECKING:
    from collections.abc import Iterator

_START = f"""\
# The catalog's format

Generated from the schema in `advisor/catalog/schema`; change the descriptions there.

Every fact is in a YAML file below `catalog/`, in the folder of its kind. The file's name is the id; ids are in lower
case. An overlay (`--catalog DIR`, `ADVISOR_CATALOG`, `$XDG_DATA_HOME/advisor/catalog`) has the same folders: a file
replaces the shipped one of the same path, and what it holds is marked "yours".

- UTF-8, one mapping a file, at most {MAX_FILE_MB} MB, nested at most {MAX_DEPTH} deep; no equal keys, anchors, aliases
  or tags.
- `true`, `false`, `null`, decimal integers (`131_072`) and decimal fractions are what they look like. Everything else
  is text: `no`, `12:30` and `2026-02-05` too. A version that looks like a number is quoted (`"1.10"`). No exponents.
- A field nobody has described here is refused. A field without a value in the source is left out, never guessed.
- **Bold** fields are mandatory.
"""
_FILES = {
    "rows of a subject": "A file holds one field, `rows`: a list of these. The rows are numbered from 1, and row n of "
    "the file `name` has the id `name#n`.",
    "rows of a source": "A file holds `common`, fields that hold for every row that does not say otherwise "
    "(`conditions` one by one), and `rows`.",
}


def format_page() -> str:
    """The text of docs/catalog-format.md."""
    parts = [_START]
    described: set[type] = set()
    for kind in KINDS.values():
        parts += [f"## {kind.folder}/\n", *_kind(kind)]
        parts += _nested(kind.schema, described)
    return "\n".join(parts)


def tables(schema: type) -> str:
    """What stands in a file of that schema: its fields, and then those of every class it is made of."""
    return "\n".join([_about(schema), _table(list(fields_of(schema))), *_nested(schema, set())])


def _kind(kind: Kind) -> Iterator[str]:
    yield _about(RecordFile if kind.layout == "rows of a source" else kind.schema)
    if kind.layout in _FILES:
        yield _FILES[kind.layout] + "\n"
    given = " and ".join(f"`{name}`" for name in kind.from_path)
    yield f"The file's place gives {given}; the file does not repeat {'it' if len(kind.from_path) == 1 else 'them'}.\n"
    yield _table([shape for shape in fields_of(kind.schema) if shape.name not in kind.from_path])


def _nested(schema: type, described: set[type]) -> Iterator[str]:
    """Tables of the classes the schema is made of, each once on the page."""
    for shape in fields_of(schema):
        if shape.schema and shape.schema not in described:
            described.add(shape.schema)
            yield f"### {shape.schema.__name__}\n"
            yield _about(shape.schema)
            yield _table(list(fields_of(shape.schema)))
            yield from _nested(shape.schema, described)


def _about(schema: type) -> str:
    return " ".join((schema.__doc__ or "").split()) + "\n"


def _table(shapes: list[FieldShape]) -> str:
    lines = ["| field | what stands there | meaning |", "|---|---|---|"]
    for shape in shapes:
        name = f"**`{shape.name}`**" if shape.mandatory else f"`{shape.name}`"
        default = "" if shape.default in (None, (), "") else f" (default `{_yaml(shape.default)}`)"
        lines.append(f"| {name} | {shape.type_words}{default} | {shape.description} |".replace("|  |", "| |"))
    return "\n".join(lines) + "\n"


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
