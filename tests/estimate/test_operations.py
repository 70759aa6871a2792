"""The least operations of a prompt and of training, counted by hand and by brute force."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.schema.model import Attention, Block, Dense, Indexer, LatentAttention, Model
from advisor.estimate.operations import Training, attention_ops
from advisor.estimate.prefill import work
from advisor.estimate.weights import weight_bytes
from tests.estimate.small import DENSE, EVERY_KIND, FULL, LATENT, MIXED, RECURRENT, model, quant

CHUNKED = model(Block(attention=Attention(heads=8, kv_heads=2, head_width=64, chunk=256), dense=Dense(width=2048)))
INDEXER = Indexer(heads=2, width=32, top_k=128)
PICKING = model(
    Block(attention=Attention(heads=8, kv_heads=2, head_width=64, indexer=INDEXER), dense=Dense(width=2048))
)
A_LOOK = 2 * 4 * 8 * (64 + 64)
"""Operations of the small models' four layers when one token looks at one other."""


def looks(tokens: int, depth: int, window: int | None = None, chunk: int | None = None) -> int:
    """How often a token looks at one, counted one by one: at itself and its past, behind a window or within its chunk."""
    total = 0
    for at in range(depth, depth + tokens):
        start = 0 if window is None else max(0, at + 1 - window)
        total += at + 1 - (start if chunk is None else at // chunk * chunk)
    return total


def test_a_token_looks_at_itself_and_at_its_past() -> None:
    assert attention_ops(DENSE, 1) == A_LOOK
    assert attention_ops(DENSE, 4) == A_LOOK * (1 + 2 + 3 + 4)
    assert attention_ops(DENSE, 2, depth=100) == A_LOOK * (101 + 102)


@given(st.integers(1, 3000), st.integers(0, 3000))
def test_windows_and_chunks_are_counted_one_by_one(tokens: int, depth: int) -> None:
    full, windowed = looks(tokens, depth), looks(tokens, depth, window=1024)
    assert attention_ops(MIXED, tokens, depth) == A_LOOK * (full + windowed)
    assert attention_ops(CHUNKED, tokens, depth) == A_LOOK * looks(tokens, depth, chunk=256)
    picking = A_LOOK * looks(tokens, depth, window=128) + 2 * 4 * 2 * 32 * full
    assert attention_ops(PICKING, tokens, depth) == picking


def test_latents_are_unpacked_since_that_takes_less() -> None:
    assert attention_ops(LATENT, 3) == 2 * 4 * 8 * (64 + 64 + 64) * (1 + 2 + 3)
    latent = LatentAttention(heads=8, kv_rank=512, rope_width=64, nope_width=64, value_width=64, indexer=INDEXER)
    sparse = model(Block(latent_attention=latent, dense=Dense(width=1)))
    assert attention_ops(sparse, 1, 999) == 2 * 4 * (8 * 192 * 128 + 2 * 32 * 1000)


def test_recurrent_layers_count_nothing() -> None:
    assert attention_ops(RECURRENT, 512) == attention_ops(DENSE, 512)


def test_attention_of_no_known_rule_counts_nothing() -> None:
    assert attention_ops(replace(DENSE, kv_refused="nobody tested it"), 512) == 0
    assert attention_ops(replace(DENSE, layout=()), 512) == 0


@given(st.sampled_from([*EVERY_KIND, CHUNKED, PICKING]), st.integers(1, 20_000), st.integers(0, 100_000))
def test_no_prompt_is_expected_to_take_less_than_the_least(which: Model, tokens: int, depth: int) -> None:
    weights = weight_bytes(which, quant("f16"), "gguf", quant)
    assert attention_ops(which, tokens, depth) <= work(which, weights, tokens, depth, 512).attention_ops * (1 + 1e-12)


@pytest.mark.parametrize(
    ("how", "operations"),
    [(Training(6), 6000), (Training(4), 4000), (Training(4, adapters=50), 4300)],
    ids=["in full", "adapters of unstated size", "adapters"],
)
def test_frozen_parameters_take_no_gradient_of_their_own(how: Training, operations: int) -> None:
    assert how.per_token(1000) == operations


def test_heads_of_other_widths_count_by_their_width() -> None:
    wide = model(Block(attention=replace(FULL, value_width=128), dense=Dense(width=1)))
    assert attention_ops(wide, 1) == 2 * 4 * 8 * (64 + 128)
