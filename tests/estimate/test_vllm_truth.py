"""vLLM's own planner, and the logs of its servers, against ours."""

from typing import Any

import pytest

from advisor import units
from advisor.catalog.contents import Catalog
from advisor.estimate.paged import Paging, plan
from advisor.estimate.token_pool import token_pool
from tests.estimate.vllm_rows import LOGS, ROWS, logged, planned, stated


def ids(row: dict[str, Any]) -> str:
    return f"{row['model']}-{row['kv']}-{row['context']}"


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_blocks_equal_vllms_planner_to_the_byte(catalog: Catalog, row: dict[str, Any]) -> None:
    assert planned(catalog, row) == stated(row)


@pytest.mark.parametrize("record_id", LOGS)
def test_the_tokens_a_server_logged_follow_from_the_bytes_it_logged(catalog: Catalog, record_id: str) -> None:
    ours, theirs = logged(catalog, record_id)
    assert ours == theirs


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
