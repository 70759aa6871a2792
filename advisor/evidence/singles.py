"""Single-stream fits that saw nothing of a fold of groups: what held-out predictions of other quantities stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.evidence.calibration import Calibration
from advisor.evidence.teach import Taught, in_force, trust
from advisor.evidence.tested import HeldOut, fold_of, group_of

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts


class Singles:
    """The catalog's plain rows as one fit, and the same without a fold of groups; each is made once."""

    def __init__(
        self, facts: Facts, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
    ) -> None:
        self._facts = facts
        self._rows, _ = in_force(facts, as_of, exclude_sources)
        self._taught = Taught(self._rows, trust(facts))
        self.everything = Calibration(values=self._taught.values(self._taught.solution), rows=len(self._rows))
        """What all rows teach."""
        self._known: dict[tuple[HeldOut, int, int], Calibration] = {}

    def without(self, held_out: HeldOut, number: int, folds: int) -> Calibration:
        """What the rows teach whose group does not hash to fold `number` of so many."""
        if (held_out, number, folds) not in self._known:
            groups = (group_of(self._facts, row.record, held_out) for row in self._rows)
            left = [fold_of(group, folds) == number for group in groups]
            self._known[held_out, number, folds] = Calibration(
                values=self._taught.values(self._taught.without(left)), rows=len(left) - sum(left)
            )
        return self._known[held_out, number, folds]
