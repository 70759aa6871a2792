"""What was measured of one model on one machine, each row beside what is predicted for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.widgets import Static

from advisor.present.machine_labels import machine_label
from advisor.present.screen_rows import EVIDENCE, LEGEND, about_row, evidence_rows
from advisor.present.screen_table import fitted
from advisor.tui.lines import Lines
from advisor.tui.page import Page, asking, question_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from advisor.decide.pair import Pair
    from advisor.tui.view import View

MOST_BELOW = 9


class EvidencePage(Page):
    """Measured rows of the pair under the cursor."""

    OFFERS = frozenset({"open", "mark", "compare", "why", "source"})
    HELP_TEXT: ClassVar[str] = (
        "Every measured row of the model on this machine, nearest to the question first: ● this very case, ◐ near it, ○ far from "
        "it, with the tier of its source; measured and predicted for the row's own conditions, and how far they are apart. "
        "Rows that disagree are shown, never averaged. Below the table: where the row stands, and in what it differs."
    )

    def middle(self) -> Iterable[Widget]:
        """The rows, and what is to be said of one."""
        yield Lines()
        yield Static(id="below")

    def headings(self, view: View) -> list[str]:
        """The pair, and how many rows are how near."""
        model, machine = self.answers.pair(view)
        found = self._found(view)
        counts = [f"{sum(row.closeness == near for row in found.decode)} {near}" for near in ("exact", "near", "far")]
        names = f"{self.answers.facts.models[model].name} on {machine_label(self.answers.shelf.machine(machine))}"
        return [names, "  ".join(counts), f"{len(found.other)} other", question_words(view)]

    def _found(self, view: View) -> Pair:
        return self.answers.evidence(view, *self.answers.pair(view))

    def _count(self, view: View) -> int:
        found = self._found(view)
        return len(found.decode) + len(found.other)

    def draw(self, view: View) -> None:
        """The rows that are seen, and the one under the cursor."""
        found, facts, lines = self._found(view), self.answers.facts, self.query_one(Lines)
        rows = evidence_rows(facts, found)
        below = self.query_one("#below", Static)
        if not rows:
            lines.put(
                [],
                [
                    "",
                    "nobody has measured this model on this machine",
                    "",
                    "e says what the prediction rests on instead",
                ],
            )
            below.update("")
            self.status("")
            return
        cursor = min(view.row, len(rows) - 1)
        about = about_row(facts, found, cursor, self.size.width - 4)[:MOST_BELOW]
        below.update(Content(self.plain("\n".join(about))))
        self.status(*LEGEND)
        self.call_after_refresh(self._put, view, rows, cursor)

    def _put(self, view: View, rows: list[list[str]], cursor: int) -> None:
        """The table, once it is known how much room what stands below leaves."""
        if view != self.advisor.view:
            return
        lines = self.query_one(Lines)
        head, body = fitted(EVIDENCE, rows, self.size.width - 3)
        seen = lines.seen(len(body), cursor)
        lines.put([self.plain(head)], [self.plain(body[place]) for place in seen], cursor - seen.start)

    def turned(self, view: View, key: str) -> View | None:
        """Up and down choose a row."""
        here = view.at(*self.answers.pair(view))
        room = max(1, self.query_one(Lines).size.height - 2)
        steps = {"up": -1, "down": 1, "page_up": -room, "page_down": room, "home": -(10**6), "end": 10**6}
        if key in steps:
            return replace(here, row=min(max(view.row + steps[key], 0), max(0, self._count(view) - 1)))
        return here.with_mark() if key == "mark" else None

    def on_lines_picked(self, message: Lines.Picked) -> None:
        """The cursor goes there."""
        if message.row < self._count(self.advisor.view):
            self.advisor.view = replace(self.advisor.view, row=message.row)

    def on_lines_wheeled(self, message: Lines.Wheeled) -> None:
        """The cursor goes so many rows."""
        view = self.advisor.view
        self.advisor.view = replace(view, row=min(max(view.row + message.rows, 0), max(0, self._count(view) - 1)))

    def source(self, view: View) -> str | None:
        """The page the row stands on."""
        found = self._found(view)
        records = [*(row.record for row in found.decode), *found.other]
        return self.answers.facts.sources[records[min(view.row, len(records) - 1)].source].url if records else None

    def command(self, view: View) -> Sequence[str]:
        """The same rows on the command line."""
        return asking("evidence", view.at(*self.answers.pair(view)), self.answers)

    def table(self, view: View) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Every row."""
        return [column.head for column in EVIDENCE], evidence_rows(self.answers.facts, self._found(view))
