"""Which option is chosen, and which nobody would pick."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.decide.options import KEEP
from advisor.decide.standing import Standing, best, chosen, front, standings
from advisor.estimate.note import Note
from tests.decide.options_invented import CHAT, CODE, bought, cells, keeping, need, served


def test_fewer_misses_come_before_less_money() -> None:
    cheap, dear = bought("cheap", 500, {"chat": 25.0}), bought("dear", 5000, {"chat": 25.0, "code": 31.0})
    assert chosen([cheap, dear]) is dear
    assert [work.name for work in cheap.missed] == ["code"]


def test_of_equal_misses_the_least_cost_over_the_years_wins_not_the_least_price() -> None:
    thirsty = bought("thirsty", 900, {"chat": 25.0, "code": 31.0}, cost=3000)
    frugal = bought("frugal", 1000, {"chat": 25.0, "code": 31.0}, cost=1500)
    assert chosen([thirsty, frugal]) is frugal


def test_a_faster_machine_is_no_better_once_both_are_fast_enough() -> None:
    enough, faster = (
        bought("enough", 1000, {"chat": 21.0, "code": 31.0}),
        bought("faster", 1001, {"chat": 500.0, "code": 500.0}),
    )
    assert chosen([faster, enough]) is enough


def test_keeping_wins_a_tie() -> None:
    mine = keeping({"chat": 25.0, "code": 35.0})
    free = bought("gift", 0, {"chat": 90.0, "code": 90.0})
    assert chosen([mine, free]) is mine


def test_an_option_ruled_out_is_never_chosen() -> None:
    only = bought("only", 500, {"chat": 25.0, "code": 31.0})
    shut = replace(only, option=replace(only.option, out=(Note("more than one box"),)))
    worse = bought("worse", 900, {})
    assert chosen([shut, worse]) is worse
    assert chosen([shut]) is None


def test_a_speed_nobody_can_tell_is_not_fast_enough() -> None:
    assert [work.name for work in bought("blind", 1, {"chat": None, "code": 40.0}).missed] == ["chat"]


def test_a_wish_is_no_miss() -> None:
    wish = replace(CODE, must=False)
    assert not bought("box", 1, {"chat": 25.0}, works=(CHAT, wish)).missed


def test_each_workload_runs_on_whichever_of_the_machines_does_it() -> None:
    slow, fast = served(CHAT, "mine", 90.0), served(CHAT, "new", 25.0)
    assert best([slow, fast]).machine == "mine"
    lame = served(CODE, "mine", 5.0)
    assert best([lame, served(CODE, "new", 31.0)]).machine == "new"
    assert best([served(CODE, "mine", None, runs=False), lame]) is lame


def test_what_is_kept_serves_beside_what_is_bought() -> None:
    mine, new = keeping({"chat": 90.0}), bought("new", 100, {"code": 40.0})
    both = replace(new.option, machines=(*mine.option.machines, *new.option.machines))
    (stands,) = standings(need(), [both], cells([mine, new]))
    assert [one.machine for one in stands.served] == ["mine", "new"]
    assert not stands.missed


speeds = st.one_of(st.none(), st.floats(1, 200))
some = st.builds(
    lambda number, amount, load, chat, code: bought(f"m{number}", amount, {"chat": chat, "code": code}, load_w=load),
    st.integers(0, 99), st.floats(1, 9000), st.floats(50, 900), speeds, speeds,
)  # fmt: skip
several = st.lists(some, min_size=1, max_size=7, unique_by=lambda each: each.option.name)


def merits(each: Standing) -> tuple[float, ...]:
    price, draw, cost = each.option.price, each.option.draw, each.option.cost
    assert price
    assert cost
    assert draw
    assert draw.load_w
    rates = [one.decode_tok_s.mid if one.decode_tok_s else 0.0 for one in each.served]
    return (-price.mid, -cost.mid, -draw.load_w.mid, *rates, *(float(one.is_fast_enough) for one in each.served))


def beats(one: Standing, other: Standing) -> bool:
    pairs = list(zip(merits(one), merits(other), strict=True))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)


@settings(deadline=None)
@given(several)
def test_the_front_holds_no_dominated_option_and_all_others_have_a_dominator_on_it(options: list[Standing]) -> None:
    undominated = front(options)
    assert undominated
    for each in options:
        others = [one for one in undominated if one is not each and beats(one, each)]
        assert bool(others) == (each not in undominated)


@settings(deadline=None)
@given(several)
def test_the_choice_is_on_the_front_where_costs_differ(options: list[Standing]) -> None:
    apart = list({each.option.cost: each for each in options}.values())
    pick = chosen(apart)
    assert pick in front(apart)


@settings(deadline=None)
@given(several)
def test_leaving_out_what_is_not_on_the_front_changes_no_choice(options: list[Standing]) -> None:
    apart = list({each.option.cost: each for each in options}.values())
    undominated = front(apart)
    assert chosen([each for each in apart if each in undominated]) is chosen(apart)


@settings(deadline=None)
@given(several, st.floats(0.1, 1.0))
def test_a_cheaper_price_of_the_choice_leaves_it_the_choice(options: list[Standing], factor: float) -> None:
    pick = chosen(options)
    assert pick
    assert pick.option.price
    assert pick.option.cost
    cheaper = replace(pick, option=replace(pick.option, cost=pick.option.cost.times(factor)))
    again = chosen([cheaper if each is pick else each for each in options])
    assert again is cheaper


def test_the_kept_option_has_a_name_of_its_own() -> None:
    assert keeping({}).option.name == KEEP
