"""How sure the choice is: predictions and prices drawn from their intervals, and which measurement would settle most.

Speeds are drawn log-normally with the spread their 80 % interval states, prices from the triangle of their range, which
reaches to a newer price of another region where there is one; each machine and workload by itself: held-out errors of one
machine's models do not go together (intraclass correlation 0.01 over 112 pairs on 21 machines, `advisor check`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from advisor.decide.options import OVER_BUDGET, sold_for
from advisor.decide.served import LEVEL_IN_SPREADS
from advisor.evidence.observations import identity

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
PRICE = "price"

Cell = tuple[str, str]
"""Machine and workload name; or `price` and what is priced (`Item.thing`)."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What drawing says of a choice."""

    stands: float
    """Share of draws in which the same option is chosen."""
    instead: Mapping[str, float]
    """Option → share of draws in which it is chosen; less than 1 together where in some nothing open does any of the work."""
    met: Mapping[Cell, float]
    """Option and workload → share of draws in which it is fast enough."""
    alone: Mapping[Cell, float]
    """Machine and workload → the same of that machine by itself."""
    worth: Mapping[Cell, float]
    """Machine and workload, or `price` and what is priced → how much knowing it would raise the share of right choices."""


def doubt(
    need: Need, found: Sequence[Standing], served: Mapping[Cell, Served], pick: Standing, draws: int = DRAWS
) -> Doubt:
    """How often `pick` stays the choice, and what knowing each uncertain quantity is worth.

    Each quantity has draws of its own, the same whatever else is weighed, and boxes that are the same inside share theirs:
    the same need gives the same draws.
    """
    same = {machine.id: identity(machine) for each in found for machine in each.option.machines}
    named = {cell: (same.get(cell[0], cell[0]), cell[1]) for cell in served}
    speeds = {cell: _speed(named[cell], one, draws) for cell, one in served.items()}
    enough = {cell: _enough(named[cell], served[cell], speed, draws) for cell, speed in speeds.items()}
    things = _things(found, draws)
    met = {
        (each.option.name, one.workload.name): np.any([enough[machine.id, one.workload.name] for machine in each.option.machines], axis=0)
        for each in found for one in each.served
    }  # fmt: skip
    costs = np.stack([_cost(need, each, met, _price(each, things, draws), draws) for each in found])
    if _does_any(pick):
        costs = np.where(_useless(found, met), NEVER, costs)
    # One more than the options: a draw in which none is open that does any of it.
    picks = np.where(costs.min(axis=0) >= NEVER, len(found), np.argmin(costs, axis=0))
    index = next(number for number, each in enumerate(found) if each is pick)
    drawn: dict[Cell, Draws] = {cell: speed for cell, speed in speeds.items() if speed is not None and np.ptp(speed)}
    drawn |= {(PRICE, thing): price for thing, price in things.items() if np.ptp(price)}
    return Doubt(
        stands=float(np.mean(picks == index)),
        instead=_instead(found, picks),
        met={cell: float(np.mean(flags)) for cell, flags in met.items()},
        alone={cell: float(np.mean(flags)) for cell, flags in enough.items()},
        worth={cell: _worth(values, picks, len(found) + 1) for cell, values in drawn.items()},
    )  # fmt: skip


def _does_any(pick: Standing) -> bool:
    return len(pick.missed) < sum(one.workload.must for one in pick.served)


def _useless(found: Sequence[Standing], met: Mapping[Cell, Flags]) -> Flags:
    """In which draws buying the option would do nothing of what must be done: nobody buys that for being cheap."""
    rows = [
        ~np.any([met[each.option.name, one.workload.name] for one in each.served if one.workload.must], axis=0)
        if each.option.bought and any(one.workload.must for one in each.served)
        else np.zeros(len(next(iter(met.values()))), dtype=bool)
        for each in found
    ]
    return np.stack(rows)


