"""What the KV cache does with context, sequences, windows and types."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.schema.model import Model
from advisor.estimate.kv_cache import CacheQuestion, cache_bytes, read_bytes
from tests.estimate.small import DENSE, EVERY_KIND, LATENT, MIXED, RECURRENT

RULES = ("llama.cpp", "ollama-2025")
contexts = st.integers(1, 300_000)


def kv(model: Model, context: int, rule: str = "llama.cpp", **more: object) -> int:
    return int(cache_bytes(model, rule, CacheQuestion(context_tokens=context, **more)).kv_bytes)  # type: ignore[arg-type]


@given(st.sampled_from(EVERY_KIND), st.sampled_from(RULES), contexts, contexts)
def test_more_context_never_lowers_kv_bytes(model: Model, rule: str, one: int, other: int) -> None:
    short, long = sorted((one, other))
    assert kv(model, short, rule) <= kv(model, long, rule)


@given(st.sampled_from(EVERY_KIND), st.sampled_from(RULES), contexts, st.integers(1, 16))
def test_more_sequences_never_lower_kv_bytes(model: Model, rule: str, context: int, sequences: int) -> None:
    assert kv(model, context, rule, sequences=sequences) <= kv(model, context, rule, sequences=sequences + 1)


@given(st.sampled_from(EVERY_KIND), st.sampled_from(RULES), st.lists(contexts, min_size=1, max_size=5))
def test_an_array_of_contexts_gives_what_each_gives_alone(model: Model, rule: str, several: list[int]) -> None:
    together = cache_bytes(model, rule, CacheQuestion(context_tokens=np.array(several))).kv_bytes
    assert list(np.broadcast_to(together, len(several))) == [kv(model, context, rule) for context in several]


def test_full_attention_keeps_key_and_value_of_every_token_and_layer() -> None:
    assert kv(DENSE, 4096) == 4 * 4096 * (2 * 64 + 2 * 64) * 2


def test_contexts_are_padded_to_256_cells_per_stream() -> None:
    assert kv(DENSE, 4097) == kv(DENSE, 4352)
    assert kv(DENSE, 4097, sequences=3) == 3 * kv(DENSE, 4352)
    assert kv(DENSE, 100, sequences=3, unified=True) == kv(DENSE, 512)


def test_a_sliding_window_caps_growth_at_window_plus_ubatch() -> None:
    full_half = 4 * 2 * 128 * 2
    assert kv(MIXED, 100_096) - kv(MIXED, 50_176) == (100_096 - 50_176) * full_half
    assert kv(MIXED, 8192, full_windows=True) == 2 * kv(DENSE, 8192)


def test_latent_attention_caches_one_vector_and_no_value() -> None:
    assert kv(LATENT, 4096) == 4 * 4096 * 576 * 2


def test_ollamas_own_cache_stored_the_value_part_of_latent_attention_too() -> None:
    assert kv(replace(LATENT, gguf_architecture="deepseek2"), 4096, "ollama-2025") == 4 * 4096 * (576 + 512) * 2


def test_quantised_cache_counts_its_scales() -> None:
    assert kv(DENSE, 4096, key_type="q8_0", value_type="q8_0") / kv(DENSE, 4096) == pytest.approx(34 / 64)


def test_recurrent_state_does_not_depend_on_context_and_grows_with_sequences() -> None:
    short = cache_bytes(RECURRENT, "llama.cpp", CacheQuestion(context_tokens=256)).state_bytes
    assert short == 4 * 4 * (3 * (2 * 4 * 64 + 8 * 64) + 8 * 64 * 64)
    assert cache_bytes(RECURRENT, "llama.cpp", CacheQuestion(context_tokens=100_000)).state_bytes == short
    assert cache_bytes(RECURRENT, "llama.cpp", CacheQuestion(context_tokens=256, sequences=5)).state_bytes == 5 * short


def test_without_flash_attention_values_are_padded_to_the_widest_layer() -> None:
    assert kv(MIXED, 4096, flash_attention=False) == kv(MIXED, 4096)


@given(st.sampled_from(EVERY_KIND), contexts, contexts)
def test_deeper_never_reads_less(model: Model, one: int, other: int) -> None:
    shallow, deep = sorted((one, other))
    assert read_bytes(model, shallow, "f16", "f16") <= read_bytes(model, deep, "f16", "f16")


def test_a_window_stops_reads_from_growing() -> None:
    grown = read_bytes(MIXED, 60_000, "f16", "f16") - read_bytes(MIXED, 50_000, "f16", "f16")
    assert grown == 4 * 10_000 * 256 * 2
