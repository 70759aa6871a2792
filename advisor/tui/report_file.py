"""The report of a decision as a file."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, cast

from advisor.present.report import report, written
from advisor.tui.export import fresh
from advisor.tui.need_files import typed_path

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.decide.decision import Decision
    from advisor.tui.answers import Answers

SUFFIXES = {"html": ".html", "report.md": ".md"}


def report_file(answers: Answers, decision: Decision, ending: str, folder: Path, need: str) -> Path:
    """Where the report stands now: a new file. Raises OSError where that is not allowed."""
    suffix = SUFFIXES[ending]
    path = fresh(folder, "report", suffix.removeprefix("."))
    command = shlex.join(["advisor", "report", typed_path(need), "-o", path.name])
    learned = answers.learned(decision.need.as_of)
    text = written(report(answers.facts, learned, decision, command), cast("Any", suffix))
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path.absolute()
