"""From a question to the cases it covers: which formats, which runtimes, and why not the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from advisor.estimate.case import Case, container_of, usual_backend, version_in_force
from advisor.estimate.ggml_mix import PLAIN
from advisor.estimate.machine import Machine, machine
from advisor.estimate.note import Note, note
from advisor.once import Once

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

_MACHINES = Once[Machine](1024)
_FORMATS = Once["tuple[Quant, ...]"](4096)
_WAYS = Once["tuple[Way, ...]"](8192)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A case that cannot run, with the reason."""

    case: Case
    reason: Note


@dataclass(frozen=True, slots=True)
class Way:
    """What runs a model, whatever the machine's size: a format, its file, and the runtime with its version and backend."""

    quant: Quant
    container: str
    runtime: Runtime
    version: Version | None
    backend: str
    refused: Literal["", "machine", "formats"] = ""
    """The runtime was named, and does not drive the machine or loads none of the formats."""

    def on(self, target: Machine, question: Question) -> Case:
        """The case it makes of the question there."""
        return Case(
            model=question.model, quant=self.quant, container=self.container, runtime=self.runtime, machine=target,
            backend=self.backend, version=self.version, demand=question.demand,
        )  # fmt: skip


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
    return cases_in(facts, question, formats_of(facts, question))


def formats_of(facts: Facts, question: Question) -> tuple[Quant, ...]:
    """Formats the question covers: the one named, or those to answer for."""
    if question.quant:
        return (question.quant,)
    return _FORMATS(
        (facts, question.model, question.runtime), (question.everything,),
        lambda: _with_made(facts, question, offered(facts, question.model, everything=question.everything)),
    )  # fmt: skip


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
    target = machine_of(facts, question)
    for way in ways(facts, question, target, formats):
        case = way.on(target, question)
        yield Excluded(case, _refusal(way, question, formats)) if way.refused else case


def machine_of(facts: Facts, question: Question) -> Machine:
    """The machine asked about; the same object for the same question of it."""
    return _MACHINES(
        (facts, question.hardware), (question.setup,),
        lambda: machine(question.hardware, facts.hardware.__getitem__, question.setup),
    )  # fmt: skip


def _refusal(way: Way, question: Question, formats: tuple[Quant, ...]) -> Note:
    if way.refused == "machine":
        return note(f"{way.runtime.name} does not run on {question.hardware.name}")
    return note(f"{way.runtime.name} does not load {', '.join(quant.name for quant in formats)}")


def ways(facts: Facts, question: Question, target: Machine, formats: tuple[Quant, ...]) -> tuple[Way, ...]:
    """Ways to run these formats on the machine, runtime by runtime. They do not depend on how much memory it has."""
    platforms = frozenset(device.hardware.platform for device in target.devices)
    named = question.quant is not None
    return _WAYS(
        (facts, question.runtime, *formats),
        (platforms, question.backend, question.everything, question.runtime_version, question.demand.as_of, named),
        lambda: tuple(way for runtime in _runtimes(facts, question) for way in _of_runtime(question, runtime, platforms, formats)),
    )  # fmt: skip


def _is_usual(quant: Quant, container: str) -> bool:
    """Whether files of that kind are what one finds: a checkpoint's own format is not, as GGUF."""
    return container == quant.container or quant.rule == "parts" or quant.id in PLAIN


def _runtimes(facts: Facts, question: Question) -> tuple[Runtime, ...]:
    """The runtime named, or those to answer for: one whose memory nobody can predict only on request."""
    if question.runtime:
        return (question.runtime,)
    return tuple(r for r in facts.runtimes.values() if question.everything or not r.refuses_memory)


def _of_runtime(
    question: Question, runtime: Runtime, platforms: frozenset[str | None], formats: tuple[Quant, ...]
) -> Iterator[Way]:
    backend = usual_backend(runtime, platforms, question.backend)
    loadable = [
        (quant, container) for quant in formats
        if (container := container_of(quant, runtime)) and (question.quant or _is_usual(quant, container))
    ]  # fmt: skip
    version = _version(question, runtime)
    if backend is not None and loadable:
        yield from (Way(quant, container, runtime, version, backend) for quant, container in loadable)
    elif question.runtime and formats:
        first, refused = formats[0], "machine" if backend is None else "formats"
        yield Way(first, first.container, runtime, version, backend or next(iter(runtime.backends)), refused)  # type: ignore[arg-type]
