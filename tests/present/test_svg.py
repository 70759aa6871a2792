"""Pictures are well-formed, self-contained, and say in words what they show."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from advisor.present.svg import COLOURS, MARKS, Drawing, log_axis, number

SVG = "{http://www.w3.org/2000/svg}"
values = st.floats(1e-3, 1e6)


def drawn() -> str:
    drawing = Drawing(200, 100, "Speed & <depth>", "Two rows.")
    drawing.line((0, 0), (10, 10), dashed=True)
    drawing.words((5, 5), "a < b", turned=True)
    for series in range(len(MARKS)):
        drawing.mark((20 + series, 20), series, 'a "row"')
    return drawing.text()


def test_a_picture_is_well_formed_whatever_its_words_hold() -> None:
    root = ET.fromstring(drawn())
    assert root.find(f"{SVG}title").text == "Speed & <depth>"  # type: ignore[union-attr]
    assert [text.text for text in root.iter(f"{SVG}text")] == ["a < b"]


def test_a_picture_says_what_it_shows_to_those_who_do_not_see_it() -> None:
    root = ET.fromstring(drawn())
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    assert root.find(f"{SVG}desc").text == "Two rows."  # type: ignore[union-attr]


def test_a_picture_runs_nothing_and_fetches_nothing() -> None:
    text = drawn().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"script|href|url\(|http|@import", text)


def test_every_series_has_a_shape_and_a_colour_of_its_own() -> None:
    marks = list(ET.fromstring(drawn()).iter(f"{SVG}path"))
    assert len({path.get("stroke") for path in marks}) == len(COLOURS)
    assert len({re.sub(r"[\d. -]+", "", str(path.get("d"))) for path in marks}) >= len(MARKS) - 2


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_stands_out_on_white() -> None:
    for colour in COLOURS:
        assert 1.05 / (_luminance(colour) + 0.05) >= 4.5, colour


@given(st.lists(values, min_size=1, max_size=20))
def test_a_log_axis_holds_every_value_between_its_ends(found: list[float]) -> None:
    axis = log_axis(found, 10, 110)
    assert all(10 <= axis.at(value) <= 110 for value in found)
    assert all(10 - 1e-6 <= axis.at(tick) <= 110 + 1e-6 for tick in axis.ticks())


@given(values, values)
def test_larger_values_stand_further_along(one: float, other: float) -> None:
    low, high = sorted((one, other))
    axis = log_axis((low, high), 100, 0)
    assert axis.at(low) >= axis.at(high)


def test_coordinates_carry_one_decimal_at_most() -> None:
    assert (number(1.0), number(2.34), number(-0.5)) == ("1", "2.3", "-0.5")
