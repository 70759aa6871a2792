"""compatibility.yaml → catalog/compatibility/<topic>.yaml: what runs where, with what an audit found outdated."""

from pathlib import Path
from typing import Any

from scripts.convert.authored_sources import BESIDE_ROWS, register
from scripts.convert.authored_sources import PAGES as AUTHORED
from scripts.convert.common import Output, Sources, as_date, read_yaml, slug, without_empty
from scripts.convert.compatibility_sources import PAGES

SOURCES = {
    "vLLM 0.33.0 wheel (source read); PR 39612": "vllm-pr-39612",
    "vLLM 0.33.0 wheel (source read); PR 43529": "vllm-pr-43529",
    "vLLM 0.33.0 wheel (source read)": "vllm-0.33.0",
    "vLLM 0.33.0 wheel (source read) config/model.py": "vllm-0.33.0",
    "vLLM 0.33.0 wheel (source read) config/cache.py": "vllm-0.33.0",
    "vLLM supported-hardware table": "vllm-supported-hardware",
    "vLLM PR 5975": "vllm-pr-5975",
    "vLLM XPU docs": "vllm-xpu-docs",
    "intel/llm-scaler releases": "llm-scaler-releases",
    "vLLM recipes GPT-OSS.md": "vllm-recipes-gpt-oss",
    "SGLang 0.5.23 wheel (source read)": "sglang-0.5.23",
    "SGLang PR 19652": "sglang-pr-19652",
    "SGLang issue 19491": "sglang-issue-19491",
    "TensorRT-LLM docs": "tensorrt-llm-docs",
    "TensorRT-LLM support matrix": "tensorrt-llm-support-matrix",
    "TensorRT-LLM PR 12591": "tensorrt-llm-pr-12591",
    "NVIDIA NIM support matrix": "nim-support-matrix",
    "NVIDIA ModelOpt docs": "modelopt-docs",
    "Transformer Engine support matrix": "transformer-engine-matrix",
    "llama.cpp bundled in llama-cpp-python 0.3.36": "llama-cpp-python-0.3.36",
    "llama.cpp docs/ops.md": "llama.cpp-docs-ops",
    "llama.cpp PR 20377": "llama.cpp-pr-20377",
    "llama.cpp PR 22673": "llama.cpp-pr-22673",
    "llama.cpp issue 24309": "llama.cpp-issue-24309",
    "llama.cpp PR 19460": "llama.cpp-pr-19460",
    "llama.cpp PR 23346": "llama.cpp-pr-23346",
    "Unsloth GLM-4.7-Flash notes": "unsloth-glm-4.7-flash",
    "llama.cpp docs/multi-gpu.md": "llama.cpp-docs-multi-gpu",
    "vLLM PR 13934": "vllm-pr-13934",
    "vLLM issue 2317": "vllm-issue-2317",
    "vLLM issues 28572, 13760": "vllm-issue-28572",
    "project seed 004": "seed-report-own",
    "Ollama docs faq @00182b50": "ollama-faq",
    "Ollama issue 14365": "ollama-issue-14365",
    "ExLlamaV3 README @04458205": "exllamav3-readme",
    "ExLlamaV3 README": "exllamav3-readme",
    "MikeRoz EXL3 card": "mikeroz-exl3",
    "ComfyUI docs, MultiGPU CFG Split": "comfyui-multigpu",
    "ComfyUI docs": "comfyui-docs",
    "Ollama docs/gpu.mdx": "ollama-gpu",
    "Ollama docs mirror": "ollama-docs-mirror",
    "mlx-lm 0.32.2 source": "mlx-lm-0.32.2",
    "stencel.io / dev.to guides": "stencel",
    "vLLM issue 47749, 31085, PR 56603": "vllm-issue-47749",
    "llm-compressor issue 1643": "llm-compressor-issue-1643",
    "sch0tten nvfp4-benchmark": "sch0tten-nvfp4",
    "nvidia/Qwen3.6-27B-NVFP4 discussion 8": "hf-qwen3.6-27b-nvfp4-8",
    "Rodder5 Qwen3-8B card": "rodder5-qwen3-8b",
    "vLLM quantised KV docs": "vllm-kv-docs",
    "llm-compressor docs": "llm-compressor-docs",
    "djangodevreng DGX Spark notes": "devreng",
    "lemonade-sdk vllm-rocm #44": "lemonade-vllm-rocm-44",
    "lemonade-sdk vllm-rocm #24": "lemonade-vllm-rocm-24",
    "vLLM PR 46186": "vllm-pr-46186",
    "kyuz0 #64": "kyuz0-issue-64",
    "ROCm/aiter issue 900": "aiter-issue-900",
    "ROCm TransformerEngine #359": "transformer-engine-rocm-359",
    "LocalAI #10883": "localai-10883",
    "ddadaal.me": "ddadaal",
    "hardware-corner, via other_rows.md section 5": "hardware-corner-gpt-oss-moe-offload",
    "MiniMax-H3 recipe, via spark_rows.md section 3": "minimax-h3-recipe",
    "stencel.io; thinkdifferent.blog; sudoall": "mac-wired-limit-guides",
    "mlx-lm README; stencel.io": "mlx-lm-readme",
    "ROCm docs strixhalo; kyuz0 toolboxes": "rocm-docs-strix-halo",
    "AMD blog": "amd-vgm-faq",
    "noisedestroyers": "noisedestroyers",
    "inference-atlas, teaql, llmfit (spark_rows.md section 3)": "atlas",
    "teaql (spark_rows.md section 3)": "teaql",
    "NVIDIA dgx-spark-playbooks @0db7c141": "dgx-spark-playbooks",
    "vLLM docs (older)": "vllm-docs-older",
    "NVIDIA support article 5490": "nvidia-sysmem-fallback",
    "gap": "no-source-found",
    "spark_rows.md section 5: conselara, seed 003 (May 2026)": "conselara",
    "spark_rows.md section 5: djangodevreng": "devreng",
    "spark_rows.md section 5: teaql, vLLM 0.23.1rc1": "teaql",
    "spark_rows.md section 5: file id 60976005766": "optimize-60976005766",
    "spark_rows.md section 5: inference-atlas 8cd52c": "atlas",
    "spark_rows.md section 5: Stravica, inference-atlas": "stravica",
    "spark_rows.md section 5: BTankut, WeZZard": "btankut-wezzard",
    "spark_rows.md section 5: albond": "albond",
    "spark_rows.md section 5: inference-atlas 828c73": "atlas",
    "spark_rows.md section 5: kubesimplify": "kubesimplify-pr267",
    "spark_rows.md section 5: elsung": "elsung",
    "spark_rows.md section 5: albond, inference-atlas": "albond",
    "spark_rows.md section 5: spark-arena #17, vllm#43969": "spark-arena-17",
    "spark_rows.md section 5: NVIDIA forum, seed 002": "nvidia-forum-spark",
    "spark_rows.md section 5: devreng, Stravica, Bakeer": "devreng",
    "spark_rows.md section 5: Bakeer, inference-atlas": "bakeer-ref",
    "spark_rows.md section 5: devreng, inference-atlas": "devreng",
    "spark_rows.md section 5: dgx-spark-playbooks #89": "playbooks-89",
    "spark_rows.md section 5: unsloth #4867": "unsloth-4867",
    "spark_rows.md section 5: ai-muninn": "ai-muninn",
    "dgx-spark-playbooks nvidia/sglang/README.md": "playbooks-sglang",
    "dgx-spark-playbooks nvidia/trt-llm/README.md": "playbooks-trt-llm",
    "project seed 003": "conselara",
}
"""The input's words for a page → source id; where it names several, the one the statement stands on."""

