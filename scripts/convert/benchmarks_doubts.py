"""Which rows are shown but not used, and why: disputed, suspect, no plain decode rate, or a doubtful prefill."""

import re
from typing import Any

_WHOLE_REQUEST = re.compile(r"end.to.end|prefill included|incl\. prefill", re.IGNORECASE)
_TIMES_DECODE = re.compile(
    r"llama-bench\b|batched-bench|llama-benchy|sweep-bench|TPOT|engine-reported|eval rate|ISL\|OSL|\btg\d+\b|generation throughput"
    r"|atlas-bench|caching disabled|LMSYS blog|token profile|decode tok/s|decode|report table|native API",
    re.IGNORECASE,
)
_WALL = re.compile(r"wall rate|avgTps|avg TPS|avg tok/s")
_SERVED = re.compile(r"vllm bench serve")

DISPUTED = {
    "conselara-expected-qwen3.6-35b-a3b": (
        "100 tok/s and more needs speculation: plain decode of this model was measured at 43-77 tok/s on this machine"
    ),
    "conselara-expected-qwen3.6-27b": (
        "plain decode of 28 GB of FP8 weights cannot pass 273 / 28 = 9.75 tok/s; measured plain at 7.8 tok/s"
    ),
    "seed4-qwen3-coder-next-fit-q8-0": (
        "the KV cache does not depend on the weights' quantization: 6.0 GiB in f16 at 262,144 tokens, so 14 GB has another setting"
    ),
}
"""Rows of the reference documents that the physics contradicts, by id."""

SUSPECT = {
    "albond-qwen35-122b-hybrid-int8head": (
        "only the LM head changes against the row of 30.8 tok/s, about 12 % of the bytes; an independent repeat of the same "
        "stack gives 36.0 tok/s"
    ),
    "nvidia-train-v2-llama-3.2-3b": "implies 210-260 TFLOPS where BF16 was measured at 78-86: padding is probably counted",
    "nvidia-train-v2-llama-3.1-8b": "implies 210-260 TFLOPS where BF16 was measured at 78-86: padding is probably counted",
    "nvidia-train-v2-llama-3.3-70b": "implies 210-260 TFLOPS where BF16 was measured at 78-86: padding is probably counted",
}
"""Rows to doubt, by id."""

_SPARK_REASONS = (
    ("end-to-end-rate", "output tokens over the whole request: prefill is inside the time"),
    ("visible-token rate", "counts visible tokens only; reasoning tokens took part of the time"),
    ("does not fit in memory", "the weights are larger than the memory: the machine pages"),
    ("only 6 output tokens: decode", "six output tokens are too few for a decode rate"),
    ("single request, short output", "one request with a short output"),
)
_PREFILL_REASONS = (
    ("prefill-suspect", "the tool subtracts its latency from a prefill about as short"),
    ("PREFILL IMPLAUSIBLE", "far above what the chip can compute"),
    ("prefill 1,911 for a 70B", "higher than for a 27B in the same table"),
    ("prefill_tps is overhead-bound", "prompts so short that fixed time rules"),
)
_OTHER_PREFILL = re.compile(
    r"prefill figure (is )?not meaningful|prefill is not meaningful|pp value is anomalously low|standard deviation is large"
)
PREFILL_IMPOSSIBLE = {
    "lmx-rtx-4070-gemma-4-12b-agentic-fable5-composer2.5-v2-3.5x-tau2-gguf-q4-k-m-p10053": (
        "2 x 10.9B parameters x 23,043 tok/s is 502 TFLOPS, above any dense rate of the card: the prompt was probably cached"
    ),
}
"""Rows whose prefill no chip of theirs could reach, by id."""
_TOOLS = (
    (
        "llama-bench",
        re.compile(r"\bllama-bench [\w .-]*?\bpp\d+[ /]tg\d+|\btg\d+[:=] ?(?P<decode>[\d.]+)(?: ± [\d.]+)? t(?:/s|ps)"),
    ),
    ("mlx_lm.benchmark", re.compile(r"Timing with prompt_tokens=\d+, generation_tokens=\d+, batch_size=1\b")),
)
"""Tools that time decode by itself, by what a self-report quotes of their settings or of what they print."""
SPLIT_CONTRADICTED = "the source contradicts itself: its arguments say layer split, its speed-up over one card does not"


