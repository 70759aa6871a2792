"""Gaps: what nobody has measured, what matters most to the need first, and how to measure it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.widgets import Static

from advisor.decide.unmeasured import unmeasured
from advisor.present.explain import measuring_command
from advisor.present.gaps_screen import (
    LEGEND_OF_NEED,
    LEGEND_OF_VIEW,
    OF_NEED,
    OF_VIEW,
    file_command,
    how_to,
    of_need,
    of_view,
)
from advisor.present.pane import folded
from advisor.present.screen_table import fitted
from advisor.tui.answers import visible
from advisor.tui.lines import Lines
from advisor.tui.page import as_many_as_fit, counted, question_words
from advisor.tui.weighing import WeighingPage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from advisor.evidence.finding import Finding
    from advisor.present.gaps_screen import GapRow
    from advisor.tui.view import View
    from advisor.tui.wheel import Wheel

MOST_MODELS, MOST_MACHINES = 12, 8
"""How many of a view without a need are looked at."""
SLICE_S = 0.03
FAR = 10**6


class GapsPage(WeighingPage):
    """Machines and models without a row of their own."""

    OFFERS = frozenset({"open", "mark", "compare", "why", "new_row"})
    HELP_TEXT: ClassVar[str] = (
        "With a need (5 Decide): every machine and workload of it that runs and that nobody measured in this very case, first what would "
        f"most likely change the choice. {LEGEND_OF_NEED} Without one: the pairs marked on Fit, else the first of the view, the widest prediction "
        "first. n shows how to measure one and how to write it down."
    )

    def middle(self) -> Iterable[Widget]:
        """The gaps, and what would measure the one under the cursor."""
        yield Lines()
        yield Static(id="below")

    def headings(self, view: View) -> list[str]:
        """Whose gaps they are."""
        if self.has_need(view):
            title = view.draft.base.title if view.draft.base and view.draft.base.title else "your need"
            return ["gaps", f"of {title}", f"catalog {self.answers.facts.date}"]
        models, machines, _ = self._asked(view)
        looked_at = f"{counted(len(models), 'model')} × {counted(len(machines), 'machine')} of the view"
        return ["gaps", looked_at, question_words(view)]

    def has_need(self, view: View) -> bool:
        """Whether anything is stated on Decide."""
        return not view.draft.is_empty

    def _asked(self, view: View) -> tuple[Sequence[str], Sequence[str], list[tuple[str, str]]]:
        """Models, machines and pairs looked at where there is no need."""
        if view.marks:
            models, machines = (tuple(dict.fromkeys(each[side] for each in view.marks)) for side in (0, 1))
            return models, machines, visible(models, machines)
        models, machines = self.answers.models(view)[:MOST_MODELS], self.answers.machines(view)[:MOST_MACHINES]
        return models, machines, visible(models, machines)

    def draw(self, view: View) -> None:
        """The gaps, once they are known."""
        self.advisor.busy = True
        if self.has_need(view):
            self.weigh(view)
        self.call_after_refresh(self._draw, view)

    def _draw(self, view: View) -> None:
        if view != self.advisor.view or not self.is_current:
            return
        if self.has_need(view):
            if self.is_weighing:
                self.say_waiting()
            else:
                self.advisor.busy = False
            if self.decision is None:
                said = self.problem.splitlines() or [self.waiting_words]
                self._put_words([*said, "", "5 goes to the need"] if self.problem else said)
                return
        else:
            self._put_words([]) if not self._rows(view) else None
            asked = replace(view, quantity="decode")
            if not self.answers.fill(asked, self._asked(view)[2], SLICE_S):
                known = sum(self.answers.cell(asked, *pair) is not None for pair in self._asked(view)[2])
                self.status(f"looking: {known} of {len(self._asked(view)[2])}")
                self.call_after_refresh(self._draw, view)
                return
            self.advisor.busy = False
        self._put(view)

    def _put_words(self, words: Sequence[str]) -> None:
        self.query_one(Lines).put([], ["", *(self.plain(word) for word in words)])
        self.query_one("#below", Static).update("")

    def _rows(self, view: View) -> list[GapRow]:
        if self.has_need(view):
            return of_need(self.decision) if self.decision else []
        asked = replace(view, quantity="decode")
        cells = [cell for pair in self._asked(view)[2] if (cell := self.answers.cell(asked, *pair))]
        return of_view(unmeasured(cells))

    def _put(self, view: View) -> None:
        rows, lines = self._rows(view), self.query_one(Lines)
        below = self.query_one("#below", Static)
        if not rows:
            self._put_words(["every machine and model here has a row of its own, or does not run"])
            self.status("")
            return
        cursor = min(view.row, len(rows) - 1)
        below.update(Content(self.plain("\n".join(self._about(rows[cursor])))))
        self.call_after_refresh(self._put_rows, view, rows, cursor)
        if not self.is_weighing:
            legend = LEGEND_OF_NEED if self.has_need(view) else LEGEND_OF_VIEW
            place = f"{cursor + 1} of {len(rows)}"
            self.status(place, as_many_as_fit(legend.split(". "), self.size.width - len(place) - 4, ". "))
        lines.refresh()

    def _put_rows(self, view: View, rows: Sequence[GapRow], cursor: int) -> None:
        """The table, once it is known how much room what stands below leaves."""
        if view != self.advisor.view or not self.is_current:
            return
        lines = self.query_one(Lines)
        head, body = fitted(
            OF_NEED if self.has_need(view) else OF_VIEW, [row.cells for row in rows], self.size.width - 3
        )
        seen = lines.seen(len(body), cursor)
        lines.put([self.plain(head)], [self.plain(body[place]) for place in seen], cursor - seen.start)

    def _about(self, row: GapRow) -> list[str]:
        if row.finding is None:
            return []
        told = ("measure", measuring_command(row.finding)), ("write down", file_command(row.finding))
        return [part for label, text in told for part in folded(f"{label:<11}{text}", max(20, self.size.width - 4))]

    def turned(self, view: View, key: str) -> View | None:
        """Up and down choose a gap."""
        rows = self._rows(view)
        room = max(1, self.query_one(Lines).size.height - 2)
        steps = {"up": -1, "down": 1, "page_up": -room, "page_down": room, "home": -FAR, "end": FAR}
        if key in steps:
            return replace(view, row=min(max(min(view.row, len(rows) - 1) + steps[key], 0), max(0, len(rows) - 1)))
        here = self._here(view)
        if here is None:
            return None
        return {"mark": here.with_mark, "open": lambda: replace(here.on("model"), tab=0)}.get(key, lambda: None)()

    def _here(self, view: View) -> View | None:
        """With the pair of the line under the cursor, and its context; None where it is of no pair."""
        rows = self._rows(view)
        finding = rows[min(view.row, len(rows) - 1)].finding if rows else None
        if finding is None:
            return None
        demand = finding.case.demand
        asked = (
            replace(
                view.asked,
                context_tokens=demand.context_tokens,
                concurrency=demand.concurrency,
                prompt_tokens=demand.prompt_tokens,
            )
            if self.has_need(view)
            else view.asked
        )
        return replace(view, asked=asked).at(finding.case.model.id, finding.case.machine.hardware.id)

    def pair(self, view: View) -> tuple[str, str]:
        """What `e` explains."""
        here = self._here(view)
        return (here.model, here.machine) if here else super().pair(view)

    def explained(self, view: View) -> Finding | None:
        """The finding of the line under the cursor, as the line asks and in the way it is to be run."""
        rows, here = self._rows(view), self._here(view)
        finding = rows[min(view.row, len(rows) - 1)].finding if rows else None
        if here is None or finding is None:
            return super().explained(view)
        asked = replace(here.asked, runtime=finding.case.runtime.id, quant=finding.case.quant.id)
        return self.answers.drawn(replace(here, asked=asked), *self.pair(view))

    def done(self, view: View, key: str) -> bool:
        """Show how the gap is closed, and copy the command that begins."""
        if key != "new_row":
            return False
        rows = self._rows(view)
        finding = rows[min(view.row, len(rows) - 1)].finding if rows else None
        if finding is None:
            self.tell("no way to run it is known")
        else:
            self.app.copy_to_clipboard(file_command(finding))
            self.advisor.read("a new row", how_to(finding))
        return True

    def on_lines_picked(self, message: Lines.Picked) -> None:
        """The cursor goes there."""
        if message.row < len(self._rows(self.advisor.view)):
            self.advisor.view = replace(self.advisor.view, row=message.row)

    def on_wheel_wheeled(self, message: Wheel.Wheeled) -> None:
        """The cursor goes so many rows."""
        view = self.advisor.view
        self.advisor.view = replace(view, row=min(max(view.row + message.rows, 0), max(0, len(self._rows(view)) - 1)))

    def command_here(self, view: View) -> Sequence[str]:
        """What prints the gaps of the need; of a view without one, the evidence of the pair under the cursor."""
        return self.command(view)

    def command(self, view: View) -> Sequence[str]:
        """What prints the gaps of the need; of a view without one, the evidence of the pair under the cursor."""
        from advisor.tui.need_command import need_command  # noqa: PLC0415 - only this key pays for it
        from advisor.tui.page import asking  # noqa: PLC0415 - beside its only use

        if self.has_need(view):
            return need_command(self, "gaps", view.draft)
        here = self._here(view)
        return asking("evidence", here, self.answers) if here else []

    def table(self, view: View) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Every gap."""
        columns = OF_NEED if self.has_need(view) else OF_VIEW
        return [column.head for column in columns], [row.cells for row in self._rows(view)]
