"""A measured row beside the prediction of a fit that saw nothing of its group: what accuracy is counted from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, get_args
from zlib import crc32

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record

HeldOut = Literal["source", "pair", "model", "hardware"]
"""What is left out together with the row: its page family, its (hardware, model) pair, its model, its hardware."""
HELD_OUT: tuple[HeldOut, ...] = get_args(HeldOut)


@dataclass(frozen=True, slots=True)
class Tested:
    """One row, what it measured, and what the fit without its group predicts; both in the quantity's own unit."""

    __test__: ClassVar[bool] = False
    """Not a test of its own, whatever its name."""

    record: Record
    group: str
    """Value of what was left out: rows with the same one were not seen."""
    measured: float
    predicted: float
    nearness: str
    """How far the case is from the rows that teach it, in the words of the quantity's calibration."""
    classes: tuple[str, ...] = ()
    """Classes by which its interval is scaled (`spread.classes`); none where nearness alone sets it."""
    draw: str = ""
    """Rows that err together, where groups are too few to tell an interval from: empty where the group is one."""

    @property
    def log_residual(self) -> float:
        """log(measured / predicted)."""
        return math.log(self.measured / self.predicted)


def fold_of(group: str, folds: int) -> int:
    """The fold a group is left out with: the same on every machine and whatever other groups there are."""
    return crc32(group.encode()) % folds


def group_of(facts: Facts, record: Record, held_out: HeldOut) -> str:
    """The group a row is left out with; a rebadged box counts as what it rebadges, a page as its publisher's family."""
    hardware = facts.hardware[record.hardware]
    machine = hardware.same_as or hardware.id
    if held_out == "source":
        source = facts.sources[record.source]
        return source.family or source.id
    if held_out == "pair":
        return f"{machine}/{record.model}"
    return machine if held_out == "hardware" else str(record.model)