def spark_doubts(row: dict[str, Any]) -> dict[str, Any]:
    """Rate and reasons of a row in the Spark layout."""
    found: dict[str, Any] = {
        "disputed": DISPUTED.get(row["id"], row.get("disputed")),
        "suspect": SUSPECT.get(row["id"]),
    }
    if found["suspect"]:
        found["disputed"] = None
    flags = "; ".join(row["flags"])
    found["prefill_doubt"] = _first(_PREFILL_REASONS, flags) if "prefill_tps" in row["metrics"] else None
    if row["kind"] not in {"decode", "concurrency"}:
        return found
    method = row["method"] or ""
    whole = _WHOLE_REQUEST.search(flags) or _WHOLE_REQUEST.search(method)
    visible = "visible-token rate" in flags
    found["rate"] = "end-to-end" if whole or visible else "decode" if _TIMES_DECODE.search(method) else "not stated"
    if row["plain_decode"] is not False:
        found["not_for_calibration"] = _spark_reason(row, flags, whole=bool(whole))
    return found


def _spark_reason(row: dict[str, Any], flags: str, *, whole: bool) -> str | None:
    if row["evidence"] == "claim":
        return "a claim without a method"
    if row["evidence"] == "estimate":
        return "an estimate, not a measurement"
    if found := _first(_SPARK_REASONS, flags):
        return found
    if whole:
        return _SPARK_REASONS[0][1]
    if row.get("partly_on_cpu"):
        return "part of the model ran on the processor"
    if row["status"] == "degraded":
        return f"degraded run: {row['note'] or row['method']}"
    if row["source"]["id"] == "devreng" and row["concurrency"] == 20 and row["prompt_tokens"] == 25000:
        return "twenty prompts of 25,000 tokens: prefill rules the run, so this is no decode rate"
    return None


def tool_quoted(row: dict[str, Any]) -> str | None:
    """The tool whose settings or output a self-report quotes; None where it quotes none."""
    for tool, pattern in _TOOLS:
        if found := pattern.search(row["notes"] or ""):
            printed = found.groupdict().get("decode")
            assert printed is None or float(printed) == row["decode_tok_s"], row["id"]
            return tool
    return None


def other_doubts(row: dict[str, Any]) -> dict[str, Any]:
    """Rate, plain decode and reasons of a row in the other layout."""
    notes, metric = row["notes"] or "", row["metric"]
    plain = {False: True, None: None}.get(row["speculative"], False)
    found: dict[str, Any] = {"disputed": row.get("disputed"), "plain_decode": plain}
    if row["prefill_tok_s"] is not None and (doubt := _OTHER_PREFILL.search(notes)):
        found["prefill_doubt"] = f"says whoever read the page: {doubt[0]}"
    elif row["id"] in PREFILL_IMPOSSIBLE:
        found["prefill_doubt"] = PREFILL_IMPOSSIBLE[row["id"]]
    if row["decode_tok_s"] is None:
        return found | {"plain_decode": None}
    if _WALL.search(metric) and "was the wall rate" not in row.get("audit", ""):
        found["rate"] = "wall"
        found["not_for_calibration"] = "output tokens over the whole time of the request, prefill included"
    elif _SERVED.search(metric):
        found["rate"] = "end-to-end"
        found["not_for_calibration"] = "output throughput of a served request, prefill included"
    elif tool_quoted(row):
        found["rate"] = "decode"
    elif metric.startswith(("self-reported", "webui", "LM Studio", "generation speed seen", "README", '"', "text:")):
        found["rate"] = "not stated"
    else:
        found["rate"] = "decode"
    if found["rate"] in {"wall", "end-to-end"} and plain:
        found["plain_decode"] = None
    reasons = [reason for reason in (found.get("not_for_calibration"), _other_reason(row, notes)) if reason]
    found["not_for_calibration"] = "; ".join(reasons) or None
    return found


def _other_reason(row: dict[str, Any], notes: str) -> str | None:
    if "paging" in notes:
        return "the host's memory is smaller than the model: it was paged from disk"
    if "paged over PCIe" in notes:
        return "larger than the card's memory: paged over PCIe"
    if "-sm layer" in row.get("audit", ""):
        return SPLIT_CONTRADICTED
    if "likely partly offloaded" in notes:
        return "probably partly on the host, which the source does not say"
    if "far below the bandwidth limit" in notes or "second-hand" in notes:
        return "approximate, without a method"
    return None


def _first(reasons: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((reason for mark, reason in reasons if mark in text), None)
