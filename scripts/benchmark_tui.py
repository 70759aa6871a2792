"""The screens in milliseconds: from starting the process to the first paint, and from a key to the change on the screen.

    python scripts/benchmark_tui.py [--runs 9]

Every figure is the median of so many runs. It informs and never fails: a wall clock on a shared machine is no test. The
table has all models and machines of the catalog; cells are worked out as they come into sight, so a change is given
twice: until the screen shows the new question (what was not known then shows a dot), and until every cell in sight is there.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.cli.options import open_facts
from advisor.decide.choose import answer
from advisor.tui.answers import Answers, visible
from advisor.tui.app import AdvisorApp
from advisor.tui.heat_map import HeatMap
from advisor.tui.view import Asked, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType
    from textual.pilot import Pilot
    from textual.screen import Screen

    from advisor.catalog.contents import Facts

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((80, 24), (120, 36), (200, 60))
CHANGES = {"cursor down": "down", "cursor right": "right", "a screenful down": "page_down", "context doubled": "longer",
           "requests doubled": "more", "another number": "value", "sort by a machine": "sort"}  # fmt: skip
FIRST_PAINT = """
import os, sys, time
from advisor.cli.options import open_facts
from advisor.tui.answers import Answers
from advisor.tui.app import AdvisorApp
from advisor.tui.view import View
facts = open_facts()
class Timed(AdvisorApp):
    frame = numbers = last = 0.0
    def on_mount(self):
        super().on_mount()
        self.set_interval(0.005, self.look)
    def _display(self, screen, renderable):
        super()._display(screen, renderable)
        self.last = time.time()
        tables = self.page.query('HeatMap') if self.page else ()
        self.frame = self.frame or (self.last if tables else 0.0)
        self.numbers = self.numbers or (self.last if tables and tables.first()._labels else 0.0)
    def look(self):
        if self.numbers and not self.busy:
            self.exit()
app = Timed(Answers(facts), View(), looks_ahead=False)
app.run(headless=True, size=(SIZE))
start = float(os.environ['STARTED'])
sys.stderr.write(' '.join(str(1000 * (lap - start)) for lap in (app.frame, app.numbers, app.last)))
"""
"""What the process itself sees: the frame, the frame with the first numbers in it, and everything in sight."""


def first_paint_ms(size: tuple[int, int], runs: int) -> tuple[float, ...]:
    """From starting Python until the frame, the first numbers, and everything in sight were painted."""
    code, found = FIRST_PAINT.replace("SIZE", f"{size[0]}, {size[1]}"), []
    for _ in range(runs):
        environment = os.environ | {"PYTHONPATH": str(ROOT), "STARTED": str(time.time())}
        done = subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-c", code],
            check=True,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        found.append([float(word) for word in done.stderr.split()])
    return tuple(statistics.median(column) for column in zip(*found, strict=True))


async def changes_ms(facts: Facts, size: tuple[int, int], runs: int) -> dict[str, tuple[float, float]]:
    """Change → until the screen shows it, and until the last cell in sight is shown; on a fresh app each time."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in CHANGES}
    warm = Answers(facts)
    warm.fill(View(), visible(warm.models(View())[:100], warm.machines(View())[:15]), float("inf"))
    for _ in range(runs):
        for name, key in CHANGES.items():
            app = _Watched(Answers(facts), View())
            async with app.run_test(size=size) as pilot:
                await _idle(app, pilot)
                app.painted.clear()
                start = time.perf_counter()
                app.action_do(key)
                await _idle(app, pilot)
                found[name].append((app.painted[0] - start, app.painted[-1] - start))
    return {
        name: (
            1000 * statistics.median(first for first, _ in pairs),
            1000 * statistics.median(last for _, last in pairs),
        )
        for name, pairs in found.items()
    }


class _Watched(AdvisorApp):
    """Notes when a table that was filled anew has been painted."""

    def __init__(self, answers: Answers, view: View) -> None:
        super().__init__(answers, view, looks_ahead=False)
        self.painted: list[float] = []

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        if filled and filled.pop() is not None:
            filled.clear()
            self.painted.append(time.perf_counter())


filled: list[float] = []


def _watch_tables() -> None:
    """Note every time the table is given something to draw."""
    whole: Callable[..., None] = HeatMap.put

    def put(self: HeatMap, *parts: object, **places: object) -> None:
        whole(self, *parts, **places)
        filled.append(time.perf_counter())

    HeatMap.put = put  # type: ignore[method-assign]


async def _idle(app: AdvisorApp, pilot: Pilot[None]) -> None:
    await pilot.pause()
    while app.busy:  # noqa: ASYNC110 - the app says so by a flag
        await asyncio.sleep(0)
    await pilot.pause()


def cells_ms(facts: Facts, count: int = 20) -> tuple[float, float]:
    """A cell of the table, and the whole answer for the same pair, in milliseconds, over so many models on eight machines."""
    answers = Answers(facts)
    view = View()
    pairs = visible(answers.models(view)[:count], answers.machines(view)[:8])
    answers.fill(view, pairs, float("inf"))
    deeper = replace(view, asked=Asked(context_tokens=16384))
    start = time.perf_counter()
    answers.fill(deeper, pairs, float("inf"))
    cells = time.perf_counter() - start
    start = time.perf_counter()
    for model, machine in pairs:
        answer(facts, answers.calibration, answers.question(deeper.asked, model, machine))
    return 1000 * cells / len(pairs), 1000 * (time.perf_counter() - start) / len(pairs)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    facts = open_facts()
    print(f"{len(facts.models)} models, {len(facts.hardware)} machines, median of {runs}")
    cell, whole = cells_ms(facts)
    print(f"one cell {cell:.2f} ms; the whole answer for it {whole:.1f} ms")
    _watch_tables()
    for size in SIZES:
        print(f"{size[0]}x{size[1]}")
        frame, numbers, everything = first_paint_ms(size, runs)
        print(
            f"  {'starting, the frame':24} {frame:6.0f} ms, numbers {numbers:6.0f} ms, everything in sight {everything:6.0f} ms"
        )
        for name, (first, everything) in asyncio.run(changes_ms(facts, size, runs)).items():
            print(f"  {name:24} {first:6.0f} ms, everything in sight {everything:6.0f} ms")


if __name__ == "__main__":
    main()
