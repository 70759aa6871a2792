"""Published files and repositories of a model in one format: sizes that follow no rule, and recipes of mixed checkpoints."""

import re
from pathlib import Path
from typing import Any

from scripts.convert.common import Sources, read_yaml
from scripts.convert.models_sources import AICONFIGURATOR, repository_source, size_source
from scripts.convert.names import Names

Artifact = dict[str, Any]

_TENSOR = "fp8-tensor"
RECIPES: dict[str, tuple[str, dict[str, str], str | None]] = {
    # repository: quantization, part -> format, remark. From hf_quant_config.json or quantization_config of the repository.
    "Qwen/Qwen3-235B-A22B-FP8": ("fp8", {}, None),
    "Qwen/Qwen3-30B-A3B-FP8": ("fp8", {}, None),
    "Qwen/Qwen3-32B-FP8": ("fp8", {}, None),
    "Qwen/Qwen3-32B-FP8-Static-PerTensor": (_TENSOR, {}, None),
    "moonshotai/Kimi-K2.5": ("int4-g32", {"experts": "int4-g32"}, None),
    "moonshotai/Kimi-K3": ("mxfp4", {"experts": "mxfp4"}, None),
    "nvidia/DeepSeek-V3.1-NVFP4": (
        "nvfp4", {"experts": "nvfp4", "shared_experts": "nvfp4", "dense": "nvfp4"},
        "Of the attention the output projection is NVFP4 too; counted as BF16.",
    ),
    "nvidia/DeepSeek-V3.2-NVFP4": (
        "nvfp4", {"experts": "nvfp4", "shared_experts": "nvfp4", "dense": "nvfp4"},
        "Of the attention the output projection is NVFP4 too; counted as BF16.",
    ),
    "nvidia/DeepSeek-V4-Flash-NVFP4": ("nvfp4", {"experts": "nvfp4", "attention": "fp8", "shared_experts": "fp8"}, None),
    "nvidia/DeepSeek-V4-Pro-NVFP4": ("nvfp4", {"experts": "nvfp4", "attention": "fp8", "shared_experts": "fp8"}, None),
    "nvidia/GLM-5-NVFP4": ("nvfp4", {"experts": "nvfp4", "shared_experts": "nvfp4", "dense": "nvfp4"}, None),
    "nvidia/GLM-5.1-NVFP4": ("nvfp4", {"experts": "nvfp4"}, None),
    "nvidia/GLM-5.2-NVFP4": ("nvfp4", {"experts": "nvfp4"}, None),
    "nvidia/Gemma-4-26B-A4B-NVFP4": ("nvfp4", {"experts": "nvfp4"}, None),
    "nvidia/Gemma-4-31B-IT-NVFP4": ("nvfp4", {"dense": "nvfp4"}, None),
    "nvidia/Kimi-K2.5-NVFP4": ("nvfp4", {"experts": "nvfp4", "shared_experts": "nvfp4", "dense": "nvfp4"}, None),
    "nvidia/Kimi-K2.6-NVFP4": ("nvfp4", {"experts": "nvfp4"}, None),
    "nvidia/Kimi-K2.7-Code-NVFP4": ("nvfp4", {"experts": "nvfp4"}, None),
    "nvidia/Llama-3.1-70B-Instruct-FP8": (_TENSOR, {}, None),
    "nvidia/MiniMax-M2.5-NVFP4": ("nvfp4", {"experts": "nvfp4"}, None),
    "nvidia/MiniMax-M2.7-NVFP4": ("nvfp4", {"experts": "nvfp4"}, None),
    "nvidia/MiniMax-M3-NVFP4": ("nvfp4", {"experts": "nvfp4"}, "Recipe as of MiniMax-M2.5 and M2.7; its own was not read."),
    "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-NVFP4": (
        "nvfp4", {"experts": "nvfp4", "shared_experts": "nvfp4", "recurrent": "nvfp4"},
        "6 of 23 Mamba layers stay BF16; counted as NVFP4.",
    ),
    "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8": (_TENSOR, {}, None),
    "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4": ("nvfp4", {"experts": "nvfp4"}, "Its configuration lists no layers; parts by its size."),
    "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-FP8": (_TENSOR, {}, None),
    "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-NVFP4": (
        "nvfp4", {"experts": "nvfp4", "attention": _TENSOR, "shared_experts": _TENSOR, "recurrent": _TENSOR, "dense": _TENSOR},
        "Its configuration lists no layers; parts by its size.",
    ),
    "nvidia/NVIDIA-Nemotron-3.5-Lightning-30B-A3B-NVFP4": ("nvfp4", {}, "Which layers are quantised was not read."),
    "nvidia/Qwen3-235B-A22B-NVFP4": ("nvfp4", {"attention": "nvfp4", "experts": "nvfp4"}, None),
    "nvidia/Qwen3.5-122B-A10B-NVFP4": ("nvfp4", {"experts": "nvfp4"}, None),
    "nvidia/Qwen3.5-397B-A17B-NVFP4": ("nvfp4", {"experts": "nvfp4"}, None),
    "nvidia/Qwen3.6-27B-NVFP4": (
        "nvfp4", {"dense": "nvfp4", "head": "nvfp4", "attention": _TENSOR, "recurrent": _TENSOR}, None
    ),
    "nvidia/Qwen3.6-35B-A3B-NVFP4": (
        "nvfp4", {"experts": "nvfp4", "shared_experts": "nvfp4", "head": "nvfp4", "attention": _TENSOR, "recurrent": _TENSOR}, None
    ),
    "openai/gpt-oss-120b": ("mxfp4", {"experts": "mxfp4"}, None),
    "openai/gpt-oss-20b": ("mxfp4", {"experts": "mxfp4"}, None),
    "stepfun-ai/Step-3.7-Flash-FP8": ("fp8", {}, None),
    "zai-org/GLM-5-FP8": ("fp8", {}, None),
    "zai-org/GLM-5.1-FP8": ("fp8", {}, None),
    "zai-org/GLM-5.2-FP8": ("fp8", {}, None),
}  # fmt: skip

