"""One model: its memory on every machine, its speed on one, many users of it, its facts, and the ways to run it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from advisor.present.curves import aggregate_figure, decode_figure
from advisor.present.fit_table import CSV_HEADERS, csv_row
from advisor.present.machine_labels import machine_label
from advisor.present.pane import folded, no_curve
from advisor.present.screen_rows import WAYS, card_lines, memory_lines, way_row
from advisor.present.screen_table import fitted
from advisor.tui.lines import Lines
from advisor.tui.page import Page, asking, counted, question_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.widget import Widget

    from advisor.evidence.finding import Finding
    from advisor.present.figure import Figure
    from advisor.tui.view import View
    from advisor.tui.wheel import Wheel

PARTS = ("Memory", "Speed", "Many users", "Facts", "Formats")
MEMORY, SPEED, MANY, FACTS, FORMATS = range(len(PARTS))
EACH = 2
"""Lines of a machine on the first part."""
TALLEST = 34
TURNS = ("↑ ↓ machine", "← → part")


class ModelPage(Page):
    """One model."""

    OFFERS = frozenset({"open", "mark", "compare", "why", "source"})
    HELP_TEXT: ClassVar[str] = (
        "Left and right turn the parts. Memory: what the best way to run the model takes of each machine, █ weights ▓ cache ▒ buffers, "
        "and the context with which it stops fitting; up and down choose the machine. Speed and Many users draw the predicted "
        "rate, the range that held most held-out rows, and what was measured. Facts name their sources by number. Formats "
        "lists every usual way to run it there."
    )

    def middle(self) -> Iterable[Widget]:
        """The names of the parts, and the part."""
        yield Static(id="parts")
        yield Lines()

    def headings(self, view: View) -> list[str]:
        """The model, and what is asked."""
        model, machine = self.answers.pair(view)
        names = f"{self.answers.facts.models[model].name} on {machine_label(self.answers.shelf.machine(machine))}"
        return [names, question_words(view), f"catalog {self.answers.facts.date}"]

    def _machines(self, view: View) -> tuple[str, ...]:
        """Machines the filter leaves; the one under the cursor is always among them."""
        machine, left = self.answers.pair(view)[1], self.answers.machines(view)
        return left if machine in left else (machine, *left)

    def draw(self, view: View) -> None:
        """The part that is chosen."""
        names = [f"[{name}]" if place == view.tab else f" {name} " for place, name in enumerate(PARTS)]
        clickable = [
            Content.styled(name, Style.from_meta({"@click": f"screen.part({place})"}))
            for place, name in enumerate(names)
        ]
        self.query_one("#parts", Static).update(Content(" ").join(clickable))
        self.advisor.busy = True
        self.call_after_refresh(self._draw, view)

    def _draw(self, view: View) -> None:
        if view != self.advisor.view or not self.is_current:
            return
        lines, (model, machine) = self.query_one(Lines), self.answers.pair(view)
        drawn: dict[int, Callable[[], None]] = {
            MEMORY: lambda: self._memory(lines, view),
            SPEED: lambda: self._figure(lines, self.answers.drawn(view, model, machine), decode_figure),
            MANY: lambda: self._figure(
                lines, self.answers.shared(view, model, machine), partial(aggregate_figure, asked=view.asked.concurrency)
            ),
            FACTS: lambda: self._facts(lines, view), FORMATS: lambda: self._formats(lines, view),
        }  # fmt: skip
        self.advisor.busy = False
        drawn[view.tab]()

    def _memory(self, lines: Lines, view: View) -> None:
        """Bars for the machines that are seen; those not worked out follow between keys."""
        (model, machine), machines = self.answers.pair(view), self._machines(view)
        cursor = machines.index(machine)
        seen = lines.seen(len(machines), cursor, EACH)
        view_of_fit = replace(view, quantity="memory")
        known = self.answers.fill(view_of_fit, [(model, machines[place]) for place in seen], 0.04)
        drawn: list[str] = []
        for name in (machines[place] for place in seen):
            ready = self.answers.cell(view_of_fit, model, name) is not None
            pair, label = (view, model, name), machine_label(self.answers.shelf.machine(name))
            drawn += (
                memory_lines(self.answers.best(*pair), self.answers.reach(*pair), label, self.size.width)
                if ready
                else [label, "  ·"]
            )
        lines.put(
            [f"memory of the best way to run it, {counted(len(machines), 'machine')}"],
            [self.plain(line) for line in drawn],
            cursor - seen.start,
            EACH,
        )
        self.status("█ weights  ▓ cache and state  ▒ buffers  · free", *TURNS)
        if not known:
            self.advisor.busy = True
            self.call_after_refresh(self._draw, view)

    def _figure(self, lines: Lines, found: Finding | None, figure_of: Callable[[Finding], Figure | None]) -> None:
        from advisor.present.figure_text import draw  # noqa: PLC0415 - other parts do without

        figure = figure_of(found) if found else None
        if figure is None:
            said = no_curve(found) if found else "no runtime loads any offered format of it there"
            lines.put([], ["", *map(self.plain, folded(f"nothing to draw: {said}", self.size.width - 4))])
            self.status(*TURNS)
            return
        text = draw(figure, self.size.width - 3, min(lines.size.height, TALLEST), self.glyphs)
        lines.put([], [self.plain(line) if self.glyphs == "ascii" else line for line in text.splitlines()])
        self.status(*TURNS, figure.alt)

    def _facts(self, lines: Lines, view: View) -> None:
        from advisor.present.card_model import model_card  # noqa: PLC0415 - other parts do without

        facts = self.answers.facts
        text = card_lines(facts, model_card(facts, facts.models[self.answers.pair(view)[0]]), self.size.width - 3)
        top = min(view.row, max(0, len(text) - lines.size.height))
        lines.put([], [self.plain(line) for line in text[top:]])
        self.status(f"{top + 1}–{min(len(text), top + lines.size.height)} of {len(text)} lines", TURNS[-1])

    def _formats(self, lines: Lines, view: View) -> None:
        ways = self.answers.findings(view, *self.answers.pair(view))
        head, body = fitted(WAYS, [way_row(way) for way in ways], self.size.width - 3)
        cursor = min(view.row, max(0, len(body) - 1))
        seen = lines.seen(len(body), cursor)
        lines.put([self.plain(head)], [self.plain(body[place]) for place in seen], cursor - seen.start)
        self.status("best first: what fits, then most bits a weight at 10 tok/s, then speed", TURNS[-1])

    def action_part(self, place: int) -> None:
        """Turn to that part."""
        view = self.advisor.view
        self.advisor.view = replace(view.at(*self.answers.pair(view)), tab=place, row=0)

    def turned(self, view: View, key: str) -> View | None:
        """Left and right turn the parts; up and down move in them."""
        model, machine = self.answers.pair(view)
        here = view.at(model, machine)
        if key in {"left", "right"}:
            step = 1 if key == "right" else -1
            return replace(here, tab=min(max(view.tab + step, 0), len(PARTS) - 1), row=0)
        room = max(1, self.query_one(Lines).size.height - 1)
        steps = {"up": -1, "down": 1, "page_up": -room, "page_down": room, "home": -(10**6), "end": 10**6}
        if key in steps:
            return self._moved(here, steps[key])
        return {"mark": here.with_mark, "open": lambda: here.on("evidence")}.get(key, lambda: None)()

    def _moved(self, view: View, step: int) -> View:
        if view.tab in {FACTS, FORMATS}:
            most = (
                len(self.answers.findings(view, view.model, view.machine)) - 1
                if view.tab == FORMATS
                else self._longest(view)
            )
            return replace(view, row=min(max(view.row + step, 0), max(0, most)))
        machines = self._machines(view)
        shorter = step // EACH if abs(step) > 1 and view.tab == MEMORY else step
        place = min(max(machines.index(view.machine) + (shorter or step), 0), len(machines) - 1)
        return view.at(view.model, machines[place])

    def _longest(self, view: View) -> int:
        from advisor.present.card_model import model_card  # noqa: PLC0415 - other parts do without

        facts = self.answers.facts
        text = card_lines(facts, model_card(facts, facts.models[view.model]), self.size.width - 3)
        return len(text) - self.query_one(Lines).size.height

    def on_lines_picked(self, message: Lines.Picked) -> None:
        """The cursor goes there."""
        view = self.advisor.view
        machines = self._machines(view)
        if view.tab == MEMORY and message.row < len(machines):
            self.advisor.view = view.at(self.answers.pair(view)[0], machines[message.row])
        elif view.tab == FORMATS:
            self.advisor.view = replace(view, row=message.row)

    def on_wheel_wheeled(self, message: Wheel.Wheeled) -> None:
        """The cursor goes so many lines."""
        self.advisor.view = self._moved(self.advisor.view.at(*self.answers.pair(self.advisor.view)), message.rows)

    def source(self, view: View) -> str | None:
        """Where the model's configuration comes from."""
        facts = self.answers.facts
        urls = (facts.sources[source].url for source in facts.models[self.answers.pair(view)[0]].sources)
        return next(filter(None, urls), None)

    def command(self, view: View) -> Sequence[str]:
        """What prints the part."""
        here = view.at(*self.answers.pair(view))
        if view.tab == FACTS:
            return ["advisor", "show", "models", here.model]
        if view.tab == MANY:
            crowd = max(view.asked.concurrency, 2)
            return asking("fit", replace(here, asked=replace(view.asked, concurrency=crowd)), self.answers, "--curve")
        return asking("fit", here, self.answers, *(["--curve"] if view.tab == SPEED else []))

    def table(self, view: View) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Every usual way to run it on the machine."""
        return CSV_HEADERS, [csv_row(each) for each in self.answers.findings(view, *self.answers.pair(view))]
