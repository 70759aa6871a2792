"""Ollama's own rule for layers, and its cache, before it started llama.cpp's server."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import units
from advisor.estimate.kv_cache import CacheQuestion, cache_bytes
from advisor.estimate.layered import Load, load
from advisor.estimate.ollama import Pieces, assigned, evenly, greedy, place_ollama, settled
from advisor.estimate.ollama_cache import OWN_ENGINE, own_cells
from advisor.estimate.ollama_graph import graph_bytes, layer_cache_bytes
from advisor.estimate.placement import Placement, Pool
from advisor.estimate.weights import weight_bytes
from tests.estimate.small import DENSE, MIXED

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog

sizes = st.lists(st.integers(1, 100), min_size=1, max_size=30).map(tuple)
rooms = st.lists(st.integers(0, 800), min_size=1, max_size=4).map(lambda found: tuple(sorted(found, reverse=True)))


def pool(name: str, gib: float, index: int | None = 0) -> Pool:
    size = units.gib(gib)
    return Pool(name, size, size, size, "free at start, less Ollama's margin of 1024 MiB", None, index)


def glm(catalog: Catalog, quant: str, context: int, **more: object) -> Load:
    model = catalog.models["glm-4.7-flash"]
    weights = weight_bytes(model, catalog.quants[quant], "gguf", catalog.quants.__getitem__)
    asked = CacheQuestion(context_tokens=context, key_type="q8_0", value_type="q8_0", **more)  # type: ignore[arg-type]
    return load(model, weights, "ollama-2025", asked)


def desktop(catalog: Catalog, quant: str, context: int, taken: tuple[float, float]) -> Placement:
    cards = pool("rtx-4090", 23.496 - taken[0]), pool("rtx-5070-ti", 15.43 - taken[1], 1)
    return place_ollama(cards, pool("host", 64, None), glm(catalog, quant, context), "cuda")[0]


@given(sizes, rooms)
def test_no_device_is_given_more_than_its_room(pieces: tuple[int, ...], room: tuple[int, ...]) -> None:
    for (begin, end), size in zip(assigned(pieces, room), room, strict=True):
        assert sum(pieces[begin:end]) <= size


@given(sizes, rooms)
def test_sharing_evenly_places_as_much_as_filling(pieces: tuple[int, ...], room: tuple[int, ...]) -> None:
    filled, even = greedy(pieces, tuple(map(float, room))), evenly(pieces, room)
    assert sum(end - begin for begin, end in even) == sum(end - begin for begin, end in filled)


@given(sizes, rooms)
def test_what_stays_on_the_host_are_first_layers_and_perhaps_the_output(
    pieces: tuple[int, ...], room: tuple[int, ...]
) -> None:
    held = [index for begin, end in assigned(pieces, room) for index in range(begin, end)]
    last = max(held, default=-1)
    assert last in {len(pieces) - 1, len(pieces) - 2, -1}
    assert sorted(held) == list(range(last + 1 - len(held), last + 1))


def test_everything_goes_on_one_device_where_one_holds_it() -> None:
    assert assigned((3, 3, 3), (9, 9)) == ((0, 3), (0, 0))
    assert assigned((3, 3, 3), (6, 6)) == ((0, 1), (1, 3))


def test_the_output_gives_way_before_a_layer_does() -> None:
    assert assigned((4, 4, 4, 4), (12,)) == ((0, 3),)
    assert assigned((4, 4, 4, 8), (9,)) == ((1, 3),)


def test_a_graph_that_grows_with_the_layers_settles() -> None:
    pieces = Pieces((4, 4, 4, 4, 1), (18,), lambda spans: (2 * (spans[0][1] - spans[0][0]) // 2,))
    ((begin, end),) = settled(pieces, 1)
    assert sum((4, 4, 4, 4, 1)[begin:end]) <= 18 - 1 - (end - begin)


@pytest.mark.parametrize("taken", [(3.0, 0.0), (3.25, 0.0), (3.5, 0.0), (0.0, 3.0), (0.0, 3.5), (1.5, 1.5), (1.9, 1.9)])
def test_the_desktop_of_the_report_keeps_44_of_48_layers(catalog: Catalog, taken: tuple[float, float]) -> None:
    found = desktop(catalog, "q8_0", 112 * 1024, taken)
    assert (found.flags, found.host_layers, found.verdict) == ("num_gpu 44", 3, "fits-offloaded")
    assert desktop(catalog, "q8_0", 64 * 1024, taken).verdict == "fits"
    assert desktop(catalog, "q4_k_m", 202_752, taken).verdict == "fits"


def test_with_nothing_else_on_the_cards_all_layers_would_have_fitted(catalog: Catalog) -> None:
    assert desktop(catalog, "q8_0", 112 * 1024, (0, 0)).verdict == "fits"


def test_the_report_s_totals_leave_the_same_unexplained_in_every_run_that_fits(catalog: Catalog) -> None:
    """What the cards held beside model, cache and buffers; contexts and a working copy of the cache are in it."""
    stated = {("q8_0", 64 * 1024): 37.5, ("q8_0", 112 * 1024): 39.2, ("q4_k_m", 202_752): 33.7}
    for (quant, context), total in stated.items():
        plan = desktop(catalog, quant, context, (3.25, 0))
        cards = sum(use.used_bytes for use in plan.uses if use.pool.device is not None)
        assert 4.0 <= total - units.to_gib(cards) <= 6.0


def test_457_mib_are_set_aside_on_each_card_instead_of_llama_cpps_margin(catalog: Catalog) -> None:
    plan = desktop(catalog, "q4_k_m", 4096, (0, 0))
    assert [use.pool.free_bytes - use.pool.usable_bytes for use in plan.uses[:2]] == [units.mib(457)] * 2
    assert "1024" not in plan.uses[0].pool.basis


def test_on_unified_memory_nothing_is_gained_by_the_host(catalog: Catalog) -> None:
    found = glm(catalog, "q8_0", 4096)
    small, large = (
        place_ollama((pool("unified", size),), pool("host", 0, None), found, "metal", unified=True)[0]
        for size in (24, 48)
    )
    assert (small.verdict, large.verdict) == ("does-not-fit", "fits")


def test_a_slot_more_counts_its_whole_context() -> None:
    model = replace(DENSE, gguf_architecture="qwen3")
    one, four = (
        cache_bytes(model, "ollama-2025", CacheQuestion(context_tokens=4096, sequences=n)).kv_bytes for n in (1, 4)
    )
    assert four == 4 * one


@pytest.mark.parametrize(("architecture", "cells"), [("gemma3", 1536), ("gpt-oss", 4608), ("gemma4", 4608)])
def test_windowed_layers_keep_their_window_and_a_batch_or_4096_tokens(architecture: str, cells: int) -> None:
    model = replace(MIXED, gguf_architecture=architecture)
    assert own_cells(model, 1024, 32_768, 1, 512) == cells
    assert own_cells(model, None, 32_768, 2, 512) == 65_536


def test_an_array_of_contexts_counts_as_each_alone() -> None:
    model, several = replace(MIXED, gguf_architecture="gemma3"), [100, 1023, 1024, 1025, 70_000]
    for window in (None, 1024):
        together = own_cells(model, window, np.array(several), 2, 512)
        assert list(together) == [own_cells(model, window, context, 2, 512) for context in several]


def test_architectures_of_neither_engine_are_cached_as_llama_cpp_does(catalog: Catalog) -> None:
    asked = CacheQuestion(context_tokens=10_000, key_type="q8_0", value_type="q8_0")
    outside = [
        m for m in catalog.models.values() if m.gguf_architecture not in OWN_ENGINE and m.is_sized and not m.kv_refused
    ]
    assert len(outside) > 20
    for model in outside:
        assert cache_bytes(model, "ollama-2025", asked).kv_bytes == cache_bytes(model, "llama.cpp", asked).kv_bytes


def linked(catalog: Catalog, name: str, context: int) -> Load:
    model = catalog.models[name]
    weights = weight_bytes(model, catalog.quants["q4_k_m"], "gguf", catalog.quants.__getitem__)
    return load(model, weights, "ollama-2025", CacheQuestion(context_tokens=context))


def test_the_closed_form_graph_of_a_llama_counts_every_head_at_every_token(catalog: Catalog) -> None:
    found = linked(catalog, "llama-3.1-8b", 131_072)
    assert graph_bytes(found) >= 4 * 512 * 131_072 * 32
    assert sum(layer_cache_bytes(found)) == found.kv_bytes


@pytest.mark.parametrize("name", ["llama-3.1-8b", "qwen2.5-7b", "gemma-2-9b", "phi-4", "granite-4.1-8b", "command-r"])
def test_a_long_context_leaves_layers_on_the_host_that_llama_cpp_would_not(catalog: Catalog, name: str) -> None:
    graphs = [graph_bytes(linked(catalog, name, context)) for context in (2048, 8192, 32_768, 131_072)]
    assert graphs == sorted(graphs)
    plan, notes = place_ollama((pool("card", 16),), pool("host", 512, None), linked(catalog, name, 131_072), "cuda")
    assert plan.verdict == "fits-offloaded"
    assert "linked in" in notes[0].words


def test_layers_no_card_holds_run_from_the_host_if_it_has_room(catalog: Catalog) -> None:
    found = glm(catalog, "q8_0", 4096)
    plan, _ = place_ollama((pool("card", 8),), pool("host", 64, None), found, "cuda")
    assert plan.verdict == "fits-offloaded"
    assert plan.host_read_bytes > 0
    assert place_ollama((pool("card", 8),), pool("host", 4, None), found, "cuda")[0].verdict == "does-not-fit"
