"""Rows under headings, as text: aligned for people, Markdown for pages, CSV and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

TableFormat = Literal["table", "markdown", "csv", "json"]

_NUMBER = re.compile(r"[-+\u2212]?[\d.,]+([-\u2013\u00d7% ].*)?$")
_WORD = re.compile(r"\w+")
LINE_WIDTH = 100
"""Characters a table may take: the same on a terminal and in a pipe."""
GAP = 2
WORDS = 8
"""Characters that tell one word from another: what most cells of words may be cut to."""


def plain(value: Any) -> str:
    """The value as it stands; nothing for None."""
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading for people, its name for programs, and how a value is written for people."""

    key: str
    """Name in CSV and JSON; its unit ends it."""
    head: str
    """Heading in tables, unit included."""
    show: Callable[[Any], str] = plain
    right: bool = False
    """True for numbers."""
    cut: int = 0
    """Characters a cell of a table is never cut below when the line gets too long; 0 = it is never cut."""
    wide: bool = False
    """True for a column that tables leave out: programs get it, and whoever shows the entry."""


def render(headers: Sequence[Column | str], rows: Iterable[Sequence[Any]], output_format: TableFormat) -> str:
    """The rows in the format asked for, without a newline at the end.

    Tables and Markdown show each value as its column says; CSV and JSON carry the values themselves under the columns'
    keys. A cell is one line whatever it holds, and a table keeps to 100 characters by cutting cells that may be cut.
    A heading that is only text stands for a column of cells already written: right-aligned where all of them are numbers.
    """
    rows = list(rows)
    columns = [
        head if isinstance(head, Column) else _written(head, [row[place] for row in rows])
        for place, head in enumerate(headers)
    ]
    if output_format == "json":
        keys = [column.key for column in columns]
        return as_json([dict(zip(keys, row, strict=True)) for row in rows])
    if output_format == "csv":
        return _csv(columns, rows)
    shown = [
        [one_line(column.show(cell)) for column, cell in zip(columns, row, strict=True) if not column.wide]
        for row in rows
    ]
    kept = [column for column in columns if not column.wide]
    return _markdown(kept, shown) if output_format == "markdown" else _table(kept, shown)


def _written(head: str, cells: Sequence[Any]) -> Column:
    filled = [str(cell) for cell in cells if cell not in {None, ""}]
    return Column("_".join(_WORD.findall(head.lower())), head, right=bool(filled) and all(map(_NUMBER.match, filled)))


def as_json(value: Any) -> str:
    """The value as JSON for programs: UTF-8, indented, keys in the order given."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def one_line(text: str) -> str:
    """The text without line breaks, and without characters a terminal would act on."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def _csv(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    writer.writerows([[_csv_cell(cell) for cell in row] for row in rows])
    return out.getvalue().rstrip("\n")


def _csv_cell(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return f"{value:.12g}" if isinstance(value, float) else value


def _markdown(columns: Sequence[Column], shown: list[list[str]]) -> str:
    return _tabulated(columns, [[cell.replace("|", "\\|") for cell in row] for row in shown], "github")


def _table(columns: Sequence[Column], shown: list[list[str]]) -> str:
    widths = _widths(columns, shown)
    if not shown:
        return (" " * GAP).join(column.head for column in columns)
    cut = [[shortened(cell, width) for cell, width in zip(row, widths, strict=True)] for row in shown]
    return "\n".join(line.rstrip() for line in _tabulated(columns, cut, "plain").splitlines())


def _tabulated(columns: Sequence[Column], shown: list[list[str]], style: str) -> str:
    # Loading it takes a good part of the time an answer may take, so only tables pay for it.
    import tabulate  # noqa: PLC0415

    # Headings are otherwise given two characters that no cell needs.
    tabulate.MIN_PADDING = 0
    return tabulate.tabulate(
        shown,
        [column.head for column in columns],
        tablefmt=style,
        colalign=["right" if column.right else "left" for column in columns] if shown else None,
        disable_numparse=True,
    )


def _widths(columns: Sequence[Column], shown: list[list[str]]) -> list[int]:
    """Width of each column; the one with most to give gives way first until the line fits."""
    widths = [max([len(column.head), *(len(row[place]) for row in shown)]) for place, column in enumerate(columns)]
    spare = [
        width - max(column.cut, len(column.head)) if column.cut else 0
        for column, width in zip(columns, widths, strict=True)
    ]
    for _ in range(sum(widths) + GAP * (len(columns) - 1) - LINE_WIDTH):
        most = max(range(len(spare)), key=spare.__getitem__)
        if spare[most] <= 0:
            break
        spare[most] -= 1
        widths[most] -= 1
    return widths


def shortened(text: str, width: int) -> str:
    """The text, or as much of it as `width` characters hold, ending in `…`."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
