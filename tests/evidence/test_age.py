"""Later software overtakes earlier rows of the same case, and only those."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from advisor.evidence.age import day, overtaken
from tests.evidence.invented import row, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog


def overtaken_by(
    later: dict[str, Any], earlier: dict[str, Any] | None = None, as_of: str | None = None
) -> dict[str, str]:
    """What a row of 2026-01-01 and a later one make of each other."""
    first = {"conditions": {"date": "2026-01-01"}} | (earlier or {})
    rows = [row("first", **first), row("second", **later)]
    return overtaken(world(rows), rows, as_of)


@pytest.mark.parametrize(
    ("text", "stands_for"),
    [("2026", date(2026, 7, 15)), ("2026-02", date(2026, 2, 15)), ("2026-02-05", date(2026, 2, 5))],
)
def test_a_date_stands_for_its_middle(text: str, stands_for: date) -> None:
    assert day(text) == stands_for


@pytest.mark.parametrize("later", ["2026-01-22", "2026-02", "2027"])
def test_three_weeks_make_another_software(later: str) -> None:
    assert overtaken_by({"conditions": {"date": later}}) == {"first": later}


@pytest.mark.parametrize("later", ["2026-01-21", "2026-01", None])
def test_less_than_three_weeks_may_be_the_same_software(later: str | None) -> None:
    assert overtaken_by({"conditions": {"date": later}}) == {}


@pytest.mark.parametrize(
    "other",
    [
        {"hardware": "fast"}, {"devices": 2}, {"model": "moe"}, {"quant": "q8_0"}, {"plain_decode": False}, {"disputed": "wrong"},
        {"decode_tok_s": None}, {"conditions": {"date": "2026-06", "runtime": "cousin"}}, {"conditions": {"date": "2026-06", "backend": "cpu"}},
        {"conditions": {"date": "2026-06", "depth_tokens": 4096}}, {"conditions": {"date": "2026-06", "concurrency": 4}},
        {"conditions": {"date": "2026-06", "placement": "host"}},
    ],
    ids=str,
)  # fmt: skip
def test_another_case_overtakes_nothing(other: dict[str, Any]) -> None:
    assert overtaken_by({"conditions": {"date": "2026-06"}} | other) == {}


@pytest.mark.parametrize(
    "same",
    [
        {"hardware": "copy"}, {"source": "forum"}, {"conditions": {"date": "2026-06", "depth_tokens": 512}},
        {"conditions": {"date": "2026-06", "backend": "cuda"}}, {"conditions": {"date": "2026-06", "concurrency": None}},
        {"conditions": {"date": "2026-06", "runtime_version": None}},
    ],
    ids=str,
)  # fmt: skip
def test_a_rebadged_box_and_usual_conditions_are_the_same_case(same: dict[str, Any]) -> None:
    assert overtaken_by({"conditions": {"date": "2026-06"}} | same) == {"first": "2026-06"}


def test_a_row_after_the_day_asked_about_overtakes_nothing() -> None:
    later = {"conditions": {"date": "2026-06"}}
    assert overtaken_by(later, as_of="2026-05") == {}
    assert overtaken_by(later, as_of="2026-06") == {"first": "2026-06"}


def test_a_disputed_row_is_not_overtaken_either() -> None:
    assert overtaken_by({"conditions": {"date": "2026-06"}}, {"disputed": "wrong"}) == {}


def test_the_launch_row_of_the_shipped_catalog_is_overtaken(catalog: Catalog) -> None:
    rows = catalog.records_for("gpt-oss-120b")
    launch = next(each for each in rows if each.decode_tok_s == 38.55 and each.hardware == "dgx-spark")
    assert overtaken(catalog, rows)[launch.id].startswith("2026-02")
    assert launch.id not in overtaken(catalog, rows, "2025-10-31")
