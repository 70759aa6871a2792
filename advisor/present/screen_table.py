"""Tables for a screen of any width: no cell is cut in the middle of a number; the least wanted columns give way instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.present.tables import one_line, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column."""

    head: str
    right: bool = False
    rank: int = 0
    """Those of the highest rank leave first where there is no room."""
    least: int = 0
    """Words may be shortened to so many characters; 0 = never, as numbers."""


def fitted(columns: Sequence[Wanted], rows: Sequence[Sequence[str]], width: int) -> tuple[str, list[str]]:
    """The heading and one line a row, none wider than `width` as long as a column of words can give way or one can leave."""
    shown = [[one_line(text) for text in row] for row in rows]
    widths = [max([len(column.head), *(len(row[place]) for row in shown)]) for place, column in enumerate(columns)]
    kept = list(range(len(columns)))
    while len(kept) > 1 and _least_width(columns, widths, kept) > width:
        kept.remove(max(kept, key=lambda place: (columns[place].rank, place)))
    widths = _squeezed(columns, widths, kept, width)
    head = _line([columns[place].head for place in kept], columns, widths, kept)
    return head, [_line([row[place] for place in kept], columns, widths, kept) for row in shown]


def _least_of(column: Wanted, width: int) -> int:
    return min(width, max(column.least, len(column.head))) if column.least else width


def _least_width(columns: Sequence[Wanted], widths: Sequence[int], kept: Sequence[int]) -> int:
    return sum(_least_of(columns[place], widths[place]) for place in kept) + GAP * (len(kept) - 1)


def _squeezed(columns: Sequence[Wanted], widths: Sequence[int], kept: Sequence[int], width: int) -> list[int]:
    """Widths with which the line fits: words give way, the longest first."""
    found = list(widths)
    over = sum(found[place] for place in kept) + GAP * (len(kept) - 1) - width
    while over > 0:
        spare = [place for place in kept if found[place] > _least_of(columns[place], found[place])]
        if not spare:
            break
        longest = max(spare, key=lambda place: found[place])
        found[longest] -= 1
        over -= 1
    return found


def _line(cells: Sequence[str], columns: Sequence[Wanted], widths: Sequence[int], kept: Sequence[int]) -> str:
    parts = []
    for text, place in zip(cells, kept, strict=True):
        cut = shortened(text, widths[place])
        parts.append(cut.rjust(widths[place]) if columns[place].right else cut.ljust(widths[place]))
    return (" " * GAP).join(parts).rstrip()
