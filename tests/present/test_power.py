"""Watts are said to be what was read, or what is rated, or not to be known."""

from __future__ import annotations

from dataclasses import replace

from advisor.evidence.power import Drawn, Power
from advisor.present.fit_card import card, power_lines
from advisor.present.fit_json import finding_json
from tests.present.findings import fits

READ = Power(
    low_w=36.2, median_w=40.0, high_w=44.4, rows=2, meaning="GPU sensor, median", of_model=True, joules_per_token=None,
    sources=("maker",), one_request=False, predicted_joules_per_token=(0.71, 0.87),
)  # fmt: skip


def test_a_reading_is_cited_with_what_was_read_and_of_what() -> None:
    assert power_lines(Drawn((READ,))) == [
        "power    36–44 W, GPU sensor, median (2 rows of this model: maker); 0.71–0.87 J a token at the predicted speed"
    ]


def test_measured_energy_of_the_model_wins_over_predicted() -> None:
    (line,) = power_lines(Drawn((replace(READ, joules_per_token=(0.8, 0.8)),)))
    assert line.endswith("0.8 J a token as measured")
    (other,) = power_lines(Drawn((replace(READ, joules_per_token=(0.8, 0.8), of_model=False),)))
    assert other.endswith("0.71–0.87 J a token at the predicted speed")


def test_one_row_with_one_request_says_so() -> None:
    lone = replace(READ, low_w=40.0, high_w=40.0, rows=1, one_request=True, predicted_joules_per_token=None)
    assert (
        power_lines(Drawn((READ, lone)))[1]
        == "         40 W, GPU sensor, median, one request (one row of this model: maker)"
    )


def test_a_rating_is_an_upper_bound_and_said_to_be_one() -> None:
    (line,) = power_lines(Drawn(rated_w=575.0, rated_sources=("maker",), rated_joules_per_token=1.8))
    assert (
        line
        == "power    at most 575 W, 1.8 J a token: what the boards are rated for (maker); nobody measured it at work"
    )


def test_what_nobody_knows_has_its_reason() -> None:
    assert power_lines(Drawn(reason="nobody measured it")) == ["power    not known: nobody measured it"]
    assert power_lines(None) == []
    assert "power" not in card(fits())


def test_programs_get_watts_with_their_basis() -> None:
    found = finding_json(fits(power=Drawn((READ,))))["power"]
    assert (found["basis"], found["rated_w"], found["readings"][0]["median_w"]) == ("measured", None, 40.0)
    assert found["readings"][0]["predicted_joules_per_token"] == {"low": 0.71, "high": 0.87}
    assert found["readings"][0]["measured_joules_per_token"] == {"low": None, "high": None}
    rated = finding_json(fits(power=Drawn(rated_w=575.0, rated_joules_per_token=1.8)))["power"]
    assert (rated["basis"], rated["readings"], rated["most_joules_per_token"]) == ("rated", [], 1.8)
    unknown = finding_json(fits(power=Drawn(reason="nobody measured it")))["power"]
    assert (unknown["basis"], unknown["reason"]) == (None, "nobody measured it")
    assert finding_json(fits())["power"] is None
