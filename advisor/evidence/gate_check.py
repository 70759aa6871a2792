"""What holding one figure of a row against physics found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from advisor.estimate.note import note

if TYPE_CHECKING:
    from advisor.estimate.note import Note

VerdictKind = Literal["passes", "disputed", "suspect", "impossible", "cannot check"]


@dataclass(frozen=True, slots=True)
class Check:
    """One figure held against what its machine can do."""

    kind: VerdictKind
    note: Note
    """The arithmetic, or why there is none: what kind of fact is missing, and after a colon which."""
    figure: str = ""
    """Field of the row."""


def unknown(reason: str) -> Check:
    """A figure that cannot be held against anything, with the reason."""
    return Check("cannot check", note(reason))


def than(*, above: bool) -> str:
    """The sign between what is needed and what there is."""
    return ">" if above else "≤"
