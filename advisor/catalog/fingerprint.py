"""One key for everything a snapshot is made from: change one byte and it is another key."""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING

from advisor import __version__
from advisor.catalog.files import below
from advisor.catalog.kinds import KINDS
from advisor.catalog.locate import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CODE = ("catalog", "estimate", "evidence")
"""Parts of the package whose text enters the key: what a snapshot holds also depends on the code that computed it."""
MAX_FILE_BYTES = 16_000_000
"""The reader refuses smaller files than this; of larger ones only the size enters the key, so hashing stays quick."""


def key(folders: Sequence[Path], package: Path = PACKAGE) -> str:
    """Hex digest over package version, the code that reads and computes, and the names and contents of catalog files.

    Paths count from their folder on, so a checkout and an installed wheel agree. Unreadable files count by name.
    """
    digest = blake2b(__version__.encode(), digest_size=20)
    for part in CODE:
        _add(digest, package / part, ".py")
    for folder in folders:
        digest.update(b"\0catalog")
        for kind in KINDS.values():
            _add(digest, folder / kind.folder, ".yaml")
    return digest.hexdigest()


def _add(digest: blake2b, top: Path, suffix: str) -> None:
    start = len(str(top.parent)) + 1
    for path, size in sorted(_files(str(top), suffix)):
        digest.update(f"\0{path[start:]}\0{size}\0".encode(errors="surrogateescape"))
        if size > MAX_FILE_BYTES:
            continue
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123  making a Path costs more than hashing a file
                digest.update(file.read(size))
        except OSError:
            continue


def _files(top: str, suffix: str) -> Iterator[tuple[str, int]]:
    """Paths and sizes of the plain files; the catalog inside an installed package is no code."""
    data = os.path.join(top, "data", "")  # noqa: PTH118
    for entry in below(top):
        if entry.name.endswith(suffix) and entry.is_file() and not entry.path.startswith(data):
            yield entry.path, entry.stat().st_size
