"""One way to run a command line, with a home of its own so that the snapshot is made once."""

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


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder for all commands of the session."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def advisor(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Advisor:
    """Runs `advisor` in this process over the shipped catalog."""
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "ADVISOR_CATALOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))

    def ran(*arguments: str) -> Result:
        code = run(arguments)
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return ran
