"""Where in the catalog's files something stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.catalog import yaml_text
from advisor.errors import CatalogInvalid, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.catalog.yaml_text import Loc


COMMON = "common"


@dataclass(frozen=True, slots=True)
class Place:
    """A file, or a row inside it."""

    path: Path
    way: Loc = ()
    """Way to the row; empty for a file of one entry."""

    @property
    def shown(self) -> str:
        """The file as messages call it: from the working folder where it lies below that."""
        try:
            return str(self.path.relative_to(Path.cwd()))
        except (ValueError, OSError):
            return str(self.path)

    @property
    def line(self) -> int:
        """Its line in the file; 1 where it cannot be told."""
        return self.problem((), "").line

    def problem(self, way: Loc, message: str) -> Problem:
        """A problem at `way` below this place, with the line of the nearest thing the file has there.

        What a row does not say itself stands in the file's `common`.
        """
        whole = (*self.way, *way)
        lines = _lines(self.path)
        if self.way and whole not in lines and (COMMON, *way) in lines:
            whole = (COMMON, *way)
        near = next((whole[:end] for end in range(len(whole), 0, -1) if whole[:end] in lines), None)
        return Problem(self.shown, lines[near] if near else 1, ".".join(map(str, whole)), message)


@lru_cache(maxsize=8)
def _lines(path: Path) -> Mapping[Loc, int]:
    try:
        return yaml_text.lines(path)
    except CatalogInvalid:
        return {}
