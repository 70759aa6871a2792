"""Plain decode rows, each predicted by a fit that saw nothing of its group."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from advisor.evidence.calibration import Calibration
from advisor.evidence.spread import classes
from advisor.evidence.teach import FOLDS, Taught, held_out, in_force, trust
from advisor.evidence.tested import HeldOut, Tested, group_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advisor.catalog.contents import JSON, Facts


def tested(facts: Facts, held: HeldOut) -> tuple[Tested, ...]:
    """Every row in force beside its prediction in tokens per second; the nearness is that of the full calibration."""
    return _tested(facts, Calibration.from_json(facts.extra("calibration")), held)


def sampled(facts: Facts, calibration: Calibration, as_of: str | None = None) -> tuple[Tested, ...]:
    """The same for rows up to that day, each without its model on its machine: a twelfth of such pairs is left out at a time.

    Quicker than one pair at a time, and no easier on the prediction.
    """
    return _tested(facts, calibration, "pair", FOLDS, as_of)


def to_json(rows: Sequence[Tested]) -> JSON:
    """Rows as they are kept beside the catalog they were tested on."""
    return [[row.record.id, row.group, row.measured, row.predicted, row.nearness, list(row.classes)] for row in rows]


def from_json(facts: Facts, data: JSON) -> tuple[Tested, ...]:
    """The rows that `to_json` wrote, over the same catalog."""
    assert isinstance(data, list)
    return tuple(
        Tested(facts.records[name], group, measured, predicted, nearness, tuple(own))
        for name, group, measured, predicted, nearness, own in data
    )


def _tested(
    facts: Facts, shipped: Calibration, held: HeldOut, folds: int | None = None, as_of: str | None = None
) -> tuple[Tested, ...]:  # fmt: skip
    rows, _ = in_force(facts, as_of, frozenset())
    residuals = held_out(Taught(rows, trust(facts)), lambda row: group_of(facts, row.record, held), folds)
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
