"""A figure in characters: braille dots, block characters, or ASCII."""

from __future__ import annotations

from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING

from advisor.present.canvas import DASHES, FRAME, MARKS, REFERENCE, SHADE, STROKE, Canvas
from advisor.present.figure import Band, Dots, Line
from advisor.present.scale import named, scale_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.present.canvas import Glyphs
    from advisor.present.figure import Figure, Point, Reference, Series
    from advisor.present.scale import Scale

WIDTH, HEIGHT = 78, 20
LEAST_WIDTH, LEAST_HEIGHT = 24, 8
LEAST_ROWS = 3
AXIS_LINES = 3
"""Below the picture: the axis, its values, what they are of."""
ROWS_A_TICK = 2
COLUMNS_A_TICK = 12


def draw(figure: Figure, width: int = WIDTH, height: int = HEIGHT, glyphs: Glyphs = "braille") -> str:
    """The figure in at most `width` columns and exactly `height` lines: title, legend, picture, axis.

    Less than 24 columns or 8 lines are taken as these; a long legend is cut to leave the picture three rows.
    """
    width, height = max(width, LEAST_WIDTH), max(height, LEAST_HEIGHT)
    head = [line[:width] for line in (*wrap(figure.title, width), *_legend(figure.series, width, glyphs))]
    head = head[: height - LEAST_ROWS - AXIS_LINES - 1]
    head.append(figure.up.label[:width])
    across, up = (scale_of(a, figure.values(n)) for a, n in ((figure.across, "across"), (figure.up, "up")))  # type: ignore[arg-type]
    rows = height - len(head) - AXIS_LINES
    ticks = named(figure.up, up, max(2, rows // ROWS_A_TICK))
    margin = max((len(text) for _, text in ticks), default=0) + 1
    canvas = Canvas(width - margin - 1, rows, glyphs)
    _paint(figure, canvas, across, up)
    side, tick_side, corner, bottom = FRAME[glyphs]
    at = {_row(up, value, rows): text for value, text in ticks}
    body = [
        f"{at.get(row, ''):>{margin - 1}} {tick_side if row in at else side}{line}"
        for row, line in enumerate(canvas.lines())
    ]
    foot = [" " * margin + corner + bottom * canvas.columns, *_bottom(figure, across, canvas.columns, margin + 1)]
    return "\n".join(line.rstrip(" ") for line in (*head, *body, *foot))


def _row(up: Scale, value: float, rows: int) -> int:
    return round((1 - (up.share(value) or 0.0)) * (rows - 1))


def _legend(series: Sequence[Series], width: int, glyphs: Glyphs) -> list[str]:
    """Names beside what they are drawn with, as many to a line as it holds."""
    lines = [""]
    for text in dict.fromkeys(f"{_sample(each, glyphs)} {each.name}" for each in series if each.name):
        joined = f"{lines[-1]}   {text}" if lines[-1] else text
        if len(joined) <= width:
            lines[-1] = joined
        else:
            lines += wrap(text, width)
    return [line for line in lines if line]


def _sample(series: Series, glyphs: Glyphs) -> str:
    if isinstance(series, Dots):
        return MARKS[glyphs][series.style % len(MARKS[glyphs])]
    if isinstance(series, Band):
        return SHADE[glyphs]
    return DASHES[glyphs] if series.dashed else STROKE[glyphs]


def _paint(figure: Figure, canvas: Canvas, across: Scale, up: Scale) -> None:
    """References under bands, bands under lines, lines under dots, whatever their order in the figure."""
    references = _refer(figure, canvas, across, up)
    kinds = {Line: 0, Band: 1, Dots: 2}
    for series in sorted(figure.series, key=lambda each: kinds[type(each)]):
        if isinstance(series, Band):
            low, high = (list(_placed(edge, canvas, across, up)) for edge in series.edges())
            for (x, low_y), (_, high_y) in zip(_columns(low), _columns(high), strict=True):
                canvas.shade(round(x), low_y, high_y)
        elif isinstance(series, Line):
            canvas.stroke(_placed(series.points, canvas, across, up), dashed=series.dashed)
        else:
            mark = MARKS[canvas.glyphs][series.style % len(MARKS[canvas.glyphs])]
            for x, y in _placed(series.points, canvas, across, up):
                canvas.letter(x, y, mark)
    for reference, place in references:
        _label(canvas, reference, place)


def _placed(points: Sequence[Point], canvas: Canvas, across: Scale, up: Scale) -> Iterator[Point]:
    """Points as dots of the canvas; those no axis has are passed over."""
    for x, y in points:
        along, above = across.share(x), up.share(y)
        if along is not None and above is not None:
            yield along * (canvas.width - 1), (1 - above) * (canvas.height - 1)


def _columns(edge: Sequence[Point]) -> Iterator[Point]:
    """The edge at every whole column of dots it spans."""
    for (x1, y1), (x2, y2) in pairwise(edge):
        first, last = round(x1), round(x2)
        for x in range(first, last + (x2 == edge[-1][0])):
            share = min(1.0, max(0.0, (x - x1) / (x2 - x1))) if x2 > x1 else 0.0
            yield float(x), y1 + share * (y2 - y1)


def _refer(figure: Figure, canvas: Canvas, across: Scale, up: Scale) -> list[tuple[Reference, int]]:
    """Thin lines through the picture; the references drawn, each with its column or row."""
    flat, upright = REFERENCE[canvas.glyphs]
    found = []
    for each in figure.references:
        share = (across if each.axis == "across" else up).share(each.value)
        if share is None or not 0 <= share <= 1:
            continue
        place = round(
            (share if each.axis == "across" else 1 - share)
            * ((canvas.columns if each.axis == "across" else canvas.rows) - 1)
        )
        for other in range(canvas.rows if each.axis == "across" else canvas.columns):
            canvas.thin(
                *((place, other) if each.axis == "across" else (other, place)),
                upright if each.axis == "across" else flat,
            )
        found.append((each, place))
    return found


def _label(canvas: Canvas, reference: Reference, place: int) -> None:
    """The reference's words on its line, as far right or up as nothing is covered; left out where there is no room."""
    text = f" {reference.label} "
    if reference.axis == "up":
        any(canvas.write(column, place, text) for column in range(canvas.columns - len(text), -1, -1))
        return
    sides = (place + 1, place - len(text))
    any(canvas.write(column, row, text) for row in range(canvas.rows) for column in sides)


def _bottom(figure: Figure, across: Scale, columns: int, margin: int) -> list[str]:
    """Names of the values across, each under its place where its neighbours leave room, and below them what they are of."""
    line = [" "] * columns
    for value, text in named(figure.across, across, max(2, columns // COLUMNS_A_TICK)):
        at = round((across.share(value) or 0.0) * (columns - 1))
        start = max(0, min(at - len(text) // 2, columns - len(text)))
        if all(letter == " " for letter in line[max(0, start - 1) : start + len(text) + 1]):
            line[start : start + len(text)] = text[:columns]
    label = figure.across.label[:columns]
    return [" " * margin + "".join(line), " " * margin + label.rjust(columns)]
