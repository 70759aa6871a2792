"""What every part of a report looks at: the decision, which machines are shown, and the sources cited so far."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from advisor.decide.options import KEEP
from advisor.decide.standing import told
from advisor.evidence.curve import with_curve
from advisor.evidence.observations import identity
from advisor.present.report_sources import Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.decide.decision import Decision
    from advisor.decide.need import Workload
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Finding

IN_BRACKETS = re.compile(r"\s*\([^)]*\)")
MOST_SHOWN = 5
"""Machines beside one another: as many as have a colour of their own, and as a page is wide enough for."""
MOST_OPTIONS = 12
PER_DOUBLING = 2


def short_name(hardware: Hardware) -> str:
    """Its name without what stands in brackets."""
    return IN_BRACKETS.sub("", hardware.name)


@dataclass(frozen=True, slots=True)
class Column:
    """A machine, or several that are the same inside and so get the same answers."""

    name: str
    machines: tuple[Hardware, ...]
    style: int
    """Its colour and mark in every picture."""
    is_owned: bool

    @property
    def id(self) -> str:
        """Hardware id under which its answers stand."""
        return self.machines[0].id


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything the parts of a report share."""

    facts: Facts
    calibration: Calibration
    decision: Decision
    columns: tuple[Column, ...]
    ranked: tuple[Standing, ...]
    """Every option: keeping first, then the choice, then the rest as they would be chosen."""
    curves: Mapping[tuple[str, str], Finding]
    """Machine and workload → its finding with its speed at every depth."""
    sources: Sources

    @property
    def workloads(self) -> tuple[Workload, ...]:
        """Those that are answered."""
        return told(self.decision.need)

    @property
    def currency(self) -> str:
        """Of all money."""
        return self.decision.need.market.currency

    @property
    def today(self) -> str:
        """The day prices are asked for."""
        return self.decision.need.market.day(self.facts.date)

    def served(self, column: Column, work: Workload) -> Served:
        """What that machine makes of the workload."""
        return self.decision.served[column.id, work.name]

    def cells(self, work: Workload) -> Iterator[tuple[Column, Served]]:
        """Every machine shown, with what it makes of the workload."""
        for column in self.columns:
            yield column, self.served(column, work)

    def machine(self, name: str) -> str:
        """What a machine of that hardware id is called, composed ones included."""
        known = (machine for each in self.ranked for machine in each.option.machines if machine.id == name)
        found = next(known, None) or self.facts.hardware.get(name)
        return short_name(found) if found else name

    def name(self, each: Standing) -> str:
        """What an option is called in text."""
        kept = " and ".join(map(short_name, each.option.machines))
        return short_name(each.option.bought) if each.option.bought else f"keeping {kept}"


def scene_of(facts: Facts, calibration: Calibration, decision: Decision) -> Scene:
    """The scene of a decision: at most five machines beside one another, those that matter most first."""
    ranked = _ranked(decision)
    columns = _columns(ranked)
    curves = {
        (column.id, work.name): with_curve(facts, calibration, one.finding, per_doubling=PER_DOUBLING)
        for column in columns for work in told(decision.need)
        if (one := decision.served[column.id, work.name]).finding
    }  # fmt: skip
    return Scene(facts, calibration, decision, columns, ranked, curves, Sources(facts))


def _ranked(decision: Decision) -> tuple[Standing, ...]:
    def place(each: Standing) -> tuple[bool, bool, bool, int, int, float]:
        cost = each.option.cost
        idle = sum(not one.runs for one in each.served)
        is_kept, is_pick = each.option.name == KEEP, each is decision.pick
        return not is_kept, not is_pick, not each.is_open, len(each.missed), idle, cost.mid if cost else inf

    return tuple(sorted(decision.standings, key=place))


def _columns(ranked: tuple[Standing, ...]) -> tuple[Column, ...]:
    owned = {machine.id for each in ranked if each.option.name == KEEP for machine in each.option.machines}
    found: dict[str, Column] = {}
    for each in ranked:
        for machine in each.option.machines if each.option.bought is None else (each.option.bought,):
            key = identity(machine)
            if key in found:
                known = found[key]
                if machine not in known.machines:
                    found[key] = replace(
                        known, name=f"{known.name} or {short_name(machine)}", machines=(*known.machines, machine)
                    )
            elif len(found) < MOST_SHOWN:
                found[key] = Column(short_name(machine), (machine,), len(found), machine.id in owned)
    return tuple(found.values())
