"""vLLM's own planner, and the logs of its servers, against ours."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advisor import units
from advisor.catalog.contents import Catalog
from advisor.catalog.schema.model import Model
from advisor.estimate.paged import Paging, plan
from advisor.estimate.token_pool import token_pool

Named = Callable[[str], Model]
TRUTH = json.loads((Path(__file__).resolve().parent.parent / "data" / "vllm_kv.json").read_text())
ROWS = [dict(zip(TRUTH["fields"], row, strict=True)) for row in TRUTH["rows"]]
POOL = 20 * units.GIB


def ids(row: dict[str, Any]) -> str:
    return f"{row['model']}-{row['kv']}-{row['context']}"


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_blocks_equal_vllms_planner_to_the_byte(model: Named, row: dict[str, Any]) -> None:
    found = plan(model(row["model"]), Paging(kv_type=row["kv"], in_flight_tokens=TRUTH["in_flight_tokens"]))
    context = row["context"]
    groups = sorted([group.layers, group.spec.block_tokens, group.spec.page_bytes] for group in found.groups)
    assert groups == sorted(row["groups"])
    assert found.block_bytes == row["block_bytes"]
    assert found.request_blocks(context) == row["request_blocks"]
    assert found.request_bytes(context) == row["request_bytes"]
    assert found.blocks(POOL) == row["pool_blocks"]
    assert round(found.concurrency(POOL, context), 3) == row["pool_requests"]
    assert found.pool_tokens(POOL, context) == row["pool_tokens"]


# What a row does not state and its token count alone fits is inferred: the cache type of the Nemotron checkpoints that ship
# scales for it, three drafted tokens, a state kept in F16 by the same author in both runs.
LOGS = {
    "devreng-startup-qwen-3.6-35b-a3b-bf16": ("blocks", Paging()),
    "devreng-startup-nemotron-3-nano-4b-bf16": ("blocks", Paging(kv_type="fp8")),
    "devreng-startup-nemotron-3-super-120b-a12b-nvfp4": ("blocks", Paging(kv_type="fp8", draft_tokens=3)),
    "teaql-nemotron-super-startup": ("requests", Paging(kv_type="fp8", state_type="f16")),
    "teaql-omni-startup": ("requests", Paging(kv_type="fp8", state_type="f16")),
    "atlas-qwen38-27b-nvfp4-vllm-mtp3": ("requests", Paging(kv_type="fp8", draft_tokens=3, state_caching="aligned")),
}


@pytest.mark.parametrize("record_id", LOGS)
def test_the_tokens_a_server_logged_follow_from_the_bytes_it_logged(catalog: Catalog, record_id: str) -> None:
    record = catalog.records[record_id]
    counted, asked = LOGS[record_id]
    stated = record.other
    pool = units.gib(float(stated.get("kv_cache_gib") or stated["kv_gib"]))
    tokens = stated.get("kv_cache_tokens") or stated["kv_capacity_tokens"]
    found = plan(catalog.models[record.model or ""], asked)
    assert found.pool_tokens(pool, record.conditions.max_context_tokens or 0, counted) == tokens


WHOLE = {
    "kv_capacity_no_prefix_caching_tokens": ("bakeer-qwen38-27b-fp8-kv", Paging(draft_tokens=3)),
    "kv_capacity_prefix_caching_tokens": (
        "bakeer-qwen38-27b-fp8-kv",
        Paging(draft_tokens=3, state_caching="aligned"),
    ),
    "kv_capacity_tokens": ("atlas-qwen36-35b-fp8-vllm-depth-p1359", Paging(kv_type="fp8", draft_tokens=2)),
}


@pytest.mark.parametrize("name", WHOLE)
def test_logged_tokens_without_bytes_are_a_whole_number_of_blocks(catalog: Catalog, name: str) -> None:
    record_id, asked = WHOLE[name]
    record = catalog.records[record_id]
    context = record.conditions.max_context_tokens or 262144
    found = plan(catalog.models[record.model or ""], asked)
    blocks = float(record.other[name]) / context * found.request_blocks(context)
    assert blocks == pytest.approx(round(blocks), abs=5e-4)


def test_older_logs_count_concurrency_apart_from_tokens(catalog: Catalog) -> None:
    found = plan(catalog.models["qwen3.6-35b-a3b"], Paging())
    pool = units.gib(47.55)
    assert found.concurrency(pool, 131072) == pytest.approx(18.44, abs=0.005)
    assert found.pool_tokens(pool, 131072, "blocks") < 0.3 * found.pool_tokens(pool, 131072)


def test_sglang_counts_the_same_bytes_a_token_as_its_log(catalog: Catalog) -> None:
    stated = catalog.records["albond-qwen35-35b-sglang-memory"].other
    found = token_pool(catalog.models["qwen3.5-35b-a3b"], "bf16", 1, 8192)
    # SGLang prints GB and means 2**30.
    assert units.gib(float(stated["kv_gb"])) / found.token_bytes == pytest.approx(
        stated["kv_capacity_tokens"], rel=0.01
    )
