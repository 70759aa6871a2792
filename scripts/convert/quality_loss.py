"""Rows on what quantization costs: weights, KV cache, or a context cut short."""

import re
from typing import Any

from scripts.convert.benchmark_names import canonical

METRICS = {
    "Aider polyglot (whole, no-think)": ("Aider polyglot", "whole, no-think"),
    "perplexity wikitext-2": ("perplexity (wikitext-2)", None),
    "perplexity wikitext-2 (with KLD vs F16)": ("perplexity (wikitext-2)", None),
    "perplexity wikitext-2 (with mean KLD)": ("perplexity (wikitext-2)", None),
    "perplexity wikitext-2 (with median KLD)": ("perplexity (wikitext-2)", None),
    "wikitext perplexity": ("perplexity (wikitext)", None),
    "winogrande accuracy": ("WinoGrande", None),
}
"""Words of the input → benchmark and settings."""

MAKERS = (
    "NVIDIA blog",
    "RedHat",
    "ThomasBaruzier",
    "Unsloth",
    "dranger003",
    "eaddario",
    "ik_llama.cpp",
    "llama.cpp",
    "pulse.bot relay of NVIDIA",
    "quant.cpp",
    "relay of llama.cpp",
    "torchao",
    "vLLM",
    "KingsonHO",
    "Rodder5",
)
"""Beginnings of the pages whose author made the reduced file or the format."""

OTHER_FIGURES = ("kld_mean", "kld_median", "kld_p99", "mean_delta_p_pct", "rms_delta_p_pct", "ppl_ratio")
_CHANGE = re.compile(r"([+-]\d+(?:\.\d+)?)%")
_STATED_AGAIN = re.compile(r"; (PPL ratio|mean KLD|delta to fp16) [^;]*")
_NO_NOTE = re.compile(r"exact (card )?address not kept.*")


def loss_of(row: dict[str, Any], weights: str | None) -> dict[str, Any]:
    """The row as a score of the reduced model; `weights` says what the weights were where the row is about the cache."""
    metric, how = METRICS.get(row["metric"], (row["metric"], None))
    settings = _STATED_AGAIN.sub("", row["settings"] or "") or None
    note = (row.get("note") or "").replace("the stored excerpt", "the excerpt read")
    return {
        "model_label": None,
        "benchmark": canonical(metric),
        "benchmark_label": None if metric == row["metric"] else row["metric"],
        "score": _number(row["value"]),
        "unit": None if row["unit"] == "%" else row["unit"],
        "settings": "; ".join(part for part in (how, weights, settings) if part),
        "quant": row["scheme"],
        "loss": row["kind"],
        "baseline": row["baseline"],
        "change": _number(row["delta"]),
        "other": {name: row[name] for name in OTHER_FIGURES if name in row},
        "statement": _statement(row),
        "reported_by": "quantizer" if row["source_title"].startswith(MAKERS) else "independent",
        "date": row["date"],
        "note": None if _NO_NOTE.fullmatch(note) else note,
    }


def _number(value: object) -> float | None:
    if isinstance(value, str):
        found = _CHANGE.fullmatch(value)
        return float(found[1]) if found else None
    return None if value is None else float(str(value))


def _statement(row: dict[str, Any]) -> str | None:
    words = [value for value in (row["value"], row["delta"]) if isinstance(value, str) and _number(value) is None]
    return "; ".join(words) or None
