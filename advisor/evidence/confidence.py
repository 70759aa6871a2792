"""How far to trust a finding, in words a person can check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.estimate.note import note
from advisor.evidence.finding import Confidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.evidence.finding import Measured, Speed

CLOSE = 0.10
WIDE = 0.25
GOOD_TIER = 2


def confidence(speed: Speed | None, rows: Sequence[Measured]) -> Confidence:
    """HIGH when rows of this very case agree with the prediction; LOW when nothing of this hardware was measured."""
    if speed is None or speed.tok_s is None:
        return Confidence("none", note("no measured row carries a prediction here; only the ceiling is known"))
    usable = [m for m in rows if not m.remark and m.residual is not None]
    exact = [m for m in usable if m.closeness == "exact"]
    near = [m for m in usable if m.closeness == "near"]
    chosen = exact or near
    if chosen:
        worst = max(abs(m.residual or 0.0) for m in chosen)
        best = min(m.tier for m in chosen)
        word = ("exact" if exact else "near") + (" row" if len(chosen) == 1 else " rows")
        text = note("{rows} " + word + ", best tier {tier}, within {worst_share} of the prediction",
                    rows=len(chosen), tier=best, worst_share=worst)  # fmt: skip
        if worst <= CLOSE and (exact or best < GOOD_TIER) and best <= GOOD_TIER:
            return Confidence("high", text)
        return Confidence("medium" if worst <= WIDE else "low", text)
    if speed.nearness == "same hardware":
        words = "no row for this case; {rows} rows of this hardware, runtime and kind of model"
        return Confidence("medium", note(words, rows=speed.rows))
    if speed.nearness == "same chip generation":
        return Confidence("low", note("few rows for this hardware; {rows} of its chip generation", rows=speed.rows))
    return Confidence("low", note("no rows close to this case; pooled over all {rows}", rows=speed.rows))
