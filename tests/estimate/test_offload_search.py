"""The search for what to leave on the host, against every plan of the family written out."""

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.schema.model import Block, Dense
from advisor.estimate.layered import Kept, Load, host_use, spread
from advisor.estimate.offload import place_with_host, room_with_host
from advisor.estimate.placement import Pool
from advisor.units import MIB
from tests.estimate.small import FULL, MOE, model
from tests.estimate.test_offload import DEEP, DEEP_DENSE, cards, loaded

LEADING_DENSE = model(
    Block(attention=FULL, dense=Dense(width=2048)), *MOE.blocks.values(), repeat=6, name="leading-dense"
)
MODELS = {each.id: each for each in (DEEP, DEEP_DENSE, LEADING_DENSE)}
CARDS = st.one_of(
    st.tuples(st.integers(30, 700)), st.tuples(st.integers(30, 400), st.integers(30, 400)),
    st.tuples(st.integers(30, 250), st.integers(30, 250), st.integers(30, 250)),
)  # fmt: skip


def family(found: Load) -> list[tuple[Kept, int]]:
    """Every plan: experts of first layers on the host, then first layers with all experts; with the bytes that moves."""
    weights, layers = found.weights, found.layers
    experts = list(weights.expert_bytes)
    plans = []
    if any(experts):
        for count in range(1 + next(i for i, size in enumerate(experts) if size), layers + 1):
            kept = [size - experts[i] * (i < count) for i, size in enumerate(weights.layer_bytes)]
            plans.append((Kept(tuple(kept), expert_layers=count), sum(experts[:count])))
    bare = tuple(size - each for size, each in zip(weights.layer_bytes, experts, strict=True))
    for first in range(1, layers + 1):
        moved = (
            sum(experts) + sum(bare[:first]) + sum(found.layer_kv_bytes[:first]) + sum(found.layer_state_bytes[:first])
        )
        plans.append((Kept(bare, first=first, expert_layers=layers if any(experts) else 0), moved))
    return plans


def host_bytes_of_plans_that_run(found: Load, pools: tuple[Pool, ...], host: Pool) -> list[int]:
    always = host_use(host, found, 1).used_bytes
    return [
        always + moved for kept, moved in family(found)
        if always + moved <= host.usable_bytes and not any(use.short_bytes for use in spread(found, kept, pools)[0])
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(CARDS, st.integers(100, 900), st.sampled_from(sorted(MODELS)), st.sampled_from([512, 20_000]))
def test_no_plan_that_runs_leaves_less_on_the_host(mib: tuple[int, ...], host_mib: int, of: str, context: int) -> None:
    found, pools = loaded(context, MODELS[of]), cards(*mib)
    host = Pool("host", None, host_mib * MIB, host_mib * MIB, "", None, None)
    plan, running = place_with_host(pools, host, found), host_bytes_of_plans_that_run(found, pools, host)
    assert (plan is not None) == bool(running)
    assert (room_with_host(pools, host, found) >= 0) == bool(running)
    if plan is not None:
        assert not any(use.short_bytes for use in plan.uses)
        assert plan.uses[-1].used_bytes == min(running)


@given(st.integers(30, 300), st.integers(1, 200), st.sampled_from(sorted(MODELS)))
def test_a_larger_card_never_leaves_more_on_the_host(mib: int, more: int, of: str) -> None:
    found = loaded(of=MODELS[of])
    host = Pool("host", None, 900 * MIB, 900 * MIB, "", None, None)
    small, large = (place_with_host(cards(size), host, found) for size in (mib, mib + more))
    if small is not None:
        assert large is not None
        assert large.uses[-1].used_bytes <= small.uses[-1].used_bytes


@given(st.integers(100, 900), st.integers(1, 300))
def test_a_larger_host_never_turns_a_plan_down(mib: int, more: int) -> None:
    found, pools = loaded(), cards(120, 80)
    small, large = (Pool("host", None, size * MIB, size * MIB, "", None, None) for size in (mib, mib + more))
    assert room_with_host(pools, small, found) < 0 or room_with_host(pools, large, found) >= 0
