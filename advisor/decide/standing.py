"""Every option beside every workload, which of them are open, which nobody would pick, and which one the need picks."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from advisor.decide.options import setups
from advisor.decide.served import serve
from advisor.estimate.machine import AS_IT_COMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from advisor.catalog.contents import Facts
    from advisor.decide.need import Need, Workload
    from advisor.decide.options import Option
    from advisor.decide.served import Served
    from advisor.evidence.calibration import Calibration

    Serve = Callable[..., Served]


@dataclass(frozen=True, slots=True)
class Standing:
    """An option, and what each workload gets from it."""

    option: Option
    served: tuple[Served, ...]
    """One a workload, in the need's order, on whichever of the option's machines does it best."""

    @property
    def missed(self) -> tuple[Workload, ...]:
        """Workloads that must be done and are not, or not fast enough."""
        return tuple(each.workload for each in self.served if each.workload.must and not each.is_fast_enough)

    @property
    def is_open(self) -> bool:
        """True where no limit of the need rules it out."""
        return not self.option.out

    def of(self, work: Workload) -> Served:
        """What that workload gets."""
        return next(each for each in self.served if each.workload == work)


def told(need: Need) -> tuple[Workload, ...]:
    """The workloads that are answered: text."""
    return tuple(work for work in need.workloads if work.kind == "text")


def table(  # noqa: PLR0913 - a need, what is weighed, and by whom
    facts: Facts, calibration: Calibration, need: Need, machines: Sequence[str], options: Sequence[Option], by: Serve = serve,
) -> Mapping[tuple[str, str], Served]:  # fmt: skip
    """Machine and workload name → what that machine makes of it, for every machine of every option.

    `by` answers for one of them as `served.serve` does, which may remember what it said before.
    """
    known = {machine.id: machine for option in options for machine in option.machines}
    stated = setups(facts, need)
    return {
        (name, work.name): by(facts, calibration, work, known[name], as_of=need.as_of, setup=stated.get(name, AS_IT_COMES))
        for name in machines for work in told(need)
    }  # fmt: skip


def standings(need: Need, options: Sequence[Option], served: Mapping[tuple[str, str], Served]) -> tuple[Standing, ...]:
    """Every option with the best of its machines for each workload."""
    return tuple(
        Standing(option, tuple(best(served[machine.id, work.name] for machine in option.machines) for work in told(need)))
        for option in options
    )  # fmt: skip


def best(found: Iterable[Served]) -> Served:
    """Of several machines, the one that does the workload: fast enough first, then what runs, then the faster."""
    return max(found, key=_preference)


def _preference(each: Served) -> tuple[bool, bool, float]:
    return each.is_fast_enough, each.runs, each.decode_tok_s.mid if each.decode_tok_s else 0.0


def chosen(found: Sequence[Standing]) -> Standing | None:
    """The open option that misses fewest workloads, of these the one that costs least over the years; None without one.

    Where both are alike, what is listed first: keeping what one owns comes before buying.
    """
    return min((each for each in found if each.is_open), key=_place, default=None)


def _place(each: Standing) -> tuple[int, float]:
    cost = each.option.cost
    return len(each.missed), cost.mid if cost else inf


def front(found: Sequence[Standing]) -> tuple[Standing, ...]:
    """Options nobody can better: none other is at least as good in every merit and better in one.

    Merits are price, cost over the years, power, each workload's speed, and whether it is fast enough. What is not known is
    no merit.
    """
    return tuple(each for each in found if not any(_betters(other, each) for other in found if other is not each))


def _betters(one: Standing, other: Standing) -> bool:
    pairs = list(zip(_merits(one), _merits(other), strict=True))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)


def _merits(each: Standing) -> tuple[float, ...]:
    price, draw = each.option.price, each.option.draw
    load = draw.load_w if draw else None
    cost = each.option.cost
    speeds = (one.decode_tok_s.mid if one.decode_tok_s else 0.0 for one in each.served)
    enough = (float(one.is_fast_enough) for one in each.served)
    return (-price.mid if price else -inf, -cost.mid if cost else -inf, -load.mid if load else -inf, *speeds, *enough)
