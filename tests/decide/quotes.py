"""Quotes for tests: one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor.decide.market import Quote
from advisor.decide.ranges import exactly

if TYPE_CHECKING:
    from advisor.decide.ranges import Range


def quote(amount: float | Range, date: str, **told: Any) -> Quote:
    """A new street price in US dollars unless something else is told."""
    usual = {"currency": "USD", "region": "US", "condition": "new", "kind": "street", "row": None}
    return Quote(amount=exactly(amount) if isinstance(amount, int | float) else amount, date=date, **{**usual, **told})
