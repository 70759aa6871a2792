"""Machines side by side: attributes down, machines across, the best of each line starred, and where one starts to win."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from advisor.present.compare_screen import as_rows, board
from advisor.present.compare_table import LEGEND
from advisor.present.machine_labels import machine_labels
from advisor.tui.board_lines import BoardLines
from advisor.tui.page import Page, conditions, counted, market_words, question_words
from advisor.tui.view import Lineup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from advisor.present.compare_screen import Board
    from advisor.tui.answers import Answers
    from advisor.tui.lines import Lines
    from advisor.tui.view import View
    from advisor.tui.wheel import Wheel

LEAST_MACHINES = 2
MOST_MODELS = 6
"""Models compared where none is marked."""
FAR = 10**6


def compared(answers: Answers, view: View) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Models and machines side by side: those lined up or marked, then what is under the cursor, then the first that the filter leaves.

    Without marks the models are the one under the cursor, or the first six of a filter.
    """
    pairs = view.lineup.pairs if view.lineup else view.marks
    models = list(dict.fromkeys(model for model, _ in pairs))
    machines = list(dict.fromkeys(machine for _, machine in pairs))
    if not models:
        models = list(answers.models(view)[:MOST_MODELS]) if view.filter or not view.model else [view.model]
    if len(machines) < LEAST_MACHINES:
        machines = list(dict.fromkeys([*machines, *filter(None, [view.machine]), *answers.machines(view)]))
        machines = machines[: max(LEAST_MACHINES, _named(answers, view))]
    return tuple(models), tuple(machines)


def _named(answers: Answers, view: View) -> int:
    """How many machines the filter names, where it does."""
    return min(len(answers.machines(view)), MOST_MODELS) if answers.filter(view).machines else 0


def how_chosen(answers: Answers, view: View) -> tuple[str, str]:
    """Where it is not what is marked that is compared: in short how to choose, and what was taken and why; else empty."""
    lineup, marked = view.lineup, dict.fromkeys(machine for _, machine in view.marks)
    if lineup and lineup.of_need:
        return "machines of the need", "machines of the need on Decide; c on Fit compares what is marked"
    if lineup is None and len(marked) >= LEAST_MACHINES:
        return "", ""
    short = f"{'one machine' if marked else 'nothing'} marked: space on Fit chooses"
    return short, lineup.said if lineup else f"taken: {_taken(answers, view, *marked)}"


def _taken(answers: Answers, view: View, marked: str = "") -> str:
    """The machines compared where fewer than two are marked, each with the reason."""
    machines = compared(answers, view)[1]
    if len(machines) > LEAST_MACHINES or (_named(answers, view) and not marked):
        return f"the first {len(machines)} machines that the filter leaves"
    labels = machine_labels(map(answers.shelf.machine, machines))
    whys = {marked: "marked", view.machine: "under the cursor on Fit"} if marked != view.machine else {marked: "marked"}
    told = [
        f"{label}, {whys.get(name, 'the first of Fit')}" for name, label in zip(machines, labels.values(), strict=True)
    ]
    return (
        " beside ".join(told)
        if any(name in whys for name in machines)
        else f"{' and '.join(labels.values())}, the first of Fit"
    )


