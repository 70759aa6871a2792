"""Owning beside an API and a rented card: where they cost the same, and where they never do."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.decide.beside_buying import Beside, Part, Rented, beside
from advisor.decide.decision import decide
from advisor.decide.need_file import read_need
from advisor.decide.offers import ApiPrice, Rental, Standing
from advisor.decide.ranges import NOTHING, Range, exactly

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.catalog.contents import Facts
    from advisor.decide.decision import Decision
    from advisor.evidence.calibration import Calibration

NEED = """\
region: US
currency: USD
considers: [{machine: dgx-spark}]
workloads:
- {name: asked, model: gpt-oss-120b, context: 16k, prompt: 4k, floor_tok_s: 20, prompt_tokens_per_day: 2M, output_tokens_per_day: 200k}
- {name: large, model: deepseek-r1, context: 4k, output_tokens_per_day: 1k, must: false}
electricity: {per_kwh: 0.30}
"""
OFFER = Standing("USD", "2026-10-01", 10, (), None, ())


@pytest.fixture(scope="module")
def decision(facts: Facts, calibration: Calibration, tmp_path_factory: pytest.TempPathFactory) -> Decision:
    path: Path = tmp_path_factory.mktemp("need") / "need.yaml"
    path.write_text(NEED, encoding="utf-8")
    return decide(facts, calibration, read_need(facts, path))


@pytest.fixture(scope="module")
def found(facts: Facts, calibration: Calibration, decision: Decision) -> Beside:
    held = beside(facts, decision.need, decision.standings[0], calibration)
    assert held is not None
    return held


def test_the_days_tokens_are_those_of_what_runs(found: Beside) -> None:
    assert [part.served.workload.name for part in found.parts] == ["asked"]
    assert found.tokens_per_day == 2 * 2**20 + 200 * 2**10
    assert [(work.name, why.words) for work, why in found.left_out] == [("large", "does not run")]


def test_an_api_charges_input_and_output_at_their_own_price(found: Beside) -> None:
    price = ApiPrice(standing=OFFER, input_per_mtok=exactly(1.0), output_per_mtok=exactly(5.0), cached_per_mtok=None)
    asked = replace(found, apis=(price,)).hosted()
    assert asked
    assert asked.mid == pytest.approx((2 * 2**20 * 1.0 + 200 * 2**10 * 5.0) / 1e6 * 365 / 12)


@given(per_mtok=st.floats(0.5, 100), times=st.floats(0.1, 10))
def test_owning_and_the_api_cost_the_same_at_the_break_even(found: Beside, per_mtok: float, times: float) -> None:
    price = ApiPrice(
        standing=OFFER, input_per_mtok=exactly(per_mtok), output_per_mtok=exactly(per_mtok), cached_per_mtok=None
    )
    case = replace(found, apis=(price,), paid=found.paid.times(times))
    at = case.break_even(case.hosted())
    hosted = case.hosted(at)
    assert hosted
    assert case.own(at).mid == pytest.approx(hosted.mid)
    more = case.hosted(2 * at)
    assert more
    assert case.own(2 * at).mid < more.mid


def test_owning_never_pays_where_running_costs_as_much(found: Beside) -> None:
    running = found.load_per_hour.mid * found.busy_h * 365 / 12
    assert found.break_even(exactly(running)) == inf
    assert found.break_even(None) == inf


def test_a_rented_card_is_paid_for_the_hours_it_works_and_no_day_has_more_than_24(found: Beside) -> None:
    case = replace(found, rented=Rented("h100-sxm-80", Rental(standing=OFFER, per_hour=exactly(2.0)), 6.0))
    paid = case.rent()
    assert paid
    assert paid.mid == pytest.approx(2.0 * 6 * 365 / 12)
    assert case.rent(4.0) == paid.times(4)
    assert case.rent(4.1) is None


def test_the_rented_card_is_one_that_does_the_work(facts: Facts, found: Beside) -> None:
    assert found.rented
    assert found.rented.hardware in facts.hardware
    assert 0 < found.rented.busy_h <= 24


def test_no_rent_is_looked_for_without_a_calibration(facts: Facts, decision: Decision) -> None:
    held = beside(facts, decision.need, decision.standings[0])
    assert held
    assert held.rented is None


def test_a_price_of_ones_own_stands_for_what_hosts_ask(facts: Facts, decision: Decision) -> None:
    cloud = replace(decision.need.cloud, input_per_mtok=3.0, output_per_mtok=15.0, date="2026-11-01")
    held = beside(facts, replace(decision.need, cloud=cloud), decision.standings[0])
    assert held
    assert [price.output_per_mtok.mid for price in held.apis] == [15.0]


def test_without_tokens_a_day_there_is_nothing_to_compare(facts: Facts, decision: Decision) -> None:
    idle = tuple(
        replace(one, workload=replace(one.workload, prompt_tokens_per_day=0, output_tokens_per_day=0))
        for one in decision.standings[0].served
    )
    assert beside(facts, decision.need, replace(decision.standings[0], served=idle)) is None


def test_what_nobody_knows_the_power_of_costs_no_energy_here(facts: Facts, decision: Decision) -> None:
    each = decision.standings[0]
    held = beside(facts, decision.need, replace(each, option=replace(each.option, draw=None)))
    assert held
    assert not held.energy_known
    assert held.energy(1.0) == NOTHING
    assert held.own(1.0) == held.paid


def test_the_machine_can_do_as_many_days_as_fit_in_one(found: Beside) -> None:
    assert found.most == pytest.approx(24 / found.busy_h)
    assert isinstance(found.parts[0], Part)
    assert isinstance(found.paid, Range)
