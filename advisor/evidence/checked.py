"""Every quantity predicted for rows it had not seen, line by line: the whole of `advisor check`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.evidence import (
    concurrency_fit,
    decode_tested,
    offload_fit,
    prefill_fit,
    several_tested,
    tensor_parallel_fit,
)
from advisor.evidence.accuracy import Accuracy, Judged, accuracy, judged
from advisor.evidence.lines import LINES, Line, Quantity
from advisor.evidence.worst import reason, worst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from advisor.catalog.contents import Facts
    from advisor.estimate.note import Note
    from advisor.evidence.tested import HeldOut, Tested

SHOWN_HELD_OUT: HeldOut = "pair"
"""The hold-out whose rows are drawn and whose worst are named: what a person who asks about a new pair meets."""


@dataclass(frozen=True, slots=True)
class Source:
    """How one quantity tests itself."""

    tested: Callable[[Facts, HeldOut], tuple[Tested, ...]]
    left_out: Callable[[Facts], Mapping[str, int]]
    """Reason → rows that neither teach nor test."""


def _several(facts: Facts, held_out: HeldOut) -> tuple[Tested, ...]:
    """Rows of layers spread over devices, and of divided ones; each sort has its own intervals by its nearness."""
    return several_tested.tested(facts, held_out) + tensor_parallel_fit.tested(facts, held_out)


def _several_left_out(facts: Facts) -> dict[str, int]:
    return dict(Counter(several_tested.left_out(facts)) + Counter(tensor_parallel_fit.left_out(facts)))


SOURCES: dict[Quantity, Source] = {
    "decode": Source(decode_tested.tested, decode_tested.left_out),
    "host": Source(offload_fit.tested, offload_fit.left_out),
    "several": Source(_several, _several_left_out),
    "prefill": Source(prefill_fit.tested, prefill_fit.left_out),
    "concurrency": Source(concurrency_fit.tested, concurrency_fit.left_out),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One line and what it shows; None where no row passes its filter."""

    line: Line
    accuracy: Accuracy | None

    @property
    def met(self) -> bool | None:
        """Whether the line reaches its target; None where it has none or shows nothing."""
        if self.line.target is None or self.accuracy is None:
            return None
        median, p90 = self.line.target
        return self.accuracy.median_error <= median and (p90 is None or self.accuracy.p90_error <= p90)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found."""

    level: float
    lines: tuple[Shown, ...]
    rows: dict[Quantity, tuple[Judged, ...]]
    """Rows of each quantity under the hold-out that is drawn."""
    left_out: dict[Quantity, dict[str, int]]
    worst: tuple[tuple[Quantity, Judged, Note], ...]


def check(facts: Facts, quantities: Iterable[Quantity] | None = None, level: float = 0.8, most: int = 20) -> Checked:
    """Every line of the quantities, with the worst rows of the hold-out that is drawn and a reason each."""
    chosen = tuple(SOURCES if quantities is None else quantities)
    found: dict[tuple[Quantity, HeldOut], tuple[Judged, ...]] = {}
    for quantity, held_out in dict.fromkeys(
        (line.quantity, line.held_out) for line in LINES if line.quantity in chosen
    ):
        found[quantity, held_out] = judged(SOURCES[quantity].tested(facts, held_out), level)
    lines = tuple(
        Shown(line, accuracy([row for row in found[line.quantity, line.held_out] if line.keep(facts, row.tested.record)], level))
        for line in LINES if line.quantity in chosen
    )  # fmt: skip
    drawn = {quantity: found.get((quantity, SHOWN_HELD_OUT), ()) for quantity in chosen}
    return Checked(
        level=level, lines=lines, rows=drawn, left_out={name: dict(SOURCES[name].left_out(facts)) for name in chosen},
        worst=_worst(facts, drawn, most),
    )  # fmt: skip


def _worst(
    facts: Facts, drawn: dict[Quantity, tuple[Judged, ...]], most: int
) -> tuple[tuple[Quantity, Judged, Note], ...]:
    of = {id(row.tested): (quantity, row) for quantity, rows in drawn.items() for row in rows}
    everything = {quantity: [row.tested for row in rows] for quantity, rows in drawn.items()}
    named = []
    for tested in worst([row.tested for rows in drawn.values() for row in rows], most):
        quantity, row = of[id(tested)]
        named.append((quantity, row, reason(facts, tested, everything[quantity])))
    return tuple(named)
