"""A remark with numbers in it that the presentation formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Note:
    """Words with named places; a value's unit ends its name (`need_bytes`, `spread_share`, `depth_tokens`)."""

    words: str
    values: tuple[tuple[str, float], ...] = ()

    @property
    def named(self) -> Mapping[str, float]:
        """Values by name."""
        return dict(self.values)


def note(words: str, **values: float) -> Note:
    """A note with these values in its places."""
    return Note(words, tuple(values.items()))
