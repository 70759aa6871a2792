"""What every screen has: a heading, tabs, its own middle, a line of remarks, and the keys that mean something here."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from advisor.present.formats import tokens
from advisor.present.plain import as_ascii
from advisor.tui.keys import EVERYWHERE, MOVES, keys
from advisor.tui.screens import ENTRIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.widget import Widget

    from advisor.decide.market import Market
    from advisor.evidence.finding import Finding
    from advisor.present.canvas import Glyphs
    from advisor.tui.answers import Answers
    from advisor.tui.app import AdvisorApp
    from advisor.tui.keys import Key
    from advisor.tui.view import View

KIBI = 1024
TOLD_S = 3.0
"""How long something is said in front of the screen."""


def short_tokens(count: int) -> str:
    """`8k` for 8,192; in full where it is no whole number of them."""
    return f"{count // KIBI}k" if count % KIBI == 0 else tokens(count)


def question_words(view: View) -> str:
    """The part of the question every screen has."""
    asked = view.asked
    count = "1 request" if asked.concurrency == 1 else f"{tokens(asked.concurrency)} requests"
    depth = "" if asked.prompt_tokens is None else f", prompt {short_tokens(asked.prompt_tokens)}"
    return f"context {short_tokens(asked.context_tokens)}{depth}  {count}  {asked.runtime or 'any runtime'}" + (
        f"  {asked.quant}" if asked.quant else ""
    )


def market_words(market: Market) -> str:
    """Whose prices are shown: `prices of EU in EUR, 2026-03-31`, without a day where they are the newest."""
    return f"prices of {market.region} in {market.currency}" + (f", {market.as_of}" if market.as_of else "")


def counted(count: int, name: str) -> str:
    """`1 model`, `2 models`."""
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"


def as_many_as_fit(parts: Iterable[str], width: int, gap: str = "  ") -> str:
    """The first parts, as many as the width holds."""
    line = ""
    for part in parts:
        longer = line + (gap if line else "") + part
        if len(longer) > width:
            return line or part[: max(0, width - 1)] + "…"
        line = longer
    return line


class Page(Screen[None]):
    """A screen of the app. It draws what the app's view says and answers keys with a new view; it works nothing out."""

    OFFERS: ClassVar[frozenset[str]] = frozenset()
    """Ids of keys that mean something here, beside those that do everywhere."""
    WITHOUT: ClassVar[frozenset[str]] = frozenset()
    """Ids of keys that do nothing here, though they do everywhere else."""
    OWN_WORDS: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Id of a key → its name and what it does, where it does something else here than elsewhere."""
    HELP_TEXT: ClassVar[str] = ""
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.told = ""
        """What the key before did, as long as it is said."""

    def compose(self) -> ComposeResult:
        """The parts from top to bottom."""
        yield Static(id="head")
        yield Static(id="tabs")
        yield from self.middle()
        yield Static(id="status")
        yield Static(id="keys")

    def middle(self) -> Iterable[Widget]:
        """The page's own widgets."""
        raise NotImplementedError

    def draw(self, view: View) -> None:
        """Show the view. Called on every change of view or size."""
        raise NotImplementedError

    def turned(self, view: View, key: str) -> View | None:
        """The view after that key; None where it means nothing here."""
        raise NotImplementedError

    def command(self, view: View) -> Sequence[str]:
        """The command line that prints what is shown."""
        raise NotImplementedError

    def command_here(self, view: View) -> Sequence[str]:
        """The same, the cursor on the first pair where it is on none."""
        return self.command(view.at(*self.pair(view)))

    def pair(self, view: View) -> tuple[str, str]:
        """Model and machine that `e` explains: those under the cursor, or the first."""
        shelf = self.answers.shelf
        return view.model or next(
            iter(self.answers.models(view)), shelf.every_model[0]
        ), view.machine or shelf.every_machine[0]

    def explained(self, view: View) -> Finding | None:
        """The finding of that pair; None where nothing is offered."""
        return self.answers.drawn(view, *self.pair(view))

    def saves(self, view: View) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - pages that have some say it
        """What `x` can write beside the table and the picture: ending and what it is called."""
        return ()

    def save(self, view: View, ending: str, folder: Path) -> None:
        """Write that one there."""
        raise NotImplementedError

    def done(self, view: View, key: str) -> bool:  # noqa: ARG002 - pages that have such keys say it
        """Do what a key does beside the view; False where it is no such key here."""
        return False

    def table(self, view: View) -> tuple[Sequence[str], Sequence[Sequence[object]]] | None:
        """Headings and rows of what is shown, as values for programs; None where it is no table."""
        raise NotImplementedError

    def source(self, view: View) -> str | None:  # noqa: ARG002 - pages that have one say it
        """Address of the page the thing under the cursor comes from."""
        return None

    @property
    def advisor(self) -> AdvisorApp:
        """The app."""
        from advisor.tui.app import AdvisorApp  # noqa: PLC0415 - the app imports pages when they are opened

        assert isinstance(self.app, AdvisorApp)
        return self.app

    @property
    def answers(self) -> Answers:
        """Where numbers come from."""
        return self.advisor.answers

    @property
    def glyphs(self) -> Glyphs:
        """What the terminal can show."""
        return self.advisor.glyphs

    def plain(self, text: str) -> str:
        """The text as the terminal can show it."""
        return as_ascii(text) if self.glyphs == "ascii" else text

    def offers(self, key: str) -> bool:
        """Whether the key means something here."""
        return key not in self.WITHOUT and (
            key in self.OFFERS or key in EVERYWHERE or key in MOVES or key.startswith("screen_")
        )

    def own_keys(self) -> tuple[Key, ...]:
        """Every key, by what it does here."""
        own = self.OWN_WORDS
        return tuple(replace(key, word=own[key.id][0], says=own[key.id][1]) if key.id in own else key for key in keys())

    def refuse(self, key: str) -> None:
        """Say that the key means nothing here."""
        shown = next((each.shown for each in keys() if each.id == key), key)
        self.tell(f"{shown} means nothing on this screen: ? lists the keys that do")

    def tell(self, text: str) -> None:
        """Say what a key did, in the line of remarks until the next key; in front of the screen where the line is too short for it."""
        text = self.plain(text)
        if len(text) > self.size.width - 2:
            self.notify(text, timeout=TOLD_S, markup=False)
            return
        self.told = text
        self.status()

    def forget(self) -> None:
        """Say no longer what the key before did."""
        self.app.clear_notifications()
        if self.told:
            self.told = ""
            self.show(self.advisor.view)

    def on_mount(self) -> None:
        """Draw what the view says."""
        self.show(self.advisor.view)

    def on_resize(self) -> None:
        """Draw it for the new size."""
        self.show(self.advisor.view)

    def on_screen_resume(self) -> None:
        """Draw what has changed since it was last seen."""
        self.show(self.advisor.view)

    def show(self, view: View) -> None:
        """Draw everything, once the size is known."""
        if not self.size.width or view.screen != self.advisor.shown_screen(self):
            return
        self.query_one("#head", Static).update(
            Content(self.plain(as_many_as_fit(filter(None, self.headings(view)), self.size.width - 2)))
        )
        self.query_one("#tabs", Static).update(self._tabs(view))
        self.query_one("#keys", Static).update(self._keys())
        self.draw(view)

    def headings(self, view: View) -> list[str]:
        """What stands above, the most wanted first."""
        return ["advisor", question_words(view)]

    def status(self, *parts: str) -> None:
        """The line of remarks: as many as it holds, the most wanted first; what a key did stands there alone."""
        said = [self.told] if self.told else filter(None, parts)
        self.query_one("#status", Static).update(Content(self.plain(as_many_as_fit(said, self.size.width - 2))))

    def _tabs(self, view: View) -> Content:
        named = sum(len(f" {entry.key} {entry.title} ") for entry in ENTRIES) <= self.size.width - 2
        parts = [
            _clickable(
                f" {entry.key} {entry.title} " if named or entry.name == view.screen else f" {entry.key} ",
                f"screen_{entry.name}", strong=entry.name == view.screen,
            )
            for entry in ENTRIES
        ]  # fmt: skip
        used = sum(len(part) for part in parts)
        room = self.size.width - used - 4
        said = f"/ {view.filter}" if view.filter else ""
        marked = f"{len(view.marks)} marked  " if view.marks else ""
        right = (marked + said)[: max(room, 0)]
        return Content.assemble(*parts, " " * max(room - len(right), 0), self.plain(right))

    def _keys(self) -> Content:
        """The keys of this screen as far as the line holds them, help always."""
        shown = [key for key in self.own_keys() if key.in_bar and self.offers(key.id) and key.id != "help"]
        shown.sort(key=lambda key: key.id not in self.OWN_WORDS)
        help_text = "? Help"
        room = self.size.width - 2 - len(help_text) - 2
        parts: list[Content] = []
        for key in shown:
            text = self.plain(f"{key.bar or key.shown} {key.word}")
            if len(text) + 2 > room:
                continue
            room -= len(text) + 2
            parts += [_clickable(text, key.id), Content("  ")]
        return Content.assemble(*parts, _clickable(help_text, "help"))


