"""Pictures are well-formed, self-contained, and say in words what they show."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from advisor.present.svg import COLOURS, MARKS, Drawing, number

SVG = "{http://www.w3.org/2000/svg}"


def drawn(title: str = "Speed & <depth>") -> str:
    drawing = Drawing(200, 100, title, "Two rows.")
    drawing.line((0, 0), (10, 10), dashed=True)
    drawing.words((5, 5), "a < b", turned=True)
    drawing.path([(0, 0), (5, 5), (9, 0)], COLOURS[0], dashed=True)
    drawing.area([(0, 0), (5, 5), (9, 0)], COLOURS[0])
    for series in range(len(MARKS)):
        drawing.mark((20 + series, 20), series, 'a "row"', filled=series == 0)
    return drawing.text()


def test_a_picture_is_well_formed_whatever_its_words_hold() -> None:
    root = ET.fromstring(drawn())
    assert root.find(f"{SVG}title").text == "Speed & <depth>"  # type: ignore[union-attr]
    assert [text.text for text in root.iter(f"{SVG}text")] == ["a < b"]


def test_a_picture_says_what_it_shows_to_those_who_do_not_see_it() -> None:
    root = ET.fromstring(drawn())
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert description.text == "Two rows."


def test_pictures_of_one_page_do_not_share_ids() -> None:
    ids = [
        each.get("id") for text in (drawn("one"), drawn("two")) for each in ET.fromstring(text).iter() if each.get("id")
    ]
    assert len(set(ids)) == len(ids) == 4


def test_a_picture_runs_nothing_and_fetches_nothing() -> None:
    text = drawn().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"script|href|url\(|http|@import", text)


def test_every_series_has_a_shape_and_a_colour_of_its_own() -> None:
    marks = [path for path in ET.fromstring(drawn()).iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]
    assert len({path.get("stroke") for path in marks}) == len(COLOURS)
    assert len({re.sub(r"[\d. -]+", "", str(path.get("d"))) for path in marks}) >= len(MARKS) - 2
    assert [path.get("fill") for path in marks] == [COLOURS[0], *("none",) * (len(MARKS) - 1)]


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_stands_out_on_white() -> None:
    for colour in COLOURS:
        assert 1.05 / (_luminance(colour) + 0.05) >= 4.5, colour


def test_coordinates_carry_one_decimal_at_most() -> None:
    assert (number(1.0), number(2.34), number(-0.5)) == ("1", "2.3", "-0.5")
