"""Random keys, clicks and window sizes, by a seed: the screens must survive all of them.

python scripts/tui_fuzz.py [--presses 10000] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from pathlib import Path

from advisor.cli.options import open_facts
from advisor.tui.answers import Answers
from advisor.tui.app import AdvisorApp
from advisor.tui.keys import keys
from advisor.tui.view import View

SIZES = ((80, 24), (100, 30), (110, 24), (120, 36), (200, 60), (79, 30), (60, 24), (40, 10), (24, 8))
TYPED = "moe <40gb ctx>=128k hw:spark -qwen zz"
RESIZE, CLICK, TYPE = 0.02, 0.05, 0.1


class _Stays(AdvisorApp):
    """Cannot be left by the palette."""

    def exit(self, *_result: object, **_how: object) -> None:
        """Stay."""


def fuzz(answers: Answers, presses: int, draw: random.Random, folder: Path) -> int:
    """How many keys, clicks and sizes the app survived; what it raises is raised here."""
    names = [name for key in keys() for name in key.keys.split(",")] + ["ctrl+p", "tab", "backspace"]
    app = _Stays(answers, View(), folder=folder)

    async def run() -> int:
        done = 0
        async with app.run_test(size=SIZES[0]) as pilot:
            while done < presses:
                chance = draw.random()
                if chance < RESIZE:
                    await pilot.resize_terminal(*draw.choice(SIZES))
                elif chance < CLICK:
                    await pilot.click(offset=(draw.randrange(app.size.width), draw.randrange(app.size.height)))
                else:
                    await pilot.press(draw.choice(TYPED) if chance < TYPE else draw.choice(names))
                if not app.is_running:
                    raise AssertionError(f"the app ended after {done} presses")
                done += 1
        return done

    return asyncio.run(run())


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presses", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        survived = fuzz(Answers(open_facts()), asked.presses, random.Random(asked.seed), Path(folder))  # noqa: S311 - a seed, no secret
    print(f"survived {survived} keys, clicks and sizes with seed {asked.seed}")


if __name__ == "__main__":
    main()
