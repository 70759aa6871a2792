"""Gaps: what nobody has measured, of a need or of the view."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from advisor.decide.unmeasured import Unmeasured, unmeasured
from advisor.present.gaps import gap_object
from advisor.present.gaps_screen import of_need
from advisor.tui.draft import Draft
from advisor.tui.draft_need import need_of
from advisor.tui.view import View
from tests.tui.driving import LARGE, SMALL, Driven, answers_of, drive, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from advisor.catalog.contents import Facts

DRAFT = Draft(
    want="gpt-oss-120b@32k:40, glm-4.7-flash@112k:17",
    budget="6000EUR",
    among="dgx-spark, strix-halo-128",
    own="rtx-4090+rtx-5070-ti",
)
OF_NEED = View(screen="gaps", draft=DRAFT)
OF_VIEW = View(screen="gaps", filter="gpt-oss hw:spark,rtx-5090")


def test_the_screen_at_two_sizes(facts: Facts, golden: Callable[[str, str], None]) -> None:
    for size in (SMALL, LARGE):
        golden(f"tui-gaps-{size[0]}x{size[1]}.txt", shown(facts, view=OF_NEED, size=size))
        golden(f"tui-gaps-view-{size[0]}x{size[1]}.txt", shown(facts, view=OF_VIEW, size=size))


def test_the_gaps_of_a_need_stand_as_the_decision_has_them(facts: Facts, tmp_path: Path) -> None:
    drive(facts, lambda driven: driven.press("x", "enter"), view=OF_NEED, folder=tmp_path)
    lines = (tmp_path / "advisor-gaps.csv").read_text(encoding="utf-8").splitlines()[1:]
    found = answers_of(facts).decided(need_of(facts, DRAFT)).gaps
    assert [line.split(",")[0] for line in lines] == [gap_object(gap)["impact"].upper() for gap in found]
    assert len(lines) > 2


def test_machines_go_by_their_labels(facts: Facts) -> None:
    rows = of_need(answers_of(facts).decided(need_of(facts, DRAFT)))
    assert {row.cells[2] for row in rows} == {"DGX Spark", "AI Max+ 395", "RTX 4090+RTX 5070 Ti"}


def test_the_widest_prediction_of_a_view_comes_first_and_measured_pairs_are_left_out(facts: Facts) -> None:
    answers = answers_of(facts)
    pairs = [(model, machine) for model in answers.models(OF_VIEW) for machine in answers.machines(OF_VIEW)]
    answers.fill(OF_VIEW, pairs, inf)
    cells = [cell for pair in pairs if (cell := answers.cell(OF_VIEW, *pair))]
    found = unmeasured(cells)
    widths = [each.width for each in found]
    assert found
    assert widths == sorted(widths, reverse=True)
    near = next(cell for cell in cells if cell.measured)
    assert near.measured
    exact = replace(near, measured=replace(near.measured, closeness="exact"))
    assert near.best in [each.finding for each in unmeasured([near])]
    assert unmeasured([exact]) == ()
    assert Unmeasured(found[0].finding, None).width == inf


def test_n_copies_the_command_that_starts_the_row_and_says_what_to_run(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("n")
        assert driven.app.clipboard.startswith("advisor catalog new benchmark > catalog/benchmarks/")
        assert "measure it there" in driven.text
        assert "model: " in driven.text

    drive(facts, steps, view=OF_NEED, size=LARGE)


def test_enter_opens_the_model_of_the_gap(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("down", "enter")
        assert driven.view.screen == "model"
        assert driven.view.model in {"gpt-oss-120b", "glm-4.7-flash"}

    drive(facts, steps, view=OF_NEED)


def test_why_explains_the_line_as_the_line_asks_whatever_the_view_asks(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        first = of_need(answers_of(facts).decided(need_of(facts, DRAFT)))[0].finding
        assert first
        await driven.press("e")
        assert f"context {first.case.demand.context_tokens:,}" in driven.text
        assert "1,048,576" not in driven.text

    asked = replace(OF_NEED.asked, context_tokens=2**20)
    drive(facts, steps, view=replace(OF_NEED, asked=asked), size=LARGE)


def test_a_need_that_cannot_be_read_is_said(facts: Facts) -> None:
    text = shown(facts, "n", "down", "e", "escape", view=View(screen="gaps", draft=Draft(want="abacus")), size=LARGE)
    assert "abacus" in text
    assert "5 goes to the need" in text


def test_nothing_left_by_the_filter_is_no_gap(facts: Facts) -> None:
    assert "has a row of its own, or does not run" in shown(
        facts, "n", "down", "enter", view=View(screen="gaps", filter="zzzz")
    )


def test_a_plain_terminal_gets_plain_characters(facts: Facts) -> None:
    assert shown(facts, view=OF_NEED, glyphs="ascii").isascii()
    assert shown(facts, view=OF_VIEW, glyphs="ascii").isascii()
