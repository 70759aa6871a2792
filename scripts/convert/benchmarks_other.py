"""Rows of the other layout as records."""

import re
from typing import Any

from scripts.convert.benchmarks_conditions import PLACEMENTS, Stated, parallel
from scripts.convert.benchmarks_doubts import other_doubts, tool_quoted
from scripts.convert.benchmarks_hosts import host_facts
from scripts.convert.benchmarks_models import LABELS
from scripts.convert.benchmarks_pages import RELAYS, other_page
from scripts.convert.benchmarks_sources import Page, plain_words
from scripts.convert.benchmarks_spark import LOWEST_TIER, Draft
from scripts.convert.hardware_names import hardware_id
from scripts.convert.names import Names
from scripts.convert.quant_names import quant_id
from scripts.convert.runtime_names import runtime_id

MAKERS = (
    ("nvidia", ("rtx-", "gtx-", "jetson-", "a100", "a40", "h100", "h200", "l40", "t4", "v100")),
    ("apple", ("apple-",)),
)
ALL_LAYERS = 99
PROCESSORS = ("ddr", "epyc-", "ampereone-", "core-ultra-")
"""Starts of hardware ids whose own memory is main memory: there the processor is the device."""

OFF = re.compile(r"spec-none|no speculation|MTP disabled|native C1|-baseline\b|-base\b")
"""Where a row says false about speculation, what on its page supports that."""

SELF_REPORT = "community self-report, user not verified; whether decode was measured after the prompt is not recorded."
_FIGURES = (
    ("itl_p50_ms", re.compile(r"ITL p50 ([\d.]+) ms")),
    ("decode_by_itl_tok_s", re.compile(r"ITL p50 [\d.]+ ms => ([\d.]+) tok/s")),
    ("tpot_mean_ms", re.compile(r"mean TPOT ([\d.]+) ms")),
    ("wall_peak_w", re.compile(r"peak wall power ([\d.]+) ?W")),
    ("load_w", re.compile(r"power under load ([\d.]+) W")),
    ("memory_peak_mib", re.compile(r"peak memory (\d+) MiB")),
    ("acceptance_share", re.compile(r"acceptance rate ([\d.]+)")),
    ("runs", re.compile(r"^(\d+) runs, min")),
    ("output_min_tok_s", re.compile(r"runs, min ([\d.]+)")),
    ("output_max_tok_s", re.compile(r"runs, min [\d.]+ max ([\d.]+)")),
)
"""Figures that the input keeps inside its notes."""

_CONTEXT = re.compile(r"(?:context setting|--ctx|context length|^context|context) (\d{4,6})\b")
_CONTEXT_K = re.compile(r"^(\d+)[Kk] (?:context|is the configured context)|model tag says (\d+)k context")
_LABELLED_GB = re.compile(r"~(\d+(?:\.\d+)?) GB\b")
_POWER_CAP = re.compile(r"power-limited to (\d+) ?W")


def other_draft(row: dict[str, Any], number: int, file: str, names: Names) -> Draft:
    """The record of one row in the other layout: decode and prefill of a row stay one record."""
    page = other_page(row)
    devices = row["devices"]
    hardware, count = hardware_id(
        row["device_key"], devices[0]["name"], devices[0]["count"] if len(devices) == 1 else 1
    )
    stated = _conditions(row, hardware, sum(device["count"] for device in devices))
    version = row["runtime_version"] or ""
    other = {name: _number(found[1]) for name, pattern in _FIGURES if (found := pattern.search(row["notes"] or ""))}
    body = {
        "kind": "prefill" if row["decode_tok_s"] is None else "decode",
        "devices": count if count > 1 else None,
        "hardware_label": " + ".join(_times(device) for device in devices),
        "model": names.for_row(row["model"], row["model_hf"]) or LABELS.get(row["model"]),
        "model_label": row["model"],
        "quant": quant_id(row["quant"], runtime=row["runtime"], repo=row["model_hf"], model=row["model"]),
        "quant_label": row["quant"],
        "repository": row["model_hf"],
        "file_gib": row["file_size_gib"],
        "file_gb": _labelled_gb(row),
        **_origin(page),
        "conditions": stated.conditions,
        "decode_tok_s": row["decode_tok_s"],
        "decode_tok_s_sd": row["decode_sd"],
        "prefill_tok_s": row["prefill_tok_s"],
        "prefill_tok_s_sd": row["prefill_sd"],
        "other": other or None,
        **other_doubts(row),
        "flags": [plain_words(text) for text in _flags(row, stated)],
        "where": _where(row, page),
        "method": "; ".join(
            [
                row["metric"],
                *([version] if version.startswith("llmfit") else []),
                *([tool] if (tool := tool_quoted(row)) else []),
            ]
        ),
        "note": _note(row["notes"] or "", other),
    }
    return Draft(file, number, row["id"], hardware, page, body, row.get("duplicate_of"))


def _labelled_gb(row: dict[str, Any]) -> float | None:
    """Size of the file where only the words for its format give it: IQ6_K (ArtusDev mix, ~212 GB)."""
    found = _LABELLED_GB.search(row["quant"] or "")
    return float(found[1]) if found and not row["file_size_gib"] else None


def _origin(page: Page) -> dict[str, Any]:
    if page.wanted_id not in RELAYS and "second-hand" not in page.obtained:
        return {"evidence": "measured"}
    tier = min(page.facts["tier"] + 1, LOWEST_TIER)
    return {"evidence": "relayed", "tier": tier, "relayed_from": RELAYS.get(page.wanted_id)}


