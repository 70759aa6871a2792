"""How far a case can be stretched: exact in its own terms, and never more than llama.cpp would take by itself."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from advisor.catalog.schema.hardware import Hardware
from advisor.estimate.case import Case
from advisor.estimate.footprint import load_of
from advisor.estimate.layered import Load
from advisor.estimate.limits import MOST_REQUESTS, largest, limits
from advisor.estimate.pools import pools_of
from advisor.estimate.self_fit import LEAST_CONTEXT_TOKENS, self_fitted_context_tokens
from tests.estimate.small import DENSE, MIXED, MOE, RECURRENT, RUNTIME, with_host
from tests.estimate.test_placement import LEAN, PAGED, case, fits, small_card

RUNS = {"fits": {"fits"}, "fits-offloaded": {"fits", "fits-offloaded"}, "does-not-fit": {"fits", "fits-offloaded"}}
MODELS = {each.id: each for each in (DENSE, MOE, MIXED, RECURRENT)}
TRAINED = DENSE.context_tokens or 0


@given(st.data(), st.integers(0, 60), st.integers(0, 60))
def test_the_largest_number_is_found_whatever_the_amounts(data: st.DataObject, low: int, count: int) -> None:
    high, edge = low + count, data.draw(st.integers(low - 1, low + count))
    amount = st.integers(1, 10**12)
    rooms = {n: data.draw(amount) - 1 if n <= edge else -data.draw(amount) for n in range(low, high + 1)}
    assert largest(rooms.__getitem__, low, high) == edge


def test_a_line_is_found_in_a_few_steps() -> None:
    asked = []

    def room(count: int) -> int:
        asked.append(count)
        return 10**9 - 12_345 * count

    assert largest(room, 1, 10**6) == 10**9 // 12_345
    assert len(asked) <= 5


def boxes(one: int, other: int, host_mib: int) -> tuple[Hardware, ...]:
    """A box with a card or two; a host of no size is none."""
    device = small_card(one)
    if not other:
        return (with_host(device, host_mib / 1024), device) if host_mib else (device,)
    second = small_card(other, "second")
    members = with_host(device, max(host_mib, 1) / 1024)
    box = replace(members, members=(*members.members, replace(members.members[0], device="second")))
    return replace(box, host=box.host if host_mib else None), device, second


@settings(max_examples=60, deadline=None)
@given(
    st.integers(40, 600), st.sampled_from([0, 0, 150, 400]), st.sampled_from([0, 300, 1200]),
    st.sampled_from(sorted(MODELS)), st.integers(1, 40_000), st.integers(1, 3),
)  # fmt: skip
@example(40, 150, 300, "moe", 769, 1)
def test_limits_run_and_one_step_more_does_not(
    one: int, other: int, host_mib: int, name: str, context: int, concurrency: int
) -> None:
    asked = case(
        *boxes(one, other, host_mib), model=MODELS[name], runtime=LEAN, context_tokens=context, concurrency=concurrency
    )
    found = fits(asked)
    reach, runs = limits(asked, found), RUNS[found.placement.verdict]

    def running(**changed: int) -> bool:
        return fits(asked.asked(**changed)).placement.verdict in runs

    most, requests = reach.most_context_tokens_asked, reach.max_concurrency
    assert not most or running(context_tokens=most)
    assert most >= TRAINED or not running(context_tokens=most + 1)
    assert not requests or running(concurrency=requests)
    assert requests == MOST_REQUESTS or not running(concurrency=requests + 1)
    assert (min(context, TRAINED) <= most) == (found.placement.verdict != "does-not-fit")
    assert reach.max_context_tokens <= most
    assert found.placement.verdict == "does-not-fit" or min(context, TRAINED) <= reach.max_context_tokens


@pytest.mark.parametrize("other", [0, 150])
@pytest.mark.parametrize("mib", [120, 200, 300, 700])
def test_the_context_to_count_on_is_what_llama_cpp_takes_by_itself(mib: int, other: int) -> None:
    asked = case(*boxes(mib, other, 0), runtime=LEAN, context_tokens=512)
    reach = limits(asked, fits(asked))

    def load_at(context: int) -> Load:
        return replace(load_of(asked.asked(context_tokens=context), fits(asked).weights), outputs=512)

    settled = self_fitted_context_tokens(pools_of(asked), load_at, TRAINED)
    assert reach.max_context_tokens == min(settled, reach.most_context_tokens_asked)


def fitted(asked: Case) -> int:
    return limits(asked, fits(asked)).max_context_tokens


@given(st.integers(100, 700), st.integers(0, 300))
def test_more_memory_never_shortens_the_context_to_count_on(mib: int, more: int) -> None:
    small, large = (case(small_card(size), runtime=LEAN, context_tokens=1) for size in (mib, mib + more))
    assert fitted(small) <= fitted(large)


@given(st.integers(100, 700), st.integers(1, 8))
def test_more_requests_never_lengthen_the_context_to_count_on(mib: int, requests: int) -> None:
    few, many = (case(small_card(mib), runtime=LEAN, context_tokens=1, concurrency=n) for n in (requests, requests + 1))
    assert fitted(few) >= fitted(many)


def test_a_model_trained_shorter_than_llama_cpp_goes_keeps_its_exact_limit() -> None:
    short = replace(DENSE, context_tokens=LEAST_CONTEXT_TOKENS // 2)
    asked = case(small_card(80), model=short, runtime=LEAN, context_tokens=256)
    reach = limits(asked, fits(asked))
    assert 256 < reach.max_context_tokens == reach.most_context_tokens_asked < LEAST_CONTEXT_TOKENS // 2


def test_a_runtime_that_does_not_fit_itself_has_one_limit() -> None:
    asked = case(small_card(300), runtime=PAGED)
    reach = limits(asked, fits(asked))
    assert reach.max_context_tokens == reach.most_context_tokens_asked > 0


def test_what_does_not_fit_says_with_how_much_less_it_would() -> None:
    asked = case(small_card(300), runtime=LEAN, context_tokens=TRAINED, concurrency=4)
    assert fits(asked).placement.verdict == "does-not-fit"
    reach = limits(asked, fits(asked))
    assert 0 < reach.max_context_tokens <= reach.most_context_tokens_asked < TRAINED
    assert reach.max_concurrency < 4
    nothing = limits(tiny := case(small_card(30), runtime=RUNTIME), fits(tiny))
    assert (nothing.max_context_tokens, nothing.most_context_tokens_asked, nothing.max_concurrency) == (0, 0, 0)
