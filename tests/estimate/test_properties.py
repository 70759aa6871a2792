"""What holds of every placement, whatever the runtime, machine, model and format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from advisor import units
from advisor.catalog import find
from advisor.decide.cases import Excluded, cases
from advisor.decide.question import Question
from advisor.estimate.cannot import CannotRun
from advisor.estimate.case import Demand
from advisor.estimate.footprint import Footprint, footprint, loadable, placed, verdict_unplanned
from advisor.estimate.kv_cache import TYPE_BYTES

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog
    from advisor.estimate.case import Case

# Attention of every kind, windows, latent vectors, gated delta, Mamba, experts; a machine of every shape that the runtime drives.
MODELS = {
    "gguf": [
        ("llama-3.1-8b", "q4_k_m"), ("gemma-3-27b", "q4_k_m"), ("gpt-oss-20b", "mxfp4"), ("glm-4.7-flash", "q8_0"), ("qwen3-coder-next", "q4_k_m"),
        ("nemotron-3-nano-30b-a3b", "q4_k_m"), ("qwen3-30b-a3b", "q8_0"), ("llama-3.1-70b", "q4_k_m"),
    ],
    "safetensors": [
        ("llama-3.1-8b", "bf16"), ("gpt-oss-120b", "mxfp4"), ("gemma-3-27b", "bf16"), ("qwen3.6-35b-a3b", "fp8"), ("glm-4.7-flash", "bf16"),
        ("nemotron-3-nano-30b-a3b", "bf16"),
    ],
    "mlx": [("llama-3.1-8b", "mlx-4bit"), ("qwen3-30b-a3b", "mlx-4bit"), ("gemma-3-27b", "mlx-4bit")],
}  # fmt: skip
SERVERS = {
    "llama.cpp": ("llama.cpp", None, "gguf", ["rtx-4090", "rtx-4090+rtx-5070-ti", "dgx-spark", "apple-m5-max-128", "2x dgx-spark"]),
    "ollama": ("ollama", None, "gguf", ["rtx-4090", "rtx-4090+rtx-5070-ti", "dgx-spark"]),
    "ollama of 2025": ("ollama", "2025-12-01", "gguf", ["rtx-4090", "rtx-4090+rtx-5070-ti", "dgx-spark"]),
    "vllm": ("vllm", None, "safetensors", ["rtx-5090", "dgx-spark", "2x dgx-spark"]),
    "sglang": ("sglang", None, "safetensors", ["rtx-5090", "dgx-spark", "2x dgx-spark"]),
    "mlx": ("mlx", None, "mlx", ["apple-m5-max-128"]),
}  # fmt: skip
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
contexts = st.integers(1, 200_000)


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def draw_case(catalog: Catalog, server: str, data: st.DataObject, **asked: Any) -> Case:
    """A case of that server on one of its machines; settings that mean nothing to it are passed over."""
    runtime, as_of, container, machines = SERVERS[server]
    model, quant = data.draw(st.sampled_from(MODELS[container]))
    question = Question(
        model=catalog.models[model], hardware=find.hardware(catalog, data.draw(st.sampled_from(machines))), quant=find.quant(catalog, quant),
        runtime=catalog.runtimes[runtime], demand=Demand(as_of=as_of, **asked),
    )  # fmt: skip
    (found,) = cases(catalog, question)
    assume(not isinstance(found, Excluded))
    assert not isinstance(found, Excluded)
    return found


def answered(catalog: Catalog, case: Case) -> Footprint:
    """Where the bytes go; a case that cannot run at all is passed over."""
    try:
        return footprint(case, catalog.quants.__getitem__)
    except CannotRun:
        assume(condition=False)
        raise


def never_less(one: Footprint, more: Footprint) -> None:
    """Cache and state never fall; nor does the whole, unless part of it moves to the host and takes other buffers there."""
    assert one.kv_bytes + one.state_bytes <= more.kv_bytes + more.state_bytes
    verdicts = {one.placement.verdict, more.placement.verdict}
    if "fits-offloaded" not in verdicts:
        assert one.placement.total_bytes <= more.placement.total_bytes * (1 + OTHER_SPLIT)


OTHER_SPLIT = 0.002
"""Where a split over unequal cards has to be another one, buffers differ by less than that share of the whole."""


@QUICK
@given(data=st.data(), one=contexts, other=contexts)
def test_more_context_never_takes_less(
    catalog: Catalog, server: str, data: st.DataObject, one: int, other: int
) -> None:
    case = draw_case(catalog, server, data)
    short, long = (answered(catalog, case.asked(context_tokens=context)) for context in sorted((one, other)))
    never_less(short, long)


@QUICK
@given(data=st.data(), context=st.integers(1, 32_768), requests=st.integers(1, 31))
def test_more_requests_never_take_less(
    catalog: Catalog, server: str, data: st.DataObject, context: int, requests: int
) -> None:
    case = draw_case(catalog, server, data, context_tokens=context)
    fewer, more = (answered(catalog, case.asked(concurrency=count)) for count in (requests, requests + 1))
    never_less(fewer, more)


@QUICK
@given(data=st.data(), context=st.integers(4096, 131_072))
def test_a_wider_cache_type_never_takes_less(catalog: Catalog, server: str, data: st.DataObject, context: int) -> None:
    case = draw_case(catalog, server, data, context_tokens=context)
    types = sorted(case.runtime.kv_types, key=TYPE_BYTES.__getitem__)
    narrow = data.draw(st.sampled_from(types))
    wide = data.draw(st.sampled_from(types[types.index(narrow) :]))
    found = [answered(catalog, replace(case, demand=replace(case.demand, kv_type=name))) for name in (narrow, wide)]
    assert found[0].kv_bytes <= found[1].kv_bytes


@QUICK
@given(data=st.data(), context=contexts, requests=st.integers(1, 8))
def test_pools_add_up(catalog: Catalog, server: str, data: st.DataObject, context: int, requests: int) -> None:
    case = draw_case(catalog, server, data, context_tokens=context, concurrency=requests)
    found = answered(catalog, case)
    plan, weights = found.placement, found.weights
    assert plan.total_bytes == sum(use.used_bytes for use in plan.uses)
    for use in plan.uses:
        parts = (use.weights_bytes, use.kv_cache_bytes, use.state_bytes, use.compute_buffer_bytes, use.overhead_bytes)
        assert use.used_bytes == sum(parts)
        assert min(parts) >= 0
    assert sum(use.kv_cache_bytes for use in plan.uses) == found.kv_bytes
    assert sum(use.state_bytes for use in plan.uses) == found.state_bytes
    tied = weights.embedding_bytes if weights.tied else 0
    held = sum(use.weights_bytes for use in plan.uses)
    # Draft layers stay in the file; a tied embedding may stand twice; tensors divided over devices round up.
    assert (
        weights.total_bytes - weights.draft_bytes - len(plan.uses)
        <= held
        <= weights.total_bytes + tied + len(plan.uses)
    )


@QUICK
@given(data=st.data(), context=contexts)
def test_a_fit_leaves_no_pool_short(catalog: Catalog, server: str, data: st.DataObject, context: int) -> None:
    plan = answered(catalog, draw_case(catalog, server, data, context_tokens=context)).placement
    short = [use for use in plan.uses if use.short_bytes]
    assert (plan.verdict == "does-not-fit") or not short
    assert (plan.short_bytes > 0) == (plan.verdict != "fits")


@QUICK
@given(data=st.data(), context=contexts, requests=st.integers(1, 8), host_gib=st.sampled_from([None, 0, 8, 64]))
def test_a_verdict_without_a_plan_is_that_of_the_plan(
    catalog: Catalog, server: str, data: st.DataObject, context: int, requests: int, host_gib: int | None
) -> None:
    case = draw_case(catalog, server, data, context_tokens=context, concurrency=requests)
    case = replace(case, machine=replace(case.machine, host_bytes=None if host_gib is None else host_gib * units.GIB))
    try:
        weights = loadable(case, catalog.quants.__getitem__)
        planned = placed(case, weights).placement.verdict
    except CannotRun:
        assume(condition=False)
        raise
    assert verdict_unplanned(case, weights) in {None, planned}


def test_one_device_needs_no_plan_for_a_verdict(catalog: Catalog) -> None:
    for model, told in (("gpt-oss-20b", "fits"), ("gpt-oss-120b", "does-not-fit")):
        question = Question(
            model=catalog.models[model], hardware=catalog.hardware["rtx-4090"], quant=catalog.quants["mxfp4"],
            runtime=catalog.runtimes["llama.cpp"],
        )  # fmt: skip
        (case,) = cases(catalog, question)
        assert not isinstance(case, Excluded)
        assert verdict_unplanned(case, loadable(case, catalog.quants.__getitem__)) == told


@QUICK
@given(data=st.data(), context=contexts)
def test_layers_stand_in_order_and_none_twice(catalog: Catalog, server: str, data: st.DataObject, context: int) -> None:
    if server in {"vllm", "sglang"}:
        pytest.skip("every layer is divided over all devices")
    found = answered(catalog, draw_case(catalog, server, data, context_tokens=context))
    spans = [
        (use.first_layer, use.last_layer)
        for use in found.placement.uses
        if use.first_layer is not None and use.last_layer is not None
    ]
    held = [layer for first, last in spans for layer in range(first, last + 1)]
    assert sorted(held) == list(range(len(found.weights.layer_bytes)))
