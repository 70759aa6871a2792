"""Lines some parts of which stand out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from advisor.tui.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.present.compare_screen import BoardLine

STRONG = Style(bold=True)


class BoardLines(Lines):
    """Draws the lines of a comparison: titles and best values bold."""

    def __init__(self) -> None:
        super().__init__()
        self._board: Sequence[BoardLine] = ()

    def put_board(
        self, head: Sequence[str], lines: Sequence[BoardLine], shown: Sequence[str], cursor: int | None
    ) -> None:
        """Show these lines as `shown` writes them, character for character, with the cursor on that one."""
        self._board = lines
        self.put(head, shown, cursor)

    def render_line(self, y: int) -> Strip:
        """One line."""
        strip = super().render_line(y)
        place = y - len(self._head)
        if not 0 <= place < len(self._board):
            return strip
        line = self._board[place]
        spans = ((0, len(line.text)),) if line.title else line.strong
        # One column stands before every line.
        return _strengthened(strip, [(start + 1, end + 1) for start, end in spans])


def _strengthened(strip: Strip, spans: Sequence[tuple[int, int]]) -> Strip:
    """The strip with these columns bold."""
    parts: list[Segment] = []
    at = 0
    for start, end in spans:
        parts += [*strip.crop(at, start), *Segment.apply_style(strip.crop(start, end), post_style=STRONG)]
        at = end
    return Strip([*parts, *strip.crop(at)]) if spans else strip
