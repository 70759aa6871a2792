"""What would fit where something does not: another format, or more machines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.decide.best_quant import best_quant, of_findings, smallest
from advisor.decide.fewest_machines import MOST_MACHINES, fewest_machines, links_up
from advisor.estimate.note import Note, note

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.decide.question import Question
    from advisor.evidence.finding import BestQuant, FewestMachines, Finding


def with_alternatives(facts: Facts, question: Question, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings of one question, each with the best format that fits and the fewest machines that hold it as it is."""
    if not any(each.footprint for each in found):
        return found
    best = of_findings(found) or best_quant(facts, question)
    counted = [_counted(facts, replace(each, best_quant=best)) for each in found]
    helpless = best is None and any(each.verdict == "does-not-fit" and not each.fewest_machines for each in counted)
    least = _of_smallest(facts, question) if helpless else None
    return tuple(replace(each, instead=_instead(facts, each, least)) for each in counted)


def _counted(facts: Facts, found: Finding) -> Finding:
    if found.footprint is None:
        return found
    return replace(found, fewest_machines=fewest_machines(facts, found.case, found.footprint.weights))


def _instead(facts: Facts, found: Finding, least: Note | None) -> tuple[Note, ...]:
    """What to say: nothing of a case that fits or cannot run at all."""
    if found.footprint is None or found.verdict == "fits":
        return ()
    fewest = found.fewest_machines
    notes = [_of_quant(found, found.best_quant), _of_machines(facts, found, fewest)]
    if fewest is None and found.verdict == "does-not-fit":
        notes.append(least)
    return tuple(each for each in notes if each)


def _where(found: Finding) -> str:
    return " without host memory" if found.verdict == "fits-offloaded" else ""


def _of_quant(found: Finding, best: BestQuant | None) -> Note | None:
    if best is None:
        context = " at this context" if found.max_context_tokens else ""
        return None if _where(found) else note(f"no known format of {found.case.model.name} fits{context}")
    size = "{bits} bits a weight, {weights_bytes}"
    words = f"{best.quant.name} ({size}) is the most that fits{_where(found)}, with {best.runtime.name}"
    return note(words, bits=round(best.bits_per_weight, 1), weights_bytes=best.weights_bytes)


def _of_machines(facts: Facts, found: Finding, fewest: FewestMachines | None) -> Note | None:
    case = found.case
    device = case.machine.devices[0].hardware
    if fewest:
        how = "each with a share of every layer" if case.cache_rule == "paged" else "whole layers on each"
        return note(f"{fewest.count} x {device.name} hold {case.quant.name}{_where(found)}, {how}")
    splits = case.runtime.splits.nodes if device.kind == "unified soc" else case.runtime.splits.layers
    if not (case.machine.equal_devices and splits and links_up(facts, device)):
        return None
    return note(f"up to {MOST_MACHINES} x {device.name} do not hold {case.quant.name}{_where(found)}")


def _of_smallest(facts: Facts, question: Question) -> Note | None:
    """How many the smallest format takes, where neither less of the model nor more machines help."""
    known = smallest(facts, question)
    fewest = fewest_machines(facts, *known) if known else None
    if known is None or fewest is None:
        return None
    case, weights = known
    words = f"{case.quant.name} ({{weights_bytes}}), its smallest known format, takes {fewest.count} x {case.machine.devices[0].hardware.name}"
    return note(f"{words} with {case.runtime.name}", weights_bytes=weights.total_bytes)
