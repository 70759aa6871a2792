"""How far off the rate of many requests may be: from what its single stream, and batching on top of it, were off by.

    where batches of the machine and runtime were measured      factors of held-out rows, one stream included
    elsewhere                                                   log factor² = log factor of one stream² + of batching²

One request alone has no batching: its interval is the single stream's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.evidence.concurrency_rows import batch_classes
from advisor.evidence.spread import classes

if TYPE_CHECKING:
    from advisor.evidence.batching import Batching
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.concurrency_rows import Kind

NO_BATCH_MEASURED = frozenset({"other runtime", "other hardware"})
"""Nearness at which held-out rows tell how far off batching is, not the single stream it starts from."""


@dataclass(frozen=True, slots=True)
class Factors:
    """Ends of the interval, as factors on the predicted rate."""

    alone: tuple[float, float]
    """Of one request at a time."""
    together: tuple[float, float]
    """Of several at once."""

    def of(self, running: int) -> tuple[float, float]:
        """Those of so many requests running at once."""
        return self.alone if running == 1 else self.together


def factors_of(calibration: Calibration, batching: Batching, kind: Kind, level: float) -> Factors | None:
    """Factors that held `level` of held-out rows like the case; None where no held-out row tells."""
    near = batching.nearness(kind)
    unknown = near in NO_BATCH_MEASURED
    spread = batching.spreads.get(near)
    batch = spread.factors(batch_classes(kind) if unknown else classes(kind.group), level) if spread else None
    alone = calibration.interval(calibration.nearness(kind.group), level, kind.group)
    if batch is None or alone is None:
        return None
    return Factors(alone, both(alone, batch) if unknown else batch)


def both(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    """Factors of a product whose two parts err independently; a part off to one side only does not narrow the other."""
    low = math.hypot(*(min(0.0, math.log(each[0])) for each in (first, second)))
    high = math.hypot(*(max(0.0, math.log(each[1])) for each in (first, second)))
    return math.exp(-low), math.exp(high)
