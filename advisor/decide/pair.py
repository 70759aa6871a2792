"""Every measured row of a model on a machine, each beside the question as far as the question says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.estimate.case import Case, container_of, containers, version_in_force
from advisor.estimate.machine import machine
from advisor.evidence.age import overtaken
from advisor.evidence.match import compared, nearest_first, same_count
from advisor.evidence.observations import default_backend, identity

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.quant import Quant
    from advisor.catalog.schema.record import Record
    from advisor.catalog.schema.runtime import Runtime
    from advisor.decide.question import Question
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Measured


@dataclass(frozen=True, slots=True)
class Pair:
    """What was measured of a model on a machine."""

    decode: tuple[Measured, ...]
    """Decode rates at the concurrency asked about, nearest first."""
    other: tuple[Record, ...]
    """Everything else: prefill, more requests at once, power, memory, failures."""


def pair(
    facts: Facts, calibration: Calibration, question: Question, exclude_sources: frozenset[str] = frozenset()
) -> Pair:
    """Rows of the question's model and machine, dated up to the day asked about, without the excluded sources.

    Where the question leaves quantization, runtime or backend open, each row is compared with its own.
    """
    as_of = question.demand.as_of
    rows = [
        record for record in facts.records_for(question.model.id)
        if _measured_there(facts, record, question.hardware) and record.source not in exclude_sources
        and known_by(record.conditions.date, as_of) and _asked_for(record, question)
    ]  # fmt: skip
    old = overtaken(facts, rows, as_of)
    depth = question.demand.depth_tokens or 0
    decode = [record for record in rows if _is_decode(record, question.demand.concurrency)]
    held = (compared(facts, calibration, record, _case(facts, question, record), depth, old) for record in decode)
    chosen = {record.id for record in decode}
    return Pair(nearest_first(held), tuple(record for record in rows if record.id not in chosen))


def _measured_there(facts: Facts, record: Record, hardware: Hardware) -> bool:
    """Whether the row is of this machine, or of as many of its devices as the machine is made of."""
    where = identity(facts.hardware[record.hardware])
    if where == identity(hardware):
        return True
    if len(hardware.members) != 1:
        return False
    (member,) = hardware.members
    return where == identity(facts.hardware[member.device]) and record.devices == member.count


def _asked_for(record: Record, question: Question) -> bool:
    """Whether the row is of the quantization and runtime family the question names; rows that state none are."""
    if question.quant and record.quant not in {None, question.quant.id}:
        return False
    return not (
        question.runtime and record.conditions.runtime not in {None, question.runtime.id, question.runtime.family}
    )


def _is_decode(record: Record, concurrency: int) -> bool:
    return record.decode_tok_s is not None and same_count(record.conditions.concurrency or 1, concurrency)


def _case(facts: Facts, question: Question, record: Record) -> Case:
    """The question, with the row's own quantization, runtime and backend where it leaves them open."""
    quant = question.quant or facts.quants[record.quant or question.model.released_quant or "bf16"]
    runtime = question.runtime or _runtime(facts, record, quant)
    target = machine(question.hardware, facts.hardware.__getitem__, question.setup)
    backend = question.backend or record.conditions.backend or default_backend(target.devices[0].hardware, runtime)
    return Case(
        model=question.model, quant=quant, container=container_of(quant, runtime) or quant.container, runtime=runtime,
        version=version_in_force(runtime, question.demand.as_of), backend=backend or next(iter(runtime.backends)),
        machine=target, demand=question.demand,
    )  # fmt: skip


def _runtime(facts: Facts, record: Record, quant: Quant) -> Runtime:
    """The row's runtime; where it states none, the first that loads its format, against which nothing is exact."""
    if record.conditions.runtime:
        return facts.runtimes[record.conditions.runtime]
    loads = (each for each in facts.runtimes.values() if set(each.containers) & set(containers(quant)))
    return next(loads, next(iter(facts.runtimes.values())))
