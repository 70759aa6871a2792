"""Files below a folder, found in one quick walk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FOLDERS_DEEP = 4
"""Also what stops a symbolic link that leads back to its own folder."""


def below(top: str, deep: int = MOST_FOLDERS_DEEP) -> Iterator[os.DirEntry[str]]:
    """Everything below the folder that is not a folder, symbolic links followed; nothing where it cannot be read."""
    try:
        entries = list(os.scandir(top))
    except OSError:
        return
    for entry in entries:
        if not entry.is_dir():
            yield entry
        elif deep:
            yield from below(entry.path, deep - 1)
