"""Layers over unequal devices and experts on the host: what the flags of a plan mean when llama.cpp reads them."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.schema.model import Model
from advisor.estimate.arena import Arena
from advisor.estimate.kv_cache import CacheQuestion
from advisor.estimate.layered import Kept, Load, load, place_on_devices, spread
from advisor.estimate.offload import place_with_host, room_with_host
from advisor.estimate.placement import Placement, Pool
from advisor.estimate.split import layer_devices, stretches
from advisor.estimate.weights import weight_bytes
from advisor.units import GIB, MIB
from tests.estimate.small import DENSE, MOE, model, quant

DEEP = model(*MOE.blocks.values(), repeat=12, name="deep")
DEEP_DENSE = model(*DENSE.blocks.values(), repeat=12, name="deep-dense")
HOST = Pool("host", None, 64 * GIB, 64 * GIB, "", None, None)


def loaded(context: int = 4096, of: Model = DEEP) -> Load:
    return load(of, weight_bytes(of, quant("f16"), "gguf", quant), "llama.cpp", CacheQuestion(context_tokens=context))


def cards(*mib: int) -> tuple[Pool, ...]:
    return tuple(Pool(f"card{i}", None, size * MIB, size * MIB, "", None, i) for i, size in enumerate(mib))


def flag(plan: Placement, name: str) -> str | None:
    found = re.search(rf"{name} (\S+)", plan.flags)
    return found[1] if found else None


def spans_as_read(plan: Placement, pools: tuple[Pool, ...], layers: int) -> tuple[tuple[int, int], ...]:
    """The layers of each device as llama.cpp derives them from the flags."""
    split = flag(plan, "-ts")
    shares = tuple(map(float, split.split(","))) if split else tuple(float(pool.free_bytes) for pool in pools)
    return stretches(layer_devices(shares, layers, int(flag(plan, "-ngl") or 0)), len(pools), layers)


def spans_as_planned(plan: Placement) -> list[tuple[int, int] | None]:
    uses = [use for use in plan.uses if use.pool.device is not None]
    return [None if use.first_layer is None else (use.first_layer, (use.last_layer or 0) + 1) for use in uses]


def test_the_output_counts_as_a_layer_when_layers_are_handed_out() -> None:
    assert layer_devices((1.0, 1.0), 4, 99) == (0, 0, 0, 1, 1)
    assert layer_devices((24564.0, 16303.0), 16, 99).count(0) == 11
    assert layer_devices((1.0,), 4, 2) == (None, None, None, 0, 0)


@given(st.integers(40, 400), st.integers(40, 400), st.sampled_from([DEEP, DEEP_DENSE]))
def test_flags_read_again_give_the_same_layers(one: int, other: int, of: Model) -> None:
    found, pools = loaded(of=of), cards(one, other)
    plan = place_on_devices(pools, HOST, found)
    if plan.verdict != "fits":
        plan = place_with_host(pools, HOST, found) or plan
    if plan.verdict == "does-not-fit":
        return
    read = spans_as_read(plan, pools, found.layers)
    for planned, again in zip(spans_as_planned(plan), read, strict=True):
        assert planned is None or planned == again


@given(st.integers(40, 500), st.integers(0, 300))
def test_pools_sum_to_the_total_and_hold_all_weights(mib: int, second: int) -> None:
    found = loaded()
    pools = cards(mib, second) if second else cards(mib)
    plan = place_with_host(pools, HOST, found)
    if plan is None:
        return
    assert sum(use.used_bytes for use in plan.uses) == plan.total_bytes
    assert sum(use.weights_bytes for use in plan.uses) == found.weights.total_bytes
    assert sum(use.kv_cache_bytes for use in plan.uses) == sum(found.layer_kv_bytes)


@given(st.integers(60, 500))
def test_one_expert_layer_less_on_the_host_does_not_fit(mib: int) -> None:
    found, pools = loaded(), cards(mib)
    plan = place_with_host(pools, HOST, found)
    assert (plan is not None) == (room_with_host(pools, HOST, found) >= 0)
    if plan is None or plan.host_layers or plan.host_experts_layers < 2:
        return
    moved = int(flag(plan, "--n-cpu-moe") or 0) - 1
    sizes = zip(found.weights.layer_bytes, found.weights.expert_bytes, strict=True)
    kept = tuple(size - (experts if i < moved else 0) for i, (size, experts) in enumerate(sizes))
    uses, _ = spread(found, Kept(kept, expert_layers=moved), pools)
    assert any(use.short_bytes for use in uses)


def test_linked_boxes_keep_one_copy_of_the_graph_inputs() -> None:
    found, pools = loaded(65536), cards(2000, 2000)
    near = place_on_devices(pools, HOST, found).uses[0].compute_buffer_bytes
    far = place_on_devices(pools, HOST, replace(found, pipelined=False)).uses[0].compute_buffer_bytes
    assert near > 2 * far


@given(st.integers(1, 60_000), st.integers(1, 60_000))
def test_device_bytes_never_fall_with_more_context(one: int, other: int) -> None:
    less, more = sorted((one, other))
    pools = cards(4000)
    few, many = (place_on_devices(pools, HOST, loaded(context)).uses[0] for context in (less, more))
    assert few.used_bytes <= many.used_bytes


def test_a_gap_is_filled_best_fit_and_the_buffer_grows_only_past_the_end() -> None:
    arena = Arena()
    small, between, large = arena.take(1024), arena.take(128), arena.take(4096)
    tail = arena.take(128)
    arena.give(small, large)
    assert arena.take(1000)[0] == small[0]
    assert arena.take(2048)[0] == large[0]
    assert arena.take(4096)[0] == tail[0] + 128
    arena.give(between)
    assert arena.peak == tail[0] + 128 + 4096
