"""The app: one view, screens drawn from it, and what every key does to it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Input

from advisor.errors import AdvisorError
from advisor.tui import state
from advisor.tui.dialogs import Palette, TextScreen
from advisor.tui.filter import parse
from advisor.tui.keys import keys
from advisor.tui.page import TOLD_S, Page, command_text
from advisor.tui.screens import ENTRIES, FIRST, named
from advisor.tui.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.screen import Screen

    from advisor.present.canvas import Glyphs
    from advisor.tui.answers import Answers
    from advisor.tui.view import Pairs

ASSUMED_THEME = "textual-dark"
LEAST_WIDTH, LEAST_HEIGHT = 24, 8
"""Of a dialogue."""


class AdvisorApp(App[None]):
    """Explores models, machines and the evidence."""

    CSS_PATH = Path(__file__).with_name("app.tcss")
    TITLE = "advisor"
    BINDINGS: ClassVar = [Binding(key.keys, f"do('{key.id}')", key.word or key.says, id=key.id, tooltip=key.says, show=False) for key in keys()]  # fmt: skip
    view: reactive[View] = reactive(View(), init=False, always_update=False)

    def __init__(  # noqa: PLR0913 - what is remembered, and what the terminal can show
        self, answers: Answers, view: View, *, theme: str = "", glyphs: Glyphs = "braille", kept: Path | None = None, problem: str = "",
        folder: Path | None = None, looks_ahead: bool = True,
    ) -> None:  # fmt: skip
        """`kept` is the file the view is remembered in, `problem` what to say of it first, `folder` where exports go.

        `looks_ahead` says whether what the next key is likely to ask is worked out while nobody presses one.
        """
        super().__init__()
        self.animation_level = "none"
        self.answers, self.glyphs = answers, glyphs
        self.looks_ahead = looks_ahead
        self.busy = False
        """Whether something is still being worked out."""
        self._kept, self._problem = kept, problem
        self.folder = folder or Path()
        """Where files are written and needs looked for."""
        self._before: list[str] = []
        if theme in self.available_themes:
            self.theme = theme
        for entry in ENTRIES:
            self.add_mode(entry.name, entry.page)
        self.set_reactive(AdvisorApp.view, self.possible(view))

    def possible(self, view: View) -> View:
        """The view without what the catalog does not have."""
        shelf, known = self.answers.shelf, self.answers.facts
        view = view if named(view.screen) else replace(view, screen=FIRST)
        try:
            wanted = parse(view.filter)
            shelf.machines(wanted)
            view = view.filtered(view.filter, shelf.quant(wanted.quant))
        except AdvisorError:
            view = view.filtered("", "")
        asked = view.asked if view.asked.runtime in {"", *shelf.runtimes} else replace(view.asked, runtime="")
        lineup = view.lineup and replace(view.lineup, pairs=self._known(view.lineup.pairs))
        return replace(
            view, asked=asked, model=view.model if view.model in known.models else "", machine=view.machine if self._is_machine(view.machine) else "",
            sort=view.sort if self._is_machine(view.sort) or view.sort == "name" else "",
            marks=self._known(view.marks), lineup=lineup if lineup and lineup.pairs else None,
        )  # fmt: skip

    def _known(self, pairs: Pairs) -> Pairs:
        models = self.answers.facts.models
        return tuple((model, machine) for model, machine in pairs if model in models and self._is_machine(machine))

    def _is_machine(self, name: str) -> bool:
        try:
            self.answers.shelf.machine(name)
        except AdvisorError:
            return False
        return True

    def on_mount(self) -> None:
        """Open the view's screen."""
        self.switch_mode(self.view.screen)
        if self._problem:
            self.notify(self._problem, severity="warning", timeout=TOLD_S)

    def on_resize(self) -> None:
        """Where nothing of a dialogue would be seen it closes: its list cannot be moved in."""
        while (self.size.width < LEAST_WIDTH or self.size.height < LEAST_HEIGHT) and isinstance(
            self.screen, ModalScreen
        ):
            self.pop_screen()

    def action_command_palette(self) -> None:
        """Open the palette where there is room for it."""
        if self.size.width >= LEAST_WIDTH and self.size.height >= LEAST_HEIGHT and not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def on_unmount(self) -> None:
        """Remember the view."""
        if self._kept:
            state.save(self._kept, state.State(self.view, self.theme))

    @property
    def page(self) -> Page | None:
        """The page in front, also below a dialogue; None before there is one."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Page)), None)

    def shown_screen(self, page: Screen[None]) -> str:
        """Name of the mode in front if the page is its own; empty otherwise."""
        return self.current_mode if page is self.page else ""

    def watch_view(self, before: View, after: View) -> None:
        """Show the view: on its own screen where that is another."""
        self.busy = False
        if self.page:
            self.page.told = ""
        if before.screen != after.screen:
            self._before = [*self._before[-9:], before.screen]
            self.switch_mode(after.screen)
        elif self.page:
            self.page.show(after)

    def action_do(self, key: str) -> None:
        """What the key does: to the view, or beside it."""
        page = self.page
        if page is None or not isinstance(self.screen, Page):
            return
        page.forget()
        if not page.offers(key):
            page.refuse(key)
        elif key.startswith("screen_"):
            self.view = self.view.on(key.removeprefix("screen_"))
        elif changed := self._asked(key):
            self.view = changed
        elif page.done(self.view, key):
            return
        elif handler := self._handlers().get(key):
            handler(page)
        elif key == "open" and "open" in page.OFFERS and page.turned(self.view, key) is None:
            self._source(page)
        elif changed := page.turned(self.view, key):
            self.view = changed
        elif key == "compare":
            self.view = self.view.comparing_marks()

    def _asked(self, key: str) -> View | None:
        """The view with another question; None for keys that ask nothing else."""
        view = self.view
        return {
            "longer": lambda: view.stretched(1), "shorter": lambda: view.stretched(-1), "more": lambda: view.crowded(1),
            "fewer": lambda: view.crowded(-1),
        }.get(key, lambda: None)()  # fmt: skip

    def _handlers(self) -> dict[str, Callable[[Page], None]]:
        return {
            "filter": self._filter, "runtime": self._runtime, "back": self._back, "why": self._why, "source": self._source, "copy": self._copy,
            "export": self._export, "help": self._help, "quit": lambda _: self.exit(),
        }  # fmt: skip

    def _back(self, page: Page) -> None:
        if page.query("#filter"):
            self.close_filter()
        elif self._before:
            screen = self._before.pop()
            history, self._before = self._before, []
            self.view = self.view.on(screen)
            self._before = history
        elif self.view.screen != FIRST:
            self.view = self.view.on(FIRST)
            self._before = []
        else:
            self.view = self.view.emptied()

    @property
    def has_before(self) -> bool:
        """Whether there is a screen to go back to."""
        return bool(self._before)

    def _runtime(self, page: Page) -> None:
        from advisor.tui.choosing import choose_runtime  # noqa: PLC0415 - only this key pays for it

        def put(name: str) -> None:
            self.view = self.view.run_by(name)

        choose_runtime(page, self.view.asked.runtime, put)

    def _filter(self, page: Page) -> None:
        """A line to type the filter into; what is shown follows while it is typed."""
        typed = Input(self.view.filter, placeholder="moe <40gb ctx>=128k params<70b hw:spark,4090 tier<=2 quant:q8_0", id="filter", classes="open", compact=True)  # fmt: skip
        page.mount(typed, before="#keys")
        typed.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what the filter leaves, as far as it can be read."""
        if event.input.id != "filter" or self.page is None:
            return
        try:
            wanted = parse(event.value)
            self.answers.shelf.machines(wanted)
            view = self.view.filtered(event.value, self.answers.shelf.quant(wanted.quant))
        except AdvisorError as reason:
            # Kept, as what is still being worked out for the filter before would be said over it.
            self.page.told = self.page.plain(str(reason))
            self.page.status()
        else:
            self.page.forget()
            self.view = view

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close the line."""
        if event.input.id == "filter":
            self.close_filter()

    def close_filter(self) -> None:
        """Back to the keys."""
        if self.page:
            self.page.query("#filter").remove()
            self.page.set_focus(None)
            self.page.show(self.view)

    def _why(self, page: Page) -> None:
        from advisor.present.answer import text  # noqa: PLC0415 - only this key pays for it

        found = page.explained(self.view)
        if found is None:
            page.tell("no runtime loads any offered format of it there")
            return

        def said(width: int) -> str:
            return page.plain(
                text([(replace(found, curve=()),)], "table", explain=True, glyphs=self.glyphs, width=width)
            )

        self.push_screen(TextScreen("why this number", said, ascii_only=self.glyphs == "ascii"))

    def read(self, title: str, text: str) -> None:
        """Open a text to read."""
        plain = self.page.plain(text) if self.page else text
        self.push_screen(TextScreen(title, plain, ascii_only=self.glyphs == "ascii"))

    def _source(self, page: Page) -> None:
        url = page.source(self.view)
        if url is None:
            page.tell("this has no address")
        elif shows_pages():
            self.open_url(url)
            page.tell(f"opened: {url}")
        else:
            self.copy_to_clipboard(url)
            page.tell(f"copied, as there is no browser here: {url}")

    def _copy(self, page: Page) -> None:
        command = command_text(page.command_here(self.view))
        if not command:
            return
        self.copy_to_clipboard(command)
        page.tell(f"copied: {command}")

    def _export(self, page: Page) -> None:
        from advisor.tui.export import offer  # noqa: PLC0415 - only this key pays for it

        offer(page)

    def _help(self, page: Page) -> None:
        from advisor.tui.help_text import help_text  # noqa: PLC0415 - only this key pays for it

        self.read("help", help_text(page, int(self.size.width * 0.9) - 6))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: what every key of the page does, and themes."""
        page = self.page
        for key in page.own_keys() if page else ():
            if page and page.offers(key.id) and (key.word or key.says):
                yield SystemCommand(
                    f"{key.word}: {key.says}" if key.word else key.says,
                    f"key {key.shown}",
                    lambda name=key.id: self.action_do(name),
                )
        for command in super().get_system_commands(screen):
            if command.title in {"Theme", "Maximize", "Minimize"}:
                yield command


def shows_pages() -> bool:
    """Whether a browser opened from here would be seen: not over ssh, nor without a desktop."""
    if os.environ.get("SSH_CONNECTION"):
        return False
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
