"""The Fit explorer: models down, machines across, one number in each cell, and the pair under the cursor beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from advisor.present.heat import CSV_HEADERS, NAMES, cell_text, csv_row, legend
from advisor.present.pane import pane
from advisor.present.machine_labels import machine_label, memory_label
from advisor.tui.answers import visible
from advisor.tui.heat_map import Column, HeatMap
from advisor.tui.page import Page, asking, question_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from advisor.tui.view import View

BESIDE = 110
"""Columns from which the pair under the cursor is shown beside the table."""
PANE_WIDTHS = ((170, 52), (BESIDE, 42))
FIRST_SLICE_S, SLICE_S = 0.05, 0.03
"""How long cells are worked out before the screen is drawn, and between two keys."""


class FitPage(Page):
    """Which models run on which machines."""

    OFFERS = frozenset({"open", "value", "sort", "mark", "compare", "why"})
    HELP_TEXT: ClassVar[str] = (
        "Each cell is the best way to run that model on that machine, as `advisor fit` puts it first: a glyph for how good "
        "the number is, the predicted number, a mark where somebody measured the pair, the format. ✗ is by how much memory is "
        "short, ↓ says that part of it runs from host memory. Numbers not yet worked out show · for a moment."
    )

    def middle(self) -> Iterable[Widget]:
        """The table, and the pair under the cursor."""
        with Horizontal(id="body"):
            yield HeatMap()
            yield Static(id="pane")

    def headings(self, view: View) -> list[str]:
        """Also how much is shown."""
        models, machines = len(self.answers.models(view)), len(self.answers.machines(view))
        price = f"prices in {self.answers.market.currency}" if view.quantity == "price" else ""
        parts = ["advisor", question_words(view), NAMES[view.quantity], price, f"{models} models × {machines} machines"]
        return [*filter(None, parts), f"catalog {self.answers.facts.date}"]

    def draw(self, view: View) -> None:
        """Show what is known, and work out the rest between keys."""
        pane_width = next((width for least, width in PANE_WIDTHS if self.size.width >= least), 0)
        beside = self.query_one("#pane", Static)
        beside.display, beside.styles.width = bool(pane_width), pane_width
        self.call_after_refresh(self._fill, view, FIRST_SLICE_S)

    def _place(self, view: View) -> tuple[Sequence[str], Sequence[str], int, int]:
        """Models, machines, and where among them the cursor is."""
        models, machines = self.answers.models(view), self.answers.machines(view)
        row = models.index(view.model) if view.model in models else 0
        column = machines.index(view.machine) if view.machine in machines else 0
        return models, machines, row, column

    def _fill(self, view: View, seconds: float) -> None:
        """Work out cells that are seen for so long, draw, and go on after whatever key came meanwhile."""
        if view != self.advisor.view or not self.is_current:
            return
        models, machines, row, column = self._place(view)
        if not models or not machines:
            self._nothing()
            return
        seen = self.query_one(HeatMap).look((len(models), len(machines)), (row, column))
        rows, columns = models[seen.top : seen.top + seen.rows], machines[seen.left : seen.left + seen.columns]
        wanted = visible(rows, columns) + ([(model, view.sort) for model in models] if view.sort in machines else [])
        known = self.answers.fill(view, wanted, seconds)
        if known and self.answers.models(view) != models:
            self.call_after_refresh(self._fill, view, seconds)
            return
        self._put(view, rows, columns, (row - seen.top, column - seen.left))
        where = f"{seen.top + 1}–{seen.top + len(rows)} of {len(models)}" if len(rows) < len(models) else ""
        self.status(where, *legend(view.quantity))
        if known:
            self.call_after_refresh(self._beside, view, models[row], machines[column])
        else:
            self.call_after_refresh(self._fill, view, SLICE_S)
        self.advisor.busy = True

    def _put(self, view: View, rows: Sequence[str], columns: Sequence[str], cursor: tuple[int, int]) -> None:
        facts, answers = self.answers.facts, self.answers
        known = [answers.shelf.machine(name) for name in columns]
        self.query_one(HeatMap).put(
            list(rows),
            [Column(machine_label(each), memory_label(facts, each), name == view.sort) for name, each in zip(columns, known, strict=True)],
            [[cell_text(answers.cell(view, model, machine)) for machine in columns] for model in rows], cursor=cursor,
            marks=frozenset((rows.index(m), columns.index(h)) for m, h in view.marks if m in rows and h in columns), plain=self.plain,
        )  # fmt: skip

    def _nothing(self) -> None:
        self.query_one(HeatMap).put([], [], [], cursor=(0, 0), marks=frozenset(), plain=self.plain)
        self.query_one("#pane", Static).update("")
        self.status("nothing is left by this filter: / changes it")
        self.advisor.busy = False

    def _beside(self, view: View, model: str, machine: str) -> None:
        """Say everything about the pair under the cursor."""
        if view != self.advisor.view or not self.is_current:
            return
        beside = self.query_one("#pane", Static)
        if beside.display:
            found = self.answers.drawn(view.asked, model, machine)
            lines = pane(found, beside.size.width - 2, beside.size.height, self.glyphs) if found else ["no runtime loads any offered format of it there"]
            beside.update(Content(self.plain("\n".join(lines))))
        self.advisor.busy = False

    def turned(self, view: View, key: str) -> View | None:
        """Moves, and what concerns the table."""
        models, machines, row, column = self._place(view)
        if not models or not machines:
            return None
        page = max(1, self.query_one(HeatMap).seen.rows - 1)
        rows = {"up": -1, "down": 1, "page_up": -page, "page_down": page, "home": -len(models), "end": len(models)}
        here = view.at(models[row], machines[column])
        if key in rows:
            return here.at(models[min(max(row + rows[key], 0), len(models) - 1)], machines[column])
        if key in {"left", "right"}:
            step = 1 if key == "right" else -1
            return here.at(models[row], machines[min(max(column + step, 0), len(machines) - 1)])
        return {
            "open": lambda: replace(here.on("model"), tab=0), "value": here.showing_next, "sort": here.sorted_next, "mark": here.with_mark,
        }.get(key, lambda: None)()  # fmt: skip

    def on_heat_map_picked(self, message: HeatMap.Picked) -> None:
        """The cursor goes there; a click on the cell it is on opens it."""
        view = self.advisor.view
        models, machines, row, column = self._place(view)
        if (message.row, message.column) == (row, column) and view.model:
            self.advisor.action_do("open")
        else:
            self.advisor.view = view.at(models[message.row], machines[message.column])

    def on_heat_map_wheeled(self, message: HeatMap.Wheeled) -> None:
        """The cursor goes so many rows."""
        view = self.advisor.view
        models, machines, row, column = self._place(view)
        if models and machines:
            self.advisor.view = view.at(models[min(max(row + message.rows, 0), len(models) - 1)], machines[column])

    def command(self, view: View) -> Sequence[str]:
        """The answer for the pair under the cursor."""
        return asking("fit", view)

    def table(self, view: View) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """The cells that are seen."""
        models, machines, _, _ = self._place(view)
        seen = self.query_one(HeatMap).seen
        pairs = visible(models[seen.top : seen.top + seen.rows], machines[seen.left : seen.left + seen.columns])
        self.answers.fill(view, pairs, float("inf"))
        return CSV_HEADERS, [csv_row(model, machine, cell) for model, machine in pairs if (cell := self.answers.cell(view, model, machine))]
