"""`advisor tui` from the command line."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.cli.tui import SCREENS, asked_for
from advisor.errors import AdvisorError
from advisor.present.heat import number
from advisor.tui.draft import Draft
from advisor.tui.need_files import read
from advisor.tui.page import asking, command_text
from advisor.tui.screens import ENTRIES
from advisor.tui.view import Asked, View
from tests.tui.driving import answers_of

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.decide.grid import Quantity
    from tests.cli.conftest import Advisor


def test_the_option_offers_the_screens_there_are() -> None:
    assert tuple(entry.name for entry in ENTRIES) == SCREENS


def test_in_a_pipe_the_screens_are_refused(advisor: Advisor) -> None:
    answered = advisor("tui")
    assert answered.code == 2
    assert "need a terminal" in answered.err


def test_in_a_pipe_advisor_alone_prints_help(advisor: Advisor) -> None:
    answered = advisor()
    assert answered.code == 0
    assert "Commands:" in answered.out


def test_the_command_line_says_where_to_open(facts: Facts) -> None:
    values = {
        "model": "gpt-oss-120b",
        "machine": "spark",
        "screen": "evidence",
        "context_tokens": 32768,
        "concurrency": 4,
        "quant": "mxfp4",
        "runtime": "llama.cpp",
    }
    assert asked_for(facts, View(), values) == View(
        "evidence", "gpt-oss-120b", "dgx-spark", Asked(32768, 4, "llama.cpp", "mxfp4"), filter="quant:mxfp4"
    )


def test_a_composed_machine_becomes_a_column(facts: Facts) -> None:
    view = asked_for(facts, View(), {"machine": "3x rtx-3060-12"})
    assert (view.machine, view.filter) == ("3xrtx-3060-12", "hw:3xrtx-3060-12")
    assert answers_of(facts).machines(view) == ("3xrtx-3060-12",)


def test_what_is_not_said_is_as_it_was_left(facts: Facts) -> None:
    left = View("model", "gpt-oss-20b", "rtx-4090", Asked(16384), filter="moe")
    assert asked_for(facts, left, {}) == left


@pytest.mark.parametrize(
    "values", [{"model": "nobody"}, {"machine": "nothing"}, {"runtime": "none"}, {"quant": "q99"}, {"words": "ctx>"}]
)
def test_a_wrong_name_is_an_error(facts: Facts, values: dict[str, str]) -> None:
    with pytest.raises(AdvisorError):
        asked_for(facts, View(), values)


@pytest.mark.parametrize(("model", "machine", "asked"), [
    ("gpt-oss-120b", "dgx-spark", Asked()), ("qwen3-30b-a3b", "rtx-5090", Asked(32768)), ("glm-4.7-flash", "rtx-4090+rtx-5070-ti", Asked(16384)),
    ("llama-3.1-8b", "rtx-5090", Asked(8192, 1, "llama.cpp")), ("gemma-3-27b", "rtx-4090", Asked(8192, 1, "", "q4_k_m")),
    ("gpt-oss-20b", "rtx-5090", Asked(65536, prompt_tokens=4096)),
])  # fmt: skip
@pytest.mark.parametrize("quantity", ["decode", "at context"])
def test_a_cell_is_what_its_copied_command_prints(
    facts: Facts, advisor: Advisor, model: str, machine: str, asked: Asked, quantity: Quantity
) -> None:
    answers, view = answers_of(facts), View(model=model, machine=machine, asked=asked, quantity=quantity)
    answers.fill(view, [(model, machine)], float("inf"))
    shown = answers.cell(view, model, machine)
    assert shown
    command = asking("fit", view, answers)
    assert command_text(command).startswith("advisor fit ")
    printed = advisor(*command[1:])
    assert printed.code == 0
    depth = 0 if quantity == "decode" else asked.context_tokens if asked.prompt_tokens is None else asked.prompt_tokens
    found = re.search(rf"([\d.]+) tok/s predicted at depth {depth:,}[^\d]", printed.out)
    assert found, printed.out
    assert found[1] == number(shown)


def test_what_the_need_says_of_a_machine_is_in_the_copied_command(facts: Facts, advisor: Advisor) -> None:
    """The desktop of the example states how fast its main memory is: with it there is a speed, on Fit as in what the command prints."""
    draft, answers = read(facts, "examples/spark-or-desktop.yaml"), answers_of(facts)
    model, machine = "gpt-oss-120b", "rtx-4090+rtx-5070-ti"
    view = View(model=model, machine=machine, draft=draft)
    for each, is_known in ((view, True), (replace(view, draft=Draft()), False)):
        answers.fill(each, [(model, machine)], float("inf"))
        shown = answers.cell(each, model, machine)
        assert shown
        printed = json.loads(advisor(*asking("fit", each, answers)[1:], "--json").out)["findings"][0]
        assert printed["verdict"] == "fits-offloaded"
        predicted = (printed["decode_at_context"] or {}).get("tok_s")
        assert (predicted is not None) == is_known
        assert (shown.rate.tok_s if shown.rate else None) == (pytest.approx(predicted, abs=0.001) if is_known else None)
