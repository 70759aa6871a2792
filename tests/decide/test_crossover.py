"""Where the lead changes: found to the token, in order, and said to be uncertain where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import find
from advisor.decide.choose import ways
from advisor.decide.crossover import overflow, race, stretches
from advisor.decide.question import Question
from advisor.decide.ranges import Range, exactly
from advisor.decide.rates import Rate, aggregate_rate, decode_rate, deepest
from advisor.decide.reach import reach
from advisor.estimate.case import Demand
from advisor.estimate.machine import Setup
from advisor.estimate.note import Note
from advisor.evidence.predict import decode_speed

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.catalog.contents import Facts
    from advisor.decide.crossover import Race, Side
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Finding

END = 1500


def slowing(empty_s: float, token_s: float, spread: float = 0.0) -> Callable[[int], Range]:
    """A machine whose step takes so long with an empty cache, and so much longer for every token in it."""

    def at(depth: int) -> Range:
        rate = 1 / (empty_s + token_s * depth)
        return Range(rate / (1 + spread), rate, rate * (1 + spread))

    return at


STEPS = st.tuples(st.floats(0.001, 0.1), st.floats(0, 1e-4), st.floats(0, 0.5))


def leaders(found: Race) -> list[Side | None]:
    return [each.leader for each in found.ahead for _ in range(each.first, each.last + 1)]


def best(
    facts: Facts, calibration: Calibration, model: str, machine: str, context: int = 8192, quant: str | None = None
) -> Finding:
    question = Question(
        model=find.model(facts, model), hardware=find.hardware(facts, machine), quant=find.quant(facts, quant) if quant else None,
        demand=Demand(context_tokens=context),
    )  # fmt: skip
    return ways(facts, calibration, question)[0]


def rate(facts: Facts, calibration: Calibration, found: Finding) -> Rate:
    known = decode_rate(facts, calibration, found)
    assert isinstance(known, Rate)
    return known


@settings(max_examples=60)
@given(STEPS, STEPS)
def test_every_number_has_the_leader_that_looking_at_each_would_find(
    one: tuple[float, float, float], other: tuple[float, float, float]
) -> None:
    mine, theirs = slowing(*one), slowing(*other)
    every = [
        "one" if mine(at).mid > theirs(at).mid else "other" if theirs(at).mid > mine(at).mid else None
        for at in range(END + 1)
    ]
    assert leaders(race(mine, theirs, 0, END)) == every


@settings(max_examples=60)
@given(STEPS, STEPS)
def test_at_a_crossover_the_order_turns_within_a_token(
    one: tuple[float, float, float], other: tuple[float, float, float]
) -> None:
    mine, theirs = slowing(*one), slowing(*other)
    for crossing in race(mine, theirs, 0, END).crossings:
        ahead, behind = (mine, theirs) if crossing.leader == "one" else (theirs, mine)
        assert ahead(crossing.at).mid > behind(crossing.at).mid
        assert ahead(crossing.at - 1).mid <= behind(crossing.at - 1).mid
        assert (crossing.one, crossing.other) == (mine(crossing.at), theirs(crossing.at))


@settings(max_examples=60)
@given(STEPS, STEPS)
def test_a_crossover_lies_where_the_intervals_overlap_and_its_ends_are_where_they_part(
    one: tuple[float, float, float], other: tuple[float, float, float]
) -> None:
    mine, theirs = slowing(*one), slowing(*other)
    for crossing in race(mine, theirs, 0, END).crossings:
        ahead, behind = (mine, theirs) if crossing.leader == "one" else (theirs, mine)
        assert crossing.earliest <= crossing.at
        assert crossing.earliest == 0 or ahead(crossing.earliest - 1).high < behind(crossing.earliest - 1).low
        assert all(ahead(at).high >= behind(at).low for at in range(crossing.earliest, crossing.at))
        if crossing.latest is None:
            assert ahead(END).low <= behind(END).high
        else:
            assert ahead(crossing.latest).low > behind(crossing.latest).high
            assert all(ahead(at).low <= behind(at).high for at in range(crossing.at, crossing.latest))


@given(STEPS, STEPS)
def test_the_other_way_round_it_is_the_same_race(
    one: tuple[float, float, float], other: tuple[float, float, float]
) -> None:
    there, back = race(slowing(*one), slowing(*other), 0, END), race(slowing(*other), slowing(*one), 0, END)
    assert [(each.at, each.earliest, each.latest) for each in there.crossings] == [
        (each.at, each.earliest, each.latest) for each in back.crossings
    ]
    assert all(mine.leader != theirs.leader for mine, theirs in zip(there.crossings, back.crossings, strict=True))


def test_a_machine_against_itself_never_leads() -> None:
    found = race(slowing(0.02, 1e-5, 0.1), slowing(0.02, 1e-5, 0.1), 0, END)
    assert (found.leader, found.crossings, found.is_certain) == (None, (), False)


def test_a_tie_before_the_change_is_not_a_change() -> None:
    found = race(lambda at: exactly(5 if at < 40 else 4), lambda at: exactly(5 if at < 90 else 3), 0, 100)
    assert [(each.first, each.last, each.leader) for each in found.ahead] == [
        (0, 39, None),
        (40, 89, "other"),
        (90, 100, "one"),
    ]
    assert [(each.at, each.leader) for each in found.crossings] == [(90, "one")]


def test_two_changes_are_two_crossovers() -> None:
    found = race(lambda _: exactly(100.0), lambda at: exactly(101.0 if 300 <= at < 700 else 99.0), 0, 1000)
    assert [(each.at, each.leader) for each in found.crossings] == [(300, "other"), (700, "one")]
    assert [(each.earliest, each.latest) for each in found.crossings] == [(300, 300), (700, 700)]


@given(st.lists(st.sampled_from(["one", "other", None]), min_size=2, max_size=40))
def test_stretches_follow_one_another_without_a_gap(sides: list[Side | None]) -> None:
    found = stretches(lambda at: sides[at], 0, len(sides) - 1)
    assert [found[0].first, *(each.last + 1 for each in found)] == [*(each.first for each in found), len(sides)]
    assert all(sides[each.first] == each.leader for each in found)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_beyond_the_shorter_reach_only_the_longer_holds_it(one: int, other: int) -> None:
    found = overflow(one, other)
    if one == other:
        assert found is None
        return
    assert found
    assert found.holder == ("one" if one > other else "other")
    assert (found.first_tokens, found.last_tokens) == (min(one, other) + 1, max(one, other))


@pytest.mark.parametrize("model", ["glm-4.7-flash", "qwen3-30b-a3b", "gemma-4-26b-a4b"])
def test_predicted_curves_of_two_machines_cross_where_they_are_equal(
    facts: Facts, calibration: Calibration, model: str
) -> None:
    machines = ("dgx-spark", "apple-m3-ultra-256", "strix-halo-128", "rtx-5090")
    known = [rate(facts, calibration, best(facts, calibration, model, machine)) for machine in machines]
    for place, one in enumerate(known):
        for other in known[place + 1 :]:
            end = min(one.last, other.last)
            for crossing in race(one.of, other.of, 0, end).crossings:
                before, after = (one.of(at).mid / other.of(at).mid - 1 for at in (crossing.at - 1, crossing.at))
                assert before * after <= 0
                assert max(abs(before), abs(after)) < 1e-3


def test_the_curve_of_a_machine_is_what_fit_predicts(facts: Facts, calibration: Calibration) -> None:
    found = best(facts, calibration, "glm-4.7-flash", "dgx-spark")
    assert found.decode
    assert found.decode_at_depth
    assert found.footprint
    known = rate(facts, calibration, found)
    assert known.of(0).mid == found.decode.tok_s
    assert known.of(8192).mid == found.decode_at_depth.tok_s
    deep = decode_speed(facts, calibration, found.case, found.footprint, known.last)
    assert not isinstance(deep, str)
    assert known.of(known.last).high == deep.high_tok_s


def test_partly_in_host_memory_the_curve_is_of_servers_started_for_each_context(
    facts: Facts, calibration: Calibration
) -> None:
    def at(context: int) -> Finding:
        question = Question(
            model=find.model(facts, "llama-3.3-70b"), hardware=find.hardware(facts, "rtx-5090"), quant=find.quant(facts, "q4_k_m"),
            runtime=find.runtime(facts, "llama.cpp")[0], demand=Demand(context_tokens=context),
            setup=Setup(host_bytes=64 * 10**9, host_bandwidth_bytes_s=80e9),
        )  # fmt: skip
        return ways(facts, calibration, question)[0]

    short, long = at(8192), at(65_536)
    assert short.verdict == long.verdict == "fits-offloaded"
    one, other = rate(facts, calibration, short), rate(facts, calibration, long)
    for context in (8192, 65_536):
        assert one.of(context) == other.of(context)
    assert short.decode_at_depth
    assert long.decode_at_depth
    assert one.of(8192).mid == short.decode_at_depth.tok_s
    assert one.of(65_536).mid == long.decode_at_depth.tok_s


def test_one_token_beyond_the_reach_no_longer_fits(facts: Facts, calibration: Calibration) -> None:
    found = best(facts, calibration, "glm-4.7-flash", "rtx-5090", quant="q8_0")
    most = deepest(found)
    assert best(facts, calibration, "glm-4.7-flash", "rtx-5090", most, quant="q8_0").verdict == "fits"
    assert best(facts, calibration, "glm-4.7-flash", "rtx-5090", most + 256, quant="q8_0").verdict != "fits"


def test_reach_is_over_all_formats_and_knows_the_host(facts: Facts, calibration: Calibration) -> None:
    def held(model: str, machine: str, context: int) -> tuple[int, int]:
        question = Question(
            model=find.model(facts, model),
            hardware=find.hardware(facts, machine),
            demand=Demand(context_tokens=context),
        )
        found = reach(ways(facts, calibration, question))
        assert found
        return found.device_tokens, found.tokens

    trained = facts.models["gpt-oss-120b"].context_tokens
    assert held("gpt-oss-120b", "dgx-spark", 8192) == (trained, trained)
    assert held("gpt-oss-120b", "rtx-4090+rtx-5070-ti", 8192) == (0, trained)
    assert held("llama-3.3-70b", "rtx-5090", 8192)[0] == 0
    # What is asked about does not move what is held.
    assert held("qwen3-coder-30b-a3b", "rtx-5090", 8192) == held("qwen3-coder-30b-a3b", "rtx-5090", 200_000)


def test_more_requests_than_run_at_once_bring_no_more(facts: Facts, calibration: Calibration) -> None:
    found = aggregate_rate(facts, calibration, best(facts, calibration, "glm-4.7-flash", "rtx-5090", quant="q8_0"))
    assert isinstance(found, Rate)
    assert found.limit
    assert found.of(found.last) == found.of(found.last + 50)
    assert found.of(1).mid < found.of(found.last).mid


def test_what_nobody_predicts_is_not_compared(facts: Facts, calibration: Calibration) -> None:
    found = best(facts, calibration, "gpt-oss-120b", "rtx-5090")
    assert isinstance(decode_rate(facts, calibration, found), Note)
    assert isinstance(aggregate_rate(facts, calibration, found), Note)
