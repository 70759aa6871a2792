"""Machines side by side for a screen of any width: as many columns as it holds, the best of each line marked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING

from advisor.present.compare_table import LIKELY, SURE, bill_lines, machine_lines, power_notes, row_lines
from advisor.present.compare_words import sentences
from advisor.present.fit_card import requests
from advisor.present.formats import tokens
from advisor.present.machine_labels import machine_labels, part_name
from advisor.present.tables import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.decide.compare import Comparison
    from advisor.present.compare_table import Line

GAP = 2
LEAST_COLUMN, MOST_COLUMN = 12, 26
INDENT = "  "


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A line of the screen."""

    text: str
    model: str = ""
    """Id of the model it is about; empty where it is about the machines."""
    strong: tuple[tuple[int, int], ...] = ()
    """Where the best values stand: first column and the one behind the last."""
    title: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """The lines under the names of the machines that are seen."""

    heads: tuple[str, ...]
    lines: tuple[BoardLine, ...]
    columns: range
    """Places of the machines that are seen."""


@dataclass(frozen=True, slots=True)
class _Layout:
    label: int
    column: int
    columns: range

    def line(self, label: str, cells: Sequence[str], model: str = "") -> BoardLine:
        """The cells of the machines that are seen; what is best stands out."""
        text, strong = shortened(label, self.label).ljust(self.label), []
        for place in self.columns:
            cell = shortened(cells[place], self.column)
            start = len(text) + GAP
            strong += [(start, start + len(cell))] if cell.endswith((SURE, LIKELY)) else []
            text += " " * GAP + cell.ljust(self.column)
        return BoardLine(text.rstrip(), model, tuple(strong))


def full_name(hardware: Hardware) -> str:
    """The machine as a sentence names it."""
    return hardware.name


def board(found: Comparison, facts: Facts, width: int, cursor: int, *, differences: bool = False) -> Board:
    """The comparison in lines no wider than `width`, the machine at `cursor` among those that are seen.

    Machines go by their labels over the columns and by their names in sentences.

    `differences` leaves out lines whose cells are the same for every machine.
    """
    prices = _left(machine_lines(found, facts.date), differences=differences)
    rows = [(row, _left(row_lines(found, row), differences=differences)) for row in found.rows]
    labels = machine_labels(each.hardware for each in found.machines)
    heads = [labels[each.hardware.id] for each in found.machines]
    layout = _layout(
        heads,
        [*prices, *(line for _, held in rows for line in held)],
        width,
        cursor,
    )
    told = dict(zip((each.model.id for each in found.models), sentences(found, full_name), strict=True))
    lines = [BoardLine("price and power", title=True), *(layout.line(line.label, line.cells) for line in prices)]
    for row, held in rows:
        model = row.model.id
        title = f"{row.model.name}, context {tokens(row.context_tokens)}, {requests(found.concurrency)}"
        lines += [BoardLine("", model), BoardLine(shortened(title, width), model, title=True)]
        lines += [layout.line(line.label, line.cells, model) for line in held]
        lines += [BoardLine(text, model) for text in _sentences(told[model][1], width)]
    for title, notes in (
        ("what the prices are made of", bill_lines(found, full_name, partial(part_name, facts))),
        ("what the power rests on", power_notes(found, full_name)),
    ):
        lines += [BoardLine(""), BoardLine(title, title=True), *(BoardLine(text) for text in _sentences(notes, width))]
    return Board(_heads(heads, layout), tuple(lines), layout.columns)


def _left(lines: Sequence[Line], *, differences: bool) -> list[Line]:
    return [
        line for line in lines if not differences or len({cell.rstrip(f" {SURE}{LIKELY}") for cell in line.cells}) > 1
    ]


def _layout(names: Sequence[str], lines: Sequence[Line], width: int, cursor: int) -> _Layout:
    """As many columns as stand beside one another, from the first as long as the cursor is among them."""
    label = max((len(line.label) for line in lines), default=0)
    widest = max([*(len(cell) for line in lines for cell in line.cells), *map(len, names)], default=0)
    column = min(max(widest, LEAST_COLUMN), MOST_COLUMN, max(1, width - label - GAP))
    room = max(1, (width - label) // (column + GAP))
    start = max(0, min(cursor - room + 1, len(names) - room))
    return _Layout(label, column, range(start, min(len(names), start + room)))


def _heads(names: Sequence[str], layout: _Layout) -> tuple[str, ...]:
    """Names of the machines over their columns, in as many lines as the longest takes."""
    parts = [_broken(names[place], layout.column) for place in layout.columns]
    tall = max(map(len, parts), default=1)
    return tuple(
        (" " * layout.label + "".join(" " * GAP + (each[row] if row < len(each) else "").ljust(layout.column) for each in parts)).rstrip()
        for row in range(tall)
    )  # fmt: skip


def _broken(name: str, width: int) -> list[str]:
    """The name in as few lines as its parts allow: first behind plus signs, then between words."""
    pieces = [name] if len(name) <= width else re.split(r"(?<=\+)", name)
    return [line for piece in pieces for line in wrap(piece, width)]


def _sentences(texts: Sequence[str], width: int) -> Iterator[str]:
    for text in texts:
        yield from wrap(
            text, max(1, width), initial_indent=INDENT, subsequent_indent=INDENT * 2, break_on_hyphens=False
        )


def as_rows(found: Comparison, facts: Facts) -> list[list[str]]:
    """Every line with its cells, for a file: what it is about, its label, and one cell a machine."""
    held = [("", line) for line in machine_lines(found, facts.date)]
    held += [(row.model.id, line) for row in found.rows for line in row_lines(found, row)]
    return [[model, line.label.strip(), *line.cells] for model, line in held]
