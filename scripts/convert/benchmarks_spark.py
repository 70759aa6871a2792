"""Rows of the Spark layout as records."""

import re
from dataclasses import dataclass, field
from typing import Any

from scripts.convert.benchmarks_conditions import Stated, parallel
from scripts.convert.benchmarks_doubts import spark_doubts
from scripts.convert.benchmarks_figures import figures
from scripts.convert.benchmarks_models import LABELS
from scripts.convert.benchmarks_sources import COPIES, Page, plain_words, spark_page
from scripts.convert.hardware_names import RENAMED, hardware_id
from scripts.convert.names import Names
from scripts.convert.quant_names import quant_id
from scripts.convert.runtime_names import runtime_id

LOWEST_TIER = 3
ORIGINALS = {
    "lhl-relay": "llamacpp-16578",
    "jetsonhacks": "llamacpp-16578",
    "albond": "independent community data",
    "chrisowen-mxfp4": "figures stated for comparison",
}
"""Source → original of the rows it relays, where the source is not itself the original."""

DATES = {
    "seed4-gpt-oss-120b-llamacpp": "2025-10-14",
    "seed4-qwen3-coder-30b-q8-d0": "2025-10",
    "seed4-qwen3-coder-30b-q8-d4096": "2025-10",
}
"""Where the input gives the span of a whole discussion: its first day for the launch-day figure, the month a user posted."""

NOTES = {
    "Ollama stores K and V separately (head_count_kv=20); llama.cpp uses compressed MLA KV": (
        "Ollama of that time kept K (576) and V (512) of the latent; llama.cpp keeps one latent. The report's own explanation "
        "by 20 heads is wrong."
    )
}
"""Notes that repeat a mistake of the report they are from, put right."""

SAME_BOX = frozenset({"dgx-spark", "desktop-4090-5070ti"})
"""Keys of the input that are no words of a source."""

UNSTATED_DEPTH = "geerling-ai-benchmarks"
BINARY_THOUSANDS = frozenset({"seed-report-own"})
"""Sources whose contexts of so many k count 1,024: 379 MiB are three layers of the cache at 112 x 1,024 tokens, not at 112,000."""
_PATH = re.compile(r"(?:[\w.+~-]+/)*[\w.+~-]+\.(?:md|json|txt|csv|log|py)\b")


@dataclass
class Draft:
    """A row on its way into the catalog."""

    file: str
    number: int
    row_id: str
    hardware: str
    page: Page
    body: dict[str, Any]
    duplicate_of: str | None = None
    conditions: dict[str, Any] = field(default_factory=dict)


def spark_draft(row: dict[str, Any], number: int, file: str, names: Names) -> Draft:
    """The record of one row in the Spark layout."""
    page = spark_page(row)
    system, boxes = row["hardware"]["system"], row["hardware"]["count"]
    hardware, devices = hardware_id(system, None, boxes)
    values, settings = figures(row)
    stated = _conditions(row, boxes)
    stated.put(**_in_tokens(settings, row["source"]["id"]))
    doubts = spark_doubts(row)
    body = {
        "kind": row["kind"],
        "devices": devices if devices > 1 else None,
        "hardware_label": None if system in SAME_BOX or RENAMED.get(system, system) == hardware else system,
        "model": names.for_row(row["model"], row["hf_repo"]) or LABELS.get(row["model"]),
        "model_label": row["model"],
        "quant": quant_id(row["quant"], runtime=row["runtime"]["name"], repo=row["hf_repo"], model=row["model"]),
        "quant_label": row["quant"],
        "repository": row["hf_repo"],
        **_origin(row),
        "plain_decode": row["plain_decode"],
        "conditions": stated.conditions,
        **values,
        "status": row["status"],
        **doubts,
        "flags": [plain_words(text) for text in [*row["flags"], *stated.flags, *_audit(row)]],
        "where": _where(row, page),
        "method": plain_words(row["method"]) if row["method"] else None,
        "note": NOTES.get(row["note"], row["note"]),
    }
    return Draft(file, number, row["id"], hardware, page, body, row.get("duplicate_of"))


