"""llama.cpp's own planner and quantizer against ours: every row is its answer on a header-only file."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from advisor.catalog.contents import Catalog
from advisor.catalog.schema.model import Model
from advisor.estimate.kv_cache import CacheQuestion, cache_bytes
from advisor.estimate.weights import weight_bytes

DATA = Path(__file__).resolve().parent.parent / "data"
Named = Callable[[str], Model]


@cache
def truth(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text())
    return found


WEIGHTS = [(name, mix, size) for name, mixes in truth("llama_cpp_weights").items() for mix, size in mixes.items()]
MEMORY = truth("llama_cpp_memory")
MODELS = sorted(MEMORY["models"])


@pytest.mark.parametrize(("name", "mix", "size"), WEIGHTS, ids=[f"{n}-{m}" for n, m, _ in WEIGHTS])
def test_weights_equal_the_quantizers_dry_run(catalog: Catalog, model: Named, name: str, mix: str, size: int) -> None:
    weights = weight_bytes(model(name), catalog.quants[mix], "gguf", catalog.quants.__getitem__)
    assert weights.total_bytes == pytest.approx(size, rel=1e-3)


def rows(name: str, mode: str) -> list[dict[str, Any]]:
    return [dict(zip(MEMORY["fields"], row, strict=True)) for row in MEMORY["models"][name]["rows"].get(mode, [])]


def question(row: dict[str, Any]) -> CacheQuestion:
    """A split row (ctx, seq) asks for ctx / seq tokens in each of seq requests."""
    return CacheQuestion(
        context_tokens=row["ctx"] // row["seq"], sequences=row["seq"], key_type=row["tk"], value_type=row["tv"], ubatch=row["ub"],
        flash_attention=row["fa"] != 0, unified=bool(row["unified"]), full_windows=bool(row["swa_full"]),
    )  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_cache_and_state_equal_llama_cpps_planner(model: Named, name: str) -> None:
    errors = []
    for row in rows(name, "gpu"):
        found = cache_bytes(model(name), "llama.cpp", question(row))
        errors.append((abs((found.kv_bytes + found.state_bytes) / row["dev_ctx"] - 1), row))
    worst = max(errors, key=lambda pair: pair[0])
    assert worst[0] <= 1e-3, worst[1]
    assert median(error for error, _ in errors) <= 1e-4
