"""Catalog folders read whole: every file parsed and validated, and overlays laid over what came before.

This is the slow way to the facts; `snapshot` is the quick one.
"""

from __future__ import annotations

import gc
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.catalog import yaml_text
from advisor.catalog.contents import Catalog, Origin
from advisor.catalog.files import below
from advisor.catalog.inherit import with_shared_architectures
from advisor.catalog.kinds import KINDS, Kind, KindName
from advisor.catalog.places import Place
from advisor.catalog.rows import rows_of_source, rows_of_subject
from advisor.catalog.validate import validated
from advisor.errors import CatalogError, CatalogInvalid, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENDING = ".yaml"
MISTAKEN_ENDINGS = {".yml", ".json", ".toml", ".csv"}
"""Endings of files somebody put there to be read, and that would not be."""
ID = re.compile(r"[a-z0-9][a-z0-9._+-]*")


def load_catalog(folders: Sequence[Path]) -> Catalog:
    """Everything in the folders, of which later ones win.

    A file replaces an earlier folder's file of the same path, a record the earlier one of its id. Entries of all but
    the first folder are "yours". Raises CatalogInvalid with every problem of every file, CatalogError for a folder
    that holds no catalog.
    """
    with _collector_resting():
        reading = _Reading()
        for file in _files(folders, reading.problems):
            reading.add(file)
        model_places = {entry_id: place for (kind, entry_id), place in reading.places.items() if kind == "models"}
        models, problems = with_shared_architectures(reading.entries["models"], model_places, reading.broken)
    problems += reading.problems
    if problems:
        raise CatalogInvalid(sorted(problems, key=lambda problem: (problem.path, problem.line)))
    entries: dict[KindName, dict[str, Any]] = {**reading.entries, "models": models}
    ordered: dict[str, Any] = {kind: _by_subject(KINDS[kind], held) for kind, held in entries.items()}
    return Catalog(**ordered, origins=reading.origins, places=reading.places)


def load_file(path: Path, kind: Kind) -> list[tuple[Any, Place]]:
    """Every entry of one file with its place; the folders it lies in say what it is about.

    Raises CatalogInvalid with every problem of the file.
    """
    place = Place(path)
    data = yaml_text.read(path, place.shown)
    if kind.layout == "rows of a source":
        return rows_of_source(data, place)
    if kind.layout == "rows of a subject":
        return rows_of_subject(data, kind, place)
    return [(validated(kind.schema, data, place, {"id": path.name.removesuffix(ENDING)}), place)]


@contextmanager
def _collector_resting() -> Iterator[None]:
    """A stretch without garbage collection.

    Reading makes hundreds of thousands of small objects and keeps nearly all: looking through them again and again for
    something to free would take a good part of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _File:
    """A file to read."""

    path: Path
    kind: Kind
    folder: int
    """Which of the catalog folders it belongs to."""


def _files(folders: Sequence[Path], problems: list[Problem]) -> list[_File]:
    """The files in force, folder by folder; files that cannot be meant so are reported."""
    found: dict[tuple[str, str], _File] = {}
    for number, folder in enumerate(folders):
        kinds = [kind for kind in KINDS.values() if (folder / kind.folder).is_dir()]
        if not kinds:
            known = ", ".join(kind.folder for kind in KINDS.values())
            raise CatalogError(f"{Place(folder).shown} holds no catalog: none of the folders {known}")
        for kind in kinds:
            for path in sorted(Path(entry.path) for entry in below(str(folder / kind.folder))):
                message = _misplaced(path, kind, folder)
                if message:
                    problems.append(Problem(Place(path).shown, 0, "", message))
                elif path.suffix == ENDING and not path.name.startswith("."):
                    found[kind.name, str(path.relative_to(folder))] = _File(path, kind, number)
    return sorted(found.values(), key=lambda file: file.folder)


def _misplaced(path: Path, kind: Kind, folder: Path) -> str | None:
    """Why the file would not be read, or not found again, although somebody put it there."""
    if path.name.startswith(".") or path.suffix not in {ENDING, *MISTAKEN_ENDINGS}:
        return None
    if path.suffix != ENDING:
        return f"is not read: a catalog file ends in {ENDING}"
    parts = path.relative_to(folder / kind.folder).parts
    if len(parts) != (2 if kind.layout == "rows of a source" else 1):
        place = (
            "benchmarks/<machine>/<source>.yaml" if kind.layout == "rows of a source" else f"{kind.folder}/<id>.yaml"
        )
        return f"is in the wrong folder; its place is {place}"
    name = path.name.removesuffix(ENDING)
    if not ID.fullmatch(name):
        return f"{name!r} cannot be an id: lower-case letters, digits, `.`, `_`, `+` and `-`, a letter or digit first"
    return None


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    entries: dict[KindName, dict[str, Any]] = field(default_factory=lambda: {name: {} for name in KINDS})
    places: dict[tuple[KindName, str], Place] = field(default_factory=dict)
    origins: dict[tuple[KindName, str], Origin] = field(default_factory=dict)
    folder_of: dict[tuple[KindName, str], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Names of files that could not be read."""

    def add(self, file: _File) -> None:
        """Read one file."""
        try:
            found = load_file(file.path, file.kind)
        except CatalogInvalid as error:
            self.problems += error.problems
            self.broken.add(file.path.stem)
            return
        for entry, place in found:
            self._add_entry(entry, place, file)

    def _add_entry(self, entry: Any, place: Place, file: _File) -> None:
        key = (file.kind.name, entry.id)
        if self.folder_of.get(key) == file.folder:
            first = self.places[key]
            self.problems.append(place.problem(("id",), f"{entry.id!r} is also the id of {first.shown}:{first.line}"))
            return
        self.folder_of[key] = file.folder
        self.entries[file.kind.name][entry.id] = entry
        self.places[key] = place
        if file.folder:
            self.origins[key] = "yours"


def _by_subject(kind: Kind, entries: dict[str, Any]) -> dict[str, Any]:
    """Entries with the same subject together, otherwise in the order read."""
    if kind.subject is None:
        return dict(sorted(entries.items()))
    subject = kind.subject
    return dict(sorted(entries.items(), key=lambda item: getattr(item[1], subject) or ""))
