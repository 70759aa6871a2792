"""A widget that says how far somebody turned the wheel over it."""

from __future__ import annotations

from textual.message import Message
from textual.widget import Widget

STEP = 3
"""Rows for one turn of the wheel."""


class Wheel(Widget):
    """Tells its page; what moves then is the page's to say."""

    class Wheeled(Message):
        """Somebody turned the wheel by so many rows."""

        def __init__(self, rows: int) -> None:
            super().__init__()
            self.rows = rows

    def on_mouse_scroll_down(self) -> None:
        """Down by a few rows."""
        self.post_message(self.Wheeled(STEP))

    def on_mouse_scroll_up(self) -> None:
        """Up by a few rows."""
        self.post_message(self.Wheeled(-STEP))
