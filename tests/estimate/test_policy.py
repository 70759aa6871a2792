"""What is said of the memory policy beside the verdict."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import units
from advisor.catalog import find
from advisor.catalog.contents import Catalog
from advisor.catalog.schema.hardware import Hardware, UsableMemory
from advisor.catalog.schema.runtime import Backend
from advisor.estimate.case import Case, Demand
from advisor.estimate.footprint import CannotRun, Footprint, footprint
from advisor.estimate.machine import Setup, machine
from tests.estimate.small import DENSE, MOE, RUNTIME, card, quant, with_host

GIB, MIB = units.GIB, units.MIB
LEAN = replace(
    RUNTIME, backends={"cuda": Backend(platforms=("cuda",), context_mib=0, source="s"), "other": Backend(platforms=("cuda",), source="s")},
    splits=replace(RUNTIME.splits, nodes=True),
)  # fmt: skip
SHARED = replace(
    card(1, "soc"), kind="unified soc", platform="rocm",
    usable=(
        UsableMemory(meaning="free at start", gib=0.3, os="linux", setting="the switch on", source="s"),
        UsableMemory(meaning="policy", gib=0.05, os="linux", source="s"),
        UsableMemory(meaning="reached", gib=0.9, os="linux", setting="the switch at its most", source="s"),
        UsableMemory(meaning="policy", gib=0.8, os="windows", setting="the other switch", source="s"),
    ),
)  # fmt: skip
MAC = replace(
    card(1, "mac"), kind="unified soc", platform="metal",
    usable=(UsableMemory(meaning="wired limit", gib=0.125, os="macos", source="s"),),
)  # fmt: skip


def asked(hardware: Hardware, *members: Hardware, setup: Setup | None = None, **demand: object) -> Case:
    known = {each.id: each for each in (hardware, *members)}
    return Case(
        model=demand.pop("model", DENSE), quant=quant("f16"), container="gguf", runtime=LEAN, version=LEAN.versions[0],  # type: ignore[arg-type]
        backend="cuda", machine=machine(hardware, known.__getitem__, setup or Setup()), demand=Demand(**demand),  # type: ignore[arg-type]
    )  # fmt: skip


def answered(case: Case) -> Footprint:
    return footprint(case, quant)


def notes(case: Case) -> list[str]:
    return [each.words for each in answered(case).notes]


def test_settings_that_change_the_verdict_are_named_and_others_are_not() -> None:
    fits = asked(SHARED)
    assert answered(fits).placement.verdict == "fits"
    assert notes(fits) == ["as the machine comes, without a setting, the GPU has {memory_bytes}: it does not fit"]
    large = asked(SHARED, context_tokens=131072)
    assert answered(large).placement.verdict == "does-not-fit"
    assert notes(large) == ["with the switch at its most the GPU has {memory_bytes}: it fits"]


def test_no_other_setting_is_named_where_the_person_says_which_is_in_force() -> None:
    assert notes(asked(SHARED, setup=Setup(device_bytes=300 * MIB))) == []


def test_settings_of_another_system_are_not_named() -> None:
    assert notes(asked(SHARED, setup=Setup(os="windows"), context_tokens=131072)) == []


@given(st.integers(8192, 131072))
def test_the_limit_named_for_a_mac_is_the_smallest_with_which_it_fits(context: int) -> None:
    case = asked(MAC, context_tokens=context)
    said = [text for text in notes(case) if "iogpu" in text]
    if answered(case).placement.verdict == "fits":
        assert said == []
        return
    (text,) = said
    limit_mib = int(text.split("iogpu.wired_limit_mb=")[1].split(",")[0])
    assert answered(case.given(limit_mib * MIB)).placement.verdict == "fits"
    assert answered(case.given((limit_mib - 1) * MIB)).placement.verdict == "does-not-fit"


def test_no_limit_is_named_that_would_leave_macos_nothing() -> None:
    assert notes(asked(replace(MAC, advertised_gb=0.126), context_tokens=131072)) == []


def test_windows_without_a_figure_is_said_and_not_guessed() -> None:
    one = card(24)
    assert [text for text in notes(asked(one, setup=Setup(os="windows"))) if text.startswith("Windows keeps part")]
    seen = replace(one, usable=(UsableMemory(meaning="free at start", gib=22.0, os="windows", source="w"),))
    assert notes(asked(seen, setup=Setup(os="windows"))) == []
    assert notes(asked(one, setup=Setup(os="windows", device_bytes=22 * GIB))) == []


def test_a_context_nobody_measured_is_named_only_where_it_could_matter() -> None:
    case = replace(asked(card(24)), backend="other")
    assert notes(case) == []
    assert notes(replace(asked(card(0.25)), backend="other")) == [
        "the other context on card is not counted: no source states it"
    ]


def with_context(mib: int, lowest: int, highest: int) -> Backend:
    return Backend(
        platforms=("cuda",),
        context_mib=mib,
        context_seen_on="a card",
        context_lowest_mib=lowest,
        context_highest_mib=highest,
        source="s",
    )


def between(size_bytes: float, context: Backend) -> Case:
    """The case on a card of that size of which nobody saw how much is free."""
    return replace(
        asked(replace(card(24), advertised_gb=size_bytes / GIB)), runtime=replace(LEAN, backends={"cuda": context})
    )


def test_a_verdict_that_hangs_on_an_assumed_context_is_called_tight() -> None:
    need, context = answered(asked(card(24))).placement.uses[0].used_bytes, with_context(400, 300, 500)
    for spare_mib, verdict, said in (
        (600, "fits", ""), (450, "fits", "{off_bytes} less"), (350, "does-not-fit", "{off_bytes} more"), (250, "does-not-fit", ""),
    ):  # fmt: skip
        found = answered(between(need + spare_mib * MIB, context))
        assert found.placement.verdict == verdict
        words = [each for each in found.notes if each.words.startswith("tight")]
        assert bool(words) == bool(said), spare_mib
        assert all(said in each.words and each.named["off_bytes"] == 100 * MIB for each in words)


@given(st.integers(0, 800))
def test_tight_is_said_exactly_where_another_context_seen_would_change_the_verdict(spare_mib: int) -> None:
    need, context = answered(asked(card(24))).placement.uses[0].used_bytes, with_context(400, 300, 500)
    size = need + spare_mib * MIB
    verdicts = {answered(between(size, with_context(mib, mib, mib))).placement.verdict for mib in (300, 400, 500)}
    tight = any(each.words.startswith("tight") for each in answered(between(size, context)).notes)
    assert tight == (len(verdicts) > 1)


def test_a_log_of_the_same_card_counts_before_a_context_seen_on_another() -> None:
    need = answered(asked(card(24))).placement.uses[0].used_bytes
    assumed = UsableMemory(meaning="free at start", gib=(need + 300 * MIB) / GIB, assumed=True, source="s")
    beside = UsableMemory(meaning="free beside a context", gib=(need - MIB) / GIB, os="linux", source="s")
    context = replace(LEAN, backends={"cuda": with_context(200, 200, 200)})
    without, known = (
        replace(asked(replace(card(24), usable=rows)), runtime=context) for rows in ((assumed,), (assumed, beside))
    )
    assert "assumed" in answered(without).placement.uses[0].pool.basis
    assert notes(without) == []
    assert ["tight" in each for each in notes(known)] == [True]
    assert (
        notes(
            replace(
                known,
                machine=machine(
                    known.machine.hardware, {"card": known.machine.hardware}.__getitem__, Setup(device_bytes=8 * GIB)
                ),
            )
        )
        == []
    )


def test_every_figure_the_shipped_cards_assume_is_said_to_be_one(catalog: Catalog) -> None:
    given = [
        (each, row) for each in catalog.hardware.values() for row in each.usable
        if row.source == "llama-fit-params-runs" and row.meaning == "free at start"
    ]  # fmt: skip
    assert len(given) >= 8
    assert all(row.assumed for _, row in given)
    llama_cpp = catalog.runtimes["llama.cpp"]
    for hardware, _ in given:
        case = replace(asked(card(24)), machine=machine(hardware, catalog.hardware.__getitem__), runtime=llama_cpp)
        assert "assumed: nobody's log shows it" in answered(case).placement.uses[0].pool.basis


def test_headroom_is_kept_in_every_pool_and_residents_on_the_first_device_only() -> None:
    device = card(0.4)
    case = asked(
        with_host(device, 16, count=2), device, reserve_bytes=10 * MIB, resident_bytes=20 * MIB, model=MOE,
    )  # fmt: skip
    first, second, host = (use.pool for use in answered(case).placement.uses)
    bare_first, bare_second, bare_host = (
        use.pool for use in answered(asked(with_host(device, 16, count=2), device, model=MOE)).placement.uses
    )
    assert bare_first.usable_bytes - first.usable_bytes == 30 * MIB
    assert bare_second.usable_bytes - second.usable_bytes == 10 * MIB
    assert bare_host.usable_bytes - host.usable_bytes == 10 * MIB
    assert "GiB kept free" in first.basis
    assert "GiB of other residents" in first.basis
    assert "residents" not in second.basis


def test_a_processor_runs_it_all_from_the_main_memory_stated_for_it() -> None:
    cpu = replace(card(1, "cpu"), kind="cpu", platform="cpu", advertised_gb=None)
    with pytest.raises(CannotRun, match="--host-memory states it"):
        answered(asked(cpu))
    (use,) = answered(asked(cpu, setup=Setup(host_bytes=2 * GIB), reserve_bytes=GIB)).placement.uses
    assert (use.pool.name, use.pool.usable_bytes) == ("main memory", GIB)
    assert answered(asked(cpu, setup=Setup(host_bytes=2 * GIB))).placement.flags == ""


def test_a_host_stated_behind_a_card_takes_what_the_card_cannot_hold() -> None:
    found = answered(asked(card(0.25), setup=Setup(host_bytes=16 * GIB), model=MOE)).placement
    assert found.verdict == "fits-offloaded"
    assert found.uses[-1].pool.advertised_bytes == 16 * GIB


def test_a_host_stated_of_unified_memory_does_not_apply_and_that_is_said() -> None:
    found = answered(asked(SHARED, setup=Setup(host_bytes=16 * GIB)))
    assert len(found.placement.uses) == 1
    assert any("does not apply" in each.words for each in found.notes)


def test_each_box_of_a_cluster_has_the_memory_of_one(catalog: Catalog) -> None:
    for name, count in (("2x-dgx-spark", 2), ("4x-dgx-spark", 4)):
        box = machine(find.hardware(catalog, name), catalog.hardware.__getitem__)
        case = replace(asked(card(1)), machine=box)
        uses = answered(case).placement.uses
        assert [use.pool.free_bytes for use in uses] == [units.gib(114.83)] * count
        assert any("RPC server" in each.words for each in answered(case).notes)


PAGED = replace(LEAN, cache_rule="paged", memory_share=0.9, containers=("safetensors",), kv_types=("bf16",))


def test_headroom_lowers_a_share_only_where_the_share_would_not_leave_it() -> None:
    def pool(reserve_bytes: int = 0) -> tuple[int, str]:
        case = replace(asked(card(10), reserve_bytes=reserve_bytes), runtime=PAGED, container="safetensors")
        (use,) = answered(case).placement.uses
        return use.pool.usable_bytes, use.pool.basis

    assert pool(reserve_bytes=GIB // 2) == pool()
    less, basis = pool(reserve_bytes=2 * GIB)
    assert less == 8 * GIB
    assert basis == "0.8 of visible memory: 0.9 is more than is free, less 2.0 GiB kept free"


def test_a_share_is_taken_of_the_memory_the_person_sets() -> None:
    case = asked(card(10), setup=Setup(device_bytes=8 * GIB))
    (use,) = answered(replace(case, runtime=PAGED, container="safetensors")).placement.uses
    assert use.pool.usable_bytes == round(0.9 * 8 * GIB)
    assert use.pool.basis.startswith("0.9 of the memory set by you")
