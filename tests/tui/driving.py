"""The app driven without a terminal, and the text it shows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from advisor.tui.answers import Answers
from advisor.tui.app import AdvisorApp
from advisor.tui.view import View

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from advisor.catalog.contents import Facts
    from advisor.present.canvas import Glyphs

SMALL, LARGE = (80, 24), (140, 40)
MOST_ROUNDS = 2000


class Driven:
    """An app that is running."""

    def __init__(self, app: AdvisorApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def settle(self) -> None:
        """Wait until nothing is being worked out."""
        for _ in range(MOST_ROUNDS):
            await self.pilot.pause()
            if not self.app.busy:
                break
        await self.pilot.pause()
        assert not self.app.busy

    async def press(self, *keys: str) -> None:
        """Press the keys, one after the other."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    @property
    def text(self) -> str:
        """What the screen shows."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips) + "\n"

    @property
    def view(self) -> View:
        """The app's view."""
        return self.app.view


_KNOWN: dict[int, tuple[Facts, Answers]] = {}


def answers_of(facts: Facts) -> Answers:
    """Answers over these facts, shared by all tests: what one worked out another need not."""
    if id(facts) not in _KNOWN:
        _KNOWN[id(facts)] = facts, Answers(facts)
    return _KNOWN[id(facts)][1]


def drive(
    facts: Facts, steps: Callable[[Driven], Awaitable[None]], *, size: tuple[int, int] = SMALL, view: View | None = None,
    glyphs: Glyphs = "braille", kept: Path | None = None, folder: Path | None = None, theme: str = "", looks_ahead: bool = False,
) -> AdvisorApp:  # fmt: skip
    """Run the app with these steps; what it raises is raised here."""
    app = AdvisorApp(
        answers_of(facts), view or View(), glyphs=glyphs, kept=kept, folder=folder, theme=theme, looks_ahead=looks_ahead
    )

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            driven = Driven(app, pilot)
            await driven.settle()
            await steps(driven)

    asyncio.run(run())
    return app


def shown(
    facts: Facts, *keys: str, size: tuple[int, int] = SMALL, view: View | None = None, glyphs: Glyphs = "braille"
) -> str:
    """The screen after these keys."""
    texts: list[str] = []

    async def steps(driven: Driven) -> None:
        await driven.press(*keys)
        texts.append(driven.text)

    drive(facts, steps, size=size, view=view, glyphs=glyphs)
    return texts[0]
