"""The part of a report that says how fast: a table for all, then each workload with its curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.formats import say, tok_s
from advisor.present.report_curves import at_once, with_context
from advisor.present.report_tree import Head, Paragraph, Section, Table
from advisor.present.report_words import LEGEND, asked, how, measured_near, requests_of, short_speed, speed, wait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.decide.need import Workload
    from advisor.decide.served import Served
    from advisor.present.report_scene import Column, Scene
    from advisor.present.report_tree import Part


def fast(scene: Scene) -> Section:
    """How fast each workload is on each machine, with what that rests on."""
    words = (
        "Each figure is what one request gets while it writes, at the end of its usual prompt: a longer context makes every token dearer. "
        f"{LEGEND} ✓ and ✗ say whether what was asked is met."
    )
    return Section("How fast", (Paragraph(words), _overview(scene), *(_one(scene, work) for work in scene.workloads)))


def _overview(scene: Scene) -> Table:
    heads = (Head("Workload"), Head("Asked"), *(Head(column.name) for column in scene.columns))
    rows = tuple(
        (work.name, asked(work), *(short_speed(one) for _, one in scene.cells(work))) for work in scene.workloads
    )
    return Table("tok/s of each request", heads, rows)


def _one(scene: Scene, work: Workload) -> Section:
    rows = tuple(_row(scene, column, one) for column, one in scene.cells(work))
    heads = (
        Head("Machine"), Head("As"), Head("tok/s of each request"), Head("Ceiling", right=True), Head("First token after"), Head("Measured near it, tok/s"),
        Head("Confidence"),
    )  # fmt: skip
    parts: list[Part] = [Table(f"{work.name}: {requests_of(work)}", heads, rows)]
    parts += [figure for figure in (with_context(scene, work),) if figure]
    if work.concurrency > 1:
        parts += _together(scene, work)
    return Section(work.name, tuple(parts))


def _row(scene: Scene, column: Column, one: Served) -> tuple[str, ...]:
    found = one.finding
    reach = (found.decode_at_depth or found.decode) if found else None
    level = f"{found.confidence.level}: {say(found.confidence.reason)}" if found and one.runs else ""
    return (
        column.name, how(one), speed(one), tok_s(reach.ceiling_tok_s) if reach and one.runs else "none", wait(one) if one.runs else "none",
        measured_near(scene, one), level or "none",
    )  # fmt: skip


def _together(scene: Scene, work: Workload) -> Iterator[Part]:
    """Many requests at once: the picture, and where more stop paying."""
    figure = at_once(scene, work)
    if figure:
        yield figure
    rows = tuple(row for column, one in scene.cells(work) if (row := _at_once(column, one)))
    heads = (
        Head("Machine"), Head(f"{work.concurrency} requests together, tok/s"), Head("Each", right=True), Head("Running at once", right=True),
        Head("More requests pay up to"),
    )  # fmt: skip
    if rows:
        yield Table(f"{work.name}: many at once", heads, rows)


def _at_once(column: Column, one: Served) -> tuple[str, ...] | None:
    found = one.finding
    if found is None or found.aggregate is None or not one.runs:
        return None
    many, knee = found.aggregate, found.knee
    if many.tok_s is None or many.low_tok_s is None or many.high_tok_s is None or many.per_request_tok_s is None:
        return column.name, "not predicted", "", str(many.running), ""
    pays = f"{knee.requests} ({knee.why})" if knee else "beyond what was asked about"
    together = f"{tok_s(many.tok_s)} ○ ({tok_s(many.low_tok_s)}–{tok_s(many.high_tok_s)})"
    return column.name, together, f"{tok_s(many.per_request_tok_s)} ○", str(many.running), pays
