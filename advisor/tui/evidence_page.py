"""What was measured of one model on one machine, each row beside what is predicted for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.widgets import Static

from advisor.decide.shown import USUAL
from advisor.present.evidence_table import ORDER_WORDS, no_rows, which_rows
from advisor.present.hanging import folded
from advisor.present.machine_labels import machine_label
from advisor.present.screen_rows import EVIDENCE, LEGEND, about_row, evidence_rows
from advisor.present.screen_table import fitted
from advisor.tui.lines import Lines
from advisor.tui.page import Page, asking, question_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from textual.widget import Widget

    from advisor.decide.pair import Pair
    from advisor.tui.view import View
    from advisor.tui.wheel import Wheel

MOST_BELOW = 9


class EvidencePage(Page):
    """Measured rows of the pair under the cursor."""

    OFFERS = frozenset({"open", "sort", "differ", "tier", "mark", "compare", "why", "source"})
    OWN_WORDS: ClassVar[Mapping[str, tuple[str, str]]] = {
        "sort": (
            "Sort",
            "order the rows: the nearest to the question first, the furthest off the prediction, or the newest",
        ),
        "differ": ("Disputed", "what is disputed alone: rows disputed, suspect or remarked on; again, every row"),
    }
    HELP_TEXT: ClassVar[str] = (
        "Every measured row of the model on this machine, nearest to the question first: ● this very case, ◐ near it, ○ far from "
        "it, with the tier of its source; measured and predicted for the row's own conditions, and how far they are apart. "
        "Rows that disagree are shown, never averaged. Below the table: what is said against the row, where it stands, and in what it "
        "differs. A limit on the tier also holds for what the prediction has learned from."
    )

    def middle(self) -> Iterable[Widget]:
        """The rows, and what is to be said of one."""
        yield Lines()
        yield Static(id="below")

    def headings(self, view: View) -> list[str]:
        """The pair, which of its rows are shown in which order, and how many of them are how near."""
        found = self._found(view)
        counts = [f"{sum(row.closeness == near for row in found.decode)} {near}" for near in ("exact", "near", "far")]
        return [self._names(view), _chosen(view), "  ".join(counts), f"{len(found.other)} other", question_words(view)]

    def _names(self, view: View) -> str:
        model, machine = self.answers.pair(view)
        return f"{self.answers.facts.models[model].name} on {machine_label(self.answers.shelf.machine(machine))}"

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
            lines.put([], self._nothing(view))
            below.update("")
            self.status("")
            return
        cursor = min(view.row, len(rows) - 1)
        about = about_row(facts, found, cursor, self.size.width - 4)[:MOST_BELOW]
        below.update(Content(self.plain("\n".join(about))))
        above = len(f"{self._names(view)}  {_chosen(view)}") <= self.size.width - 2
        self.status("" if above else _chosen(view), *LEGEND)
        self.call_after_refresh(self._put, view, rows, cursor)

    def _nothing(self, view: View) -> list[str]:
        """What is said where there is no row."""
        back = ["d shows every row"] * view.rows.disputed + ["t other tiers"] * (view.rows.max_tier is not None)
        rest = "; ".join(back) or "e says what the prediction rests on instead"
        return ["", *folded(no_rows("this model on this machine", view.rows), self.size.width - 2), "", rest]

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
        return {
            "mark": here.with_mark, "sort": here.rows_sorted_next, "differ": here.doubting, "tier": here.with_next_tier,
        }.get(key, lambda: None)()  # fmt: skip

    def on_lines_picked(self, message: Lines.Picked) -> None:
        """The cursor goes there."""
        if message.row < self._count(self.advisor.view):
            self.advisor.view = replace(self.advisor.view, row=message.row)

    def on_wheel_wheeled(self, message: Wheel.Wheeled) -> None:
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
        wanted = view.rows
        more = ["--sort", wanted.order] if wanted.order != USUAL.order else []
        more += ["--disputed"] * wanted.disputed
        more += [] if wanted.max_tier is None else ["--max-tier", str(wanted.max_tier)]
        return asking("evidence", view.at(*self.answers.pair(view)), self.answers, *more)

    def table(self, view: View) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Every row."""
        return [column.head for column in EVIDENCE], evidence_rows(self.answers.facts, self._found(view))


def _chosen(view: View) -> str:
    """Which rows are shown, where that is not all, and their order."""
    return ", ".join([*which_rows(view.rows), ORDER_WORDS[view.rows.order]])
