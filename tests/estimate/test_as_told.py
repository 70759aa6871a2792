"""Plans a person states: what llama.cpp puts where for them, and that every plan printed reads back as itself."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.schema.hardware import Hardware, Host, Member
from advisor.catalog.schema.model import Model
from advisor.catalog.schema.runtime import Runtime
from advisor.estimate.cannot import CannotRun
from advisor.estimate.case import Case, Demand
from advisor.estimate.command_line import Asked, completed, stated, told
from advisor.estimate.footprint import Footprint, footprint
from advisor.estimate.limits import most_context_tokens
from advisor.estimate.machine import machine
from advisor.estimate.placement import Placement
from advisor.units import MIB
from tests.estimate.small import DENSE, LATENT, MOE, RUNTIME, card, model, quant, with_host

LLAMA = replace(RUNTIME, id="llama.cpp", kv_types=("f16", "q8_0"), margin_mib=0)
DEEP = model(*MOE.blocks.values(), repeat=12, name="deep")
DEEP_DENSE = model(*DENSE.blocks.values(), repeat=12, name="deep-dense", tied=True)
VLLM = replace(
    RUNTIME, id="vllm", cache_rule="paged", memory_share=0.9, block_tokens=16, kv_types=("bf16", "fp8"), family="vllm",
    splits=replace(RUNTIME.splits, tensors=True), overhead_gib=0.125,
)  # fmt: skip


def unequal(one_mib: int, other_mib: int, host_gib: float) -> tuple[Hardware, ...]:
    """A computer with two cards of different size, and the cards."""
    one, other = card(one_mib / 1024, "one"), card(other_mib / 1024, "other")
    box = Hardware(
        id="box", name="box", vendor="v", kind="system", members=(Member(device="one"), Member(device="other")),
        host=Host(memory_gb=host_gib, source="s"),
    )  # fmt: skip
    return box, one, other


def asked(hardware: tuple[Hardware, ...], demand: Demand, of: Model = DEEP, runtime: Runtime = LLAMA) -> Case:
    known = {each.id: each for each in hardware}
    return Case(
        model=of, quant=quant("f16"), container="gguf", runtime=runtime, version=runtime.versions[0], backend="cuda",
        machine=machine(hardware[0], known.__getitem__), demand=demand,
    )  # fmt: skip


def read_again(text: str, demand: Demand, runtime: str = "llama.cpp") -> Demand:
    """The demand a plan's flags state, nothing else given but what no flag says."""
    said = stated(text, runtime)
    found = completed(Asked(), said)
    return told(
        Demand(
            context_tokens=found.context_tokens or 0, concurrency=found.concurrency or demand.concurrency, kv_type=found.kv_type,
            flash_attention=found.flash_attention is not False, ubatch=found.ubatch or 512, resident_bytes=demand.resident_bytes,
        ),
        said,
    )  # fmt: skip


def held(plan: Placement) -> list[tuple[object, ...]]:
    """What stands in each pool, and how it is judged."""
    return [
        (u.pool.name, u.weights_bytes, u.kv_cache_bytes, u.state_bytes, u.compute_buffer_bytes, u.overhead_bytes, u.first_layer, u.last_layer)
        for u in plan.uses
    ] + [(plan.verdict, plan.short_bytes, plan.host_layers, plan.host_experts_layers, plan.host_read_bytes)]  # fmt: skip


DEMANDS = st.builds(
    Demand, context_tokens=st.integers(1, 20_000), concurrency=st.integers(1, 3), kv_type=st.sampled_from([None, "q8_0", "q8_0,f16"]),
    ubatch=st.sampled_from([512, 256, 4096]), unified=st.booleans(), full_windows=st.booleans(),
)  # fmt: skip


def reads_back(case: Case) -> Footprint:
    found = footprint(case, quant)
    again = footprint(replace(case, demand=read_again(found.placement.flags, case.demand)), quant)
    if found.placement.verdict != "does-not-fit":
        assert held(again.placement) == held(found.placement), found.placement.flags
        assert again.placement.flags == found.placement.flags
    return found


@given(st.integers(40, 500), DEMANDS, st.sampled_from([DEEP, DEEP_DENSE]))
def test_a_plan_for_one_card_and_its_host_reads_back_byte_by_byte(mib: int, demand: Demand, of: Model) -> None:
    device = card(mib / 1024)
    reads_back(asked((with_host(device, 16), device), demand, of))


