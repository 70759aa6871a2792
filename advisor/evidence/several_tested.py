"""Rows of layer splits, each predicted by a fit of single devices that saw nothing of its group."""

from __future__ import annotations

import math
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING

from advisor.evidence.several import LAYER_SPLIT, layer_split_rows, observed, seconds, split_residuals
from advisor.evidence.singles import Singles
from advisor.evidence.tested import Tested, fold_of, group_of

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.evidence.tested import HeldOut

FOLDS = 24
"""Held-out fits of one stream; groups are hashed to them."""


def tested(facts: Facts, held_out: HeldOut) -> tuple[Tested, ...]:
    """Rows of layer splits beside predictions of fits of one device, and of the middle of other splits, without their group."""
    rows = layer_split_rows(facts, frozenset(), None)
    if not rows:
        return ()
    singles = Singles(facts)
    groups = [group_of(facts, row.record, held_out) for row in rows]
    folds = [fold_of(group, FOLDS) for group in groups]
    found = []
    for number in sorted(set(folds)):
        calibration = singles.without(held_out, number, FOLDS)
        residuals = split_residuals(rows, calibration)
        others = [residual for residual, fold in zip(residuals, folds, strict=True) if fold != number]
        middle = math.exp(median(others)) if others else 1.0
        found += [
            Tested(row.record, group, 1 / row.step_s, middle / seconds(row, calibration), LAYER_SPLIT)
            for row, group, fold in zip(rows, groups, folds, strict=True) if fold == number
        ]  # fmt: skip
    return tuple(found)


def left_out(facts: Facts) -> dict[str, int]:
    """Reason → rows of several devices of one box that do not test the layer split."""
    return dict(Counter(found for found in observed(facts, frozenset(), None) if isinstance(found, str)))
