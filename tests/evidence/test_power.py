"""Watts and joules a token come from rows that state them, and say what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.evidence.power import power
from tests.evidence.invented import case, row, world

if TYPE_CHECKING:
    from advisor.catalog.schema.record import Record
    from advisor.evidence.power import Power

SENSOR = {"power_meaning": "GPU sensor, median"}


def found(*rows: Record, **more: object) -> tuple[Power, ...]:
    return power(world(rows), case("box", **more))


def test_rows_of_the_very_model_win_over_other_models_of_the_machine() -> None:
    mine, other = row("a", power_w=40.0, other=SENSOR), row("b", model="mixed", power_w=90.0, other=SENSOR)
    (only,) = found(mine, other)
    assert (only.median_w, only.rows, only.of_model) == (40.0, 1, True)


def test_what_was_read_at_the_wall_stands_apart_from_the_sensor() -> None:
    by_meaning = {each.meaning: each.median_w for each in found(
        row("a", power_w=40.0, other=SENSOR), row("b", other={"wall_peak_w": 120.0}))}  # fmt: skip
    assert by_meaning == {"GPU sensor, median": 40.0, "at the wall, peak": 120.0}


def test_energy_a_token_is_watts_over_all_tokens_a_second() -> None:
    alone = row("a", power_w=40.0, decode_tok_s=20.0, other=SENSOR)
    many = row("b", power_w=60.0, decode_tok_s=10.0, aggregate_tok_s=80.0, other=SENSOR, conditions={"concurrency": 8})
    (only,) = found(alone, many)
    assert only.joules_per_token == pytest.approx((0.75, 2.0))
    assert (only.low_w, only.high_w) == (40.0, 60.0)


def test_speculation_gives_watts_but_no_energy_a_token() -> None:
    (only,) = found(row("a", power_w=40.0, plain_decode=False, other=SENSOR))
    assert only.joules_per_token is None


def test_several_devices_get_no_power_of_one() -> None:
    assert power(world([row("a", power_w=40.0, hardware="fast")]), case("pair")) == ()


def test_nobody_having_read_it_is_no_power() -> None:
    assert found(row("a")) == ()
