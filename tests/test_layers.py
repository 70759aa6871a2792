"""Facts flow one way, and code knows no model by name."""

import ast
import subprocess
import sys
from pathlib import Path

from advisor.catalog.contents import Catalog

ROOT = Path(__file__).resolve().parent.parent


def test_no_stage_imports_what_stands_right_of_it() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_no_code_names_a_model_or_a_machine(catalog: Catalog) -> None:
    """Only help texts and docstrings may, as examples."""
    ids = {name for name in (*catalog.models, *catalog.hardware) if any(c.isdigit() for c in name) and len(name) > 4}
    found = []
    for path in sorted((ROOT / "advisor").rglob("*.py")):
        if path.parent.name in {"cli", "tui"} or "data" in path.parts:
            continue
        found += [f"{path.name}: {line}" for line in _strings(path) if line.lower() in ids]
    assert not found


def _strings(path: Path) -> list[str]:
    """String constants."""
    return [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_only_the_presentation_formats_numbers() -> None:
    """A format specification such as `:.1f` outside present and cli would be a second place that decides how numbers look."""
    found = []
    for stage in ("catalog", "estimate", "evidence", "decide"):
        for path in sorted((ROOT / "advisor" / stage).rglob("*.py")):
            tree = ast.parse(path.read_text())
            found += [
                f"{path.name}:{node.lineno}"
                for node in ast.walk(tree)
                if isinstance(node, ast.FormattedValue) and node.format_spec is not None
            ]
    assert not found
