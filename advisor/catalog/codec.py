"""Schema values as JSON data and back, without pydantic: what was validated once is only rebuilt."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_AS_THEY_ARE = (str, int, float, bool, object, NoneType)


def encode(value: Any) -> Any:
    """JSON data of a schema value; fields that hold their default are left out."""
    if is_dataclass(value):
        schema: type = type(value)
        return {
            name: encode(held)
            for name, default, factory in _defaults(schema)
            if (held := getattr(value, name)) != (factory() if factory else default)
        }
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    return value


def decode(schema: type[T], data: dict[str, Any]) -> T:
    """The schema value `encode` made the data from."""
    known: type = schema
    turned = {name: turn(data[name]) for name, turn in _turns(known) if name in data}
    return schema(**{**data, **turned})


@cache
def _defaults(schema: type) -> tuple[tuple[str, Any, Callable[[], Any] | None], ...]:
    """Name, default and default factory of each field; the default of a mandatory field equals nothing."""
    return tuple(
        (each.name, each.default, None if each.default_factory is MISSING else each.default_factory)
        for each in fields(schema)
    )


@cache
def _turns(schema: type) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """Fields whose JSON is not already the value, each with what turns one into the other."""
    return tuple((each.name, turn) for each in fields(schema) if (turn := _turn(each.type)))


def _turn(annotation: Any) -> Callable[[Any], Any] | None:
    """What turns JSON into a value of that type; None where they are the same."""
    while get_origin(annotation) is Annotated:
        annotation = annotation.__origin__
    origin, inner = get_origin(annotation), get_args(annotation)
    if is_dataclass(annotation):
        return lambda data: decode(annotation, data)  # type: ignore[arg-type]
    if origin in (Union, UnionType):
        return _turn_of_union([choice for choice in inner if choice is not NoneType], annotation)
    if origin is tuple:
        item = _turn(inner[0])
        return tuple if item is None else lambda data: tuple(map(item, data))
    if origin is dict:
        value = _turn(inner[1])
        return None if value is None else lambda data: {key: value(item) for key, item in data.items()}
    if origin is Literal or annotation in _AS_THEY_ARE:
        return None
    raise TypeError(f"no way to keep {annotation} in a snapshot")


def _turn_of_union(choices: list[Any], annotation: Any) -> Callable[[Any], Any] | None:
    turns = [_turn(choice) for choice in choices]
    if turns == [None] * len(turns):
        return None
    if len(turns) > 1 or turns[0] is None:
        raise TypeError(f"no way to tell the members of {annotation} apart in a snapshot")
    turn = turns[0]
    return lambda data: None if data is None else turn(data)
