"""Every kind of layer the schema knows has weights, a cache or a state, traffic, and a place in a forward pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.schema.model import (
    Attention,
    Block,
    Dense,
    GatedDelta,
    Indexer,
    LatentAttention,
    LinearAttention,
    Mamba1,
    Mamba2,
    Model,
    Moe,
    ShortConv,
)
from advisor.estimate.buffers import compute_buffers
from advisor.estimate.kv_cache import CacheQuestion, cache_bytes, read_bytes
from advisor.estimate.parameters import parameters
from advisor.estimate.weights import weight_bytes
from tests.estimate.small import model, quant

FEED = Dense(width=2048)
HIDDEN = 512
MIXERS = {
    "gated delta": Block(gated_delta=GatedDelta(key_heads=4, value_heads=8, key_width=64, value_width=32, conv_kernel=4), dense=FEED),
    "fused gated delta": Block(
        gated_delta=GatedDelta(key_heads=4, value_heads=8, key_width=64, value_width=32, conv_kernel=4, projections="fused-ba"), dense=FEED
    ),
    "mamba2": Block(mamba2=Mamba2(heads=16, head_width=64, groups=2, state=128, conv_kernel=4), dense=FEED),
    "mamba2 without norm": Block(mamba2=Mamba2(heads=16, head_width=64, groups=2, state=128, conv_kernel=4, grouped_norm=False), dense=FEED),
    "mamba1": Block(mamba1=Mamba1(inner=1024, state=16, dt_rank=32, conv_kernel=4), dense=FEED),
    "short conv": Block(short_conv=ShortConv(kernel=3, width=512), dense=FEED),
    "delta by listed projections": Block(
        gated_delta=GatedDelta(key_heads=8, value_heads=8, key_width=64, value_width=64, conv_kernel=4, projections="listed"),
        tensors={"ssm_f_a.weight": (512, 64), "ssm_f_b.weight": (64, 512), "ssm_g.weight": (512, 512), "attn_output.weight": (512, 512)},
        dense=FEED,
    ),
    "linear attention": Block(linear_attention=LinearAttention(heads=8, key_width=64, value_width=64), dense=FEED),
}  # fmt: skip
STATES = {
    "gated delta": 3 * (2 * 4 * 64 + 8 * 32) + 8 * 32 * 64,
    "fused gated delta": 3 * (2 * 4 * 64 + 8 * 32) + 8 * 32 * 64,
    "mamba2": 3 * (16 * 64 + 2 * 2 * 128) + 16 * 64 * 128,
    "mamba2 without norm": 3 * (16 * 64 + 2 * 2 * 128) + 16 * 64 * 128,
    "mamba1": 3 * 1024 + 1024 * 16,
    "short conv": 2 * 512,
    "delta by listed projections": 3 * 3 * 8 * 64 + 8 * 64 * 64,
    "linear attention": 8 * 64 * 64,
}
"""Numbers of one layer's state: the tokens a convolution looks back at, and the matrix the mixer keeps."""
ATTENTIONS = {
    "grouped": Block(attention=Attention(heads=8, kv_heads=2, head_width=64), dense=FEED),
    "gated a channel": Block(attention=Attention(heads=8, kv_heads=2, head_width=64, gate="per-channel"), dense=FEED),
    "gated a head, normed": Block(attention=Attention(heads=8, kv_heads=2, head_width=64, gate="per-head", query_key_norm="per-head"), dense=FEED),
    "fused with biases and sinks": Block(attention=Attention(heads=8, kv_heads=2, head_width=64, fused_qkv=True, qkv_bias=True, output_bias=True, sinks=True), dense=FEED),
    "value from key": Block(attention=Attention(heads=8, kv_heads=2, head_width=64, value_from_key=True, query_key_norm="full-width"), dense=FEED),
    "chunked": Block(attention=Attention(heads=8, kv_heads=2, head_width=64, chunk=4096), dense=FEED),
    "latent with a query rank": Block(
        latent_attention=LatentAttention(heads=8, kv_rank=256, rope_width=64, nope_width=64, value_width=64, query_rank=256), dense=FEED
    ),
    "latent that picks tokens": Block(
        latent_attention=LatentAttention(
            heads=8, kv_rank=256, rope_width=64, nope_width=64, value_width=64, query_rank=256, indexer=Indexer(heads=4, width=64, top_k=2048)
        ),
        dense=FEED,
    ),
    "gated by a projection of its own": Block(
        attention=Attention(heads=8, kv_heads=2, head_width=64), tensors={"attn_gate.weight": (512, 512)}, dense=FEED
    ),
    "side by side with feed-forward": Block(attention=Attention(heads=8, kv_heads=2, head_width=64), dense=FEED, norms=1),
    "side by side with experts": Block(
        attention=Attention(heads=8, kv_heads=2, head_width=64), moe=Moe(experts=16, active=2, width=512), norms=1
    ),
    "several residual streams": Block(
        attention=Attention(heads=8, kv_heads=2, head_width=64, query_key_norm="per-head"), dense=FEED,
        tensors={"altup_router.weight": (512, 4), "laurel_l.weight": (512, 64), "laurel_r.weight": (64, 512)},
    ),
    "attention beside mamba2": Block(
        attention=Attention(heads=8, kv_heads=2, head_width=64), mamba2=Mamba2(heads=16, head_width=64, groups=2, state=128, conv_kernel=4), dense=FEED
    ),
}  # fmt: skip
GROUPED = Attention(heads=8, kv_heads=2, head_width=64)
FEEDS = {
    "dense": Block(attention=GROUPED, dense=FEED),
    "dense without a gate": Block(attention=GROUPED, dense=Dense(width=2048, gated=False, bias=True)),
    "dense fused": Block(attention=GROUPED, dense=Dense(width=2048, fused=True)),
    "experts": Block(attention=GROUPED, moe=Moe(experts=16, active=2, width=512)),
    "one expert": Block(attention=GROUPED, moe=Moe(experts=16, active=1, width=512, shared_width=512)),
    "experts fused with a shared gate": Block(attention=GROUPED, moe=Moe(experts=16, active=4, width=512, fused=True, shared_width=512, shared_gate=True)),
    "experts with biases": Block(attention=GROUPED, moe=Moe(experts=16, active=4, width=512, bias=True, router_bias=True)),
    "experts without a gate": Block(attention=GROUPED, moe=Moe(experts=16, active=4, width=512, gated=False, shared_width=256)),
    "latent experts": Block(attention=GROUPED, moe=Moe(experts=16, active=4, width=512, latent=256, gated=False, shared_width=512)),
    "latent experts alone": Block(attention=GROUPED, moe=Moe(experts=16, active=4, width=512, latent=256)),
    "experts beside a dense stage": Block(attention=GROUPED, dense=FEED, moe=Moe(experts=16, active=4, width=512)),
    "feed-forward alone": Block(dense=FEED),
}  # fmt: skip
MODELS = {name: model(block, name=name) for name, block in (MIXERS | ATTENTIONS | FEEDS).items()}
EVERY = pytest.mark.parametrize("found", MODELS.values(), ids=MODELS.keys())
names = st.sampled_from(sorted(MODELS))


