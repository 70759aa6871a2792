"""Of many models on many machines, what nobody has measured, where the prediction is widest first."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.decide.grid import Cell, Rate
    from advisor.evidence.finding import Finding


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A pair that runs and has no row of this very case."""

    finding: Finding
    """The best way to run it."""
    rate: Rate | None
    """What is predicted of decode from an empty cache; None where not even a ceiling is known."""

    @property
    def width(self) -> float:
        """Upper end over lower end of what is predicted; infinite where nothing is."""
        if self.rate is None or not self.rate.low_tok_s or self.rate.high_tok_s is None:
            return inf
        return self.rate.high_tok_s / self.rate.low_tok_s


def unmeasured(cells: Iterable[Cell]) -> tuple[Unmeasured, ...]:
    """The cells of decode that run and have no exact row, the widest prediction first; alike ones by model and machine."""
    found = [Unmeasured(each.best, each.rate) for each in cells if each.best and each.runs and not _is_exact(each)]
    return tuple(
        sorted(found, key=lambda each: (-each.width, each.finding.case.model.id, each.finding.case.machine.hardware.id))
    )


def _is_exact(cell: Cell) -> bool:
    return cell.measured is not None and cell.measured.closeness == "exact"
