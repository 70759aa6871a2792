"""Numbers and notes as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.note import note
from advisor.present import formats


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.55, "0.55"),
        (1.25, "1.2"),
        (9.94, "9.9"),
        (10, "10"),
        (58.72, "59"),
        (99.4, "99"),
        (100, "100"),
        (352.8, "353"),
        (999.6, "1000"),
        (4321.0, "4320"),
        (29246.0, "29200"),
    ],
)
def test_a_speed_has_no_digits_a_prediction_cannot_have(value: float, written: str) -> None:
    assert formats.tok_s(value) == written


@pytest.mark.parametrize(
    ("value", "written"), [(58.72, "58.72"), (40.0, "40"), (1234.5, "1,234.5"), (29246, "29,246"), (0.1 + 0.2, "0.3")]
)
def test_a_measured_value_keeps_the_digits_its_source_printed(value: float, written: str) -> None:
    assert formats.as_printed(value) == written


@pytest.mark.parametrize(("value", "written"), [(0.004, "±0 %"), (-0.004, "±0 %"), (0.05, "+5 %"), (-0.31, "-31 %")])
def test_a_share_off_is_signed_unless_it_rounds_to_nothing(value: float, written: str) -> None:
    assert formats.signed_share(value) == written


def test_sizes_are_written_in_the_unit_they_name() -> None:
    assert formats.gib(63_374_000_000) == "59.0 GiB"
    assert formats.gb(63_374_000_000) == "63.4 GB"
    assert formats.tokens(131072) == "131,072"
    assert (formats.parameters(116.8e9), formats.parameters(751e6)) == ("116.8B", "751M")
    assert (formats.money(3999, "USD"), formats.money(0.15, "EUR")) == ("3,999 USD", "0.15 EUR")
    assert (formats.gb_s(273), formats.gb_s(57.6), formats.tflops(125), formats.tflops(78.25)) == (
        "273 GB/s", "57.6 GB/s", "125 TFLOPS", "78.2 TFLOPS",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("need_bytes", 2**30, "1.0 GiB"), ("trained_tokens", 131072.0, "131,072"), ("ceiling_tok_s", 83.9, "84 tok/s"),
        ("measured_tok_s", 58.72, "58.72 tok/s"), ("floor_tok_s", 1234.5, "1,234.5 tok/s"), ("kept_tok_s", 29246.0, "29200 tok/s"),
        ("worst_share", 0.052, "5 %"), ("touched_gb", 3.6, "3.6 GB"), ("peak_gb_s", 273.0, "273 GB/s"),
        ("peak_tflops", 86.0, "86 TFLOPS"), ("active_parameters", 5.1e9, "5.1B"), ("rows", 12.0, "12"),
    ],
)  # fmt: skip
def test_a_note_writes_a_value_by_the_unit_at_the_end_of_its_name(name: str, value: float, written: str) -> None:
    assert formats.say(note(f"it is {{{name}}}.", **{name: value})) == f"it is {written}."


@given(st.floats(0.01, 1e6))
def test_a_written_speed_is_within_five_percent_or_a_hundredth(value: float) -> None:
    assert float(formats.tok_s(value)) == pytest.approx(value, rel=0.051, abs=0.01)
