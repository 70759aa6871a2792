"""Which models somebody means who asks for the best of a class: by a benchmark of the catalog, never by a blend of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.decide.need import SCORED_BY

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.quality import Score
    from advisor.decide.need import BestAt

MOST_TRIED = 12
"""Models down the list that are tried on a machine."""
ENOUGH_MODELS = 5
"""Models a benchmark must have scores of before it ranks them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A model, and the score it stands on the list by."""

    model: str
    benchmark: str
    score: float
    row: Score
    """Who reported it, when and under which settings."""


def wanted_models(facts: Facts, best_at: BestAt) -> tuple[Wanted, ...]:
    """Models by their score on the class's first benchmark that enough models of the catalog have, highest first.

    Of several scores of one model the lowest counts: a maker's own figure does not win over somebody else's lower one.
    """
    for benchmark in SCORED_BY[best_at]:
        found = _ranked(facts, benchmark)
        if len(found) >= ENOUGH_MODELS:
            return found[:MOST_TRIED]
    return ()


def _ranked(facts: Facts, benchmark: str) -> tuple[Wanted, ...]:
    lowest: dict[str, Wanted] = {}
    for row in facts.quality.values():
        if row.benchmark != benchmark or row.score is None or row.loss or row.model not in facts.models:
            continue
        if not facts.models[row.model].is_sized:
            continue
        known = lowest.get(row.model)
        if known is None or row.score < known.score:
            lowest[row.model] = Wanted(row.model, benchmark, row.score, row)
    return tuple(sorted(lowest.values(), key=lambda each: (-each.score, each.model)))
