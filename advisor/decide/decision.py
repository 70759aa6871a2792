"""From a need to a decision: everything the command, the report and the screen show, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.decide.considered import considered
from advisor.decide.doubt import doubt
from advisor.decide.gaps import gaps
from advisor.decide.need import unanswered
from advisor.decide.options import options
from advisor.decide.over_years import costed
from advisor.decide.served import serve
from advisor.decide.standing import chosen, front, standings, table
from advisor.decide.verdict import verdict
from advisor.errors import UsageError
from advisor.estimate.note import Note, note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.decide.doubt import Cell, Doubt
    from advisor.decide.gaps import Gap
    from advisor.decide.need import Need
    from advisor.decide.served import Served
    from advisor.decide.standing import Serve, Standing
    from advisor.decide.verdict import Verdict
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
    """Workloads of kinds nothing predicts, and limits nothing is known about; they rule nothing out."""
    aside: tuple[Note, ...] = ()
    """How many machines of the catalog were not weighed, by reason."""

    def machine(self, name: str) -> Hardware:
        """The machine of that id, composed ones included, which no catalog lists. Raises KeyError."""
        known = {machine.id: machine for each in self.standings for machine in each.option.machines}
        return known[name]


def decide(facts: Facts, calibration: Calibration, need: Need, by: Serve = serve) -> Decision:
    """The decision for `need`; `by` as `standing.table` takes it. Raises UsageError where there is nothing to choose from."""
    weighed = considered(facts, need)
    offered = options(facts, need, weighed.candidates)
    if not offered:
        message = "nothing to choose from: name machines under `considers`, what you own under `owns`, or a budget"
        raise UsageError(message)
    machines = list(dict.fromkeys(machine.id for option in offered for machine in option.machines))
    served = table(facts, calibration, need, machines, offered, by)
    found = costed(facts, need, standings(need, offered, served))
    pick = chosen(found)
    doubted = doubt(need, found, served, pick) if pick and served else None
    return Decision(
        need=need, standings=found, served=served, pick=pick, front=front([each for each in found if each.is_open]), doubt=doubted,
        verdict=verdict(need, found, served, pick, doubted) if pick and doubted else None,
        gaps=gaps(found, served, pick, doubted) if pick and doubted else (), unanswered=(*(why for _, why in unanswered(need, frozenset({"text"}))), *_no_noise(need)), aside=weighed.aside,
    )  # fmt: skip


def _no_noise(need: Need) -> tuple[Note, ...]:
    if need.limits.noise_dba is None:
        return ()
    words = "the limit of {noise_dba} dBA: noise cannot be known, no source of the catalog states any"
    return (note(words, noise_dba=need.limits.noise_dba),)
