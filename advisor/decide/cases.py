"""From a question to the cases it covers: which formats, which runtimes, and why not the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.estimate.case import Case, container_of, usual_backend, version_in_force
from advisor.estimate.ggml_mix import PLAIN
from advisor.estimate.machine import Machine, machine
from advisor.estimate.note import Note, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.quant import Quant
    from advisor.catalog.schema.runtime import Runtime, Version
    from advisor.decide.question import Question

USUAL_MIXES = ("q4_k_m", "q6_k", "q8_0")
MADE_OF_ANY = {"mlx": ("mlx-4bit", "mlx-8bit")}
"""Container → the usual formats its own converter makes of any model, for a runtime that loads none of those offered."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """A case that cannot run, with the reason."""

    case: Case
    reason: Note


def _published(model: Model) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a.quant for a in model.artifacts if not a.follows_rule))


def offered(facts: Facts, model: Model, *, everything: bool) -> tuple[Quant, ...]:
    """Formats to answer for when the question leaves them open.

    A model released quantised offers that format and its published artifacts, other mixes only when named; any other
    model offers the usual mixes, BF16, and the usual formats somebody published.
    """
    published = _published(model)
    if everything and not model.released_quant:
        wanted: tuple[str, ...] = tuple(facts.quants)
    elif model.released_quant:
        wanted = (model.released_quant, *published)
    else:
        wanted = (*USUAL_MIXES, *(q for q in published if facts.quants[q].usual))
    found = [facts.quants[q] for q in dict.fromkeys(wanted) if q in facts.quants]
    return tuple(q for q in found if everything or q.id == model.released_quant or q.usual)


def _version(question: Question, runtime: Runtime) -> Version | None:
    if question.runtime_version:
        wanted = question.runtime_version
        return next((v for v in runtime.versions if v.version == wanted), None)
    return version_in_force(runtime, question.demand.as_of)


def cases(facts: Facts, question: Question) -> Iterator[Case | Excluded]:
    """Every case the question covers; what was named and cannot run comes with the reason."""
    formats = (question.quant,) if question.quant else offered(facts, question.model, everything=question.everything)
    yield from cases_in(facts, question, formats if question.quant else _with_made(facts, question, formats))


def _with_made(facts: Facts, question: Question, formats: tuple[Quant, ...]) -> tuple[Quant, ...]:
    """The formats, or where the runtime asked for loads none of them, those that its converter makes of any model.

    A model released quantised is not converted.
    """
    runtime = question.runtime
    if runtime is None or question.model.released_quant or any(container_of(quant, runtime) for quant in formats):
        return formats
    made = [
        facts.quants[name]
        for container in runtime.containers
        for name in MADE_OF_ANY.get(container, ())
        if name in facts.quants
    ]
    return tuple(made) or formats


def cases_in(facts: Facts, question: Question, formats: tuple[Quant, ...]) -> Iterator[Case | Excluded]:
    """The same for these formats."""
    target = machine(question.hardware, facts.hardware.__getitem__, question.setup)
    for runtime in (question.runtime,) if question.runtime else _offered_runtimes(facts, question):
        yield from _of_runtime(question, runtime, target, formats)


def _is_usual(quant: Quant, container: str) -> bool:
    """Whether files of that kind are what one finds: a checkpoint's own format is not, as GGUF."""
    return container == quant.container or quant.rule == "parts" or quant.id in PLAIN


def _offered_runtimes(facts: Facts, question: Question) -> tuple[Runtime, ...]:
    """Runtimes to answer for when the question leaves them open: one whose memory nobody can predict only on request."""
    return tuple(r for r in facts.runtimes.values() if question.everything or not r.refuses_memory)


def _of_runtime(
    question: Question, runtime: Runtime, target: Machine, formats: tuple[Quant, ...]
) -> Iterator[Case | Excluded]:
    backend = usual_backend(runtime, {device.hardware.platform for device in target.devices}, question.backend)
    loadable = [
        (quant, container) for quant in formats
        if (container := container_of(quant, runtime)) and (question.quant or _is_usual(quant, container))
    ]  # fmt: skip

    def case(quant: Quant, container: str) -> Case:
        return Case(
            model=question.model, quant=quant, container=container, runtime=runtime, machine=target,
            backend=backend or next(iter(runtime.backends)), version=_version(question, runtime), demand=question.demand,
        )  # fmt: skip

    if backend is not None and loadable:
        yield from (case(quant, container) for quant, container in loadable)
    elif question.runtime and formats:
        where = note(f"{runtime.name} does not run on {question.hardware.name}")
        what = note(f"{runtime.name} does not load {', '.join(quant.name for quant in formats)}")
        yield Excluded(case(formats[0], formats[0].container), where if backend is None else what)