ALSO = {
    "spark_rows.md section 5: Stravica, inference-atlas": "inference-atlas says the same",
    "spark_rows.md section 5: albond, inference-atlas": "inference-atlas says the same of vLLM 0.27",
    "spark_rows.md section 5: devreng, Stravica, Bakeer": "also Stravica (decode cost) and inference-atlas (q8_0)",
    "spark_rows.md section 5: Bakeer, inference-atlas": "the split over slots is from inference-atlas's result files",
    "spark_rows.md section 5: devreng, inference-atlas": "the EXL3 figures are inference-atlas's",
    "spark_rows.md section 5: NVIDIA forum, seed 002": "the Nemotron crash is from dendro-logic.com",
    "spark_rows.md section 5: conselara, seed 003 (May 2026)": "as of May 2026",
    "spark_rows.md section 5: teaql, vLLM 0.23.1rc1": "vLLM 0.23.1rc1",
    "inference-atlas, teaql, llmfit (spark_rows.md section 3)": "teaql and llmfit saw the same",
    "vLLM 0.33.0 wheel (source read); PR 39612": "also read in the source of vLLM 0.33.0",
    "vLLM 0.33.0 wheel (source read); PR 43529": "also read in the source of vLLM 0.33.0",
}

NOTES = {
    "110 is a judgement of spark_rows.md": "the 110 GiB to plan for are a judgement, not a measurement",
    "the seed labels Qwen3.6-35B and Qwen3.5-122B as pure MoE; they are GDN hybrids per models.md": (
        "the page calls Qwen3.6-35B and Qwen3.5-122B pure MoE; both are gated-delta hybrids"
    ),
}

