"""Which format fits where those offered do not: the most bits a weight that all the devices hold."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from advisor.decide.cases import Excluded, cases_in, offered
from advisor.estimate.cannot import CannotRun
from advisor.estimate.footprint import room_bytes, why_refused
from advisor.estimate.ggml_mix import PLAIN, TERNARY
from advisor.estimate.parameters import parameters
from advisor.estimate.pools import pools_of
from advisor.estimate.weights import CannotSize, Weights, published_artifact, weight_bytes
from advisor.evidence.finding import BestQuant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.quant import Quant
    from advisor.decide.question import Question
    from advisor.estimate.case import Case
    from advisor.evidence.finding import Finding

BITS = 8
LEAST_OF_NOMINAL = 0.9
"""No mix takes less than this share of its format's nominal bits a weight: a few store some tensors in a smaller one."""


def anybody_makes(quant: Quant) -> bool:
    """Whether one program turns any model into it, so that nobody need have published it.

    Ternary formats are for models trained so.
    """
    return (quant.rule == "ggml-mix" and quant.id not in TERNARY) or (
        quant.rule == "block" and quant.container == "mlx"
    )


def known_formats(facts: Facts, model: Model) -> tuple[Quant, ...]:
    """Every format the model exists in or can be brought to; of a model released quantised none above its own bits."""
    released = facts.quants.get(model.released_quant) if model.released_quant else None
    most = released.bits_per_weight if released else float("inf")
    exists = (
        {artifact.quant for artifact in model.artifacts if not artifact.follows_rule} | PLAIN | {model.released_quant}
    )
    wide = () if released is None else tuple(q for q in facts.quants.values() if q.bits_per_weight < most)
    found = {quant.id: quant for quant in (*offered(facts, model, everything=True), *wide)}
    return tuple(quant for quant in found.values() if quant.id in exists or anybody_makes(quant))


def of_findings(found: Iterable[Finding]) -> BestQuant | None:
    """The best of the formats answered for; None where none of them fits."""
    fitting = [(each.case, each.footprint.weights) for each in found if each.verdict == "fits" and each.footprint]
    return _best(*max(fitting, key=_bits)) if fitting else None


def best_quant(facts: Facts, question: Question) -> BestQuant | None:
    """Of every known format the one with most nominal bits that fits on a runtime asked about, of equal ones the largest.

    Formats that are too large whatever their mix are passed over without being sized.
    """
    counted = parameters(question.model)
    held = (counted.total if counted else 0) - (question.model.vocabulary or 0) * (question.model.hidden or 0)
    every = sorted(_known_cases(facts, question), key=lambda case: -case.quant.bits_per_weight)
    for _, cases in groupby(every, key=lambda case: case.quant.bits_per_weight):
        fitting = [(case, weights) for case in cases if (weights := _held(facts, case, held))]
        if fitting:
            return _best(*max(fitting, key=_bits))
    return None


def smallest(facts: Facts, question: Question) -> tuple[Case, Weights] | None:
    """The known format with fewest nominal bits, and its weights; None where none can be sized."""
    for case in sorted(_known_cases(facts, question), key=lambda case: case.quant.bits_per_weight):
        if why_refused(case):
            continue
        try:
            return case, weight_bytes(case.model, case.quant, case.container, facts.quants.__getitem__)
        except CannotSize:
            continue
    return None


def _known_cases(facts: Facts, question: Question) -> list[Case]:
    found = cases_in(facts, replace(question, quant=None), known_formats(facts, question.model))
    return [each for each in found if not isinstance(each, Excluded)]


def _bits(pair: tuple[Case, Weights]) -> tuple[float, int]:
    return pair[0].quant.bits_per_weight, pair[1].total_bytes


def _held(facts: Facts, case: Case, parameters_held: int) -> Weights | None:
    """The weights of the case where they fit, all on the devices; None where they do not."""
    try:
        if why_refused(case) or _too_large(case, parameters_held):
            return None
        weights = weight_bytes(case.model, case.quant, case.container, facts.quants.__getitem__)
        return weights if room_bytes(case, weights) >= 0 else None
    except (CannotRun, CannotSize):
        return None


def _too_large(case: Case, parameters_held: int) -> bool:
    if published_artifact(case.model, case.quant.id):
        return False
    least = parameters_held * case.quant.bits_per_weight * LEAST_OF_NOMINAL / BITS
    return least > sum(pool.free_bytes for pool in pools_of(case))


def _best(case: Case, weights: Weights) -> BestQuant:
    counted = parameters(case.model)
    language = weights.total_bytes - weights.draft_bytes - weights.vision_bytes
    bits = BITS * language / counted.total if counted else case.quant.bits_per_weight
    return BestQuant(case.quant, case.runtime, bits, weights.total_bytes)
