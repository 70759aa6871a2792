"""Single-stream fits that saw nothing of a fold of groups: what held-out predictions of other quantities stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from advisor.evidence.age import overtaken
from advisor.evidence.calibration import Calibration
from advisor.evidence.observations import plain_decode
from advisor.evidence.teach import Taught, trust
from advisor.evidence.tested import HeldOut, group_of

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts


class Singles:
    """The catalog's plain rows as one fit, and the same without a fold of groups; each is made once."""

    def __init__(
        self, facts: Facts, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
    ) -> None:
        kept = plain_decode(facts, as_of=as_of, exclude_sources=exclude_sources).kept
        old = overtaken(facts, (row.record for row in kept), as_of)
        self._facts = facts
        self._rows = [row for row in kept if row.record.id not in old]
        self._taught = Taught(self._rows, trust(facts))
        self.everything = Calibration(values=self._taught.values(self._taught.solution), rows=len(self._rows))
        """What all rows teach."""
        self._known: dict[tuple[HeldOut, int], Calibration] = {}

    def without(self, held_out: HeldOut, number: int, folds: int) -> Calibration:
        """What the rows teach whose group does not hash to fold `number` of so many."""
        if (held_out, number) not in self._known:
            groups = (group_of(self._facts, row.record, held_out) for row in self._rows)
            left = [crc32(group.encode()) % folds == number for group in groups]
            self._known[held_out, number] = Calibration(
                values=self._taught.values(self._taught.without(left)), rows=len(left) - sum(left)
            )
        return self._known[held_out, number]
