"""A table of models and machines of which only the part that is seen is drawn."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from advisor.present.heat import WIDTH, cell_text
from advisor.present.tables import shortened
from advisor.tui.pair_table import PairTable, Seen, Window, held

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

    from advisor.present.heat import CellText

PITCH = WIDTH + 1
"""Columns from one machine to the next: a cell and the sign of the cursor before it."""
HEAD = 3
"""Lines above the cells: two of the machine's name, one of its memory."""
LABEL, MOST_LABEL = 18, 34
"""Columns of the models' names: at least, and at most; what whole cells leave over is theirs."""


def window(size: tuple[int, int], count: tuple[int, int], cursor: tuple[int, int], before: tuple[int, int]) -> Window:
    """The part of a table of so many rows and columns that a widget of that size (columns, lines) shows.

    It holds the cursor (row, column), and moves as little as it must from where it was `before` (top, left).
    """
    rows = max(1, min(size[1] - HEAD, count[0]))
    columns = max(1, min((size[0] - LABEL) // PITCH, count[1]))
    return Window(
        held(before[0], rows, cursor[0], count[0]), held(before[1], columns, cursor[1], count[1]), rows, columns
    )


def label_width(width: int) -> int:
    """Columns for the models' names in a table so wide."""
    return max(LABEL, min(LABEL + (width - LABEL) % PITCH, MOST_LABEL))


class HeatMap(PairTable):
    """Models down, machines across, a number in each cell."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = Seen()
        self._cells: Sequence[Sequence[CellText]] = ()
        self._plain: Callable[[str], str] = str

    def look(self, count: tuple[int, int], cursor: tuple[int, int]) -> Window:
        """The part of a table of so many rows and columns that will be seen with the cursor there."""
        self.seen = window((self.size.width, self.size.height), count, cursor, (self.seen.top, self.seen.left))
        return self.seen

    @property
    def label_width(self) -> int:
        """Characters of a model's name that are shown."""
        return label_width(self.size.width) - 1

    @property
    def is_empty(self) -> bool:
        """Whether it was given nothing to show."""
        return not self._shown.labels

    def put(self, shown: Seen, plain: Callable[[str], str]) -> None:
        """Show what is in the window, in characters the terminal has."""
        self._shown, self._plain = shown, plain
        self._cells = [[cell_text(cell) for cell in row] for row in shown.cells]
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line."""
        segments = self._head(y) if y < HEAD else self._line(y - HEAD)
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _head(self, y: int) -> list[Segment]:
        width = label_width(self.size.width)
        segments = [Segment(" " * width, self.style_of("head"))]
        for place, column in enumerate(self._shown.columns):
            lines = wrap(column.name, WIDTH, break_on_hyphens=False)[: HEAD - 1]
            lines = [""] * (HEAD - 1 - len(lines)) + [*lines, column.memory]
            sign = "▾" if column.sorted_by and y == HEAD - 1 else " "
            text = self._plain(sign + shortened(lines[y], WIDTH).ljust(WIDTH))
            here = place == self._shown.cursor[1] and y == HEAD - 1
            segments.append(Segment(text, self.style_of("cursor" if here else "head")))
        return segments

    def _line(self, row: int) -> list[Segment]:
        if row >= len(self._shown.labels):
            return [Segment("", self.style_of("label"))]
        width = label_width(self.size.width)
        label = shortened(self._shown.labels[row], width - 1).ljust(width)
        segments = [Segment(self._plain(label), self.style_of("row" if row == self._shown.cursor[0] else "label"))]
        for place, cell in enumerate(self._cells[row]):
            here = (row, place) == self._shown.cursor
            segments.append(Segment(self._plain(self.sign(self._shown, row, place)), self.style_of("label")))
            name = "cursor" if here else "none" if cell.band is None else f"band{cell.band}"
            segments.append(Segment(self._plain(cell.text), self.style_of(name)))
        return segments

    def on_click(self, event: events.Click) -> None:
        """Tell which cell it was."""
        row, column = event.y - HEAD, (event.x - label_width(self.size.width)) // PITCH
        if 0 <= row < len(self._shown.labels) and column < len(self._shown.columns):
            self.post_message(self.Picked(self.seen.top + row, self.seen.left + max(column, 0)))
