"""How far held-out predictions were off, line by line, and whether their intervals held as many rows as they promise."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, exp, inf, isfinite
from typing import TYPE_CHECKING

import numpy as np

from advisor.evidence.spread import conformal_tail
from advisor.evidence.spread_fit import held_out_spreads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from advisor.evidence.tested import Tested

LEAST_ROWS = 30
"""Rows below which a line's coverage says nothing."""
LEAST_RESIDUALS = 20
"""Residuals of other groups below which a class of nearness borrows from all classes."""
BAND = 0.95


@dataclass(frozen=True, slots=True)
class Judged:
    """A tested row with the interval it would have been given by rows of other groups."""

    tested: Tested
    low: float
    high: float

    @property
    def error(self) -> float:
        """|predicted / measured − 1|."""
        return abs(self.tested.predicted / self.tested.measured - 1)

    @property
    def covered(self) -> bool:
        """True where the interval held what was measured."""
        return self.low <= self.tested.measured <= self.high

    @property
    def width(self) -> float:
        """Upper end of the interval over its lower end, less one; infinite where nothing gave one."""
        return self.high / self.low - 1 if self.low else inf


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What a set of rows shows."""

    rows: int
    median_error: float
    p90_error: float
    coverage: float | None
    """Share of rows inside their interval; None where no other group gives one."""
    width: float | None
    """Median width of the intervals."""
    band: tuple[float, float] | None
    """Shares of covered rows that 95 of 100 honest intervals would show; None for too few rows to tell."""

    @property
    def honest(self) -> bool | None:
        """True where the coverage lies inside the band; None where too few rows tell."""
        if self.band is None or self.coverage is None:
            return None
        return self.band[0] <= self.coverage <= self.band[1]


def judged(rows: Sequence[Tested], level: float = 0.8) -> tuple[Judged, ...]:
    """Each row with the interval that residuals of other groups, or draws, give: no row widens its own.

    Residuals are scaled by the spread of the rows' classes; rows without classes learn from those of their nearness.
    """
    if not rows:
        return ()
    groups = np.array([row.draw or row.group for row in rows])
    own = np.array(["" if row.classes else row.nearness for row in rows])
    residuals = np.array([row.log_residual for row in rows])
    sizes = (
        held_out_spreads(residuals, [row.classes for row in rows], groups.tolist())
        if rows[0].classes
        else np.ones(len(rows))
    )
    scaled = residuals / sizes
    quantiles: dict[tuple[str, str], tuple[float, float]] = {}
    found = []
    for row, near, size in zip(rows, own.tolist(), sizes.tolist(), strict=True):
        draw = row.draw or row.group
        if (draw, near) not in quantiles:
            others = groups != draw
            same = others & (own == near)
            taken = same if same.sum() >= LEAST_RESIDUALS else others
            quantiles[draw, near] = _ends(scaled[taken], level, len(set(groups[taken].tolist())))
        low, high = quantiles[draw, near]
        found.append(Judged(row, row.predicted * exp(size * low), row.predicted * exp(size * high)))
    return tuple(found)


def _ends(scaled: NDArray[np.float64], level: float, draws: int) -> tuple[float, float]:
    """Ends of the interval in spreads; open where no other group gives one."""
    if not len(scaled):
        return -inf, inf
    tail = conformal_tail(level, draws)
    low, high = np.quantile(scaled, [tail, 1 - tail])
    return float(low), float(high)


def accuracy(rows: Sequence[Judged], level: float = 0.8) -> Accuracy | None:
    """The figures of `rows`; None for no rows."""
    if not rows:
        return None
    median, p90 = np.quantile([row.error for row in rows], [0.5, 0.9])
    given = [row for row in rows if isfinite(row.width)]
    draws = {row.tested.draw for row in given}
    return Accuracy(
        rows=len(rows), median_error=float(median), p90_error=float(p90),
        coverage=float(np.mean([row.covered for row in given])) if given else None,
        width=float(np.median([row.width for row in given])) if given else None,
        # Rows that err together are one draw, where groups are too few to be the draws.
        band=binomial_band(len(given) if "" in draws else len(draws), level) if len(given) >= LEAST_ROWS else None,
    )  # fmt: skip


def binomial_band(rows: int, level: float) -> tuple[float, float]:
    """Shares between which the covered part of `rows` independent intervals of that level lies 95 times in 100."""
    tail, at, low, high = (1 - BAND) / 2, 0.0, None, rows
    for count in range(rows + 1):
        at += comb(rows, count) * level**count * (1 - level) ** (rows - count)
        if low is None and at > tail:
            low = count
        if at >= 1 - tail:
            high = count
            break
    return (low or 0) / rows, high / rows
