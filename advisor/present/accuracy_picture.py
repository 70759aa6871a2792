"""Predicted against measured, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.formats import as_printed, share, tok_s
from advisor.present.svg import FAINT, GRID, INK, Drawing, LogAxis, log_axis

if TYPE_CHECKING:
    from advisor.evidence.checked import Checked

SIDE, LEFT, TOP, RIGHT, BOTTOM = 520, 70, 40, 190, 60
BANDS = (1.25, 2.0)
"""Factors off that are drawn as lines beside the diagonal."""


def picture(checked: Checked) -> str:
    """SVG of every tested row: predicted without its model on its machine, against measured; both axes logarithmic."""
    rows = [row for found in checked.rows.values() for row in found]
    values = [value for row in rows for value in (row.tested.measured, row.tested.predicted)]
    across, up = log_axis(values, LEFT, LEFT + SIDE), log_axis(values, TOP + SIDE, TOP)
    inside = sum(row.error <= BANDS[0] - 1 for row in rows)
    drawing = Drawing(
        LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM, "Predicted against measured speed",
        f"{len(rows)} measured rows, each predicted without rows of its model on its machine; "
        f"{share(inside / max(len(rows), 1))} of the predictions lie within 25 % of the measurement.",
    )  # fmt: skip
    _grid(drawing, across, up)
    for factor in (1 / BANDS[1], 1 / BANDS[0], 1.0, *BANDS):
        low, high = max(across.low, across.low / factor), min(across.high, across.high / factor)
        ends = (across.at(low), up.at(low * factor)), (across.at(high), up.at(high * factor))
        drawing.line(*ends, INK if factor == 1.0 else FAINT, dashed=factor != 1.0)
    for series, (quantity, found) in enumerate(checked.rows.items()):
        drawing.mark((LEFT + SIDE + 20, TOP + 20 + 22 * series), series)
        drawing.words((LEFT + SIDE + 32, TOP + 24 + 22 * series), f"{quantity} ({len(found)})")
        for row in found:
            held = row.tested
            words = f"{held.record.id}: {as_printed(held.measured)} measured, {tok_s(held.predicted)} predicted"
            drawing.mark((across.at(held.measured), up.at(held.predicted)), series, words)
    for place, factor in enumerate(BANDS):
        drawing.words((LEFT + SIDE + 14, TOP + SIDE - 40 + 18 * place), f"dashed: a factor of {factor:g}", colour=FAINT)
    return drawing.text()


def _grid(drawing: Drawing, across: LogAxis, up: LogAxis) -> None:
    for tick in across.ticks():
        x, y = across.at(tick), up.at(tick)
        drawing.line((x, TOP), (x, TOP + SIDE), GRID)
        drawing.line((LEFT, y), (LEFT + SIDE, y), GRID)
        drawing.words((x, TOP + SIDE + 18), as_printed(tick), anchor="middle", colour=FAINT)
        drawing.words((LEFT - 8, y + 4), as_printed(tick), anchor="end", colour=FAINT)
    drawing.words((LEFT + SIDE / 2, TOP + SIDE + 42), "measured, tok/s", anchor="middle")
    drawing.words((22, TOP + SIDE / 2), "predicted, tok/s", anchor="middle", turned=True)
    drawing.words((LEFT, TOP - 16), drawing.title)
