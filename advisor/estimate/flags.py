"""A runtime's command line read again: pasted flags become settings, and nothing that changes memory is passed over.

Every flag of a runtime is one of three things: read, without effect on memory, or known to change memory in a way that is
not modelled, which is refused. What is in none of the tables is refused as unknown.
"""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from advisor.errors import UsageError
from advisor.estimate.layout import NOTHING_SAID, Layout, Override
from advisor.estimate.serving import DEFAULTS, Serving

Value = Literal["none", "one", "maybe"]
"""Whether a flag takes a value; `maybe` takes the next word unless that is a flag."""
LONGEST_TEXT = 20_000
SHOWN = 60


@dataclass(slots=True)
class Reading:
    """What the flags read so far say."""

    named: dict[str, Any] = field(default_factory=dict)
    overrides: list[Override] = field(default_factory=list)

    def state(self, name: str, value: Any, flag: str) -> None:
        """Set one setting. Raises UsageError where an earlier flag set it otherwise."""
        if name in self.named and self.named[name] != value:
            raise UsageError(f"{flag}: an earlier flag says otherwise")
        self.named[name] = value


Read = Callable[[Reading, str, str], None]
"""Takes the reading, the flag and its value; empty where it takes none."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One option of a runtime."""

    spellings: tuple[str, ...]
    value: Value
    read: Read | None = None
    """None = without effect on memory."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """The command line of one runtime."""

    runtime: str
    programs: tuple[tuple[str, ...], ...]
    """Words a pasted command may begin with."""
    flags: Mapping[str, Flag]
    refused: Mapping[str, str]
    """Spelling of what changes memory and is not modelled → what it changes."""
    settle: Callable[[Reading], "Stated"]
    joined: bool = False
    """Whether --flag=value is one word."""
    positional: bool = False
    """Whether the program's name is followed by the model's."""

    @property
    def known(self) -> tuple[str, ...]:
        """The longest spelling of every flag that is read."""
        return tuple(dict.fromkeys(flag.spellings[-1] for flag in self.flags.values() if flag.read))

    def knows(self, spelling: str) -> bool:
        """Whether the runtime has such a flag."""
        return spelling in self.flags or spelling in self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a command line says of memory; None = not said."""

    runtime: str
    """Id of the runtime whose flags they are."""
    context_tokens: int | None = None
    """Per request."""
    concurrency: int | None = None
    kv_type: str | None = None
    """`q8_0`, or `q8_0,f16` for keys and values apart."""
    flash_attention: bool | None = None
    ubatch: int | None = None
    full_windows: bool = False
    unified: bool | None = None
    layout: Layout = NOTHING_SAID
    serving: Serving = DEFAULTS


def spelled(word: str) -> str:
    """A flag as the tables spell it: long ones with dashes, never underscores."""
    if not word.startswith("--"):
        return word
    name, equals, value = word.partition("=")
    return name.replace("_", "-") + equals + value


def is_flag(word: str) -> bool:
    """Whether a word is a flag and not a value: a dash that no digit follows."""
    return len(word) > 1 and word[0] == "-" and not (word[1].isdigit() or word[1] == ".")


def whole(flag: str, value: str, low: int, high: int = 2**30) -> int:
    """The value as a whole number. Raises UsageError outside the bounds."""
    try:
        number = int(value)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise UsageError(f"{flag}: {value[:SHOWN]!r} is not a whole number between {low} and {high}")
    return number


def share(flag: str, value: str) -> float:
    """The value as a share of memory. Raises UsageError unless it is above 0 and at most 1."""
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number <= 1:
        raise UsageError(f"{flag}: {value[:SHOWN]!r} is not a share between 0 and 1")
    return number


def one_of(flag: str, value: str, choices: Mapping[str, Any]) -> Any:
    """What the word stands for. Raises UsageError naming the words it may be."""
    if value.lower() not in choices:
        raise UsageError(f"{flag}: {value[:SHOWN]!r} is none of {', '.join(choices)}")
    return choices[value.lower()]


def table(*flags: Flag) -> dict[str, Flag]:
    """Every spelling of every flag."""
    return {spelling: flag for flag in flags for spelling in flag.spellings}


def harmless(value: Value, *spellings: str) -> tuple[Flag, ...]:
    """Flags without effect on memory."""
    return tuple(Flag((spelling,), value) for spelling in spellings)


def words(text: str) -> list[str]:
    """The words of a command line, quotes resolved. Raises UsageError for an open quote."""
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"--flags: longer than {LONGEST_TEXT} characters")
    try:
        return shlex.split(text.replace("\\\n", " "))
    except ValueError as reason:
        raise UsageError(f"--flags: {str(reason).lower()}") from reason


def program_of(found: list[str], grammar: Grammar) -> int:
    """How many words of a command pasted whole name the program; 0 where it begins with flags."""
    names = [word.rsplit("/", 1)[-1] for word in found]
    return next((len(program) for program in grammar.programs if tuple(names[: len(program)]) == program), 0)


def without_program(found: list[str], grammar: Grammar) -> list[str]:
    """The words behind the program's name, and behind the model's where it follows."""
    count = program_of(found, grammar)
    rest = found[count:]
    return rest[1:] if count and grammar.positional and rest and not is_flag(rest[0]) else rest


def read(text: str, grammar: Grammar) -> Stated:
    """What the flags say. Raises UsageError for what is unknown, malformed, contradictory or not modelled."""
    reading, rest = Reading(), without_program(words(text), grammar)
    while rest:
        word = spelled(rest.pop(0))
        given: str | None = None
        if grammar.joined and word.startswith("--") and "=" in word:
            word, _, given = word.partition("=")
        if word in grammar.refused:
            raise UsageError(f"{word} does change memory ({grammar.refused[word]}); it is not modelled")
        flag = grammar.flags.get(word)
        if flag is None:
            raise UsageError(_unknown(word, grammar))
        value = _value(flag, word, given, rest)
        if flag.read:
            flag.read(reading, word, value)
    return grammar.settle(reading)


def _unknown(word: str, grammar: Grammar) -> str:
    known = f"those that matter to memory are {', '.join(grammar.known)}"
    if not is_flag(word):
        return f"--flags: {word[:SHOWN]!r} is no flag of {grammar.runtime}; {known}"
    return f"{grammar.runtime} has no flag {word[:SHOWN]}; {known}"


def _value(flag: Flag, word: str, given: str | None, rest: list[str]) -> str:
    """The value of a flag, taken off the words that follow."""
    if given is not None:
        if flag.value == "none":
            raise UsageError(f"{word} takes no value")
        return given
    if flag.value == "none" or (flag.value == "maybe" and (not rest or is_flag(rest[0]))):
        return ""
    if not rest or (is_flag(rest[0]) and spelled(rest[0]).startswith("--")):
        raise UsageError(f"{word} needs a value")
    return rest.pop(0)
