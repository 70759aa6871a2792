"""Below 80 columns Fit shows one machine: what fits on it, the number chosen, and the memory taken."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.decide.grid import QUANTITIES
from advisor.present.machine_rows import LEAST_LABEL, RATE, VERDICT, behind, machine_row, widths
from advisor.tui.answers import Answers
from advisor.tui.view import View
from tests.tui.driving import SMALL, Driven, answers_of, drive, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from advisor.catalog.contents import Facts

SMALLEST, PORTRAIT, WIDEST = (40, 16), (60, 24), (79, 30)
SPARK = View(model="gpt-oss-120b", machine="dgx-spark")
CARD = View(model="gpt-oss-120b", machine="rtx-4090")
DESKTOP = View(model="glm-4.7-flash", machine="rtx-4090+rtx-5070-ti", filter="hw:rtx-4090+rtx-5070-ti,spark")
WALKS: dict[str, tuple[View, tuple[str, ...]]] = {
    "spark": (SPARK, ("space",)), "card": (CARD, ("v", "v", "v", "s")), "desktop": (DESKTOP, ("]", "=")), "list": (CARD, ("m", "4", "0", "9")),
}  # fmt: skip


@pytest.mark.parametrize("size", [PORTRAIT, WIDEST], ids=["60x24", "79x30"])
@pytest.mark.parametrize("name", WALKS)
def test_the_screen_shows_what_it_did(
    facts: Facts, golden: Callable[[str, str], None], name: str, size: tuple[int, int]
) -> None:
    view, keys = WALKS[name]
    golden(f"tui-one-{name}-{size[0]}x{size[1]}.txt", shown(facts, *keys, size=size, view=view))


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_line_says_what_the_cell_of_the_wide_table_says(facts: Facts, quantity: str) -> None:
    """The same cells, looked up where the app has them: verdict, number and gibibytes."""
    view = replace(CARD, quantity=quantity)  # type: ignore[arg-type]
    lines = shown(facts, size=WIDEST, view=view).splitlines()[5:-2]
    answers = answers_of(facts)
    parts = widths(WIDEST[0])
    verdicts = set()
    for line, model in zip(lines, answers.models(view), strict=False):
        cell = answers.cell(view, model, CARD.machine)
        assert cell
        row = machine_row(cell, parts)
        assert line[1 : 1 + len(model)] == model
        assert row.verdict in line
        assert row.number.rstrip() in line
        assert line.endswith(behind(row, parts).rstrip())
        verdicts.add(row.verdict.partition(" ")[0])
        if not cell.runs:
            assert not row.number
    assert len(lines) == WIDEST[1] - 7
    assert {"fits", "✗"} <= verdicts


@pytest.mark.parametrize("width", range(24, 80))
def test_no_line_is_longer_than_the_terminal(facts: Facts, width: int) -> None:
    parts = widths(width)
    used = 1 + parts.label + 1 + VERDICT + 1 + RATE + sum(1 + each for each in (parts.memory, parts.quant, parts.runtime) if each)  # fmt: skip
    assert used <= width
    if width >= SMALLEST[0]:
        assert parts.label >= LEAST_LABEL
        assert parts.memory


@pytest.mark.parametrize("width", [40, 46, 47, 56, 57, 66, 79])
def test_no_number_is_cut_at_the_edge(facts: Facts, width: int) -> None:
    for view in (SPARK, CARD):
        text = shown(facts, size=(width, 24), view=view)
        assert max(map(len, text.splitlines())) <= width
        lines = text.splitlines()[5:-2]
        assert len(lines) == 17
        whole = r" (fits|on host) +([░▒▓█] *[\d.]+([●◐]\d)?|\?) +[\d.]+( |$)"
        for line in lines:
            assert re.search(rf"{whole}| ✗ [\d,.]+ GiB short +[\d.]+( |$)| – ", line), line


def test_the_machine_stands_above_with_its_memory(facts: Facts) -> None:
    for width in (40, 60, 79):
        line = shown(facts, size=(width, 24), view=SPARK).splitlines()[2]
        assert line.startswith(" ← DGX Spark  128G 273GB/s  1 of ")
    long = shown(facts, size=(40, 24), view=DESKTOP).splitlines()[2]
    assert "→" in long
    assert "40G" in long


def test_arrows_turn_to_the_machine_beside(facts: Facts) -> None:
    machines = answers_of(facts).machines(SPARK)

    async def steps(driven: Driven) -> None:
        await driven.press("right", "right", "left")
        assert driven.view.machine == machines[1]
        assert driven.view.model == SPARK.model
        await driven.press("left", "left")
        assert driven.view.machine == machines[0]

    drive(facts, steps, size=PORTRAIT, view=SPARK)


def test_a_machine_is_found_by_any_of_its_names(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("m", *"strix halo", "enter")
        assert "strix" in driven.view.machine
        assert driven.view.model == SPARK.model
        await driven.press("m", "down", "enter")
        machines = driven.app.answers.machines(driven.view)
        before = next(place for place, name in enumerate(machines) if "strix" in name)
        assert driven.view.machine == machines[before + 1]

    drive(facts, steps, size=PORTRAIT, view=SPARK)


def test_a_name_no_machine_has_chooses_none(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("m", *"zz top", "enter")
        assert "nothing of that name" in driven.text
        await driven.press("escape")
        assert driven.view == SPARK

    drive(facts, steps, size=PORTRAIT, view=SPARK)


def test_only_machines_the_filter_leaves_are_offered(facts: Facts) -> None:
    text = shown(facts, "m", size=PORTRAIT, view=replace(SPARK, filter="hw:rtx-4090"))
    assert "RTX 4090" in text
    assert "AI Max" not in text


def test_the_wide_table_has_the_same_list(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("m", *"rtx 4090", "enter")
        assert driven.view.machine == "rtx-4090"

    drive(facts, steps, view=SPARK)


def test_clicks_turn_choose_and_open(facts: Facts) -> None:
    machines = answers_of(facts).machines(SPARK)

    async def steps(driven: Driven) -> None:
        async def click(x: int, y: int) -> None:
            await driven.pilot.click("OneMachine", offset=(x, y))
            await driven.settle()

        line = driven.text.splitlines()[2]
        await click(line.index("→"), 0)
        assert driven.view.machine == machines[1]
        await click(1, 0)
        assert driven.view.machine == machines[0]
        await click(line.index("Spark"), 0)
        assert "type a part of its name" in driven.text
        await driven.press("escape")
        await click(5, 4)
        assert driven.view.model == driven.app.answers.models(driven.view)[1]
        await click(5, 4)
        assert driven.view.screen == "model"

    drive(facts, steps, size=PORTRAIT, view=SPARK)


def test_the_keys_of_the_wide_table_do_the_same(facts: Facts) -> None:
    pressed = ("down", "down", "space", "pagedown", "v", "s", "]", "end", "up")
    views = []

    async def steps(driven: Driven) -> None:
        await driven.press(*pressed)
        views.append(driven.view)

    drive(facts, steps, size=(60, SMALL[1]), view=SPARK)
    drive(facts, steps, size=SMALL, view=SPARK)
    assert views[0] == views[1]


def test_a_window_made_narrow_and_wide_again_keeps_the_cursor(facts: Facts) -> None:
    view = View(model="glm-4.7-flash", machine="rtx-3090")

    async def steps(driven: Driven) -> None:
        wide = driven.text
        await driven.pilot.resize_terminal(*PORTRAIT)
        await driven.settle()
        assert re.search(r"^▸glm-4.7-flash", driven.text, re.MULTILINE)
        assert " ← RTX 3090  24G" in driven.text
        assert driven.view == view
        await driven.pilot.resize_terminal(*SMALL)
        await driven.settle()
        assert driven.text == wide

    drive(facts, steps, size=SMALL, view=view)


def test_cells_of_other_machines_are_not_worked_out(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    whole = Answers.fill

    def fill(self: Answers, view: View, pairs: Iterable[tuple[str, str]], seconds: float) -> bool:
        pairs = list(pairs)
        asked.update(machine for _, machine in pairs)
        return whole(self, view, pairs, seconds)

    monkeypatch.setattr(Answers, "fill", fill)
    shown(facts, "down", "pagedown", size=PORTRAIT, view=CARD)
    assert asked == {"rtx-4090"}


def test_what_is_exported_is_what_is_seen(facts: Facts, tmp_path: Path) -> None:
    drive(facts, lambda driven: driven.press("x", "enter"), size=PORTRAIT, view=CARD, folder=tmp_path)
    lines = (tmp_path / "advisor-fit.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + PORTRAIT[1] - 7
    assert all(",rtx-4090," in line for line in lines[1:])


@pytest.mark.parametrize("name", WALKS)
def test_a_plain_terminal_gets_plain_characters(facts: Facts, name: str) -> None:
    view, keys = WALKS[name]
    assert shown(facts, *keys, size=PORTRAIT, view=view, glyphs="ascii").isascii()


def test_without_colour_the_text_is_the_same(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = shown(facts, size=PORTRAIT, view=CARD)
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(facts, size=PORTRAIT, view=CARD) == coloured


def test_a_name_that_is_cut_stands_whole_below(facts: Facts) -> None:
    text = shown(facts, size=SMALLEST, view=View(model="qwen3-coder-30b-a3b", machine="dgx-spark"))
    assert "qwen3-coder-3…" in text
    assert text.splitlines()[-2].startswith(" qwen3-coder-30b-a3b")


def test_a_filter_may_leave_nothing(facts: Facts) -> None:
    text = shown(facts, "slash", *"zzzz", "enter", "down", "m", "right", "enter", "space", size=PORTRAIT, view=SPARK)
    assert "nothing is left by this filter" in text


def test_the_number_says_what_it_is(facts: Facts) -> None:
    for quantity, words in (
        ("decode", "decode"),
        ("at context", "ctx full"),
        ("prefill", "prefill"),
        ("price", "price"),
    ):
        text = shown(facts, size=SMALLEST, view=replace(SPARK, quantity=quantity))  # type: ignore[arg-type]
        assert words in text.splitlines()[3]
