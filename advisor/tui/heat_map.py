"""A table of models and machines of which only the part that is seen is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from advisor.present.heat import WIDTH
from advisor.present.tables import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.style import Style
    from textual import events

    from advisor.present.heat import CellText

PITCH = WIDTH + 1
"""Columns from one machine to the next: a cell and the sign of the cursor before it."""
HEAD = 3
"""Lines above the cells: two of the machine's name, one of its memory."""
LABEL, MOST_LABEL = 18, 34
"""Columns of the models' names: at least, and at most; what whole cells leave over is theirs."""
STEP = 3


@dataclass(frozen=True, slots=True)
class Column:
    """What stands above the cells of one machine."""

    name: str
    memory: str
    sorted_by: bool


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the table that is seen."""

    top: int
    left: int
    rows: int
    columns: int


def window(size: tuple[int, int], count: tuple[int, int], cursor: tuple[int, int], before: tuple[int, int]) -> Window:
    """The part of a table of so many rows and columns that a widget of that size (columns, lines) shows.

    It holds the cursor (row, column), and moves as little as it must from where it was `before` (top, left).
    """
    rows = max(1, min(size[1] - HEAD, count[0]))
    columns = max(1, min((size[0] - LABEL) // PITCH, count[1]))
    return Window(
        _held(before[0], rows, cursor[0], count[0]), _held(before[1], columns, cursor[1], count[1]), rows, columns
    )


def _held(start: int, length: int, cursor: int, count: int) -> int:
    start = min(start, cursor)
    start = max(start, cursor - length + 1)
    return max(0, min(start, count - length))


def label_width(width: int) -> int:
    """Columns for the models' names in a table so wide."""
    return max(LABEL, min(LABEL + (width - LABEL) % PITCH, MOST_LABEL))


class HeatMap(Widget):
    """Draws what it is given; tells which cell was clicked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "heat--head", "heat--label", "heat--none", "heat--band0", "heat--band1", "heat--band2", "heat--band3", "heat--cursor", "heat--row",
    }  # fmt: skip

    class Picked(Message):
        """Somebody clicked a cell."""

        def __init__(self, row: int, column: int) -> None:
            super().__init__()
            self.row, self.column = row, column

    class Wheeled(Message):
        """Somebody turned the wheel by so many rows."""

        def __init__(self, rows: int) -> None:
            super().__init__()
            self.rows = rows

    def __init__(self) -> None:
        super().__init__()
        self.seen = Window(0, 0, 1, 1)
        self._labels: Sequence[str] = ()
        self._columns: Sequence[Column] = ()
        self._cells: Sequence[Sequence[CellText]] = ()
        self._marks: frozenset[tuple[int, int]] = frozenset()
        self._cursor = (0, 0)
        self._plain: Callable[[str], str] = str

    def look(self, count: tuple[int, int], cursor: tuple[int, int]) -> Window:
        """The part of a table of so many rows and columns that will be seen with the cursor there."""
        self.seen = window((self.size.width, self.size.height), count, cursor, (self.seen.top, self.seen.left))
        return self.seen

    def put(  # noqa: PLR0913 - each is one part of the table
        self, labels: Sequence[str], columns: Sequence[Column], cells: Sequence[Sequence[CellText]], *,
        cursor: tuple[int, int], marks: frozenset[tuple[int, int]], plain: Callable[[str], str],
    ) -> None:  # fmt: skip
        """Show these: what is in the window, with cursor and marks as places in it."""
        self._labels, self._columns, self._cells = labels, columns, cells
        self._cursor, self._marks, self._plain = cursor, marks, plain
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line."""
        segments = self._head(y) if y < HEAD else self._line(y - HEAD)
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"heat--{name}")

    def _head(self, y: int) -> list[Segment]:
        width = label_width(self.size.width)
        segments = [Segment(" " * width, self._style("head"))]
        for place, column in enumerate(self._columns):
            lines = wrap(column.name, WIDTH, break_on_hyphens=False)[: HEAD - 1]
            lines = [""] * (HEAD - 1 - len(lines)) + [*lines, column.memory]
            sign = "▾" if column.sorted_by and y == HEAD - 1 else " "
            text = self._plain(sign + shortened(lines[y], WIDTH).ljust(WIDTH))
            segments.append(
                Segment(text, self._style("cursor" if place == self._cursor[1] and y == HEAD - 1 else "head"))
            )
        return segments

    def _line(self, row: int) -> list[Segment]:
        if row >= len(self._labels):
            return [Segment("", self._style("label"))]
        width = label_width(self.size.width)
        label = shortened(self._labels[row], width - 1).ljust(width)
        segments = [Segment(self._plain(label), self._style("row" if row == self._cursor[0] else "label"))]
        for place, cell in enumerate(self._cells[row]):
            here = (row, place) == self._cursor
            sign = "▸" if here else "+" if (row, place) in self._marks else " "
            segments.append(Segment(self._plain(sign), self._style("label")))
            name = "cursor" if here else "none" if cell.band is None else f"band{cell.band}"
            segments.append(Segment(self._plain(cell.text), self._style(name)))
        return segments

    def on_click(self, event: events.Click) -> None:
        """Tell which cell it was."""
        row, column = event.y - HEAD, (event.x - label_width(self.size.width)) // PITCH
        if 0 <= row < len(self._labels) and column < len(self._columns):
            self.post_message(self.Picked(self.seen.top + row, self.seen.left + max(column, 0)))

    def on_mouse_scroll_down(self) -> None:
        """Down by a few rows."""
        self.post_message(self.Wheeled(STEP))

    def on_mouse_scroll_up(self) -> None:
        """Up by a few rows."""
        self.post_message(self.Wheeled(-STEP))
