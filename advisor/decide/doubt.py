"""How sure the choice is: predictions and prices drawn from their intervals, and which measurement would settle most.

Speeds are drawn log-normally with the spread their 80 % interval states, prices from the triangle of their range; each
machine and workload by itself: held-out errors of one machine's models do not go together (intraclass correlation 0.01
over 112 pairs on 21 machines, `advisor check`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from advisor.decide.served import LEVEL_IN_SPREADS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from advisor.decide.need import Need, Workload
    from advisor.decide.ranges import Range
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing

    Draws = NDArray[np.float64]
    Flags = NDArray[np.bool_]

DRAWS = 4000
SEED = 2026
BINS = 10
"""Parts of a quantity's range in which the best choice is looked for."""
NEVER = 1e30
"""Cost of an option that is not open."""
A_MISS = 1e15
"""Cost of a missed workload: any miss outweighs any price."""

Cell = tuple[str, str]
"""Machine and workload name; or `price` and the option's name."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What drawing says of a choice."""

    stands: float
    """Share of draws in which the same option is chosen."""
    instead: Mapping[str, float]
    """Option → share of draws in which it is chosen."""
    met: Mapping[Cell, float]
    """Option and workload → share of draws in which it is fast enough."""
    alone: Mapping[Cell, float]
    """Machine and workload → the same of that machine by itself."""
    worth: Mapping[Cell, float]
    """Machine and workload, or `price` and option → how much knowing it would raise the share of right choices."""


def doubt(
    need: Need, found: Sequence[Standing], served: Mapping[Cell, Served], pick: Standing, draws: int = DRAWS
) -> Doubt:
    """How often `pick` stays the choice, and what knowing each uncertain quantity is worth. The same need gives the same draws."""
    rng = np.random.default_rng(SEED)
    speeds = {cell: _speed(rng, one, draws) for cell, one in served.items()}
    enough = {cell: _enough(rng, served[cell], speed, draws) for cell, speed in speeds.items()}
    prices = {each.option.name: _price(rng, each, draws) for each in found}
    met = {
        (each.option.name, one.workload.name): np.any([enough[machine.id, one.workload.name] for machine in each.option.machines], axis=0)
        for each in found for one in each.served
    }  # fmt: skip
    costs = np.stack([_cost(need, each, met, prices[each.option.name]) for each in found])
    picks = np.argmin(costs, axis=0)
    index = list(found).index(pick)
    drawn: dict[Cell, Draws] = {cell: speed for cell, speed in speeds.items() if speed is not None and np.ptp(speed)}
    drawn |= {("price", name): price for name, price in prices.items() if price is not None and np.ptp(price)}
    return Doubt(
        stands=float(np.mean(picks == index)),
        instead={each.option.name: float(np.mean(picks == number)) for number, each in enumerate(found) if (picks == number).any()},
        met={cell: float(np.mean(flags)) for cell, flags in met.items()},
        alone={cell: float(np.mean(flags)) for cell, flags in enough.items()},
        worth={cell: _worth(values, picks, len(found)) for cell, values in drawn.items()},
    )  # fmt: skip


def _log_normal(rng: np.random.Generator, of: Range, draws: int) -> Draws:
    """Draws whose middle is `of.mid` and of which four in five lie inside the range."""
    z = rng.standard_normal(draws)
    up, down = (
        np.log(max(a, 1e-9) / max(b, 1e-9)) / LEVEL_IN_SPREADS for a, b in ((of.high, of.mid), (of.mid, of.low))
    )
    found: Draws = of.mid * np.exp(np.where(z > 0, z * up, z * down))
    return found


def _speed(rng: np.random.Generator, one: Served, draws: int) -> Draws | None:
    return _log_normal(rng, one.decode_tok_s, draws) if one.decode_tok_s and one.decode_tok_s.mid else None


def _enough(rng: np.random.Generator, one: Served, speed: Draws | None, draws: int) -> Flags:
    """In which draws the machine keeps to the workload's floor and longest wait."""
    work: Workload = one.workload
    found: Flags = np.full(draws, one.runs)
    if work.floor_tok_s is not None:
        found = found & (speed >= work.floor_tok_s) if speed is not None else np.zeros(draws, dtype=bool)
    if work.ttft_s is not None:
        found = (
            found & (_log_normal(rng, one.ttft_s, draws) <= work.ttft_s) if one.ttft_s else np.zeros(draws, dtype=bool)
        )
    return found


def _price(rng: np.random.Generator, each: Standing, draws: int) -> Draws | None:
    price = each.option.price
    if price is None:
        return None
    if price.high <= price.low:
        return np.full(draws, price.mid)
    found: Draws = rng.triangular(price.low, price.mid, price.high, draws)
    return found


def _cost(need: Need, each: Standing, met: Mapping[Cell, Flags], price: Draws | None) -> Draws:
    """What the option costs in each draw, a missed workload counting more than any price."""
    option = each.option
    missed = sum(
        (~met[option.name, one.workload.name]).astype(float) for one in each.served if one.workload.must
    )  # fmt: skip
    budget = need.limits.budget
    fixed = [note for note in option.out if "budget" not in note.words]
    if price is None or option.cost is None or option.price is None or fixed:
        return np.full(len(next(iter(met.values()))), NEVER)
    sold = sum(one.sold_for or 0.0 for one in need.owns) if option.bought else 0.0
    # The resale share comes back of whatever is paid.
    total = option.cost.mid + (price - option.price.mid) * (1 - need.keeping.resale_share)
    if budget is not None:
        total = np.where(price - sold > budget, NEVER, total)
    return np.asarray(total + A_MISS * missed)


def _worth(values: Draws, picks: NDArray[np.intp], options: int) -> float:
    """How much more often the choice would be right if `values` were known: the best choice in each part of its range.

    Never negative; 0 where the same choice is best over the whole range.
    """
    edges = np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1])
    part = np.digitize(values, edges)
    counts = np.zeros((BINS, options))
    np.add.at(counts, (part, picks), 1)
    known = counts.max(axis=1).sum()
    return float((known - counts.sum(axis=0).max()) / len(values))
