"""What devices and machines of the shipped catalog cost, there and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.catalog import find
from advisor.decide.bill import Bill, bill_of, needs_host
from advisor.decide.exchange import OWN, Rate, rate_of
from advisor.decide.market import Market
from advisor.decide.prices import Priced, own_quote, price_of
from advisor.estimate.note import Note

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog

EUROPE = Market(region="EU", currency="EUR")


def priced(catalog: Catalog, *question: object, **more: object) -> Priced:
    found = price_of(catalog, *question, **more)  # type: ignore[arg-type]
    assert isinstance(found, Priced)
    return found


def test_every_price_has_a_date_an_age_and_rows_with_sources(catalog: Catalog) -> None:
    counted = 0
    for device in catalog.hardware.values():
        found = price_of(catalog, device.id, None, "US", "USD")
        if isinstance(found, Note):
            assert found.words
            continue
        counted += 1
        assert found.date
        assert found.rows
        assert all(row.date and row.source in catalog.sources for row in found.rows)
        assert 0 < found.amount.low <= found.amount.mid <= found.amount.high
        assert found.is_old == any("days before" in note.words for note in found.notes)
    assert counted > 50


def test_a_spark_cost_3500_to_4000_euros_in_the_spring_of_2026(catalog: Catalog) -> None:
    found = priced(catalog, "dgx-spark", "2026-03-31", "EU", "EUR")
    assert (found.amount.low, found.amount.high, found.date) == (3500, 4000, "2026-02-13")
    assert found.rate is None


def test_a_price_older_than_six_months_says_its_age(catalog: Catalog) -> None:
    old = priced(catalog, "apple-m3-ultra-256", None, "US", "USD")
    assert old.is_old
    fresh = priced(catalog, "dgx-spark", None, "US", "USD")
    assert not fresh.is_old


def test_a_doubted_row_prices_nothing(catalog: Catalog) -> None:
    for device in ("rtx-3090", "rtx-4090", "dgx-spark"):
        for day in (None, "2026-02-15", "2026-03-31"):
            found = price_of(catalog, device, day, "US", "USD", "used")
            if isinstance(found, Priced):
                assert not [row for row in found.rows if getattr(row, "doubt", None)]


def test_money_is_converted_only_at_a_dated_rate(catalog: Catalog) -> None:
    none = price_of(catalog, "rtx-4090", None, "JP", "JPY", "used")
    assert isinstance(none, Note)
    assert "no dated exchange rate" in none.words
    own = Rate("USD", "JPY", 150, "2026-11-01", (OWN,))
    found = priced(catalog, "rtx-4090", None, "JP", "JPY", "used", rates=(own,))
    dollars = priced(catalog, "rtx-4090", None, "US", "USD", "used")
    assert found.amount.mid == pytest.approx(150 * dollars.amount.mid)
    assert found.rate == own


def test_a_rate_of_another_pair_is_made_of_two_to_the_euro(catalog: Catalog) -> None:
    found = rate_of(catalog, "USD", "CHF", "2026-03-01")
    assert isinstance(found, Rate)
    assert found.date == "2026-02-17"
    assert found.value == pytest.approx(0.9116 / 1.1826)
    back = rate_of(catalog, "CHF", "USD", "2026-03-01")
    assert isinstance(back, Rate)
    assert back.value * found.value == pytest.approx(1)


def test_a_rate_of_later_is_not_known(catalog: Catalog) -> None:
    assert isinstance(rate_of(catalog, "EUR", "USD", "2024-01-01"), Note)


def test_tax_is_added_to_prices_that_come_without_it(catalog: Catalog) -> None:
    plain = priced(catalog, "rtx-5070-ti", None, "DE", "EUR")
    taxed = priced(catalog, "rtx-5070-ti", None, "DE", "EUR", tax_share=0.19)
    assert plain.rows == taxed.rows
    assert taxed.amount.mid == pytest.approx(1.19 * plain.amount.mid)
    euros = priced(catalog, "dgx-spark", "2026-03-31", "DE", "EUR", tax_share=0.19)
    assert euros.amount.low == 3500


def test_a_quote_of_ones_own_replaces_the_rows(catalog: Catalog) -> None:
    own = own_quote(3333, "EUR", "2026-11-01", "EU", "new")
    found = priced(catalog, "dgx-spark", None, "EU", "EUR", own=own)
    assert (found.amount.mid, found.basis, found.rows) == (3333, "own", ())


def bill(catalog: Catalog, machine: str, market: Market = EUROPE, **more: object) -> Bill:
    found = bill_of(catalog, find.hardware(catalog, machine), market, **more)  # type: ignore[arg-type]
    assert isinstance(found, Bill)
    return found


def test_devices_of_a_machine_add_up(catalog: Catalog) -> None:
    both = bill(catalog, "rtx-4090+rtx-5070-ti", host="owned")
    apart = [bill(catalog, card, host="owned").amount for card in ("rtx-4090", "rtx-5070-ti")]
    assert both.amount == apart[0] + apart[1]
    assert [item.count for item in both.items] == [1, 1]


def test_cards_need_one_computer_and_boxes_none(catalog: Catalog) -> None:
    assert needs_host(catalog, find.hardware(catalog, "2x rtx-5090"))
    assert not needs_host(catalog, find.hardware(catalog, "2x dgx-spark"))
    bought, owned = bill(catalog, "2x rtx-5090"), bill(catalog, "2x rtx-5090", host="owned")
    (computer,) = bought.items[len(owned.items) :]
    assert "computer" in computer.price.what
    assert bought.amount.mid == pytest.approx(owned.amount.mid + computer.amount.mid)


def test_two_linked_boxes_need_a_cable(catalog: Catalog) -> None:
    two, one = bill(catalog, "2x dgx-spark"), bill(catalog, "dgx-spark")
    assert [item.count for item in two.items] == [2, 1]
    assert 0 < two.amount.mid - 2 * one.amount.mid < 100


def test_a_part_nobody_prices_is_named(catalog: Catalog) -> None:
    found = bill_of(catalog, find.hardware(catalog, "arc-b580"), EUROPE, "owned")
    assert isinstance(found, Note)
    assert "arc-b580" in found.words


def test_a_bill_is_as_old_as_its_oldest_price(catalog: Catalog) -> None:
    found = bill(catalog, "rtx-4090+rtx-5070-ti")
    assert found.date == min(item.price.date for item in found.items)
