"""Decide: the need typed on the left, the answer beside it, and the file between both and the command line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.cli.tui import asked_for
from advisor.decide.need_file import read_need
from advisor.errors import NeedInvalid
from advisor.present.decision import answer_lines
from advisor.present.decision_screen import lines
from advisor.tui import state
from advisor.tui.draft import Draft
from advisor.tui.draft_need import need_of
from advisor.tui.view import View
from advisor.tui.weighing import PAUSE_S
from tests.tui.driving import LARGE, SMALL, Driven, answers_of, drive, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from advisor.catalog.contents import Facts

SPARK = Draft(
    want="gpt-oss-120b@32k:30, glm-4.7-flash@112k:10", budget="6000EUR", among="dgx-spark", own="rtx-4090+rtx-5070-ti"
)
VIEW = View(screen="decide", draft=SPARK)
OPEN_SPARK_OR_DESKTOP = ("ctrl+o", "down", "down", "enter")


def is_typing(driven: Driven) -> bool:
    return driven.app.focused is not None


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_screen_at_two_sizes(facts: Facts, golden: Callable[[str, str], None]) -> None:
    for size in (SMALL, LARGE):
        golden(f"tui-decide-{size[0]}x{size[1]}.txt", shown(facts, view=VIEW, size=size))
        golden(
            f"tui-decide-example-{size[0]}x{size[1]}.txt",
            shown(facts, *OPEN_SPARK_OR_DESKTOP, view=View(screen="decide"), size=size),
        )


def test_the_answer_is_what_the_command_says(facts: Facts) -> None:
    text = flat(shown(facts, view=VIEW, size=(200, 60)))
    found = answers_of(facts).decided(need_of(facts, SPARK))
    assert flat(answer_lines(found)[0])[:60] in text


def test_the_answer_follows_every_letter(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        assert "budget or among: name machines in the line among, or a budget" in flat(driven.text)
        driven.app.view = replace(driven.view, draft=replace(SPARK, own=""), step=2)
        await driven.press("enter", *["backspace"] * 7, *"5EUR")
        assert "Nothing considered keeps to the limits" in flat(driven.text)
        await driven.press("home", "9", "9")
        assert driven.view.draft.budget == "995EUR"
        await driven.press("9")
        assert "Buy NVIDIA DGX Spark" in flat(driven.text)
        await driven.press("escape")

    drive(facts, steps, view=replace(VIEW, draft=replace(SPARK, budget="", among="", own="")), size=LARGE)


def test_enter_goes_from_step_to_step_and_out_of_the_last(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press(*["enter"] * 6)
        assert driven.view.step == 5
        assert is_typing(driven)
        await driven.press("enter")
        assert not is_typing(driven)
        await driven.press("1")
        assert driven.view.screen == "fit"

    drive(facts, steps, view=View(screen="decide"))


def test_a_name_is_completed(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("enter", *"gpt-oss-2", "right")
        assert driven.view.draft.want == "gpt-oss-20b"
        await driven.press(*", gpt-oss-2", "right")
        assert driven.view.draft.want == "gpt-oss-20b, gpt-oss-20b"

    drive(facts, steps, view=View(screen="decide"))


def test_what_cannot_be_read_is_said_and_the_answer_before_stays(facts: Facts) -> None:
    text = shown(facts, "down", "enter", "x", view=VIEW, size=LARGE)
    assert "should be a whole number" in flat(text)
    assert "the answer before" in text
    assert "Buy NVIDIA DGX Spark" in flat(text)


def test_a_need_is_saved_as_a_file_and_opened_again(facts: Facts, tmp_path: Path) -> None:
    app = drive(facts, lambda driven: driven.press("ctrl+s"), view=VIEW, folder=tmp_path)
    assert app.view.draft.path == str(tmp_path / "need.yaml")
    assert not app.view.draft.is_changed
    assert read_need(facts, tmp_path / "need.yaml") == app.view.draft.base
    again = drive(facts, lambda driven: driven.press("ctrl+o", "enter"), view=View(screen="decide"), folder=tmp_path)
    assert again.view.draft == app.view.draft


def test_a_file_of_ones_own_is_written_over_only_when_that_is_chosen(facts: Facts, tmp_path: Path) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("ctrl+s", "down", "down", "enter", "end", *["backspace"] * 7, *"5000EUR", "escape")
        await driven.press("ctrl+s", "down", "enter")
        assert "budget: 6000" in (tmp_path / "need.yaml").read_text()
        assert "budget: 5000" in (tmp_path / "need-2.yaml").read_text()
        await driven.press("ctrl+s", "enter")

    drive(facts, steps, view=VIEW, folder=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["need-2.yaml", "need.yaml"]


def test_mistakes_of_a_file_are_shown_with_their_lines(facts: Facts, tmp_path: Path) -> None:
    (tmp_path / "need.yaml").write_text(
        "region: EU\ncurrency: EUR\nlimits: {budget: 5}\nworkloads:\n- model: gpt-os\n  context: long\n"
    )
    text = shown_in(facts, tmp_path, "ctrl+o", "enter")
    assert "need.yaml:5" in text
    assert "need.yaml:6" in text


def shown_in(facts: Facts, folder: Path, *keys: str) -> str:
    texts: list[str] = []

    async def steps(driven: Driven) -> None:
        await driven.press(*keys)
        texts.append(driven.text)

    drive(facts, steps, view=View(screen="decide"), folder=folder, size=(200, 40))
    return texts[0]


def test_y_copies_the_command_for_what_is_typed_or_the_file(
    facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = drive(facts, lambda driven: driven.press("y"), view=VIEW, folder=tmp_path)
    assert app.clipboard == (
        "advisor decide --want gpt-oss-120b@32k:30 --want glm-4.7-flash@112k:10 --have rtx-4090+rtx-5070-ti --consider dgx-spark --budget 6000EUR"
    )
    monkeypatch.chdir(tmp_path)
    app = drive(facts, lambda driven: driven.press("ctrl+s", "y"), view=VIEW, folder=tmp_path)
    assert app.clipboard == "advisor decide need.yaml"
    app = drive(facts, lambda driven: driven.press("6", "y"), view=replace(VIEW, draft=app.view.draft), folder=tmp_path)
    assert app.clipboard == "advisor gaps need.yaml"


def test_y_copies_nothing_that_would_leave_out_what_a_file_says(facts: Facts) -> None:
    keys = (*OPEN_SPARK_OR_DESKTOP, "down", "enter", "end", "backspace", "3", "escape", "y")
    app = drive(facts, lambda driven: driven.press(*keys), view=View(screen="decide"))
    assert app.view.draft.users == "3"
    assert app.clipboard == ""


def test_x_writes_the_report_and_the_need_it_is_of(
    facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def steps(driven: Driven) -> None:
        await driven.press("x", "down", "enter")
        await driven.app.workers.wait_for_complete()
        await driven.press("x", "down", "down", "enter")

    drive(facts, steps, view=VIEW, folder=tmp_path)
    report = (tmp_path / "advisor-report.md").read_text(encoding="utf-8")
    assert "advisor report need.yaml -o advisor-report.md" in report
    assert read_need(facts, tmp_path / "need.yaml").limits.budget == 6000
    assert (tmp_path / "advisor-decide.csv").read_text().splitlines()[0].startswith("option,price,")


def test_c_compares_the_machines_of_the_need_over_its_models(facts: Facts) -> None:
    app = drive(facts, lambda driven: driven.press("c"), view=VIEW)
    assert app.view.screen == "compare"
    assert app.view.lineup
    assert {model for model, _ in app.view.lineup.pairs} == {"gpt-oss-120b", "glm-4.7-flash"}
    assert {machine for _, machine in app.view.lineup.pairs} == {"dgx-spark", "rtx-4090+rtx-5070-ti"}
    assert app.view.asked.context_tokens == 32768


def test_options_go_by_labels_and_sentences_by_names(facts: Facts) -> None:
    found = answers_of(facts).decided(need_of(facts, VIEW.draft))
    said = lines(facts, found, 100)
    start = next(place for place, line in enumerate(said) if line.startswith("OPTIONS"))
    assert any(line[3:].startswith("DGX Spark ") for line in said[start:])
    assert "NVIDIA DGX Spark 128GB (GB10)" in " ".join(said[:start])
    assert "dgx-spark" not in " ".join(said)


def test_starting_anew_empties_every_line(facts: Facts) -> None:
    assert drive(facts, lambda driven: driven.press("ctrl+n"), view=VIEW).view.draft == Draft()


def test_keys_are_answered_while_many_machines_are_weighed(facts: Facts) -> None:
    """Any machine within the budget takes seconds; another screen opens meanwhile, and the answer is there on return."""
    fresh = replace(VIEW, draft=Draft(want="qwen3-30b-a3b@16k:20", budget="3500EUR"))

    async def steps(driven: Driven) -> None:
        driven.app.view = fresh
        await driven.pilot.pause(PAUSE_S * 2)
        await driven.pilot.press("down")
        assert driven.view.step == 1
        await driven.settle()
        assert "Buy " in driven.text

    drive(facts, steps, view=View(screen="decide"), size=LARGE)


def test_the_lines_and_their_file_are_remembered(facts: Facts, tmp_path: Path) -> None:
    kept = tmp_path / "state.json"
    app = drive(
        facts,
        lambda driven: driven.press(*OPEN_SPARK_OR_DESKTOP, "down", "enter", "end", "backspace", "2", "escape"),
        view=View(screen="decide"),
        kept=kept,
    )
    loaded = state.load(kept).view
    assert loaded.draft.users == "2"
    again = drive(facts, lambda driven: driven.settle(), view=loaded)
    assert again.view.draft == app.view.draft


def test_a_need_named_on_the_command_line_opens_on_decide(facts: Facts, tmp_path: Path) -> None:
    drive(facts, lambda driven: driven.press("ctrl+s"), view=VIEW, folder=tmp_path)
    view = asked_for(facts, View(), {"need": tmp_path / "need.yaml"})
    assert view.screen == "decide"
    assert view.draft.path == str(tmp_path / "need.yaml")
    (tmp_path / "bad.yaml").write_text("workloads: 3\n")
    with pytest.raises(NeedInvalid, match=r"bad\.yaml:1"):
        asked_for(facts, View(), {"need": tmp_path / "bad.yaml"})


def test_a_plain_terminal_gets_plain_characters(facts: Facts) -> None:
    assert shown(facts, view=VIEW, glyphs="ascii").isascii()
    assert shown(facts, "down", "enter", view=VIEW, glyphs="ascii", size=LARGE).isascii()


def test_with_nothing_to_compare_it_stays(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("c")
        assert driven.view.screen == "decide"
        assert driven.text.splitlines()[-2].startswith(" nothing to compare yet")

    drive(facts, steps, view=View(screen="decide"))


def test_people_at_once_that_differ_stand_as_the_file_says(facts: Facts) -> None:
    text = shown(facts, "ctrl+o", "end", "enter", view=View(screen="decide"), size=LARGE)
    assert "20, 8 as the file says" in text
