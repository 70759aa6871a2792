"""Write docs/reference-report.md: a purchase report of February 2026, conclusion by conclusion, beside today's answer.

    python scripts/reference_report.py [--check]

With --check nothing is written; it exits 1 when the words of the page are out of date. Figures follow the catalog.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from advisor.present.formats import say  # noqa: E402 - after the path is set
from scripts.reference_cells import CELLS  # noqa: E402
from scripts.reference_scene import EXAMPLE, Scene, scene_of  # noqa: E402
from scripts.reference_words import CONCLUSIONS, GAPS, START  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.contents import Facts

PAGE = ROOT / "docs" / "reference-report.md"


def page(facts: Facts) -> str:
    """The text of the page."""
    scene = scene_of(facts)
    verdict = scene.decision.verdict
    assert verdict is not None
    answered = f"{say(verdict.sentence)}. Confidence {verdict.confidence.upper()}: {say(verdict.because)}."
    return "\n".join([
        START, "## The answer today\n", f"`advisor decide examples/{EXAMPLE.name}`:\n", f"> {answered}\n",
        "## Its conclusions\n", *_table(scene, ("", "It concluded", "Today", "Evidence"), CONCLUSIONS), "",
        "## What it said was missing\n", *_table(scene, ("", "Missing in February 2026 (impact)", "Today", "Evidence"), GAPS), "",
    ])  # fmt: skip


def _table(scene: Scene, heads: Sequence[str], rows: Sequence[tuple[str, str, str]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for number, words, cell in rows:
        today, evidence = (each.replace("|", "\\|") for each in CELLS[cell](scene))
        lines.append(f"| {number} | {words} | {today} | {evidence} |")
    return lines


def without_figures(text: str) -> str:
    """The words of the page: figures follow the catalog and what its rows teach."""
    return re.sub(r"[ -]+", " ", re.sub(r"\d[\d.,\u2013]*", "", text))


def main() -> int:
    """Command line; the exit code."""
    from advisor.cli.options import open_facts  # noqa: PLC0415 - it opens the snapshot

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when the page's words are out of date"
    )
    check = parser.parse_args().check
    text = page(open_facts())
    held = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    is_stale = without_figures(held) != without_figures(text)
    if not check and held != text:
        PAGE.write_text(text, encoding="utf-8")
        print(f"{PAGE.relative_to(ROOT)} written")
    if check and is_stale:
        print(f"{PAGE.relative_to(ROOT)} is out of date")
    return int(is_stale and check)


if __name__ == "__main__":
    sys.exit(main())
