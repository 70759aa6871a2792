"""What each command loads: a budget in modules fails the same everywhere, milliseconds do not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("facts")
"""The snapshot is there before the first command."""

ROOT = Path(__file__).resolve().parent.parent
REPORT = "import json, sys; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)"


def loaded(home: Path, *arguments: str) -> set[str]:
    """Top-level modules loaded by one command with its snapshot in `home`."""
    code = (
        "import sys; sys.argv[0] = 'advisor'\n"
        "from advisor.cli.main import run\n"
        f"code = run({list(arguments)!r})\n{REPORT}\nsys.exit(code)"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ADVISOR_"))}
    environment = kept | {"HOME": str(home), "PYTHONPATH": str(ROOT)}
    # Twice: a command that asked about an overlay may have replaced the snapshot before.
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


HEAVY = {"textual", "rich", "tabulate", "huggingface_hub", "numpy", "pydantic", "yaml"}


def test_help_loads_nothing_heavy(home: Path) -> None:
    assert not loaded(home, "--help") & HEAVY


def test_fit_json_loads_nothing_heavy(home: Path) -> None:
    assert not loaded(home, "fit", "gpt-oss-120b", "--hw", "spark", "--json") & HEAVY


def test_compare_loads_nothing_heavy(home: Path) -> None:
    asked = ("compare", "spark", "rtx-5090", "--models", "glm-4.7-flash", "--concurrency", "4")
    assert not loaded(home, *asked) & HEAVY
    assert not loaded(home, *asked, "--json") & HEAVY


def test_fit_card_loads_no_screen_library_and_no_network_library(home: Path) -> None:
    command = ("fit", "gpt-oss-120b", "--hw", "spark", "--runtime", "llama.cpp", "--quant", "mxfp4")
    assert not loaded(home, *command) & HEAVY


@pytest.mark.parametrize("arguments", [("list", "models"), ("show", "models", "gpt-oss-120b"), ("doctor",)])
def test_no_command_loads_screen_or_network_libraries(home: Path, arguments: tuple[str, ...]) -> None:
    assert not loaded(home, *arguments) & {"textual", "rich", "huggingface_hub"}
