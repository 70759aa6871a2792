"""Plain decode rows, each predicted by a fit that saw nothing of its group."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from advisor.evidence.calibration import Calibration
from advisor.evidence.spread import classes
from advisor.evidence.teach import Taught, held_out, in_force, trust
from advisor.evidence.tested import HeldOut, Tested, group_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.catalog.contents import Facts


def tested(facts: Facts, held: HeldOut) -> tuple[Tested, ...]:
    """Every row in force beside its prediction in tokens per second; the nearness is that of the full calibration."""
    rows, _ = in_force(facts, None, frozenset())
    shipped = Calibration.from_json(facts.extra("calibration"))
    residuals = held_out(Taught(rows, trust(facts)), lambda row: group_of(facts, row.record, held))
    return tuple(
        Tested(
            record=row.record, group=group_of(facts, row.record, held), measured=1 / row.step_s,
            predicted=math.exp(-residual) / row.step_s, nearness=shipped.nearness(row.group), classes=classes(row.group),
        )
        for row, residual in residuals
    )  # fmt: skip


def left_out(facts: Facts) -> Mapping[str, int]:
    """Reason → rows that do not test plain decode."""
    _, reasons = in_force(facts, None, frozenset())
    return dict(reasons)
