"""What nobody has measured of a need, and how much it matters: ranked by how often knowing it would change the choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

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
    """Chance that the machine is fast enough; None where nothing is asked of it."""
    impact: Impact


def impact_of(worth: float) -> Impact:
    """HIGH from one choice in ten put right, MEDIUM from one in fifty."""
    return "high" if worth >= HIGH_WORTH else "medium" if worth >= MEDIUM_WORTH else "low"


def gaps(found: Sequence[Standing], served: Mapping[Cell, Served], doubted: Doubt) -> tuple[Gap, ...]:
    """Every machine and workload that runs and has no row of its own, what matters most first.

    Of options ruled out by the need's limits nothing is asked.
    """
    machines = {machine.id: each.option.name for each in found if each.is_open for machine in each.option.machines}
    missing = []
    for (machine, name), one in served.items():
        if machine not in machines or one.measured or not one.runs:
            continue
        worth = doubted.worth.get((machine, name), 0.0)
        asked = one.workload.floor_tok_s is not None or one.workload.ttft_s is not None
        met = doubted.met.get((machines[machine], name)) if asked else None
        missing.append(Gap(machine, one.workload, one, worth, met, impact_of(worth)))
    return tuple(sorted(missing, key=lambda gap: (-gap.worth, not gap.workload.must, -_width(gap.served))))


def _width(one: Served) -> float:
    """Upper end over lower end of what is expected; infinite where nothing is."""
    speed = one.decode_tok_s
    return speed.high / speed.low if speed and speed.low else float("inf")
