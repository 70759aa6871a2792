"""Lines of text under a heading, with a cursor that stays in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from advisor.tui.wheel import Wheel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events


class Lines(Wheel):
    """Draws what it is given; tells which line was clicked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--head", "lines--line", "lines--cursor"}

    class Picked(Message):
        """Somebody clicked a line."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self) -> None:
        super().__init__()
        self._head: Sequence[str] = ()
        self._lines: Sequence[str] = ()
        self._cursor: int | None = None
        self._top = 0
        self._each = 1

    @property
    def room(self) -> int:
        """Lines for items at this size."""
        return max(1, (self.size.height - len(self._head)) // self._each)

    def seen(self, count: int, cursor: int, each: int = 1, head: int = 1) -> range:
        """Which of so many items of `each` lines below a heading are seen with the cursor there."""
        room = max(1, (self.size.height - head) // each)
        top = max(min(self._top, cursor), cursor - room + 1)
        self._top = max(0, min(top, count - room))
        return range(self._top, min(count, self._top + room))

    def put(self, head: Sequence[str], lines: Sequence[str], cursor: int | None = None, each: int = 1) -> None:
        """Show these lines, with the cursor on that one of them; items take `each` lines."""
        self._head, self._lines, self._cursor, self._each = head, lines, cursor, each
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line."""
        place = y - len(self._head)
        if place < 0:
            text, name = self._head[y], "head"
        else:
            text = self._lines[place] if place < len(self._lines) else ""
            name = "cursor" if self._cursor is not None and place // self._each == self._cursor else "line"
        width = self.size.width
        return Strip([Segment(f" {text}"[:width].ljust(width), self.get_component_rich_style(f"lines--{name}"))])

    def on_click(self, event: events.Click) -> None:
        """Tell which item it was."""
        if event.y >= len(self._head):
            self.post_message(self.Picked(self._top + (event.y - len(self._head)) // self._each))
