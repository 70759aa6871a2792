"""The Fit explorer: models down, machines across, one number in each cell, and the pair under the cursor beside it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from advisor.present.heat import CSV_HEADERS, csv_row, legend, name_of
from advisor.present.machine_labels import machine_label, memory_label
from advisor.present.pane import beyond_trained, pane
from advisor.tui.answers import visible
from advisor.tui.choosing import choose_machine
from advisor.tui.heat_map import HeatMap
from advisor.tui.one_machine import NARROW, OneMachine
from advisor.tui.page import Page, asking, counted, market_words, question_words
from advisor.tui.pair_table import Column, PairTable, Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.widget import Widget

    from advisor.tui.view import View
    from advisor.tui.wheel import Wheel

    Likely = tuple[View, Callable[[], list[tuple[str, str]]]]

BESIDE = 110
"""Columns from which the pair under the cursor is shown beside the table."""
PANE_WIDTHS = ((170, 52), (BESIDE, 42))
FIRST_SLICE_S, SLICE_S, PAUSE_S = 0.065, 0.06, 0.018
"""How long cells are worked out before the screen is painted first, and then each time; the pause in which it is painted."""
NEARLY = 0.4
"""With less than this share of the cells left, they are finished before the screen is painted."""
AHEAD_S, AHEAD_PAUSE_S = 0.015, 0.002
"""How long they are worked out at a time while nobody presses a key, and the pause in which a key is looked for."""


class FitPage(Page):
    """Which models run on which machines."""

    OFFERS = frozenset({"open", "value", "machine", "sort", "mark", "compare", "why"})
    HELP_TEXT: ClassVar[str] = (
        "Each cell is the best way to run that model on that machine, as `advisor fit` puts it first: a glyph for how good "
        "the number is, the predicted number, a mark where somebody measured the pair, the format. ● was measured in this very case, ◐ nearby; "
        "its digit is the tier of the source: 1 maker or project, 2 professional review, 3 community. ✗ is by how much memory is "
        "short, ↓ says that part of it runs from host memory, ? that the number is not known: e says why. Numbers not yet worked out show · "
        "for a moment. Below 80 columns one machine is shown: left and right, or m, turn to another. Machines whose memory size is not "
        "stated, such as a processor with its memory channels, are left out unless the filter names them (hw:ddr5). esc clears the filter, "
        "then the marks, where there is no screen to go back to."
    )

    def __init__(self) -> None:
        super().__init__()
        self._drawn = 0
        """How often it was drawn: what an earlier drawing left to do is dropped."""

    def middle(self) -> Iterable[Widget]:
        """The table, and the pair under the cursor."""
        with Horizontal(id="body"):
            yield HeatMap()
            yield OneMachine()
            yield Static(id="pane")

    @property
    def _is_narrow(self) -> bool:
        return self.size.width < NARROW

    @property
    def _table(self) -> PairTable:
        """The table that is shown at this size."""
        return self.query_one(OneMachine if self._is_narrow else HeatMap)

    def headings(self, view: View) -> list[str]:
        """Also how much is shown."""
        if self._is_narrow:
            context, requests, *how = question_words(view).split("  ")
            price = market_words(self.answers.terms(view).market) if view.quantity == "price" else ""
            return [
                *filter(None, [price, context, requests, name_of(view.quantity, view.asked.prompt_tokens), *how]),
                f"catalog {self.answers.facts.date}",
            ]
        models, machines = len(self.answers.models(view)), len(self.answers.machines(view))
        said = [question_words(view), name_of(view.quantity, view.asked.prompt_tokens)]
        if view.quantity == "price":
            # First where they are asked, which nothing else on the screen says.
            said = [said[1], market_words(self.answers.terms(view).market), *said[0].split("  ")]
        return [
            "advisor",
            *said,
            f"{counted(models, 'model')} × {counted(machines, 'machine')}",
            f"catalog {self.answers.facts.date}",
        ]

    def draw(self, view: View) -> None:
        """Show what is known, and work out the rest between keys."""
        pane_width = next((width for least, width in PANE_WIDTHS if self.size.width >= least), 0)
        beside = self.query_one("#pane", Static)
        beside.display, beside.styles.width = bool(pane_width), pane_width
        for table in self.query(PairTable):
            table.display = table is self._table
        self.advisor.busy = True
        self._drawn += 1
        self.call_after_refresh(self._fill, self._drawn, view, FIRST_SLICE_S)

    def _is_over(self, drawn: int) -> bool:
        """Whether the screen has been drawn again since, or another is in front."""
        return drawn != self._drawn or not self.is_current

    def _place(self, view: View) -> tuple[Sequence[str], Sequence[str], int, int]:
        """Models, machines, and where among them the cursor is."""
        models, machines = self.answers.models(view), self.answers.machines(view)
        row = models.index(view.model) if view.model in models else 0
        column = machines.index(view.machine) if view.machine in machines else 0
        return models, machines, row, column

    def _fill(self, drawn: int, view: View, seconds: float) -> None:
        """Work out cells that are seen for so long, draw, and go on after whatever key came meanwhile."""
        if self._is_over(drawn):
            return
        models, machines, row, column = self._place(view)
        if not models or not machines:
            self._nothing()
            return
        seen = self._table.look((len(models), len(machines)), (row, column))
        rows, columns = models[seen.top : seen.top + seen.rows], machines[seen.left : seen.left + seen.columns]
        wanted = visible(rows, columns) + ([(model, view.sort) for model in models] if view.sort in machines else [])
        known = self.answers.fill(view, wanted, seconds)
        if not known and self.answers.left(view, wanted) < len(wanted) * NEARLY:
            # Painting what is there now would take longer than what is left.
            known = self.answers.fill(view, wanted, seconds * NEARLY)
        if known and self.answers.models(view) != models:
            self.call_after_refresh(self._fill, drawn, view, seconds)
            return
        self._put(view, rows, columns, (row - seen.top, column - seen.left))
        self._say(
            view, models, row, "" if known or view.sort not in machines else "the order follows once all are known"
        )
        if known:
            self.set_timer(PAUSE_S, partial(self._beside, drawn, view, models[row], machines[column]))
        else:
            self.set_timer(PAUSE_S, partial(self._fill, drawn, view, SLICE_S))

    def _say(self, view: View, models: Sequence[str], row: int, waits_for: str) -> None:
        """Below the table: what is waited for, the name that is cut, how much is seen, and what the signs mean."""
        seen, name = self._table.seen, models[row] if len(models[row]) > self._table.label_width else ""
        where = f"{seen.top + 1}–{seen.top + seen.rows} of {len(models)}" if seen.rows < len(models) else ""
        clears, unmarks = self._way_out(view)
        signs = legend(view.quantity, verdict_in_words=self._is_narrow)
        # Where there is little room the signs come first: what one marked is easily marked again.
        wide = self.size.width >= BESIDE
        self.status(waits_for, name, self._beyond(view), clears, where, unmarks if wide else "", *signs, unmarks)

    def _beyond(self, view: View) -> str:
        """That the model under the cursor was never trained for so much context; empty where it was, or does not run."""
        models, machines, row, column = self._place(view)
        cell = self.answers.cell(view, models[row], machines[column])
        return beyond_trained(cell.best) if cell and cell.best and cell.runs else ""

    def _way_out(self, view: View) -> tuple[str, str]:
        """How the filter is emptied, and the marks: by esc where it leads to no other screen."""
        is_last = not self.advisor.has_before
        clears = ("esc clears the filter" if is_last else "/ changes the filter") if view.filter else ""
        return clears, f"esc unmarks {len(view.marks)}" if is_last and view.marks and not view.filter else ""

    def _put(self, view: View, rows: Sequence[str], columns: Sequence[str], cursor: tuple[int, int]) -> None:
        facts, answers = self.answers.facts, self.answers
        known = [answers.shelf.machine(name) for name in columns]
        shown = Seen(
            labels=list(rows), cursor=cursor, quantity=view.quantity,
            columns=[Column(machine_label(each), memory_label(facts, each), name == view.sort) for name, each in zip(columns, known, strict=True)],
            cells=[[answers.cell(view, model, machine) for machine in columns] for model in rows],
            marks=frozenset((rows.index(m), columns.index(h)) for m, h in view.marks if m in rows and h in columns),
        )  # fmt: skip
        self._table.put(shown, self.plain)

    def _nothing(self) -> None:
        self._table.put(Seen(), self.plain)
        self.query_one("#pane", Static).update("")
        self.status("nothing is left by this filter: / changes it", *self._way_out(self.advisor.view))
        self.advisor.busy = False

    def _beside(self, drawn: int, view: View, model: str, machine: str) -> None:
        """Say everything about the pair under the cursor."""
        if self._is_over(drawn):
            return
        beside = self.query_one("#pane", Static)
        if beside.display:
            found = self.answers.drawn(view, model, machine)
            lines = (
                pane(found, beside.size.width - 2, beside.size.height, self.glyphs)
                if found
                else ["no runtime loads any offered format of it there"]
            )
            beside.update(Content(self.plain("\n".join(lines))))
        self.advisor.busy = False
        if self.advisor.looks_ahead:
            self.call_after_refresh(self._ahead, drawn, self._likely(view))

    def _ahead(self, drawn: int, likely: Sequence[Likely]) -> None:
        """Work out, as long as nobody presses a key, what the next key is likely to ask."""
        if self._is_over(drawn):
            return
        view, pairs = likely[0]
        if self.answers.fill(view, pairs(), AHEAD_S):
            likely = likely[1:]
        if likely:
            self.set_timer(AHEAD_PAUSE_S, partial(self._ahead, drawn, likely))

    def _likely(self, view: View) -> list[Likely]:
        """Views the next key may ask for, each with the cells that would be seen then, the likeliest first."""
        models, machines, row, column = self._place(view)
        seen = self._table.seen
        rows, shown = models[seen.top : seen.top + seen.rows], machines[seen.left : seen.left + seen.columns]
        right = seen.left + seen.columns
        around = [*machines[max(0, seen.left - 1) : seen.left], *machines[right : right + 1]]
        by_machine = view.at(models[row], machines[column]).sorted_next()
        turns = (view.stretched(1), view.stretched(-1), view.crowded(1), view.crowded(-1), view.showing_next())
        return [
            *((each, lambda: visible(rows, shown)) for each in turns),
            (view, lambda: visible(models[seen.top + seen.rows : seen.top + 2 * seen.rows], shown)),
            (view, lambda: visible(rows, around)),
            (view, lambda: visible(models, [machines[column]])),
            # In the order the column gives, once it is known.
            (by_machine, lambda: visible(self.answers.models(by_machine)[: seen.rows], shown)),
        ]

    def turned(self, view: View, key: str) -> View | None:
        """Moves, and what concerns the table."""
        models, machines, row, column = self._place(view)
        if not models or not machines:
            return None
        page = max(1, self._table.seen.rows - 1)
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

    def done(self, view: View, key: str) -> bool:
        """Whether it was the key that lets a machine be chosen by name; it then opens the list."""
        models, machines, row, column = self._place(view)
        if key != "machine" or not models or not machines:
            return False

        def put(chosen: str) -> None:
            self.advisor.view = self.advisor.view.at(models[row], chosen)

        choose_machine(self, machines, machines[column], put)
        return True

    def on_pair_table_picked(self, message: PairTable.Picked) -> None:
        """The cursor goes there; a click on the cell it is on opens it."""
        view = self.advisor.view
        models, machines, row, column = self._place(view)
        if (message.row, message.column) == (row, column) and view.model:
            self.advisor.action_do("open")
        else:
            self.advisor.view = view.at(models[message.row], machines[message.column])

    def on_wheel_wheeled(self, message: Wheel.Wheeled) -> None:
        """The cursor goes so many rows."""
        view = self.advisor.view
        models, machines, row, column = self._place(view)
        if models and machines:
            self.advisor.view = view.at(models[min(max(row + message.rows, 0), len(models) - 1)], machines[column])

    def on_one_machine_stepped(self, message: OneMachine.Stepped) -> None:
        """The machine before or after."""
        self.advisor.action_do("right" if message.machines > 0 else "left")

    def on_one_machine_choosing(self) -> None:
        """Any machine."""
        self.advisor.action_do("machine")

    def command(self, view: View) -> Sequence[str]:
        """The answer for the pair under the cursor."""
        return asking("fit", view, self.answers)

    def table(self, view: View) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """The cells that are seen."""
        models, machines, _, _ = self._place(view)
        seen = self._table.seen
        pairs = visible(models[seen.top : seen.top + seen.rows], machines[seen.left : seen.left + seen.columns])
        self.answers.fill(view, pairs, float("inf"))
        return CSV_HEADERS, [
            csv_row(model, machine, cell)
            for model, machine in pairs
            if (cell := self.answers.cell(view, model, machine))
        ]
