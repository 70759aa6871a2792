"""Write the reports of examples/: each need.yaml there as HTML and as Markdown in examples/reports/.

    python scripts/generate_examples.py [NAME ...]

Without names all of them are written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from advisor.cli.options import open_facts  # noqa: E402 - after the path is set
from advisor.decide.decision import decide  # noqa: E402
from advisor.decide.need_file import read_need  # noqa: E402
from advisor.evidence.calibration import Calibration  # noqa: E402
from advisor.present.report import report, written  # noqa: E402

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts

EXAMPLES = ROOT / "examples"
SUFFIXES = (".html", ".md")


def names() -> list[str]:
    """The examples there are."""
    return sorted(path.stem for path in EXAMPLES.glob("*.yaml"))


def pages(facts: Facts, calibration: Calibration, name: str) -> dict[str, str]:
    """File name → text of the reports of one example."""
    decision = decide(facts, calibration, read_need(facts, EXAMPLES / f"{name}.yaml"))
    found = {}
    for suffix in SUFFIXES:
        command = f"advisor report examples/{name}.yaml -o examples/reports/{name}{suffix}"
        found[f"{name}{suffix}"] = written(report(facts, calibration, decision, command), suffix)
    return found


def main() -> int:
    """Command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*names(), []], help="only these examples")
    facts = open_facts()
    calibration = Calibration.from_json(facts.extra("calibration"))
    (EXAMPLES / "reports").mkdir(exist_ok=True)
    for name in parser.parse_args().names or names():
        for file, text in pages(facts, calibration, name).items():
            (EXAMPLES / "reports" / file).write_text(text, encoding="utf-8", newline="\n")
            print(f"examples/reports/{file} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
