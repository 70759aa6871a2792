"""What nobody has measured of a need, and how much it matters: ranked by how often knowing it would change the choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from advisor.evidence.observations import identity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advisor.decide.doubt import Cell, Doubt
    from advisor.decide.need import Workload
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing

Impact = Literal["high", "medium", "low"]
HIGH_WORTH, MEDIUM_WORTH = 0.10, 0.02
"""Share of choices that knowing it would put right."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A quantity the choice rests on that no row of this very case states."""

    machine: str
    workload: Workload
    served: Served
    worth: float
    """How much knowing it would raise the share of right choices."""
    met: float | None
    """Chance that the machine is fast enough; None where nothing is asked of it, or nobody can tell its speed."""
    impact: Impact


def impact_of(worth: float) -> Impact:
    """HIGH from one choice in ten put right, MEDIUM from one in fifty."""
    return "high" if worth >= HIGH_WORTH else "medium" if worth >= MEDIUM_WORTH else "low"


def gaps(found: Sequence[Standing], served: Mapping[Cell, Served], pick: Standing, doubted: Doubt) -> tuple[Gap, ...]:
    """Every machine and workload that runs and has no row of its own, what matters most first; boxes that are the same inside once.

    Of options ruled out by the need's limits nothing is asked. A speed nobody can tell matters most where any speed would
    let the option do as much as the pick for no more money.
    """
    machines = {machine.id for each in found if each.is_open for machine in each.option.machines}
    rivals = {
        machine.id for each in found if each.is_open and _could_win(each, pick) for machine in each.option.machines
    }
    same = {machine.id: identity(machine) for each in found for machine in each.option.machines}
    missing, known = [], set()
    for (machine, name), one in served.items():
        if machine not in machines or one.measured or not one.runs or (same[machine], name) in known:
            continue
        known.add((same[machine], name))
        worth = doubted.worth.get((machine, name), 0.0)
        asked = one.workload.floor_tok_s is not None or one.workload.ttft_s is not None
        blind = one.decode_tok_s is None
        met = doubted.alone.get((machine, name)) if asked and not blind else None
        impact: Impact = "high" if blind and one.workload.must and machine in rivals else impact_of(worth)
        missing.append(Gap(machine, one.workload, one, worth, met, impact))
    return tuple(
        sorted(missing, key=lambda gap: (gap.impact != "high", -gap.worth, not gap.workload.must, -_width(gap.served)))
    )


def _could_win(each: Standing, pick: Standing) -> bool:
    """Whether it would do as much as the pick for no more money if every unknown speed were high enough."""
    blind = sum(one.runs and one.decode_tok_s is None for one in each.served if one.workload in each.missed)
    if each is pick or not blind or each.option.cost is None or pick.option.cost is None:
        return False
    return len(each.missed) - blind <= len(pick.missed) and each.option.cost.mid <= pick.option.cost.mid


def _width(one: Served) -> float:
    """Upper end over lower end of what is expected; infinite where nothing is."""
    speed = one.decode_tok_s
    return speed.high / speed.low if speed and speed.low else float("inf")
