"""Command lines read by advisor against what llama.cpp's own planner puts where for them, pool by pool."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pytest

from advisor.catalog.contents import Catalog
from advisor.catalog.schema.model import Model
from advisor.estimate.as_told import place_as_told
from advisor.estimate.command_line import stated
from advisor.estimate.kv_cache import CacheQuestion
from advisor.estimate.layered import Load, load
from advisor.estimate.placement import Placement, Pool
from advisor.estimate.weights import Weights, weight_bytes
from advisor.units import MIB

TOLD = json.loads((Path(__file__).resolve().parent.parent / "data" / "llama_cpp_told.json").read_text())
HOST = Pool("host", None, 1 << 50, 1 << 50, "", None, None)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def placed(catalog: Catalog, model: Callable[[str], Model]) -> list[tuple[Row, Load, Placement]]:
    """Every row with advisor's plan for the same flags."""

    @cache
    def sized(name: str, mix: str) -> tuple[Model, Weights]:
        found = model(name)
        return found, weight_bytes(found, catalog.quants[mix], "gguf", catalog.quants.__getitem__)

    found = []
    for values in TOLD["rows"]:
        row = dict(zip(TOLD["fields"], values, strict=True))
        said = stated(row["flags"], "llama.cpp")
        kept = (said.kv_type or "f16").split(",")
        asked = CacheQuestion(
            context_tokens=said.context_tokens, sequences=said.concurrency or 1, key_type=kept[0], value_type=kept[-1],
            ubatch=said.ubatch or 512, flash_attention=said.flash_attention is not False, unified=bool(said.unified),
            full_windows=said.full_windows,
        )  # fmt: skip
        held = load(*sized(row["model"], row["weights"]), "llama.cpp", asked)
        pools = tuple(Pool(str(i), None, mib * MIB, 1 << 50, "", None, i) for i, mib in enumerate(row["devices"]))
        found.append((row, held, place_as_told(pools, HOST, held, said.layout)))
    return found


def test_weights_and_cache_stand_where_llama_cpp_puts_them(placed: list[tuple[Row, Load, Placement]]) -> None:
    assert len(placed) == 731
    for row, _, plan in placed:
        for use, (weights, context, _) in zip(plan.uses, row["pools"], strict=True):
            assert use.weights_bytes == pytest.approx(weights, rel=1e-3, abs=4096), (row["model"], row["flags"])
            assert use.kv_cache_bytes + use.state_bytes == pytest.approx(context, rel=2e-4), (
                row["model"],
                row["flags"],
            )


def test_buffers_are_what_llama_cpp_reserves(placed: list[tuple[Row, Load, Placement]]) -> None:
    """A failure prints the plans that are furthest off; what is sent to another device by name is not among them."""
    errors = []
    for row, held, plan in placed:
        logits = 4 * (held.model.vocabulary or 0) * held.question.sequences
        host = replace(plan.uses[-1], compute_buffer_bytes=plan.uses[-1].compute_buffer_bytes - logits)
        if "=CUDA" in row["flags"]:
            continue
        for use, pool in zip((*plan.uses[:-1], host), row["pools"], strict=True):
            whole = max(sum(pool), 1)
            errors.append(((use.compute_buffer_bytes - pool[2]) / whole, row["model"], row["flags"], use.pool.name))
    errors.sort(key=lambda each: -abs(each[0]))
    sizes = [abs(each[0]) for each in errors]
    cuts = quantiles(sizes, n=100)
    found = f"median {median(sizes):.4%}, 90th {cuts[89]:.3%}, 99th {cuts[98]:.2%}, worst {sizes[0]:.2%}\n"
    found += "\n".join(f"{error:+8.2%} {name} {flags} pool {pool}" for error, name, flags, pool in errors[:25])
    assert median(sizes) <= 1e-6, found
    assert cuts[89] <= 3e-4, found
    assert cuts[98] <= 0.01, found
    assert sizes[0] <= 0.25, found
