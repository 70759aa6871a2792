"""Machines side by side: the answers of `advisor fit`, dated prices, and orders that hold both ways."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import find
from advisor.decide.bill import Bill, bill_of
from advisor.decide.choose import answer
from advisor.decide.compare import Cell, Comparison, Pace, cell, compare, most_measured, price_per_rate
from advisor.decide.crossover import Race
from advisor.decide.market import Market
from advisor.decide.power_draw import draw_of
from advisor.decide.question import Question
from advisor.decide.ranges import Range
from advisor.decide.terms import Terms
from advisor.estimate.case import Demand
from advisor.estimate.note import Note
from tests.present.findings import measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.model import Model
    from advisor.decide.bill import HostIs
    from advisor.evidence.calibration import Calibration

BOUGHT_OR_OWNED: tuple[HostIs, ...] = ("bought", "owned")
GERMANY = Market(region="DE", currency="EUR")


def asked(facts: Facts, model: str, machine: str, **demand: Any) -> Question:
    return Question(model=find.model(facts, model), hardware=find.hardware(facts, machine), demand=Demand(**demand))


def side_by_side(
    facts: Facts, calibration: Calibration, machines: Sequence[str], models: Sequence[str], *contexts: int, **more: Any
) -> Comparison:
    market = more.pop("market", Market())
    cells = [
        cell(facts, calibration, asked(facts, model, machine, context_tokens=context, **more))
        for model in models for context in contexts or (8192,) for machine in machines
    ]  # fmt: skip
    return compare(facts, calibration, cells, Terms(market=market))


@pytest.fixture(scope="module")
def two(facts: Facts, calibration: Calibration) -> Comparison:
    return side_by_side(
        facts, calibration, ("dgx-spark", "rtx-5090"), ("glm-4.7-flash", "llama-3.3-70b"), 8192, 114_688
    )


def test_a_cell_is_the_answer_of_fit(facts: Facts, calibration: Calibration, two: Comparison) -> None:
    for row in two.rows:
        for each in row.cells:
            first = answer(facts, calibration, each.question)[0]
            assert each.finding == replace(first, best_quant=None, fewest_machines=None, instead=())


def test_there_is_a_row_a_model_and_context_and_a_cell_a_machine(two: Comparison) -> None:
    assert [(row.model.id, row.context_tokens) for row in two.rows] == [
        ("glm-4.7-flash", 8192), ("glm-4.7-flash", 114_688), ("llama-3.3-70b", 8192), ("llama-3.3-70b", 114_688)
    ]  # fmt: skip
    names = [each.hardware.id for each in two.machines]
    assert names == ["dgx-spark", "rtx-5090"]
    assert all([each.question.hardware.id for each in row.cells] == names for row in two.rows)


def test_what_does_not_run_has_neither_speed_nor_grade(two: Comparison) -> None:
    out = two.rows[2].cells[1]
    assert not out.runs
    assert (out.empty, out.deep, out.rate, out.grade) == (None, None, None, "none")


def test_beyond_the_trained_context_only_memory_is_told(facts: Facts, calibration: Calibration) -> None:
    found = side_by_side(facts, calibration, ("dgx-spark", "rtx-5090"), ("gpt-oss-20b",), 300_000)
    assert all(each.runs and each.rate is None for each in found.rows[0].cells)
    (pairing,) = found.models[0].pairings
    for race in (pairing.depth, pairing.requests):
        assert isinstance(race, Note)
        assert "trained" in race.words


def test_prices_and_power_are_those_of_the_bill_and_the_wall(facts: Facts, two: Comparison) -> None:
    for each in two.machines:
        assert each.bill == bill_of(facts, each.hardware, two.market)
        assert each.draw == draw_of(facts, each.hardware)


def test_no_price_is_without_a_date(facts: Facts, calibration: Calibration) -> None:
    machines = ("dgx-spark", "rtx-4090+rtx-5070-ti", "2x dgx-spark", "apple-m3-ultra-512")
    for market in (Market(), GERMANY, Market(as_of="2026-02-05")):
        found = side_by_side(facts, calibration, machines, ("gpt-oss-20b",), market=market)
        for each in found.machines:
            if each.price is None:
                assert isinstance(each.bill, Note)
            else:
                assert isinstance(each.bill, Bill)
                assert all(item.price.date for item in each.bill.items)


def test_an_owned_computer_is_not_paid_again(facts: Facts, calibration: Calibration) -> None:
    cells = [cell(facts, calibration, asked(facts, "gpt-oss-20b", machine)) for machine in ("dgx-spark", "rtx-5090")]
    bought, owned = (compare(facts, calibration, cells, Terms(host=host)).machines for host in BOUGHT_OR_OWNED)
    assert bought[0].price == owned[0].price
    assert bought[1].price
    assert owned[1].price
    assert bought[1].price.mid > owned[1].price.mid


@given(*[st.tuples(st.floats(1, 1e4), st.floats(1, 2), st.floats(1, 2)) for _ in range(2)])
def test_money_for_a_token_a_second_keeps_its_ends_in_order(money: tuple[float, ...], speed: tuple[float, ...]) -> None:
    price, rate = (Range(mid / down, mid, mid * up) for mid, down, up in (money, speed))
    found = price_per_rate(price, rate)
    assert found
    assert found.low <= found.mid <= found.high
    assert found.mid == pytest.approx(price.mid / rate.mid)
    assert price_per_rate(price, Range(0, 1, 2)) is None


def test_a_row_of_this_very_case_counts_before_the_prediction_and_a_near_one_does_not() -> None:
    predicted = Range(30, 40, 50)
    exact, near = measured("a", 36.0), replace(measured("b", 36.0), closeness="near")
    rate = Pace(0, predicted, exact).rate
    assert rate
    assert rate.mid == 36
    assert Pace(0, predicted, near).rate == predicted
    assert Pace(0, predicted, None).rate == predicted


def test_every_two_machines_are_paired_at_every_context_and_the_same_ways_once(two: Comparison) -> None:
    glm, llama = two.models
    assert [type(each.depth) for each in glm.pairings] == [Race, Race]
    # Of Llama the card holds nothing at either context, for the same reason.
    assert isinstance(llama.pairings[0].depth, Note)
    assert llama.pairings[1].depth is None


def test_turning_the_machines_round_turns_the_races_round(facts: Facts, calibration: Calibration) -> None:
    machines = ("dgx-spark", "apple-m3-ultra-256")
    there, back = (
        side_by_side(facts, calibration, order, ("glm-4.7-flash",)).models[0].pairings[0]
        for order in (machines, machines[::-1])
    )
    for one, other in ((there.depth, back.depth), (there.requests, back.requests)):
        assert isinstance(one, Race)
        assert isinstance(other, Race)
        assert [each.at for each in one.crossings] == [each.at for each in other.crossings] != []
        assert (one.one_at_end, one.other_at_end) == (other.other_at_end, other.one_at_end)


def test_another_machine_changes_nothing_between_two(facts: Facts, calibration: Calibration, two: Comparison) -> None:
    three = side_by_side(
        facts, calibration, ("dgx-spark", "rtx-5090", "strix-halo-128"), ("glm-4.7-flash",), 8192, 114_688
    )
    kept = [each for each in three.models[0].pairings if each.other.case.machine.hardware.id == "rtx-5090"]
    assert [(each.depth, each.requests, each.alone) for each in kept] == [
        (each.depth, each.requests, each.alone) for each in two.models[0].pairings
    ]


def test_several_requests_are_weighed_by_what_they_get_together(facts: Facts, calibration: Calibration) -> None:
    found = side_by_side(facts, calibration, ("dgx-spark", "strix-halo-128"), ("gpt-oss-20b",), concurrency=8)
    for each in found.rows[0].cells:
        assert each.rate
        assert each.finding
        assert each.finding.aggregate
        assert each.rate.mid == each.finding.aggregate.tok_s
        assert each.grade == each.finding.aggregate.nearness
    assert found.concurrency == 8


def test_models_nobody_names_are_the_most_measured_that_fit(facts: Facts, calibration: Calibration) -> None:
    tried = []

    def cells(model: Model) -> tuple[Cell, ...]:
        tried.append(model.id)
        return (cell(facts, calibration, asked(facts, model.id, "rtx-5090", context_tokens=8192)),)

    found = [each.question.model.id for each in most_measured(facts, cells, 2)]
    counts = [len(facts.records_for(name)) for name in tried]
    assert counts == sorted(counts, reverse=True)
    assert tried[0] == max(facts.models, key=lambda name: len(facts.records_for(name)))
    assert found == [
        name for name in tried if answer(facts, calibration, asked(facts, name, "rtx-5090"))[0].verdict == "fits"
    ]
    assert len(found) == 2
