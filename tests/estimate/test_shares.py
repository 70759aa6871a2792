"""A step in several memories: nothing is lost between them, and what stands on the host is read there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.decode import Efficiency, step_s, traffic
from advisor.estimate.footprint import footprint
from advisor.estimate.machine import machine
from advisor.estimate.shares import Costed, Split, experts_read_bytes, split_of, step_of
from advisor.estimate.weights import Weights, weight_bytes
from advisor.evidence.observations import stages
from tests.estimate.small import DENSE, EVERY_KIND, MOE, card, with_host
from tests.evidence.invented import QUANTS, case

if TYPE_CHECKING:
    from advisor.estimate.case import Case

EFFICIENCY = Efficiency(weights=0.7, kv=1.2, layer_s=30e-6, attention_s=1e-12)


def sized(model: object = MOE) -> Weights:
    return weight_bytes(model, QUANTS["q8_0"], "gguf", QUANTS.__getitem__)  # type: ignore[arg-type]


@given(model=st.sampled_from(EVERY_KIND), on_host=st.integers(0, 8), cut=st.integers(0, 8), share=st.floats(0, 1),
       depth=st.integers(0, 65536))  # fmt: skip
def test_the_shares_add_up_to_the_whole(model: object, on_host: int, cut: int, share: float, depth: int) -> None:
    layers = len(model.layer_names)  # type: ignore[attr-defined]
    first = min(on_host, layers)
    middle = min(max(cut, first), layers)
    weights = sized(model)
    experts = share * experts_read_bytes(weights, first, layers)
    split = Split(first, experts, ((first, middle), (middle, layers)))
    step = step_of(model, weights, split, depth, "f16", "f16")  # type: ignore[arg-type]
    whole = traffic(model, weights, depth, "f16", "f16")  # type: ignore[arg-type]
    for name in ("weights_bytes", "expert_bytes", "kv_bytes", "attention_ops"):
        assert sum(float(getattr(each.moved, name)) for each in step.shares) == pytest.approx(
            float(getattr(whole, name))
        )
    totals: dict[str, float] = {}
    for each in step.shares:
        for kind, number in each.stages:
            totals[kind] = totals.get(kind, 0.0) + number
    assert totals == pytest.approx(dict(stages(model)))  # type: ignore[arg-type]


def test_one_device_with_everything_takes_what_one_device_takes() -> None:
    step = step_of(DENSE, sized(DENSE), Split(0, 0.0, ((0, 4),)), 4096, "f16", "f16")
    (share,) = step.shares
    assert (share.device, step.host_trips) == (0, 0)
    expected = step_s(traffic(DENSE, sized(DENSE), 4096, "f16", "f16"), 1e12, EFFICIENCY)
    assert Costed(share, 1e12, EFFICIENCY).seconds == pytest.approx(float(expected))


def test_experts_on_the_host_leave_the_cache_on_the_device_and_cross_once_a_layer() -> None:
    weights = sized()
    step = step_of(MOE, weights, Split(0, experts_read_bytes(weights, 0, 3), ((0, 4),)), 4096, "f16", "f16")
    host = next(share for share in step.shares if share.device is None)
    assert host.moved.weights_bytes == pytest.approx(experts_read_bytes(weights, 0, 3))
    assert (float(host.moved.kv_bytes), step.host_trips, dict(host.stages)) == (0.0, 3, {"moe": 0.75})


def test_whole_layers_on_the_host_take_their_cache_with_them_and_cross_once() -> None:
    step = step_of(MOE, sized(), Split(3, 0.0, ((3, 4),)), 4096, "f16", "f16")
    host, device = (next(s for s in step.shares if (s.device is None) == here) for here in (True, False))
    assert float(host.moved.kv_bytes) == pytest.approx(3 * float(device.moved.kv_bytes))
    assert step.host_trips == 1


def test_everything_on_the_host_crosses_nowhere() -> None:
    step = step_of(MOE, sized(), Split(4, 0.0, ((4, 4),), output_on_host=True), 0, "f16", "f16")
    assert [share.device for share in step.shares] == [None]
    assert step.host_trips == 0


def test_a_layer_that_stands_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="layer 1 stands nowhere"):
        step_of(DENSE, sized(DENSE), Split(0, 0.0, ((0, 1),)), 0, "f16", "f16")


def test_what_depth_costs_is_the_cache_and_attention() -> None:
    (deep,), (empty,) = (
        step_of(DENSE, sized(DENSE), Split(0, 0.0, ((0, 4),)), depth, "f16", "f16").shares for depth in (8192, 0)
    )
    costed = Costed(deep, 1e12, EFFICIENCY)
    assert costed.depth_seconds == pytest.approx(costed.seconds - Costed(empty, 1e12, EFFICIENCY).seconds)


def offloaded(gib: float, model: object = MOE) -> Case:
    small = card(gib, "small")
    box = with_host(small, 16)
    known = {each.id: each for each in (small, box)}
    return case(model=model, machine=machine(box, known.__getitem__), quant=QUANTS["f16"])


@pytest.mark.parametrize(("gib", "model"), [(100 / 1024, MOE), (84 / 1024, MOE), (70 / 1024, MOE), (80 / 1024, DENSE)])
def test_a_plan_partly_on_the_host_reads_there_what_the_plan_says(gib: float, model: object) -> None:
    asked = offloaded(gib, model)
    found = footprint(asked, QUANTS.__getitem__)
    assert found.placement.verdict == "fits-offloaded"
    step = step_of(asked.model, found.weights, split_of(found.placement, found.weights), 0, "f16", "f16")
    host = sum(share.moved.weights_bytes for share in step.shares if share.device is None)
    assert host == pytest.approx(found.placement.host_read_bytes, rel=1e-6)


def test_the_output_may_stand_on_a_device_that_holds_no_layer() -> None:
    step = step_of(MOE, sized(), Split(4, 0.0, ((0, 0),)), 0, "f16", "f16")
    output = next(share for share in step.shares if share.device == 0)
    assert (output.stages, step.host_trips) == ((), 1)
    assert output.moved.weights_bytes > 0
