"""`advisor report` writes one file, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.errors import Exit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Advisor

NEED = """\
region: US
currency: USD
considers: [{machine: dgx-spark}]
workloads: [{model: gpt-oss-20b, floor_tok_s: 20}]
"""


@pytest.fixture
def need(tmp_path: Path) -> Path:
    path = tmp_path / "need.yaml"
    path.write_text(NEED, encoding="utf-8")
    return path


def test_the_suffix_says_which_kind_of_file(advisor: Advisor, need: Path, tmp_path: Path) -> None:
    for name, start in (("report.html", "<!DOCTYPE html>"), ("report.md", "# ")):
        target = tmp_path / name
        found = advisor("report", str(need), "-o", str(target))
        assert (found.code, found.out, found.err) == (Exit.ANSWERED, "", "")
        text = target.read_text(encoding="utf-8")
        assert text.startswith(start)
        assert f"advisor report {need.as_posix()} -o {target.as_posix()}" in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["need.yaml", "report.html", "report.md"]


def test_markdown_goes_to_stdout_on_request(advisor: Advisor, need: Path) -> None:
    found = advisor("report", str(need), "-o", "-")
    assert found.code == Exit.ANSWERED
    assert found.out.startswith("# ")
    assert "## 10. Sources" in found.out


def test_another_suffix_is_refused_before_any_work(advisor: Advisor, tmp_path: Path) -> None:
    found = advisor("report", str(tmp_path / "none.yaml"), "-o", "report.pdf")
    assert found.code == Exit.USAGE
    assert "neither .html nor .md" in found.err


def test_mistakes_of_the_need_are_told_with_their_lines_and_leave_the_file_alone(
    advisor: Advisor, need: Path, tmp_path: Path
) -> None:
    target = tmp_path / "report.md"
    target.write_text("as it was", encoding="utf-8")
    need.write_text(NEED.replace("floor_tok_s: 20", "floor_tok_s: -1, colour: red"), encoding="utf-8")
    found = advisor("report", str(need), "-o", str(target))
    assert found.code == Exit.USAGE
    assert found.err.count(f"{need}:4: workloads.0.") == 2
    assert target.read_text(encoding="utf-8") == "as it was"


def test_an_unknown_machine_has_the_code_of_unknown_names(advisor: Advisor, need: Path) -> None:
    need.write_text(NEED.replace("dgx-spark", "dgx-sparkle"), encoding="utf-8")
    found = advisor("report", str(need), "-o", "-")
    assert found.code == Exit.UNKNOWN_NAME
    assert "did you mean" in found.err


def test_a_folder_that_is_not_there_is_an_error_in_one_line(advisor: Advisor, need: Path, tmp_path: Path) -> None:
    found = advisor("report", str(need), "-o", str(tmp_path / "nowhere" / "report.md"))
    assert found.code == Exit.USAGE
    assert found.err.startswith("advisor: cannot write ")
    assert found.err.count("\n") == 1
