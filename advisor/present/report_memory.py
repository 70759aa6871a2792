"""The part of a report that says what fits: bars for each workload, and a table with bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.formats import gib, say, tokens
from advisor.present.report_bars import Bar, bar_of, picture
from advisor.present.report_scene import short_name
from advisor.present.report_tree import Head, Paragraph, Section, Table
from advisor.present.report_words import how, requests_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.decide.need import Workload
    from advisor.decide.served import Served
    from advisor.present.report_scene import Column, Scene
    from advisor.present.report_tree import Part, Picture

VERDICTS = {
    "fits": "fits", "fits-offloaded": "fits with part of it on the host", "does-not-fit": "does not fit", "unsupported": "cannot run",
}  # fmt: skip

LEAST_ON_HOST = 2**30
"""Weights in host memory below which it is not drawn: tables that every plan keeps there."""


def fits(scene: Scene) -> Section:
    """What fits where, and how much room is left."""
    words = (
        "Bars stand against the memory a runtime can use, not against what is advertised. Two cards are two bars. "
        "Sizes are in GiB, 2^30 bytes."
    )
    pictures = [found for work in scene.workloads if (found := _bars(scene, work))]
    return Section("What fits", (Paragraph(words), _overview(scene), *pictures, *_table(scene)))


def _overview(scene: Scene) -> Table:
    heads = (Head("Workload"), *(Head(column.name) for column in scene.columns))
    rows = tuple((work.name, *(_fit(one) for _, one in scene.cells(work))) for work in scene.workloads)
    return Table("Workloads against machines", heads, rows)


def _fit(one: Served) -> str:
    if one.finding is None or one.finding.footprint is None:
        return f"✗ {say(one.reason)}" if one.reason else "cannot be told"
    plan = one.finding.footprint.placement
    if one.finding.verdict == "fits":
        free = sum(use.left_bytes for use in plan.uses if use.pool.device is not None)
        return f"✓ {gib(plan.total_bytes)}, {gib(max(0, free))} free"
    if one.finding.verdict == "fits-offloaded":
        host = sum(use.used_bytes for use in plan.uses if use.pool.device is None)
        return f"◪ {gib(plan.total_bytes)}, {gib(host)} of it on the host"
    return f"✗ {say(one.reason)}" if one.reason else VERDICTS[one.finding.verdict]


def _bars(scene: Scene, work: Workload) -> Picture | None:
    bars = [bar for column, one in scene.cells(work) for bar in _of_machine(scene, column, one)]
    return picture(f"Memory for {work.name}: {requests_of(work)}", bars) if bars else None


def _of_machine(scene: Scene, column: Column, one: Served) -> Iterator[Bar]:
    footprint = one.finding.footprint if one.finding else None
    if footprint is None:
        return
    shown = [
        use for use in footprint.placement.uses if use.pool.device is not None or use.weights_bytes > LEAST_ON_HOST
    ]
    for use in shown:
        pool = "host memory" if use.pool.device is None else _device(scene, use.pool.name)
        yield bar_of(column.name if len(shown) == 1 else f"{column.name}: {pool}", use)


def _device(scene: Scene, pool: str) -> str:
    """`RTX 4090 24GB`; of several alike, with its number."""
    base, _, number = pool.partition("#")
    device = scene.facts.hardware.get(base)
    return f"{short_name(device) if device else base}{f', number {number}' if number else ''}"


def _table(scene: Scene) -> Iterator[Part]:
    rows = [
        row for work in scene.workloads for column, one in scene.cells(work) if (row := _row(scene, work, column, one))
    ]
    heads = (
        Head("Workload"), Head("Machine"), Head("As"), Head("Weights", right=True), Head("KV cache", right=True), Head("Buffers", right=True),
        Head("Together", right=True), Head("Context it holds"),
    )  # fmt: skip
    if rows:
        yield Table(
            "What takes the memory; each figure is computed from the model's tensors and the runtime's own rules",
            heads,
            tuple(rows),
        )
    notes = dict.fromkeys(
        f"{work.name} on {column.name}: {say(words)}" for work in scene.workloads for column, one in scene.cells(work)
        if one.finding and one.finding.verdict != "fits" for words in one.finding.instead
    )  # fmt: skip
    if notes:
        yield Paragraph("What would fit instead: " + "; ".join(notes) + ".")


def _row(scene: Scene, work: Workload, column: Column, one: Served) -> tuple[str, ...] | None:
    found = one.finding
    if found is None or found.footprint is None:
        return None
    held = found.footprint
    buffers = sum(use.compute_buffer_bytes + use.overhead_bytes for use in held.placement.uses)
    published = held.weights.published
    cited = scene.sources.cite(published.source) if published else scene.sources.cite(*found.case.model.sources)
    most = found.max_context_tokens
    return (
        work.name, column.name, how(one), f"{gib(held.weights.total_bytes)}{cited}", gib(held.kv_bytes + held.state_bytes), gib(buffers),
        gib(held.placement.total_bytes), f"{tokens(most)} tokens" if most else "none",
    )  # fmt: skip
