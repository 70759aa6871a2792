"""What somebody could do, what it costs, and what rules it out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from advisor.catalog import find
from advisor.catalog.schema.market import Price
from advisor.decide.bill import Bill, bill_of
from advisor.decide.considered import considered
from advisor.decide.market import Market
from advisor.decide.need import Candidate, Keeping, Limits, Need, Owned, Workload
from advisor.decide.options import KEEP, Option, candidates, machines_of, options, setups
from advisor.decide.over_years import costed, duty_of, hours_per_day
from advisor.decide.power_draw import draw_of
from advisor.decide.ranges import exactly
from advisor.decide.standing import Standing
from advisor.present.formats import say
from tests.decide.options_invented import served
from tests.estimate.small import card
from tests.evidence.invented import world

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog, Facts

WORK = Workload(name="work", model="gpt-oss-120b")
EUROPE = Market(region="EU", currency="EUR")
DESKTOP = "rtx-4090+rtx-5070-ti"


def need(**said: Any) -> Need:
    usual: dict[str, Any] = {"workloads": (WORK,), "market": EUROPE}
    return Need(**(usual | said))


def named(found: tuple[Option, ...]) -> dict[str, Option]:
    return {each.name: each for each in found}


def consider(*machines: str, **said: Any) -> tuple[Candidate, ...]:
    return tuple(Candidate(machine=each, **said) for each in machines)


def test_what_is_named_is_all_that_is_weighed(facts: Facts) -> None:
    asked = need(considers=consider("dgx-spark", "h200-sxm"), limits=Limits(budget=1))
    assert [each.machine for each in candidates(facts, asked)] == ["dgx-spark", "h200-sxm"]
    assert considered(facts, asked).aside == ()


def test_without_names_everything_in_the_budget_is_weighed_with_two_of_a_card(facts: Facts) -> None:
    found = [each.machine for each in candidates(facts, need(limits=Limits(budget=20000)))]
    assert {"dgx-spark", "asus-gx10", "rtx-5090", "2x-rtx-5090", "2x-dgx-spark", "strix-halo-128"} <= set(found)
    assert len(found) == len(set(found))
    assert not [name for name in found if facts.hardware.get(name) and facts.hardware[name].kind == "cpu"]


def test_boards_that_only_servers_take_are_weighed_only_where_they_are_named(facts: Facts) -> None:
    weighed = considered(facts, need(limits=Limits(budget=1e6)))
    modules = {each.id for each in facts.hardware.values() if each.module}
    assert modules == {"a100-sxm-80", "b200-sxm", "h100-sxm-80", "h200-sxm", "mi300x", "v100-sxm2-16"}
    assert not modules & {each.machine for each in weighed.candidates}
    assert "6 boards that only servers take" in [say(why) for why in weighed.aside]
    option = named(options(facts, need(considers=consider("mi300x"))))["mi300x"]
    assert not option.out
    assert [say(why) for why in option.notes] == ["it plugs into a server's own baseboard, which is not in the price"]


def test_every_module_has_a_source_or_says_it_in_its_name(facts: Facts) -> None:
    for each in facts.hardware.values():
        if each.module and each.module not in each.name:
            assert each.sources["module"]


def test_every_machine_of_the_catalog_is_weighed_or_counted(facts: Facts) -> None:
    weighed = considered(facts, need(limits=Limits(budget=5000)))
    left = sum(int(each.words.split()[0]) for each in weighed.aside)
    machines = [
        each for each in facts.hardware.values()
        if each.kind not in {"cpu", "not stated"} and (not each.is_system or facts.prices_for(each.id))
    ]  # fmt: skip
    singles = [each for each in weighed.candidates if each.machine in {one.id for one in machines}]
    assert left + len(singles) == len(machines)


@pytest.mark.parametrize(("less", "more"), [(500, 2500), (2500, 5000), (5000, 30000)])
def test_more_budget_never_closes_an_option(facts: Facts, less: float, more: float) -> None:
    def is_open(budget: float) -> set[str]:
        return {each.name for each in options(facts, need(limits=Limits(budget=budget))) if not each.out}

    assert is_open(less) <= is_open(more)


def test_what_is_sold_adds_to_the_budget(facts: Facts) -> None:
    asked = need(considers=consider("dgx-spark"), limits=Limits(budget=4000))
    assert [say(why) for why in named(options(facts, asked))["dgx-spark"].out] == [
        "4,700 EUR is over the budget of 4,000"
    ]
    sold = replace(asked, owns=(Owned(machine=DESKTOP, sold_for=1000),))
    assert not named(options(facts, sold))["dgx-spark"].out
    assert machines_of(facts, sold) == ()


def test_a_machine_nobody_prices_says_so(facts: Facts) -> None:
    (option,) = options(facts, need(considers=consider("apple-m1-8")))
    assert option.price is None
    assert [say(why) for why in option.out] == ["nobody quotes a dated price of apple-m1-8"]


def test_limits_rule_out_with_their_reason(facts: Facts) -> None:
    asked = need(
        considers=consider("2x-dgx-spark", DESKTOP, "2x-rtx-5090"), limits=Limits(power_w=500, single_box=True, mixed_gpus="never"),
    )  # fmt: skip
    found = named(options(facts, asked))
    assert [say(why) for why in found["2x-dgx-spark"].out] == ["more than one box"]
    assert [say(why) for why in found[DESKTOP].out] == ["different cards in one machine"]
    assert [say(why) for why in found["2x-rtx-5090"].out] == ["1,325 W under load is over the limit of 500 W"]


def test_a_quote_of_ones_own_is_the_whole_bill(facts: Facts) -> None:
    (option,) = options(facts, need(considers=(Candidate(machine="rtx-5090", price=1999, price_date="2026-11-01"),)))
    assert option.price == exactly(1999)


def test_what_is_kept_stands_beside_everything_bought(facts: Facts) -> None:
    found = named(options(facts, need(owns=(Owned(machine=DESKTOP),), considers=consider("dgx-spark"))))
    assert [each.id for each in found[KEEP].machines] == [DESKTOP]
    assert [each.id for each in found["dgx-spark"].machines] == [DESKTOP, "dgx-spark"]
    assert len(found["dgx-spark"].draws) == 2


def test_a_processor_named_beside_cards_is_neither_bought_nor_a_second_box(facts: Facts) -> None:
    plain, with_host = (find.hardware(facts, each) for each in (DESKTOP, f"{DESKTOP}+ddr5-5600-2ch"))
    bills = [bill_of(facts, each, EUROPE) for each in (plain, with_host)]
    assert all(isinstance(each, Bill) for each in bills)
    one, other = (each.amount for each in bills if isinstance(each, Bill))
    assert one == other
    assert draw_of(facts, plain).load_w == draw_of(facts, with_host).load_w


def test_a_host_that_is_stated_goes_with_its_machine(facts: Facts) -> None:
    stated = setups(facts, need(owns=(Owned(machine=DESKTOP, host_memory_gb=64, host_bandwidth_gb_s=51.2),)))[DESKTOP]
    assert (stated.host_bytes, stated.host_bandwidth_bytes_s) == (64 * 2**30, 51.2e9)


def own_world(**prices: float) -> Catalog:
    devices = {name: replace(card(24, name, bandwidth=1000), power_w=200.0) for name in prices}
    rows = {
        name: Price(id=name, hardware=name, kind="street", condition="new", currency="EUR", price=amount, region="EU",
                    date="2026-10-01", source="forum")
        for name, amount in prices.items()
    }  # fmt: skip
    return world(hardware=devices, prices=rows)


def standing(facts: Facts, asked: Need, name: str, **rates: float) -> Standing:
    option = named(options(facts, asked))[name]
    return Standing(
        option, tuple(served(work, rate_machine(option), rates.get(work.name, 10.0)) for work in asked.workloads)
    )


def rate_machine(option: Option) -> str:
    return option.machines[-1].id


HOURS = replace(WORK, hours_per_day=6.0)


def test_energy_of_what_is_kept_counts_whether_or_not_something_is_bought(catalog: Catalog) -> None:
    owned = (Owned(machine="rtx-3090", load_w=400, idle_w=100),)
    asked = need(owns=owned, considers=consider("dgx-spark", load_w=200, idle_w=20), per_kwh=0.3, workloads=(HOURS,))
    keep, buy = costed(catalog, asked, [standing(catalog, asked, KEEP), standing(catalog, asked, "dgx-spark")])
    years, day = 3, 365 * 0.3 / 1000
    assert keep.option.cost
    assert keep.option.cost.mid == pytest.approx(years * day * (6 * 400 + 18 * 100))
    assert buy.option.cost
    assert buy.option.price
    assert buy.option.cost.mid == pytest.approx(buy.option.price.mid + years * day * (24 * 100 + 6 * 200 + 18 * 20))


def test_what_is_sold_and_the_resale_come_off_the_cost(catalog: Catalog) -> None:
    asked = need(
        owns=(Owned(machine="rtx-3090", sold_for=500),), considers=consider("dgx-spark", load_w=200, idle_w=0),
        per_kwh=1e-9, workloads=(HOURS,), keeping=Keeping(resale_share=0.25),
    )  # fmt: skip
    (buy,) = costed(catalog, asked, [standing(catalog, asked, "dgx-spark")])
    assert buy.option.cost
    assert buy.option.price
    assert buy.option.cost.mid == pytest.approx(buy.option.price.mid * 0.75 - 500, rel=1e-6)


def test_hours_are_as_stated_else_as_long_as_the_tokens_take_at_the_speed_expected() -> None:
    tokens = replace(WORK, output_tokens_per_day=36000)
    assert hours_per_day(served(HOURS, "box", 10.0)) == 6
    assert hours_per_day(served(tokens, "box", 10.0)) == pytest.approx(1)
    assert hours_per_day(served(replace(tokens, concurrency=4), "box", 10.0)) == pytest.approx(0.25)
    assert hours_per_day(served(tokens, "box", None, runs=False)) == 0
    assert hours_per_day(served(WORK, "box", 10.0)) == 0
    assert hours_per_day(served(tokens, "box", None)) is None
    assert hours_per_day(served(replace(tokens, prompt_tokens_per_day=1000), "box", 10.0)) is None


def test_a_machine_works_no_longer_than_it_is_on_and_is_billed_for_the_tokens_it_makes() -> None:
    asked = need(keeping=Keeping(on_h_per_day=8))
    one, other = replace(HOURS, output_tokens_per_day=100), replace(HOURS, name="other", output_tokens_per_day=50)
    duty = duty_of(asked, [served(one, "box", 9.0), served(other, "box", 9.0), served(WORK, "box", None, runs=False)])
    assert (duty.load_h_per_day, duty.output_tokens_per_day) == (8, 150)


def test_where_nobody_can_tell_how_long_it_works_the_bill_says_so(catalog: Catalog) -> None:
    blind = replace(WORK, output_tokens_per_day=1000)
    asked = need(considers=consider("dgx-spark"), workloads=(blind,), per_kwh=0.3)
    (option,) = options(catalog, asked)
    (each,) = costed(catalog, asked, [Standing(option, (served(blind, "dgx-spark", None),))])
    assert each.option.owning
    assert any("cannot be told" in say(why) for why in each.option.owning.notes)


def test_a_single_price_above_the_budget_is_counted() -> None:
    invented = own_world(cheap=100.0, dear=5000.0)
    weighed = considered(invented, need(limits=Limits(budget=1000), owns=(Owned(machine="cheap"),)))
    assert [each.machine for each in weighed.candidates] == ["cheap", "2x-cheap"]
    assert [say(why) for why in weighed.aside] == ["1 machine over the budget"]
