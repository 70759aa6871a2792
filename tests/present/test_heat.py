"""Cells and the pane beside them: prices of a token a second, limits of the search, machines without a stated memory."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.decide.choose import answer
from advisor.decide.question import Question
from advisor.estimate.limits import MOST_REQUESTS
from advisor.estimate.machine import Setup
from advisor.present.explain import explain
from advisor.present.fit_card import card, most_requests
from advisor.present.formats import price_per_tok_s
from advisor.present.heat import UNSTATED, cell_text, memory_unstated
from advisor.present.machine_rows import machine_row, widths
from advisor.present.pane import facts_lines
from advisor.tui.view import View
from tests.present.findings import EVERY_VERDICT, fits
from tests.tui.driving import answers_of

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts

CHANNELS = "ddr5-6000-2ch"


@pytest.mark.parametrize(
    ("price", "written"),
    [(12345.6, "12,346"), (109.4, "109"), (99.6, "100"), (88.8, "89"), (14.1, "14"), (9.96, "10"), (9, "9.0"), (0.996, "1.0"), (0.254, "0.25"), (0.0254, "0.025")],
)  # fmt: skip
def test_a_price_of_a_token_a_second_has_two_digits_and_whole_numbers_from_a_hundred(
    price: float, written: str
) -> None:
    assert price_per_tok_s(price) == written


@given(st.floats(0.001, 1e6))
def test_a_written_price_is_within_five_percent(price: float) -> None:
    assert float(price_per_tok_s(price).replace(",", "")) == pytest.approx(price, rel=0.051)


def test_where_the_search_for_requests_ended_more_may_run() -> None:
    assert most_requests(1) == "one request"
    assert most_requests(MOST_REQUESTS - 1) == "1,023 requests at once"
    assert most_requests(MOST_REQUESTS) == "1,024 or more requests at once"
    found = fits(max_concurrency=MOST_REQUESTS)
    for text in (card(found), " ".join(facts_lines(found, 200))):
        assert "or 1,024 or more requests at once of 8,192" in text
    assert "1,024 or more requests of 8,192" in explain(found)


def test_a_machine_whose_memory_nobody_states_says_that_and_how_a_need_states_it(facts: Facts) -> None:
    answers = answers_of(facts)
    for name in (CHANNELS, "radeon-780m"):
        view = View()
        answers.fill(view, [("gpt-oss-20b", name)], inf)
        found = answers.cell(view, "gpt-oss-20b", name)
        assert found
        assert cell_text(found).text == f"– {UNSTATED}"
        assert machine_row(found, widths(79)).verdict == f"– {UNSTATED}"
        assert found.best
        lines = " ".join(facts_lines(found.best, 200))
        assert (f"machine: {name}, host_memory_gb: 64" in lines) == (name == CHANNELS)


def test_with_its_memory_stated_it_runs(facts: Facts) -> None:
    answers = answers_of(facts)
    hardware, model = facts.hardware[CHANNELS], facts.models["gpt-oss-20b"]
    question = Question(
        model=model, hardware=hardware, demand=View().asked.demand(), setup=Setup(host_bytes=64 * 2**30)
    )
    best = answer(facts, answers.calibration, question)[0]
    assert best.verdict == "fits"
    assert not memory_unstated(best)


def test_what_is_refused_for_another_reason_does_not_speak_of_memory() -> None:
    assert not any(memory_unstated(found) for found in EVERY_VERDICT)
