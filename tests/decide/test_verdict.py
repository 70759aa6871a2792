"""The choice in words."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.decide.doubt import doubt
from advisor.decide.need import Owned
from advisor.decide.ranges import Range, exactly
from advisor.decide.standing import Standing, chosen
from advisor.decide.verdict import Verdict, verdict
from advisor.present.formats import say
from tests.decide.options_invented import CODE, bought, cells, keeping, need


def judged(
    options: list[Standing], *, budget: float | None = None, resale: float = 0.0, sold: float | None = None
) -> Verdict:
    asked = need(budget=budget, resale=resale)
    if sold is not None:
        asked = replace(asked, owns=(Owned(machine="old", sold_for=sold),))
    pick, known = chosen(options), cells(options)
    assert pick
    return verdict(asked, options, known, pick, doubt(asked, options, known, pick, 500))


def test_keeping_what_does_everything_is_the_advice() -> None:
    found = judged([keeping({"chat": 50.0, "code": 40.0}), bought("new", 100, {"chat": 90.0, "code": 40.0})])
    assert say(found.sentence) == "Keep mine: it does all that must be done"
    assert found.turns_on is None
    assert [say(each) for each in found.buy_if] == ["chat should be 1.8 times as fast: 90 tok/s against 50 tok/s"]


def test_keeping_because_nothing_open_does_more_names_what_stays_out_of_reach() -> None:
    found = judged([keeping({"chat": 50.0}), bought("new", 100, {"chat": 90.0})])
    assert say(found.sentence) == "Keep mine: nothing open to you does more; code stays out of reach"


def test_what_one_would_buy_is_no_cheaper_thing_that_runs_less() -> None:
    found = judged([keeping({}), bought("toy", 50, {}), bought("slow", 900, {"chat": 5.0, "code": 3.0})])
    assert [say(each) for each in found.do_not_if] == [
        "you want chat at 20 tok/s: 5.0 tok/s bought, does not run owned",
        "you want code at 30 tok/s: 3.0 tok/s bought, does not run owned",
    ]


def test_two_workloads_stay_out_of_reach() -> None:
    assert say(judged([bought("new", 100, {})]).sentence).endswith(
        "0 of 2 workloads that must be done; chat and code stay out of reach"
    )


def test_a_price_is_never_said_without_its_date() -> None:
    found = judged([bought("new", 1234, {"chat": 25.0, "code": 40.0})])
    assert (
        say(found.sentence)
        == "Buy new for 1,234 EUR (2026-09-01): the only open choice that does all that must be done"
    )


def test_each_workload_is_set_head_to_head_with_what_is_owned() -> None:
    mine, new = keeping({"chat": 100.0}), bought("new", 900, {"chat": 50.0, "code": 40.0})
    found = judged([mine, new])
    assert [(duel.workload.name, duel.factor) for duel in found.duels] == [("chat", 0.5), ("code", None)]
    assert [say(each) for each in found.buy_if] == ["you will run code: 40 tok/s on new, where what you own cannot"]
    assert [say(each) for each in found.do_not_if] == [
        "your work is chat: what you own is 2 times as fast (100 tok/s against 50 tok/s)"
    ]


def test_speeds_within_a_tenth_are_no_reason_either_way() -> None:
    found = judged([keeping({"chat": 100.0, "code": 40.0}), bought("new", 900, {"chat": 105.0, "code": 39.0})])
    assert not found.buy_if
    assert not found.do_not_if


def test_where_nothing_is_owned_it_says_what_the_choice_does_and_what_it_does_not() -> None:
    found = judged([bought("new", 900, {"chat": 25.0, "code": 12.0})])
    assert [say(each) for each in found.buy_if] == ["you will run chat: 25 tok/s"]
    assert [say(each) for each in found.do_not_if] == ["you want code at 30 tok/s: 12 tok/s"]


def test_the_price_it_turns_on_is_where_the_next_option_costs_the_same() -> None:
    options = [bought("a", 1000, {"chat": 25.0, "code": 40.0}), bought("b", 1300, {"chat": 25.0, "code": 40.0})]
    assert (
        say(judged(options).turns_on or CHAT_NOTE)
        == "it turns on the price of 1,000 EUR (2026-09-01): above 1,300 EUR it would be b"
    )


def test_a_resale_share_moves_no_flip_between_prices_alone() -> None:
    def half(name: str, amount: float) -> Standing:
        return bought(name, amount, {"chat": 25.0, "code": 40.0}, cost=amount / 2)

    assert "above 1,300 EUR" in say(judged([half("a", 1000), half("b", 1300)], resale=0.5).turns_on or CHAT_NOTE)


def test_where_all_of_the_price_comes_back_no_price_flips_the_choice() -> None:
    assert judged([bought("a", 1000, {"chat": 25.0, "code": 40.0}, cost=0)], resale=1.0).turns_on is None


def test_the_budget_is_where_it_flips_if_it_comes_first_and_what_is_sold_adds_to_it() -> None:
    options = [bought("a", 1000, {"chat": 25.0, "code": 40.0}), bought("b", 9000, {"chat": 25.0, "code": 40.0})]
    assert "above 1,200 EUR it is over the budget" in say(judged(options, budget=1200).turns_on or CHAT_NOTE)
    assert "above 1,500 EUR it is over the budget" in say(judged(options, budget=1200, sold=300).turns_on or CHAT_NOTE)


def test_a_choice_over_points_with_good_evidence_is_of_high_confidence() -> None:
    assert judged([bought("a", 1000, {"chat": 25.0, "code": 40.0})]).confidence == "high"


def test_weak_evidence_keeps_confidence_from_being_high() -> None:
    weak = bought("a", 1000, {"chat": 25.0, "code": 40.0})
    guessed = [
        replace(one, finding=replace(one.finding, confidence=replace(one.finding.confidence, level="low")))
        for one in weak.served
        if one.finding
    ]
    found = judged([replace(weak, served=tuple(guessed))])
    assert found.confidence == "medium"
    assert "weakest evidence: chat and code" in say(found.because)


def test_an_option_that_more_draws_choose_is_named_with_why_it_is_not_the_pick() -> None:
    # The pick needs both of two chances of one half; the other, which costs less, one chance a little under it.
    shaky = bought("shaky", 500, {"chat": Range(10, 20.2, 40), "code": Range(15, 30.3, 60)})
    steady = bought("steady", 400, {"chat": 90.0, "code": Range(29, 29.9, 31)})
    found = judged([shaky, steady])
    words = say(found.because)
    assert "steady is chosen more often" in words
    assert words.endswith("but at the speeds expected it misses code")


def test_an_option_hardly_ever_chosen_is_not_named() -> None:
    found = judged([bought("a", 1000, {"chat": 25.0, "code": 40.0}), bought("b", 2000, {"chat": 25.0, "code": 40.0})])
    assert "mostly" not in say(found.because)


CHAT_NOTE = judged([bought("x", 1, {"chat": 25.0, "code": 40.0})]).sentence
spans = st.builds(lambda mid, up: Range(mid / up, mid, mid * up), st.floats(5, 100), st.floats(1, 2.5))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.floats(100, 3000), spans, spans), min_size=1, max_size=4), st.integers(0, 1))
def test_every_share_a_verdict_says_is_between_nothing_and_all(
    rows: list[tuple[float, Range, Range]], owned: int
) -> None:
    options = [bought(f"m{n}", amount, {"chat": chat, "code": code}) for n, (amount, chat, code) in enumerate(rows)]
    found = judged(([keeping({"chat": exactly(50)})] if owned else []) + options)
    for name, value in found.because.values:
        assert name.endswith("_share")
        assert 0 <= value <= 1
    assert found.confidence in {"high", "medium", "low"}
    assert "{" not in say(found.sentence)
    assert not any("{" in say(each) for each in (*found.buy_if, *found.do_not_if, found.because))
    assert CODE.floor_tok_s
