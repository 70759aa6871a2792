"""Results worked out once for the same things and kept while there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")
FEW = 16
"""Places for results that take a second each, such as what rows teach where a question narrows them by day or source."""


class Once(Generic[T]):
    """Results by the things they were made from.

    Things are told apart by being the same object: hashing a model would walk all its layers. An entry holds its things,
    so that no other can have their identity while it is known; with all places taken, everything is forgotten.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[tuple[Hashable, ...], tuple[tuple[object, ...], T]] = {}

    def __call__(self, things: tuple[object, ...], values: tuple[Hashable, ...], make: Callable[[], T]) -> T:
        """What `make` gave for these things and values when they were first asked for. What it raises is not kept."""
        key = (*map(id, things), *values)
        known = self._known.get(key)
        if known is not None:
            return known[1]
        found = make()
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[key] = things, found
        return found
