"""The catalog in one file that is read in milliseconds, so that a question does not parse a thousand YAML files.

    line 1   {"format": …, "key": …, "crc": …}
    line 2   {"date": …, "sections": {section: [start, end], …}}
    rest     sections, each JSON; a section of entries is a line with its directory, followed by the entries

`crc` is over everything after line 1. A directory gives the place of every entry and of every group (the records of one
model), so that a question decodes only what it asks for. `key` stands for everything the snapshot was made from: one
with another key is not read, one that is damaged does not match its checksum, and in both cases it is made again.
Deleting it is always safe.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from advisor.catalog import fingerprint, locate
from advisor.catalog.contents import grouped
from advisor.catalog.entries import Entries, pack
from advisor.catalog.kinds import KINDS, KindName
from advisor.catalog.names import Names
from advisor.errors import CatalogInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from advisor.catalog.contents import JSON, Catalog, Facts, Origin
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

FORMAT = 1
SHIPPED = locate.PACKAGE / "catalog" / "snapshot.json"
"""Made when the wheel is built, so that the first run is quick too."""
EXTRA = "extra."
"""Before the names of sections `extras` supplied."""


def open_catalog(
    folders: Sequence[Path],
    extras: Callable[[Catalog], Mapping[str, JSON]] | None = None,
    *,
    shipped: Path = SHIPPED,
    cache: Path | None = None,
) -> Facts:
    """Everything in these catalog folders, from a snapshot where one is current, else from the files.

    `extras` computes what is worth computing once; it is called only when the snapshot is made, and its answers are had
    by `Facts.extra`. `cache` is the folder the snapshot is kept in; without one, or where it cannot be written, the
    files are read every time. Raises CatalogInvalid with every problem found.
    """
    key = fingerprint.key(folders)
    kept = kept_at(cache, key) if cache else None
    for path in (shipped, kept):
        if path and (current := read(path, key)):
            return current
    raw = make(folders, key, extras)
    if kept:
        keep(raw, kept)
    return Snapshot(raw)


def kept_at(cache: Path, key: str) -> Path:
    """Where the snapshot of that key is kept in the cache folder."""
    return cache / f"snapshot-{key[:16]}.json"


def make(folders: Sequence[Path], key: str, extras: Callable[[Catalog], Mapping[str, JSON]] | None = None) -> bytes:
    """A new snapshot of the files in these folders. Raises CatalogInvalid where they are wrong."""
    # Only making a snapshot pays for pydantic and YAML.
    from advisor.catalog.check import references  # noqa: PLC0415
    from advisor.catalog.load import load_catalog  # noqa: PLC0415

    catalog = load_catalog(folders)
    problems = references(catalog)
    if problems:
        raise CatalogInvalid(problems)
    return write(catalog, key, extras(catalog) if extras else {})


def write(catalog: Catalog, key: str, extras: Mapping[str, JSON]) -> bytes:
    """The snapshot of a catalog as bytes."""
    origins: dict[str, list[str]] = {}
    for kind, entry_id in catalog.origins:
        origins.setdefault(kind, []).append(entry_id)
    sections = {"names": _json([catalog.names.index, catalog.names.systems]), "origins": _json(origins)}
    for each in KINDS.values():
        entries = catalog.of(each.name).values()
        sections[each.name] = pack(grouped(each.subject, entries) if each.subject else {None: tuple(entries)})
    for extra, value in extras.items():
        sections[EXTRA + extra] = _json(value)
    spans: dict[str, tuple[int, int]] = {}
    end = 0
    for section, part in sections.items():
        spans[section] = (end, end + len(part))
        end += len(part)
    body = b"\n".join([_json({"date": catalog.date, "sections": spans}), b"".join(sections.values())])
    return b"\n".join([_json({"format": FORMAT, "key": key, "crc": crc32(body)}), body])


def read(path: Path, key: str) -> Snapshot | None:
    """The snapshot in that file; None when there is none, it has another key, or it is damaged."""
    try:
        raw = path.read_bytes()
        head = json.loads(raw[: raw.find(b"\n")])
        body = raw[raw.find(b"\n") + 1 :]
    except (OSError, ValueError):
        return None
    return Snapshot(raw) if head == {"format": FORMAT, "key": key, "crc": crc32(body)} else None


def keep(raw: bytes, path: Path) -> None:
    """Put the snapshot there in one step and remove older ones beside it; where that is not allowed, do nothing."""
    from tempfile import mkstemp  # noqa: PLC0415  reading a snapshot does without

    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, fresh = mkstemp(prefix="snapshot-", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(raw)
            Path(fresh).replace(path)
        finally:
            Path(fresh).unlink(missing_ok=True)
        for old in path.parent.glob("snapshot-*"):
            if old != path:
                old.unlink(missing_ok=True)


class Snapshot:
    """`Facts` out of a snapshot's bytes; entries are decoded when asked for, and once."""

    def __init__(self, raw: bytes) -> None:
        _, table, self._body = raw.split(b"\n", 2)
        self._table: dict[str, Any] = json.loads(table)

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """Models by id."""
        return self._entries("models")

    @cached_property
    def quants(self) -> Mapping[str, Quant]:
        """Quantizations by id."""
        return self._entries("quants")

    @cached_property
    def hardware(self) -> Mapping[str, Hardware]:
        """Devices and systems by id."""
        return self._entries("hardware")

    @cached_property
    def runtimes(self) -> Mapping[str, Runtime]:
        """Runtimes by id."""
        return self._entries("runtimes")

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Sources by id."""
        return self._entries("sources")

    @cached_property
    def pipelines(self) -> Mapping[str, Pipeline]:
        """Image and video pipelines by id."""
        return self._entries("pipelines")

    @cached_property
    def records(self) -> Entries[Record]:
        """Measured rows by id."""
        return self._entries("records")

    @cached_property
    def prices(self) -> Entries[Price]:
        """Prices by id."""
        return self._entries("prices")

    @cached_property
    def costs(self) -> Entries[Figure]:
        """Running-cost figures by id."""
        return self._entries("costs")

    @cached_property
    def quality(self) -> Entries[Score]:
        """Scores by id."""
        return self._entries("quality")

    @cached_property
    def compatibility(self) -> Entries[Compatibility]:
        """Compatibility rows by id."""
        return self._entries("compatibility")

    @cached_property
    def names(self) -> Names:
        """Every name of every kind."""
        index, systems = self._json("names")
        return Names({kind: _tuples(names) for kind, names in index.items()}, _tuples(systems))

    @property
    def date(self) -> str:
        """Day the newest source was read; empty for a catalog without sources."""
        return str(self._table["date"])

    def records_for(self, model: str | None) -> tuple[Record, ...]:
        """Rows of one model id; empty where nobody measured it."""
        return self.records.group(model)

    def prices_for(self, hardware: str) -> tuple[Price, ...]:
        """Prices of one hardware id."""
        return self.prices.group(hardware)

    def costs_for(self, topic: str) -> tuple[Figure, ...]:
        """Running-cost figures of one topic."""
        return self.costs.group(topic)

    def quality_for(self, model: str) -> tuple[Score, ...]:
        """Scores of one model id."""
        return self.quality.group(model)

    def compatibility_for(self, topic: str) -> tuple[Compatibility, ...]:
        """Compatibility rows of one topic."""
        return self.compatibility.group(topic)

    def origin(self, kind: KindName, entry_id: str) -> Origin:
        """Whether the entry came with advisor or from an overlay."""
        return "yours" if entry_id in self._origins.get(kind, ()) else "shipped"

    def extra(self, name: str) -> JSON:
        """What was computed from this catalog under that name; None when nothing was."""
        return self._json(EXTRA + name) if EXTRA + name in self._table["sections"] else None

    @cached_property
    def _origins(self) -> dict[str, set[str]]:
        return {kind: set(ids) for kind, ids in self._json("origins").items()}

    def _part(self, section: str) -> bytes:
        start, end = self._table["sections"][section]
        return self._body[start:end]

    def _json(self, section: str) -> Any:
        return json.loads(self._part(section))

    def _entries(self, kind: KindName) -> Entries[Any]:
        return Entries(self._part(kind), KINDS[kind].schema)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _tuples(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(ids) for name, ids in lists.items()}
