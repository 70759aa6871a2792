"""Which quotes a price rests on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from advisor.decide.market import Market, settle
from advisor.decide.ranges import Range
from tests.decide.quotes import quote

TODAY = "2026-11-20"
HERE = Market()


def test_prices_of_three_months_count_together_and_older_ones_do_not() -> None:
    found = settle(
        [quote(900, "2026-01"), quote(1000, "2026-07"), quote(1200, "2026-09"), quote(1100, "2026-08")], HERE, TODAY
    )
    assert found
    assert found.amount == Range(1000, 1100, 1200)
    assert found.newest == "2026-09"


def test_a_list_price_does_not_count_where_somebody_saw_another() -> None:
    rows = [quote(1999, "2026-09", kind="msrp"), quote(4300, "2026-08")]
    found = settle(rows, HERE, TODAY)
    assert found
    assert (found.amount.mid, found.basis) == (4300, "quotes")


def test_a_reading_of_the_rows_replaces_their_arithmetic_and_keeps_them_beside_it() -> None:
    rows = [quote(4000, "2026-09"), quote(Range(4100, 4200, 4400), "2026-09-20", kind="reading")]
    found = settle(rows, HERE, TODAY)
    assert found
    assert (found.amount, found.basis, len(found.quotes)) == (Range(4100, 4200, 4400), "reading", 2)


def test_nothing_later_than_the_day_asked_about_is_known() -> None:
    rows = [quote(1000, "2026-02-10"), quote(2000, "2026-09-10")]
    found = settle(rows, Market(as_of="2026-03-01"), TODAY)
    assert found
    assert found.amount.mid == 1000
    assert settle(rows, Market(as_of="2026-01-01"), TODAY) is None


def test_a_price_dated_to_the_year_is_not_known_in_its_spring() -> None:
    assert settle([quote(1000, "2026")], Market(as_of="2026-03-01"), TODAY) is None
    assert settle([quote(1000, "2026")], Market(as_of="2026-09-01"), TODAY)


def test_a_price_dated_to_the_year_gives_way_to_one_that_states_more() -> None:
    found = settle([quote(1000, "2026"), quote(1300, "2026-06")], HERE, TODAY)
    assert found
    assert found.amount.mid == 1300


def test_a_fresh_used_price_beats_an_old_new_one() -> None:
    found = settle([quote(1600, "2024-01"), quote(2500, "2026-09", condition="used")], HERE, TODAY)
    assert found
    assert found.amount.mid == 2500
    assert any("used" in note.words for note in found.notes)


def test_nothing_new_prices_something_used() -> None:
    assert settle([quote(1600, "2026-09")], Market(condition="used"), TODAY) is None


def test_the_own_market_comes_first_while_its_price_is_fresh() -> None:
    euro = {"currency": "EUR", "region": "FR"}
    rows = [quote(4700, "2026-09"), quote(4500, "2026-08", **euro)]
    found = settle(rows, Market(region="DE", currency="EUR"), TODAY)
    assert found
    assert found.quotes[0].region == "FR"
    stale = settle([rows[0], quote(3000, "2026-02", **euro)], Market(region="DE", currency="EUR"), TODAY)
    assert stale
    assert stale.quotes[0].currency == "USD"


@given(st.lists(st.tuples(st.floats(1, 1e5), st.integers(1, 12)), min_size=1, max_size=8))
def test_low_is_never_above_middle_nor_middle_above_high(rows: list[tuple[float, int]]) -> None:
    found = settle([quote(amount, f"2026-{month:02d}") for amount, month in rows], HERE, "2026-12-31")
    assert found
    assert found.amount.low <= found.amount.mid <= found.amount.high
    assert {each.date for each in found.quotes} <= {f"2026-{month:02d}" for _, month in rows}
