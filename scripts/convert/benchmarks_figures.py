"""Figures of the Spark layout under the catalog's names: mapped fields, and the rest with the unit at the end."""

import re
from typing import Any

FIELDS = {
    "decode_tps_seq": "decode_tok_s",
    "decode_tps_seq_sd": "decode_tok_s_sd",
    "decode_tps_seq_derived": "derived",
    "decode_tps_agg": "aggregate_tok_s",
    "decode_tps_agg_sd": "aggregate_tok_s_sd",
    "prefill_tps": "prefill_tok_s",
    "prefill_tps_sd": "prefill_tok_s_sd",
    "ttft_s": "ttft_s",
    "train_tokens_per_s": "train_tok_s",
    "weights_gib": "file_gib",
    "weights_gb": "file_gb",
}
"""Name in the input → field of a record."""

CONDITIONS = {
    "max_model_len": "max_context_tokens",
    "allocated_context": "max_context_tokens",
    "gpu_memory_utilization": "memory_utilisation",
}
"""Name in the input → condition."""

REPEATED = frozenset({"power_w_median", "power_w_max", "wall_power_w_peak", "gpu_power_w_peak"})
"""Figures that the row states a second time under power."""

NAMES = {
    "decode_tps_peak_agg": "aggregate_peak_tok_s",
    "gpu_avg": "gpu_average_w",
    "gpu_idle": "gpu_idle_w",
    "gpu_max": "gpu_max_w",
    "gpu_median": "gpu_median_w",
    "gpu_peak": "gpu_peak_w",
    "height": "height_px",
    "kv_cache_tokens": "kv_cache_tokens",
    "kv_tokens_per_gib": "kv_tokens_per_gib",
    "matrix": "matrix_size",
    "nominal_gb_s": "nominal_gb_s",
    "method": "training_method",
    "ms_per_token_max": "per_token_max_ms",
    "ms_per_token_min": "per_token_min_ms",
    "output_tps_incl_prefill": "output_with_prefill_tok_s",
    "seconds_max": "max_s",
    "seconds_min": "min_s",
    "seconds_per_clip": "per_clip_s",
    "seconds_per_image": "per_image_s",
    "seconds_per_image_max": "per_image_max_s",
    "seconds_per_image_min": "per_image_min_s",
    "seconds_per_video": "per_video_s",
    "stated": "memory_as_stated",
    "wall_peak": "wall_peak_w",
    "width": "width_px",
}
"""Names the rule of `figure_name` does not put right."""

_UNIT_INSIDE = re.compile(r"(.+?)_(gb_s|gib|gb|mib|mb|ms|min|tokens|s|w|c)_(.+)")
_POWER = (("gpu_median", "GPU sensor, median"), ("gpu_avg", "GPU sensor, average"))


def figure_name(name: str) -> str:
    """The name with its unit last: `decode_tps_min` → `decode_min_tok_s`, `gpu_temp_c_max` → `gpu_temp_max_c`."""
    if name in NAMES:
        return NAMES[name]
    parts = name.split("_")
    if "tps" in parts:
        parts = ["aggregate" if part == "agg" else part for part in parts if part not in {"tps", "seq"}]
        if "aggregate" in parts and parts[0] == "decode":
            parts = parts[1:]
        return "_".join([*parts, "tok_s"])
    found = _UNIT_INSIDE.fullmatch(name)
    return f"{found[1]}_{found[3]}_{found[2]}" if found else name


def figures(row: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields of the record, `other` among them, and conditions the figures hold."""
    fields: dict[str, Any] = {}
    conditions: dict[str, Any] = {}
    other: dict[str, Any] = {}
    power = row["power_w"] or {}
    for name, value in {**row["metrics"], **(row["memory"] or {}), **power}.items():
        if value is None or name in REPEATED:
            continue
        if name in CONDITIONS:
            conditions[CONDITIONS[name]] = value
        elif name in FIELDS:
            fields[FIELDS[name]] = value
        else:
            other[figure_name(name)] = value
    for name, meaning in _POWER:
        if name in power:
            fields["power_w"] = power[name]
            other.pop(figure_name(name), None)
            other["power_meaning"] = meaning
            break
    _settle_rates(fields, row)
    if other.get("ttfr_s") is not None and other["ttfr_s"] == fields.get("ttft_s"):
        del other["ttfr_s"]
    if other:
        fields["other"] = other
    return fields, conditions


def _settle_rates(fields: dict[str, Any], row: dict[str, Any]) -> None:
    """With one request at a time the aggregate is the rate of that request; it is stated once."""
    if row["concurrency"] != 1 or "aggregate_tok_s" not in fields:
        return
    aggregate, deviation = fields["aggregate_tok_s"], fields.get("aggregate_tok_s_sd")
    if fields.setdefault("decode_tok_s", aggregate) == aggregate:
        del fields["aggregate_tok_s"]
        fields.pop("derived", None)
        if deviation is not None:
            fields.setdefault("decode_tok_s_sd", deviation)
            fields.pop("aggregate_tok_s_sd", None)
