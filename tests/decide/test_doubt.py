"""How often a choice stands, and what knowing a figure is worth."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.decide.doubt import Doubt, doubt
from advisor.decide.ranges import Range
from advisor.decide.standing import Standing, chosen
from advisor.estimate.note import Note
from tests.decide.options_invented import CHAT, CODE, bought, cells, keeping, need, price, served

DRAWS = 500


def doubted(options: list[Standing], *, budget: float | None = None) -> Doubt:
    pick = chosen(options)
    assert pick
    return doubt(need(budget=budget), options, cells(options), pick, DRAWS)


def wide(middle: float) -> Range:
    return Range(middle / 2, middle, middle * 2)


def test_a_choice_between_points_always_stands() -> None:
    found = doubted([bought("a", 100, {"chat": 25.0, "code": 40.0}), bought("b", 200, {"chat": 25.0, "code": 40.0})])
    assert found.stands == 1
    assert dict(found.instead) == {"a": 1.0}
    assert not found.worth


def test_a_speed_that_is_a_point_is_worth_nothing_and_one_that_decides_is_worth_most() -> None:
    sure, unsure = (
        bought("sure", 300, {"chat": 25.0, "code": 40.0}),
        bought("unsure", 100, {"chat": wide(21), "code": 40.0}),
    )
    found = doubted([sure, unsure])
    assert ("unsure", "code") not in found.worth
    assert found.worth["unsure", "chat"] > 0.3
    assert set(found.instead) == {"sure", "unsure"}


def test_a_range_that_never_matters_is_worth_nothing() -> None:
    found = doubted(
        [bought("a", 100, {"chat": Range(90, 100, 110), "code": 40.0}), bought("b", 300, {"chat": 50.0, "code": 40.0})]
    )
    assert found.worth["a", "chat"] == 0
    assert found.stands == 1


def test_the_same_need_gives_the_same_draws() -> None:
    options = [bought("a", Range(80, 100, 150), {"chat": wide(21), "code": wide(33)}), keeping({"chat": wide(22)})]
    assert doubted(options) == doubted(options)


def test_leaving_a_machine_out_changes_no_draw_of_another() -> None:
    one, other = (
        bought("a", 100, {"chat": wide(21), "code": wide(33)}),
        bought("b", 200, {"chat": wide(30), "code": 9.0}),
    )
    assert doubted([one, other]).met["a", "chat"] == doubted([one]).met["a", "chat"]


def test_boxes_that_are_the_same_inside_share_their_draws() -> None:
    box, copy = (
        bought("box", 100, {"chat": wide(21), "code": wide(33)}),
        bought("copy", 90, {"chat": wide(21), "code": wide(33)}),
    )
    assert copy.option.bought
    rebadged = replace(copy.option.bought, same_as="box")
    copy = replace(copy, option=replace(copy.option, bought=rebadged, machines=(rebadged,)))
    found = doubted([box, copy])
    assert found.alone["box", "chat"] == found.alone["copy", "chat"]
    assert set(found.instead) == {"copy"}


def test_a_price_two_options_share_is_drawn_once() -> None:
    a, b = bought("a", 0, {"chat": 25.0, "code": 40.0}), bought("b", 0, {"chat": 25.0, "code": 40.0})
    computer = price("a computer", Range(500, 1000, 3000))

    def beside(each: Standing, own: float) -> Standing:
        assert each.option.bill
        items = (
            replace(each.option.bill.items[0], price=price(each.option.name, own)),
            replace(each.option.bill.items[0], price=computer),
        )
        bill = replace(each.option.bill, items=items)
        return replace(each, option=replace(each.option, bill=bill, cost=bill.amount))

    assert doubted([beside(a, 100), beside(b, 101)]).stands == 1


def test_a_newer_price_elsewhere_is_among_the_prices_drawn() -> None:
    here = price("a", 1000)
    abroad = replace(here, elsewhere=price("a", Range(600, 700, 800)))
    assert abroad.widest == Range(600, 1000, 1000)
    assert replace(here, elsewhere=price("a", 500, condition="used")).widest == here.amount


def test_over_the_budget_in_some_draws_another_is_chosen_in_these() -> None:
    spread = bought("spread", Range(900, 1000, 1600), {"chat": 25.0, "code": 40.0})
    lesser = bought("lesser", 500, {"chat": 25.0})
    found = doubted([spread, lesser], budget=1200)
    assert 0 < found.instead["lesser"] < 1
    assert found.stands + found.instead["lesser"] == pytest.approx(1)


def test_what_does_nothing_of_the_work_is_bought_in_no_draw_however_cheap() -> None:
    spread = bought("spread", Range(900, 1000, 1600), {"chat": 25.0, "code": 40.0})
    found = doubted([spread, bought("toy", 10, {})], budget=1200)
    assert "toy" not in found.instead
    assert 0 < found.stands < 1


def test_a_draw_that_leaves_nothing_open_counts_for_no_option() -> None:
    found = doubted([bought("spread", Range(900, 1000, 1600), {"chat": 25.0, "code": 40.0})], budget=1200)
    assert 0 < found.stands < 1
    assert sum(found.instead.values()) < 1


def test_a_machine_ruled_out_for_another_reason_than_money_is_chosen_in_no_draw() -> None:
    best = bought("best", 10, {"chat": 25.0, "code": 40.0})
    shut = replace(best, option=replace(best.option, out=(Note("more than one box"),)))
    found = doubted([shut, bought("other", 500, {"chat": 25.0, "code": 40.0})])
    assert "best" not in found.instead


def test_a_wait_too_long_is_as_bad_as_a_speed_too_low() -> None:
    hasty = replace(CHAT, ttft_s=10.0)
    waits = served(hasty, "box", 25.0, wait=Range(8, 12, 18))
    base = bought("box", 100, {"chat": 25.0}, works=(hasty,))
    base = replace(base, served=(waits,))
    found = doubt(need(works=(hasty,)), [base], cells([base]), base, DRAWS)
    assert 0 < found.alone["box", "chat"] < 0.5


spans = st.builds(
    lambda mid, down, up: Range(mid / down, mid, mid * up), st.floats(5, 100), st.floats(1, 3), st.floats(1, 3)
)


@settings(deadline=None, max_examples=40)
@given(spans, spans, st.floats(100, 900))
def test_every_share_is_between_nothing_and_all(chat: Range, code: Range, amount: float) -> None:
    found = doubted(
        [bought("a", 500, {"chat": chat, "code": code}), bought("b", amount, {"chat": code, "code": chat})], budget=1000
    )
    for share in (found.stands, *found.instead.values(), *found.met.values(), *found.alone.values()):
        assert 0 <= share <= 1
    assert all(0 <= worth <= 1 for worth in found.worth.values())


@settings(deadline=None, max_examples=40)
@given(spans, st.floats(1, 150), st.floats(1, 150))
def test_the_chance_of_a_floor_falls_as_the_floor_rises(span: Range, one: float, other: float) -> None:
    low, high = sorted((one, other))

    def chance(floor: float) -> float:
        work = replace(CODE, floor_tok_s=floor)
        option = bought("a", 1, {"code": span}, works=(work,))
        return doubt(need(works=(work,)), [option], cells([option]), option, DRAWS).met["a", "code"]

    assert chance(high) <= chance(low)
