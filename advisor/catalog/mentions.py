"""Every place where a catalog entry names another, and every date it holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from advisor.catalog.shape import DATE_WORDS, FieldShape, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.catalog.kinds import KindName
    from advisor.catalog.yaml_text import Loc

_SOURCES = {"source", "sources", "second_sources", "context_sources"}
_NAMES: dict[tuple[str, str], tuple[KindName, ...]] = {
    ("Model", "released_quant"): ("quants",),
    ("Artifact", "quant"): ("quants",),
    ("Artifact", "formats"): ("quants",),
    ("Quant", "base"): ("quants",),
    ("Quant", "parts"): ("quants",),
    ("Quant", "rest"): ("quants",),
    ("Hardware", "same_as"): ("hardware",),
    ("Member", "device"): ("hardware",),
    ("UsableMemory", "runtime"): ("runtimes",),
    ("Runtime", "refused_quants"): ("quants",),
    ("Record", "model"): ("models", "pipelines"),
    ("Record", "quant"): ("quants",),
    ("Record", "hardware"): ("hardware",),
    ("Conditions", "runtime"): ("runtimes",),
    ("Price", "hardware"): ("hardware",),
    ("Figure", "model"): ("models",),
    ("Figure", "hardware"): ("hardware",),
    ("Score", "model"): ("models",),
}
_BY_KEY = {("Runtime", "refused_quants")}
"""Mappings whose keys are the names."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One entry named by another."""

    way: Loc
    kinds: tuple[KindName, ...]
    """What it may be, the likeliest first."""
    name: str


def mentions(entry: Any) -> Iterator[Mention]:
    """Everything the entry names, with the way to it."""
    for way, holder, shape, value in _held(entry, ()):
        kinds = _kinds(type(holder).__name__, shape)
        by_key = (type(holder).__name__, shape.name) in _BY_KEY
        for inner, name in _texts(value, by_key=by_key) if kinds else ():
            yield Mention((*way, *inner), kinds, name)


def dates(entry: Any) -> Iterator[tuple[Loc, str]]:
    """Every date of the entry, with the way to it."""
    for way, _, shape, value in _held(entry, ()):
        if shape.type_words == DATE_WORDS:
            yield way, value


def _kinds(holder: str, shape: FieldShape) -> tuple[KindName, ...]:
    return ("sources",) if shape.name in _SOURCES else _NAMES.get((holder, shape.name), ())


def _held(value: Any, way: Loc) -> Iterator[tuple[Loc, Any, FieldShape, Any]]:
    """Fields of interest that are filled, at every depth: way, what holds it, its shape, its value."""
    schema: type = type(value)
    for shape in _interesting(schema):
        held = getattr(value, shape.name)
        if not held:
            continue
        here = (*way, shape.name)
        if shape.schema is None:
            yield here, value, shape, held
        elif shape.holding == "value":
            yield from _held(held, here)
        else:
            for key, inner in enumerate(held) if shape.holding == "list" else held.items():
                yield from _held(inner, (*here, key))


@cache
def _interesting(schema: type) -> tuple[FieldShape, ...]:
    """Fields that name something, are dates, or hold fields that do."""
    return tuple(
        shape
        for shape in fields_of(schema)
        if _kinds(schema.__name__, shape)
        or shape.type_words == DATE_WORDS
        or (shape.schema and _interesting(shape.schema))
    )


def _texts(value: Any, *, by_key: bool) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, str):
        yield (), value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from (
                (((key,), key),) if by_key else (((key, *way), text) for way, text in _texts(inner, by_key=False))
            )
    else:
        yield from (((number,), text) for number, text in enumerate(value))
