"""A figure as an SVG document: self-contained, without scripts, on a light ground, readable when printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.figure import Band, Dots, Line
from advisor.present.scale import named, scale_of
from advisor.present.svg import COLOURS, FAINT, GRID, INK, Drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.present.figure import Figure, Point, Series
    from advisor.present.scale import Scale

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 68, 24, 30, 56
LETTER = 6.7
"""Width of a letter at the size used, on the wide side."""
LEGEND_LINE = 20
PIXELS_A_TICK_ACROSS, PIXELS_A_TICK_UP = 90, 50
SAMPLE = 22
ROUNDING = 1e-9


def draw(figure: Figure, width: int = WIDTH, height: int = HEIGHT) -> str:
    """The figure in `width` × `height` pixels."""
    drawing = Drawing(width, height, figure.title, figure.alt)
    rows = _legend_rows(figure.series, width)
    top = TOP + 16 + LEGEND_LINE * len(rows)
    frame = _Frame(figure, LEFT, width - RIGHT, height - BOTTOM, top)
    drawing.words((LEFT - 52, TOP - 8), figure.title, size=14)
    _legend(drawing, rows)
    _grid(drawing, figure, frame)
    for series in sorted(figure.series, key=lambda each: {Band: 0, Line: 1, Dots: 2}[type(each)]):
        _series(drawing, frame, series)
    _refer(drawing, figure, frame)
    return drawing.text()


class _Frame:
    """Where values stand on the paper."""

    def __init__(self, figure: Figure, left: float, right: float, bottom: float, top: float) -> None:
        self.left, self.right, self.bottom, self.top = left, right, bottom, top
        self.across = scale_of(figure.across, figure.values("across"))
        self.up = scale_of(figure.up, figure.values("up"))

    def x(self, value: float) -> float:
        return self.left + _within(self.across, value) * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom + _within(self.up, value) * (self.top - self.bottom)

    def places(self, points: Sequence[Point]) -> list[Point]:
        return [(self.x(x), self.y(y)) for x, y in points if _shown(self.across, x) and _shown(self.up, y)]


def _within(scale: Scale, value: float) -> float:
    return min(1.0, max(0.0, scale.share(value) or 0.0))


def _shown(scale: Scale, value: float) -> bool:
    share = scale.share(value)
    return share is not None and -ROUNDING <= share <= 1 + ROUNDING


def _series(drawing: Drawing, frame: _Frame, series: Series) -> None:
    colour = COLOURS[series.style % len(COLOURS)]
    if isinstance(series, Band):
        low, high = (frame.places(edge) for edge in series.edges())
        if low and high:
            drawing.area([*low, *reversed(high)], colour)
    elif isinstance(series, Line):
        if places := frame.places(series.points):
            drawing.path(places, colour, dashed=series.dashed)
    else:
        hints = series.hints or ("",) * len(series.points)
        for (x, y), hint in zip(series.points, hints, strict=True):
            if _shown(frame.across, x) and _shown(frame.up, y):
                drawing.mark((frame.x(x), frame.y(y)), series.style, hint, filled=not series.hollow)


def _legend_rows(series: Sequence[Series], width: int) -> list[list[tuple[float, Series]]]:
    """Series with a name, each with the place its sample begins at, in as many rows as they take."""
    rows: list[list[tuple[float, Series]]] = []
    at = float(width)
    for each in series:
        if not each.name:
            continue
        takes = SAMPLE + 8 + LETTER * len(each.name) + 14
        if at + takes > width:
            rows.append([])
            at = LEFT - 52.0
        rows[-1].append((at, each))
        at += takes
    return rows


def _legend(drawing: Drawing, rows: Sequence[Sequence[tuple[float, Series]]]) -> None:
    for number, row in enumerate(rows):
        y = TOP + 12 + LEGEND_LINE * number
        for x, series in row:
            colour = COLOURS[series.style % len(COLOURS)]
            if isinstance(series, Band):
                drawing.area([(x, y - 5), (x + SAMPLE, y - 5), (x + SAMPLE, y + 5), (x, y + 5)], colour)
            elif isinstance(series, Line):
                drawing.path([(x, y), (x + SAMPLE, y)], colour, dashed=series.dashed)
            else:
                drawing.mark((x + SAMPLE / 2, y), series.style, filled=not series.hollow)
            drawing.words((x + SAMPLE + 6, y + 4), series.name)


def _grid(drawing: Drawing, figure: Figure, frame: _Frame) -> None:
    for value, text in named(figure.across, frame.across, int((frame.right - frame.left) / PIXELS_A_TICK_ACROSS)):
        x = frame.x(value)
        drawing.line((x, frame.top), (x, frame.bottom), GRID)
        drawing.words((x, frame.bottom + 18), text, anchor="middle", colour=FAINT)
    for value, text in named(figure.up, frame.up, int((frame.bottom - frame.top) / PIXELS_A_TICK_UP)):
        y = frame.y(value)
        drawing.line((frame.left, y), (frame.right, y), GRID)
        drawing.words((frame.left - 8, y + 4), text, anchor="end", colour=FAINT)
    drawing.line((frame.left, frame.bottom), (frame.right, frame.bottom), INK)
    drawing.line((frame.left, frame.top), (frame.left, frame.bottom), INK)
    drawing.words(((frame.left + frame.right) / 2, frame.bottom + 42), figure.across.label, anchor="middle")
    drawing.words((22, (frame.top + frame.bottom) / 2), figure.up.label, anchor="middle", turned=True)


def _refer(drawing: Drawing, figure: Figure, frame: _Frame) -> None:
    """Reference lines over the grid, their words over everything."""
    for each in figure.references:
        if each.axis == "up" and _shown(frame.up, each.value):
            y = frame.y(each.value)
            drawing.line((frame.left, y), (frame.right, y), FAINT, dashed=True)
            drawing.words((frame.right - 4, y - 5), each.label, anchor="end", colour=FAINT, halo=True)
        elif each.axis == "across" and _shown(frame.across, each.value):
            x = frame.x(each.value)
            drawing.line((x, frame.top), (x, frame.bottom), FAINT, dashed=True)
            ends = x + 6 + LETTER * len(each.label) > frame.right
            drawing.words(
                (x - 5 if ends else x + 5, frame.top + 12), each.label, anchor="end" if ends else "start", colour=FAINT, halo=True
            )  # fmt: skip
