"""A need as lines: what they mean, and what a file says beside them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.decide.need_flags import Said, need_from_flags
from advisor.decide.need_write import need_yaml
from advisor.errors import AdvisorError, NeedInvalid
from advisor.tui import need_files
from advisor.tui.draft import LINES, Draft, with_line
from advisor.tui.draft_need import flags, need_of, said

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.catalog.contents import Facts

TYPED = Draft(
    want="gpt-oss-120b@32k:30,  best:coding@64k:20", users="2", budget="4500EUR", among="dgx-spark", own="rtx-4090+rtx-5070-ti",
    limits="500W, one box, 8h, 0.29/kWh, de, 2026-03-31",
)  # fmt: skip


def test_the_lines_mean_what_the_same_options_mean(facts: Facts) -> None:
    options = Said(
        want=("gpt-oss-120b@32k:30", "best:coding@64k:20"), have=("rtx-4090+rtx-5070-ti",), consider=("dgx-spark",), budget="4500EUR", users=2,
        hours=8.0, region="DE", as_of="2026-03-31", per_kwh=0.29, power_w=500.0, single_box=True,
    )  # fmt: skip
    assert said(TYPED) == options
    assert need_of(facts, TYPED) == need_from_flags(facts, options)


def test_the_command_has_every_line() -> None:
    assert flags(TYPED) == [
        "advisor", "decide", "--want", "gpt-oss-120b@32k:30", "--want", "best:coding@64k:20", "--have", "rtx-4090+rtx-5070-ti", "--consider", "dgx-spark",
        "--budget", "4500EUR", "--users", "2", "--hours", "8", "--region", "DE", "--as-of", "2026-03-31", "--per-kwh", "0.29", "--power", "500",
        "--single-box",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "told"), [
    ("users", "0", "whole number"), ("users", "many", "whole number"), ("limits", "quiet", "limits quiet"), ("budget", "4500", "names no currency"),
    ("want", "gpt-os-12", "gpt-os-12"), ("own", "abacus", "abacus"),
])  # fmt: skip
def test_a_line_that_means_nothing_is_named(facts: Facts, name: str, text: str, told: str) -> None:
    with pytest.raises(NeedInvalid, match=told):
        need_of(facts, with_line(TYPED, name, text))


def test_mistakes_of_every_line_are_named_at_once_by_their_steps(facts: Facts) -> None:
    draft = replace(TYPED, want="gpt-os-12@32k:30", users="four", own="abacus", limits="one bx")
    with pytest.raises(NeedInvalid) as raised:
        need_of(facts, draft)
    said = str(raised.value)
    assert all(
        each in said
        for each in ("people at once four", "limits one bx", "models you want gpt-os-12@32k:30", "already own abacus")
    )
    assert "--" not in said


@pytest.mark.parametrize(
    "path", need_files.in_folder(need_files.examples() or pytest.fail("no examples")), ids=lambda path: path.stem
)
class TestExamples:
    """Needs that come with advisor."""

    def test_opening_changes_nothing(self, facts: Facts, path: Path) -> None:
        draft = need_files.read(facts, str(path))
        assert not draft.is_changed
        assert need_of(facts, draft) == draft.base

    def test_another_floor_changes_nothing_but_the_floor(self, facts: Facts, path: Path) -> None:
        draft = need_files.read(facts, str(path))
        first, *others = draft.want.split(", ")
        changed = with_line(draft, "want", ", ".join([f"{first.rpartition(':')[0] or first}:7", *others]))
        before, after = draft.base, need_of(facts, changed)
        assert before
        assert after.workloads[0] == replace(before.workloads[0], floor_tok_s=7.0, name=after.workloads[0].name)
        assert after == replace(before, workloads=(after.workloads[0], *before.workloads[1:]))

    def test_writing_and_reading_gives_the_same_need(self, facts: Facts, path: Path, tmp_path: Path) -> None:
        need = need_of(facts, with_line(need_files.read(facts, str(path)), "budget", "12345EUR"))
        written = need_files.write(need, tmp_path / "need.yaml")
        assert need_files.read(facts, written.path).base == need
        assert (tmp_path / "need.yaml").read_text(encoding="utf-8") == need_yaml(need)
        assert [each.name for each in tmp_path.iterdir()] == ["need.yaml"]


def test_what_the_file_says_of_a_machine_stays_with_it(facts: Facts) -> None:
    folder = need_files.examples()
    assert folder
    draft = need_files.read(facts, str(folder / "spark-or-desktop.yaml"))
    need = need_of(facts, with_line(draft, "own", "rtx-5090, rtx-4090+rtx-5070-ti"))
    assert draft.base
    assert need.owns[1] == draft.base.owns[0]
    assert [work for work in need.workloads if work.kind != "text"] == [
        work for work in draft.base.workloads if work.kind != "text"
    ]


def test_an_example_is_told_from_a_file_of_ones_own(tmp_path: Path) -> None:
    folder = need_files.examples()
    assert folder
    assert need_files.is_example(str(folder / "spark-or-desktop.yaml"))
    assert not need_files.is_example(str(tmp_path / "spark-or-desktop.yaml"))


def test_only_files_that_list_workloads_are_offered(tmp_path: Path) -> None:
    (tmp_path / "need.yaml").write_text("workloads: []\n")
    (tmp_path / "other.yaml").write_text("title: x\n")
    assert need_files.in_folder(tmp_path) == (tmp_path / "need.yaml",)
    assert need_files.in_folder(tmp_path / "nowhere") == ()


def test_a_name_is_never_taken_twice(tmp_path: Path) -> None:
    (tmp_path / "need.yaml").write_text("mine")
    assert need_files.fresh(tmp_path) == tmp_path / "need-2.yaml"


@given(st.lists(st.text("gptos-120b@k:3 ,+.wWhH/0123456789EUR", max_size=24), min_size=len(LINES), max_size=len(LINES)))
def test_any_lines_are_a_need_or_an_error_of_ours(facts: Facts, lines: list[str]) -> None:
    draft = Draft()
    for name, text in zip(LINES, lines, strict=True):
        draft = with_line(draft, name, text)
    need = None
    with suppress(AdvisorError):
        need = need_of(facts, draft)
    if need:
        assert need_of(facts, Draft.of(need, "")) == need
