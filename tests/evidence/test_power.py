"""Watts and joules a token come from rows that state them, and say what was read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from advisor.estimate.machine import machine
from advisor.evidence.power import drawn, power, taught
from tests.evidence.invented import BOX, FAST, FASTER, PAIR, case, row, world

if TYPE_CHECKING:
    from advisor.catalog.schema.record import Record
    from advisor.evidence.power import Drawn, Power

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


def at_work(*rows: Record, tok_s: float | None = 20.0, **more: Any) -> Drawn:
    return drawn(world(rows), case(more.pop("hardware", "box"), **more), tok_s)


def test_watts_over_the_predicted_speed_are_energy_a_token() -> None:
    (only,) = at_work(row("a", power_w=40.0), row("b", power_w=50.0)).readings
    assert only.predicted_joules_per_token == pytest.approx((2.0, 2.5))
    (without,) = at_work(row("a", power_w=40.0), tok_s=None).readings
    assert without.predicted_joules_per_token is None


def test_watts_read_with_one_request_say_nothing_of_the_energy_of_many() -> None:
    alone, swept = row("a", power_w=40.0), row("b", power_w=60.0, conditions={"concurrency": None})
    (one,) = at_work(alone, demand={"concurrency": 8}).readings
    assert (one.one_request, one.predicted_joules_per_token) == (True, None)
    (many,) = at_work(swept, demand={"concurrency": 8}).readings
    assert not many.one_request
    assert many.predicted_joules_per_token == pytest.approx((3.0, 3.0))


def test_without_rows_the_boards_rating_is_the_most_it_may_be() -> None:
    rated = replace(BOX, power_w=100.0, sources={"power_w": ("maker",)})
    facts = world(hardware={"box": rated})
    asked = case()
    asked = replace(asked, machine=machine(rated, {"box": rated}.__getitem__))
    found = drawn(facts, asked, 20.0)
    assert (found.readings, found.rated_w, found.rated_sources, found.rated_joules_per_token) == (
        (),
        100.0,
        ("maker",),
        5.0,
    )
    assert drawn(facts, asked, None).rated_joules_per_token is None


def test_a_rating_without_a_source_is_none() -> None:
    unsure = replace(BOX, power_w=100.0, unverified=("power_w",))
    asked = replace(case(), machine=machine(unsure, {"box": unsure}.__getitem__))
    found = drawn(world(), asked, 20.0)
    assert found.rated_w is None
    assert found.reason is not None
    assert "not stated" in found.reason


def test_several_boards_are_rated_together_where_each_is() -> None:
    boards = {each.id: replace(each, power_w=300.0) for each in (FAST, FASTER)}
    both = replace(case("pair"), machine=machine(PAIR, (boards | {"pair": PAIR}).__getitem__))
    assert drawn(world(), both, None).rated_w == 600.0
    half = boards | {"fast": FAST, "pair": PAIR}
    assert drawn(world(), replace(both, machine=machine(PAIR, half.__getitem__)), None).rated_w is None


def test_rows_that_state_watts_are_known_by_name() -> None:
    rows = [row("b", power_w=40.0), row("a", other={"wall_peak_w": 120.0}), row("c")]
    assert taught(world(rows)) == ["a", "b"]
    told = world(rows, extras={"power": ["b"]})
    assert [each.median_w for each in power(told, case())] == [40.0]
