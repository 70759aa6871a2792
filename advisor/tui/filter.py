"""The language of the filter: `moe <40gb ctx>=128k hw:spark tier<=2`.

word            in the model's name (`llama`, `qwen3`); any of several: `gpt-oss,glm-4.7`
moe, dense      how its layers are built
<40gb, >=10gb   weights in the smallest format offered
ctx>=128k       context it was trained for
params<70b      parameters in all
active<=5b      parameters read per token
tier<=2         somebody of that tier measured it
measured        anybody did
hw:spark        only machines with that in their name, or the one composed so (hw:2xspark); several: hw:spark,4090
quant:q8_0      asked in that format instead of the usual ones
-word           not so
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from advisor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

Measure = Literal["gb", "ctx", "params", "active", "tier"]
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
}  # fmt: skip
UNITS: dict[Measure, dict[str, float]] = {
    "gb": {"gb": 1, "g": 1, "mb": 1e-3, "tb": 1e3}, "ctx": {"": 1, "k": 2**10, "m": 2**20},
    "params": {"": 1, "b": 1e9, "m": 1e6, "t": 1e12}, "active": {"": 1, "b": 1e9, "m": 1e6, "t": 1e12}, "tier": {"": 1},
}  # fmt: skip
_COMPARED = re.compile(r"(ctx|params|active|tier|)(<=|>=|<|>|=)(\d{1,12}(?:\.\d{1,6})?)([a-z]{0,2})")
KINDS = frozenset({"moe", "dense", "measured"})
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter."""

    text: str
    """As typed, in lower case, without a leading minus."""
    negated: bool = False
    measure: Measure | None = None
    """What is compared; None for a word."""
    sign: str = ""
    value: float = 0.0
    """In GB, tokens, parameters, or the tier."""

    def holds(self, amount: float | None) -> bool:
        """Whether the amount is as asked; one nobody knows is not."""
        return amount is not None and COMPARE[self.sign](amount, self.value) != self.negated


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown."""

    terms: tuple[Term, ...] = ()
    """All must hold for a model."""
    machines: tuple[str, ...] = ()
    """Any must be in a machine's name; empty = every machine."""
    quant: str = ""

    def __str__(self) -> str:
        """The filter as one would type it."""
        words = [("-" if term.negated else "") + term.text for term in self.terms]
        words += [f"hw:{','.join(self.machines)}"] if self.machines else []
        return " ".join(words + ([f"quant:{self.quant}"] if self.quant else []))


def parse(text: str) -> Filter:
    """The filter the words say. Raises UsageError naming the word that means nothing."""
    if len(text) > LONGEST:
        raise UsageError(f"a filter has at most {LONGEST} characters")
    terms: list[Term] = []
    machines: list[str] = []
    quant = ""
    for word in text.lower().split():
        if word.startswith("hw:"):
            machines += [name for name in word[3:].split(",") if name]
        elif word.startswith("quant:"):
            quant = word.removeprefix("quant:")
        elif term := _term(word):
            terms.append(term)
    return Filter(tuple(dict.fromkeys(terms)), tuple(dict.fromkeys(machines)), quant)


def _term(word: str) -> Term | None:
    bare = word.removeprefix("-")
    negated = bare != word
    if not bare:
        return None
    found = _COMPARED.fullmatch(bare)
    if not found:
        if re.search(r"[<>=:]", bare):
            raise UsageError(
                f"{bare!r} compares nothing known: <40gb, ctx>=128k, params<70b, active<5b, tier<=2, hw:NAME, quant:NAME"
            )
        return Term(bare, negated)
    measure: Measure = found[1] or "gb"  # type: ignore[assignment]
    units = UNITS[measure]
    if found[4] not in units:
        raise UsageError(f"{bare!r}: write one of {', '.join(unit or 'no unit' for unit in units)} after the number")
    return Term(bare, negated, measure, found[2], float(found[3]) * units[found[4]])
