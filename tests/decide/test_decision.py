"""From a need to a decision, over the examples and the shipped catalog."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from advisor.decide.decision import Decision, decide
from advisor.decide.need import Limits, Need, Workload
from advisor.decide.need_file import read_need
from advisor.decide.options import KEEP
from advisor.errors import UsageError
from advisor.present.formats import say

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))


@pytest.fixture(scope="module")
def decisions(facts: Facts, calibration: Calibration) -> dict[str, Decision]:
    return {name: decide(facts, calibration, read_need(facts, EXAMPLES / f"{name}.yaml")) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_decided_for_an_open_option_on_the_front(decisions: dict[str, Decision], name: str) -> None:
    found = decisions[name]
    assert found.pick
    assert found.pick.is_open
    assert found.pick in found.front
    assert all(len(found.pick.missed) <= len(each.missed) for each in found.standings if each.is_open)
    assert found.verdict
    assert found.doubt
    assert found.doubt.stands == found.doubt.instead.get(found.pick.option.name, 0.0)
    assert sum(found.doubt.instead.values()) == pytest.approx(1, abs=0.5)
    assert all(0 <= value <= 1 for value in found.doubt.met.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_price_of_an_example_has_its_date_and_its_rows(decisions: dict[str, Decision], name: str) -> None:
    for each in decisions[name].standings:
        for item in each.option.bill.items if each.option.bill else ():
            assert item.price.date
            assert item.price.rows or item.price.basis == "own"


@pytest.mark.parametrize("name", NAMES)
def test_every_open_option_has_a_cost_that_is_at_least_what_is_paid_less_what_comes_back(
    decisions: dict[str, Decision], name: str
) -> None:
    found = decisions[name]
    back = 1 - found.need.keeping.resale_share
    for each in found.standings:
        if each.is_open:
            assert each.option.cost
            assert each.option.price
            assert each.option.cost.mid >= each.option.price.mid * back - 1e-6


def test_the_reference_case_keeps_what_fits_on_the_desktop(decisions: dict[str, Decision]) -> None:
    found = decisions["spark-or-desktop"]
    assert found.verdict
    slower = {duel.workload.name: duel.factor for duel in found.verdict.duels if duel.factor and duel.factor < 1}
    fits = {"GLM-4.7-Flash at 112k", "GLM-4.7-Flash at its whole length", "Qwen3-Coder 30B"}
    assert fits <= set(slower)
    assert all(0.3 < slower[name] < 0.55 for name in fits)
    assert {one.machine for one in found.standings[-1].served if one.workload.name in fits} == {"rtx-4090+rtx-5070-ti"}


def test_the_reference_case_buys_the_cheaper_of_two_boxes_that_are_the_same_inside(
    decisions: dict[str, Decision],
) -> None:
    found = decisions["spark-or-desktop"]
    assert found.pick
    assert found.pick.option.name == "asus-gx10"
    assert not found.pick.missed
    assert found.doubt
    assert set(found.doubt.instead) <= {"asus-gx10", KEEP}


def test_what_the_reference_case_turns_on_is_what_offload_gives_gpt_oss_120b(decisions: dict[str, Decision]) -> None:
    found = decisions["spark-or-desktop"]
    gap = found.gaps[0]
    assert (gap.machine, gap.workload.name, gap.impact) == ("rtx-4090+rtx-5070-ti", "gpt-oss-120b", "high")
    assert gap.served.finding
    assert gap.served.finding.verdict == "fits-offloaded"


def test_training_and_pictures_are_named_and_rule_nothing_out(decisions: dict[str, Decision]) -> None:
    assert [say(why) for why in decisions["spark-or-desktop"].unanswered] == [
        "QLoRA of a 30B model: training work is not yet answered", "QLoRA of a 70B model: training work is not yet answered",
        "FLUX.1 pictures: image work is not yet answered",
    ]  # fmt: skip


def test_what_is_not_weighed_is_counted_only_where_nothing_is_named(decisions: dict[str, Decision]) -> None:
    assert decisions["team-of-20"].aside
    assert not decisions["spark-or-desktop"].aside


def test_noise_nobody_knows_is_said_and_rules_nothing_out(facts: Facts, calibration: Calibration) -> None:
    quiet = Need(workloads=(Workload(name="w", model="gpt-oss-20b"),), limits=Limits(budget=3000, noise_dba=35))
    found = decide(facts, calibration, quiet)
    assert [say(why) for why in found.unanswered] == [
        "the limit of 35 dBA: noise cannot be known, no source of the catalog states any"
    ]
    assert found.pick


def test_a_composed_machine_is_found_by_its_name(decisions: dict[str, Decision]) -> None:
    found = decisions["team-of-20"]
    assert found.machine("2x-rtx-pro-5000").members
    assert {gap.machine for gap in found.gaps} <= {
        machine.id for each in found.standings for machine in each.option.machines
    }


def test_nothing_to_choose_from_is_a_usage_error(facts: Facts, calibration: Calibration) -> None:
    with pytest.raises(UsageError, match="nothing to choose from"):
        decide(facts, calibration, Need(workloads=(Workload(name="w", model="gpt-oss-20b"),), limits=Limits(budget=1)))


def test_the_same_need_is_decided_the_same_twice(
    facts: Facts, calibration: Calibration, decisions: dict[str, Decision]
) -> None:
    again = decide(facts, calibration, decisions["spark-or-desktop"].need)
    assert again.doubt == decisions["spark-or-desktop"].doubt
    assert [say(each.sentence) for each in (again.verdict, decisions["spark-or-desktop"].verdict) if each] == [
        "Buy ASUS Ascent GX10 128GB (GB10) for 2,750 EUR (2026-02-13): the cheapest open choice that does all that must be done",
    ] * 2  # fmt: skip


def test_removing_an_option_that_is_not_on_the_front_changes_no_choice(
    facts: Facts, calibration: Calibration, decisions: dict[str, Decision]
) -> None:
    before = decisions["one-spark-two-sparks-or-m3-ultra"]
    off = {each.option.name for each in before.standings} - {each.option.name for each in before.front}
    kept = tuple(one for one in before.need.considers if one.machine not in off)
    after = decide(facts, calibration, replace(before.need, considers=kept))
    assert before.pick
    assert after.pick
    assert after.pick.option.name == before.pick.option.name
    assert [each.option.name for each in after.front] == [each.option.name for each in before.front]
