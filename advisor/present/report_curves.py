"""Pictures of speed with the machines of a report beside one another: against context, and against requests at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present import figure_svg, figure_text
from advisor.present.curves import FAR, READING, context_ticks, sweep_rows
from advisor.present.figure import Axis, Band, Dots, Figure, Line, Reference
from advisor.present.formats import as_printed, tok_s, tokens
from advisor.present.report_tree import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.schema.record import Record
    from advisor.decide.need import Workload
    from advisor.evidence.finding import Finding, Speed
    from advisor.present.figure import Point, Series
    from advisor.present.report_scene import Column, Scene

TEXT_WIDTH, TEXT_HEIGHT = 92, 24
MOST_BANDS = 3
NARROW = 44
"""Characters of a machine's name in a legend."""
POWERS = tuple((2.0**n, f"{2**n}") for n in range(13))


def drawn(figure: Figure) -> Picture:
    """The figure for both media."""
    text = figure_text.draw(figure, TEXT_WIDTH, TEXT_HEIGHT + len(figure.series) // 2)
    return Picture(figure.title, figure.alt, figure_svg.draw(figure), text, figure.alt)


def legend(name: str) -> str:
    """A machine's name as short as a legend needs it."""
    short = name.split(" or ", maxsplit=1)[0].partition(" (")[0]
    more = " and the like" if " or " in name else ""
    return f"{short if len(short) <= NARROW else short[: NARROW - 1] + '…'}{more}"


def with_context(scene: Scene, work: Workload) -> Picture | None:
    """Decode speed of one request against what is in its cache; None where no machine has a curve."""
    shown = [
        (column, found, curve)
        for column in scene.columns
        if (found := scene.curves.get((column.id, work.name))) and (curve := _curve(found))
    ]
    if not shown:
        return None
    series: list[Series] = []
    for place, (column, found, curve) in enumerate(shown):
        series += _of(column, found, curve, banded=place < MOST_BANDS)
    most = max(curve[-1].depth_tokens for _, _, curve in shown)
    top = max(speed.high_tok_s or speed.tok_s or 0.0 for _, _, curve in shown for speed in curve)
    depth = min(work.prompt_tokens or work.context_tokens, work.context_tokens)
    up = [Reference(work.floor_tok_s, f"{as_printed(work.floor_tok_s)} tok/s asked")] if work.floor_tok_s else [
        Reference(value, words) for value, words in READING if top / FAR < value < top
    ]  # fmt: skip
    measured = sum(len(found.along) for _, found, _ in shown)
    return drawn(Figure(
        title=f"Decode against context: {work.name}", alt=f"{' '.join(_fall(column, curve) for column, _, curve in shown)} {_rows(measured)}",
        across=Axis("tokens in the cache", ticks=context_ticks(most), high=float(max(most, 1))), up=Axis("tok/s of one request"), series=tuple(series),
        references=(*up, Reference(float(depth), "usual prompt", "across")),
    ))  # fmt: skip


def _curve(found: Finding) -> list[Speed]:
    return [speed for speed in found.curve if speed.tok_s is not None]


def _of(column: Column, found: Finding, curve: Sequence[Speed], *, banded: bool) -> list[Series]:
    name = legend(column.name)
    band = [
        (float(s.depth_tokens), s.low_tok_s, s.high_tok_s)
        for s in curve
        if s.low_tok_s is not None and s.high_tok_s is not None
    ]
    series: list[Series] = [Line(name, tuple((float(s.depth_tokens), s.tok_s or 0.0) for s in curve), column.style)]
    if band and banded:
        series.append(Band("", tuple(band), column.style))
    last = curve[-1].depth_tokens
    rows = [row.record for row in found.along if (row.record.conditions.depth_tokens or 0) <= last]
    if rows:
        points: tuple[Point, ...] = tuple(
            (float(row.conditions.depth_tokens or 0), row.decode_tok_s or 0.0) for row in rows
        )
        series.append(
            Dots(f"measured, {name}", points, column.style, hints=tuple(_hint(row, row.decode_tok_s) for row in rows))
        )
    return series


def _fall(column: Column, curve: Sequence[Speed]) -> str:
    first, last = curve[0], curve[-1]
    return (
        f"{column.name} is predicted to go from {tok_s(first.tok_s or 0)} to {tok_s(last.tok_s or 0)} tok/s "
        f"between {tokens(first.depth_tokens)} and {tokens(last.depth_tokens)} tokens in the cache."
    )


def _rows(count: int) -> str:
    if not count:
        return "Nobody published a row along these lines."
    return f"{'One measured row stands' if count == 1 else f'{count} measured rows stand'} beside the lines; the shaded range holds four in five."


def _hint(row: Record, rate: float | None) -> str:
    return f"{as_printed(rate or 0.0)} tok/s, {row.conditions.runtime or 'runtime not stated'}, {row.conditions.date or 'no date'}, {row.source}"


def at_once(scene: Scene, work: Workload) -> Picture | None:
    """What all requests get together against how many there are; None where that is predicted nowhere."""
    shown = [
        (column, found, rows) for column in scene.columns
        if (found := scene.curves.get((column.id, work.name))) and found.footprint and (rows := sweep_rows(found))
    ]  # fmt: skip
    if not shown:
        return None
    most = max(rows[-1][0] for _, _, rows in shown)
    series: list[Series] = []
    for place, (column, found, rows) in enumerate(shown):
        series += _sweep(column, found, rows, most, banded=place < MOST_BANDS)
    knees = [
        Reference(float(found.knee.requests), f"knee, {legend(column.name)}", "across")
        for column, found, _ in shown[:1]
        if found.knee
    ]
    return drawn(Figure(
        title=f"Many requests at once: {work.name}", alt=" ".join(_growth(column, found, rows) for column, found, rows in shown),
        across=Axis("requests at once", log=True, low=1.0, high=float(max(most, 2)), ticks=POWERS), up=Axis("tok/s of all together", log=True),
        series=tuple(series), references=(Reference(float(work.concurrency), f"{work.concurrency} asked", "across"), *knees),
    ))  # fmt: skip


Row = tuple[int, float, float, float, float]


def _sweep(column: Column, found: Finding, rows: Sequence[Row], most: int, *, banded: bool) -> list[Series]:
    name = legend(column.name)
    series: list[Series] = [Line(name, tuple((float(row[0]), row[1]) for row in rows), column.style)]
    if banded:
        series.append(Band("", tuple((float(row[0]), row[2], row[3]) for row in rows), column.style))
    held = [row for row in found.together if (row.conditions.concurrency or 1) <= most]
    if held:
        points = tuple((float(row.conditions.concurrency or 1), row.aggregate_tok_s or 0.0) for row in held)
        series.append(
            Dots(
                f"measured, {name}", points, column.style, hints=tuple(_hint(row, row.aggregate_tok_s) for row in held)
            )
        )
    return series


def _growth(column: Column, found: Finding, rows: Sequence[Row]) -> str:
    first, last = rows[0], rows[-1]
    knee = f"; more pay up to {found.knee.requests}: {found.knee.why}" if found.knee else ""
    return f"{column.name} is predicted to go from {tok_s(first[1])} tok/s with {first[0]} to {tok_s(last[1])} with {last[0]}{knee}."
