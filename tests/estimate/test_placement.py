"""Where bytes go, and when there is no room."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import units
from advisor.catalog.schema.hardware import Hardware, Member, UsableMemory
from advisor.catalog.schema.model import Model
from advisor.catalog.schema.runtime import Runtime, Version
from advisor.estimate.case import Case, Demand, version_in_force
from advisor.estimate.footprint import CannotRun, Footprint, footprint
from advisor.estimate.limits import max_concurrency, most_context_tokens
from advisor.estimate.machine import machine
from tests.estimate.small import DENSE, MOE, RUNTIME, card, quant, with_host


def case(
    hardware: Hardware, *members: Hardware, model: Model = DENSE, runtime: Runtime = RUNTIME, **demand: object
) -> Case:
    known = {h.id: h for h in (hardware, *members)}
    return Case(
        model=model, quant=quant("f16"), container="gguf", runtime=runtime, version=runtime.versions[0], backend="cuda",
        machine=machine(hardware, known.__getitem__), demand=Demand(**demand),  # type: ignore[arg-type]
    )  # fmt: skip


def fits(asked: Case) -> Footprint:
    return footprint(asked, quant)


MIB = units.MIB


def small_card(mib: int, name: str = "card") -> Hardware:
    return card(mib / 1024, name)


LEAN = replace(RUNTIME, margin_mib=0)


def test_everything_on_a_card_with_room() -> None:
    found = fits(case(card(24)))
    device, host = found.placement.uses
    assert found.placement.verdict == "fits"
    assert host.weights_bytes == found.weights.embedding_bytes
    assert device.weights_bytes + host.weights_bytes == found.weights.total_bytes
    assert device.kv_cache_bytes == found.kv_bytes


def test_a_card_that_is_too_small_says_by_how_much() -> None:
    found = fits(case(small_card(64), runtime=LEAN))
    assert found.placement.verdict == "does-not-fit"
    assert found.placement.short_bytes == found.placement.uses[0].used_bytes - 64 * MIB


@given(st.integers(32, 400), st.integers(0, 400))
def test_more_memory_never_turns_fits_into_does_not_fit(mib: int, more: int) -> None:
    if fits(case(small_card(mib), runtime=LEAN)).placement.verdict == "fits":
        assert fits(case(small_card(mib + more), runtime=LEAN)).placement.verdict == "fits"


@given(st.integers(1, 200_000), st.integers(60, 4000))
def test_the_largest_context_fits_and_one_more_cell_does_not(wanted: int, mib: int) -> None:
    asked = case(small_card(mib), runtime=LEAN, context_tokens=wanted)
    found = fits(asked)
    if found.placement.verdict != "fits":
        return
    largest = most_context_tokens(asked, found)
    assert largest >= min(wanted, DENSE.context_tokens or 0)
    assert fits(asked.asked(context_tokens=largest)).placement.verdict == "fits"
    if largest < (DENSE.context_tokens or 0):
        assert fits(asked.asked(context_tokens=largest + 1)).placement.verdict == "does-not-fit"


def test_the_most_requests_fit_and_one_more_does_not() -> None:
    asked = case(small_card(400), runtime=LEAN, context_tokens=8192)
    found = fits(asked)
    most = max_concurrency(asked, found)
    assert fits(asked.asked(concurrency=most)).placement.verdict == "fits"
    assert fits(asked.asked(concurrency=most + 1)).placement.verdict == "does-not-fit"


def test_experts_go_to_the_host_before_layers_do() -> None:
    device = small_card(260)
    found = fits(case(with_host(device, 16), device, model=MOE, runtime=LEAN))
    assert found.placement.verdict == "fits-offloaded"
    assert found.placement.host_experts_layers > 0
    assert found.placement.host_layers == 0
    assert "--n-cpu-moe" in found.placement.flags
    assert found.placement.host_read_bytes < sum(found.weights.expert_bytes)


def test_layers_of_a_dense_model_go_to_the_host_with_their_cache() -> None:
    device = small_card(90)
    found = fits(case(with_host(device, 16), device, runtime=LEAN))
    host = found.placement.uses[-1]
    assert found.placement.verdict == "fits-offloaded"
    assert found.placement.host_layers == 1 + (host.last_layer or 0)
    assert host.kv_cache_bytes > 0


def test_a_host_too_small_for_the_rest_does_not_help() -> None:
    device = small_card(60)
    found = fits(case(with_host(device, 0.05), device, runtime=LEAN))
    assert found.placement.verdict == "does-not-fit"


def test_layers_spread_over_two_cards_in_proportion_to_their_memory() -> None:
    device = card(24)
    found = fits(case(with_host(device, 64, count=2), device))
    first, second, _ = found.placement.uses
    # The output counts as a fifth layer: of five positions the first three lie below one half.
    assert (first.first_layer, first.last_layer) == (0, 2)
    assert (second.first_layer, second.last_layer) == (3, 3)


def test_memory_asked_to_be_kept_is_not_used() -> None:
    tight = fits(case(small_card(200), runtime=LEAN))
    assert tight.placement.verdict == "fits"
    kept = fits(case(small_card(200), runtime=LEAN, reserve_bytes=170 * MIB))
    assert kept.placement.verdict == "does-not-fit"


def test_what_somebody_saw_free_counts_rather_than_what_was_sold() -> None:
    seen = replace(card(24), usable=(UsableMemory(meaning="free at start", gib=22.0, source="s"),))
    pool = fits(case(seen)).placement.uses[0].pool
    assert (pool.free_bytes, pool.source) == (22 * units.GIB, "s")


def test_a_machine_of_unstated_memory_cannot_be_judged() -> None:
    with pytest.raises(CannotRun, match="not stated"):
        fits(case(replace(card(24), advertised_gb=None)))


PAGED = replace(RUNTIME, cache_rule="paged", memory_share=0.9, containers=("safetensors",), kv_types=("bf16",))


def test_a_runtime_that_takes_a_share_gets_that_share() -> None:
    pool = fits(case(card(10), runtime=PAGED)).placement.uses[0].pool
    assert pool.usable_bytes == round(0.9 * 10 * units.GIB)


def test_dividing_layers_over_unequal_cards_is_refused() -> None:
    one, other = card(24, "one"), card(16, "other")
    both = Hardware(
        id="both", name="both", vendor="v", kind="system", members=(Member(device="one"), Member(device="other"))
    )
    with pytest.raises(CannotRun, match="unequal"):
        fits(case(both, one, other, runtime=PAGED))


def test_dividing_layers_over_equal_cards_halves_what_each_holds() -> None:
    device = card(24)
    alone = fits(case(device, runtime=PAGED)).placement.uses[0]
    shared = fits(case(with_host(device, 64, count=2), device, runtime=PAGED)).placement.uses
    assert len(shared) == 2
    assert shared[0].weights_bytes == -(-alone.weights_bytes // 2)


def test_heads_must_divide_by_the_number_of_cards() -> None:
    device = card(24)
    with pytest.raises(CannotRun, match="heads"):
        fits(case(with_host(device, 64, count=3), device, runtime=PAGED))


def test_unified_memory_holds_everything_and_offload_frees_nothing() -> None:
    chip = replace(card(2), kind="unified soc")
    found = fits(case(chip, runtime=LEAN))
    assert [use.pool.name for use in found.placement.uses] == ["unified"]
    assert found.placement.uses[0].weights_bytes == found.weights.total_bytes


def test_the_version_in_force_is_the_newest_of_that_day() -> None:
    assert version_in_force(RUNTIME, "2026-02") == RUNTIME.versions[0]
    assert version_in_force(RUNTIME, "2025-12-31") is None


def test_versions_are_in_force_in_the_order_listed_however_exact_their_dates() -> None:
    dates = (("1", "2025-11-02"), ("2", "2025-11"), ("3", "2026"))
    several = replace(RUNTIME, versions=tuple(Version(version=name, date=date, source="s") for name, date in dates))
    found = [version_in_force(several, day) for day in ("2025-11-02", "2025-11-30", "2025", None)]
    assert [version.version for version in found if version] == ["2", "2", "2", "3"]


def test_a_cache_type_the_runtime_does_not_have_is_refused() -> None:
    with pytest.raises(CannotRun, match="fp8"):
        fits(case(card(24), kv_type="fp8"))
