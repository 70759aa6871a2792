"""Lists over a screen from which a machine or a runtime is chosen: what is typed leaves those of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.machine_labels import machine_label, memory_label
from advisor.tui.dialogs import Named, SearchScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.tui.page import Page

MEMORY = len("192G 1,792GB/s")
"""Columns of a machine's memory."""
NAME, ROWS = 14, 6
"""Columns of a runtime's name, and of how many rows were measured with it."""
BEST = "best of all"


def choose_machine(page: Page, names: Sequence[str], at: str, put: Callable[[str], None]) -> None:
    """Let one of the machines be chosen; `at` is under the cursor first."""
    facts, known = page.answers.facts, [(name, page.answers.shelf.machine(name)) for name in names]
    offered = tuple(
        Named(name, page.plain(f"{memory_label(facts, each):<{MEMORY}}  {machine_label(each)}"), " ".join((each.name, *each.aliases)))
        for name, each in known
    )  # fmt: skip
    _choose(page, "machine", offered, at, put)


def choose_runtime(page: Page, at: str, put: Callable[[str], None]) -> None:
    """Let a runtime be chosen, or the best of all, which comes first and is given as an empty name."""
    known, every = page.answers.facts.runtimes, page.answers.shelf.every_runtime
    offered = [Named(BEST, BEST, "any")]
    for name, rows in every:
        refuses = known[name].refuses_memory is not None
        said = "memory not predicted" if refuses else f"{rows:>{ROWS},} measured row{'s' * (rows != 1)}"
        offered.append(Named(name, page.plain(f"{known[name].name:<{NAME}} {said}"), is_offered=not refuses))
    _choose(page, "runtime", tuple(offered), at or BEST, lambda name: put("" if name == BEST else name))


def _choose(page: Page, title: str, offered: tuple[Named, ...], at: str, put: Callable[[str], None]) -> None:
    def take(chosen: str | None) -> None:
        if chosen is not None:
            put(chosen)

    page.app.push_screen(SearchScreen(title, offered, at, ascii_only=page.glyphs == "ascii"), take)
