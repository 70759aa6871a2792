"""Many requests at once: the three measured sweeps of one DGX Spark, their knees, and what stays without a prediction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.estimate.burst import Limit, Load
from advisor.estimate.case import Case, Demand, version_in_force
from advisor.estimate.footprint import footprint
from advisor.estimate.machine import machine
from advisor.estimate.serving import Serving
from advisor.evidence.batching import Batching
from advisor.evidence.calibration import Calibration
from advisor.evidence.concurrency import (
    MEMORY,
    SCHEDULER,
    Batched,
    Sweep,
    aggregate,
    at_once,
    batched,
    depth_of,
    load_of,
    peak_ops_s,
    server_limits,
    sweep,
)
from advisor.evidence.concurrency import learned as in_force
from advisor.evidence.predict import decode_speed
from advisor.evidence.prefill_speed import reading
from tests.estimate.small import card
from tests.evidence.invented import QUANTS, case, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts

LIMITED_TO_8 = Serving(max_requests=8)
PROMPT, OUTPUT = 1500, 400


@pytest.fixture(scope="module")
def learned(facts: Facts) -> Batching:
    """What rows of many requests taught."""
    return Batching.from_json(facts.extra("concurrency"))


def spark(facts: Facts, model: str, quant: str, serving: Serving = Serving()) -> Case:  # noqa: B008 - frozen
    """vLLM of April 2026 on a DGX Spark, started for the prompts and outputs of the sweeps."""
    runtime = facts.runtimes["vllm"]
    return Case(
        model=facts.models[model], quant=facts.quants[quant], container="safetensors", runtime=runtime,
        version=version_in_force(runtime, "2026-04"), backend="cuda",
        machine=machine(facts.hardware["dgx-spark"], facts.hardware.__getitem__),
        demand=Demand(context_tokens=PROMPT + OUTPUT, serving=serving, as_of="2026-04"),
    )  # fmt: skip


def ready(facts: Facts, calibration: Calibration, learned: Batching, asked: Case, depth: int) -> Batched:
    """The case, its prompts cached as they were in the sweeps: all requests ask the same of a server that keeps prefixes."""
    placed = footprint(asked, facts.quants.__getitem__)
    found = batched(facts, calibration, learned, asked, placed, depth, load=Load(output_tokens=OUTPUT))
    assert not isinstance(found, str), found
    return found


def swept(found: Batched) -> Sweep:
    """Its rates to 512 requests."""
    rates = sweep(found, 512)
    assert rates is not None
    return rates


@pytest.mark.parametrize(
    ("model", "quant", "serving", "measured", "why"),
    [
        ("nemotron-super-49b-v1.5", "nvfp4", Serving(), 256, MEMORY),
        ("gpt-oss-120b", "mxfp4", Serving(), 256, SCHEDULER),
        # Its container runs no more than eight at once; the model alone would go on.
        ("nemotron-nano-9b-v2", "nvfp4", LIMITED_TO_8, 8, SCHEDULER),
    ],
)
def test_knees_of_the_reference_sweeps_are_found_within_one_doubling(
    facts: Facts, calibration: Calibration, learned: Batching, model: str, quant: str, serving: Serving, measured: int, why: str
) -> None:  # fmt: skip
    rates = swept(ready(facts, calibration, learned, spark(facts, model, quant, serving), PROMPT + OUTPUT // 2))
    assert rates.knee is not None
    assert measured / 2 <= rates.knee.requests <= measured * 2
    assert rates.knee.why == why


def test_the_mixture_of_experts_sweep_is_predicted_from_one_request_to_its_regression(
    facts: Facts, calibration: Calibration, learned: Batching
) -> None:
    found = ready(facts, calibration, learned, spark(facts, "gpt-oss-120b", "mxfp4"), PROMPT + OUTPUT // 2)
    measured = {8: 123.39, 32: 252.3, 64: 373.27, 128: 564.71, 256: 862.84, 384: 771.17}
    for requests, aggregate_tok_s in measured.items():
        assert found.served(requests).aggregate_tok_s == pytest.approx(aggregate_tok_s, rel=0.15)
    assert found.served(384).aggregate_tok_s < found.served(256).aggregate_tok_s
    assert found.served(256).per_request_tok_s == pytest.approx(3.62, rel=0.15)


def test_a_shared_prompt_leaves_only_outputs_to_read(facts: Facts, calibration: Calibration, learned: Batching) -> None:
    found = ready(facts, calibration, learned, spark(facts, "nemotron-super-49b-v1.5", "nvfp4"), OUTPUT // 2)
    # One request alone is predicted a quarter too fast here, and the batches with it until computing takes over.
    for requests, aggregate_tok_s in {32: 161.9, 64: 289.0, 128: 490.68}.items():
        assert found.served(requests).aggregate_tok_s == pytest.approx(aggregate_tok_s, rel=0.27)


def test_one_request_gets_the_single_stream_rate(facts: Facts, calibration: Calibration, learned: Batching) -> None:
    asked = spark(facts, "gpt-oss-120b", "mxfp4")
    placed = footprint(asked, facts.quants.__getitem__)
    single = decode_speed(facts, calibration, asked, placed, 1000)
    assert not isinstance(single, str)
    assert aggregate(ready(facts, calibration, learned, asked, 1000), 1).tok_s == pytest.approx(single.tok_s)


def test_intervals_enclose_the_prediction_and_stay_below_the_ceiling(
    facts: Facts, calibration: Calibration, learned: Batching
) -> None:
    found = aggregate(ready(facts, calibration, learned, spark(facts, "gpt-oss-120b", "mxfp4"), 1000), 32)
    assert found.low_tok_s is not None
    assert found.tok_s is not None
    assert found.high_tok_s is not None
    assert found.low_tok_s < found.tok_s < found.high_tok_s <= found.ceiling_tok_s
    assert (found.basis, found.running, found.limited_by) == ("calibrated", 32, "reading weights")
    assert found.rows > 30


def test_requests_behind_the_limit_wait(facts: Facts, calibration: Calibration, learned: Batching) -> None:
    case_of_8 = ready(facts, calibration, learned, spark(facts, "nemotron-nano-9b-v2", "nvfp4", LIMITED_TO_8), 1000)
    found = aggregate(case_of_8, 64)
    assert (found.running, found.limited_by) == (8, SCHEDULER)
    assert found.tok_s == pytest.approx(aggregate(case_of_8, 8).tok_s)
    assert found.per_request_tok_s == pytest.approx((found.tok_s or 0) / 64)


def test_hardware_without_rows_widens_by_the_single_stream_interval(
    facts: Facts, calibration: Calibration, learned: Batching
) -> None:
    asked = spark(facts, "gpt-oss-20b", "mxfp4")
    elsewhere = replace(asked, machine=machine(facts.hardware["rtx-5090"], facts.hardware.__getitem__))
    here, there = (aggregate(ready(facts, calibration, learned, each, 1000), 8) for each in (asked, elsewhere))
    assert there.nearness == "other hardware"
    assert (there.high_tok_s or 0) / (there.low_tok_s or 1) > (here.high_tok_s or 0) / (here.low_tok_s or 1)


def test_llama_cpp_has_a_slot_a_request_so_memory_limits_it(facts: Facts) -> None:
    asked = case()
    placed = footprint(asked, QUANTS.__getitem__)
    assert server_limits(asked, placed, 37) == (Limit(37, MEMORY),)
    assert server_limits(asked, placed, None) == ()
    told = case(demand={"serving": LIMITED_TO_8})
    assert server_limits(told, placed, 37) == (Limit(8, SCHEDULER), Limit(37, MEMORY))
    large = spark(facts, "gpt-oss-20b", "mxfp4")
    on_h100 = replace(large, machine=machine(facts.hardware["h100-sxm-80"], facts.hardware.__getitem__))
    limits = [
        server_limits(each, footprint(each, facts.quants.__getitem__), None)[0].requests for each in (large, on_h100)
    ]
    assert limits == [256, 1024]


def test_what_nothing_teaches_has_only_a_ceiling_or_a_reason() -> None:
    asked = case()
    placed = footprint(asked, QUANTS.__getitem__)
    bare = batched(world(), Calibration(), Batching(), asked, placed, 0, max_concurrency=4)
    assert isinstance(bare, Batched)
    assert sweep(bare) is None
    for requests, why in ((2, "not predicted"), (9, MEMORY)):
        found = aggregate(bare, requests)
        assert (found.tok_s, found.basis, found.limited_by) == (None, "roofline", why)
        assert found.ceiling_tok_s > 0
    with pytest.raises(ValueError, match="no single-stream prediction"):
        bare.step(2)
    unsized = replace(asked, model=replace(asked.model, blocks={}, layout=()))
    assert "layers" in str(batched(world(), Calibration(), Batching(), unsized, placed, 0))
    hosted = replace(placed, placement=replace(placed.placement, host_read_bytes=10))
    assert "host memory" in str(batched(world(), Calibration(), Batching(), asked, hosted, 0))
    silent = replace(card(24, "silent"), bandwidth_gb_s=None)
    on_silent = replace(asked, machine=machine(silent, {"silent": silent}.__getitem__))
    placed_there = footprint(on_silent, QUANTS.__getitem__)
    assert "bandwidth" in str(batched(world(), Calibration(), Batching(), on_silent, placed_there, 0))


def test_a_narrowed_question_learns_batches_again_and_keeps_the_intervals(
    facts: Facts, calibration: Calibration, learned: Batching
) -> None:
    shipped = in_force(facts, calibration, None, frozenset())
    assert shipped.to_json() == learned.to_json()
    without = in_force(facts, calibration, None, frozenset({"devreng"}))
    assert without.rows < shipped.rows
    assert without.spreads == shipped.spreads
    assert in_force(facts, calibration, None, frozenset({"devreng"})) is without
    assert in_force(facts, Calibration(), "2026-01", frozenset()).rows == shipped.rows


def test_one_answer_for_the_asked_requests_with_its_knee_or_the_reason(facts: Facts, calibration: Calibration) -> None:
    asked = spark(facts, "gpt-oss-120b", "mxfp4").asked(concurrency=64)
    placed = footprint(asked, facts.quants.__getitem__)
    found = at_once(facts, calibration, asked, placed, 1000, max_concurrency=None)
    assert not isinstance(found, str)
    assert found[0].requests == 64
    assert found[1] is not None
    assert found[1].knee is not None
    hosted = replace(placed, placement=replace(placed.placement, host_read_bytes=10))
    assert "host memory" in str(at_once(facts, calibration, asked, hosted, 1000, max_concurrency=None))


def test_a_pool_that_holds_no_request_has_no_sweep(facts: Facts, calibration: Calibration, learned: Batching) -> None:
    found = ready(facts, calibration, learned, spark(facts, "gpt-oss-20b", "mxfp4", Serving(max_requests=0)), 1000)
    assert sweep(found) is None
    assert aggregate(found, 4).tok_s is None


def test_the_peak_is_the_highest_sourced_rate() -> None:
    device = replace(card(24), fp16_tflops=100.0, fp8_tflops=200.0, fp4_tflops=400.0, unverified=("fp4_tflops",))
    assert peak_ops_s(device) == 200e12
    assert peak_ops_s(card(24)) is None


def test_a_stated_prompt_is_read_before_the_outputs_and_slows_the_sum(facts: Facts, calibration: Calibration) -> None:
    plain = spark(facts, "gpt-oss-120b", "mxfp4").asked(concurrency=32)
    asked = replace(plain, demand=replace(plain.demand, as_of=None, prompt_tokens=PROMPT, output_tokens=OUTPUT))
    placed = footprint(asked, facts.quants.__getitem__)
    prompt = reading(facts, calibration, asked, placed)
    assert not isinstance(prompt, str)
    load = load_of(asked, prompt)
    assert (load.prompt_tokens, load.output_tokens, load.prefill_tok_s, load.chunk_tokens) == (
        PROMPT,
        OUTPUT,
        prompt.tok_s,
        2048,
    )
    found, alone = (
        at_once(facts, calibration, asked, placed, 1000, max_concurrency=None, prompt=each) for each in (prompt, None)
    )
    assert not isinstance(found, str)
    assert not isinstance(alone, str)
    assert (found[0].tok_s or 0) < (alone[0].tok_s or 0)
    assert (found[0].wall_s or 0) > 32 * load.prompt_s
    assert alone[0].load == Load(output_tokens=OUTPUT)


def test_a_cached_prompt_is_not_read_again(facts: Facts, calibration: Calibration) -> None:
    plain = spark(facts, "gpt-oss-120b", "mxfp4")
    asked = replace(plain, demand=replace(plain.demand, as_of=None, prompt_tokens=PROMPT, cached_share=0.8))
    prompt = reading(facts, calibration, asked, footprint(asked, facts.quants.__getitem__))
    assert not isinstance(prompt, str)
    assert load_of(asked, prompt).prompt_tokens == PROMPT // 5


def test_without_a_prompt_outputs_alone_are_counted_as_before() -> None:
    assert load_of(case(), None) == Load()
    assert load_of(case(demand={"output_tokens": 100}), None) == Load(output_tokens=100)
    assert load_of(case(demand={"prompt_tokens": 100}), None) == Load()


def test_all_decode_halfway_through_stated_outputs() -> None:
    assert depth_of(case(demand={"context_tokens": 4000})) == 4000
    assert depth_of(case(demand={"context_tokens": 4000, "depth_tokens": 7})) == 7
    assert depth_of(case(demand={"context_tokens": 4000, "prompt_tokens": 3000, "output_tokens": 1000})) == 3500
    assert depth_of(case(demand={"context_tokens": 4000, "prompt_tokens": 3000})) == 4000
