"""What is said of a finding where there is no speed to draw."""

from __future__ import annotations

from dataclasses import replace

from advisor.present.pane import beyond_trained, facts_lines, no_curve
from advisor.present.screen_rows import memory_lines
from tests.present.findings import CARD, MODEL, case, does_not_fit, fits

SHORT = replace(MODEL, context_tokens=8192)


def test_a_context_beyond_the_trained_one_is_said_wherever_there_is_no_speed() -> None:
    asked = replace(case(CARD, context_tokens=32768), model=SHORT)
    found = fits(case=asked)
    assert beyond_trained(found) == no_curve(found) == "trained for 8,192 tokens: memory only, no speed beyond"
    assert any("trained for 8,192" in line for line in facts_lines(found, 80))
    assert "fits, but was trained for 8,192 only" in memory_lines(found, None, "card", 120)[1]


def test_a_context_within_the_trained_one_is_not() -> None:
    assert beyond_trained(fits(case=replace(case(CARD, context_tokens=8192), model=SHORT))) == ""


def test_what_does_not_fit_has_no_curve_because_of_that() -> None:
    assert no_curve(does_not_fit()) == "it does not fit, 10.0 GiB short"
