"""How many measured rows there are of each model and of each machine."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.catalog.contents import JSON, Catalog, Facts

EXTRA = "rows"
"""Under this name a snapshot keeps the counts."""


def counted(catalog: Catalog | Facts) -> dict[str, JSON]:
    """Rows by model and by machine, as data; rows about no one model are not counted under any."""
    models: Counter[str] = Counter()
    machines: Counter[str] = Counter()
    for record in catalog.records.values():
        models.update([record.model] if record.model else [])
        machines[record.hardware] += 1
    return {"models": dict(models), "hardware": dict(machines)}


def rows_of(facts: Facts) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Measured rows of each model, and of each machine; those nobody measured are not in it."""
    kept: Any = facts.extra(EXTRA) or counted(facts)
    return kept["models"], kept["hardware"]
