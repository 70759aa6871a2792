"""Evidence: which measured rows are shown, and in which order."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from advisor.decide.shown import Shown
from advisor.present.screen_rows import about_row
from advisor.tui.view import View
from tests.tui.driving import LARGE, Driven, answers_of, drive, shown

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.catalog.contents import Facts

SPARK = View(screen="evidence", model="gpt-oss-120b", machine="dgx-spark")


def listed(facts: Facts, folder: Path, *keys: str) -> list[dict[str, str]]:
    """The table as `x` writes it after those keys."""
    drive(facts, lambda driven: driven.press(*keys, "x", "enter"), view=SPARK, folder=folder)
    with (folder / "advisor-evidence.csv").open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_s_orders_by_how_far_off_then_by_date_then_by_nearness_again(facts: Facts) -> None:
    orders: list[str] = []

    async def steps(driven: Driven) -> None:
        for _ in range(3):
            await driven.press("down", "s")
            orders.append(driven.view.rows.order)
            assert driven.view.row == 0

    drive(facts, steps, view=SPARK)
    assert orders == ["off", "date", "nearness"]


def test_the_row_furthest_off_comes_first(facts: Facts, tmp_path: Path) -> None:
    off = [int(row["off"].split()[0].lstrip("+±-")) for row in listed(facts, tmp_path, "s") if row["off"].strip(" –")]
    assert off == sorted(off, reverse=True)
    assert off[0] > 20


def test_the_newest_row_comes_first(facts: Facts, tmp_path: Path) -> None:
    rows = listed(facts, tmp_path, "s", "s")
    dates = [row["date"] for row in rows if row["match"] in {"exact", "near", "far"}]
    dated = [date for date in dates if date != "?"]
    assert dated == sorted(dated, reverse=True)
    assert dates[: len(dated)] == dated


def test_d_leaves_what_is_disputed_and_d_again_shows_every_row(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        before = driven.text
        await driven.press("d")
        assert "only disputed, suspect or remarked on" in driven.text
        assert " remark     " in driven.text
        assert "57.14" not in driven.text
        await driven.press("d")
        assert driven.text == before

    drive(facts, steps, view=SPARK, size=LARGE)


def test_every_row_d_leaves_says_why(facts: Facts) -> None:
    view = View(screen="evidence", model="gpt-oss-120b", machine="dgx-spark", rows=Shown(disputed=True))
    found = answers_of(facts).evidence(view, view.model, view.machine)
    said = [about_row(facts, found, place, 76) for place in range(len(found.decode) + len(found.other))]
    assert len(said) > 10
    assert all(any(line.startswith("remark     ") for line in lines[:4]) for lines in said)


def test_t_leaves_tier_1_then_1_and_2_then_any(facts: Facts) -> None:
    tiers: list[set[str]] = []

    async def steps(driven: Driven) -> None:
        for words in ("tier 1 or better", "tier 2 or better", ""):
            await driven.press("t")
            assert words in driven.text
            found = answers_of(facts).evidence(driven.view, SPARK.model, SPARK.machine)
            tiers.append({str(row.tier) for row in found.decode})

    drive(facts, steps, view=SPARK)
    assert tiers == [{"1"}, {"1", "2"}, {"1", "2", "3"}]


def test_where_the_heading_has_no_room_the_line_of_remarks_says_which_rows(facts: Facts) -> None:
    text = shown(facts, "d", "t", "s", view=SPARK, size=(80, 24))
    words = "only disputed, suspect or remarked on, tier 1 or better, furthest off first"
    assert words not in text.splitlines()[0]
    assert text.splitlines()[-2].startswith(f" {words}")


def test_where_nothing_is_left_it_says_why_and_how_to_go_back(facts: Facts) -> None:
    text = shown(facts, "d", "t", view=View(screen="evidence", model="llama-3.2-3b", machine="rtx-3060-12"))
    said = " ".join(text.split())
    assert "no row of tier 1 or better of this model on this machine is disputed, suspect or remarked on" in said
    assert "d shows every row; t other tiers" in text


def test_d_and_s_are_named_by_what_they_do_here(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        bar = driven.text.splitlines()[-1]
        assert bar.startswith(" d Disputed  s Sort  enter Open  t Tier")
        await driven.press("question_mark")
        said = " ".join(str(driven.app.screen._text).split())  # type: ignore[attr-defined]
        assert "d what is disputed alone" in said
        assert "leave out what is the same everywhere" not in said

    drive(facts, steps, view=SPARK)
    assert "d       leave out what is the same everywhere" in shown(
        facts, "question_mark", view=View(screen="compare"), size=(120, 60)
    )


def test_why_draws_its_bar_as_wide_as_the_window(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("e")
        for width in (60, 40, 120):
            await driven.pilot.resize_terminal(width, 40)
            await driven.settle()
            (bar,) = (line for line in driven.text.splitlines() if "·····" in line)
            start, end = bar.index("["), bar.index("]")
            assert 20 < end - start < width
            assert bar.count("│") == 2

    drive(facts, steps, view=SPARK, size=(80, 24))
