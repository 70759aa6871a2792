"""The screens in milliseconds: from starting the process to the first paint, and from a key to the change on the screen.

    python scripts/benchmark_tui.py [--runs 9]

Every figure is the median of so many processes, each of which walks through the same keys, so that every change asks what
nobody has asked before: first in haste, one key as soon as the last is done, then with two seconds to look before each,
in which the app works ahead. The table has all models and machines of the catalog; cells are worked out as they come
into sight, so a change is given twice: until the screen shows the new question (what is not known yet shows a dot), and
until every cell in sight is there. It informs and never fails: a wall clock on a shared machine is no test.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.cli.options import open_facts
from advisor.cli.tui import spare_the_kept
from advisor.tui.answers import Answers, visible
from advisor.tui.app import AdvisorApp
from advisor.tui.heat_map import HeatMap
from advisor.tui.view import Asked, View

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.pilot import Pilot
    from textual.screen import Screen

    from advisor.catalog.contents import Facts

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((80, 24), (120, 36), (200, 60))
WALK = {"cursor down": "down", "cursor right": "right", "context doubled": "longer", "requests doubled": "more", "another number": "value",
        "a screenful down": "page_down", "sort by a machine": "sort"}  # fmt: skip
STARTED = "BENCHMARK_STARTED"
LOOK_S = 2.0
Laps = dict[str, tuple[float, ...]]


class Watched(AdvisorApp):
    """Notes when its frame, a table with something in it, and everything in sight have been painted."""

    def __init__(self, answers: Answers, *, looks_ahead: bool) -> None:
        super().__init__(answers, View(), looks_ahead=looks_ahead)
        self.frame = 0.0
        self.filled = False
        self.painted: list[float] = []
        """Times at which a table that had been filled anew was painted."""

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        self.frame = self.frame or (time.time() if self.page and self.page.query(HeatMap) else 0.0)
        if self.filled:
            self.filled = False
            self.painted.append(time.time())

    async def idle(self) -> None:
        """Until there is nothing left to work out that is seen."""
        await asyncio.sleep(0)
        while self.busy or not self.painted or self.filled:  # noqa: ASYNC110 - the app says so by a flag
            await asyncio.sleep(0.001)


def _watch(app: Watched) -> None:
    """Note every time the table is given something to draw."""
    whole = HeatMap.put

    def put(self: HeatMap, *parts: object, **places: object) -> None:
        whole(self, *parts, **places)  # type: ignore[arg-type]
        app.filled = app.filled or not self.is_empty

    HeatMap.put = put  # type: ignore[method-assign]


def walk(size: tuple[int, int], look_s: float) -> Laps:
    """Milliseconds of every step in this process: first frame, first numbers and all numbers; then of each key the first and last."""
    app, laps = Watched(Answers(open_facts()), looks_ahead=look_s > 0), dict[str, tuple[float, ...]]()
    _watch(app)
    spare_the_kept()

    async def through(pilot: Pilot[object]) -> None:
        await app.idle()
        start = float(os.environ[STARTED])
        laps["starting"] = tuple(1000 * (lap - start) for lap in (app.frame, app.painted[0], app.painted[-1]))
        for name, key in WALK.items():
            await pilot.pause(look_s)
            app.painted.clear()
            start = time.time()
            app.action_do(key)
            await app.idle()
            laps[name] = tuple(1000 * (lap - start) for lap in (app.painted[0], app.painted[-1]))
        app.exit()

    app.run(headless=True, size=size, auto_pilot=through)
    return laps


def walks(size: tuple[int, int], look_s: float, runs: int) -> Laps:
    """The median of so many processes."""
    found: list[Laps] = []
    for _ in range(runs):
        done = subprocess.run(  # noqa: S603 - our own code
            [sys.executable, __file__, "--walk", f"{size[0]}x{size[1]}", "--look", str(look_s)],
            check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT), STARTED: str(time.time())}, capture_output=True, text=True,
            timeout=120,
        )  # fmt: skip
        found.append(json.loads(done.stderr))
    return {
        name: tuple(statistics.median(lap) for lap in zip(*(laps[name] for laps in found), strict=True))
        for name in found[0]
    }


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
        answers.findings(deeper, model, machine)
    return 1000 * cells / len(pairs), 1000 * (time.perf_counter() - start) / len(pairs)


def _report(runs: int) -> None:
    facts = open_facts()
    print(f"{len(facts.models)} models, {len(facts.hardware)} machines, median of {runs}; milliseconds")
    cell, whole = cells_ms(facts)
    print(f"one cell asked with another context {cell:.2f}; the whole answer for it {whole:.1f}")
    for size in SIZES:
        hasty, looking = walks(size, 0.0, runs), walks(size, LOOK_S, runs)
        frame, numbers, everything = hasty["starting"]
        print(f"{size[0]}x{size[1]}")
        print(f"  starting: the frame {frame:.0f}, first numbers {numbers:.0f}, everything in sight {everything:.0f}")
        print(f"  {'':20}{'in haste: shown':>18}{'all in sight':>14}{'after a look: shown':>22}{'all in sight':>14}")
        for name in WALK:
            (shown, rest), (soon, soon_rest) = hasty[name], looking[name]
            print(f"  {name:20}{shown:18.0f}{rest:14.0f}{soon:22.0f}{soon_rest:14.0f}")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--walk", help=argparse.SUPPRESS)
    parser.add_argument("--look", type=float, default=0.0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.walk:
        width, height = options.walk.split("x")
        sys.stderr.write(json.dumps(walk((int(width), int(height)), options.look)))
    else:
        _report(options.runs)


if __name__ == "__main__":
    main()
