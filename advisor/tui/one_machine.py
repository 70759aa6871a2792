"""The models on one machine, for terminals too narrow for several: what fits, the number, the memory, and how it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from advisor.present.machine_rows import HEADS, LEAST_LABEL, RATE, VERDICT, MachineRow, behind, machine_row, widths
from advisor.present.tables import shortened
from advisor.tui.pair_table import PairTable, Seen, Window, held

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

NARROW = 80
"""Columns below which one machine is shown instead of several."""
HEAD = 3
"""Lines above the models: the machine, and two of the columns' names."""
BEFORE, AFTER, MORE = " ← ", " → ", " m list"


class OneMachine(PairTable):
    """Models down, and of one machine the verdict, the number and the memory across."""

    class Stepped(Message):
        """Somebody clicked one of the arrows beside the machine's name: −1 or +1."""

        def __init__(self, machines: int) -> None:
            super().__init__()
            self.machines = machines

    class Choosing(Message):
        """Somebody clicked the machine's name."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = Seen()
        self._count = 0
        self._plain: Callable[[str], str] = str

    def look(self, count: tuple[int, int], cursor: tuple[int, int]) -> Window:
        """The models that will be seen with the cursor there, of the one machine it is on."""
        rows = max(1, min(self.size.height - HEAD, count[0]))
        self._count = count[1]
        self.seen = Window(held(self.seen.top, rows, cursor[0], count[0]), cursor[1], rows, 1)
        return self.seen

    @property
    def label_width(self) -> int:
        """Characters of a model's name that are shown."""
        return widths(self.size.width).label

    def put(self, shown: Seen, plain: Callable[[str], str]) -> None:
        """Show what is in the window, in characters the terminal has."""
        self._shown, self._plain = shown, plain
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line."""
        segments = self._machine() if y == 0 else self._head(y - 1) if y < HEAD else self._line(y - HEAD)
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _named(self) -> tuple[str, str]:
        """The machine with its memory and which of how many it is, as far as there is room; and the key that lists all."""
        if not self._shown.columns:
            return "", ""
        column, room = self._shown.columns[0], self.size.width - len(BEFORE) - len(AFTER)
        place = f"{self.seen.left + 1} of {self._count}"
        for after in ((column.memory, place), (column.memory,)):
            said = "".join(f"  {part}" for part in after if part)
            if room - len(said) >= min(len(column.name), LEAST_LABEL):
                break
        name = shortened(column.name, max(1, room - len(said))) + said
        return name, MORE if len(name) + len(MORE) <= room else ""

    def _machine(self) -> list[Segment]:
        name, more = self._named()
        if not name:
            return [Segment("", self.style_of("head"))]
        link = self.style_of("row") + Style(underline=True)
        parts = ((BEFORE, "head"), (name, ""), (AFTER, "head"), (more, "head"))
        return [Segment(self._plain(text), self.style_of(style) if style else link) for text, style in parts]

    def _head(self, line: int) -> list[Segment]:
        parts = widths(self.size.width)
        number = HEADS[self._shown.quantity][line]
        if line and self._shown.columns and self._shown.columns[0].sorted_by:
            number = f"▾{number}"
        names = ("model", "verdict", "memory", "format", "runtime") if not line else ("", "", "GiB", "", "")
        label, verdict, memory, quant, runtime = names
        # The mark of a measured row stands behind the digits: the heading ends where they do.
        text = f" {label:<{parts.label}} {verdict:<{VERDICT}} {number:>{RATE - 2}}  "
        text += behind(MachineRow("", "", memory, quant, runtime, None), parts)
        return [Segment(self._plain(text), self.style_of("head"))]

    def _line(self, place: int) -> list[Segment]:
        if place >= len(self._shown.labels):
            return [Segment("", self.style_of("label"))]
        parts = widths(self.size.width)
        row = machine_row(self._shown.cells[place][0], parts)
        here = place == self._shown.cursor[0]
        label = f"{self.sign(self._shown, place, 0)}{shortened(self._shown.labels[place], parts.label):<{parts.label}} "
        lead = f"{row.verdict:<{VERDICT}} " if row.number else f"{row.verdict:<{VERDICT + 1 + RATE}}"
        band = "none" if row.band is None else f"band{row.band}"
        beside = "row" if here else "label"
        return [
            Segment(self._plain(text), self.style_of(name))
            for text, name in (
                (label, beside), (lead, beside if row.number else "cursor" if here else "none"),
                (row.number, "cursor" if here else band), (behind(row, parts), beside),
            )
        ]  # fmt: skip

    def on_click(self, event: events.Click) -> None:
        """Tell what it was: a model, an arrow, or the machine's name."""
        name, more = self._named()
        end = len(BEFORE) + len(name)
        if event.y == 0 and name:
            stepped = event.x < len(BEFORE) or end <= event.x < end + len(AFTER)
            if stepped:
                self.post_message(self.Stepped(-1 if event.x < end else 1))
            elif event.x < end + len(AFTER) + len(more):
                self.post_message(self.Choosing())
        elif HEAD <= event.y < HEAD + len(self._shown.labels):
            self.post_message(self.Picked(self.seen.top + event.y - HEAD, self.seen.left))
