"""Speculative decoding: what a step yields, what it takes, and that it is said beside the plain prediction only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.decide.choose import answer
from advisor.decide.question import Question
from advisor.estimate.case import Demand
from advisor.estimate.concurrency import Costs, Scaling, moved, parts
from advisor.estimate.speculation import checking_s, drafting_s, tokens_a_step
from advisor.estimate.weights import weight_bytes
from tests.estimate.small import DENSE, MOE
from tests.evidence.invented import QUANTS

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration

COSTS = Costs(weight_s=1e-12, kv_s=1.2e-12, fixed_s=1e-4, compute_ops_s=None)
SCALING = Scaling(routing=4.0, weights=1.1, kv=1.0)
MOE_WEIGHTS = weight_bytes(MOE, QUANTS["f16"], "gguf", QUANTS.__getitem__)


@given(acceptance=st.floats(0, 0.999), drafted=st.integers(1, 16))
def test_tokens_a_step_are_those_of_the_paper(acceptance: float, drafted: int) -> None:
    closed = (1 - acceptance ** (drafted + 1)) / (1 - acceptance)
    assert tokens_a_step(acceptance, drafted) == pytest.approx(closed)
    assert 1 <= tokens_a_step(acceptance, drafted) <= drafted + 1


def test_everything_accepted_yields_all_and_one_more() -> None:
    assert tokens_a_step(1.0, 3) == 4


def test_checking_nothing_is_a_plain_step_and_more_tokens_read_more_experts() -> None:
    found = moved(MOE, MOE_WEIGHTS, 8192, "f16", "f16")
    assert checking_s(found, COSTS, SCALING, 0) == pytest.approx(float(parts(found, COSTS, SCALING, 1).total_s))
    times = [checking_s(found, COSTS, SCALING, drafted) for drafted in (1, 2, 4, 8)]
    assert times == sorted(times)
    assert times[-1] < float(parts(found, COSTS, SCALING, 9).total_s)


def test_a_pass_of_the_drafter_is_a_layer_and_the_head() -> None:
    weights = weight_bytes(DENSE, QUANTS["f16"], "gguf", QUANTS.__getitem__)
    found = moved(DENSE, weights, 0, "f16", "f16")
    assert drafting_s(DENSE, weights, found, COSTS) == pytest.approx(
        1e-12 * ((weights.always_read_bytes - weights.head_bytes) / 4 + weights.head_bytes) + 1e-4 / 4
    )


def asked(facts: Facts, **demand: object) -> Question:
    return Question(
        model=facts.models["gpt-oss-120b"], hardware=facts.hardware["dgx-spark"], runtime=facts.runtimes["llama.cpp"],
        quant=facts.quants["mxfp4"], demand=Demand(**demand),  # type: ignore[arg-type]
    )  # fmt: skip


def test_it_is_said_only_when_asked_and_leaves_the_plain_prediction_alone(
    facts: Facts, calibration: Calibration
) -> None:
    (plain,) = answer(facts, calibration, asked(facts))
    (found,) = answer(facts, calibration, asked(facts, acceptance=0.7, draft_tokens=3))
    assert found.decode == plain.decode
    assert not any("speculative" in each.words for each in plain.notes)
    (said,) = (each for each in found.notes if "speculative" in each.words)
    values = dict(said.values)
    assert values["yielded_times"] == pytest.approx(tokens_a_step(0.7, 3))
    assert float(str(values["speculative_tok_s"])) > 0
    assert "no row tests this" in said.words


def test_where_nothing_teaches_the_step_no_rate_is_given(facts: Facts, calibration: Calibration) -> None:
    question = replace(asked(facts, acceptance=0.5), hardware=facts.hardware["2x-dgx-spark"])
    (found,) = answer(facts, calibration, question)
    (said,) = (each for each in found.notes if "speculative" in each.words)
    assert "speculative_tok_s" not in dict(said.values)
