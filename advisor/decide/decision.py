"""From a need to a decision: everything the command, the report and the screen show, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.decide.doubt import doubt
from advisor.decide.gaps import gaps
from advisor.decide.need import unanswered
from advisor.decide.options import options
from advisor.decide.standing import chosen, front, standings, table
from advisor.decide.verdict import verdict
from advisor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.catalog.contents import Facts
    from advisor.decide.doubt import Cell, Doubt
    from advisor.decide.gaps import Gap
    from advisor.decide.need import Need
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing
    from advisor.decide.verdict import Verdict
    from advisor.estimate.note import Note
    from advisor.evidence.calibration import Calibration


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about a need, and everything it rests on."""

    need: Need
    standings: tuple[Standing, ...]
    served: Mapping[Cell, Served]
    """Machine and workload name → what that machine alone makes of it."""
    pick: Standing | None
    """None where every option is ruled out."""
    front: tuple[Standing, ...]
    """Open options nobody can better in price, speeds and power."""
    doubt: Doubt | None
    verdict: Verdict | None
    gaps: tuple[Gap, ...]
    unanswered: tuple[Note, ...]
    """Workloads of kinds nothing predicts."""


def decide(facts: Facts, calibration: Calibration, need: Need) -> Decision:
    """The decision for `need`. Raises UsageError where there is nothing to choose from."""
    offered = options(facts, need)
    if not offered:
        message = "nothing to choose from: name machines under `considers`, what you own under `owns`, or a budget"
        raise UsageError(message)
    machines = list(dict.fromkeys(machine.id for option in offered for machine in option.machines))
    served = table(facts, calibration, need, machines, offered)
    found = standings(need, offered, served)
    pick = chosen(found)
    doubted = doubt(need, found, served, pick) if pick and served else None
    return Decision(
        need=need, standings=found, served=served, pick=pick, front=front([each for each in found if each.is_open]), doubt=doubted,
        verdict=verdict(facts, need, found, served, pick, doubted) if pick and doubted else None,
        gaps=gaps(found, served, pick, doubted) if pick and doubted else (), unanswered=tuple(why for _, why in unanswered(need, frozenset({"text"}))),
    )  # fmt: skip
