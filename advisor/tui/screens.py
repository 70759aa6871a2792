"""Which screens there are: one line each. A screen is imported when it is first opened.

To add one, write a `Page` and put its line here: tabs, keys, help, the palette and `advisor tui --screen` follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.tui.page import Page


@dataclass(frozen=True, slots=True)
class Entry:
    """One screen."""

    key: str
    name: str
    """What a view and `--screen` call it."""
    title: str
    place: str
    """module:class of its page."""
    says: str
    """What it answers, for help and palette."""

    def page(self) -> Page:
        """A new page of it."""
        module, _, name = self.place.partition(":")
        made: Page = getattr(import_module(module), name)()
        return made


ENTRIES: tuple[Entry, ...] = (
    Entry("1", "fit", "Fit", "advisor.tui.fit_page:FitPage", "which models run on which machines, and how fast"),
    Entry(
        "2",
        "model",
        "Model",
        "advisor.tui.model_page:ModelPage",
        "one model: memory, speed, many users, facts, formats",
    ),
    Entry(
        "3", "evidence", "Evidence", "advisor.tui.evidence_page:EvidencePage", "what was measured of it on this machine"
    ),
    Entry(
        "4",
        "compare",
        "Compare",
        "advisor.tui.compare_page:ComparePage",
        "the marked machines side by side, and where one starts to win",
    ),
    Entry(
        "5",
        "decide",
        "Decide",
        "advisor.tui.decide_page:DecidePage",
        "what to buy for what you need, and what would change it",
    ),
    Entry("6", "gaps", "Gaps", "advisor.tui.gaps_page:GapsPage", "what nobody has measured, and how much it matters"),
)
FIRST = ENTRIES[0].name


def named(name: str) -> Entry | None:
    """The screen of that name; None where there is none."""
    return next((entry for entry in ENTRIES if entry.name == name), None)
