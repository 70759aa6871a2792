"""The answer is the same whoever reads it, and costs no more imports than it needs."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("facts")
"""The snapshot is there before the first command."""

HEAVY = {"textual", "rich", "tabulate", "huggingface_hub", "numpy", "pydantic", "yaml"}
COMMANDS = (
    ("list", "runtimes"),
    ("show", "gpt-oss-120b"),
    ("evidence", "gpt-oss-120b", "--hw", "spark", "--runtime", "llama.cpp"),
)
MODULES = "import json, sys; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)"


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ADVISOR_"))}
    return kept | {"HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


def on_a_terminal(arguments: tuple[str, ...], home: Path) -> str:
    """What the command writes when its stdout is a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "advisor", *arguments]
    with subprocess.Popen(command, stdout=theirs, stdin=theirs, stderr=subprocess.PIPE, env=environment(home)):
        os.close(theirs)
        read = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                # Linux says so when the last writer has closed the terminal.
                break
            if not part:
                break
            read += part
    os.close(ours)
    return read.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
def test_a_terminal_and_a_pipe_get_the_same_bytes(arguments: tuple[str, ...], home: Path) -> None:
    command = [sys.executable, "-m", "advisor", *arguments]
    piped = subprocess.run(command, capture_output=True, text=True, env=environment(home), check=True)
    assert piped.stderr == ""
    assert on_a_terminal(arguments, home) == piped.stdout


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
def test_data_costs_no_heavy_import(arguments: tuple[str, ...], home: Path) -> None:
    code = f"from advisor.cli.main import run; code = run({[*arguments, '--json']!r})\n{MODULES}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(home), check=True
    )
    assert not set(json.loads(done.stderr)) & HEAVY
    assert json.loads(done.stdout)
