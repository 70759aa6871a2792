"""Predicted against measured, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.figure import Axis, Dots, Figure, Line
from advisor.present.figure_svg import draw
from advisor.present.formats import as_printed, share, tok_s

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.evidence.accuracy import Judged
    from advisor.evidence.checked import Checked

WIDTH, HEIGHT = 640, 660
BANDS = (1.25, 2.0)
"""Factors off that are drawn as lines beside the diagonal."""
DIAGONAL_STYLE = 5
ROOM = 1.3
"""The axes go on by this factor beyond the rows."""


def figure(checked: Checked) -> Figure:
    """Every tested row: predicted without its model on its machine, against measured; both axes logarithmic and alike."""
    rows = [row for found in checked.rows.values() for row in found]
    values = [value for row in rows for value in (row.tested.measured, row.tested.predicted) if value > 0]
    ends = min(values, default=1.0) / ROOM, max(values, default=10.0) * ROOM
    inside = sum(row.error <= BANDS[0] - 1 for row in rows)
    exact = Line("as predicted", (ends_of(ends, 1.0)), DIAGONAL_STYLE)
    off = [
        Line(f"a factor of {BANDS[0]:g} or {BANDS[1]:g} off" if factor == BANDS[0] else "", ends_of(ends, factor), DIAGONAL_STYLE, dashed=True)
        for factor in (*BANDS, *(1 / band for band in BANDS))
    ]  # fmt: skip
    dots = [_dots(quantity, found, style) for style, (quantity, found) in enumerate(checked.rows.items())]
    return Figure(
        title="Predicted against measured speed",
        alt=f"{len(rows)} measured rows, each predicted without rows of its model on its machine; "
        f"{share(inside / max(len(rows), 1))} of the predictions lie within 25 % of the measurement.",
        across=Axis("measured, tok/s", log=True, low=ends[0], high=ends[1]),
        up=Axis("predicted, tok/s", log=True, low=ends[0], high=ends[1]), series=(*dots, exact, *off),
    )  # fmt: skip


def ends_of(ends: tuple[float, float], factor: float) -> tuple[tuple[float, float], ...]:
    """Where the line of predictions so many times the measurement enters and leaves a square picture."""
    low, high = ends
    start, end = max(low, low / factor), min(high, high / factor)
    return (start, start * factor), (end, end * factor)


def _dots(quantity: str, found: Sequence[Judged], style: int) -> Dots:
    held = [row.tested for row in found]
    return Dots(
        f"{quantity} ({len(held)})", tuple((each.measured, each.predicted) for each in held), style, hollow=True,
        hints=tuple(f"{each.record.id}: {as_printed(each.measured)} measured, {tok_s(each.predicted)} predicted" for each in held),
    )  # fmt: skip


def picture(checked: Checked) -> str:
    """SVG of it."""
    return draw(figure(checked), WIDTH, HEIGHT)
