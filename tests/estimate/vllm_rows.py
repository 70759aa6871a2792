"""vLLM's own planner and the logs of its servers beside advisor's plan: what the tests require and docs/accuracy-memory.md counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor import units
from advisor.catalog import find
from advisor.estimate.paged import Paging, plan

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog

TRUTH = json.loads((Path(__file__).resolve().parent.parent / "data" / "vllm_kv.json").read_text())
ROWS: list[dict[str, Any]] = [dict(zip(TRUTH["fields"], row, strict=True)) for row in TRUTH["rows"]]
POOL = 20 * units.GIB
PLANNED = ("groups", "block_bytes", "request_blocks", "request_bytes", "pool_blocks", "pool_requests", "pool_tokens")
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


def planned(catalog: Catalog, row: dict[str, Any]) -> dict[str, Any]:
    """advisor's plan for a row of vLLM's planner, in the row's own fields."""
    paging = Paging(kv_type=row["kv"], in_flight_tokens=TRUTH["in_flight_tokens"])
    found, context = plan(find.model(catalog, row["model"]), paging), row["context"]
    return {
        "groups": sorted([group.layers, group.spec.block_tokens, group.spec.page_bytes] for group in found.groups),
        "block_bytes": found.block_bytes, "request_blocks": found.request_blocks(context), "request_bytes": found.request_bytes(context),
        "pool_blocks": found.blocks(POOL), "pool_requests": round(found.concurrency(POOL, context), 3),
        "pool_tokens": found.pool_tokens(POOL, context),
    }  # fmt: skip


def stated(row: dict[str, Any]) -> dict[str, Any]:
    """The same as vLLM's planner has it."""
    return {name: sorted(row[name]) if name == "groups" else row[name] for name in PLANNED}


def logged(catalog: Catalog, record_id: str) -> tuple[int, int]:
    """Tokens advisor gets from the bytes a server logged, and the tokens it logged."""
    record = catalog.records[record_id]
    counted, asked = LOGS[record_id]
    pool = units.gib(float(record.other.get("kv_cache_gib") or record.other["kv_gib"]))
    tokens = int(record.other.get("kv_cache_tokens") or record.other["kv_capacity_tokens"])
    found = plan(catalog.models[record.model or ""], asked)
    return found.pool_tokens(pool, record.conditions.max_context_tokens or 0, counted), tokens


def equal_plans(catalog: Catalog) -> int:
    """Rows of the planner advisor equals in every figure."""
    return sum(planned(catalog, row) == stated(row) for row in ROWS)


def equal_logs(catalog: Catalog) -> int:
    """Logs whose tokens advisor gets exactly."""
    return sum(ours == theirs for ours, theirs in (logged(catalog, name) for name in LOGS))