@given(st.integers(40, 400), st.integers(40, 400), DEMANDS, st.sampled_from([DEEP, DEEP_DENSE]))
def test_a_plan_for_two_unequal_cards_and_their_host_reads_back(
    one: int, other: int, demand: Demand, of: Model
) -> None:
    reads_back(asked(unequal(one, other, 16), demand, of))


@given(st.integers(300, 2000), st.integers(1, 30_000), st.sampled_from([None, "fp8"]), st.integers(0, 200))
def test_a_plan_for_tensor_parallel_reads_back(mib: int, context: int, kept: str | None, resident: int) -> None:
    device = card(mib / 1024)
    demand = Demand(context_tokens=context, kv_type=kept, concurrency=2, resident_bytes=resident * MIB)
    case = asked((with_host(device, 16, count=2), device), demand, runtime=VLLM)
    found = footprint(case, quant).placement
    again = footprint(replace(case, demand=read_again(found.flags, demand, "vllm")), quant).placement
    assert held(again) == held(found)
    assert [u.pool.usable_bytes for u in again.uses] == [u.pool.usable_bytes for u in found.uses]


def placed(flags: str, of: Model = DEEP, mib: int = 4000, host_gib: float = 16) -> Placement:
    device = card(mib / 1024)
    case = asked((with_host(device, host_gib), device), Demand(), of)
    return footprint(replace(case, demand=read_again(f"-c 8192 {flags}", case.demand)), quant).placement


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        ("-ot .ffn_.*_exps.=CPU", "--cpu-moe"),
        ("-ot exps=CPU", "--cpu-moe"),
        ("-cmoe", "--n-cpu-moe 12"),
        (r"-ot 'blk\.[0-4]\.ffn_.*_exps\.=CPU'", "-ncmoe 5"),
        (r"-ot 'blk\.[01]\.ffn_.*_exps=CPU,blk\.2\..*_exps=CPU'", "-ncmoe 3"),
        (r"-ot 'blk\.3\.ffn_up_exps=CUDA0' --cpu-moe -ot exps=CPU", r"-ot 'blk\.3\.ffn_up_exps=CUDA0' -ot exps=CPU"),
    ],
)
def test_patterns_for_experts_are_the_flags_for_experts(pattern: str, plain: str) -> None:
    assert held(placed(pattern)) == held(placed(plain))


def test_experts_on_the_host_leave_the_device_and_are_read_in_part() -> None:
    plan, whole = placed("--n-cpu-moe 5"), placed("-ngl 99")
    device, host = plan.uses
    moved = whole.uses[0].weights_bytes - device.weights_bytes
    assert plan.verdict == "fits-offloaded"
    assert plan.host_experts_layers == 5
    assert host.weights_bytes == whole.uses[1].weights_bytes + moved
    # Two of sixteen experts a token.
    assert plan.host_read_bytes == moved // 8


def test_dense_feed_forward_parts_on_the_host_are_read_whole() -> None:
    plan, whole = placed(r"-ot 'ffn_(up|down|gate)\.=CPU'", DEEP_DENSE), placed("-ngl 99", DEEP_DENSE)
    assert plan.host_read_bytes == whole.uses[0].weights_bytes - plan.uses[0].weights_bytes
    assert held(plan) == held(placed("--n-cpu-ffn 12", DEEP_DENSE))
    assert plan.uses[0].kv_cache_bytes == whole.uses[0].kv_cache_bytes


def test_layers_on_the_host_keep_their_cache_there() -> None:
    plan = placed("-ngl 5", DEEP_DENSE)
    device, host = plan.uses
    assert (host.first_layer, host.last_layer, device.first_layer) == (0, 7, 8)
    assert host.kv_cache_bytes == 2 * device.kv_cache_bytes


def test_a_tied_table_is_there_once_with_nothing_on_the_device() -> None:
    nothing, everything = placed("-ngl 0", DEEP_DENSE), placed("-ngl 99", DEEP_DENSE)
    assert nothing.uses[0].weights_bytes == 0
    twice = sum(u.weights_bytes for u in everything.uses) - sum(u.weights_bytes for u in nothing.uses)
    assert twice == everything.uses[1].weights_bytes