AUDITED: dict[tuple[str, str], dict[str, str]] = {
    ("TensorRT-LLM PR 12591", "only sm_100 and sm_103 listed"): {
        "runtime": "TensorRT-LLM before PR 7937 (2025)",
        "outdated": "The current MoE developer guide lists Cutlass W4A8 MXFP4-MXFP8 for sm_100, 103, 107, 120 and 121; "
        "PR 7937 brought it to sm_120 and sm_121 (GitHub-index file 68282709368).",
    },
    ("Ollama docs faq @00182b50", "default 4096 tokens (faq): long prompts are cut silently"): {
        "runtime": "Ollama, editions whose FAQ says so",
        "outdated": "By memory since: 4k below 24 GiB of VRAM, 32k from 24 to 48 GiB, 256k from 48 GiB on "
        "(ollama-context-length); a DGX Spark gets 256k.",
    },
    ("Ollama issue 14365", "poor use of unequal memory reported"): {
        "note": "the issue could not be found again; the nearest is 14351 (MoE layers misallocated, open)",
    },
    (
        "spark_rows.md section 5: albond",
        "FLASH_ATTN -> FlashInfer is worth 24.0 -> 28.3 tok/s on Qwen3.5-122B INT4",
    ): {"note": "could not be found again on a second reading"},
    ("project seed 003", "14-21 tok/s with the stock kernels"): {
        "feature": "GDN kernels (Qwen3.6-27B)",
    },
}
"""(page, effect) → what a second reading found: outdated, not found again, or narrower than it was written."""


TIERS_BESIDE_ROWS = {"hardware-corner-gpt-oss-moe-offload": 2, "minimax-h3-recipe": 1}
COMMUNITY = 3


def convert(data: Path, sources: Sources, out: Output) -> None:
    """One file a topic, rows in the order of the input. Raises KeyError for a page nobody has given an id."""
    register(sources)
    by_topic: dict[str, list[dict[str, Any]]] = {}
    audited: set[tuple[str, str]] = set()
    for row in read_yaml(data / "compatibility.yaml")["rows"]:
        correction = AUDITED.get((row["source_title"], row["effect"]), {})
        if correction:
            audited.add((row["source_title"], row["effect"]))
        by_topic.setdefault(slug(row["topic"]), []).append(without_empty({**_row(row), **correction}))
    assert audited == set(AUDITED), set(AUDITED) - audited
    for source in {row["source"] for rows in by_topic.values() for row in rows}:
        assert source in sources.files or source in BESIDE_ROWS, source
    for topic, rows in sorted(by_topic.items()):
        out.put(f"compatibility/{topic}.yaml", {"rows": rows})


def _row(row: dict[str, Any]) -> dict[str, Any]:
    source = SOURCES[row["source_title"]]
    if source in BESIDE_ROWS:
        page_tier = TIERS_BESIDE_ROWS.get(source, COMMUNITY)
    else:
        page_tier = (AUTHORED.get(source) or PAGES[source])["tier"]
    note = NOTES.get(row.get("note") or "", row.get("note"))
    return {
        "hardware": row["hardware"],
        "runtime": row["runtime"],
        "format": row["quant_or_format"],
        "feature": row["feature"],
        "status": row["status"],
        "effect": row["effect"],
        "workaround": row["workaround"],
        "date": as_date(row["date"]),
        "source": source,
        "tier": row["tier"] if row["tier"] > page_tier else None,
        "note": "; ".join(part for part in (note, ALSO.get(row["source_title"])) if part),
    }
