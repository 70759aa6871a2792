"""The steps of a need as lines, and what completes a name that is typed."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from textual.suggester import Suggester

from advisor.tui.draft import LINES
from advisor.tui.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.tui.draft import Draft
    from advisor.tui.narrow import Shelf

NAMES = {
    "want": "1 Models you want", "users": "2 People at once", "budget": "3 Budget", "among": "  among", "own": "4 Already own", "limits": "5 Limits",
}  # fmt: skip
EMPTY = {
    "want": "nothing yet", "users": "1", "budget": "no limit", "among": "any within the budget", "own": "nothing", "limits": "none",
}  # fmt: skip
HINTS = {
    "want": "gpt-oss-120b@32k:30, best:coding@64k:20 (context, least tok/s)", "users": "requests at once, of every model",
    "budget": "4500EUR, 5000USD", "among": "dgx-spark, 2x rtx-3090 (empty: any within the budget)", "own": "rtx-4090+rtx-5070-ti",
    "limits": "500W, one box, 8h, 0.29/kWh, DE, 2026-03-31",
}  # fmt: skip
LABEL = max(map(len, NAMES.values())) + 2
LEAST = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """The lines of a need."""

    lines: tuple[str, ...]
    steps: tuple[int, ...]
    """Which step each line is of."""
    cursor: int
    """The first line of the step under the cursor."""


class NeedLines(Lines):
    """The steps, the one under the cursor told by its line."""

    steps: Sequence[int] = ()

    class Picked(Lines.Picked):
        """Somebody clicked a line of the need."""


def need_lines(draft: Draft, step: int, width: int, *, whole: bool = False) -> Shown:
    """Every step with what is typed; what is empty says what that means, in brackets.

    Each model and machine has a line of its own; with `whole` they stand behind one another.
    """
    lines: list[str] = []
    steps: list[int] = []
    for place, name in enumerate(LINES):
        typed = getattr(draft, name)
        parts = (
            [part for each in ([typed] if whole else typed.split(", ")) for part in _folded(each, width - LABEL)]
            if typed.strip()
            else [f"({_left_out(draft, name)})"]
        )
        for row, part in enumerate(parts):
            lines.append(f"{NAMES[name] if not row else '':<{LABEL}}{part}")
            steps.append(place)
    others = [work.name for work in draft.base.workloads if work.kind != "text"] if draft.base else []
    if others:
        lines += ([] if whole else [""]) + _folded(f"also in the file: {', '.join(others)}", width)
    return Shown(tuple(lines), tuple(steps), steps.index(step))


def _left_out(draft: Draft, name: str) -> str:
    """What it means that nothing stands in the line."""
    said = [str(work.concurrency) for work in draft.base.workloads if work.kind == "text"] if draft.base else []
    return f"{', '.join(said)} as the file says" if name == "users" and set(said) - {EMPTY[name]} else EMPTY[name]


def _folded(text: str, width: int) -> list[str]:
    return wrap(text, max(width, LEAST), break_on_hyphens=False) or [""]


class Suggestions(Suggester):
    """Completes the last name behind a comma."""

    def __init__(self, shelf: Shelf, name: str) -> None:
        super().__init__(use_cache=False)
        self._names = {"want": shelf.every_model, "among": shelf.every_machine, "own": shelf.every_machine}.get(
            name, ()
        )

    async def get_suggestion(self, value: str) -> str | None:
        """The value with the first name that begins so, the most measured first; None where none does."""
        before, comma, last = value.rpartition(",")
        begun = last.lstrip()
        found = next((name for name in self._names if begun and name.startswith(begun.lower()) and name != begun), None)
        return None if found is None else f"{before}{comma}{last[: len(last) - len(begun)]}{found}"