def _clickable(text: str, key: str, *, strong: bool = False) -> Content:
    """A text that does what the key does."""
    from textual.style import Style  # noqa: PLC0415 - beside its only use

    return Content.assemble(
        (text, Style.from_meta({"@click": f"app.do('{key}')"}) + Style(reverse=strong, bold=strong))
    )


def asking(command: str, view: View, answers: Answers, *more: str) -> list[str]:
    """A command about the pair under the cursor, with what differs from its defaults and what the need says of the machine."""
    terms = answers.terms(view)
    said = terms.said_of(answers.shelf.machine(view.machine).id)
    line = ["advisor", command, view.model, "--hw", view.machine, *conditions(view)]
    if said and said.host_memory_gb is not None:
        line += ["--host-memory", f"{round(said.host_memory_gb * KIBI)}M"]
    if said and said.host_bandwidth_gb_s is not None:
        line += ["--host-bandwidth", f"{said.host_bandwidth_gb_s:g}"]
    if terms.as_of:
        line += ["--as-of", terms.as_of]
    return [*line, *more]


def conditions(view: View) -> list[str]:
    """Options that ask what the view asks, where that differs from their defaults."""
    asked, line = view.asked, list[str]()
    if asked.context_tokens != type(asked)().context_tokens:
        line += ["--context", short_tokens(asked.context_tokens).replace(",", "")]
    if asked.prompt_tokens is not None:
        line += ["--depth", str(asked.prompt_tokens), "--prompt", str(asked.prompt_tokens)]
    if asked.concurrency != 1:
        line += ["--concurrency", str(asked.concurrency)]
    if asked.runtime:
        line += ["--runtime", asked.runtime]
    if asked.quant:
        line += ["--quant", asked.quant]
    return line


def command_text(words: Sequence[str]) -> str:
    """The command as one types it in a shell."""
    return shlex.join(words)
