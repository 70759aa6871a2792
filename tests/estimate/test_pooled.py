"""What runtimes with a pooled cache take, and how they divide a model over equal devices."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import units
from advisor.catalog.contents import Catalog
from advisor.catalog.schema.hardware import Hardware, UsableMemory
from advisor.catalog.schema.model import Attention, Block, Dense, Mamba2, Model
from advisor.catalog.schema.runtime import Overhead, Runtime, Version
from advisor.estimate.case import Case, Demand, version_in_force
from advisor.estimate.footprint import CannotRun, Footprint, footprint
from advisor.estimate.limits import max_concurrency, most_context_tokens
from advisor.estimate.machine import machine
from advisor.estimate.paged import Paging, plan
from advisor.estimate.serving import Serving, batch_tokens, pool_tokens_of, state_caching
from advisor.estimate.token_pool import TokenPool, default_share, token_pool
from tests.estimate.small import DENSE, EVERY_KIND, LATENT, MIXED, RECURRENT, RUNTIME, card, quant, with_host
from tests.estimate.small import model as stack

POOLED = replace(RUNTIME, cache_rule="paged", memory_share=0.9, block_tokens=16, kv_types=("bf16",))
TOKENS = replace(POOLED, pool_rule="tokens", memory_share=None)
MIB, GIB = units.MIB, units.GIB


def case(
    hardware: Hardware, *members: Hardware, model: Model = DENSE, runtime: Runtime = POOLED, **demand: object
) -> Case:
    known = {h.id: h for h in (hardware, *members)}
    return Case(
        model=model, quant=quant("f16"), container="safetensors", runtime=runtime, version=runtime.versions[0], backend="cuda",
        machine=machine(hardware, known.__getitem__), demand=Demand(**demand),  # type: ignore[arg-type]
    )  # fmt: skip


def found(asked: Case) -> Footprint:
    return footprint(asked, quant)


def several(count: int, gib: float = 24) -> tuple[Hardware, Hardware]:
    device = card(gib)
    return with_host(device, 64, count=count), device


def test_a_block_holds_whole_pages_of_every_layer() -> None:
    # 2 KV heads of 64, key and value, 2 bytes: 512 bytes a token and layer; 4 layers.
    made = plan(DENSE, Paging())
    assert made.block_bytes == 16 * 512 * 4
    assert made.request_blocks(17) == 2


def test_windows_hold_what_is_in_flight_and_one_block_more() -> None:
    made = plan(MIXED, Paging(in_flight_tokens=512))
    assert len(made.groups) == 2
    assert made.request_blocks(131072) == 131072 // 16 + (1024 - 1 + 512) // 16 + 1 + 1


def test_attention_blocks_grow_until_they_cover_the_recurrent_state() -> None:
    # State: 8 x 64 x 64 elements, convolution 3 x (2 x 4 x 64 + 8 x 64), 2 bytes each: 71,680 bytes; 512 bytes a token.
    made = plan(RECURRENT, Paging())
    assert {group.spec.block_tokens for group in made.groups} == {144}
    assert {group.spec.page_bytes for group in made.groups} == {144 * 512}
    wide = plan(RECURRENT, Paging(state_type="f32"))
    assert {group.spec.block_tokens for group in wide.groups} == {272}


def test_kept_states_and_drafted_tokens_take_blocks_of_their_own() -> None:
    held = {
        (caching, drafts): plan(RECURRENT, Paging(state_caching=caching, draft_tokens=drafts)).state_blocks
        for caching in ("none", "aligned", "checkpointed")
        for drafts in (0, 3)
    }
    assert held == {
        ("none", 0): 1, ("none", 3): 4, ("aligned", 0): 2, ("aligned", 3): 5, ("checkpointed", 0): 2, ("checkpointed", 3): 5,
    }  # fmt: skip
    mamba = Mamba2(heads=8, head_width=64, groups=1, state=64, conv_kernel=4)
    both = stack(Block(attention=Attention(heads=8, kv_heads=2, head_width=64), mamba2=mamba, dense=Dense(width=64)))
    assert plan(both, Paging(state_caching="checkpointed")).state_blocks == 3


def test_latent_vectors_are_kept_whole_on_every_device_and_heads_are_not() -> None:
    assert plan(LATENT, Paging(devices=2)).block_bytes == plan(LATENT, Paging()).block_bytes
    assert plan(DENSE, Paging(devices=2)).block_bytes * 2 == plan(DENSE, Paging()).block_bytes
    assert plan(DENSE, Paging(devices=4)).block_bytes == plan(DENSE, Paging(devices=2)).block_bytes


@pytest.mark.parametrize("model", EVERY_KIND, ids=lambda m: m.id)
@given(st.integers(1, 200_000), st.integers(1, 5000))
def test_longer_requests_never_take_fewer_blocks(model: Model, context: int, more: int) -> None:
    made = plan(model, Paging())
    assert made.request_blocks(context) <= made.request_blocks(context + more)


@pytest.mark.parametrize("model", EVERY_KIND, ids=lambda m: m.id)
def test_a_sweep_of_contexts_equals_one_by_one(model: Model) -> None:
    made, contexts = plan(model, Paging()), np.array([1, 16, 17, 4096, 131072])
    assert list(made.request_blocks(contexts) * np.ones(5)) == [made.request_blocks(int(c)) for c in contexts]


@given(st.integers(1, 100_000), st.integers(60, 4000))
def test_the_largest_context_fits_the_pool_and_the_next_block_does_not(wanted: int, mib: int) -> None:
    asked = case(card(mib / 1024), context_tokens=wanted)
    if found(asked).placement.verdict != "fits":
        return
    largest = most_context_tokens(asked, found(asked))
    assert found(asked.asked(context_tokens=largest)).placement.verdict == "fits"
    if largest < (DENSE.context_tokens or 0):
        assert found(asked.asked(context_tokens=largest + 1)).placement.verdict == "does-not-fit"


@pytest.mark.parametrize("runtime", [POOLED, TOKENS], ids=["blocks", "tokens"])
@pytest.mark.parametrize("model", [DENSE, MIXED, LATENT, RECURRENT], ids=lambda m: m.id)
def test_the_most_requests_are_what_the_pool_holds(model: Model, runtime: Runtime) -> None:
    asked = case(card(12), model=model, runtime=runtime, context_tokens=65536)
    held = found(asked)
    assert held.pool is not None
    assert max_concurrency(asked, held) == min(1024, int(held.pool.requests))


def test_used_is_what_is_asked_and_the_pool_is_what_is_left() -> None:
    held = found(case(card(10)))
    (use,) = held.placement.uses
    assert held.pool is not None
    assert held.pool.pool_bytes == use.pool.usable_bytes - use.weights_bytes - use.overhead_bytes
    assert use.used_bytes == use.weights_bytes + held.kv_bytes + held.state_bytes + use.overhead_bytes
    assert held.pool.tokens == held.pool.blocks * 16 if held.pool.blocks else False


def test_cache_of_all_devices_adds_up() -> None:
    hardware, device = several(2)
    held = found(case(hardware, device))
    assert held.kv_bytes == sum(use.kv_cache_bytes for use in held.placement.uses)
    assert held.placement.flags == "--max-model-len 8192 --tensor-parallel-size 2"


def test_kv_heads_are_copied_where_there_are_fewer_than_devices() -> None:
    hardware, device = several(4)
    alone, shared = found(case(device)), found(case(hardware, device))
    assert shared.placement.uses[0].kv_cache_bytes * 2 == alone.kv_bytes


def test_kv_heads_that_neither_divide_nor_copy_evenly_are_refused() -> None:
    hardware, device = several(4)
    odd = stack(Block(attention=Attention(heads=24, kv_heads=6, head_width=64), dense=Dense(width=64)))
    with pytest.raises(CannotRun, match="6 KV heads"):
        found(case(hardware, device, model=odd))


def test_a_share_gives_way_to_what_else_lives_there() -> None:
    held = found(case(card(24), resident_bytes=12 * GIB))
    assert held.placement.flags == "--max-model-len 8192 --gpu-memory-utilization 0.5"
    assert held.placement.uses[0].pool.usable_bytes == 12 * GIB


def test_a_share_that_gives_way_on_one_device_gives_way_on_all() -> None:
    hardware, device = several(2)
    held = found(case(hardware, device, resident_bytes=12 * GIB))
    assert [use.pool.usable_bytes for use in held.placement.uses] == [12 * GIB, 12 * GIB]
    assert held.placement.flags == "--max-model-len 8192 --tensor-parallel-size 2 --gpu-memory-utilization 0.5"


def test_a_share_gives_way_to_what_is_free_at_start_unless_it_was_asked_for() -> None:
    seen = replace(card(10), usable=(UsableMemory(meaning="free at start", gib=8.5, source="s"),))
    assert found(case(seen)).placement.uses[0].pool.usable_bytes == round(8.5 * GIB)
    held = found(case(seen, serving=Serving(memory_share=0.95)))
    assert held.placement.uses[0].pool.usable_bytes == pytest.approx(9.5 * GIB, abs=1)


def test_overhead_is_the_median_where_it_was_logged_and_the_least_seen_elsewhere() -> None:
    derived = Overhead(hardware="card", median_gib=4, lowest_gib=1, highest_gib=6, rows=("a", "b", "c"), source="s")
    logged = replace(POOLED, overhead=derived)
    assert found(case(card(24), runtime=logged)).placement.uses[0].overhead_bytes == 4 * GIB
    assert found(case(card(24, "other"), runtime=logged)).placement.uses[0].overhead_bytes == GIB
    rebadged = replace(card(24, "rebadge"), same_as="card")
    assert found(case(rebadged, runtime=logged)).placement.uses[0].overhead_bytes == 4 * GIB


def test_defaults_hold_from_the_version_that_changed_them() -> None:
    versions = (
        Version(version="1", date="2026-01-01", state_caching="none", pool_tokens_of="blocks", source="s"),
        Version(version="2", date="2026-03-01", pool_tokens_of="requests", source="s"),
        Version(version="3", date="2026-05-01", state_caching="aligned", source="s"),
    )
    runtime = replace(POOLED, versions=versions)
    assert [state_caching(runtime, v) for v in versions] == ["none", "none", "aligned"]
    assert [pool_tokens_of(runtime, v) for v in versions] == ["blocks", "requests", "requests"]


def test_batches_are_larger_on_large_cards_but_not_on_gb10() -> None:
    gb10 = replace(card(128), compute_capability="12.1")
    sizes = [batch_tokens(h, h.advertised_bytes or 0) for h in (card(24), card(80), card(192), gb10)]
    assert sizes == [2048, 8192, 16384, 2048]


def test_sglangs_share_leaves_its_reserve() -> None:
    # 24 GiB: 512 + 1.5 x 4096 + 128 + 2 x 48 + 8 x 50 graph sizes = 7,280 MB.
    assert default_share(24 * GIB, 1, latent=False, vision_parameters=0) == round((24576 - 7280) / 24576, 3)
    # Latent attention: 1,536 MB of graphs instead.
    assert default_share(24 * GIB, 1, latent=True, vision_parameters=0) == round((24576 - 8416) / 24576, 3)
    assert default_share(24 * GIB, 1, latent=False, vision_parameters=400_000_000) < 0.68


def test_sglang_splits_its_pool_between_state_and_cache() -> None:
    pool = TokenPool(full_bytes=1000, window_bytes=0, window_tokens=0, state_bytes=1_000_000)
    needed = pool.needed_bytes(100_000, 2)
    assert needed == round(200_000_000 * 1.9)
    assert pool.concurrency(needed, 100_000) == 2.0
    # Short requests are held back by their three states each.
    assert pool.needed_bytes(1, 10) == round(31 * 1_000_000 * 1.9 / 0.9)


def test_sglangs_windows_cost_four_fifths_of_a_token() -> None:
    pool = token_pool(MIXED, "bf16", 1, 2048)
    assert (pool.full_bytes, pool.window_bytes) == (2048, 2048)
    assert pool.token_bytes == 2048 * 1.8
    assert pool.request_tokens(100_000) == 100_000


def test_two_boxes_hold_half_the_weights_each_as_one_record_says(catalog: Catalog) -> None:
    record = catalog.records["conselara-qwen3-235b-startup"]
    runtime, hardware = catalog.runtimes["vllm"], catalog.hardware["2x-dgx-spark"]
    asked = Case(
        model=catalog.models["qwen3-235b-a22b"], quant=catalog.quants["int4-g128"], container="safetensors", runtime=runtime,
        version=version_in_force(runtime, "2026-05-03"), backend="cuda", machine=machine(hardware, catalog.hardware.__getitem__),
        demand=Demand(context_tokens=32768, kv_type="fp8", serving=Serving(memory_share=0.87)),
    )  # fmt: skip
    held = footprint(asked, catalog.quants.__getitem__)
    assert held.placement.verdict == "fits"
    assert len(held.placement.uses) == 2
    for use in held.placement.uses:
        assert units.to_gib(use.weights_bytes) == pytest.approx(float(record.other["weights_per_node_gib"]), rel=0.005)
        # 94 layers, 2 of 4 KV heads of 128 on each, one byte.
        assert use.kv_cache_bytes == 32768 * 94 * 2 * 2 * 128


BUDGETS = {
    "devreng-startup-qwen-3.6-35b-a3b-bf16": ("bf16", "bf16", 0, 0.05),
    "devreng-startup-nemotron-3-nano-4b-bf16": ("bf16", "fp8", 0, 0.05),
    "devreng-startup-nemotron-3-super-120b-a12b-nvfp4": ("nvfp4", "fp8", 3, 0.05),
    "teaql-nemotron-super-startup": ("nvfp4", "fp8", 0, 0.1),
}


@pytest.mark.parametrize("record_id", BUDGETS)
def test_the_pool_follows_from_the_share_of_memory(catalog: Catalog, record_id: str) -> None:
    """Within 5 % with many requests; a server started for one needs less beside its weights than is assumed."""
    record = catalog.records[record_id]
    quant_id, kv_type, drafts, tolerance = BUDGETS[record_id]
    runtime, hardware = catalog.runtimes["vllm"], catalog.hardware["dgx-spark"]
    asked = Case(
        model=catalog.models[record.model or ""], quant=catalog.quants[quant_id], container="safetensors", runtime=runtime,
        version=version_in_force(runtime, "2026-05-31"), backend="cuda", machine=machine(hardware, catalog.hardware.__getitem__),
        demand=Demand(
            context_tokens=record.conditions.max_context_tokens or 0, kv_type=kv_type,
            serving=Serving(memory_share=record.conditions.memory_utilisation, draft_tokens=drafts),
        ),
    )  # fmt: skip
    held = footprint(asked, catalog.quants.__getitem__)
    assert held.pool is not None
    assert units.to_gib(held.pool.pool_bytes) == pytest.approx(float(record.other["kv_cache_gib"]), rel=tolerance)


def test_the_overhead_follows_from_the_rows_it_names(catalog: Catalog) -> None:
    derived = catalog.runtimes["vllm"].overhead
    assert derived is not None
    visible = 121.69
    left = []
    for row in derived.rows:
        record = catalog.records[row]
        if "kv_cache_gib" in record.other:
            share = record.conditions.memory_utilisation or 0
            left.append(share * visible - float(record.other["model_load_gib"]) - float(record.other["kv_cache_gib"]))
    assert min(left) == pytest.approx(derived.lowest_gib, abs=0.01)
    assert max(left) <= derived.highest_gib
    assert sorted(left)[len(left) // 2] == pytest.approx(derived.median_gib, abs=0.01)