class ComparePage(Page):
    """The marked machines side by side over the marked models."""

    OFFERS = frozenset({"open", "why", "differ", "mark"})
    HELP_TEXT: ClassVar[str] = (
        "Attributes down, the marked machines across, one table for each marked model. ★ is the best of its line beyond what the "
        "intervals leave open, ☆ the best by the middle alone; both are bold. Below each table, in sentences: the longest context of "
        "each machine, and where in context or requests one starts to win. With fewer than two machines marked: what is under the cursor on "
        "Fit beside the first that Fit shows; the line below says so. c on Decide compares the machines of the need and leaves the marks "
        "as they are; c on Fit goes back to them. Where a need is open (5 Decide), prices are those of its region, money and day, what it "
        "says of a machine counts, such as the memory of its host, and what is owned costs nothing. Left and right choose the machine that e and enter are about, up and down the line."
    )

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[tuple[str, ...], tuple[str, ...]] = (), ()
        """Models and machines on the screen."""

    def middle(self) -> Iterable[Widget]:
        """The table."""
        yield BoardLines()

    def headings(self, view: View) -> list[str]:
        """How much is compared, and where it would be bought."""
        models, machines = compared(self.answers, view)
        counts = f"{counted(len(machines), 'machine')}, {counted(len(models), 'model')}"
        prices = market_words(self.answers.terms(view).market)
        parts = [
            counts,
            how_chosen(self.answers, view)[0],
            prices,
            *question_words(view).split("  "),
            "differences only" if view.differences else "",
        ]
        return [*filter(None, parts)]

    def draw(self, view: View) -> None:
        """Show it once everything is known; until then what is still seen of another comparison goes."""
        self.advisor.busy = True
        models, machines = compared(self.answers, view)
        if models and len(machines) >= LEAST_MACHINES and not self._known(view):
            self._waiting(view)
            if self._shown != (models, machines):
                self.query_one(BoardLines).put_board([], [], [], None)
        self.call_after_refresh(self._draw, view)

    def _waiting(self, view: View) -> None:
        models, machines = compared(self.answers, view)
        known = [self.answers.knows_side(view, model, machine) for model in models for machine in machines]
        self.status(f"comparing: {sum(known)} of {len(known)}")

    def _draw(self, view: View) -> None:
        """Work out one pair, and go on after whatever key came meanwhile."""
        if view != self.advisor.view or not self.is_current:
            return
        models, machines = compared(self.answers, view)
        if not models or len(machines) < LEAST_MACHINES:
            self._nothing()
            return
        pairs = [(model, machine) for model in models for machine in machines]
        left = [pair for pair in pairs if not self.answers.knows_side(view, *pair)]
        if left:
            self.answers.side(view, *left[0])
            self._waiting(view)
            self.call_after_refresh(self._draw, view)
            return
        self._shown = models, machines
        self._put(view, self._board(view))
        self.advisor.busy = False

    def _nothing(self) -> None:
        self.query_one(BoardLines).put_board(
            [], [], ["", "nothing to compare: mark pairs on Fit with space, or let the filter leave two machines"], None
        )
        self.status("")
        self.advisor.busy = False

    def _board(self, view: View) -> Board:
        models, machines = compared(self.answers, view)
        found = self.answers.compared(view, models, machines)
        return board(found, self.answers.facts, self.size.width - 3, self._column(view), differences=view.differences)

    def _column(self, view: View) -> int:
        machines = compared(self.answers, view)[1]
        return machines.index(view.machine) if view.machine in machines else 0

    def _put(self, view: View, found: Board) -> None:
        lines = self.query_one(BoardLines)
        cursor = min(view.row, len(found.lines) - 1)
        seen = lines.seen(len(found.lines), cursor, head=len(found.heads))
        body = found.lines[seen.start : seen.stop]
        lines.put_board(
            [self.plain(head) for head in found.heads],
            body,
            [self.plain(line.text) for line in body],
            cursor - seen.start,
        )
        machines = compared(self.answers, view)[1]
        known = [self.answers.shelf.machine(name) for name in machines]
        here = f"← → {machine_labels(known)[known[self._column(view)].id]}"
        seen_of = (
            f"machines {found.columns.start + 1}–{found.columns.stop} of {len(machines)}"
            if len(found.columns) < len(machines)
            else ""
        )
        said = how_chosen(self.answers, view)[1]
        # Where the line does not hold both, what else is there comes before how it was chosen.
        first = f"← → {seen_of}" if seen_of and len(f"{said}  {here}  {seen_of}") > self.size.width - 2 else ""
        self.status(first, said, here, "" if first else seen_of, *LEGEND)

    def turned(self, view: View, key: str) -> View | None:
        """Up and down choose a line and with it a model, left and right a machine."""
        models, machines = compared(self.answers, view)
        if not models or len(machines) < LEAST_MACHINES:
            return None
        if key in {"left", "right"}:
            place = min(max(self._column(view) + (1 if key == "right" else -1), 0), len(machines) - 1)
            return self._on(view, machines[place])
        room = max(1, self.query_one(BoardLines).size.height - 3)
        steps = {"up": -1, "down": 1, "page_up": -room, "page_down": room, "home": -FAR, "end": FAR}
        if key in steps:
            return self._moved(view, steps[key])
        return {"open": lambda: replace(self._here(view).on("model"), tab=0), "differ": lambda: replace(view, differences=not view.differences, row=0),
                "mark": lambda: self._here(view).with_mark()}.get(key, lambda: None)()  # fmt: skip

    def _on(self, view: View, machine: str) -> View:
        """With that machine under the cursor; what is compared stays as it is."""
        before = compared(self.answers, view)
        after = replace(view, machine=machine)
        if compared(self.answers, after) == before:
            return after
        lined_up = tuple((model, name) for model in before[0] for name in before[1])
        return replace(after, lineup=Lineup(lined_up, said=how_chosen(self.answers, view)[1]))

    def _moved(self, view: View, step: int) -> View:
        if not self._known(view):
            return view
        found = self._board(view)
        row = min(max(min(view.row, len(found.lines) - 1) + step, 0), len(found.lines) - 1)
        return replace(view, row=row)

    def _known(self, view: View) -> bool:
        models, machines = compared(self.answers, view)
        return all(self.answers.knows_side(view, model, machine) for model in models for machine in machines)

    def _here(self, view: View) -> View:
        """With the model of the line and the machine of the column under the cursor."""
        models, machines = compared(self.answers, view)
        lines = self._board(view).lines if self._known(view) else ()
        model = next(
            (line.model for line in lines[min(view.row, max(0, len(lines) - 1)) :: -1] if line.model), models[0]
        )
        return view.at(model, machines[self._column(view)])

    def pair(self, view: View) -> tuple[str, str]:
        """What `e` explains."""
        models, machines = compared(self.answers, view)
        if not models or len(machines) < LEAST_MACHINES:
            return super().pair(view)
        here = self._here(view)
        return here.model, here.machine

    def on_lines_picked(self, message: Lines.Picked) -> None:
        """The cursor goes there."""
        view = self.advisor.view
        self.advisor.view = self._moved(replace(view, row=0), message.row)

    def on_wheel_wheeled(self, message: Wheel.Wheeled) -> None:
        """The cursor goes so many lines."""
        self.advisor.view = self._moved(self.advisor.view, message.rows)

    def command_here(self, view: View) -> Sequence[str]:
        """The same comparison on the command line, wherever the cursor is."""
        return self.command(view)

    def command(self, view: View) -> Sequence[str]:
        """The same comparison on the command line; nothing where a need's file says more than options can and was changed."""
        from advisor.tui.need_command import terms_words  # noqa: PLC0415 - only this key pays for it

        models, machines = compared(self.answers, view)
        said = terms_words(self, self.answers.draft(view), self.answers.terms(view))
        if said is None:
            return []
        return ["advisor", "compare", *machines, "--models", ",".join(models), *conditions(view), *said]

    def table(self, view: View) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Every line of every table."""
        models, machines = compared(self.answers, view)
        if not models or len(machines) < LEAST_MACHINES:
            return ["model", "attribute"], []
        return ["model", "attribute", *machines], as_rows(
            self.answers.compared(view, models, machines), self.answers.facts
        )
