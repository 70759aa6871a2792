"""Time of a step from the bytes it moves."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.schema.model import Model
from advisor.estimate.decode import Efficiency, Traffic, ceiling_tok_s, step_s, traffic
from advisor.estimate.weights import weight_bytes
from tests.estimate.small import DENSE, EVERY_KIND, MOE, quant

BANDWIDTH = 1e12
shares = st.floats(0.05, 1.0)


def moved(model: Model, depth: Any = 0, host_bytes: float = 0.0) -> Traffic:
    return traffic(model, weight_bytes(model, quant("f16"), "gguf", quant), depth, "f16", "f16", host_bytes=host_bytes)


@given(st.sampled_from(EVERY_KIND), shares, st.floats(1.0, 5.0), st.floats(0, 1e-3), st.integers(0, 200_000))
def test_no_prediction_is_above_the_ceiling(model: Model, e: float, kappa: float, tau: float, depth: int) -> None:
    step = moved(model, depth)
    seconds = step_s(step, BANDWIDTH, Efficiency(weights=e, kv=kappa, layer_s=tau))
    assert 1 / seconds <= ceiling_tok_s(step, BANDWIDTH) * (1 + 1e-12)


@given(st.sampled_from(EVERY_KIND), st.integers(0, 100_000), st.integers(0, 100_000))
def test_deeper_is_never_faster(model: Model, one: int, other: int) -> None:
    shallow, deep = sorted((one, other))
    e = Efficiency(weights=0.7, kv=1.2, layer_s=5e-5)
    assert step_s(moved(model, shallow), BANDWIDTH, e) <= step_s(moved(model, deep), BANDWIDTH, e)


def test_an_array_of_depths_gives_what_each_gives_alone() -> None:
    e = Efficiency(weights=0.7, kv=1.2, layer_s=5e-5)
    depths = [0, 1000, 30_000]
    together = step_s(moved(DENSE, np.array(depths)), BANDWIDTH, e)
    assert list(together) == [step_s(moved(DENSE, depth), BANDWIDTH, e) for depth in depths]


def test_the_step_is_bytes_over_bandwidth_plus_a_fixed_time_per_layer() -> None:
    step = moved(DENSE)
    assert step_s(step, BANDWIDTH, Efficiency(weights=0.5, kv=1.0, layer_s=1e-4)) == pytest.approx(
        step.weights_bytes / (BANDWIDTH * 0.5) + 4 * 1e-4
    )


def test_bytes_on_the_host_come_at_the_hosts_bandwidth() -> None:
    step = moved(MOE, host_bytes=1e6)
    e = Efficiency(weights=1.0, kv=1.0, layer_s=0.0)
    assert step_s(step, BANDWIDTH, e, 1e9) == pytest.approx(step.weights_bytes / BANDWIDTH + 1e6 / 1e9)
    assert ceiling_tok_s(step, BANDWIDTH, 1e9) == pytest.approx(1 / (step.weights_bytes / BANDWIDTH + 1e6 / 1e9))


def test_a_host_of_unknown_speed_gives_no_time() -> None:
    with pytest.raises(ValueError, match="not stated"):
        step_s(moved(MOE, host_bytes=1e6), BANDWIDTH, Efficiency(weights=1.0, kv=1.0, layer_s=0.0))
