"""What keys do: each makes a new view, and each is in the help."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest
from textual.binding import Binding

from advisor.decide.grid import QUANTITIES
from advisor.tui.answers import Answers
from advisor.tui.app import AdvisorApp
from advisor.tui.fit_page import FitPage
from advisor.tui.keys import PALETTE, keys
from advisor.tui.page import TOLD_S
from advisor.tui.screens import ENTRIES
from advisor.tui.view import Asked, View
from tests.tui.driving import LARGE, MOST_ROUNDS, Driven, answers_of, drive, shown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from advisor.catalog.contents import Facts

SPARK = View(model="gpt-oss-120b", machine="dgx-spark")


def after(facts: Facts, *pressed: str, view: View = SPARK) -> View:
    async def steps(driven: Driven) -> None:
        await driven.press(*pressed)

    return drive(facts, steps, view=view).view


def test_brackets_halve_and_double_the_context(facts: Facts) -> None:
    assert after(facts, "]", "]").asked.context_tokens == 32768
    assert after(facts, "[").asked.context_tokens == 4096


def test_minus_and_equals_halve_and_double_the_requests(facts: Facts) -> None:
    assert after(facts, "=", "=", "=", "-").asked.concurrency == 4


def test_a_runtime_is_chosen_by_a_part_of_its_name(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("r", *"vll", "enter")
        assert driven.view.asked.runtime == "vllm"
        await driven.press("r", "enter")
        assert driven.view.asked.runtime == "vllm"
        await driven.press("r", *"best", "enter")
        assert driven.view.asked.runtime == ""
        await driven.press("r", "escape")
        assert driven.view.asked.runtime == ""

    drive(facts, steps, view=SPARK)


def test_runtimes_are_listed_the_best_of_all_and_the_most_measured_first(facts: Facts) -> None:
    text = shown(facts, "r", view=SPARK, size=LARGE)
    names = ["best of all", *(facts.runtimes[name].name for name, _ in answers_of(facts).shelf.every_runtime)]
    places = [text.index(f"{name:<15}") for name in names]
    assert places == sorted(places)
    assert names[1] == "llama.cpp"
    rows = [facts.runtimes[name].refuses_memory is not None for name, _ in answers_of(facts).shelf.every_runtime]
    assert rows == sorted(rows)


def test_a_runtime_whose_memory_nobody_can_predict_is_shown_and_not_taken(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("r", *"nim")
        assert "NVIDIA NIM     memory not predicted" in driven.text
        await driven.press("enter")
        assert driven.view.asked.runtime == ""

    drive(facts, steps, view=SPARK, size=LARGE)


def test_the_number_in_the_cells_comes_round(facts: Facts) -> None:
    assert after(facts, "v").quantity == QUANTITIES[1]
    assert after(facts, *["v"] * len(QUANTITIES)).quantity == QUANTITIES[0]


@pytest.mark.parametrize(("pressed", "moved"), [("j", "down"), ("l", "right")])
def test_letters_move_as_arrows_do(facts: Facts, pressed: str, moved: str) -> None:
    assert after(facts, pressed) == after(facts, moved)
    assert after(facts, pressed) != SPARK


def test_space_marks_a_pair_and_marks_it_no_longer(facts: Facts) -> None:
    assert after(facts, "space").marks == (("gpt-oss-120b", "dgx-spark"),)
    assert after(facts, "space", "space").marks == ()


def test_sorting_by_a_machine_puts_the_fastest_model_first(facts: Facts) -> None:
    app = drive(facts, lambda driven: driven.press("s"), view=SPARK)
    order = app.answers.models(app.view)
    cells = [app.answers.cell(app.view, name, "dgx-spark") for name in order]
    rates = [each.rate.tok_s for each in cells if each and each.runs and each.rate and each.rate.tok_s]
    assert len(rates) > 50
    assert rates == sorted(rates, reverse=True)
    assert cells[0] and cells[0].rate and cells[0].rate.tok_s == rates[0]  # noqa: PT018 - one thing


def test_enter_goes_closer_and_escape_back(facts: Facts) -> None:
    assert after(facts, "enter").screen == "model"
    assert after(facts, "enter", "enter").screen == "evidence"
    assert after(facts, "enter", "enter", "escape").screen == "model"
    assert after(facts, "enter", "enter", "escape", "escape").screen == "fit"


def test_every_screen_has_its_number(facts: Facts) -> None:
    for entry in ENTRIES:
        assert after(facts, entry.key).screen == entry.name


def test_a_filter_is_read_as_it_is_typed(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("slash", *"moe")
        assert driven.view.filter == "moe"
        await driven.press("space", *"ctx>")
        assert driven.view.filter == "moe ctx"
        await driven.press(*"=8k")
        assert driven.view.filter == "moe ctx>=8k"
        await driven.press("enter", "q")

    drive(facts, steps, view=SPARK)


def test_a_filter_that_means_nothing_says_so(facts: Facts) -> None:
    assert "compares nothing known" in shown(facts, "slash", *"a<b", view=SPARK, size=LARGE)


def test_what_is_wrong_with_a_filter_stays_said_until_it_is_right(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("slash", *"ctx>=8q")
        assert driven.app.page
        driven.app.page.show(driven.view)
        await driven.settle()
        assert "write one of" in driven.text
        await driven.press("backspace")
        assert "write one of" not in driven.text
        await driven.press("z", "enter")
        assert "write one of" in driven.text
        assert driven.view.filter == "ctx>=8"
        await driven.press("down")
        assert "write one of" not in driven.text

    drive(facts, steps, view=SPARK, size=LARGE)


def test_a_filter_may_leave_nothing(facts: Facts) -> None:
    text = shown(facts, "slash", *"zzzz", "enter", "down", "enter", "s", "v", "space", view=SPARK)
    assert "nothing is left by this filter" in text


def test_escape_closes_the_filter_and_keeps_what_it_says(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("slash", *"moe", "escape")
        assert not driven.app.screen.query("#filter")
        assert (driven.view.filter, driven.view.screen) == ("moe", "fit")

    drive(facts, steps, view=SPARK)


def test_escape_on_fit_clears_the_filter_and_then_the_marks_and_says_so_before(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        assert "esc clears the filter" in driven.text
        await driven.press("escape")
        assert (driven.view.filter, driven.view.asked.quant, len(driven.view.marks)) == ("", "", 1)
        assert "esc unmarks 1" in driven.text
        await driven.press("escape")
        assert driven.view.marks == ()
        assert "esc " not in driven.text.splitlines()[-2]
        before = driven.view
        await driven.press("escape")
        assert driven.view == before

    view = replace(SPARK, filter="gpt-oss quant:q8_0", marks=(("gpt-oss-120b", "dgx-spark"),))
    drive(facts, steps, view=replace(view, asked=Asked(quant="q8_0")), size=LARGE)


def test_escape_goes_back_before_it_clears_anything(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("3", "1")
        assert "esc clears" not in driven.text
        await driven.press("escape")
        assert (driven.view.screen, driven.view.filter) == ("evidence", "gpt-oss")
        await driven.press("escape")
        assert (driven.view.screen, driven.view.filter) == ("fit", "gpt-oss")
        assert "esc clears the filter" in driven.text
        await driven.press("slash", "escape")
        assert driven.view.filter == "gpt-oss"

    drive(facts, steps, view=replace(SPARK, filter="gpt-oss"))


def test_a_filter_that_leaves_nothing_says_how_to_clear_it(facts: Facts) -> None:
    assert "esc clears the filter" in shown(facts, view=replace(SPARK, filter="zzzz"))


def test_what_a_key_did_stands_in_the_line_of_remarks_until_the_next(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("y")
        assert driven.text.splitlines()[-2] == " copied: advisor fit gpt-oss-120b --hw dgx-spark"
        assert not driven.app._notifications
        await driven.press("down")
        assert "copied" not in driven.text
        await driven.press("y", "question_mark", "escape")
        assert "copied" not in driven.text

    drive(facts, steps, view=SPARK)


def test_what_is_too_long_for_the_line_of_remarks_stands_in_front_for_a_short_while(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("y")
        assert driven.app.clipboard.startswith("advisor fit nemotron-3-super")
        (said,) = driven.app._notifications
        assert said.timeout == TOLD_S < 5
        covered = [line for line in driven.text.splitlines() if "advisor fit" in line or "--concurrency" in line]
        assert len(covered) <= 2
        await driven.press("slash")
        assert not driven.app._notifications
        assert "advisor fit" not in driven.text

    asked = Asked(context_tokens=2**20, concurrency=64, runtime="llama.cpp")
    drive(facts, steps, view=View(model="nemotron-3-super-120b-a12b", machine="rtx-4090+rtx-5070-ti", asked=asked))


def test_every_binding_is_in_the_help_of_every_screen(facts: Facts) -> None:
    for entry in ENTRIES:
        texts: list[str] = []

        async def steps(driven: Driven, texts: list[str] = texts) -> None:
            await driven.press("question_mark")
            texts.append(str(driven.app.screen._text))  # type: ignore[attr-defined]

        drive(facts, steps, view=View(screen=entry.name, model=SPARK.model, machine=SPARK.machine))
        flat = " ".join(texts[0].split())
        for key in (*entry.page().own_keys(), PALETTE):
            assert " ".join(f"{key.shown} {key.says}".split()) in flat, key.id


def test_every_binding_is_a_key_of_the_table() -> None:
    bound = {binding.id for binding in AdvisorApp.BINDINGS if isinstance(binding, Binding)}
    assert bound == {key.id for key in keys()}


def test_no_key_does_two_things() -> None:
    every = [name for key in keys() for name in key.keys.split(",")]
    assert len(every) == len(set(every))


def test_no_key_leads_to_a_screen_that_is_not_there(facts: Facts) -> None:
    offered = {entry.name for entry in ENTRIES}
    assert all(not key.needs or key.needs in offered for key in keys())
    assert after(facts, "c").screen in offered


def test_a_key_that_means_nothing_here_says_so(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        before = driven.view
        await driven.press("v")
        assert driven.text.splitlines()[-2].startswith(" v means nothing on this screen")
        assert driven.view == before
        await driven.press("down")
        assert "means nothing" not in driven.text

    drive(facts, steps, view=replace(SPARK, screen="evidence"))


def test_the_help_names_each_key_alone_and_the_bar_both(facts: Facts) -> None:
    text = shown(facts, "question_mark", view=SPARK, size=(120, 60))
    assert "  ]       double the context" in text
    assert "  =       double the requests at once" in text
    assert text.splitlines()[-1].startswith(" enter Open  / Filter  [ ] Context  - = Users")


def test_a_mark_under_the_cursor_shows(facts: Facts) -> None:
    assert "»▓" in shown(facts, "space", view=SPARK)
    assert "+▓" in shown(facts, "space", "right", view=SPARK)


def test_one_model_is_no_plural(facts: Facts) -> None:
    view = replace(SPARK, filter="gpt-oss-120b hw:rtx-5090")
    assert "1 model × 2 machines" in shown(facts, view=view, size=LARGE)


def test_while_the_order_is_not_known_it_says_so(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, status, calls, said = Answers.fill, FitPage.status, count(), []

    def fill(self: Answers, view: View, pairs: Iterable[tuple[str, str]], seconds: float) -> bool:
        return whole(self, view, pairs, seconds) and next(calls) > 3

    def say(self: FitPage, *parts: str) -> None:
        said.append(parts[0])
        status(self, *parts)

    async def steps(driven: Driven) -> None:
        monkeypatch.setattr(Answers, "fill", fill)
        monkeypatch.setattr(FitPage, "status", say)
        await driven.press("s")

    drive(facts, steps, view=SPARK)
    assert said[0] == "the order follows once all are known"
    assert said[-1] == ""


def test_y_copies_the_command_for_what_is_shown(facts: Facts) -> None:
    view = View(model="gpt-oss-120b", machine="dgx-spark", asked=Asked(16384, 4, "vllm"))
    app = drive(facts, lambda driven: driven.press("y"), view=view)
    assert app.clipboard == "advisor fit gpt-oss-120b --hw dgx-spark --context 16k --concurrency 4 --runtime vllm"
    app = drive(facts, lambda driven: driven.press("3", "y"), view=SPARK)
    assert app.clipboard == "advisor evidence gpt-oss-120b --hw dgx-spark"
    app = drive(facts, lambda driven: driven.press("2", "right", "y"), view=SPARK)
    assert app.clipboard == "advisor fit gpt-oss-120b --hw dgx-spark --curve"


def test_o_copies_the_address_where_there_is_no_browser(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "somewhere")
    app = drive(facts, lambda driven: driven.press("3", "o"), view=SPARK)
    assert app.clipboard.startswith("https://")


def test_x_writes_the_table_and_the_picture(facts: Facts, tmp_path: Path) -> None:
    drive(
        facts,
        lambda driven: driven.press("x", "enter", "x", "down", "enter", "x", "down", "down", "enter"),
        view=SPARK,
        folder=tmp_path,
    )
    lines = (tmp_path / "advisor-fit.csv").read_text().splitlines()
    assert lines[0].startswith("model,hardware,quant,runtime,verdict")
    assert lines[1].startswith("gpt-oss-120b,dgx-spark,mxfp4,llama.cpp,fits,8192,1,at context,")
    assert (tmp_path / "advisor-fit.md").read_text().startswith("| model")
    assert (tmp_path / "advisor-fit.svg").read_text().startswith("<svg")


def test_an_export_overwrites_nothing(facts: Facts, tmp_path: Path) -> None:
    (tmp_path / "advisor-evidence.csv").write_text("mine")
    drive(facts, lambda driven: driven.press("3", "x", "enter"), view=SPARK, folder=tmp_path)
    assert (tmp_path / "advisor-evidence.csv").read_text() == "mine"
    assert "57.14" in (tmp_path / "advisor-evidence-2.csv").read_text()


def test_why_says_the_formula_and_its_inputs(facts: Facts) -> None:
    text = shown(facts, "e", view=SPARK, size=(200, 60))
    assert "why this number" in text
    assert "predicted at depth 0" in text


def test_a_click_moves_the_cursor_and_a_second_opens(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.pilot.click("HeatMap", offset=(40, 4))
        await driven.settle()
        assert (driven.view.model, driven.view.machine) == ("gpt-oss-20b", driven.app.answers.machines(driven.view)[1])
        await driven.pilot.click("HeatMap", offset=(40, 4))
        await driven.settle()
        assert driven.view.screen == "model"
        await driven.pilot.click("#tabs", offset=(24, 0))
        await driven.settle()
        assert driven.view.screen == "evidence"

    drive(facts, steps, view=SPARK)


def test_a_click_turns_to_a_part_of_the_model(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        for name, tab in (("Formats", 4), ("Speed", 1), ("Memory", 0)):
            place = driven.text.splitlines()[2].index(name)
            await driven.pilot.click(offset=(place + 1, 2))
            await driven.settle()
            assert driven.view.tab == tab
            assert f"[{name}]" in driven.text

    drive(facts, steps, view=replace(SPARK, screen="model"))


def test_the_palette_finds_commands_by_name(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("ctrl+p", *"double the context", "enter")
        assert driven.view.asked.context_tokens == 16384

    drive(facts, steps, view=SPARK)


def test_what_the_next_key_is_likely_to_ask_is_worked_out_before(facts: Facts) -> None:
    fresh = replace(SPARK, asked=Asked(context_tokens=12288, concurrency=3))

    async def steps(driven: Driven) -> None:
        for _ in range(MOST_ROUNDS):
            await driven.pilot.pause()
            if driven.app.answers.cell(fresh.crowded(-1), SPARK.model, SPARK.machine):
                break
        assert driven.app.answers.cell(fresh.stretched(1), SPARK.model, SPARK.machine)

    drive(facts, steps, view=fresh, looks_ahead=True)
