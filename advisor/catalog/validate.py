"""Plain data held against the schema: a frozen value, or every mistake in it with its line, in a person's words."""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from advisor.catalog.contents import EMPTY
from advisor.catalog.shape import fields_of, schema_at
from advisor.errors import CatalogInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from advisor.catalog.places import Place
    from advisor.catalog.yaml_text import Loc
    from advisor.errors import Problem

T = TypeVar("T")
SHOWN_CHARACTERS = 60

_MESSAGES = {
    "missing": "is missing",
    "int_type": "should be a whole number",
    "int_from_float": "should be a whole number",
    "int_parsing_size": "should be a whole number of ordinary size",
    "float_type": "should be a number",
    "finite_number": "should be a finite number",
    "bool_type": "should be true or false",
    "tuple_type": "should be a list",
    "dict_type": "should be a mapping (`name: value`)",
    "dataclass_type": "should be a mapping of fields",
    "predicate_failed": "should be a date: YYYY, YYYY-MM or YYYY-MM-DD",
    "string_too_short": "should not be empty",
}
_UNION_MISTAKES = {"float_type", "finite_number", "int_type", "string_type", "bool_type"}
_UNION_BRANCHES = {"float": "a number", "int": "a whole number", "str": "text", "bool": "true or false"}


def validated(
    schema: type[T],
    data: Mapping[str, Any],
    place: Place,
    given: Mapping[str, str] = EMPTY,
) -> T:
    """The value the data describes; `given` holds fields that come from the file's place.

    Raises CatalogInvalid with every mistake.
    """
    problems = [place.problem((name,), "comes from the file's place; leave it out") for name in given if name in data]
    known: type = schema
    try:
        # Strict JSON mode: lists and mappings are what YAML calls so, but "5", 1.0 and "no" are not 5, 1 and false.
        value: T = _adapter(known).validate_json(json.dumps({**data, **given}), strict=True)
    except ValidationError as error:
        problems += _problems(schema, error, place)
    if problems:
        raise CatalogInvalid(problems)
    return value


@cache
def _adapter(schema: type) -> TypeAdapter[Any]:
    return TypeAdapter(schema)


def _problems(schema: type, error: ValidationError, place: Place) -> list[Problem]:
    by_place: dict[Loc, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        loc = detail["loc"]
        by_place.setdefault(loc[:-1] if _is_branch(schema, loc, detail["type"]) else loc, []).append(detail)
    return [place.problem(loc, _message(schema, loc, details)) for loc, details in by_place.items()]


def _is_branch(schema: type, loc: Loc, kind: str) -> bool:
    """Whether the last part is no field: one that may be several types reports each of them one level further down."""
    if not loc or loc[-1] not in _UNION_BRANCHES or kind not in _UNION_MISTAKES:
        return False
    parent = schema_at(schema, loc[:-1])
    return parent is None or loc[-1] not in {shape.name for shape in fields_of(parent)}


def _message(schema: type, loc: Loc, details: list[ErrorDetails]) -> str:
    detail = details[0]
    kind = detail["type"]
    if kind == "unexpected_keyword_argument":
        return _no_such_field(schema, loc)
    if kind == "missing":
        return _MESSAGES[kind]
    got = f" (got {_shown(detail['input'])})"
    if len(details) > 1:
        return "should be " + ", ".join(_UNION_BRANCHES[str(each["loc"][-1])] for each in details) + got
    if kind == "string_type":
        number = isinstance(detail["input"], int | float) and not isinstance(detail["input"], bool)
        return "should be text" + got + ("; quote it" if number else "")
    if kind in _MESSAGES:
        return _MESSAGES[kind] + got
    return detail["msg"].replace("Input should be", "should be").replace("Value should", "should") + got


def _no_such_field(schema: type, loc: Loc) -> str:
    parent = schema_at(schema, loc[:-1])
    names = [shape.name for shape in fields_of(parent)] if parent else []
    near = get_close_matches(str(loc[-1]), names, n=1)
    return "no such field" + (f"; did you mean {near[0]}?" if near else "")


def _shown(value: object) -> str:
    """The value as YAML would write it, cut short."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