_MEASURED_ONLY: dict[str, tuple[str, str, dict[str, str]]] = {
    # repository measured in file_sizes.yaml but without a configuration here: model, quantization, parts
    "Qwen/Qwen3-Next-80B-A3B-Instruct-FP8": ("qwen3-next-80b-a3b", "fp8", {}),
    "Qwen/Qwen3.6-35B-A3B-FP8": ("qwen3.6-35b-a3b", "fp8", {}),
    "Qwen/Qwen3.6-27B-FP8": ("qwen3.6-27b", "fp8", {}),
    "Qwen/Qwen3-235B-A22B-GPTQ-Int4": ("qwen3-235b-a22b", "int4-g128", {}),
    "deepseek-ai/DeepSeek-V4-Flash": ("deepseek-v4-flash", "mxfp4-fp8", {}),
    "deepseek-ai/DeepSeek-V4-Pro": ("deepseek-v4-pro", "mxfp4-fp8", {}),
    "nvidia/Llama-3.3-70B-Instruct-NVFP4": ("llama-3.3-70b", "nvfp4", {}),
    "nvidia/Llama-3.1-8B-Instruct-FP4": ("llama-3.1-8b", "nvfp4", {}),
    "nvidia/Llama-3.1-8B-Instruct-FP8": ("llama-3.1-8b", _TENSOR, {}),
    "btbtyler09/Qwen3-Coder-Next-GPTQ-4bit": ("qwen3-coder-next", "int4-g32", {"experts": "int4-g32"}),
    "RadixArk/Qwen3.8-27B-NVFP4": (
        "qwen3.8-27b", "nvfp4", {"dense": "nvfp4", "head": "nvfp4", "attention": _TENSOR, "recurrent": _TENSOR},
    ),
}  # fmt: skip
_SIZE_WINS = frozenset(
    {
        "RadixArk/Qwen3.8-27B-NVFP4", "btbtyler09/Qwen3-Coder-Next-GPTQ-4bit", "deepseek-ai/DeepSeek-V4-Flash",
        "deepseek-ai/DeepSeek-V4-Pro", "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4",
        "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-NVFP4",
    }
)  # fmt: skip
"""Repositories whose printed size is the whole checkpoint and not what a rule gives."""
_SIZE_IS_TRAFFIC = "nvidia/Llama-3.3-70B-Instruct-NVFP4"

_GGUF_LABELS = {
    "F16 (non-expert tensors F16)": "mxfp4-f16",
    "IQ1_S (UD)": "ud-iq1_s",
    "Q4_K (ggml-org)": "q4_k-ggml-org",
    "Q4_K_M (unsloth)": "q4_k_m-custom",
}
_UNUSABLE = frozenset({"UD-Q3_K_XL or Q3_K_S"})
_MIX_IN_NOTE = re.compile(r"bartowski (Q\d_K_L)")
_ROUNDED = ("seed report", "gguf-parser-go README")
_MLX_NAMES = (
    ("dq", None),
    ("8bit-mxfp8", "mlx-mxfp8"),
    ("8bit-gs32", "mlx-8bit-gs32"),
    ("mxfp4-q8", "mlx-mxfp4-q8"),
    ("mxfp4", "mlx-mxfp4"),
    ("nvfp4", "mlx-nvfp4"),
)
"""Words in a conversion's name and its quantization; mixes of several widths under one name are left out."""
_MLX_ENDING = re.compile(r"-8bit-(gs32|MXFP8)$")
_PLAIN_NAMES = frozenset({"mlx-community/DeepSeek-V4-Flash", "mlx-community/DeepSeek-V4-Pro"})


