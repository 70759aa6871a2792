"""What is known of one kind, one line each."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from advisor.catalog.names import fold
from advisor.present.list_rows import ROWS
from advisor.present.list_things import THINGS
from advisor.present.tables import Column, TableFormat, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from advisor.catalog.contents import Facts
    from advisor.catalog.kinds import KindName

WILD = frozenset("*?[")
ORIGIN = Column("origin", "origin")
SEARCHED = (
    "id",
    "name",
    "repository",
    "hardware",
    "model",
    "source",
    "about",
    "benchmark",
    "topic",
    "runtime",
    "title",
)
"""Fields a pattern is looked for in, beside aliases."""
FOR_PEOPLE: frozenset[TableFormat] = frozenset({"table", "markdown"})


def matches(entry: Any, pattern: str) -> bool:
    """Whether the pattern stands in a name of the entry, or is one with `*` and `?`; case and hyphens do not matter."""
    wanted = fold(pattern)
    names = [fold(str(name)) for name in _names(entry)]
    if WILD & set(pattern):
        return any(fnmatch.fnmatchcase(name, wanted) for name in names)
    return any(wanted in name for name in names)


def _names(entry: Any) -> Iterator[str]:
    for field in SEARCHED:
        if value := getattr(entry, field, None):
            yield value
    yield from getattr(entry, "aliases", ())


def matching(facts: Facts, kind: KindName, pattern: str | None) -> list[Any]:
    """Entries of a kind that match the pattern, in the catalog's order; all of them without one."""
    held: Mapping[str, Any] = getattr(facts, kind)
    entries: Iterable[Any] = held.values()
    return [entry for entry in entries if pattern is None or matches(entry, pattern)]


def listing(facts: Facts, kind: KindName, entries: Iterable[Any], output_format: TableFormat) -> str:
    """The entries as a table of the kind's columns.

    People see where an entry comes from only when one of them is the user's own; programs always do.
    """
    columns, cells = {**THINGS, **ROWS}[kind]
    found = list(entries)
    origins = [facts.origin(kind, entry.id) for entry in found]
    with_origin = output_format not in FOR_PEOPLE or "yours" in origins
    rows = [
        [*cells(facts, entry), *([_mark(origin, output_format)] if with_origin else [])]
        for entry, origin in zip(found, origins, strict=True)
    ]
    return render([*columns, *([ORIGIN] if with_origin else [])], rows, output_format)


def _mark(origin: str, output_format: TableFormat) -> str:
    return "" if output_format in FOR_PEOPLE and origin == "shipped" else origin