def _conditions(row: dict[str, Any], hardware: str, cards: int) -> Stated:
    stated = Stated()
    label = row["runtime"]
    runtime, version = runtime_id(label), row["runtime_version"]
    stated.put(
        runtime=runtime,
        runtime_label=label if label.lower() != runtime else None,
        runtime_version=None if (version or "").startswith(("llmfit", "not stated")) else version,
    )
    maker = next((name for name, starts in MAKERS if hardware.startswith(starts)), None)
    backend = row["backend"] or ("CPU" if row["offload"] == "cpu-only" else None)
    stated.put_backend(backend, runtime, maker)
    stated.put_date(row["date"])
    depth = _depth(row)
    stated.put(
        depth_tokens=depth,
        prompt_tokens=row["prompt_tokens"],
        output_tokens=row["generated_tokens"],
        concurrency=row["concurrency"],
        flash_attention=row["fa"],
        batch=row["batch"],
        ubatch=row["ubatch"],
    )
    if depth and row["decode_tok_s"] and row["prefill_tok_s"] and not _timed_at_one_depth(row["metric"]):
        stated.put(prefill_depth_tokens=0)
    stated.put_kv_type(row["kv_type"])
    stated.put_speculation(_speculation(row), f"{row['metric']} {tool_quoted(row) or ''}")
    _put_placement(stated, row, hardware)
    _put_machine(stated, row)
    shared = row["parallelism"] or ("layer split" if "-sm layer" in (row["notes"] or "") else None)
    stated.put(parallel=parallel(shared, cards))
    return stated


def _depth(row: dict[str, Any]) -> int | None:
    """Tokens cached when decoding starts: none for llama-bench, the prompt for a tool that decodes after it."""
    stated: int | None = row["context_depth"]
    if stated is None and (tool := tool_quoted(row)):
        return 0 if tool == "llama-bench" else int(row["prompt_tokens"])
    return stated


def _timed_at_one_depth(metric: str) -> bool:
    """True for tools that time the prompt on a cache already filled, not from an empty one."""
    return metric.startswith(("llama-bench ", "sweep-bench"))


def _speculation(row: dict[str, Any]) -> object:
    if row["speculative"] is not False:
        return row["speculative"]
    texts = f"{row['notes']} {row['metric']} {row['source'].get('locator')} {row['id']}"
    return "none" if OFF.search(texts) else None


def _put_placement(stated: Stated, row: dict[str, Any], hardware: str) -> None:
    placement, experts = PLACEMENTS[row["offload"]], row["n_cpu_moe"]
    if placement == "host" and hardware.startswith(PROCESSORS):
        placement = "device"
    elif placement == "host" and stated.conditions.get("backend") != "cpu":
        placement = "device"
        stated.flags.append("filed as processor only, but the backend drives the integrated graphics")
    stated.put(placement=placement if placement != "device" else None, tensor_override=row["override_tensor"])
    if placement == "layers-on-host":
        stated.put(gpu_layers=row["ngl"])
    if placement != "device":
        stated.put(**host_facts(row["host_ram"], row["override_tensor"]))
    if isinstance(experts, int):
        stated.put(host_experts_layers=experts)
    elif experts:
        stated.put(tensor_override=f"experts of {experts} layers on the host")


def _put_machine(stated: Stated, row: dict[str, Any]) -> None:
    notes = row["notes"] or ""
    capped, context, thousands = _POWER_CAP.search(notes), _CONTEXT.search(notes), _CONTEXT_K.search(notes)
    stated.put(
        host_cpu=row["host_cpu"],
        host_memory=row["host_ram"],
        os=row["os"],
        power_limit_w=row["power_limit_w"] or (int(capped[1]) if capped else None),
        max_context_tokens=int(context[1]) if context else None,
    )
    if thousands and "max_context_tokens" not in stated.conditions:
        stated.put(max_context_tokens=1000 * int(thousands[1] or thousands[2]))


def _flags(row: dict[str, Any], stated: Stated) -> list[str]:
    reported, tool = SELF_REPORT in (row["notes"] or ""), tool_quoted(row)
    said = (
        [f"community self-report, {f'depth as {tool} times it' if tool else 'depth not recorded'}"] if reported else []
    )
    audit = re.sub(r"^\d{4}-\d\d-\d\d: ", "", row.get("audit", ""))
    return [*said, *stated.flags, *([audit] if audit else [])]


def _note(notes: str, other: dict[str, Any]) -> str | None:
    """What the notes say beyond the fields; of a user's own text only whole sentences, no more than two."""
    if SELF_REPORT in notes:
        sentences = re.split(r"(?<=[.!])\s+", notes.replace(SELF_REPORT, "").strip())
        return plain_words(" ".join(text for text in sentences[:2] if text.endswith("."))) or None
    notes = re.sub(r"^\d+ runs, min [\d.]+ max [\d.]+; ", "", notes)
    if other and re.fullmatch(
        r"(peak wall power [\d.]+ ?W|acceptance rate [\d.]+|wall rate includes prefill; ITL .*)", notes
    ):
        return None
    return plain_words(notes) or None


def _where(row: dict[str, Any], page: Page) -> str:
    """Locator of the input, with the issue a row of a README cites."""
    locator, address = row["source"].get("locator"), str(row["source"]["url"])
    cited = address.rpartition("/ai-benchmarks/")[2] if "/ai-benchmarks/" in address else None
    return ", ".join(part for part in (locator, cited) if part) or page.obtained


def _times(device: dict[str, Any]) -> str:
    return device["name"] if device["count"] == 1 else f"{device['count']}x {device['name']}"


def _number(text: str) -> float | int:
    return float(text) if "." in text else int(text)
