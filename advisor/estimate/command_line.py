"""Whose flags a pasted command line holds, and the demand it makes beside what was asked in words."""

from dataclasses import dataclass, fields, replace
from typing import TypeVar

from advisor.errors import UsageError
from advisor.estimate.case import Demand
from advisor.estimate.flags import Grammar, Stated, is_flag, program_of, read, spelled, without_program, words
from advisor.estimate.llama_cpp_flags import GRAMMAR as LLAMA_CPP
from advisor.estimate.pooled_flags import SGLANG, VLLM
from advisor.estimate.serving import DEFAULTS

T = TypeVar("T")
GRAMMARS = {"llama.cpp": LLAMA_CPP, "vllm": VLLM, "sglang": SGLANG}
"""Runtime id → how its command line is read."""


def _owners(text: str) -> list[str]:
    """The runtime whose program the text names, else those that know most of its flags."""
    named = [runtime for runtime, grammar in GRAMMARS.items() if program_of(words(text), grammar)]
    if named:
        return named
    typed = [spelled(word).partition("=")[0] for word in words(text) if is_flag(word)]
    known = {runtime: sum(map(grammar.knows, typed)) for runtime, grammar in GRAMMARS.items()}
    most = max(known.values())
    return [runtime for runtime, count in known.items() if count == most] if most else []


def _foreign(text: str, grammar: Grammar) -> str | None:
    """What to say of a flag that another runtime has and this one has not; None where there is none."""
    for word in without_program(words(text), grammar):
        name = spelled(word).partition("=")[0]
        if not is_flag(word) or grammar.knows(name):
            continue
        others = [other.runtime for other in GRAMMARS.values() if other.knows(name)]
        if others:
            return f"{name} is a flag of {' and '.join(others)}, not of {grammar.runtime}"
    return None


def stated(text: str, runtime: str | None) -> Stated:
    """What the flags say of memory, read as those of `runtime`, or of the one runtime that has them all.

    Raises UsageError for a runtime whose flags are not known, for flags of another one, and for what `read` refuses.
    """
    if runtime is None:
        owners = _owners(text)
        if len(owners) != 1:
            named = f"they could be {' or '.join(owners)}'s" if owners else "no runtime has them"
            raise UsageError(f"--flags: say whose flags they are with --runtime; {named}")
        runtime = owners[0]
    grammar = GRAMMARS.get(runtime)
    if grammar is None:
        raise UsageError(f"--flags: {runtime} takes no flags that are known here; they are for {', '.join(GRAMMARS)}")
    if foreign := _foreign(text, grammar):
        raise UsageError(foreign)
    return read(text, grammar)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a question states of the server in words; None = left open."""

    context_tokens: int | None = None
    concurrency: int | None = None
    kv_type: str | None = None
    flash_attention: bool | None = None
    ubatch: int | None = None


def _agreed(name: str, said: T | None, asked: T | None) -> T | None:
    """The one of the two that is stated. Raises UsageError where both are and differ."""
    if said is not None and asked is not None and said != asked:
        raise UsageError(f"--flags say {name} {_word(said)}, the question {_word(asked)}")
    return asked if said is None else said


def _word(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def completed(asked: Asked, said: Stated) -> Asked:
    """The question with what a command line says. Raises UsageError where the two contradict each other."""
    return Asked(
        context_tokens=_agreed("a context of", said.context_tokens, asked.context_tokens),
        concurrency=_agreed("a concurrency of", said.concurrency, asked.concurrency),
        kv_type=_agreed("a KV cache in", said.kv_type, asked.kv_type),
        flash_attention=_agreed("flash attention", said.flash_attention, asked.flash_attention),
        ubatch=_agreed("a micro-batch of", said.ubatch, asked.ubatch),
    )


def told(demand: Demand, said: Stated) -> Demand:
    """The demand with the settings only a command line states. Raises UsageError for more requests than it lets run."""
    changes = {
        each.name: value
        for each in fields(said.serving)
        if (value := getattr(said.serving, each.name)) != getattr(DEFAULTS, each.name)
    }
    serving = replace(demand.serving, **changes)
    if serving.max_requests is not None and demand.concurrency > serving.max_requests:
        raise UsageError(
            f"--flags let {serving.max_requests} requests run at once, the question asks for {demand.concurrency}"
        )
    return replace(
        demand, full_windows=said.full_windows, unified=bool(said.unified), layout=said.layout, serving=serving
    )
