"""Parameter counts as stated beside the configurations, brought to one meaning."""

import json
from pathlib import Path
from typing import Any

from scripts.convert.models_facts import NO_DRAFT, STEP_COUNTS
from scripts.convert.names import Names

_BIASES_NOT_PUBLISHED = "nemotron_h"
_SCALARS = ("gemma4", "gemma4_unified")


def stated_counts(data: Path) -> dict[str, dict[str, Any]]:
    """Repository → its counts; where both files have one, the later."""
    found: dict[str, dict[str, Any]] = {}
    for name in ("param_counts.json", "param_counts_more.json"):
        found |= json.loads((data / name).read_text(encoding="utf-8"))
    return found


def counts_of(repository: str, wanted: str, counts: dict[str, dict[str, Any]], names: Names) -> dict[str, Any]:
    """The counts of the repository, or of a quantised one of the same model where its own were not computed."""
    own = counts[repository]
    others = [counts[other] for other in names.base_repositories[wanted] if other in counts]
    computed = next((row for row in [own, *others] if row.get("text_params")), own)
    return {**computed, "dims": own.get("dims") or {}, "catalog": _catalog(wanted, own, computed)}


def _catalog(wanted: str, own: dict[str, Any], computed: dict[str, Any]) -> dict[str, Any]:
    """StatedCounts of a model.

    Text includes router correction biases, Gemma 4's one scalar a layer and key and value weights that a checkpoint keeps
    for layers that do not use them: the published totals show all three.
    """
    published, text = own.get("hf_published_total"), computed.get("text_params")
    if wanted.startswith("step-3") and published:
        vision = computed["vision_audio_params"]
        whole = published - vision - STEP_COUNTS["draft"]
        return {"text": whole, "published": published, "vision": vision or None, "draft": STEP_COUNTS["draft"]}
    if not text:
        return {"published": published}
    biases, unbuilt = computed.get("router_bias_buffers") or 0, _unbuilt(computed)
    vision = computed.get("vision_audio_params") or 0
    draft = own.get("mtp_params_in_checkpoint_by_difference")
    if draft and own["model_type"] != _BIASES_NOT_PUBLISHED:
        draft -= biases
    if own.get("class_used") == "Gemma3nForCausalLM" and published:
        vision = published - text - unbuilt
    if wanted in NO_DRAFT:
        vision = 0
    if "omni" in wanted and published:
        vision = published - text
    return {
        "text": text + (0 if own["model_type"] in _SCALARS else biases) + unbuilt,
        "read_per_token": computed.get("weights_read_per_decode_token"), "published": published, "vision": vision or None,
        "draft": draft,
    }  # fmt: skip


def _unbuilt(row: dict[str, Any]) -> int:
    """Parameters a checkpoint of the Gemma families holds that the count leaves out: scalars, and unused key and value weights."""
    dims = row.get("dims") or {}
    if row["model_type"] in _SCALARS:
        layers = int(dims["num_hidden_layers"])
        difference = row.get("diff_published_minus_computed") or 0
        return difference if "KV-shared" in str(row.get("diff_explanation")) else layers
    if row["model_type"] == "gemma3n":
        # 15 layers reuse earlier caches: two projections from 2048 to 512, and a norm over a head of 256.
        return 15 * (2 * 2048 * 512 + 256)
    return 0
