"""Files people asked for: whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from advisor.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """The text stands at `path`, or what stood there before and nothing beside it. Raises UsageError where it cannot be written."""
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        try:
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror}"
        raise UsageError(message) from error
