"""The part of a report that says how its predictions were made, and how far off such predictions were where they could be tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.evidence.accuracy import accuracy, judged
from advisor.evidence.decode_tested import from_json, sampled
from advisor.evidence.observations import identity
from advisor.evidence.teach import FOLDS
from advisor.present import figure_svg, figure_text
from advisor.present.accuracy_picture import BANDS, DIAGONAL_STYLE, ROOM, ends_of
from advisor.present.figure import Axis, Dots, Figure, Line
from advisor.present.formats import as_printed, share, signed_share, tok_s
from advisor.present.report_curves import legend
from advisor.present.report_tree import Head, Paragraph, Picture, Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.evidence.accuracy import Accuracy, Judged
    from advisor.evidence.tested import Tested
    from advisor.present.report_scene import Column, Scene
    from advisor.present.report_tree import Part

WIDTH, HEIGHT = 640, 640
TEXT_WIDTH, TEXT_HEIGHT = 78, 32
MICRO = 1e6
WORST = 5
LEAST = 3


def trust(scene: Scene) -> Section:
    """How predictions were made, the efficiencies used, and held-out rows of these machines and models beside their predictions."""
    words = (
        "A token costs the bytes of weights and cache it reads over the memory's bandwidth times an efficiency, plus a fixed time per layer. "
        "Efficiencies are fitted to measured rows and pooled: a machine with few rows leans on its kind. The ceiling is every byte once at peak "
        "bandwidth. Measured rows never replace a prediction; they stand beside it."
    )
    rows = _rows(scene)
    parts: list[Part] = [Paragraph(words), *_efficiencies(scene)]
    if rows:
        parts += [Paragraph(_said(scene, rows)), picture(scene, rows), _by_machine(scene, rows), _worst(scene, rows)]
    else:
        parts.append(Paragraph("No plain decode row of these machines or models is there to test the predictions by."))
    return Section("How predictions were made, and how good they are", tuple(parts))


def _efficiencies(scene: Scene) -> Iterator[Part]:
    rows = []
    for work in scene.workloads:
        for column, one in scene.cells(work):
            found = (one.finding.decode_at_depth or one.finding.decode) if one.finding and one.runs else None
            if found and found.efficiency and one.finding:
                e = found.efficiency
                rows.append((
                    work.name, column.name, _bandwidth(scene, column), share(e.weights), as_printed(round(e.kv, 2)), f"{e.layer_s * MICRO:.0f} µs",
                    f"{found.nearness or 'none'}, {found.rows} rows", found.limited_by,
                ))  # fmt: skip
    if rows:
        heads = (
            Head("Workload"), Head("Machine"), Head("Peak bandwidth"), Head("Weights read at", right=True), Head("A cache byte's time", right=True),
            Head("A layer", right=True), Head("Learned from"), Head("Limited by"),
        )  # fmt: skip
        yield Table(
            "Efficiencies used: share of peak bandwidth for weights, times peak for the cache, fixed time per layer",
            heads,
            tuple(rows),
        )


def _bandwidth(scene: Scene, column: Column) -> str:
    devices = [scene.facts.hardware[member.device] for member in column.machines[0].members] or [column.machines[0]]
    found = []
    for device in devices:
        if device.bandwidth_gb_s and "bandwidth_gb_s" not in device.unverified:
            ids = device.sources.get("bandwidth_gb_s") or device.sources.get("all") or ()
            found.append(f"{as_printed(device.bandwidth_gb_s)} GB/s{scene.sources.cite_all(ids, 2)}")
    return ", ".join(found) or "not known"


def _rows(scene: Scene) -> tuple[Judged, ...]:
    """Held-out rows of the machines shown and of the models asked about."""
    machines = {
        identity(each)
        for column in scene.columns
        for m in column.machines
        for each in (m, *(scene.facts.hardware[x.device] for x in m.members))
    }
    models = {one.finding.case.model.id for work in scene.workloads for _, one in scene.cells(work) if one.finding}
    every = judged(_tested(scene))
    return tuple(
        row for row in every
        if identity(scene.facts.hardware[row.tested.record.hardware]) in machines or row.tested.record.model in models
    )  # fmt: skip


def _tested(scene: Scene) -> tuple[Tested, ...]:
    """Every held-out row: as kept beside the catalog, anew where only evidence up to a day counts."""
    kept, as_of = scene.facts.extra("tested"), scene.decision.need.as_of
    return from_json(scene.facts, kept) if kept and as_of is None else sampled(scene.facts, scene.calibration, as_of)


def _said(scene: Scene, rows: Sequence[Judged]) -> str:
    found = accuracy(rows)
    assert found is not None
    held = f"{share(found.coverage)} of them lie" if found.coverage is not None else "none can be said to lie"
    return (
        f"{found.rows} measured rows of these machines, or of these models on others, were each predicted without any row of the same model on the same "
        f"machine (a {FOLDS}th part of such pairs left out at a time): half of the predictions are less than {share(found.median_error)} off, nine in "
        f"ten less than {share(found.p90_error)}; {held} inside the range that promises 80 %. The whole test over all rows is `advisor check`; "
        f"the catalog is of {scene.facts.date}."
    )


def _own(scene: Scene, row: Judged) -> Column | None:
    name = identity(scene.facts.hardware[row.tested.record.hardware])
    return next((column for column in scene.columns if identity(column.machines[0]) == name), None)


def picture(scene: Scene, rows: Sequence[Judged]) -> Picture:
    """Predicted against measured, both logarithmic, the machines in the colours they have elsewhere."""
    values = [value for row in rows for value in (row.tested.measured, row.tested.predicted)]
    ends = min(values) / ROOM, max(values) * ROOM
    series: list[Dots | Line] = []
    for column in (*scene.columns, None):
        held = [row for row in rows if _own(scene, row) == column]
        if held:
            name = legend(column.name) if column else "other machines"
            series.append(Dots(
                f"{name} ({len(held)})", tuple((row.tested.measured, row.tested.predicted) for row in held),
                column.style if column else len(scene.columns), hints=tuple(_hint(row) for row in held), hollow=True,
            ))  # fmt: skip
    lines = [Line("as predicted", ends_of(ends, 1.0), DIAGONAL_STYLE)]
    lines += [
        Line(
            f"{share(BANDS[0] - 1)} off" if factor == BANDS[0] else "",
            ends_of(ends, factor),
            DIAGONAL_STYLE,
            dashed=True,
        )
        for factor in (BANDS[0], 1 / BANDS[0])
    ]
    inside = sum(row.error <= BANDS[0] - 1 for row in rows)
    figure = Figure(
        title="Predicted against measured decode", alt=f"{share(inside / len(rows))} of {len(rows)} held-out predictions lie within "
        f"{share(BANDS[0] - 1)} of what was measured.",
        across=Axis("measured, tok/s", log=True, low=ends[0], high=ends[1]), up=Axis("predicted, tok/s", log=True, low=ends[0], high=ends[1]),
        series=(*series, *lines),
    )  # fmt: skip
    return Picture(
        figure.title,
        figure.alt,
        figure_svg.draw(figure, WIDTH, HEIGHT),
        figure_text.draw(figure, TEXT_WIDTH, TEXT_HEIGHT),
        figure.alt,
    )


def _hint(row: Judged) -> str:
    return f"{row.tested.record.id}: {as_printed(round(row.tested.measured, 2))} measured, {tok_s(row.tested.predicted)} predicted"


def _by_machine(scene: Scene, rows: Sequence[Judged]) -> Table:
    lines = []
    for column in (*scene.columns, None):
        held = [row for row in rows if _own(scene, row) == column]
        name = column.name if column else "these models on other machines"
        lines.append((name, *_figures(accuracy(held) if len(held) >= LEAST else None, len(held))))
    heads = (
        Head("Rows of"),
        Head("Rows", right=True),
        Head("Half are less off than", right=True),
        Head("Nine in ten", right=True),
        Head("Inside the range", right=True),
    )
    return Table("How far held-out predictions of one request's decode were off", heads, tuple(lines))


def _figures(found: Accuracy | None, count: int) -> tuple[str, str, str, str]:
    if found is None:
        return str(count), "too few", "too few", "too few"
    return (
        str(count),
        share(found.median_error),
        share(found.p90_error),
        "none" if found.coverage is None else share(found.coverage),
    )


def _worst(scene: Scene, rows: Sequence[Judged]) -> Table:
    worst = sorted(rows, key=lambda row: -row.error)[:WORST]
    lines = tuple(
        (f"{scene.facts.models[row.tested.record.model].name if row.tested.record.model else 'no model'} on {scene.machine(row.tested.record.hardware)}",
         as_printed(round(row.tested.measured, 2)), tok_s(row.tested.predicted), signed_share(row.tested.measured / row.tested.predicted - 1),
         row.tested.record.conditions.date or "no date", scene.sources.cite(row.tested.record.source).strip() or "none")
        for row in worst
    )  # fmt: skip
    heads = (
        Head("Row"), Head("Measured", right=True), Head("Predicted", right=True), Head("Measured against predicted", right=True), Head("Date"), Head("Source"),
    )  # fmt: skip
    return Table("The rows furthest off", heads, lines)
