"""Figures of one finding: decode speed against context, and many requests against one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.figure import Axis, Band, Dots, Figure, Line, Reference
from advisor.present.formats import as_printed, share, tok_s, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.schema.record import Record
    from advisor.evidence.concurrency import Sweep
    from advisor.evidence.finding import Finding, Measured, Speed
    from advisor.present.figure import Point, Series

READING = ((10.0, "10 tok/s: slow to read"), (30.0, "30 tok/s: faster than reading"))
"""Speeds a person can compare with: at some 10 tokens a second text comes as fast as one reads, at 30 nobody waits for it."""
KIBI = 1024
FAR = 15
"""Below so small a share of the picture a reference would lie on the axis."""
CEILING_STYLE, BAND_STYLE, EACH_STYLE = 5, 0, 1
TICKS = 8
"""Most values named along the context."""


def context_ticks(most: int) -> tuple[tuple[float, str], ...]:
    """Round numbers of tokens from 0 to `most`, in binary thousands from 1,024 on."""
    step = 2 ** max(0, (-(-most // TICKS) - 1).bit_length())
    return tuple((at, f"{at // KIBI}k" if step >= KIBI and at else f"{at}") for at in range(0, most + 1, max(1, step)))


def _what(finding: Finding) -> str:
    case = finding.case
    return f"{case.model.name} · {case.quant.name} on {case.machine.hardware.name}, {case.runtime.name}"


def _interval(level: float) -> str:
    return f"range that held {share(level)} of held-out rows"


def decode_figure(finding: Finding) -> Figure | None:
    """Decode speed of one request against what is in its cache, with the rows measured along it; None without a curve."""
    curve = [speed for speed in finding.curve if speed.ceiling_tok_s]
    if not curve:
        return None
    level = finding.case.demand.level
    known = [(s.depth_tokens, s.tok_s) for s in curve if s.tok_s is not None]
    band = [
        (s.depth_tokens, s.low_tok_s, s.high_tok_s)
        for s in curve
        if s.low_tok_s is not None and s.high_tok_s is not None
    ]
    series: list[Series] = [
        *([Line("predicted", tuple(known), BAND_STYLE)] if known else []),
        *([Band(_interval(level), tuple(band), BAND_STYLE)] if band else []),
        Line("ceiling: every byte once", tuple((s.depth_tokens, s.ceiling_tok_s) for s in curve), CEILING_STYLE, dashed=True),
        *_by_runtime(_along(finding, curve[-1].depth_tokens)),
    ]  # fmt: skip
    most = max([s.ceiling_tok_s for s in curve] + [row.record.decode_tok_s or 0.0 for row in finding.along])
    return Figure(
        title=f"Decode against context: {_what(finding)}", alt=_said(curve, finding.along),
        across=Axis("tokens in the cache", ticks=context_ticks(curve[-1].depth_tokens), high=max(1.0, float(curve[-1].depth_tokens))),
        up=Axis("tok/s of one request"), series=tuple(series),
        references=tuple(Reference(value, label) for value, label in READING if most / FAR < value < most),
    )  # fmt: skip


def _said(curve: Sequence[Speed], along: Sequence[Measured]) -> str:
    first, last = curve[0], curve[-1]
    if first.tok_s is None or last.tok_s is None:
        said = (
            f"No prediction; the ceiling falls from {tok_s(first.ceiling_tok_s)} to {tok_s(last.ceiling_tok_s)} tok/s"
        )
    else:
        said = f"Predicted decode falls from {tok_s(first.tok_s)} to {tok_s(last.tok_s)} tok/s"
    return f"{said} from depth {tokens(first.depth_tokens)} to {tokens(last.depth_tokens)}; {len(along)} measured rows beside it."


def _by_runtime(rows: Sequence[tuple[Record, Point, str]]) -> list[Dots]:
    """Measured rows, each runtime with a mark of its own; every row with its place and a few words."""
    own: dict[str, list[tuple[Record, Point, str]]] = {}
    for row in rows:
        own.setdefault(row[0].conditions.runtime or "a runtime not stated", []).append(row)
    return [
        Dots(f"measured with {name}", tuple(at for _, at, _ in own[name]), style, hints=tuple(words for _, _, words in own[name]))
        for style, name in enumerate(sorted(own))
    ]  # fmt: skip


def _along(finding: Finding, most: int) -> list[tuple[Record, Point, str]]:
    rows = [row.record for row in finding.along if (row.record.conditions.depth_tokens or 0) <= most]
    return [
        (row, (row.conditions.depth_tokens or 0, row.decode_tok_s or 0.0), _words(row, row.decode_tok_s or 0.0))
        for row in rows
    ]


def _together(finding: Finding, most: int) -> list[tuple[Record, Point, str]]:
    rows = [row for row in finding.together if (row.conditions.concurrency or 1) <= most]
    return [
        (row, (row.conditions.concurrency or 1, row.aggregate_tok_s or 0.0), _words(row, row.aggregate_tok_s or 0.0))
        for row in rows
    ]


def _words(row: Record, rate: float) -> str:
    return f"{as_printed(rate)} tok/s, {row.conditions.date or 'no date'}, {row.source}"


def _beyond(rates: Sweep, requests: int) -> int:
    """How many of the sweep's counts are worth a look: up to a doubling past the knee and past what was asked."""
    last = 2 * max(requests, rates.knee.requests if rates.knee else rates.requests[-1])
    return sum(count <= last for count in rates.requests)