def question(context: int = 8192, **more: Any) -> CacheQuestion:
    return CacheQuestion(context_tokens=context, **more)


@EVERY
def test_parameters_and_f16_bytes_agree(found: Model) -> None:
    counted = parameters(found)
    assert counted is not None
    weights = weight_bytes(found, quant("f16"), "gguf", quant)
    assert 2 * counted.total <= weights.total_bytes <= 2 * counted.total * 1.02
    assert 2 * counted.read_per_token <= weights.read_bytes() <= 2 * counted.read_per_token * 1.02


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_as_large_as_its_arithmetic_says(name: str) -> None:
    found = cache_bytes(MODELS[name], "llama.cpp", question(sequences=3))
    assert found.state_bytes == 4 * 3 * 4 * STATES[name]
    assert found.kv_bytes == 0


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_read_and_written_whatever_the_depth(name: str) -> None:
    shallow, deep = (read_bytes(MODELS[name], depth, "f16", "f16") for depth in (0, 100_000))
    assert shallow == deep == 4 * 2 * 4 * STATES[name]


def test_layers_that_pick_tokens_read_the_index_and_what_they_picked() -> None:
    read = read_bytes(MODELS["latent that picks tokens"], 100_000, "f16", "f16")
    assert read == 4 * 2 * (100_000 * 64 + 2048 * (256 + 64))


def test_attention_beside_a_mixer_has_both_cache_and_state() -> None:
    found = cache_bytes(MODELS["attention beside mamba2"], "llama.cpp", question(4096))
    assert found.kv_bytes == 4 * 4096 * 2 * 2 * 64 * 2
    assert found.state_bytes == 4 * 4 * STATES["mamba2"]


@EVERY
def test_a_pass_takes_at_least_its_input_and_output_rows(found: Model) -> None:
    buffers = compute_buffers(found, question())
    assert buffers.device_bytes >= 2 * 4 * 512 * HIDDEN
    assert buffers.host_bytes > 0


@EVERY
def test_without_flash_attention_a_pass_takes_no_less(found: Model) -> None:
    with_it, without = (
        compute_buffers(found, CacheQuestion(context_tokens=8192, flash_attention=on)).device_bytes
        for on in (True, False)
    )
    assert with_it <= without


@given(names, st.integers(1, 1024), st.integers(1, 1024))
def test_a_larger_micro_batch_never_takes_less(name: str, one: int, other: int) -> None:
    small, large = (compute_buffers(MODELS[name], question(ubatch=size)).device_bytes for size in sorted((one, other)))
    assert small <= large


@given(names, st.integers(1, 60_000), st.integers(1, 60_000))
def test_a_longer_context_never_takes_less(name: str, one: int, other: int) -> None:
    short, long = (compute_buffers(MODELS[name], question(size)).device_bytes for size in sorted((one, other)))
    assert short <= long


@EVERY
def test_contexts_together_give_what_each_gives_alone(found: Model) -> None:
    contexts = [512, 8192, 100_000]
    swept = compute_buffers(found, CacheQuestion(context_tokens=np.array(contexts)))
    alone = [compute_buffers(found, question(context)) for context in contexts]
    assert swept.device_bytes.tolist() == [each.device_bytes for each in alone]
    assert swept.host_bytes.tolist() == [each.host_bytes for each in alone]


def test_an_expert_stage_with_more_active_experts_takes_more() -> None:
    few, many = (
        compute_buffers(
            model(Block(attention=GROUPED, moe=Moe(experts=64, active=active, width=512)), name=f"{active}"), question()
        ).device_bytes
        for active in (2, 32)
    )
    assert few < many


def test_a_wider_shared_expert_takes_no_less() -> None:
    sizes = [
        compute_buffers(
            model(Block(attention=GROUPED, moe=Moe(experts=16, active=2, width=64, shared_width=wide)), name=f"w{wide}"), question()
        ).device_bytes
        for wide in (64, 1024, 8192)
    ]  # fmt: skip
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
