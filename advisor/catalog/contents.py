"""What the catalog offers to the stages on its right: `Facts`, and `Catalog`, which holds all of it in memory.

    facts.models[model_id]                  entry by id; KeyError for an id nobody has (names are resolved by `find`)
    facts.hardware.values()                 every entry of a kind, in order of id
    facts.records_for(model_id)             measured rows of one model; `records_for(None)`: rows about no one model
    facts.prices_for(hardware_id)           rows of one subject; likewise costs_for, quality_for, compatibility_for
    facts.names                             every name, for `find`
    facts.origin("models", "mine")          "yours" for an entry of an overlay, else "shipped"
    facts.date                              day the newest source was read
    facts.extra("calibration")              what the caller of `snapshot.open_catalog` had computed once

`Catalog` is read from YAML; `snapshot.Snapshot` reads the same from one file and decodes only what is asked for.
Code that takes `Facts` works with either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar

from advisor.catalog import compose
from advisor.catalog.kinds import KINDS, NAMED, KindName
from advisor.catalog.names import Names, index_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from advisor.catalog.places import Place
    from advisor.catalog.schema.compatibility import Compatibility
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.market import Figure, Price
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.pipeline import Pipeline
    from advisor.catalog.schema.quality import Score
    from advisor.catalog.schema.quant import Quant
    from advisor.catalog.schema.record import Record
    from advisor.catalog.schema.runtime import Runtime
    from advisor.catalog.schema.source import Source

T = TypeVar("T")
Origin = Literal["shipped", "yours"]
JSON: TypeAlias = "str | int | float | bool | list[Any] | dict[str, Any] | None"
EMPTY: Mapping[Any, Any] = MappingProxyType({})


class Facts(Protocol):
    """Everything known, however it is held."""

    @property
    def models(self) -> Mapping[str, Model]:
        """Models by id."""

    @property
    def quants(self) -> Mapping[str, Quant]:
        """Quantizations by id."""

    @property
    def hardware(self) -> Mapping[str, Hardware]:
        """Devices and systems by id."""

    @property
    def runtimes(self) -> Mapping[str, Runtime]:
        """Runtimes by id."""

    @property
    def sources(self) -> Mapping[str, Source]:
        """Sources by id."""

    @property
    def pipelines(self) -> Mapping[str, Pipeline]:
        """Image and video pipelines by id."""

    @property
    def records(self) -> Mapping[str, Record]:
        """Measured rows by id."""

    @property
    def prices(self) -> Mapping[str, Price]:
        """Prices by id."""

    @property
    def costs(self) -> Mapping[str, Figure]:
        """Running-cost figures by id."""

    @property
    def quality(self) -> Mapping[str, Score]:
        """Scores by id."""

    @property
    def compatibility(self) -> Mapping[str, Compatibility]:
        """Compatibility rows by id."""

    @property
    def names(self) -> Names:
        """Every name of every kind."""

    @property
    def date(self) -> str:
        """Day the newest source was read; empty for a catalog without sources."""

    def records_for(self, model: str | None) -> tuple[Record, ...]:
        """Rows of one model id, in order of id; empty where nobody measured it."""

    def prices_for(self, hardware: str) -> tuple[Price, ...]:
        """Prices of one hardware id."""

    def costs_for(self, topic: str) -> tuple[Figure, ...]:
        """Running-cost figures of one topic."""

    def quality_for(self, model: str) -> tuple[Score, ...]:
        """Scores of one model id."""

    def compatibility_for(self, topic: str) -> tuple[Compatibility, ...]:
        """Compatibility rows of one topic."""

    def origin(self, kind: KindName, entry_id: str) -> Origin:
        """Whether the entry came with advisor or from an overlay."""

    def extra(self, name: str) -> JSON:
        """What was computed from this catalog under that name; None when nothing was."""


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """A whole catalog, read and validated."""

    models: Mapping[str, Model] = field(default_factory=dict)
    quants: Mapping[str, Quant] = field(default_factory=dict)
    hardware: Mapping[str, Hardware] = field(default_factory=dict)
    runtimes: Mapping[str, Runtime] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    pipelines: Mapping[str, Pipeline] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    costs: Mapping[str, Figure] = field(default_factory=dict)
    quality: Mapping[str, Score] = field(default_factory=dict)
    compatibility: Mapping[str, Compatibility] = field(default_factory=dict)
    origins: Mapping[tuple[KindName, str], Origin] = field(default_factory=dict)
    """Entries that came from an overlay → "yours"."""
    places: Mapping[tuple[KindName, str], Place] = field(default_factory=dict)
    """Where each entry was read."""
    extras: Mapping[str, JSON] = field(default_factory=dict)
    """Answers of `extra`."""

    def of(self, kind: KindName) -> Mapping[str, Any]:
        """Entries of one kind by id."""
        entries: Mapping[str, Any] = getattr(self, kind)
        return entries

    @cached_property
    def names(self) -> Names:
        """Every name of every kind."""
        index: dict[str, dict[str, tuple[str, ...]]] = {
            kind: index_of((key, _other_names(entry)) for key, entry in self.of(kind).items()) for kind in NAMED
        }
        return Names(index, compose.systems(self.hardware.values()))

    @cached_property
    def date(self) -> str:
        """Day the newest source was read; empty for a catalog without sources."""
        return max((source.accessed for source in self.sources.values()), default="")

    @cached_property
    def groups(self) -> Mapping[KindName, Mapping[str | None, tuple[Any, ...]]]:
        """Kind → subject → its entries, for kinds that have a subject."""
        return {name: grouped(kind.subject, self.of(name).values()) for name, kind in KINDS.items() if kind.subject}

    def records_for(self, model: str | None) -> tuple[Record, ...]:
        """Rows of one model id, in order of id; empty where nobody measured it."""
        return self.groups["records"].get(model, ())

    def prices_for(self, hardware: str) -> tuple[Price, ...]:
        """Prices of one hardware id."""
        return self.groups["prices"].get(hardware, ())

    def costs_for(self, topic: str) -> tuple[Figure, ...]:
        """Running-cost figures of one topic."""
        return self.groups["costs"].get(topic, ())

    def quality_for(self, model: str) -> tuple[Score, ...]:
        """Scores of one model id."""
        return self.groups["quality"].get(model, ())

    def compatibility_for(self, topic: str) -> tuple[Compatibility, ...]:
        """Compatibility rows of one topic."""
        return self.groups["compatibility"].get(topic, ())

    def origin(self, kind: KindName, entry_id: str) -> Origin:
        """Whether the entry came with advisor or from an overlay."""
        return self.origins.get((kind, entry_id), "shipped")

    def extra(self, name: str) -> JSON:
        """What was computed from this catalog under that name; None when nothing was."""
        return self.extras.get(name)


def grouped(subject: str, entries: Iterable[T]) -> dict[str | None, tuple[T, ...]]:
    """Entries by the value of their field `subject`, in the order they come."""
    groups: dict[str | None, list[T]] = {}
    for entry in entries:
        groups.setdefault(getattr(entry, subject), []).append(entry)
    return {value: tuple(members) for value, members in groups.items()}


def _other_names(entry: Any) -> list[str]:
    repository = getattr(entry, "repository", None)
    return [*getattr(entry, "aliases", ()), *([repository] if repository else [])]
