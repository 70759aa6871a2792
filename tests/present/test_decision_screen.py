"""Options of a decision on a screen: what is enough and what is not, so that a number never says the opposite of its sign."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.decide.ranges import exactly
from advisor.present.decision_screen import verdict
from advisor.present.options_table import speed
from tests.decide.options_invented import CHAT, served


@pytest.mark.parametrize(
    ("rate", "shown"),
    [(19.96, "○19.96"), (19.7, "○19.7"), (12.3, "○12"), (20.0, "○20"), (20.4, "○20"), (19.9999, "○20")],
)
def test_a_rate_below_its_floor_is_not_rounded_up_to_it(rate: float, shown: str) -> None:
    assert speed(served(CHAT, "box", rate), bare=True) == shown


def test_a_rate_without_a_floor_has_two_digits() -> None:
    assert speed(served(replace(CHAT, floor_tok_s=None), "box", 19.7), bare=True) == "○20"


def test_what_is_fast_enough_and_starts_too_late_says_late() -> None:
    hurried = replace(CHAT, ttft_s=5.0)
    assert verdict(served(hurried, "box", 30, wait=exactly(4))) == "✓"
    assert verdict(served(hurried, "box", 30, wait=exactly(6))) == "✗ late"
    assert verdict(served(hurried, "box", 10, wait=exactly(6))) == "✗"
    assert verdict(served(hurried, "box", None, runs=False)) == "✗"
