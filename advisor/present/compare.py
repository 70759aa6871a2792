"""What `advisor compare` prints: tables of machines, and where one starts to win in sentences."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from advisor.present.compare_csv import HEADERS, csv_rows
from advisor.present.compare_table import LEGEND, bill_lines, drawn, machine_lines, power_notes, row_lines
from advisor.present.compare_words import TWO, sentences
from advisor.present.fit_card import requests
from advisor.present.formats import tokens
from advisor.present.tables import as_json, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.contents import Facts
    from advisor.decide.compare import Comparison
    from advisor.present.compare_table import Line
    from advisor.present.tables import TableFormat

DIFFER = "Where the formats of a table differ, so do the weights that are read: --quant holds them equal."
MORE = "~ stays ahead in the middle of the predictions, though the intervals meet somewhere"


def text(found: Comparison, facts: Facts, output_format: TableFormat, *, width: int = 80) -> str:
    """The comparison in the format asked for; tables no wider than `width` where their cells allow."""
    if output_format == "json":
        from advisor.present.compare_json import document  # noqa: PLC0415 - only programs pay for it

        return as_json(document(found, facts.date))
    if output_format == "csv":
        return render(HEADERS, csv_rows(found), "csv")
    heads = [each.hardware.id for each in found.machines]
    parts = [_headed("price and power", heads, machine_lines(found, facts.date), output_format, width)]
    for row in found.rows:
        title = f"{row.model.name}, context {tokens(row.context_tokens)}, {requests(found.concurrency)}"
        parts.append(_headed(title, heads, row_lines(found, row), output_format, width))
    legend = legends(found)
    parts.append("\n".join(fill(line, width) for line in legend) if output_format == "table" else "  \n".join(legend))
    listed = [*sentences(found), ("prices", bill_lines(found)), ("power", power_notes(found))]
    return "\n\n".join([*parts, *(_listed(title, lines, output_format, width) for title, lines in listed)])


def legends(found: Comparison) -> tuple[str, ...]:
    """What the marks mean, and what the comparison is to be read with."""
    formats = [{each.finding.case.quant.id for each in row.cells if each.finding and each.runs} for row in found.rows]
    return (
        *LEGEND,
        *((DIFFER,) if any(len(each) > 1 for each in formats) else ()),
        *((MORE,) if len(found.machines) > TWO else ()),
    )


def _headed(title: str, heads: Sequence[str], lines: Sequence[Line], output_format: TableFormat, width: int) -> str:
    if output_format == "markdown":
        rows = [[line.label.strip(), *line.cells] for line in lines]
        return f"### {title}\n\n{render(['', *heads], rows, 'markdown')}"
    return f"{title}\n\n{drawn(heads, lines, width)}"


def _listed(title: str, lines: Sequence[str], output_format: TableFormat, width: int) -> str:
    if output_format == "markdown":
        return "\n".join([f"### {title}", "", *(f"- {line}" for line in lines)])
    filled = (
        fill(line, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False) for line in lines
    )
    return "\n".join([title, *filled])
