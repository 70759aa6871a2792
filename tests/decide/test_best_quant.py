"""The best format that fits, against every known format tried one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.decide.best_quant import anybody_makes, best_quant, known_formats, smallest
from advisor.decide.cases import Excluded, cases_in
from advisor.decide.question import Question
from advisor.estimate.case import Demand
from advisor.estimate.footprint import CannotRun, footprint

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.evidence.finding import BestQuant


def question(
    facts: Facts, model: str, hardware: str, runtime: str | None = "llama.cpp", context: int = 8192
) -> Question:
    return Question(
        model=facts.models[model], hardware=facts.hardware[hardware], runtime=facts.runtimes[runtime] if runtime else None,
        demand=Demand(context_tokens=context),
    )  # fmt: skip


def tried_one_by_one(facts: Facts, asked: Question) -> tuple[float, int] | None:
    """Nominal bits and weight bytes of the best of them."""
    fitting = []
    for case in cases_in(facts, replace(asked, quant=None), known_formats(facts, asked.model)):
        assert not isinstance(case, Excluded)
        try:
            found = footprint(case, facts.quants.__getitem__)
        except CannotRun:
            continue
        if found.placement.verdict == "fits":
            fitting.append((case.quant.bits_per_weight, found.weights.total_bytes))
    return max(fitting, default=None)


def told(found: BestQuant | None) -> tuple[float, int] | None:
    return None if found is None else (found.quant.bits_per_weight, found.weights_bytes)


@pytest.mark.parametrize(
    ("model", "hardware", "context"),
    [
        ("llama-3.1-70b", "rtx-4090", 8192), ("llama-3.1-70b", "rtx-3060-12", 8192), ("llama-3.1-70b", "2x-rtx-3090", 65536),
        ("qwen3-30b-a3b", "rtx-3060-12", 8192), ("qwen3-235b-a22b", "dgx-spark", 8192), ("gpt-oss-120b", "rtx-5090", 8192),
        ("llama-3.1-8b", "gtx-1060-6", 2048), ("gemma-3-27b", "rtx-4060-ti-16", 4096),
    ],
)  # fmt: skip
def test_nothing_that_is_passed_over_unsized_would_have_fitted(
    facts: Facts, model: str, hardware: str, context: int
) -> None:
    asked = question(facts, model, hardware, context=context)
    assert told(best_quant(facts, asked)) == tried_one_by_one(facts, asked)


def test_the_runtimes_asked_about_are_searched_together(facts: Facts) -> None:
    asked = question(facts, "qwen3-235b-a22b", "dgx-spark", runtime=None)
    found = best_quant(facts, asked)
    assert found is not None
    assert told(found) == tried_one_by_one(facts, asked)
    assert found.runtime.id in {"llama.cpp", "ollama"}
    assert found.bits_per_weight == pytest.approx(8 * found.weights_bytes / 235e9, rel=0.01)


def test_a_larger_machine_never_gets_a_smaller_format(facts: Facts) -> None:
    cards = ("rtx-3060-12", "rtx-4060-ti-16", "rtx-4090", "rtx-5090", "rtx-pro-6000")
    found = [best_quant(facts, question(facts, "qwen3-32b", card)) for card in cards]
    bits = [each.quant.bits_per_weight for each in found if each]
    assert len(bits) == len(cards)
    assert bits == sorted(bits)


def test_a_model_released_quantised_is_not_widened(facts: Facts) -> None:
    released = facts.quants[facts.models["gpt-oss-120b"].released_quant or ""]
    published = {artifact.quant for artifact in facts.models["gpt-oss-120b"].artifacts}
    for quant in known_formats(facts, facts.models["gpt-oss-120b"]):
        plain = quant.id in {"f16", "bf16", "f32"}
        assert quant.bits_per_weight <= released.bits_per_weight or quant.id in published or plain


def test_formats_nobody_published_and_no_program_makes_are_left_out(facts: Facts) -> None:
    model = facts.models["llama-3.1-70b"]
    known = {quant.id for quant in known_formats(facts, model)}
    assert {"q3_k_m", "iq2_xs", "q8_0", "bf16", "mlx-4bit"} <= known
    assert not {"tq1_0", "ud-q4_k_xl", "nvfp4", "q1_0"} & known
    assert not anybody_makes(facts.quants["tq2_0"])


def test_the_smallest_format_is_the_one_with_fewest_bits(facts: Facts) -> None:
    found = smallest(facts, question(facts, "kimi-k2", "dgx-spark"))
    assert found is not None
    bits = found[0].quant.bits_per_weight
    assert bits == min(
        quant.bits_per_weight for quant in known_formats(facts, facts.models["kimi-k2"]) if anybody_makes(quant)
    )