def _instead(found: Sequence[Standing], picks: NDArray[np.intp]) -> dict[str, float]:
    """One machine may be weighed twice, new and used: its shares add up."""
    shares: dict[str, float] = {}
    for number, each in enumerate(found):
        if share := float(np.mean(picks == number)):
            shares[each.option.name] = shares.get(each.option.name, 0.0) + share
    return shares


def _stream(*name: str) -> np.random.Generator:
    """A stream of its own for each quantity, so that leaving one machine out changes no other's draws."""
    return np.random.default_rng([SEED, crc32("\0".join(name).encode())])


def _log_normal(rng: np.random.Generator, of: Range, draws: int) -> Draws:
    """Draws whose middle is `of.mid` and of which four in five lie inside the range."""
    z = rng.standard_normal(draws)
    up, down = (
        np.log(max(a, 1e-9) / max(b, 1e-9)) / LEVEL_IN_SPREADS for a, b in ((of.high, of.mid), (of.mid, of.low))
    )
    found: Draws = of.mid * np.exp(np.where(z > 0, z * up, z * down))
    return found


def _speed(cell: Cell, one: Served, draws: int) -> Draws | None:
    if not one.decode_tok_s or not one.decode_tok_s.mid:
        return None
    return _log_normal(_stream("speed", *cell), one.decode_tok_s, draws)


def _enough(cell: Cell, one: Served, speed: Draws | None, draws: int) -> Flags:
    """In which draws the machine keeps to the workload's floor and longest wait."""
    work: Workload = one.workload
    found: Flags = np.full(draws, one.runs)
    none = np.zeros(draws, dtype=bool)
    if work.floor_tok_s is not None:
        found = found & (speed >= work.floor_tok_s) if speed is not None else none
    if work.ttft_s is not None:
        late = _log_normal(_stream("wait", *cell), one.ttft_s, draws) > work.ttft_s if one.ttft_s else ~none
        found = found & ~late
    return found


def _things(found: Sequence[Standing], draws: int) -> dict[str, Draws]:
    """Everything on any bill → draws of the price of one: what several options need costs the same in each of them."""
    items = {item.thing: item for each in found if each.option.bill for item in each.option.bill.items}
    return {thing: _one_price(thing, item.price.widest, draws) for thing, item in items.items()}


def _one_price(thing: str, price: Range, draws: int) -> Draws:
    if price.high <= price.low:
        return np.full(draws, price.mid)
    found: Draws = _stream(PRICE, thing).triangular(price.low, price.mid, price.high, draws)
    return found


def _price(each: Standing, things: Mapping[str, Draws], draws: int) -> Draws | None:
    option = each.option
    if option.bill is None:
        return np.zeros(draws) if option.bought is None else None
    whole = np.zeros(draws)
    for item in option.bill.items:
        whole = whole + item.count * things[item.thing]
    return whole


def _cost(need: Need, each: Standing, met: Mapping[Cell, Flags], price: Draws | None, draws: int) -> Draws:
    """What the option costs in each draw, a missed workload counting more than any price."""
    option = each.option
    missed = sum((~met[option.name, one.workload.name]).astype(float) for one in each.served if one.workload.must)
    fixed = [why for why in option.out if OVER_BUDGET not in why.words]
    if price is None or option.cost is None or option.price is None or fixed:
        return np.full(draws, NEVER)
    # The resale share comes back of whatever is paid.
    total = option.cost.mid + (price - option.price.mid) * (1 - need.keeping.resale_share) + A_MISS * missed
    budget = need.limits.budget
    if budget is not None and option.bought:
        total = np.where(price - sold_for(need) > budget, NEVER, total)
    return np.asarray(total)


def _worth(values: Draws, picks: NDArray[np.intp], choices: int) -> float:
    """How much more often the choice would be right if `values` were known: the best choice in each part of its range.

    Never negative; 0 where the same choice is best over the whole range.
    """
    edges = np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1])
    part = np.digitize(values, edges)
    counts = np.zeros((BINS, choices))
    np.add.at(counts, (part, picks), 1)
    known = counts.max(axis=1).sum()
    return float((known - counts.sum(axis=0).max()) / len(values))