def sweep_rows(finding: Finding) -> list[tuple[int, float, float, float, float]]:
    """Requests, tok/s of all, its low and high end, tok/s of each; empty where that is not predicted."""
    rates = finding.sweep
    if rates is None:
        return []
    rows = zip(rates.requests, rates.tok_s, rates.low_tok_s, rates.high_tok_s, rates.per_request_tok_s, strict=True)
    return list(rows)[: _beyond(rates, finding.case.demand.concurrency)]


def aggregate_figure(finding: Finding, asked: int | None = None) -> Figure | None:
    """What all requests get together and each of them, against how many there are; None for one request or without a prediction.

    `asked` says how many were asked for where that is not what the finding is of; one is not marked.
    """
    rows, knee = sweep_rows(finding), finding.knee
    if not rows:
        return None
    asked = asked or finding.case.demand.concurrency
    references = [Reference(asked, f"{asked} asked", "across")] if asked > 1 else []
    if knee and knee.requests != asked:
        references.append(Reference(knee.requests, f"knee: {knee.why}", "across"))
    elif knee:
        references = [Reference(asked, f"{asked} asked, the knee: {knee.why}", "across")]
    counts = [row[0] for row in rows]
    return Figure(
        title=f"Many requests at once: {_what(finding)}",
        alt=f"From {counts[0]} to {counts[-1]} requests the sum is predicted to go from {tok_s(rows[0][1])} to {tok_s(rows[-1][1])} tok/s, "
        f"each request from {tok_s(rows[0][4])} to {tok_s(rows[-1][4])}.",
        across=Axis("requests at once", log=True, low=1.0, high=float(max(counts[-1], 2)), ticks=tuple((2.0**n, f"{2**n}") for n in range(13))),
        up=Axis("tok/s", log=True),
        series=(
            Line("all together", tuple((row[0], row[1]) for row in rows)),
            Band(_interval(finding.case.demand.level), tuple((row[0], row[2], row[3]) for row in rows)),
            Line("each request", tuple((row[0], row[4]) for row in rows), EACH_STYLE, dashed=True),
            *_by_runtime(_together(finding, counts[-1])),
        ), references=tuple(references),
    )  # fmt: skip


def figures(finding: Finding) -> list[Figure]:
    """What there is to draw of a finding."""
    return [figure for figure in (decode_figure(finding), aggregate_figure(finding)) if figure]
