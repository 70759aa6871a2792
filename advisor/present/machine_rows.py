"""Cells of one machine as lines of a table for few columns: the verdict in words, the number, the memory, and how it is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor import units
from advisor.present.fit_card import MARKS
from advisor.present.heat import (
    NO_RATE,
    NOTHING,
    NUMBER,
    PENDING,
    RAMP,
    SHORT,
    UNSTATED,
    band_of,
    memory_unstated,
    number,
    quant_text,
)
from advisor.present.tables import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.decide.grid import Cell, Quantity

HEADS: Mapping[Quantity, tuple[str, str]] = {
    "decode": ("decode", "tok/s"), "at context": ("ctx full", "tok/s"), "aggregate": ("all", "tok/s"), "prefill": ("prefill", "tok/s"),
    "memory": ("memory", "share"), "price": ("price", "/tok/s"),
}  # fmt: skip
"""What the numbers are, in two lines."""
VERDICT, RATE, MEMORY = 8, 1 + NUMBER + 2, 6
"""Columns: of a verdict, of glyph, number and mark, and of GiB."""
LEAST_LABEL, LABEL, MOST_LABEL = 14, 20, 40
LEAST_QUANT, MOST_QUANT = 6, 10
LEAST_RUNTIME, MOST_RUNTIME = 9, 12


@dataclass(frozen=True, slots=True)
class Widths:
    """Columns of each part of a line; 0 for a part there is no room for."""

    label: int
    memory: int
    quant: int
    runtime: int


@dataclass(frozen=True, slots=True)
class MachineRow:
    """What a line says of one model."""

    verdict: str
    """At most `VERDICT` characters where it runs; otherwise it may go on where the number would stand."""
    number: str
    """Exactly `RATE` columns; empty where it does not run."""
    memory: str
    """GiB of the devices that are taken, or would have to be."""
    quant: str
    runtime: str
    band: int | None
    """0 the worst to 3 the best; None where there is no number."""


def widths(width: int) -> Widths:
    """How a line of so many columns is divided, one between parts and one before all; what matters least goes first."""
    left = width - 1 - LEAST_LABEL - (1 + VERDICT) - (1 + RATE)
    taken: list[int] = []
    for least in (MEMORY, LEAST_QUANT, LEAST_RUNTIME):
        fits = left >= 1 + least and all(taken)
        taken.append(least if fits else 0)
        left -= 1 + least if fits else 0
    memory, quant, runtime = taken
    label = LEAST_LABEL + min(left, LABEL - LEAST_LABEL)
    left -= label - LEAST_LABEL
    wider = min(max(left, 0), MOST_QUANT - LEAST_QUANT) if quant else 0
    left -= wider
    longer = min(max(left, 0), MOST_RUNTIME - LEAST_RUNTIME) if runtime else 0
    return Widths(max(1, min(label + max(left - longer, 0), MOST_LABEL)), memory, quant + wider, runtime + longer)


def machine_row(cell: Cell | None, parts: Widths) -> MachineRow:
    """The cell in words; None is one nobody has worked out yet."""
    if cell is None:
        return MachineRow(PENDING, "", "", "", "", None)
    found = cell.best
    if found is None:
        return MachineRow(f"{NOTHING} no format", "", "", "", "", None)
    how = quant_text(found.case.quant.id, max(1, parts.quant)), shortened(found.case.runtime.id, max(1, parts.runtime))
    if memory_unstated(found):
        return MachineRow(f"{NOTHING} {UNSTATED}", "", "", *how, None)
    if found.footprint is None or found.verdict == "unsupported":
        return MachineRow(f"{NOTHING} cannot run", "", "", *how, None)
    uses = [use for use in found.footprint.placement.uses if use.pool.device is not None]
    memory = f"{units.to_gib(sum(use.used_bytes for use in uses)):.1f}"
    if not cell.runs:
        return MachineRow(_short(cell), "", memory, *how, None)
    verdict = "fits" if found.verdict == "fits" else "on host"
    banded = band_of(cell)
    if banded is None:
        return MachineRow(verdict, f"{NO_RATE:>{1 + NUMBER}}  ", memory, *how, None)
    mark = f"{MARKS[cell.measured.closeness]}{cell.measured.tier}" if cell.measured else ""
    return MachineRow(verdict, f"{RAMP[banded[0]]}{number(cell):>{NUMBER}}{mark:<2}", memory, *how, banded[0])


def _short(cell: Cell) -> str:
    """`✗ 36 GiB short`."""
    short = units.to_gib(cell.short_bytes)
    return f"{SHORT} {short:.1f} GiB short" if short < 1 else f"{SHORT} {short:,.0f} GiB short"


def behind(row: MachineRow, parts: Widths) -> str:
    """Memory, format and runtime, as far as there is room, each after one column."""
    memory = f" {row.memory:>{parts.memory}}" if parts.memory else ""
    quant = f" {row.quant:<{parts.quant}}" if parts.quant else ""
    return memory + quant + (f" {row.runtime:<{parts.runtime}}" if parts.runtime else "")
