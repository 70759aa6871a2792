"""One way to run a command line, in the home all tests share, so that the snapshot is made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from advisor.cli.main import run

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Result:
    """What a command line left behind."""

    code: int
    out: str
    err: str


class Advisor(Protocol):
    """Runs `advisor` with these arguments."""

    def __call__(self, *arguments: str) -> Result: ...


@pytest.fixture
def advisor(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Advisor:
    """Runs `advisor` in this process over the shipped catalog."""
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "ADVISOR_CATALOG"):
        monkeypatch.delenv(name, raising=False)

    def ran(*arguments: str) -> Result:
        # A new snapshot takes the place of the one beside it, so an overlay gets a home of its own.
        monkeypatch.setenv("HOME", str(home / "overlaid" if "--catalog" in arguments else home))
        code = run(arguments)
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return ran
