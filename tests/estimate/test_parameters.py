"""Parameters counted tensor by tensor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.catalog.schema.model import StatedCounts
from advisor.estimate.parameters import parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.catalog.contents import Catalog
    from advisor.catalog.schema.model import Model


def test_totals_agree_with_those_counted_from_the_configurations(catalog: Catalog) -> None:
    stated = [model for model in catalog.models.values() if model.is_sized and model.counts.text]
    off = {
        model.id
        for model in stated
        if (found := parameters(model)) is None or found.total != pytest.approx(model.counts.text, rel=1e-3)
    }
    assert len(stated) > 150
    assert off == set()


def test_a_token_reads_the_head_but_only_the_experts_it_uses(model: Callable[[str], Model]) -> None:
    found = parameters(model("gpt-oss-120b"))
    assert found is not None
    assert found.read_per_token == pytest.approx(5_132_849_472, rel=1e-4)
    assert found.multiplied_per_token == pytest.approx(found.read_per_token - 201_088 * 2880, rel=0.001)


def test_a_tied_head_is_read_although_it_is_the_embedding(model: Callable[[str], Model]) -> None:
    tied = model("llama-3.2-3b")
    found = parameters(tied)
    assert tied.tied_embeddings
    assert found is not None
    assert found.read_per_token == found.total


def test_without_layers_only_stated_counts_are_known(model: Callable[[str], Model]) -> None:
    bare = replace(model("llama-3.2-3b"), blocks={}, layout=(), counts=StatedCounts())
    assert parameters(bare) is None
    stated = parameters(replace(bare, counts=StatedCounts(text=3_000, read_per_token=2_000)))
    assert stated is not None
    assert (stated.total, stated.read_per_token) == (3_000, 2_000)
