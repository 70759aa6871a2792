"""Files people asked for: whole or not at all."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile

from advisor.errors import UsageError


def write_whole(path: Path, text: str) -> None:
    """The text stands at `path`, or what stood there before. Raises UsageError where it cannot be written."""
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}-", delete=False) as fresh:
            fresh.write(text)
        Path(fresh.name).replace(path)
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror}"
        raise UsageError(message) from error
