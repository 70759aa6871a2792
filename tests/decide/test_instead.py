"""What an answer says would fit where something does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.decide.choose import answer
from advisor.decide.question import Question
from advisor.estimate.case import Demand
from advisor.present.formats import say

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Finding


def best(facts: Facts, calibration: Calibration, model: str, hardware: str, **asked: int) -> Finding:
    demand = Demand(**asked)  # type: ignore[arg-type]
    question = Question(model=facts.models[model], hardware=facts.hardware[hardware], demand=demand)
    return answer(facts, calibration, question)[0]


def said(found: Finding) -> list[str]:
    return [say(each) for each in found.instead]


def test_what_does_not_fit_names_a_format_and_a_number_that_do(facts: Facts, calibration: Calibration) -> None:
    found = best(facts, calibration, "qwen3-235b-a22b", "dgx-spark")
    assert found.verdict == "does-not-fit"
    assert found.best_quant is not None
    assert found.fewest_machines is not None
    assert (found.best_quant.quant.id, found.fewest_machines.count) == ("q3_k_m", 2)
    assert said(found) == [
        "Q3_K_M (3.8 bits a weight, 104.7 GiB) is the most that fits, with llama.cpp",
        "2 x NVIDIA DGX Spark 128GB (GB10) hold NVFP4, each with a share of every layer",
    ]


def test_what_fits_has_the_best_of_the_formats_answered_for(facts: Facts, calibration: Calibration) -> None:
    found = best(facts, calibration, "qwen3-30b-a3b", "rtx-5090")
    assert found.verdict == "fits"
    assert found.best_quant is not None
    assert found.best_quant.quant.id == "q6_k"
    assert not found.instead


def test_a_model_too_large_for_all_says_how_many_its_smallest_format_takes(
    facts: Facts, calibration: Calibration
) -> None:
    found = best(facts, calibration, "kimi-k2", "dgx-spark")
    assert (found.best_quant, found.fewest_machines) == (None, None)
    nothing, machines, least = said(found)
    assert nothing == "no known format of Kimi-K2 fits"
    assert machines.startswith("up to 8 x ")
    assert least.startswith("IQ1_S (190.4 GiB), its smallest known format, takes 2 x ")


def test_a_context_too_long_for_every_format_is_what_is_blamed(facts: Facts, calibration: Calibration) -> None:
    found = best(facts, calibration, "llama-3.1-70b", "2x-rtx-3090", context_tokens=131072)
    assert said(found)[0] == "no known format of Llama-3.1-70B fits at this context"


def test_part_in_host_memory_names_what_needs_none(facts: Facts, calibration: Calibration) -> None:
    found = best(facts, calibration, "llama-3.1-70b", "rtx-4090+rtx-5070-ti")
    assert found.verdict == "fits-offloaded"
    assert [text for text in said(found) if "without host memory" in text] == said(found)
    assert said(found)
