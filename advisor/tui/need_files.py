"""Needs as files: those of a folder and those that came with advisor, read and written."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.catalog.locate import shipped
from advisor.decide.need_file import read_need
from advisor.decide.need_write import need_yaml
from advisor.errors import AdvisorError
from advisor.tui.draft import Draft

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.decide.need import Need

USUAL = "need.yaml"
MOST_BYTES = 200_000
"""A longer file is no need."""
MOST_LISTED = 40
NAMES = 1000


def examples() -> Path | None:
    """The folder of the needs that came with advisor, beside its catalog; None where they are missing."""
    folder = shipped().parent / "examples"
    return folder if folder.is_dir() else None


def in_folder(folder: Path) -> tuple[Path, ...]:
    """YAML files that list workloads, by name."""
    try:
        return tuple(sorted(path for path in folder.glob("*.y*ml") if _is_need(path)))[:MOST_LISTED]
    except OSError:
        return ()


def _is_need(path: Path) -> bool:
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return False
        return any(
            line.startswith("workloads:") for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        )
    except OSError:
        return False


def offered(folder: Path) -> tuple[tuple[str, str], ...]:
    """Path and what is said of it: the folder's own, then the examples."""
    here = [(str(path), path.name) for path in in_folder(folder)]
    ours = examples()
    there = (
        [(str(path), f"{path.stem} (example)") for path in in_folder(ours)]
        if ours and ours.resolve() != folder.resolve()
        else []
    )
    return (*here, *there)


def is_example(path: str) -> bool:
    """True for a file that came with advisor, which is not written over."""
    ours = examples()
    return ours is not None and Path(path).resolve().parent == ours.resolve()


def read(facts: Facts, path: str) -> Draft:
    """The file as lines. Raises NeedInvalid with every mistake, each with its line."""
    return Draft.of(read_need(facts, Path(path)), str(Path(path).absolute()))


def reopened(facts: Facts, draft: Draft) -> Draft:
    """The lines as they are, with all else that their file says now; without a file where it can no longer be read."""
    try:
        base = read_need(facts, Path(draft.path))
    except AdvisorError:
        return replace(draft, path="")
    return replace(draft, base=base)


def fresh(folder: Path) -> Path:
    """A name of the folder that no file has. Raises OSError where a thousand are taken."""
    for number in range(1, NAMES):
        path = folder / (USUAL if number == 1 else f"need-{number}.yaml")
        if not path.exists():
            return path
    raise FileExistsError(17, "a thousand needs are there already")


def write(need: Need, path: Path) -> Draft:
    """The need as a file, whole or not at all, and its lines. Raises OSError where that is not allowed."""
    part = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        part.write_text(need_yaml(need), encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Draft.of(need, str(path.absolute()))


def typed_path(path: str) -> str:
    """The path as one types it from here."""
    whole, here = Path(path), Path.cwd()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else path
