"""Power, tariffs, hosted models and rent from the shipped catalog, and what owning comes to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from advisor.catalog import find
from advisor.decide.market import Market
from advisor.decide.offers import ApiPrice, Rental, Tariff, api_price_of, own_tariff, rental_of, tariff_of
from advisor.decide.ownership import Duty, api_per_month, months_to_pay, owning
from advisor.decide.power_draw import Draw, draw_of
from advisor.decide.ranges import Range, exactly
from advisor.estimate.note import Note

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog

HERE = Market()
GERMANY = Market(region="DE", currency="EUR")


def draw(catalog: Catalog, machine: str, load_w: float | None = None, idle_w: float | None = None) -> Draw:
    return draw_of(catalog, find.hardware(catalog, machine), load_w=load_w, idle_w=idle_w)


def test_two_boxes_draw_twice_as_much(catalog: Catalog) -> None:
    one, two = draw(catalog, "dgx-spark"), draw(catalog, "2x dgx-spark")
    assert one.load_w
    assert one.idle_w
    assert two.load_w == one.load_w.times(2)
    assert two.idle_w == one.idle_w.times(2)


def test_a_rebadged_box_draws_what_its_original_draws(catalog: Catalog) -> None:
    assert draw(catalog, "asus-gx10").load_w == draw(catalog, "dgx-spark").load_w


def test_power_of_games_and_of_chips_is_no_wall_power_of_inference(catalog: Catalog) -> None:
    for machine in ("dgx-spark", "rtx-4090", "rtx-5090", "apple-m4-max-128"):
        for row in draw(catalog, machine).rows:
            assert row.read_at == "wall"
            assert row.inference
            assert "gaming" not in row.about


def test_a_second_card_adds_at_most_its_limit(catalog: Catalog) -> None:
    one, both = draw(catalog, "rtx-4090"), draw(catalog, "rtx-4090+rtx-5070-ti")
    assert one.load_w
    assert both.load_w
    assert both.load_w.low == one.load_w.low
    assert both.load_w.high == one.load_w.high + 300
    assert both.basis == "read at the wall with one card"


def test_idle_power_nobody_read_is_not_known(catalog: Catalog) -> None:
    found = draw(catalog, "rtx-4090")
    assert found.idle_w is None
    assert any("idle_w" in note.words for note in found.notes)


def test_what_the_owner_read_replaces_the_rows(catalog: Catalog) -> None:
    found = draw(catalog, "rtx-4090+rtx-5070-ti", load_w=410, idle_w=85)
    assert (found.load_w, found.idle_w, found.basis) == (exactly(410), exactly(85), "yours")


def test_a_country_without_a_tariff_takes_the_euro_areas_and_others_none(catalog: Catalog) -> None:
    austria = tariff_of(catalog, Market(region="AT", currency="EUR"))
    assert isinstance(austria, Tariff)
    assert 0.28 < austria.per_kwh.mid < 0.30
    assert isinstance(tariff_of(catalog, Market(region="CH", currency="CHF")), Note)


def test_a_tariff_is_of_the_day_asked_about(catalog: Catalog) -> None:
    then = tariff_of(catalog, Market(region="UK", currency="GBP", as_of="2026-08-15"))
    assert isinstance(then, Tariff)
    assert {row.value for row in then.standing.rows} == {0.2611, 0.2635}
    assert then.standing.age_days == 0


def test_api_prices_are_the_medians_over_makers_and_hosts(catalog: Catalog) -> None:
    found = api_price_of(catalog, "gpt-oss-120b", HERE)
    assert isinstance(found, ApiPrice)
    assert (found.input_per_mtok.mid, found.output_per_mtok.mid) == (0.15, 0.60)
    assert all(not row.outlier and row.offered_by != "marketplace" for row in found.standing.rows)


def test_an_offer_of_a_list_holds_from_the_day_it_last_changed(catalog: Catalog) -> None:
    found = api_price_of(catalog, "gpt-oss-120b", Market(as_of="2026-03-15"))
    assert isinstance(found, ApiPrice)
    assert all(row.since and row.since <= "2026-03-15" for row in found.standing.rows)
    assert found.standing.date == "2026-03-15"
    assert isinstance(api_price_of(catalog, "gpt-oss-120b", Market(as_of="2024-01-01")), Note)


def test_rent_that_may_be_taken_away_counts_only_on_request(catalog: Catalog) -> None:
    sure, any_term = (rental_of(catalog, "rtx-4090", HERE, sure=sure) for sure in (True, False))
    assert isinstance(sure, Rental)
    assert isinstance(any_term, Rental)
    assert any_term.per_hour.low < sure.per_hour.low
    assert {row.term for row in sure.standing.rows} <= {"on-demand", "high tier", "not stated"}


DUTY = Duty(load_h_per_day=4, prompt_tokens_per_day=2e6, output_tokens_per_day=2e5, years=3)
TARIFF = own_tariff(0.30, "EUR", "2026-11-01")


def test_owning_is_amortisation_and_energy() -> None:
    found = owning(exactly(3600), Draw(exactly(500), exactly(50), "yours", ()), TARIFF, DUTY)
    assert found.fixed == exactly(100)
    assert found.energy
    # 4 h at 500 W and 20 h at 50 W are 3 kWh a day.
    assert found.energy.mid == pytest.approx(3 * 0.30 * 365 / 12)
    assert found.per_mtok
    assert found.per_mtok.mid == pytest.approx((100 + found.energy.mid) / (2.2 * 365 / 12))


def test_energy_without_idle_power_is_called_a_lower_bound(catalog: Catalog) -> None:
    found = owning(exactly(3600), draw(catalog, "rtx-4090"), TARIFF, DUTY)
    assert found.energy
    assert any("lower bound" in note.words for note in found.notes)


def test_without_a_tariff_energy_is_not_known() -> None:
    found = owning(exactly(3600), Draw(exactly(500), exactly(50), "yours", ()), Note("no tariff"), DUTY)
    assert found.energy is None
    assert found.per_month == found.fixed
    assert Note("no tariff") in found.notes


def test_the_api_bill_counts_the_persons_own_mix(catalog: Catalog) -> None:
    found = api_price_of(catalog, "gpt-oss-120b", HERE)
    assert isinstance(found, ApiPrice)
    assert api_per_month(found, DUTY).mid == pytest.approx((2 * 0.15 + 0.2 * 0.60) * 365 / 12)


def test_the_cheapest_machine_beside_the_dearest_alternative_pays_first() -> None:
    found = months_to_pay(Range(1000, 2000, 3000), Range(10, 100, 200), Range(5, 10, 20))
    assert found.low == pytest.approx(1000 / 195)
    assert found.mid == pytest.approx(2000 / 90)
    assert found.high == math.inf
