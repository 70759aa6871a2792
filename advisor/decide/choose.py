"""Findings in the order a person wants them: what fits first, then the best quality that is fast enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from advisor.decide.cases import Excluded, cases
from advisor.decide.instead import with_alternatives
from advisor.evidence.crosscheck import finding, unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.catalog.contents import Facts
    from advisor.decide.question import Question
    from advisor.estimate.case import Case
    from advisor.estimate.footprint import Footprint
    from advisor.estimate.placement import Verdict
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Finding, Speed

MOST_FINDINGS = 12
READABLE_TOK_S = 10.0
"""Slower than people read: quality is not worth that."""
RANK = {"fits": 0, "fits-offloaded": 1, "does-not-fit": 2, "unsupported": 3}


class Placed(Protocol):
    """What the order of findings goes by."""

    @property
    def case(self) -> Case:
        """Its format and runtime."""

    @property
    def verdict(self) -> Verdict:
        """Whether it runs."""

    @property
    def footprint(self) -> Footprint | None:
        """Where its bytes go; what does not fit has one."""

    @property
    def decode(self) -> Speed | None:
        """Speed of one request with an empty cache."""


def place(found: Placed) -> tuple[int, bool, float, float, str, str]:
    """The least is put first: by bits per weight at a readable speed, then by speed; of what does not fit what is least short."""
    if found.verdict == "does-not-fit" and found.footprint:
        short = float(found.footprint.placement.short_bytes)
        return RANK[found.verdict], True, short, 0.0, found.case.runtime.id, found.case.quant.id
    speed = found.decode.tok_s if found.decode and found.decode.tok_s else 0.0
    readable = speed >= READABLE_TOK_S
    bits = found.case.quant.bits_per_weight if readable else 0.0
    return RANK[found.verdict], not readable, -bits, -speed, found.case.runtime.id, found.case.quant.id


def ordered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Fits, then fits-offloaded, each by the most bits per weight that reach 10 tok/s, then speed; then what is least short."""
    return tuple(sorted(found, key=place))


def answer(
    facts: Facts, calibration: Calibration, question: Question, exclude_sources: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """Every finding for the question, best first; the usual twelve unless everything was asked for."""
    return with_alternatives(facts, question, ways(facts, calibration, question, exclude_sources))


def ways(
    facts: Facts, calibration: Calibration, question: Question, exclude_sources: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """The findings of `answer` in its order, without what would fit instead, which takes longest to find."""
    found = ordered(
        unsupported(case.case, case.reason)
        if isinstance(case, Excluded)
        else finding(facts, calibration, case, exclude_sources)
        for case in cases(facts, question)
    )
    return found if question.everything else _one_of_each(found)[:MOST_FINDINGS]


def _one_of_each(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What fits as it stands; of what cannot run, one finding a runtime says why."""
    kept, refused = [], set()
    for one in found:
        if one.verdict == "unsupported":
            if one.case.runtime.id in refused:
                continue
            refused.add(one.case.runtime.id)
        kept.append(one)
    return tuple(kept)
