"""One description, two drawers: the same series, axes and references in characters and as SVG."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.present import figure_svg, figure_text
from advisor.present.canvas import Canvas, Glyphs
from advisor.present.figure import Axis, Band, Dots, Figure, Line, Reference

SVG = "{http://www.w3.org/2000/svg}"
ALL_GLYPHS: tuple[Glyphs, ...] = ("braille", "blocks", "ascii")
FALLING = tuple((float(x), 100 - x) for x in range(0, 81, 20))
FIGURE = Figure(
    title="Speed against depth", alt="It falls.", across=Axis("depth, tokens", high=80), up=Axis("tok/s"),
    series=(
        Line("predicted", FALLING), Band("range", tuple((x, y * 0.9, y * 1.1) for x, y in FALLING)),
        Line("ceiling", tuple((x, y * 1.5) for x, y in FALLING), 5, dashed=True),
        Dots("measured", ((0.0, 95.0), (40.0, 62.0)), 1, hints=("95 tok/s", "62 tok/s")),
    ),
    references=(Reference(30, "30 tok/s"), Reference(60, "asked", "across")),
)  # fmt: skip


@pytest.mark.parametrize("glyphs", ALL_GLYPHS)
@pytest.mark.parametrize(("width", "height"), [(78, 20), (60, 12), (120, 40), (24, 8), (1, 1)])
def test_a_text_figure_keeps_to_its_width_and_height(glyphs: Glyphs, width: int, height: int) -> None:
    lines = figure_text.draw(FIGURE, width, height, glyphs).splitlines()
    assert len(lines) == max(height, 8)
    assert max(map(len, lines)) <= max(width, 24)
    assert not any(line.endswith(" ") for line in lines)


def test_ascii_means_ascii() -> None:
    assert figure_text.draw(FIGURE, glyphs="ascii").isascii()


@pytest.mark.parametrize("glyphs", ALL_GLYPHS)
def test_title_legend_axes_and_references_are_words_in_it(glyphs: Glyphs) -> None:
    drawn = figure_text.draw(FIGURE, glyphs=glyphs)
    for words in (
        "Speed against depth",
        "predicted",
        "range",
        "ceiling",
        "measured",
        "tok/s",
        "depth, tokens",
        " 30 tok/s",
        " asked",
    ):
        assert words in drawn


def test_dots_stand_at_their_values_over_everything_else() -> None:
    rows = figure_text.draw(FIGURE, glyphs="ascii").splitlines()
    body = [row for row in rows if "|" in row or "+" in row]
    marked = [(number, row.index("x")) for number, row in enumerate(body) if "x" in row]
    assert len(marked) == 2
    (upper, left), (lower, right) = marked
    assert upper < lower
    assert left == rows[-3].index("+") + 1
    assert right == pytest.approx((left + len(rows[-3])) / 2, abs=1)


def test_a_band_lies_around_its_line() -> None:
    only = replace(FIGURE, series=FIGURE.series[:2], references=())
    column = [f"{row:60}"[30] for row in figure_text.draw(only, 60, 24, "ascii").splitlines()[3:-3]]
    assert "".join(column).strip() == ":*:"


def test_a_dashed_line_has_gaps_and_a_solid_one_none() -> None:
    solid, dashed = Canvas(40, 1, "ascii"), Canvas(40, 1, "ascii")
    for canvas in (solid, dashed):
        canvas.stroke([(0, 0), (39, 0)], dashed=canvas is dashed)
    assert solid.lines() == ["*" * 40]
    assert dashed.lines()[0].startswith("====   ====")


def test_braille_and_blocks_put_several_dots_in_a_character() -> None:
    braille, blocks = Canvas(1, 1, "braille"), Canvas(1, 1, "blocks")
    for x, y in ((0, 0), (1, 3)):
        braille.dot(x, y)
    for x, y in ((0, 0), (1, 1)):
        blocks.dot(x, y)
    assert braille.lines() == [chr(0x2800 + 0x01 + 0x80)]
    assert blocks.lines() == ["▚"]


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), max_size=8))
def test_what_lies_outside_a_canvas_is_not_drawn(points: list[tuple[float, float]]) -> None:
    canvas = Canvas(10, 4, "braille")
    canvas.stroke(points)
    lines = canvas.lines()
    assert len(lines) == 4
    assert all(len(line) <= 10 for line in lines)


def test_a_label_never_covers_what_is_drawn() -> None:
    canvas = Canvas(10, 1, "ascii")
    canvas.stroke([(4, 0), (6, 0)])
    assert not canvas.write(2, 0, "abc")
    assert not canvas.write(8, 0, "abc")
    assert canvas.write(7, 0, "abc")
    assert canvas.lines() == ["    ***abc"]


def test_a_reference_without_room_for_its_words_keeps_its_line() -> None:
    crowded = replace(FIGURE, references=(Reference(30, "words " * 20),))
    drawn = figure_text.draw(crowded, glyphs="ascii")
    assert "words" not in drawn
    assert "-----" in drawn


@pytest.mark.parametrize("glyphs", ALL_GLYPHS)
def test_an_empty_figure_has_axes(glyphs: Glyphs) -> None:
    empty = Figure("Nothing", "Nothing.", Axis("x"), Axis("y", log=True), ())
    assert "y" in figure_text.draw(empty, glyphs=glyphs)
    ET.fromstring(figure_svg.draw(empty))


def test_the_svg_has_title_description_and_every_series() -> None:
    root = ET.fromstring(figure_svg.draw(FIGURE))
    texts = [text.text for text in root.iter(f"{SVG}text")]
    for words in (
        "Speed against depth",
        "predicted",
        "range",
        "ceiling",
        "measured",
        "tok/s",
        "depth, tokens",
        "30 tok/s",
        "asked",
    ):
        assert words in texts
    assert root.findtext(f"{SVG}desc") == "It falls."
    hints = [path.findtext(f"{SVG}title") for path in root.iter(f"{SVG}path")]
    assert [hint for hint in hints if hint] == ["95 tok/s", "62 tok/s"]


def test_everything_in_the_svg_lies_on_the_paper() -> None:
    root = ET.fromstring(figure_svg.draw(FIGURE, 400, 300))
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x", "-1")) <= 400
        assert 0 <= float(text.get("y", "-1")) <= 300


def test_a_long_legend_takes_more_rows_and_leaves_the_picture_below_it() -> None:
    many = replace(FIGURE, series=tuple(Dots(f"measured with something {n}", ((1, 1),), n) for n in range(8)))
    heights = {
        text.text: float(text.get("y", "0")) for text in ET.fromstring(figure_svg.draw(many, 400)).iter(f"{SVG}text")
    }
    assert heights["measured with something 7"] > heights["measured with something 0"]
    assert heights["0"] > heights["measured with something 7"]
