"""Every kind of thing the catalog holds: where its files lie, what it is called, which schema class it has.

Classes are named by module so that a command which never looks at, say, prices does not import their schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Literal

KindName = Literal[
    "models",
    "quants",
    "hardware",
    "runtimes",
    "sources",
    "pipelines",
    "records",
    "prices",
    "costs",
    "quality",
    "compatibility",
]
Layout = Literal["one per file", "rows of a subject", "rows of a source"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of catalog entry."""

    name: KindName
    """As `advisor list` takes it, and as the attribute of `Facts` is called."""
    label: str
    """One of them, in a sentence."""
    module: str
    """Module of `advisor.catalog.schema` that defines it."""
    class_name: str
    """Its dataclass in that module."""
    layout: Layout = "one per file"
    """How files hold entries: one each, `rows` about what the file is named for, or measured rows of one source."""
    subject: str | None = None
    """Field that groups the entries; in a file of rows, the file's name fills it."""

    @property
    def folder(self) -> str:
        """Name of its folder in a catalog."""
        return "benchmarks" if self.name == "records" else self.name

    @property
    def from_path(self) -> tuple[str, ...]:
        """Fields of an entry that the file's place gives, the file's own name last."""
        if self.layout == "rows of a source":
            return ("hardware", "source")
        return ("id",) if self.layout == "one per file" else ("id", str(self.subject))

    @property
    def schema(self) -> type:
        """The dataclass of one entry."""
        return _schema(self.module, self.class_name)


@cache
def _schema(module: str, class_name: str) -> type:
    found = getattr(import_module(f"advisor.catalog.schema.{module}"), class_name)
    if not isinstance(found, type):
        raise TypeError(class_name)
    return found


KINDS: dict[KindName, Kind] = {
    kind.name: kind
    for kind in (
        Kind("models", "model", "model", "Model"),
        Kind("quants", "quantization", "quant", "Quant"),
        Kind("hardware", "machine", "hardware", "Hardware"),
        Kind("runtimes", "runtime", "runtime", "Runtime"),
        Kind("sources", "source", "source", "Source"),
        Kind("pipelines", "pipeline", "pipeline", "Pipeline"),
        Kind("records", "record", "record", "Record", "rows of a source", "model"),
        Kind("prices", "price", "market", "Price", "rows of a subject", "hardware"),
        Kind("costs", "cost figure", "market", "Figure", "rows of a subject", "topic"),
        Kind("quality", "score", "quality", "Score", "rows of a subject", "model"),
        Kind("compatibility", "compatibility row", "compatibility", "Compatibility", "rows of a subject", "topic"),
    )
}

NAMED: tuple[KindName, ...] = ("models", "quants", "hardware", "runtimes", "sources", "pipelines")
"""Kinds a person names in a question; the others are rows."""
