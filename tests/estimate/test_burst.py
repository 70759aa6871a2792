"""Requests sent at once: prompts one after the other, outputs together, and what a server's limits make of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.burst import Knee, Limit, Load, binding, burst, counts_to, knee, queued, step_from_rates

LOAD = Load(prompt_tokens=8192, output_tokens=512, prefill_tok_s=10_000.0, chunk_tokens=2048)


def test_without_prompts_a_burst_is_the_batch_over_its_step() -> None:
    found = burst(0.05, 8, Load(output_tokens=100))
    assert (found.aggregate_tok_s, found.per_request_tok_s, found.wall_s) == pytest.approx((160.0, 20.0, 5.0))
    assert burst(0.05, 8, Load(prompt_tokens=1024, output_tokens=100)) == found, (
        "prompts of unknown speed are left aside"
    )


def test_reading_prompts_delays_and_the_running_get_a_token_a_chunk() -> None:
    found = burst(0.03, 2, LOAD)
    # The first request waits for the second's prompt and gets four tokens meanwhile.
    first, second = 0.8192 + (512 - 4) * 0.03, 512 * 0.03
    assert found.per_request_tok_s == pytest.approx((512 / first + 512 / second) / 2)
    assert found.aggregate_tok_s == pytest.approx(2 * 512 / max(first, 0.8192 + second))
    assert found.wall_s == pytest.approx(0.8192 + max(first, 0.8192 + second))


def test_a_measured_burst_is_explained_by_its_time_to_the_first_token() -> None:
    # lfm2.5-2.6b BF16 on a DGX Spark, vLLM 0.26, twenty requests: 22.36 tok/s each, 346.81 together, 6.51 s to the first token.
    load = Load(8192, 512, (20 + 1) / 2 * 8192 / 6.5101)
    step = step_from_rates(22.36, 20, load)
    assert step is not None
    assert burst(step, 20, load).aggregate_tok_s == pytest.approx(346.81, rel=0.04)
    assert 1 / step == pytest.approx(580 / 20, rel=0.07), "its printed peak"


@given(step=st.floats(1e-3, 1.0), requests=st.integers(1, 64), prefill=st.floats(300, 1e5))
def test_the_step_is_found_again_from_the_rate_of_a_request(step: float, requests: int, prefill: float) -> None:
    load = Load(1024, 1024, prefill)
    rate = burst(step, requests, load).per_request_tok_s
    assert step_from_rates(rate, requests, load) == pytest.approx(step, rel=1e-3)


def test_a_rate_no_step_allows_is_refused() -> None:
    assert step_from_rates(1e9, 4, LOAD) is None


def test_short_outputs_end_while_others_prompts_are_read() -> None:
    found = burst(0.001, 64, Load(2048, 8, 10_000.0, 2048))
    assert found.per_request_tok_s < 1000
    assert found.wall_s >= 64 * 0.2048


def test_waiting_requests_lower_the_aggregate_right_behind_the_limit() -> None:
    load = Load(output_tokens=100)

    def step(running: int) -> float:
        return 0.1 + 0.001 * running

    at, behind, twice = (queued(step, requests, 64, load) for requests in (64, 80, 128))
    assert behind.aggregate_tok_s == pytest.approx(80 / (0.164 + 0.116))
    assert behind.aggregate_tok_s < at.aggregate_tok_s
    assert twice.aggregate_tok_s == pytest.approx(at.aggregate_tok_s)
    assert twice.per_request_tok_s == pytest.approx(at.per_request_tok_s / 2)
    assert queued(step, 40, 64, load) == burst(step(40), 40, load)


def test_the_knee_is_where_a_doubling_brings_less_than_a_tenth() -> None:
    limit = Limit(48, "slots")
    assert knee(lambda n: min(n, 48) * 10.0, lambda _: "?", limit, 1024) == Knee(48, "slots")
    assert knee(lambda n: n / (1 + n / 8), lambda n: f"parts at {n}", None, 1024) == Knee(64, "parts at 64")
    assert knee(float, lambda _: "?", None, 1024) is None


def test_the_fewest_requests_bind() -> None:
    assert binding([Limit(256, "scheduler"), Limit(40, "memory")]) == Limit(40, "memory")
    assert binding([]) is None
    assert counts_to(10, [3, 99]) == (1, 2, 3, 4, 8, 10)
