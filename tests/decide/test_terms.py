"""Terms: what a need says beside its question, said the same wherever machines are looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from advisor.catalog import find
from advisor.decide.bill import Bill
from advisor.decide.market import Market
from advisor.decide.need import Candidate, Owned
from advisor.decide.need_file import read_need
from advisor.decide.options import options
from advisor.decide.terms import Terms, bill_on, draw_on
from advisor.estimate.machine import AS_IT_COMES

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.yaml"))
DESKTOP = "rtx-4090+rtx-5070-ti"
EUROPE = Market(region="EU", currency="EUR")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_machine_costs_and_draws_what_the_decision_says(facts: Facts, path: Path) -> None:
    need = read_need(facts, path)
    for option in options(facts, need):
        if option.bought is None:
            continue
        bill = bill_on(facts, Terms.of(need), option.bought)
        assert (bill if isinstance(bill, Bill) else None) == option.bill
        assert draw_on(facts, Terms.of(need), option.bought) == option.draw


def test_nothing_is_bought_of_what_is_owned_and_its_computer_serves_other_cards(facts: Facts) -> None:
    card, desktop = find.hardware(facts, "rtx-5090"), find.hardware(facts, DESKTOP)
    own = Terms(market=EUROPE, owns=(Owned(machine=DESKTOP),))
    paid, free = bill_on(facts, own, card), bill_on(facts, own, desktop)
    assert isinstance(paid, Bill)
    assert isinstance(free, Bill)
    assert (free.items, free.currency) == ((), "EUR")
    assert [item.price.what for item in paid.items] == ["rtx-5090"]
    whole = bill_on(facts, Terms(market=EUROPE), card)
    assert isinstance(whole, Bill)
    assert len(whole.items) == 2
    assert bill_on(facts, Terms(market=EUROPE, owns=own.owns, host="bought"), card) == whole


def test_a_quote_and_watts_of_ones_own_count(facts: Facts) -> None:
    asked = Candidate(machine="dgx-spark", price=3333.0, price_date="2026-03-01", load_w=111.0)
    terms, spark = Terms(market=EUROPE, considers=(asked,)), find.hardware(facts, "dgx-spark")
    bill = bill_on(facts, terms, spark)
    assert isinstance(bill, Bill)
    assert (bill.amount.mid, bill.date) == (3333.0, "2026-03-01")
    load = draw_on(facts, terms, spark).load_w
    assert load
    assert load.mid == 111.0


def test_main_memory_is_that_of_the_machine_it_is_said_of() -> None:
    terms = Terms(owns=(Owned(machine=DESKTOP, host_memory_gb=96, host_bandwidth_gb_s=80),))
    assert (terms.setup(DESKTOP).host_bytes, terms.setup(DESKTOP).host_bandwidth_bytes_s) == (96 * 2**30, 80e9)
    assert terms.setup("rtx-4090") == AS_IT_COMES