def test_single_tensors_go_where_they_are_sent() -> None:
    box = unequal(4000, 4000, 16)
    case = asked(box, Demand())
    plain = footprint(replace(case, demand=read_again("-c 8192 -ts 1,1", case.demand)), quant).placement
    sent = footprint(
        replace(case, demand=read_again("-c 8192 -ts 1,1 -ot ^output.weight=CUDA0", case.demand)), quant
    ).placement
    head = 512 * 32000 * 2
    assert sent.uses[0].weights_bytes == plain.uses[0].weights_bytes + head
    assert sent.uses[1].weights_bytes == plain.uses[1].weights_bytes - head
    assert sent.verdict == "fits"


def test_a_device_that_overflows_says_by_how_much() -> None:
    plan = placed("-ngl 99", mib=100)
    assert plan.verdict == "does-not-fit"
    assert plan.short_bytes == plan.uses[0].used_bytes - 100 * MIB
    assert placed("--cpu-moe", host_gib=0.05).verdict == "does-not-fit"


def test_no_margin_is_left_where_it_is_told_what_goes_where() -> None:
    device = card(1)
    careful = replace(LLAMA, margin_mib=512)
    case = asked((with_host(device, 16), device), Demand(), runtime=careful)
    assert footprint(case, quant).placement.uses[0].pool.usable_bytes == 512 * MIB
    for flags, usable_mib in (("-c 8192 -ngl 99", 1024), ("-c 8192 -fitt 256", 768), ("-c 8192 --fit off", 1024)):
        again = replace(case, demand=read_again(flags, case.demand))
        assert footprint(again, quant).placement.uses[0].pool.usable_bytes == usable_mib * MIB


@pytest.mark.parametrize(
    ("flags", "words"), [("-ts 1,1,1", "-ts names 3 devices; the machine has 1"), ("-ot exps=CUDA1", "names device 1")]
)
def test_devices_the_machine_does_not_have_are_refused(flags: str, words: str) -> None:
    with pytest.raises(CannotRun, match=words):
        placed(flags)


def test_unified_memory_holds_what_is_told_all_in_one_pool() -> None:
    box = Hardware(
        id="soc", name="soc", vendor="v", kind="unified soc", platform="cuda", advertised_gb=8, bandwidth_gb_s=100
    )
    case = asked((box,), Demand())
    plain = footprint(case, quant).placement
    assert held(footprint(replace(case, demand=read_again(plain.flags, case.demand)), quant).placement) == held(plain)
    moved = footprint(replace(case, demand=read_again("-c 8192 --cpu-moe", case.demand)), quant).placement
    assert moved.verdict == "fits"
    assert moved.uses[0].weights_bytes == plain.uses[0].weights_bytes


def test_the_longest_context_is_that_of_the_plan_told() -> None:
    device = card(130 / 1024)
    case = asked((with_host(device, 16), device), Demand())
    case = replace(case, demand=read_again("-c 4096 --cpu-moe", case.demand))
    found = footprint(case, quant)
    most = most_context_tokens(case, found, with_host=True)
    assert footprint(case.asked(context_tokens=most), quant).placement.verdict == "fits-offloaded"
    assert footprint(case.asked(context_tokens=most + 256), quant).placement.verdict == "does-not-fit"


def test_as_many_devices_as_are_asked_for_must_be_there() -> None:
    device = card(4)
    case = asked((with_host(device, 16), device), Demand(), runtime=VLLM)
    with pytest.raises(CannotRun, match="2 devices are asked for; the machine has 1"):
        footprint(replace(case, demand=read_again("-tp 2 --max-model-len 4096", case.demand, "vllm")), quant)


def test_a_quantised_value_cache_needs_flash_attention() -> None:
    device = card(4)
    for demand, words in (
        (Demand(kv_type="f16,q8_0", flash_attention=False), "only with flash attention"),
        (Demand(kv_type="q4_0"), "does not keep its KV cache in q4_0"),
    ):
        with pytest.raises(CannotRun, match=words):
            footprint(asked((device,), demand), quant)
    with pytest.raises(CannotRun, match="keys and values in one type"):
        footprint(asked((device,), Demand(kv_type="bf16,fp8"), runtime=VLLM), quant)


def test_a_latent_cache_is_kept_in_one_type() -> None:
    device = card(4)
    with pytest.raises(CannotRun, match="latent attention in one type"):
        footprint(asked((device,), Demand(kv_type="q8_0,f16"), LATENT), quant)
