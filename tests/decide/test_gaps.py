"""What nobody has measured, ranked by how much it matters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from advisor.decide.doubt import doubt
from advisor.decide.gaps import Gap, gaps, impact_of
from advisor.decide.ranges import Range
from advisor.decide.standing import Standing, chosen
from advisor.estimate.note import Note
from advisor.evidence.finding import Measured
from tests.decide.options_invented import bought, cells, keeping, need
from tests.evidence.invented import SOURCES, row

HALF = Range(10, 21, 42)


def missing(options: list[Standing], **changed: Any) -> list[Gap]:
    pick, known = chosen(options), cells(options) | changed.get("known", {})
    assert pick
    return list(gaps(options, known, pick, doubt(need(), options, known, pick, 500)))


def test_impact_is_high_from_one_choice_in_ten_and_medium_from_one_in_fifty() -> None:
    assert [impact_of(worth) for worth in (0.5, 0.1, 0.099, 0.02, 0.0199, 0.0)] == [
        "high",
        "high",
        "medium",
        "medium",
        "low",
        "low",
    ]


def test_what_would_change_the_choice_comes_first() -> None:
    found = missing(
        [bought("sure", 300, {"chat": 25.0, "code": 40.0}), bought("unsure", 100, {"chat": HALF, "code": 40.0})]
    )
    assert (found[0].machine, found[0].workload.name, found[0].impact) == ("unsure", "chat", "high")
    assert found[0].met is not None
    assert 0.3 < found[0].met < 0.7


def test_a_row_of_the_very_case_leaves_no_gap_and_neither_does_what_does_not_run() -> None:
    option = bought("box", 300, {"chat": 25.0})
    measured = Measured(row(), SOURCES["maker"], 1, "exact", (), None)
    known = replace(option.served[0], measured=measured)
    assert not missing([option], known={("box", "chat"): known})


def test_a_speed_nobody_can_tell_matters_most_where_any_would_do_for_no_more_money() -> None:
    blind = keeping({"chat": 25.0, "code": None})
    found = missing([blind, bought("new", 900, {"chat": 25.0, "code": 40.0})])
    assert [(gap.machine, gap.workload.name) for gap in found if gap.impact == "high"] == [("mine", "code")]
    assert found[0].met is None


def test_a_speed_nobody_can_tell_of_something_dearer_matters_little() -> None:
    found = missing(
        [bought("new", 900, {"chat": 25.0, "code": 40.0}), bought("blind", 2000, {"chat": 25.0, "code": None})]
    )
    assert all(gap.impact == "low" for gap in found if gap.machine == "blind")


def test_of_options_ruled_out_nothing_is_asked() -> None:
    shut = bought("shut", 10, {"chat": HALF, "code": HALF})
    shut = replace(shut, option=replace(shut.option, out=(Note("more than one box"),)))
    found = missing([shut, bought("new", 900, {"chat": 25.0, "code": 40.0})])
    assert {gap.machine for gap in found} == {"new"}


def test_boxes_that_are_the_same_inside_are_one_gap() -> None:
    box, copy = bought("box", 300, {"chat": HALF, "code": 40.0}), bought("copy", 290, {"chat": HALF, "code": 40.0})
    assert copy.option.bought
    rebadged = replace(copy.option.bought, same_as="box")
    copy = replace(copy, option=replace(copy.option, bought=rebadged, machines=(rebadged,)))
    assert {gap.machine for gap in missing([box, copy])} == {"box"}
