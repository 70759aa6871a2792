"""How accuracy is counted: errors, intervals no row widens for itself, and what chance allows."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.evidence.accuracy import LEAST_ROWS, Judged, accuracy, binomial_band, judged
from advisor.evidence.tested import HELD_OUT, Tested, group_of
from advisor.evidence.worst import reason, worst
from advisor.present.formats import say
from tests.evidence.invented import SOURCES, row, world


def held(factor: float, group: str = "a", nearness: str = "same hardware", **fields: object) -> Tested:
    """A row measured at 100 tok/s times the factor and predicted at 100."""
    found = row(f"{group}-{factor:g}-{nearness}", **fields)
    return Tested(found, group, 100 * factor, 100.0, nearness)


SPREAD = [held(math.exp(0.01 * (index - 50)), f"group-{index}") for index in range(101)]


def test_a_group_is_what_was_left_out_with_the_row() -> None:
    facts = world([row("a", hardware="copy")], sources=SOURCES | {"maker": replace(SOURCES["maker"], family="makers")})
    found = {held_out: group_of(facts, facts.records["a"], held_out) for held_out in HELD_OUT}
    assert found == {"source": "makers", "pair": "box/tiny", "model": "tiny", "hardware": "box"}
    assert group_of(world(), row(source="forum"), "source") == "forum"


def test_error_is_the_share_the_prediction_is_off_from_the_measurement() -> None:
    assert Judged(held(0.5), 1, 2).error == pytest.approx(1.0)
    assert Judged(held(2.0), 1, 2).error == pytest.approx(0.5)


def test_an_interval_at_a_level_holds_that_share_of_what_it_came_from() -> None:
    found = accuracy(judged(SPREAD, 0.8), 0.8)
    assert found is not None
    assert found.rows == 101
    assert found.coverage == pytest.approx(0.8, abs=0.03)
    assert found.honest
    assert found.width == pytest.approx(math.exp(0.8) - 1, rel=0.05)


def test_a_row_does_not_widen_its_own_interval() -> None:
    rows = [*(held(1.0, f"g{index}") for index in range(40)), held(9.0, "wild")]
    wild = judged(rows)[-1]
    assert (wild.low, wild.high) == pytest.approx((100.0, 100.0))
    assert not wild.covered


def test_rows_of_another_nearness_give_no_interval_while_there_are_enough_of_the_own() -> None:
    rows = [
        *(held(1.0, f"near-{index}") for index in range(30)),
        *(held(5.0, f"far-{index}", "far") for index in range(30)),
    ]
    assert {row.width for row in judged(rows)} == {0.0}
    few = [
        *(held(1.0, f"near-{index}") for index in range(30)),
        *(held(5.0, f"far-{index}", "far") for index in range(3)),
    ]
    assert judged(few)[-1].width > 0 or judged(few)[-1].low == pytest.approx(100.0)


def test_a_lone_row_has_no_interval_to_miss() -> None:
    (only,) = judged([held(3.0)])
    assert only.covered
    assert only.high == math.inf


def test_no_rows_show_nothing() -> None:
    assert accuracy(()) is None


def test_few_rows_cannot_tell_whether_an_interval_is_honest() -> None:
    found = accuracy(judged(SPREAD[: LEAST_ROWS - 1]))
    assert found is not None
    assert found.band is None
    assert found.honest is None


@given(st.integers(1, 300), st.floats(0.05, 0.95))
def test_the_band_holds_the_level_and_narrows_with_more_rows(rows: int, level: float) -> None:
    low, high = binomial_band(rows, level)
    assert 0 <= low <= level + 1 / rows
    assert level - 1 / rows <= high <= 1
    wide, narrow = binomial_band(50, 0.8), binomial_band(500, 0.8)
    assert narrow[1] - narrow[0] < wide[1] - wide[0]


def test_the_band_is_the_textbook_one() -> None:
    assert binomial_band(100, 0.8) == (0.72, 0.88)


def test_the_worst_rows_come_first_whichever_way_they_are_off() -> None:
    rows = [held(1.1), held(0.2), held(3.0)]
    assert [round(row.measured) for row in worst(rows, 2)] == [20, 300]


def test_other_pages_that_disagree_are_the_reason_named_first() -> None:
    off = held(0.3)
    other = held(1.0, "b", source="forum")
    assert "other pages measured" in say(reason(world(), off, [off, other]))


def test_a_machine_that_is_off_as_a_whole_is_named() -> None:
    rows = [held(0.5, f"g{index}", model=f"m{index}", quant=f"q{index}", source=name)
            for index, name in enumerate(("maker", "forum", "magazine", "maker", "forum"))]  # fmt: skip
    said = say(reason(world(), rows[0], rows))
    assert said.startswith("this machine with llama.cpp")
    assert "4 other rows" in said
    assert "+100 % off" in said


@pytest.mark.parametrize(("others", "words"), [(0, "no other row of"), (1, "1 other row of"), (2, "2 other rows of")])
def test_a_machine_few_measured_is_a_reason(others: int, words: str) -> None:
    rows = [held(1.0, f"g{index}", model=f"m{index}") for index in range(others)]
    said = say(reason(world(), held(2.0), rows))
    assert said == f"{words} this machine: it is predicted from other machines"


def test_without_a_pattern_the_reason_is_said_to_be_unknown() -> None:
    rows = [held(1.0, f"g{index}", model=f"m{index}", source="forum") for index in range(4)]
    assert say(reason(world(), held(2.0), rows)).startswith("not known")
