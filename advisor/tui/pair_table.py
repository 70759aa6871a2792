"""What every table of models and machines has: the part of it that is seen, and what a mouse does to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from advisor.tui.wheel import Wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.style import Style

    from advisor.decide.grid import Cell, Quantity

HERE, MARKED, MARKED_HERE = "▸", "+", "»"
"""Signs before a cell: the cursor is on it, it is marked, or both."""


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


@dataclass(frozen=True, slots=True)
class Seen:
    """What is in that part; cursor and marks are places in it."""

    labels: Sequence[str] = ()
    columns: Sequence[Column] = ()
    cells: Sequence[Sequence[Cell | None]] = ()
    cursor: tuple[int, int] = (0, 0)
    marks: frozenset[tuple[int, int]] = frozenset()
    quantity: Quantity = "decode"


def held(start: int, length: int, cursor: int, count: int) -> int:
    """Where a part so long of so many begins that holds the cursor: as near to `start` as that allows."""
    start = min(start, cursor)
    start = max(start, cursor - length + 1)
    return max(0, min(start, count - length))


class PairTable(Wheel):
    """Draws what it is given; tells what was clicked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "heat--head", "heat--label", "heat--none", "heat--band0", "heat--band1", "heat--band2", "heat--band3", "heat--cursor", "heat--row",
    }  # fmt: skip

    class Picked(Message):
        """Somebody clicked a cell."""

        def __init__(self, row: int, column: int) -> None:
            super().__init__()
            self.row, self.column = row, column

    def __init__(self) -> None:
        super().__init__()
        self.seen = Window(0, 0, 1, 1)

    def look(self, count: tuple[int, int], cursor: tuple[int, int]) -> Window:
        """The part of a table of so many rows and columns that will be seen with the cursor there."""
        raise NotImplementedError

    @property
    def label_width(self) -> int:
        """Characters of a model's name that are shown."""
        raise NotImplementedError

    def put(self, shown: Seen, plain: Callable[[str], str]) -> None:
        """Show what is in the window, in characters the terminal has."""
        raise NotImplementedError

    def sign(self, shown: Seen, row: int, column: int) -> str:
        """The sign before that cell."""
        here, marked = (row, column) == shown.cursor, (row, column) in shown.marks
        return (MARKED_HERE if marked else HERE) if here else MARKED if marked else " "

    def style_of(self, name: str) -> Style:
        """The style of that part."""
        return self.get_component_rich_style(f"heat--{name}")
