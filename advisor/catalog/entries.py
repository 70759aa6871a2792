"""Entries of one kind as bytes: packed with a directory, decoded one by one or group by group."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from advisor.catalog.codec import decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterator, ValuesView

T = TypeVar("T")
Span = tuple[int, int]

SEPARATOR = b",\n"
"""Between entries, so that everything from the first entry of a group to its last is the inside of a JSON list."""


def pack(groups: Mapping[str | None, tuple[Any, ...]]) -> bytes:
    """A line with the directory of entries and groups, then the entries group by group."""
    spans: dict[str, Span] = {}
    group_spans: dict[str, Span] = {}
    parts: list[bytes] = []
    start = 0
    for subject, members in groups.items():
        first = start
        for entry in members:
            part = json.dumps(encode(entry), ensure_ascii=False, separators=(",", ":")).encode()
            spans[entry.id] = (start, start + len(part))
            start += len(part) + len(SEPARATOR)
            parts.append(part)
        group_spans[subject or ""] = (first, start - len(SEPARATOR))
    return json.dumps([spans, group_spans], separators=(",", ":")).encode() + b"\n" + SEPARATOR.join(parts)


class Entries(Mapping[str, T]):
    """What `pack` packed, by id; nothing is decoded before it is asked for, and nothing twice."""

    def __init__(self, packed: bytes, schema: type[T]) -> None:
        self._packed, self._schema = packed, schema
        self._decoded: dict[str, T] = {}
        self._groups: dict[str | None, tuple[T, ...]] = {}

    def __getitem__(self, entry_id: str) -> T:
        """The entry of that id. Raises KeyError."""
        if entry_id not in self._decoded:
            start, end = self._directory[0][entry_id]
            return self._decode([json.loads(self._bytes[start:end])])[0]
        return self._decoded[entry_id]

    def __iter__(self) -> Iterator[str]:
        """Ids, group by group."""
        return iter(self._directory[0])

    def __len__(self) -> int:
        """How many entries there are."""
        return len(self._directory[0])

    def __contains__(self, entry_id: object) -> bool:
        """Whether there is an entry of that id."""
        return entry_id in self._directory[0]

    def values(self) -> ValuesView[T]:
        """All entries, decoded in one go."""
        if len(self._decoded) < len(self):
            self._decode(json.loads(b"[" + self._bytes + b"]"))
        return super().values()

    def group(self, subject: str | None) -> tuple[T, ...]:
        """The entries about one subject; empty when there are none."""
        known = self._groups.get(subject)
        if known is None:
            start, end = self._directory[1].get(subject or "", (0, 0))
            known = tuple(self._decode(json.loads(b"[" + self._bytes[start:end] + b"]"))) if end > start else ()
            self._groups[subject] = known
        return known

    def _decode(self, data: list[dict[str, Any]]) -> list[T]:
        known = self._decoded
        for each in data:
            if each["id"] not in known:
                known[each["id"]] = decode(self._schema, each)
        return [known[each["id"]] for each in data]

    @cached_property
    def _directory(self) -> tuple[dict[str, Span], dict[str, Span]]:
        spans, groups = json.loads(self._packed.partition(b"\n")[0])
        return spans, groups

    @cached_property
    def _bytes(self) -> bytes:
        return self._packed.partition(b"\n")[2]
