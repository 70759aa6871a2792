"""How accurate the predictions are, as a table for people, a page, and JSON."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

from advisor.present.formats import as_printed, say, share, signed_share, tok_s
from advisor.present.list_things import if_known
from advisor.present.tables import LINE_WIDTH, Column, TableFormat, as_json, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from advisor.evidence.checked import Checked, Shown

SCHEMA = "advisor.check/1"
HELD_OUT = {"source": "source", "pair": "pair", "model": "model", "hardware": "machine"}
"""What a row was predicted without, in one word."""


LEGEND = (
    "Every row is predicted by a fit that saw nothing of its source (its publisher's pages), its pair (its model on its "
    "machine), its model or its machine. median, p90: |predicted / measured \u2212 1|. held: rows inside their {level} "
    "interval; honest: where that share lies by chance 95 times in 100. width: upper end over lower end, less one."
)


def _percent(value: float) -> str:
    return f"{value:.1%}".replace("%", " %")


LINES = (
    Column("quantity", "quantity", wide=True),
    Column("line", "rows of", cut=26),
    Column("held_out", "without", lambda held_out: HELD_OUT[held_out]),
    Column("rows", "n", right=True),
    Column("median_error", "median", if_known(_percent), right=True),
    Column("p90_error", "p90", if_known(_percent), right=True),
    Column("target", "target"),
    Column("coverage", "held", if_known(share), right=True),
    Column("band", "honest"),
    Column("width", "width", if_known(share), right=True),
)
WORST = (
    Column("record", "row"),
    Column("quantity", "quantity"),
    Column("measured", "measured", as_printed, right=True),
    Column("predicted", "predicted", tok_s, right=True),
    Column("off", "off", signed_share, right=True),
    Column("reason", "why, as far as the other rows tell"),
)


def _target(shown: Shown) -> str:
    if shown.line.target is None:
        return ""
    median, p90 = shown.line.target
    wanted = f"{share(median)}" + (f" / {share(p90)}" if p90 is not None else "")
    return f"{wanted} {'met' if shown.met else 'missed' if shown.met is False else ''}".rstrip()


def _band(shown: Shown) -> str:
    found = shown.accuracy
    if found is None or found.band is None:
        return ""
    low, high = found.band
    return f"{low:.0%}\u2013{high:.0%}{'' if found.honest else ' no'}".replace("%", "")


def _line(shown: Shown) -> list[Any]:
    found = shown.accuracy
    numbers = [found.median_error, found.p90_error] if found else [None, None]
    spread = [found.coverage, _band(shown), found.width] if found else [None, "", None]
    words = [shown.line.quantity, shown.line.name, shown.line.held_out, found.rows if found else 0]
    return [*words, *numbers, _target(shown), *spread]


def _worst(checked: Checked) -> list[list[Any]]:
    return [
        [row.tested.record.id, quantity, row.tested.measured, row.tested.predicted,
         row.tested.predicted / row.tested.measured - 1, say(why)]
        for quantity, row, why in checked.worst
    ]  # fmt: skip


def text(checked: Checked, output_format: TableFormat) -> str:
    """The lines, what was left out, and the worst rows, in the format asked for; CSV holds the lines alone."""
    if output_format == "json":
        return as_json(document(checked))
    if output_format == "csv":
        return render(LINES, [_line(shown) for shown in checked.lines], output_format)
    return "\n".join(_parts(checked, output_format))


def _parts(checked: Checked, output_format: TableFormat) -> Iterator[str]:
    page = output_format == "markdown"
    yield from _paragraph(LEGEND.replace("{level}", share(checked.level)), page)
    for quantity, reasons in checked.left_out.items():
        yield f"\n## {quantity}\n" if page else f"\n{quantity}"
        yield render(LINES, [_line(shown) for shown in checked.lines if shown.line.quantity == quantity], output_format)
        yield f"\nRows that do not test {quantity}: {_reasons(reasons)}." if page else ""
    yield (
        f"\n## The {len(checked.worst)} rows furthest off\n" if page else f"The {len(checked.worst)} rows furthest off"
    )
    yield from _paragraph("Each is predicted without its model on its machine.", page)
    if page:
        yield ""
        yield render(WORST, _worst(checked), output_format)
        return
    for record, quantity, measured, predicted, off, why in _worst(checked):
        yield f"  {record}: {as_printed(measured)} measured, {tok_s(predicted)} predicted ({quantity}, {signed_share(off)})"
        yield f"      {why}"


def _paragraph(words: str, page: bool) -> Iterator[str]:  # noqa: FBT001 - how, not whether
    yield words if page else fill(words, LINE_WIDTH)


def _reasons(reasons: Mapping[str, int]) -> str:
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{count} {why}" for why, count in ranked if count)


def document(checked: Checked) -> dict[str, Any]:
    """The check as plain data: `advisor.check/1`."""
    return {
        "schema": SCHEMA,
        "level": checked.level,
        "lines": [_line_document(shown) for shown in checked.lines],
        "left_out": checked.left_out,
        "worst": [dict(zip([column.key for column in WORST], row, strict=True)) for row in _worst(checked)],
    }


def _line_document(shown: Shown) -> dict[str, Any]:
    line, found = shown.line, shown.accuracy
    return {
        "quantity": line.quantity, "line": line.name, "held_out": line.held_out, "rows": found.rows if found else 0,
        "median_error": found.median_error if found else None, "p90_error": found.p90_error if found else None,
        "target_median": line.target[0] if line.target else None, "target_p90": line.target[1] if line.target else None,
        "met": shown.met, "coverage": found.coverage if found else None,
        "coverage_band": list(found.band) if found and found.band else None, "honest": found.honest if found else None,
        "width": found.width if found else None,
    }  # fmt: skip
