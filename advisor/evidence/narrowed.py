"""What rows teach where a question narrows them by day or source: learned once for all questions that narrow alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.catalog.contents import Facts

T = TypeVar("T")
MOST_KEPT = 16


class Narrowed(Generic[T]):
    """Remembers for one catalog what was learned for each day and set of excluded sources."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, frozenset[str]], tuple[Facts, T]] = {}

    def once(self, facts: Facts, as_of: str | None, exclude_sources: frozenset[str], learn: Callable[[], T]) -> T:
        """What `learn` gave for these facts, day and sources, or gives now."""
        known = self._known.get((as_of, exclude_sources))
        if known and known[0] is facts:
            return known[1]
        found = learn()
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[as_of, exclude_sources] = (facts, found)
        return found
