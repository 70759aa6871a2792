"""Searches over formats and numbers of machines are exact, whatever model, machine, runtime, context and number of requests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.catalog.find import several
from advisor.decide.best_quant import best_quant, known_formats
from advisor.decide.cases import Excluded, cases, cases_in
from advisor.decide.fewest_machines import MOST_MACHINES, fewest_machines, links_up
from advisor.decide.question import Question
from advisor.estimate.case import Demand
from advisor.estimate.footprint import CannotRun, footprint
from advisor.estimate.limits import limits
from advisor.estimate.machine import Setup, machine
from advisor.units import GIB

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.estimate.case import Case
    from advisor.estimate.footprint import Footprint

MODELS = ("llama-3.1-8b", "llama-3.1-70b", "qwen3-30b-a3b", "qwen3-235b-a22b", "gpt-oss-120b", "gemma-3-27b", "glm-4.7-flash", "qwen3-next-80b-a3b",
          "nemotron-nano-9b-v2")  # fmt: skip
MACHINES = (
    "dgx-spark",
    "strix-halo-128",
    "rtx-4090",
    "rtx-3060-12",
    "gtx-1060-6",
    "apple-m4-max-128",
    "apple-m3-ultra-512",
    "h100-sxm-80",
)
SEVERAL = ("2x-dgx-spark", "rtx-4090+rtx-5070-ti")
RUNTIMES = ("llama.cpp", "ollama", "vllm", "sglang", "mlx")
questions = {
    "model": st.sampled_from(MODELS), "runtime": st.sampled_from(RUNTIMES), "context": st.integers(1, 131_072),
    "concurrency": st.sampled_from([1, 1, 2, 7]),
}  # fmt: skip
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def asked(
    facts: Facts, model: str, hardware: str, runtime: str, context: int, concurrency: int, host_gib: int = 0
) -> Question:
    return Question(
        model=facts.models[model], hardware=facts.hardware[hardware], runtime=facts.runtimes[runtime],
        demand=Demand(context_tokens=context, concurrency=concurrency), setup=Setup(host_bytes=host_gib * GIB or None),
    )  # fmt: skip


def answered(facts: Facts, case: Case) -> Footprint | None:
    try:
        return footprint(case, facts.quants.__getitem__)
    except CannotRun:
        return None


@few
@given(hardware=st.sampled_from(MACHINES + SEVERAL), **questions)
def test_of_all_known_formats_none_that_fits_has_more_bits(
    facts: Facts, model: str, hardware: str, runtime: str, context: int, concurrency: int
) -> None:
    question = asked(facts, model, hardware, runtime, context, concurrency)
    every = cases_in(facts, question, known_formats(facts, question.model))
    plans = [(case, answered(facts, case)) for case in every if not isinstance(case, Excluded)]
    fitting = [
        (case.quant.bits_per_weight, plan.weights.total_bytes) for case, plan in plans if plan and plan.placement.verdict == "fits"
    ]  # fmt: skip
    best = best_quant(facts, question)
    assert (best and (best.quant.bits_per_weight, best.weights_bytes)) == max(fitting, default=None)


@few
@given(hardware=st.sampled_from(MACHINES), **questions)
def test_so_many_machines_hold_it_and_no_fewer_do(
    facts: Facts, model: str, hardware: str, runtime: str, context: int, concurrency: int
) -> None:
    question = asked(facts, model, hardware, runtime, context, concurrency)
    most = MOST_MACHINES if links_up(facts, question.hardware) else 1
    for case in cases(facts, question):
        plan = None if isinstance(case, Excluded) else answered(facts, case)
        if isinstance(case, Excluded) or plan is None:
            continue
        holding = []
        for count in range(1, most + 1):
            together = machine(several(facts, question.hardware, count), facts.hardware.__getitem__)
            spread = answered(facts, replace(case, machine=together))
            if spread and spread.placement.verdict == "fits":
                holding.append(count)
        found = fewest_machines(facts, case, plan.weights)
        assert (found.count if found else None) == min(holding, default=None), case.quant.id


@few
@given(hardware=st.sampled_from(MACHINES + SEVERAL), host_gib=st.sampled_from([0, 64]), **questions)
def test_limits_run_and_one_more_does_not(
    facts: Facts, model: str, hardware: str, runtime: str, context: int, concurrency: int, host_gib: int
) -> None:
    for case in cases(facts, asked(facts, model, hardware, runtime, context, concurrency, host_gib)):
        plan = None if isinstance(case, Excluded) else answered(facts, case)
        if isinstance(case, Excluded) or plan is None:
            continue
        reach = limits(case, plan)
        runs = {"fits"} if plan.placement.verdict == "fits" else {"fits", "fits-offloaded"}

        def running(case: Case, runs: set[str] = runs, **changed: int) -> bool:
            other = answered(facts, case.asked(**changed))
            return other is not None and other.placement.verdict in runs

        most, requests, trained = reach.most_context_tokens_asked, reach.max_concurrency, case.model.context_tokens or 0
        assert not most or running(case, context_tokens=most)
        assert most >= trained or not running(case, context_tokens=most + 1), (case.quant.id, reach)
        assert not requests or running(case, concurrency=requests)
        assert requests >= 1024 or not running(case, concurrency=requests + 1), (case.quant.id, reach)
