"""What the schema says about its fields, in words: for messages, templates and the format page."""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Predicate

if TYPE_CHECKING:
    from collections.abc import Sequence

Holding = Literal["value", "list", "mapping"]

DATE_WORDS = "date (YYYY, YYYY-MM or YYYY-MM-DD)"
_PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    object: "anything",
    NoneType: "nothing",
}


@dataclass(frozen=True, slots=True)
class FieldShape:
    """One field of a schema class."""

    name: str
    type_words: str
    """What may stand there: `number above 0`, `list of text`, `one of new, used`."""
    description: str
    """What it means, as the schema says it; may be empty."""
    mandatory: bool
    default: object
    """Value when absent; None for mandatory fields."""
    schema: type | None
    """The dataclass it is made of, for nested fields."""
    holding: Holding
    """Whether one of these, a list of them or a mapping to them stands there."""


@cache
def fields_of(schema: type) -> tuple[FieldShape, ...]:
    """The fields of a schema dataclass in the order it declares them."""
    if not is_dataclass(schema):
        raise TypeError(schema)
    return tuple(_field(declared) for declared in fields(schema))


def schema_at(schema: type, way: Sequence[str | int]) -> type | None:
    """The dataclass at the end of a way such as `("blocks", "name", "attention")`; None when there is none."""
    current: type | None = schema
    parts = iter(way)
    for part in parts:
        if current is None:
            return None
        shape = next((shape for shape in fields_of(current) if shape.name == part), None)
        if shape is None:
            return None
        current = shape.schema
        if shape.holding != "value" and next(parts, None) is None:
            return None
    return current


def _field(declared: Field[Any]) -> FieldShape:
    inner, notes = _open(declared.type)
    description = next((note for note in notes if isinstance(note, str)), "")
    schema, holding = _nested(inner)
    mandatory = declared.default is MISSING and declared.default_factory is MISSING
    default = None if declared.default is MISSING else declared.default
    return FieldShape(declared.name, _words(declared.type), description, mandatory, default, schema, holding)


def _open(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """The bare type and the notes `Annotated` puts on it; `X | None` counts as X."""
    notes: tuple[Any, ...] = ()
    while True:
        if get_origin(annotation) is Annotated:
            notes = (*notes, *annotation.__metadata__)
            annotation = annotation.__origin__
        elif get_origin(annotation) in (Union, UnionType) and len(_without_none(annotation)) == 1:
            annotation = _without_none(annotation)[0]
        else:
            return annotation, notes


def _without_none(annotation: Any) -> list[Any]:
    return [choice for choice in get_args(annotation) if choice is not NoneType]


def _nested(inner: Any) -> tuple[type | None, Holding]:
    holding: Holding = "value"
    if get_origin(inner) in (tuple, dict):
        holding = "list" if get_origin(inner) is tuple else "mapping"
        inner, _ = _open(get_args(inner)[holding == "mapping"])
    return (inner if isinstance(inner, type) and is_dataclass(inner) else None), holding


def _words(annotation: Any) -> str:
    inner, notes = _open(annotation)
    origin, choices = get_origin(inner), get_args(inner)
    if origin is Literal:
        return "one of " + ", ".join(map(str, choices))
    if origin in (tuple, dict):
        held = _words(choices[-1 if origin is dict else 0])
        return f"list of {held}" if origin is tuple else f"mapping of {_words(choices[0])} to {held}"
    if origin in (Union, UnionType):
        return " or ".join(_words(choice) for choice in _without_none(inner))
    if is_dataclass(inner):
        return f"{getattr(inner, '__name__', '')} fields"
    if any(isinstance(note, Predicate) for note in notes):
        return DATE_WORDS
    return _PLAIN[inner] + _limits(notes)


def _limits(notes: Sequence[Any]) -> str:
    parts = [f"above {note.gt}" for note in notes if isinstance(note, Gt)]
    parts += [f"{note.ge} or more" for note in notes if isinstance(note, Ge)]
    parts += [f"{note.le} or less" for note in notes if isinstance(note, Le)]
    return "".join(f", {part}" for part in parts)