def _in_tokens(settings: dict[str, Any], source: str) -> dict[str, Any]:
    """The settings with a context of so many k in tokens; the input always takes 1,000 for one."""
    context = settings.get("max_context_tokens")
    if source not in BINARY_THOUSANDS or context is None:
        return settings
    assert context % 1000 == 0, context
    return {**settings, "max_context_tokens": context // 1000 * 1024}


def _origin(row: dict[str, Any]) -> dict[str, Any]:
    evidence, source = row["evidence"], row["source"]
    passed_on = "quoted in seed" in row["obtained"] and not source["id"].startswith(("seed-", "conselara"))
    if evidence != "relayed" and not (passed_on and evidence == "estimate"):
        return {"evidence": evidence}
    return {
        "evidence": evidence,
        "tier": min(source["tier"] + 1, LOWEST_TIER),
        "relayed_from": ORIGINALS.get(source["id"]),
    }


def _conditions(row: dict[str, Any], boxes: int) -> Stated:
    stated = Stated()
    label = row["runtime"]["name"]
    runtime = runtime_id(label)
    stated.put(
        runtime=runtime,
        runtime_label=label if label and label.lower() != runtime else None,
        runtime_version=row["runtime"]["version"],
    )
    official = row["source"]["id"].startswith("llamacpp-benches-")
    stated.put_backend("CUDA" if official else None, runtime, "nvidia")
    stated.put_date(DATES.get(row["id"], row["runtime"]["date"]))
    _put_depth(stated, row)
    stated.put(prompt_tokens=row["prompt_tokens"], output_tokens=row["gen_tokens"], concurrency=row["concurrency"])
    stated.put_kv_type(row["kv_cache_type"])
    stated.put(flash_attention=row["flash_attn"])
    stated.put_speculation(row["speculative"], row["method"])
    stated.put_from_method(row["method"], row["note"], *row["flags"])
    _put_placement(stated, row)
    topology = row["hardware"]["topology"]
    stated.put(topology=topology, parallel=parallel(topology or row["method"] if boxes > 1 else topology, boxes))
    return stated


def _put_depth(stated: Stated, row: dict[str, Any]) -> None:
    """Depth where the figure of the row is timed: decode starts after the prompt, prefill before it."""
    if row["source"]["id"] == UNSTATED_DEPTH:
        return
    before = row["n_depth"]
    depth = row["decode_depth"] if row["kind"] in {"decode", "concurrency"} else before
    stated.put(depth_tokens=depth)
    if depth is not None and before is not None and before != depth and "prefill_tps" in row["metrics"]:
        stated.put(prefill_depth_tokens=before)


def _put_placement(stated: Stated, row: dict[str, Any]) -> None:
    flags, layers = "; ".join(row["flags"]), row["metrics"].get("gpu_layers")
    if layers and row.get("partly_on_cpu"):
        stated.put(placement="layers-on-host", gpu_layers=int(layers.split("/")[0]))
    elif row.get("partly_on_cpu"):
        stated.put(placement="partly-on-host")
    elif "does not fit in memory" in flags:
        stated.put(placement="unified-memory-paging")
    elif "CPU expert offload" in (row["hardware"]["topology"] or ""):
        stated.put(placement="experts-on-host")


def _audit(row: dict[str, Any]) -> list[str]:
    text = re.sub(r"^\d{4}-\d\d-\d\d: ", "", row.get("audit", ""))
    return [text] if text and not text.startswith("also in") else []


def _where(row: dict[str, Any], page: Page) -> str:
    """The text or file it was read in and the cell of its table, as far as the row says; else what was read."""
    copy = next((words for _, words in COPIES if words in page.obtained), None)
    file = _PATH.search(page.obtained)
    found = copy or (file[0] if file else None)
    cell = _cell(row)
    subject = f"{row['model']} {row['quant'] or ''}".strip() if cell else None
    parts = [found, subject, cell]
    return ", ".join(part for part in parts if part) or page.obtained


def _cell(row: dict[str, Any]) -> str | None:
    method, prompt, output = row["method"] or "", row["prompt_tokens"], row["gen_tokens"]
    depth = f" @ d{row['n_depth']}" if row["n_depth"] is not None else ""
    if "batched-bench" in method:
        return f"PP {prompt}, TG {output}, B {row['concurrency']}"
    if "llama-benchy" in method and prompt:
        tested = f"pp{prompt} / tg{output}" if output else f"pp{prompt}"
        return f"{tested}{depth}, c{row['concurrency']}"
    if "llama-bench" not in method:
        return None
    tested = f"pp{prompt}" if row["kind"] == "prefill" else f"tg{output}"
    return None if tested.endswith("None") else f"{tested}{depth}"