def artifacts(data: Path, names: Names, sources: Sources) -> dict[str, list[Artifact]]:
    """Model id → its published artifacts, recipes first, then GGUF files, then MLX conversions."""
    sizes = read_yaml(data / "file_sizes.yaml")
    found: dict[str, list[Artifact]] = {}
    for model, artifact in [
        *_checkpoints(sizes, names, sources), *_gguf_files(sizes, names, sources), *_mlx(sizes, names, sources)
    ]:  # fmt: skip
        if artifact not in found.setdefault(model, []):
            found[model].append(artifact)
    return found


def _sized(row: dict[str, Any]) -> Artifact:
    """The printed size in its own unit."""
    if "size_gib" in row:
        return {"size_gib": row["size_gib"]}
    unit = row.get("unit")
    value = row.get("size", row.get("measured"))
    return {"size_gib" if unit == "GiB" else "size_gb": value} if value else {}


def _checkpoints(sizes: dict[str, Any], names: Names, sources: Sources) -> list[tuple[str, Artifact]]:
    measured = {row["repo"]: row for row in sizes["safetensors_measured_vs_predicted"]}
    found = []
    copies = repository_source(*AICONFIGURATOR, sources)
    wanted: dict[str, tuple[str | None, str, dict[str, str], str | None]] = {
        repository: (names.for_repository(repository), quant, formats, note)
        for repository, (quant, formats, note) in RECIPES.items()
    }
    wanted |= {
        repository: (model, quant, formats, None) for repository, (model, quant, formats) in _MEASURED_ONLY.items()
    }
    for repository, (model, quant, formats, note) in sorted(wanted.items()):
        assert model in names.base_repositories, repository
        row = measured.get(repository)
        said = size_source(row["source"], sources) if row else None
        artifact: Artifact = {"quant": quant, "source": said or copies, "repository": repository}
        if row and repository != _SIZE_IS_TRAFFIC:
            artifact |= _sized(row)
            artifact["follows_rule"] = repository not in _SIZE_WINS or None
        remarks = [note, row.get("note") if row else None]
        found.append((model, artifact | {"formats": formats, "note": " ".join(str(x) for x in remarks if x)}))
    return found


def _gguf_files(sizes: dict[str, Any], names: Names, sources: Sources) -> list[tuple[str, Artifact]]:
    rows = [row for row in sizes["gguf_standard_and_tested"] if not row["standard"]] + sizes["gguf_dynamic_or_custom"]
    found = []
    for row in rows:
        model, quant = names.for_repository(row["model"]), _gguf_quant(row)
        if model is None or quant is None:
            continue
        renamed = quant != row["quant"].lower() and not _MIX_IN_NOTE.search(row.get("note") or "")
        label = row["quant"] if renamed else None
        artifact = {"quant": quant, "source": size_source(row["source"], sources), "label": label, **_sized(row)}
        parameters = row.get("params_b_in_file")
        draft = (
            f"{parameters}B parameters in the file: with the draft layer."
            if (row.get("options") or {}).get("mtp")
            else None
        )
        own = f"Labelled {row['quant']}, but its size is not that mix's." if quant.endswith("-custom") else None
        found.append((model, artifact | {"note": " ".join(x for x in (own, draft) if x)}))
    return found


def _gguf_quant(row: dict[str, Any]) -> str | None:
    """Quantization id of a file that follows no rule; None for rounded or contradicted figures and labels that name two."""
    label, note = row["quant"], row.get("note") or ""
    if label in _UNUSABLE or "contradicted" in note or (row.get("unit") == "GB" and row["source"].startswith(_ROUNDED)):
        return None
    if label in _GGUF_LABELS:
        return _GGUF_LABELS[label]
    if "labelled" in note:
        return None
    if label == "Q4_0" and row["source"].startswith("llama.cpp benches"):
        return "q4_0-qat"
    if mix := _MIX_IN_NOTE.search(note):
        return mix[1].lower()
    plain = str(label).lower()
    return plain if plain.startswith("ud-") or plain == "q2_0" else f"{plain}-custom"


def _mlx(sizes: dict[str, Any], names: Names, sources: Sources) -> list[tuple[str, Artifact]]:
    """Conversions whose card gives an exact byte count; the others were multiplied by the wrong unit."""
    card = sizes["mlx_from_exo_cards"]
    source = size_source("exo card", sources)
    found = []
    for row in card["rows"]:
        model = names.for_repository(_MLX_ENDING.sub("", row["repo"]))
        quant = _mlx_quant(row)
        if model is None or quant is None or not row["exact"]:
            continue
        found.append(
            (model, {"quant": quant, "source": source, "repository": row["repo"], "size_gb": row["bytes"] / 1e9})
        )
    return found


def _mlx_quant(row: dict[str, Any]) -> str | None:
    repository = row["repo"]
    if repository in _PLAIN_NAMES or row["quant"] in {"bf16", "fp16"}:
        return None
    if not repository.startswith("mlx-community/"):
        return "int4-g32"
    for word, quant in _MLX_NAMES:
        if word in repository.lower():
            return quant
    bits = re.fullmatch(r"(\d)bit", row["quant"])
    return f"mlx-{bits[1]}bit" if bits else None
