"""Compare: marked machines side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.present.compare_screen import board, full_name
from advisor.present.compare_words import sentences
from advisor.present.machine_labels import machine_labels
from advisor.tui.compare_page import ComparePage, compared
from advisor.tui.draft import Draft
from advisor.tui.view import Asked, View
from tests.tui.driving import LARGE, SMALL, Driven, answers_of, drive, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.catalog.contents import Facts

MODELS, MACHINES = ("gpt-oss-120b", "glm-4.7-flash"), ("dgx-spark", "rtx-4090+rtx-5070-ti")
MARKS = tuple(zip(MODELS, MACHINES, strict=True))
VIEW = View(screen="compare", marks=MARKS, asked=Asked(context_tokens=114688))
COLD_START = ("5", "ctrl+o", "down", "down", "enter", "c", "pagedown", "pagedown")


def test_the_screen_at_two_sizes(facts: Facts, golden: Callable[[str, str], None]) -> None:
    for size in (SMALL, LARGE):
        golden(f"tui-compare-{size[0]}x{size[1]}.txt", shown(facts, view=VIEW, size=size))
    golden("tui-compare-differences-140x40.txt", shown(facts, "d", view=VIEW, size=LARGE))


def test_spark_or_desktop_is_answered_in_eight_keys_from_a_cold_start(facts: Facts) -> None:
    """From the first screen of a first run: the need of the example, its answer, and its machines side by side at 112k."""
    assert len(COLD_START) <= 8
    seen: list[str] = []

    async def steps(driven: Driven) -> None:
        assert driven.view == View()
        for key in COLD_START:
            await driven.press(key)
            seen.append(driven.text)

    app = drive(facts, steps, size=LARGE)
    answer, both = " ".join(seen[4].split()), " ".join((seen[5] + seen[7]).split())
    assert "Buy " in answer
    assert "gpt-oss-120b" in answer
    assert "GLM-4.7-Flash at 112k: what you own is" in answer
    assert app.view.asked.context_tokens == 112 * 1024
    assert "GLM-4.7-Flash, context 114,688, one request" in both
    assert "gpt-oss-120b, context 114,688, one request" in both
    assert app.view.lineup
    assert {"dgx-spark", "rtx-4090+rtx-5070-ti"} <= {machine for _, machine in app.view.lineup.pairs}


def test_what_is_compared_is_what_is_marked(facts: Facts) -> None:
    assert compared(answers_of(facts), VIEW) == (MODELS, MACHINES)


def test_without_marks_the_filter_and_the_cursor_say_what_is_compared(facts: Facts) -> None:
    answers = answers_of(facts)
    models, machines = compared(answers, View(model="gpt-oss-20b", machine="rtx-3090"))
    assert models == ("gpt-oss-20b",)
    assert machines == ("rtx-3090", answers.machines(View())[0])
    models, machines = compared(answers, View(filter="gpt-oss hw:rtx-3090,rtx-4090"))
    assert set(models) <= {name for name in facts.models if "gpt-oss" in name}
    assert len(machines) > 2


def test_every_line_is_the_commands_and_the_best_are_bold(facts: Facts) -> None:
    answers = answers_of(facts)
    found = answers.compared(VIEW, MODELS, MACHINES)
    lines = board(found, facts, 120, 0).lines
    strong = [line.text[start:end].strip() for line in lines for start, end in line.strong]
    assert strong
    assert all(part.endswith(("★", "☆")) for part in strong)
    text = " ".join(" ".join(line.text for line in lines).split())
    for _, told in sentences(found, full_name):
        for sentence in told:
            assert " ".join(sentence.split()) in text


def test_differences_leave_out_what_is_the_same(facts: Facts) -> None:
    found = answers_of(facts).compared(VIEW, MODELS, MACHINES)
    every, few = (board(found, facts, 120, 0, differences=only).lines for only in (False, True))
    assert any(line.text.startswith("runtime") for line in every)
    assert not any(line.text.startswith("runtime") for line in few)
    assert any(line.text.startswith("GiB to spare") for line in few)


@pytest.mark.parametrize("width", [40, 60, 77, 137])
def test_no_line_is_wider_than_the_screen_and_the_cursor_is_in_sight(facts: Facts, width: int) -> None:
    found = answers_of(facts).compared(VIEW, MODELS, (*MACHINES, "strix-halo-128", "rtx-5090"))
    for cursor in range(4):
        shown_now = board(found, facts, width, cursor)
        assert cursor in shown_now.columns
        assert max(len(line.text) for line in shown_now.lines) <= width
        assert max(map(len, shown_now.heads)) <= width


def test_left_and_right_choose_the_machine_that_e_is_about(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("end", "right")
        assert driven.view.machine == "rtx-4090+rtx-5070-ti"
        await driven.press("home", *["down"] * 12, "enter")
        assert (driven.view.screen, driven.view.model, driven.view.machine) == (
            "model",
            "gpt-oss-120b",
            "rtx-4090+rtx-5070-ti",
        )
        await driven.press("escape")
        assert driven.view.screen == "compare"

    drive(facts, steps, view=VIEW)


def test_context_and_requests_are_asked_anew(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("right_square_bracket", "equals_sign")
        assert "context 229,376, 2 at once" in driven.text or "context 229,376, 2 requests" in driven.text

    drive(facts, steps, view=VIEW, size=LARGE)


def test_y_copies_the_comparison(facts: Facts) -> None:
    app = drive(facts, lambda driven: driven.press("y"), view=VIEW)
    assert (
        app.clipboard
        == "advisor compare dgx-spark rtx-4090+rtx-5070-ti --models gpt-oss-120b,glm-4.7-flash --context 112k"
    )


def test_nothing_to_compare_says_how_to_mark(facts: Facts) -> None:
    text = shown(facts, "down", "e", "escape", "x", "escape", "d", "y", view=replace(VIEW, marks=(), filter="zzzz"))
    assert "mark pairs on Fit with space" in text


def test_a_plain_terminal_gets_plain_characters(facts: Facts) -> None:
    assert shown(facts, view=VIEW, glyphs="ascii").isascii()


def test_machines_go_by_labels_over_columns_and_by_names_in_sentences(facts: Facts) -> None:
    found = answers_of(facts).compared(VIEW, MODELS, MACHINES)
    shown_now = board(found, facts, 160, 0)
    text = "\n".join((*shown_now.heads, *(line.text for line in shown_now.lines)))
    assert shown_now.heads[0].split(maxsplit=2) == ["DGX", "Spark", "RTX 4090+RTX 5070 Ti"]
    assert "only NVIDIA DGX Spark 128GB (GB10) runs it without host memory" in text
    assert not any(machine in text for machine in MACHINES)


def test_machines_that_differ_in_memory_alone_are_told_apart(facts: Facts) -> None:
    machines = [facts.hardware[name] for name in ("apple-m4-max-64", "apple-m4-max-128", "rtx-5090")]
    assert [*machine_labels(machines).values()] == ["M4 Max 64G", "M4 Max 128G", "RTX 5090"]
    assert len(set(machine_labels(facts.hardware.values()).values())) == len(facts.hardware)


def test_what_is_compared_without_marks_is_said_with_the_reason(facts: Facts) -> None:
    here = View(screen="compare", model="gpt-oss-120b", machine="rtx-3090")
    lines = shown(facts, view=here).splitlines()
    assert "nothing marked: space on Fit chooses" in lines[0]
    assert "taken: RTX 3090, under the cursor on Fit beside DGX Spark, the first of Fit" in lines[-2]
    lines = shown(facts, view=replace(here, marks=(("gpt-oss-120b", "rtx-5090"),))).splitlines()
    assert "one machine marked: space on Fit chooses" in lines[0]
    assert "taken: RTX 5090, marked beside RTX 3090, under the cursor on Fit" in lines[-2]
    assert "taken: DGX Spark and AI Max+ 395, the first of Fit" in shown(facts, view=View(screen="compare"))
    lines = shown(facts, view=replace(here, filter="hw:rtx-3090,rtx-4090")).splitlines()
    assert "that the filter leaves" in lines[-2]
    assert "marked:" not in shown(facts, view=VIEW)


def test_moving_the_cursor_marks_nothing_and_changes_nothing(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        before = compared(driven.app.answers, driven.view)
        await driven.press("right")
        assert compared(driven.app.answers, driven.view) == before
        assert driven.view.machine == before[1][1]
        assert driven.view.marks == ()
        assert "taken: RTX 3090, under the cursor on Fit beside DGX Spark, the first of Fit" in driven.text
        await driven.press("1", "c")
        assert driven.view.lineup is None

    drive(facts, steps, view=View(screen="compare", model="gpt-oss-120b", machine="rtx-3090"))


def test_comparing_the_machines_of_a_need_leaves_the_marks(facts: Facts) -> None:
    draft = Draft(want="gpt-oss-20b@8k:20", own="rtx-3090", among="rtx-5090")
    decide = View(screen="decide", draft=draft, marks=MARKS)

    async def steps(driven: Driven) -> None:
        await driven.press("c")
        assert driven.text.startswith(" 2 machines, 1 model  machines of the need")
        assert compared(driven.app.answers, driven.view) == (("gpt-oss-20b",), ("rtx-3090", "rtx-5090"))
        assert driven.view.marks == MARKS
        await driven.press("escape", "4")
        assert driven.view.lineup
        await driven.press("1", "c")
        assert compared(driven.app.answers, driven.view) == (MODELS, MACHINES)

    drive(facts, steps, view=decide)


def test_another_need_is_not_compared_by_the_machines_of_the_one_before(facts: Facts) -> None:
    draft = Draft(want="gpt-oss-20b@8k:20", own="rtx-3090", among="rtx-5090")

    async def steps(driven: Driven) -> None:
        await driven.press("c", "escape", "ctrl+n")
        assert driven.view.lineup is None

    drive(facts, steps, view=View(screen="decide", draft=draft))


def test_while_it_compares_it_says_how_far_it_is(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    status, said = ComparePage.status, []

    def say(self: ComparePage, *parts: str) -> None:
        said.append(parts[0] if parts else "")
        status(self, *parts)

    monkeypatch.setattr(ComparePage, "status", say)
    shown(facts, view=replace(VIEW, asked=Asked(context_tokens=13 * 1024)))
    assert [*dict.fromkeys(said)][:5] == [f"comparing: {count} of 4" for count in range(5)]


def test_the_verdicts_have_no_star(facts: Facts) -> None:
    text = shown(facts, view=VIEW, size=LARGE)
    runs = next(line for line in text.splitlines() if line.startswith(" runs "))
    assert "★" not in runs
    assert "☆" not in runs
