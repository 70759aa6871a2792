"""The pictures of docs/tui.md, taken of the app itself: `python scripts/tui_pictures.py` writes them anew.

    python scripts/tui_pictures.py [NAME ...]

Each is the screen after the keys that stand beside its name below, from a first run.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from advisor.cli.options import open_facts  # noqa: E402 - after the path is set
from advisor.tui.answers import Answers  # noqa: E402
from advisor.tui.app import AdvisorApp  # noqa: E402
from advisor.tui.view import View  # noqa: E402

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts

PICTURES = ROOT / "docs" / "pictures"
SIZE = (120, 34)
EXAMPLE = ("5", "ctrl+o", "down", "down", "enter")
"""The need of spark-or-desktop.yaml."""
KEYS: dict[str, tuple[str, ...]] = {
    "fit": (), "memory": ("enter",), "speed": ("enter", "right"), "evidence": ("3", "down"), "compare": (*EXAMPLE, "c"), "decide": EXAMPLE,
    "gaps": (*EXAMPLE, "6"), "why": ("e",),
}  # fmt: skip
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
IDS = re.compile(r"terminal-\d+")
PAUSES = 4000


def name_of(screen: str) -> str:
    """File of that picture."""
    return f"tui-{screen}.svg"


def picture(facts: Facts, screen: str) -> str:
    """The screen as SVG that fetches nothing: with whatever monospaced font is there."""
    app = AdvisorApp(Answers(facts), View(), looks_ahead=False, folder=Path(tempfile.gettempdir()) / "no-such-folder")

    async def run() -> str:
        async with app.run_test(size=SIZE) as pilot:
            for key in (None, *KEYS[screen]):
                if key:
                    await pilot.press(key)
                await pilot.pause()
                for _ in range(PAUSES):
                    if not app.busy:
                        break
                    await pilot.pause()
            await pilot.pause()
            return app.export_screenshot(title=f"advisor: {screen}", simplify=True)

    return IDS.sub(
        f"tui-{screen}",
        FONTS.sub("", asyncio.run(run())).replace("Fira Code", "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono'"),
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*KEYS, []], help="only these")
    facts = open_facts()
    PICTURES.mkdir(exist_ok=True)
    for screen in parser.parse_args().names or KEYS:
        (PICTURES / name_of(screen)).write_text(picture(facts, screen), encoding="utf-8", newline="\n")
        print(f"docs/pictures/{name_of(screen)} written")


if __name__ == "__main__":
    main()
