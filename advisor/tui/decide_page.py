"""Decide: what one needs in five short steps, and what to buy beside it, up to date with every letter typed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container
from textual.content import Content
from textual.widgets import Input, Static

from advisor.tui.draft import LINES, Draft, with_line
from advisor.tui.filing import FilingPage
from advisor.tui.lines import Lines
from advisor.tui.need_lines import HINTS, NAMES, NeedLines, Suggestions, need_lines
from advisor.tui.view import Lineup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from advisor.tui.view import View
    from advisor.tui.wheel import Wheel

BESIDE = 110
NEED_WIDTHS = ((170, 64), (BESIDE, 50))
MOST_NEED = 12
"""Lines of the need above the answer, where they stand above one another."""
FAR = 10**6
MOST_COMPARED = 8


class DecidePage(FilingPage):
    """The need, and the answer so far."""

    OFFERS = frozenset({"open", "compare", "save", "read", "empty"})
    WITHOUT = frozenset({"filter", "shorter", "longer", "fewer", "more", "runtime", "left", "right"})
    HELP_TEXT: ClassVar[str] = (
        "Five steps, each of which may be left empty: models you want (MODEL@CONTEXT:LEAST TOK/S, or best:coding@64k:20 for the "
        "best of a class), people at once, budget and the machines it is weighed among, machines you own, limits (500W, one box, "
        "8h of work a day, 0.29/kWh, the region DE, evidence up to 2026-03-31). Up and down choose a step, enter types into it, enter "
        "again goes to the next, esc leaves. The answer follows what is typed; PgUp and PgDn move in it. ★ is the choice, · what "
        "nothing betters in everything, ✓ enough, ✗ not. ctrl+s writes the need to a file, ctrl+o opens one; `advisor decide` and "
        "`advisor report` read it. c compares the machines of the need over its models; what is marked on Fit stays marked."
    )

    def __init__(self) -> None:
        super().__init__()
        self._line = LINES[0]
        """What is typed into."""

    def middle(self) -> Iterable[Widget]:
        """The need, and the answer."""
        with Container(id="body"):
            yield NeedLines()
            yield AnswerLines()
        with Container(id="typing"):
            yield Static(id="step")
            yield Input(id="typed", compact=True)

    def headings(self, view: View) -> list[str]:
        """The file, and whether it says what the lines say."""
        draft = view.draft
        if not draft.path:
            name = "not saved" if not draft.is_empty else "nothing typed yet"
        else:
            name = Path(draft.path).name + (", changed" if draft.is_changed else "")
        title = draft.base.title if draft.base and draft.base.title else ""
        return [f"decide: {name}", title, f"catalog {self.answers.facts.date}"]

    def draw(self, view: View) -> None:
        """The lines, and the answer as far as it is there."""
        wide = next((width for least, width in NEED_WIDTHS if self.size.width >= least), 0)
        body, need, answer = self.query_one("#body"), self.query_one(NeedLines), self.query_one(AnswerLines)
        body.styles.layout = "horizontal" if wide else "vertical"
        width = wide or self.size.width
        typed = need_lines(view.draft, view.step, width - 3, whole=not wide)
        need.styles.width = wide or "1fr"
        need.styles.height = "1fr" if wide else min(len(typed.lines) + 1, MOST_NEED)
        seen = (
            need.seen(len(typed.lines), typed.cursor)
            if wide or len(typed.lines) < MOST_NEED
            else range(len(typed.lines))
        )
        need.steps = typed.steps
        need.put(
            [self.plain("your need")], [self.plain(typed.lines[place]) for place in seen], typed.cursor - seen.start
        )
        self._typing(view)
        self.weigh(view)
        self.advisor.busy = self.is_weighing
        answer.width_of_text = max(20, self.size.width - wide - 3)
        self.call_after_refresh(self._answer, view)

    def _answer(self, view: View) -> None:
        if view != self.advisor.view or not self.is_current:
            return
        answer = self.query_one(AnswerLines)
        text = self._answer_text(answer.width_of_text)
        top = min(view.row, max(0, len(text) - answer.size.height + 1))
        answer.put([self.plain(self._answer_title())], [self.plain(line) for line in text[top:]])
        if self.is_weighing:
            self.say_waiting()
            return
        more = (
            f"PgDn: {len(text) - top - answer.size.height + 1} more lines"
            if len(text) - top >= answer.size.height
            else ""
        )
        self.status(
            more,
            HINTS[LINES[view.step]]
            if self.typed
            else "↑ ↓ step  enter types into it  ctrl+o opens a need, ctrl+s saves it",
        )

    def _answer_title(self) -> str:
        if self.is_weighing:
            return "answer so far (weighing)" if self.decision else self.waiting_words
        return "the answer before" if self.problem and self.decision else "answer"

    def _answer_text(self, width: int) -> list[str]:
        from advisor.present.decision_screen import lines  # noqa: PLC0415 - the first screen does without a need

        problem = [part for line in self.problem.splitlines() for part in _folded(line, width)]
        if self.decision is None:
            return problem or ([] if self.is_weighing else [part for text in START for part in _folded(text, width)])
        return [*problem, *([""] if problem else []), *lines(self.answers.facts, self.decision, width)]

    @property
    def typed(self) -> Input | None:
        """The line that is typed into; None where none is."""
        return self.query_one("#typed", Input) if self.query_one("#typing").display else None

    def _typing(self, view: View) -> None:
        """The line that is typed into follows the step."""
        if self.typed and self._line != LINES[view.step]:
            self._open(view)

    def _open(self, view: View) -> None:
        name, typed = LINES[view.step], self.query_one("#typed", Input)
        self._line, typed.placeholder, typed.suggester = (
            name,
            self.plain(HINTS[name]),
            Suggestions(self.answers.shelf, name),
        )
        with self.prevent(Input.Changed):
            typed.value = getattr(view.draft, name)
        typed.cursor_position = len(typed.value)
        self.query_one("#step", Static).update(Content(f"{NAMES[name].strip()}: "))
        self.query_one("#typing").display = True
        self.set_focus(typed)

    def stop_typing(self) -> None:
        """Close the line that is typed into."""
        self.query_one("#typing").display = False
        self.set_focus(None)

    def done(self, view: View, key: str) -> bool:
        """Typing, and files."""
        if key == "open":
            self._open(view)
        elif key == "back" and self.typed:
            self.stop_typing()
            self.show(view)
        elif key == "save":
            self.save_need(view)
        elif key == "read":
            self.open_need()
        else:
            return False
        return True

    def on_input_changed(self, event: Input.Changed) -> None:
        """Read it as it is typed."""
        typed = self.typed
        if typed and event.input is typed:
            event.stop()
            if event.value == typed.value:
                self.advisor.view = replace(self._taken(self.advisor.view), row=0)

    def _taken(self, view: View) -> View:
        """With the line saying what is typed."""
        typed = self.typed
        return view.needing(with_line(view.draft, self._line, typed.value)) if typed else view

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """On to the next step; out of the last."""
        if event.input.id != "typed":
            return
        event.stop()
        view = self._taken(self.advisor.view)
        if view.step == len(LINES) - 1:
            self.stop_typing()
            self.advisor.view = view
            self.show(view)
        else:
            self.advisor.view = replace(view, step=view.step + 1)

    def turned(self, view: View, key: str) -> View | None:
        """Up and down choose a step, page up and down move in the answer."""
        steps = {"up": -1, "down": 1}
        if key in steps:
            return replace(self._taken(view), step=min(max(view.step + steps[key], 0), len(LINES) - 1))
        room = max(1, self.query_one(AnswerLines).size.height - 2)
        pages = {"page_up": -room, "page_down": room, "home": -FAR, "end": FAR}
        if key in pages:
            return replace(view, row=min(max(view.row + pages[key], 0), self._furthest()))
        if key == "compare":
            return self._comparison(view)
        return replace(view.needing(Draft()), step=0, row=0) if key == "empty" else None

    def _furthest(self) -> int:
        """The line of the answer that stands on top when its last is seen."""
        answer = self.query_one(AnswerLines)
        return max(0, len(self._answer_text(answer.width_of_text)) - answer.size.height + 1)

    def _comparison(self, view: View) -> View:
        """The machines of the need side by side over its models, at the depth and for the people of the first; here where there are none."""
        works = [work for work in self.need.workloads if work.model and work.kind == "text"] if self.need else []
        machines = self._machines()
        if not works or not machines:
            self.tell("nothing to compare yet: name a model, and machines to own or to weigh")
            return view
        models = dict.fromkeys(work.model for work in works if work.model)
        lineup = Lineup(tuple((model, machine) for model in models for machine in machines), of_need=True)
        first = works[0]
        asked = replace(
            view.asked,
            context_tokens=first.context_tokens,
            prompt_tokens=first.prompt_tokens,
            concurrency=first.concurrency,
        )
        return replace(view, lineup=lineup, asked=asked, model=works[0].model or "", machine=machines[0]).on("compare")

    def _machines(self) -> tuple[str, ...]:
        """What is owned and what is weighed; of many, what the answer shows."""
        if self.need is None:
            return ()
        named = [*(each.machine for each in self.need.owns), *(each.machine for each in self.need.considers)]
        if not self.need.considers and self.decision:
            from advisor.present.options_table import shown  # noqa: PLC0415 - the first screen does without a need

            bought = [each for each in shown(self.decision) if each.option.bought]
            pick = self.decision.pick
            named += [each.option.name for each in sorted(bought, key=lambda each: each is not pick)]
        return tuple(dict.fromkeys(named))[:MOST_COMPARED]

    def on_wheel_wheeled(self, message: Wheel.Wheeled) -> None:
        """The answer moves so many lines."""
        view = self.advisor.view
        most = self._furthest()
        self.advisor.view = replace(view, row=min(max(view.row + message.rows, 0), most))

    def on_need_lines_picked(self, message: NeedLines.Picked) -> None:
        """That step; a click on the one it is on types into it."""
        steps = self.query_one(NeedLines).steps
        if message.row < len(steps):
            view = self.advisor.view
            if steps[message.row] == view.step and not self.typed:
                self._open(view)
            else:
                self.advisor.view = replace(view, step=steps[message.row])

    def command_here(self, view: View) -> Sequence[str]:
        """What prints the answer."""
        return self.command(view)

    def command(self, view: View) -> Sequence[str]:
        """`advisor decide` with the file, or with the lines as options; nothing where a file says more than options can and was changed."""
        from advisor.tui.need_command import need_command  # noqa: PLC0415 - only this key pays for it

        return need_command(self, "decide", view.draft)

    def table(self, view: View) -> tuple[Sequence[str], Sequence[Sequence[object]]] | None:  # noqa: ARG002 - of every view alike
        """The options, all of them."""
        if self.decision is None:
            return None
        works = [one.workload for one in self.decision.standings[0].served]
        rows = [
            [each.option.name, each.option.price.mid if each.option.price else None, *(one.decode_tok_s.mid if one.decode_tok_s else None for one in each.served),
             len(each.missed), each is self.decision.pick, each.is_open]
            for each in self.decision.standings
        ]  # fmt: skip
        return ["option", "price", *(f"{work.name} tok/s" for work in works), "missed", "chosen", "open"], rows


class AnswerLines(Lines):
    """The answer, which has no line under a cursor."""

    width_of_text = 20


START = (
    "What should I buy? Say what you want to run, and the answer stands here, up to date with every letter.", "",
    "enter  type into the step under the cursor", "ctrl+o  open a need.yaml, or one of the examples", "",
    "For instance: gpt-oss-120b@32k:30 under models, 4500EUR under budget.",
)  # fmt: skip


def _folded(text: str, width: int) -> list[str]:
    from textwrap import wrap  # noqa: PLC0415 - beside its only use

    return wrap(text, width, subsequent_indent="  ", break_on_hyphens=False) or [""]
