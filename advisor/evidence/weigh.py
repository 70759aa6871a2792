"""How far a measured row is trusted, whatever quantity it teaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.evidence.observations import tier

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record

TIER_TRUST = {0: 1.0, 1: 1.0, 2: 0.8, 3: 0.6}
RELAYED_TRUST = 0.5


def weight(facts: Facts, record: Record) -> float:
    """Weight of a row in a fit: by its source's tier, halved when relayed."""
    return TIER_TRUST[tier(facts, record)] * (RELAYED_TRUST if record.evidence == "relayed" else 1.0)
