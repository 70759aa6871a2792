"""Where catalogs and the snapshot are on this computer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import CatalogError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PACKAGE = Path(__file__).resolve().parent.parent
VARIABLE = "ADVISOR_CATALOG"
_MARKS = ("models", "hardware", "sources")
"""Folders a shipped catalog has; a stranger's `catalog` beside site-packages has not all of them."""


def shipped(package: Path = PACKAGE) -> Path:
    """The catalog this `advisor` was released with, or the checkout's own.

    The checkout comes first because an editable install leaves a second, ageing copy inside the package.
    Raises CatalogError when there is neither.
    """
    for folder in (package.parent / "catalog", package / "catalog" / "data"):
        if all((folder / mark).is_dir() for mark in _MARKS):
            return folder
    raise CatalogError(f"the catalog that belongs to {package} is missing; install advisor again")


def folders(
    named: Sequence[Path] = (), environ: Mapping[str, str] = os.environ, *, package: Path = PACKAGE
) -> tuple[Path, ...]:
    """Every catalog folder in force, the shipped one first; a later one wins.

    After the shipped one: the user's own if there is one, then those `ADVISOR_CATALOG` lists, then `named`.
    Raises CatalogError for a folder that was named and does not exist.
    """
    own = _base(environ, "XDG_DATA_HOME", ".local/share")
    overlays = [own / "catalog"] if own and _holds_something(own / "catalog") else []
    listed = [Path(text) for text in environ.get(VARIABLE, "").split(os.pathsep) if text]
    for asked_by, paths in ((VARIABLE, listed), ("--catalog", named)):
        overlays += [_existing(path, asked_by) for path in paths]
    return tuple(dict.fromkeys((shipped(package), *overlays)))


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Where the snapshot may be kept; None where the user has no home."""
    return _base(environ, "XDG_CACHE_HOME", ".cache")


def _holds_something(folder: Path) -> bool:
    """True for a folder with anything in it: an empty one of the user's own is no mistake."""
    try:
        return any(folder.iterdir())
    except OSError:
        return False


def _existing(path: Path, asked_by: str) -> Path:
    try:
        if path.is_dir():
            return path.resolve()
    except (OSError, ValueError):
        pass
    raise CatalogError(f"{asked_by}: no folder {str(path)[:200]!r}")


def _base(environ: Mapping[str, str], variable: str, below_home: str) -> Path | None:
    """The `advisor` folder below an XDG base folder; a relative one is ignored, as the XDG specification asks."""
    stated = Path(environ.get(variable, ""))
    if stated.is_absolute():
        return stated / "advisor"
    home = Path(environ.get("HOME", ""))
    return home / below_home / "advisor" if home.is_absolute() else None
