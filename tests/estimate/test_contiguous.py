"""Runtimes that keep one growing cache a request."""

from dataclasses import replace

import pytest

from advisor import units
from advisor.catalog.schema.hardware import Hardware, Member
from advisor.catalog.schema.runtime import Runtime, Splits
from advisor.estimate.case import Case, Demand
from advisor.estimate.contiguous import held
from advisor.estimate.footprint import CannotRun, Footprint, footprint
from advisor.estimate.machine import machine
from tests.estimate.small import DENSE, LATENT, MIXED, RECURRENT, RUNTIME, card, quant

ALONE = Splits(layers=False, layers_over_unequal=False, tensors=False, host=False, nodes=False, source="s")
GROWING = replace(RUNTIME, cache_rule="contiguous", kv_types=("bf16",), margin_mib=0)


def placed(hardware: Hardware, *members: Hardware, runtime: Runtime = GROWING) -> Footprint:
    known = {h.id: h for h in (hardware, *members)}
    asked = Case(
        model=DENSE, quant=quant("f16"), container="safetensors", runtime=runtime, version=None, backend="cuda",
        machine=machine(hardware, known.__getitem__), demand=Demand(),
    )  # fmt: skip
    return footprint(asked, quant)


def test_the_cache_grows_by_256_tokens() -> None:
    # 2 KV heads of 64, key and value, 2 bytes.
    assert held(DENSE, "bf16", 257, 1).kv_bytes == (512 * 512,) * 4
    assert held(DENSE, "bf16", 256, 3).kv_bytes == (3 * 256 * 512,) * 4


def test_a_window_holds_a_chunk_of_the_prompt_beside_itself() -> None:
    kept = held(MIXED, "bf16", 131072, 1).kv_bytes
    assert kept[:2] == (131072 * 512, (1024 + 2047) * 512)


def test_latent_vectors_are_kept_once_and_states_do_not_grow() -> None:
    assert held(LATENT, "bf16", 256, 1).kv_bytes[0] == 256 * 576 * 2
    assert held(RECURRENT, "bf16", 256, 1).state_bytes == held(RECURRENT, "bf16", 131072, 1).state_bytes


def test_whole_layers_fill_one_device_after_the_other() -> None:
    one, other = card(64 / 1024, "one"), card(4, "other")
    both = Hardware(
        id="both", name="both", vendor="v", kind="system", members=(Member(device="one"), Member(device="other"))
    )
    found = placed(both, one, other)
    first, second = found.placement.uses
    assert found.placement.verdict == "fits"
    assert first.last_layer is not None
    assert second.first_layer == first.last_layer + 1
    assert first.weights_bytes + second.weights_bytes == found.weights.total_bytes
    assert found.kv_bytes == first.kv_cache_bytes + second.kv_cache_bytes


def test_a_runtime_that_spreads_nothing_is_refused_on_two_devices() -> None:
    device = card(24)
    pair = Hardware(id="pair", name="pair", vendor="v", kind="system", members=(Member(device="card", count=2),))
    with pytest.raises(CannotRun, match="spread"):
        placed(pair, device, runtime=replace(GROWING, splits=ALONE))


def test_nothing_is_counted_that_no_source_states() -> None:
    found = placed(card(24))
    (use,) = found.placement.uses
    assert use.used_bytes == found.weights.total_bytes + found.kv_bytes + found.state_bytes
    assert any("not counted" in note.words for note in found.notes)
    assert found.pool is None
    assert use.pool.usable_bytes == 24 * units.GIB
