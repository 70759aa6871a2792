"""How many of a machine a case needs: linked boxes, or cards of one box."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.catalog.find import several
from advisor.estimate.cannot import CannotRun
from advisor.estimate.footprint import room_bytes
from advisor.estimate.machine import machine
from advisor.estimate.pools import pools_of
from advisor.evidence.finding import FewestMachines

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.estimate.case import Case
    from advisor.estimate.weights import Weights

MOST_MACHINES = 8
CARDS = frozenset({"discrete gpu", "accelerator"})


def links_up(facts: Facts, device: Hardware) -> bool:
    """Whether several of it make one machine: cards do; whole boxes where the catalog has a system of linked ones."""
    if device.kind in CARDS:
        return True
    same = {device.id, device.same_as}
    linked = (system for system in facts.hardware.values() if system.nodes > 1 and system.links)
    return any({member.device for member in system.members} <= same for system in linked)


def fewest_machines(facts: Facts, case: Case, weights: Weights) -> FewestMachines | None:
    """The least number, up to eight, of the case's one kind of device that holds all of it.

    Counts over which the runtime cannot divide the model are passed over. None where the devices are of several kinds,
    where nothing is known to link them, and where eight do not hold it.
    """
    device = case.machine.devices[0].hardware
    if not case.machine.equal_devices:
        return None
    most = MOST_MACHINES if links_up(facts, device) else 1
    for count in range(_least(case, weights), most + 1):
        together = several(facts, device, count)
        asked = replace(case, machine=machine(together, facts.hardware.__getitem__, case.machine.setup))
        try:
            if room_bytes(asked, weights) >= 0:
                return FewestMachines(count, together)
        except CannotRun:
            continue
    return None


def _least(case: Case, weights: Weights) -> int:
    """So many have at least the memory the layers take; no runtime is given more of a device than there is of it."""
    pool = pools_of(case)[0]
    return max(1, -(-sum(weights.layer_bytes) // max(pool.free_bytes, pool.advertised_bytes or 0, 1)))
