"""The documentation does what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from advisor.evidence.checked import check
from advisor.present.accuracy_page import pages as accuracy_pages
from scripts.generate_docs import ROOT, pages

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.catalog.contents import Facts

PAGE = ROOT / "docs" / "adding-a-benchmark.md"
FENCED = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IN_A_CLONE = ("advisor", "catalog", "docs")


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_a_generated_page_is_what_the_code_generates(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "run `python scripts/generate_docs.py`"


def _without_figures(text: str) -> list[str]:
    """The page's words: figures may differ in the last digit from one machine's arithmetic to another's."""
    head = text.partition("## The ")[0]
    return [re.sub(r"[ -]+", " ", re.sub(r"[\d.,\u2013]+|\b(met|missed|no)\b", "", line)) for line in head.splitlines()]


def _medians(text: str) -> list[float]:
    return [float(figure) for figure in re.findall(r"\| +([\d.]+) % \| +[\d.]+ % \|", text)]


def test_the_accuracy_page_is_what_the_check_finds(facts: Facts) -> None:
    page = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    found = accuracy_pages(check(facts), facts)["accuracy.md"]
    assert _without_figures(page) == _without_figures(found), "run `advisor check --write docs`"
    assert len(_medians(page)) > 40
    assert _medians(page) == pytest.approx(_medians(found), abs=0.2), "run `advisor check --write docs`"


def test_every_command_is_on_the_command_line_page() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for command in ("fit", "compare", "show", "list", "evidence", "check", "catalog check", "catalog new", "doctor"):
        assert f"## `advisor {command} " in page


@dataclass
class Clone:
    """A clean clone with `advisor` on the path, in which the page is followed."""

    folder: Path

    def run(self, script: str) -> str:
        """What the commands print; they must succeed, in a shell, as a reader types them."""
        tools = self.folder.parent / "bin"
        environ = {
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder.parent),
            "PYTHONPATH": str(self.folder),
            "PYTHONUTF8": "1",
        }
        done = subprocess.run(
            ["sh", "-e", "-c", script],
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    top = tmp_path_factory.mktemp("reader")
    folder = top / "local-llm-advisor"
    for name in IN_A_CLONE:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = top / "bin" / "advisor"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m advisor "$@"\n')
    command.chmod(0o755)
    return Clone(folder)


def test_the_benchmark_page_holds_when_followed_literally(clone: Clone) -> None:
    printed, compared = "", 0
    for language, path, body in FENCED.findall(PAGE.read_text(encoding="utf-8")):
        if language == "sh":
            printed = clone.run(body)
        elif language == "yaml":
            target = clone.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(body, encoding="utf-8")
        elif language == "text":
            for line in body.splitlines():
                assert line in printed
                compared += 1
    assert compared >= 5
    assert "57.9" in printed, "the last command shows the new row among the evidence"


def test_the_benchmark_page_uses_no_language_that_is_not_followed() -> None:
    found = {language for language, _, _ in FENCED.findall(PAGE.read_text(encoding="utf-8"))}
    assert found == {"console", "sh", "yaml", "text"}
