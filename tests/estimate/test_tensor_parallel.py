"""Layers divided over devices: bytes divide as far as heads do, and every stage is added up once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.estimate.decode import traffic
from advisor.estimate.tensor_parallel import all_reduces, cache_parts, divided
from advisor.estimate.weights import Weights, weight_bytes
from advisor.evidence.observations import stages
from tests.estimate.small import DENSE, EVERY_KIND, LATENT, MOE, RECURRENT
from tests.evidence.invented import QUANTS

if TYPE_CHECKING:
    from advisor.catalog.schema.model import Model


def sized(model: Model) -> Weights:
    return weight_bytes(model, QUANTS["f16"], "gguf", QUANTS.__getitem__)


@pytest.mark.parametrize("model", EVERY_KIND, ids=lambda each: each.id)
def test_one_device_moves_the_whole(model: Model) -> None:
    assert divided(model, sized(model), 4096, "f16", "f16", 1) == traffic(model, sized(model), 4096, "f16", "f16")


@pytest.mark.parametrize("model", EVERY_KIND, ids=lambda each: each.id)
def test_two_devices_read_half_the_weights_and_do_half_the_attention(model: Model) -> None:
    whole, half = (divided(model, sized(model), 4096, "f16", "f16", devices) for devices in (1, 2))
    assert half.weights_bytes == whole.weights_bytes / 2
    assert half.attention_ops == whole.attention_ops / 2
    assert half.layers == whole.layers


def test_a_key_and_value_head_is_not_cut_and_a_latent_is_kept_by_all() -> None:
    block = DENSE.blocks["b0"]
    assert [cache_parts(block, devices) for devices in (1, 2, 4, 8)] == [1, 2, 2, 2]
    assert cache_parts(LATENT.blocks["b0"], 4) == 1
    assert cache_parts(RECURRENT.blocks["b0"], 4) == 4
    whole, each = (divided(LATENT, sized(LATENT), 4096, "f16", "f16", devices).kv_bytes for devices in (1, 4))
    assert each == whole


def test_results_are_added_up_after_each_mixer_and_each_feed_forward() -> None:
    assert all_reduces(stages(MOE), len(MOE.layer_names)) == 2 * len(MOE.layer_names)
