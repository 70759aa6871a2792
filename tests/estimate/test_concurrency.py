"""A step of many sequences: one costs what one costs, more never less, and routing touches no more experts than there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.concurrency import (
    Costs,
    Scaling,
    ceiling_tok_s,
    costs_of,
    draws,
    moved,
    parts,
    weights_read,
)
from advisor.estimate.decode import Efficiency, step_s, traffic
from advisor.estimate.weights import weight_bytes
from tests.estimate.small import DENSE, EVERY_KIND, MOE, RECURRENT, quant

if TYPE_CHECKING:
    from advisor.catalog.schema.model import Model
    from advisor.estimate.weights import Weights

EFFICIENCY = Efficiency(weights=0.7, kv=1.4, layer_s=30e-6)
BANDWIDTH = 200e9
KV = ("f16", "f16")
factor = st.floats(0.2, 5.0)
scalings = st.builds(Scaling, routing=st.floats(1.0, 1e3), weights=factor, kv=factor, state=factor, compute=factor)


def sized(model: Model) -> Weights:
    """The small model in 16 bits."""
    return weight_bytes(model, quant("f16"), "gguf", quant)


def costs_at(model: Model, depth: float = 4096, ops: float | None = 1e13) -> Costs:
    """What one sequence of the small model pays."""
    return costs_of(model, sized(model), depth, KV, BANDWIDTH, EFFICIENCY, ops)


@pytest.mark.parametrize("model", EVERY_KIND, ids=lambda model: model.id)
@given(scaling=scalings)
def test_one_sequence_costs_the_single_stream_step(model: Model, scaling: Scaling) -> None:
    found = parts(moved(model, sized(model), 4096, *KV), costs_at(model), scaling, 1)
    assert found.total_s == pytest.approx(step_s(traffic(model, sized(model), 4096, *KV), BANDWIDTH, EFFICIENCY))


@given(batch=st.integers(1, 1024), routing=st.floats(0.5, 1e6))
def test_a_batch_is_worth_at_most_its_tokens_and_at_least_one_draw(batch: int, routing: float) -> None:
    assert 1.0 <= draws(batch, routing) <= batch + 1e-6
    assert draws(batch + 1, routing) > draws(batch, routing)


@pytest.mark.parametrize("batch", [1, 2, 16, 256])
def test_uniform_routing_touches_what_the_weights_say(batch: int) -> None:
    weights = sized(MOE)
    assert weights_read(moved(MOE, weights, 0, *KV), batch, 1e9) == pytest.approx(weights.read_bytes(batch), rel=1e-6)
    assert weights_read(moved(MOE, weights, 0, *KV), 10**6, 1e3) <= sum(weights.layer_bytes) + weights.head_bytes


@pytest.mark.parametrize("model", EVERY_KIND, ids=lambda model: model.id)
@given(scaling=scalings)
def test_more_sequences_never_make_a_faster_step(model: Model, scaling: Scaling) -> None:
    found, paid = moved(model, sized(model), 4096, *KV), costs_at(model)
    times = [parts(found, paid, scaling, batch).total_s for batch in (2, 3, 8, 64, 512)]
    assert times == sorted(times)


def test_numbers_and_arrays_agree() -> None:
    found, paid, scaling = moved(MOE, sized(MOE), 4096, *KV), costs_at(MOE), Scaling(5.0, 1.2, 1.1, 2.0, 0.5)
    batches = np.array([1, 2, 7, 100])
    swept = parts(found, paid, scaling, batches).total_s
    assert swept == pytest.approx([parts(found, paid, scaling, int(batch)).total_s for batch in batches])


def test_recurrent_state_is_paid_by_every_sequence_whatever_the_depth() -> None:
    found, paid = moved(RECURRENT, sized(RECURRENT), 0, *KV), costs_at(RECURRENT, depth=0)
    one, ten = (parts(found, paid, Scaling(state=3.0), batch).state_s for batch in (1, 10))
    assert ten == pytest.approx(one * (1 + 9 * 3.0))
    assert parts(moved(DENSE, sized(DENSE), 0, *KV), costs_at(DENSE, 0), Scaling(), 10).state_s == 0


def test_computing_is_left_out_where_the_rate_of_the_hardware_is_not_known() -> None:
    found, scaling = moved(DENSE, sized(DENSE), 0, *KV), Scaling(compute=1.0)
    known = parts(found, costs_at(DENSE), scaling, 65).compute_s
    assert known == pytest.approx(64 * 2 * found.parameters / 1e13)
    assert parts(found, costs_at(DENSE, ops=None), scaling, 65).compute_s == 0


def test_the_ceiling_is_bandwidth_for_few_and_computing_for_many() -> None:
    found = moved(DENSE, sized(DENSE), 0, *KV)
    assert ceiling_tok_s(found, 2, BANDWIDTH, 1e12) == pytest.approx(2 * ceiling_tok_s(found, 1, BANDWIDTH, 1e12))
    assert ceiling_tok_s(found, 512, BANDWIDTH, 1e12) == pytest.approx(1e12 / (2 * found.parameters))
    assert ceiling_tok_s(found, 512, BANDWIDTH, None) > ceiling_tok_s(found, 512, BANDWIDTH, 1e12)
