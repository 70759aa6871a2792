"""Reading prompts: operations counted by hand, micro-batches, and how the time follows from both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.schema.model import Attention, Block, Dense, Indexer, LatentAttention, Model
from advisor.estimate.parameters import parameters
from advisor.estimate.prefill import (
    Rates,
    Work,
    ceiling_tok_s,
    dense16_ops_s,
    highest_ops_s,
    multiplied,
    parts,
    split,
    work,
)
from advisor.estimate.weights import weight_bytes
from tests.estimate.small import DENSE, FULL, LATENT, MIXED, MOE, RECURRENT, card, model, quant

if TYPE_CHECKING:
    from advisor.catalog.schema.hardware import Hardware

ATTENTION_ALONE = model(Block(attention=FULL, dense=Dense(width=1)))
RATES = Rates(compute_ops_s=1e13, weight_bytes_s=5e11, attention=2.0, recurrent=3.0, tile=16.0, layer_s=1e-4)


def read(which: Model, tokens: int, depth: int = 0, ubatch: int = 512, **more: bool | int) -> Work:
    weights = weight_bytes(which, quant("f16"), "gguf", quant)
    return work(which, weights, tokens, depth, ubatch, **more)  # type: ignore[arg-type]


def test_a_prompt_is_cut_into_full_micro_batches_and_a_rest() -> None:
    assert split(1200, 512) == ((2, 512), (1, 176))
    assert split(1024, 512) == ((2, 512),)
    assert split(100, 512) == ((1, 100),)


def test_a_dense_model_multiplies_every_parameter_but_embedding_and_head() -> None:
    counted, known = multiplied(DENSE), parameters(DENSE)
    assert known is not None
    assert counted.experts == ()
    # Norm vectors are no matrix product.
    assert counted.always == pytest.approx(known.multiplied_per_token, rel=0.01)
    assert read(DENSE, 700).ops == 2 * counted.always * 700


def test_a_mixture_multiplies_the_experts_a_token_uses_and_reads_all_it_touches() -> None:
    counted = multiplied(MOE)
    ((elements, experts, active),) = counted.experts
    assert (experts, active) == (16, 2)
    assert read(MOE, 512).ops == pytest.approx(2 * (counted.always + elements / 8) * 512)
    full = weight_bytes(MOE, quant("f16"), "gguf", quant)
    assert read(MOE, 512).weight_bytes == pytest.approx(full.total_bytes - full.embedding_bytes, rel=1e-6)
    assert read(MOE, 1).weight_bytes == pytest.approx(full.read_bytes(1))


def test_weights_are_read_once_a_micro_batch() -> None:
    assert read(DENSE, 2048).weight_bytes == 4 * read(DENSE, 512).weight_bytes
    assert read(DENSE, 2048, ubatch=2048).weight_bytes == read(DENSE, 512).weight_bytes


def test_full_attention_grows_with_the_square_of_the_prompt_and_with_depth() -> None:
    heads, width, layers = 8, 64, 4
    one = read(ATTENTION_ALONE, 512)
    assert one.attention_ops == 2 * heads * 2 * width * layers * 512 * 512
    assert read(ATTENTION_ALONE, 512, depth=512).attention_ops == 2 * one.attention_ops
    # Two micro-batches look at 512 and at 1024 tokens.
    assert read(ATTENTION_ALONE, 1024).attention_ops == 3 * one.attention_ops


def test_a_sliding_window_caps_what_attention_looks_at() -> None:
    deep, deeper = (read(MIXED, 512, depth=depth).attention_ops for depth in (65536, 131072))
    full = read(ATTENTION_ALONE, 512, depth=65536).attention_ops
    # Half of its layers slide over 1,024 tokens: only the other half grows.
    assert deeper - deep == full - read(ATTENTION_ALONE, 512).attention_ops


def test_latent_attention_is_dearer_on_the_latent_than_unpacked() -> None:
    absorbed, unpacked = (read(LATENT, 512, absorbed=each).attention_ops for each in (True, False))
    assert absorbed / unpacked == (2 * 512 + 64) / (64 + 64 + 64)


def test_an_indexer_looks_at_everything_so_that_attention_need_not() -> None:
    sparse = Attention(heads=8, kv_heads=2, head_width=64, indexer=Indexer(heads=2, width=32, top_k=1024))
    found = read(model(Block(attention=sparse, dense=Dense(width=1))), 512, depth=10_000).attention_ops
    assert found == 4 * 2 * 512 * (8 * 128 * (1024 + 512) + 2 * 32 * (10_000 + 512))


def test_a_sparse_latent_layer_is_capped_like_any_other() -> None:
    latent = LatentAttention(heads=8, kv_rank=512, rope_width=64, nope_width=64, value_width=64,
                             indexer=Indexer(heads=2, width=32, top_k=256))  # fmt: skip
    found = read(model(Block(latent_attention=latent, dense=Dense(width=1))), 512, depth=10_000).attention_ops
    assert found == 4 * 2 * 512 * (8 * 1088 * (256 + 512) + 2 * 32 * (10_000 + 512))


def test_recurrent_layers_cost_alike_at_every_depth() -> None:
    assert read(RECURRENT, 512).recurrent_ops == read(RECURRENT, 512, depth=9999).recurrent_ops > 0
    assert read(RECURRENT, 1024).recurrent_ops == 2 * read(RECURRENT, 512).recurrent_ops
    assert read(DENSE, 512).recurrent_ops == 0


def test_several_prompts_share_micro_batches_but_not_attention() -> None:
    together, one = read(DENSE, 128, prompts=4), read(DENSE, 128)
    assert together.passes == one.passes == 1
    assert together.attention_ops == 4 * one.attention_ops
    assert together.tokens == 512


def test_the_longer_of_computing_and_reading_decides() -> None:
    found = read(DENSE, 512)
    bound = Rates(compute_ops_s=1e9, weight_bytes_s=1e15)
    assert parts(found, bound).total_s == pytest.approx((found.ops + found.attention_ops) / 1e9, rel=1e-6)
    starved = parts(found, Rates(compute_ops_s=1e18, weight_bytes_s=1e9))
    assert starved.total_s == pytest.approx(found.weight_bytes / 1e9, rel=1e-3)
    assert starved.limited_by == "memory bandwidth"


def test_each_reason_can_hold_a_prompt_up() -> None:
    base = Rates(compute_ops_s=1e13, weight_bytes_s=1e13)
    assert parts(read(DENSE, 512), base).limited_by == "compute"
    assert parts(read(DENSE, 512, depth=10**6), base).limited_by == "attention"
    assert parts(read(RECURRENT, 512), replace(base, recurrent=1e4)).limited_by == "recurrent layers"
    assert parts(read(DENSE, 512), replace(base, layer_s=1.0)).limited_by == "fixed time per layer"


def test_half_filled_tiles_cost_a_mixture_more_the_smaller_its_micro_batches() -> None:
    def slowdown(ubatch: int) -> float:
        found = read(MOE, 2048, ubatch=ubatch)
        fast = Rates(compute_ops_s=1e12, weight_bytes_s=1e16)
        return float(parts(found, replace(fast, tile=16.0)).total_s / parts(found, fast).total_s)

    assert slowdown(128) > slowdown(512) > slowdown(2048) > 1
    assert parts(read(DENSE, 512), RATES).tile == 0


def test_fixed_time_counts_layers_and_micro_batches() -> None:
    assert parts(read(DENSE, 1200), RATES).fixed == pytest.approx(3 * 4 * 1e-4)


def test_the_division_into_parts_says_how_the_time_answers_to_each_rate() -> None:
    found, step = read(MOE, 1200, depth=4096), 1e-6
    now = parts(found, RATES)
    slopes = {
        "weight_bytes_s": -now.reading, "compute_ops_s": -(now.computing + now.attention + now.recurrent), "attention": now.attention,
        "recurrent": now.recurrent, "tile": now.tile, "layer_s": now.fixed,
    }  # fmt: skip
    for name, slope in slopes.items():
        later = parts(found, replace(RATES, **{name: getattr(RATES, name) * (1 + step)}))
        assert (later.total_s - now.total_s) / step == pytest.approx(slope, rel=1e-3, abs=1e-6)


def test_arrays_and_numbers_take_the_same_time() -> None:
    found = read(MOE, 1200)
    many = parts(found, replace(RATES, compute_ops_s=np.array([1e12, 1e13])))
    one = parts(found, replace(RATES, compute_ops_s=1e13))
    assert many.total_s[1] == pytest.approx(one.total_s)


@given(st.integers(1, 20_000), st.integers(0, 100_000), st.integers(32, 4096))
def test_a_longer_prompt_never_takes_less(tokens: int, depth: int, ubatch: int) -> None:
    less, more = (parts(read(MOE, each, depth, ubatch), RATES).total_s for each in (tokens, tokens + 1))
    assert more >= less * (1 - 1e-9)


@given(st.integers(1, 20_000), st.integers(0, 100_000))
def test_nothing_real_reaches_the_ceiling(tokens: int, depth: int) -> None:
    found = read(MOE, tokens, depth)
    assert tokens / parts(found, RATES).total_s < ceiling_tok_s(found, 1e13, 5e11)


def test_without_a_compute_rate_bandwidth_alone_bounds_a_prompt() -> None:
    found = read(DENSE, 512)
    assert ceiling_tok_s(found, None, 1e12) == pytest.approx(512 / (found.weight_bytes / 1e12))


def rated(**figures: object) -> Hardware:
    return replace(card(24), **figures)  # type: ignore[arg-type]


def test_a_narrower_rate_tells_the_rate_of_wider_operands() -> None:
    assert dense16_ops_s(rated(fp4_tflops=500.0)) == 125e12
    # A gaming card halves FP16 with FP32 accumulation; its matrix units are twice as fast.
    assert dense16_ops_s(rated(fp16_tflops=165.2, int8_tops=660.6)) == pytest.approx(330.3e12)
    assert highest_ops_s(rated(fp16_tflops=165.2, int8_tops=660.6)) == pytest.approx(660.6e12)


def test_rates_without_a_source_are_not_used_and_a_measured_one_stands_in() -> None:
    assert dense16_ops_s(rated(fp16_tflops=100.0, unverified=("fp16_tflops",))) is None
    assert dense16_ops_s(rated(measured_fp16_tflops=60.0)) == 60e12
    assert highest_ops_s(card(24)) is None
