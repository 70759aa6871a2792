"""Compare: marked machines side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.present.compare_screen import board
from advisor.present.compare_words import sentences
from advisor.tui.compare_page import compared
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
    assert {"dgx-spark", "rtx-4090+rtx-5070-ti"} <= {machine for _, machine in app.view.marks}


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
    for _, told in sentences(found):
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
