"""The closed forms of cost: checked by hand, and what must hold of them whatever the numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.decide import cost

money = st.floats(1, 1e6)
share = st.floats(0, 0.9)
watts = st.floats(0, 3000)
hours = st.floats(0, 24)
rates = st.floats(0.01, 2)


def test_a_desktop_at_seven_hundred_watts_day_and_night_takes_sixteen_point_eight_kwh_a_day() -> None:
    assert cost.energy_kwh_per_day(700, 24) == pytest.approx(16.8)


def test_idle_hours_are_those_that_are_on_and_not_worked() -> None:
    # 4 h at 500 W and 12 h at 50 W.
    assert cost.energy_kwh_per_day(500, 4, 50, 16) == pytest.approx(2.6)
    assert cost.energy_kwh_per_day(500, 20, 50, 16) == pytest.approx(10.0)


def test_a_month_is_a_twelfth_of_a_year() -> None:
    assert cost.energy_per_month(100, 24, 0, 0.25) * 12 == pytest.approx(0.1 * 24 * 365 * 0.25)


def test_a_million_tokens_at_a_hundred_a_second_take_a_hundred_minutes_and_more() -> None:
    # 10,000 s at 360 W are 1 kWh.
    assert cost.energy_per_mtok(360, 100, 0.30) == pytest.approx(0.30)


def test_busy_hours_add_reading_and_writing() -> None:
    assert cost.busy_h_per_day(3_600_000, 360_000, 1000, 50) == pytest.approx(1 + 2)


def test_amortisation_spreads_what_is_not_got_back() -> None:
    assert cost.fixed_per_month(4800, 4) == pytest.approx(100)
    assert cost.fixed_per_month(4800, 4, 0.25) == pytest.approx(75)


def test_input_and_output_are_each_paid_at_their_own_price() -> None:
    assert cost.api_cost(3e6, 1e6, 0.15, 0.60) == pytest.approx(1.05)
    assert cost.api_cost(3e6, 1e6, 0.15, 0.60, cached_share=0.5, cached_per_mtok=0.03) == pytest.approx(0.87)
    assert cost.blended_per_mtok(0.15, 0.60, 0.75) * 4 == pytest.approx(cost.api_cost(3e6, 1e6, 0.15, 0.60))


def test_a_rented_card_that_waits_half_the_time_costs_twice_as_much_a_token() -> None:
    assert cost.rental_per_mtok(2.5, 700) == pytest.approx(0.992, abs=5e-4)
    assert cost.rental_per_mtok(2.5, 700, 0.5) == pytest.approx(2 * cost.rental_per_mtok(2.5, 700))


def test_a_machine_that_saves_nothing_is_never_paid() -> None:
    assert cost.break_even_months(4000, 30, 30) == math.inf
    assert cost.break_even_tokens(4000, 0.2, 0.3) == math.inf
    assert cost.break_even_rent_hours(100, 0.1, 0.2) == math.inf
    assert cost.per_mtok(100, 0) == math.inf


def test_what_is_owned_costs_only_its_energy() -> None:
    keep = cost.upgrade_per_month(0, 3, 20, 20)
    assert keep == 0
    # 3,600 over three years is 100 a month, 30 of it paid by what the old one brings, 15 by energy saved.
    assert cost.upgrade_per_month(3600, 3, 5, 20, sold_for=1080) == pytest.approx(100 - 30 - 15)


@given(price=money, elsewhere=money, running=money, resale=share)
def test_the_price_that_breaks_even_breaks_even(price: float, elsewhere: float, running: float, resale: float) -> None:
    months = cost.break_even_months(price, elsewhere, running, resale)
    if months < 1e9:
        assert cost.price_to_break_even(elsewhere, running, months, resale) == pytest.approx(price, rel=1e-6)


@given(load=watts, idle=watts, work=hours, on=hours, per_kwh=rates)
def test_energy_rises_with_every_watt_and_every_hour(
    load: float, idle: float, work: float, on: float, per_kwh: float
) -> None:
    base = cost.energy_per_month(load, work, idle, per_kwh, on)
    assert cost.energy_per_month(load + 1, work, idle, per_kwh, on) >= base
    assert cost.energy_per_month(load, work, idle + 1, per_kwh, on) >= base
    assert cost.energy_per_month(load, work, idle, per_kwh, min(24, on + 1)) >= base * (1 - 1e-12)


@given(fixed=money, api=rates, own=rates)
def test_at_the_break_even_both_ways_cost_the_same(fixed: float, api: float, own: float) -> None:
    tokens = cost.break_even_tokens_per_month(fixed, api, own)
    if math.isfinite(tokens) and tokens < 1e15:
        assert fixed + tokens / 1e6 * own == pytest.approx(tokens / 1e6 * api, rel=1e-6)


@given(price=money, years=st.floats(0.5, 10), running=money)
def test_owning_all_years_is_the_months_together(price: float, years: float, running: float) -> None:
    monthly = cost.fixed_per_month(price, years) + running
    assert cost.total_cost(price, running, years) == pytest.approx(monthly * years * 12)


@given(cost_per_year=money, per_kwh=rates)
def test_the_power_a_bill_implies_gives_the_bill(cost_per_year: float, per_kwh: float) -> None:
    implied = cost.implied_w(cost_per_year, per_kwh)
    assert cost.energy_per_month(implied, 24, 0, per_kwh) * 12 == pytest.approx(cost_per_year)


def test_arrays_give_what_numbers_give() -> None:
    prices, saved = np.array([0.0, 1000.0, 4000.0]), np.array([10.0, -5.0, 80.0])
    found = cost.break_even_months(prices, saved)
    assert found.tolist() == [cost.break_even_months(*pair) for pair in zip(prices, saved, strict=True)]
    hours_worked = np.array([0.0, 4.0, 20.0])
    energy = cost.energy_kwh_per_day(500, hours_worked, 50, 16)
    assert energy.tolist() == [cost.energy_kwh_per_day(500, each, 50, 16) for each in hours_worked]
    assert cost.break_even_tokens_per_month(100.0, np.array([0.5, 0.1]), 0.2).tolist() == pytest.approx(
        [100e6 / 0.3, math.inf]
    )
