"""Names and what they stand for: ids, aliases and repositories, however they are spelled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.catalog.kinds import KINDS, KindName
from advisor.errors import AmbiguousName, UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_SUGGESTIONS = 3
SHORTEST_PREFIX = 3
LONGEST_NAME = 200

_SEPARATORS = re.compile(r"[\s_-]+")


def fold(text: str) -> str:
    """The spelling in which names are compared: lower case, words joined by one hyphen."""
    return _SEPARATORS.sub("-", text.strip().casefold()).strip("-")


def _squeezed(name: str) -> str:
    """A folded name without its owner and its hyphens: `owner/name-120b` and `name 120b` become the same."""
    return name.rpartition("/")[2].replace("-", "")


@dataclass(frozen=True, slots=True)
class Names:
    """Every name of every kind, with the ids that answer to it."""

    index: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Kind → folded name → ids; more than one id is a mistake `check` reports and `find` refuses to choose from."""
    systems: Mapping[str, tuple[str, ...]]
    """Devices of a system, as `compose.signature` writes them → ids of systems made of exactly these."""

    def find(self, kind: KindName, typed: str) -> str:
        """The id of the entry that answers to the name.

        Case, spaces, underscores and hyphens do not matter, nor does the owner before a `/`; the beginning of a name is
        enough where it can mean one thing only. Raises UnknownName with near names, AmbiguousName with the candidates.
        """
        found = self.exact(kind, typed) or self._starting(kind, typed)
        if len(found) == 1:
            return found[0]
        label = KINDS[kind].label
        if found:
            raise AmbiguousName(label, _short(typed), tuple(sorted(found)))
        raise UnknownName(label, _short(typed), self.near(kind, typed))

    def exact(self, kind: KindName, typed: str) -> tuple[str, ...]:
        """Ids that answer to the whole name; empty when none does."""
        wanted = fold(typed)
        names = self.index.get(kind, {})
        if not wanted or len(wanted) > LONGEST_NAME:
            return ()
        if wanted in names:
            return names[wanted]
        loose = _squeezed(wanted)
        return _ids(ids for name, ids in names.items() if loose and _squeezed(name) == loose)

    def near(self, kind: KindName, typed: str) -> tuple[str, ...]:
        """Up to three ids whose names look like what was typed, the likeliest first."""
        wanted = fold(typed).rpartition("/")[2]
        if not wanted or len(wanted) > LONGEST_NAME:
            return ()
        from difflib import get_close_matches  # noqa: PLC0415  only a mistyped name pays for it

        names = self.index.get(kind, {})
        starting = sorted((name for name in names if name.startswith(wanted)), key=len)
        close = get_close_matches(wanted, names, n=2 * MOST_SUGGESTIONS, cutoff=0.7)
        inside = sorted((name for name in names if wanted in name), key=len)
        far = get_close_matches(wanted, names, n=MOST_SUGGESTIONS, cutoff=0.55)
        return _ids(names[name] for name in (*starting, *close, *inside, *far))[:MOST_SUGGESTIONS]

    def _starting(self, kind: KindName, typed: str) -> tuple[str, ...]:
        """Ids with a name that starts as typed.

        A beginning whose last word holds a digit does not count: `card-5070` is another one than `card-5070-ti`, and
        `model-4` another than `model-4.7`.
        """
        wanted = fold(typed)
        last_word = re.split(r"[-/]", wanted)[-1]
        if len(wanted) < SHORTEST_PREFIX or len(wanted) > LONGEST_NAME or re.search(r"\d", last_word):
            return ()
        return _ids(ids for name, ids in self.index.get(kind, {}).items() if name.startswith(wanted))


def index_of(entries: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    """Folded name → ids, from (id, other names) pairs. An id keeps its name even where another entry claims it."""
    known = list(entries)
    index: dict[str, tuple[str, ...]] = {fold(entry_id): (entry_id,) for entry_id, _ in known}
    ids = set(index)
    for entry_id, others in known:
        for name in map(fold, others):
            if name and name not in ids and entry_id not in index.get(name, ()):
                index[name] = (*index.get(name, ()), entry_id)
    return index


def _ids(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """The ids of all groups in order, each once."""
    return tuple(dict.fromkeys(entry_id for group in groups for entry_id in group))


def _short(typed: str) -> str:
    return typed if len(typed) <= LONGEST_NAME else typed[:LONGEST_NAME] + "…"
