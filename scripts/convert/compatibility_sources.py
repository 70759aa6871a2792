"""The pages compatibility rows were read on, by what the input calls them."""

from typing import Any

_VLLM = "https://github.com/vllm-project/vllm"
_LLAMA = "https://github.com/ggml-org/llama.cpp"


def _page(title: str, publisher: str, url: str | None = None, tier: int = 1, **more: str) -> dict[str, Any]:
    return {"title": title, "publisher": publisher, "url": url, "tier": tier, **more}


def _thread(title: str, repository: str, path: str, tier: int = 1, **more: str) -> dict[str, Any]:
    return _page(title, repository, f"https://github.com/{repository}/{path}", tier, **more)


PAGES: dict[str, dict[str, Any]] = {
    "vllm-pr-39612": _thread("vLLM PR 39612", "vllm-project/vllm", "pull/39612"),
    "vllm-pr-43529": _thread("vLLM PR 43529", "vllm-project/vllm", "pull/43529"),
    "vllm-supported-hardware": _page(
        "vLLM supported-hardware table",
        "vLLM",
        "https://docs.vllm.ai/en/latest/features/quantization/supported_hardware.html",
        family="vLLM",
    ),
    "vllm-pr-5975": _thread("vLLM PR 5975", "vllm-project/vllm", "pull/5975", published="2024-07"),
    "vllm-xpu-docs": _page("vLLM XPU documentation", "vLLM", locator="docs.vllm.ai, validated models on XPU"),
    "llm-scaler-releases": _page("intel/llm-scaler releases", "Intel", "https://github.com/intel/llm-scaler"),
    "vllm-recipes-gpt-oss": _page(
        "vLLM recipes: GPT-OSS.md",
        "vLLM",
        "https://github.com/vllm-project/recipes/tree/8959cf64189c",
        published="2026-08-21",
    ),
    "sglang-0.5.23": _page(
        "SGLang 0.5.23",
        "SGLang",
        "https://pypi.org/project/sglang/0.5.23/",
        published="2026",
        obtained="source read in the package",
    ),
    "sglang-pr-19652": _thread("SGLang PR 19652", "sgl-project/sglang", "pull/19652", published="2026-04"),
    "sglang-issue-19491": _thread("SGLang issue 19491", "sgl-project/sglang", "issues/19491", published="2026-03"),
    "tensorrt-llm-docs": _page("TensorRT-LLM documentation", "NVIDIA", locator="nvidia.github.io/TensorRT-LLM"),
    "tensorrt-llm-support-matrix": _page(
        "TensorRT-LLM support matrix", "NVIDIA", locator="nvidia.github.io/TensorRT-LLM, support matrix"
    ),
    "tensorrt-llm-pr-12591": _thread("TensorRT-LLM PR 12591", "NVIDIA/TensorRT-LLM", "pull/12591"),
    "nim-support-matrix": _page(
        "NVIDIA NIM support matrix", "NVIDIA", locator="docs.nvidia.com/nim/large-language-models, supported models"
    ),
    "modelopt-docs": _page(
        "NVIDIA ModelOpt documentation", "NVIDIA", "https://nvidia.github.io/TensorRT-Model-Optimizer/"
    ),
    "transformer-engine-matrix": _page(
        "Transformer Engine support matrix",
        "NVIDIA",
        "https://docs.nvidia.com/deeplearning/transformer-engine/user-guide/",
    ),
    "llama.cpp-docs-ops": _page("llama.cpp docs/ops.md", "ggml-org / llama.cpp", f"{_LLAMA}/blob/master/docs/ops.md"),
    "llama.cpp-docs-multi-gpu": _page(
        "llama.cpp docs/multi-gpu.md", "ggml-org / llama.cpp", f"{_LLAMA}/blob/master/docs/multi-gpu.md"
    ),
    "llama.cpp-pr-20377": _thread("llama.cpp PR 20377", "ggml-org/llama.cpp", "pull/20377", published="2026-07"),
    "llama.cpp-pr-22673": _thread("llama.cpp PR 22673", "ggml-org/llama.cpp", "pull/22673", published="2026-05"),
    "llama.cpp-pr-19460": _thread("llama.cpp PR 19460", "ggml-org/llama.cpp", "pull/19460", published="2026-02"),
    "llama.cpp-pr-23346": _thread("llama.cpp PR 23346", "ggml-org/llama.cpp", "pull/23346", published="2026-05"),
    "llama.cpp-pr-15860": _thread(
        "llama.cpp PR 15860", "ggml-org/llama.cpp", "pull/15860", tier=3, locator="memory breakdown of an RTX 4090"
    ),
    "llama.cpp-issue-24309": _thread("llama.cpp issue 24309", "ggml-org/llama.cpp", "issues/24309"),
    "unsloth-glm-4.7-flash": _page(
        "Unsloth notes on GLM-4.7-Flash", "Unsloth", locator="unsloth/GLM-4.7-Flash-GGUF", published="2026-01-21"
    ),
    "vllm-pr-13934": _thread("vLLM PR 13934", "vllm-project/vllm", "pull/13934", published="2025"),
    "vllm-issue-2317": _thread("vLLM issue 2317", "vllm-project/vllm", "issues/2317", published="2024"),
    "vllm-issue-28572": _thread("vLLM issues 28572 and 13760", "vllm-project/vllm", "issues/28572", published="2025"),
    "ollama-faq": _page("Ollama docs/faq.mdx", "Ollama", "https://github.com/ollama/ollama/blob/00182b50/docs/faq.mdx"),
    "ollama-gpu": _page("Ollama docs/gpu.mdx", "Ollama", "https://github.com/ollama/ollama/blob/06da0199/docs/gpu.mdx"),
    "ollama-context-length": _page(
        "Ollama docs/context-length.mdx",
        "Ollama",
        "https://github.com/ollama/ollama/blob/948f6933/docs/context-length.mdx",
    ),
    "ollama-docs-mirror": _page("A mirror of Ollama's documentation", "unknown", tier=3, locator="mirror, not named"),
    "ollama-issue-14365": _thread("Ollama issue 14365", "ollama/ollama", "issues/14365"),
    "ollama-pr-16031": _thread(
        "Ollama PR 16031: use llama-server exclusively for GGML models", "ollama/ollama", "pull/16031", published="2026"
    ),
    "exllamav3-readme": _page(
        "ExLlamaV3 README",
        "turboderp-org",
        "https://github.com/turboderp-org/exllamav3/blob/04458205/README.md",
        published="2026",
    ),
    "mikeroz-exl3": _page("EXL3 model cards", "MikeRoz", tier=3, locator="huggingface.co/MikeRoz", published="2026"),
    "comfyui-multigpu": _page("ComfyUI documentation: MultiGPU CFG Split", "ComfyUI", locator="docs.comfy.org"),
    "comfyui-docs": _page("ComfyUI documentation", "ComfyUI", locator="docs.comfy.org, models and devices"),
    "mlx-lm-0.32.2": _page(
        "mlx-lm 0.32.2",
        "ml-explore",
        "https://pypi.org/project/mlx-lm/0.32.2/",
        published="2026",
        obtained="source read in the package",
    ),
    "mlx-lm-readme": _page("mlx-lm README", "ml-explore", "https://github.com/ml-explore/mlx-lm"),
    "stencel": _page(
        "stencel.io and dev.to guides to local models on Macs", "stencel.io", tier=3, locator="stencel.io"
    ),
    "mac-wired-limit-guides": _page(
        "Guides to the wired limit of Macs", "stencel.io", tier=3, locator="stencel.io; thinkdifferent.blog; sudoall"
    ),
    "vllm-issue-47749": _thread(
        "vLLM issues 47749 and 31085, PR 56603", "vllm-project/vllm", "issues/47749", published="2026-09"
    ),
    "llm-compressor-issue-1643": _thread(
        "llm-compressor issue 1643", "vllm-project/llm-compressor", "issues/1643", published="2025-07"
    ),
    "llm-compressor-docs": _page("llm-compressor documentation", "vLLM", locator="vllm-project/llm-compressor"),
    "sch0tten-nvfp4": _page("nvfp4-benchmark", "sch0tten", tier=2, locator="sch0tten/nvfp4-benchmark"),
    "hf-qwen3.6-27b-nvfp4-8": _page(
        "Discussion 8 of nvidia/Qwen3.6-27B-NVFP4",
        "Hugging Face",
        "https://huggingface.co/nvidia/Qwen3.6-27B-NVFP4/discussions/8",
        tier=3,
    ),
    "rodder5-qwen3-8b": _page(
        "Model card of a Qwen3-8B NVFP4 build", "Rodder5", tier=3, locator="Rodder5 on Hugging Face"
    ),
    "vllm-kv-docs": _page(
        "vLLM documentation: quantised KV cache",
        "vLLM",
        "https://docs.vllm.ai/en/latest/features/quantization/quantized_kvcache.html",
        family="vLLM",
    ),
    "lemonade-vllm-rocm-44": _page("lemonade-sdk/vllm-rocm issue 44", "lemonade-sdk", tier=2, locator="issue 44"),
    "lemonade-vllm-rocm-24": _page("lemonade-sdk/vllm-rocm issue 24", "lemonade-sdk", tier=2, locator="issue 24"),
    "vllm-pr-46186": _thread("vLLM PR 46186", "vllm-project/vllm", "pull/46186", published="2026-06"),
    "kyuz0-issue-64": _page("kyuz0 toolboxes, issue 64", "kyuz0", tier=3, locator="issue 64"),
    "aiter-issue-900": _thread("ROCm/aiter issue 900", "ROCm/aiter", "issues/900"),
    "transformer-engine-rocm-359": _thread(
        "TransformerEngine for ROCm issue 359", "ROCm/TransformerEngine", "issues/359"
    ),
    "localai-10883": _thread("LocalAI issue 10883", "mudler/LocalAI", "issues/10883", tier=2),
    "ddadaal": _page("LM Studio on a Strix Halo with 64 GB", "ddadaal.me", tier=3, locator="ddadaal.me"),
    "rocm-docs-strix-halo": _page(
        "ROCm documentation on Strix Halo",
        "AMD",
        "https://rocm.docs.amd.com/en/latest/how-to/system-optimization/strixhalo.html",
        published="2026-02-20",
    ),
    "amd-vgm-faq": _page(
        "FAQs: AMD Variable Graphics Memory",
        "AMD",
        "https://www.amd.com/en/blogs/2025/faqs-amd-variable-graphics-memory-vram-ai-model-sizes-quantization-mcp-more.html",
        published="2025-07-29",
    ),
    "noisedestroyers": _page("Framework Desktop BIOS notes", "noisedestroyers", tier=3, locator="noisedestroyers"),
    "dgx-spark-playbooks": _page(
        "NVIDIA/dgx-spark-playbooks",
        "NVIDIA",
        "https://github.com/NVIDIA/dgx-spark-playbooks",
        published="2026-07-24",
        family="dgx-spark-playbooks",
    ),
    "nvidia-sysmem-fallback": _page(
        "NVIDIA support article 5490: system memory fallback",
        "NVIDIA",
        "https://nvidia.custhelp.com/app/answers/detail/a_id/5490",
        published="2023",
    ),
    "no-source-found": _page(
        "Looked for, no trustworthy source found", "local-llm-advisor", tier=3, locator="a gap, stated as one"
    ),
    "btankut-wezzard": _page(
        "DGX Spark notes of BTankut and WeZZard",
        "BTankut, WeZZard",
        tier=3,
        locator="repositories of BTankut and WeZZard",
    ),
    "spark-arena-17": _page(
        "Spark Arena issue 17 and vLLM issue 43969", "Spark Arena", tier=3, locator="spark-arena #17"
    ),
    "nvidia-forum-spark": _page(
        "NVIDIA developer forum on DGX Spark", "NVIDIA forum users", tier=3, locator="forum threads of December 2025"
    ),
    "playbooks-89": _thread("dgx-spark-playbooks issue 89", "NVIDIA/dgx-spark-playbooks", "issues/89", tier=3),
    "ai-muninn": _page("ai-muninn notes on DGX Spark", "ai-muninn", tier=3, locator="ai-muninn"),
    "playbooks-sglang": _page(
        "dgx-spark-playbooks nvidia/sglang/README.md",
        "NVIDIA",
        "https://github.com/NVIDIA/dgx-spark-playbooks/blob/0db7c141da60/nvidia/sglang/README.md",
        published="2026-07-24",
        family="dgx-spark-playbooks",
    ),
    "playbooks-trt-llm": _page(
        "dgx-spark-playbooks nvidia/trt-llm/README.md",
        "NVIDIA",
        "https://github.com/NVIDIA/dgx-spark-playbooks/blob/0db7c141da60/nvidia/trt-llm/README.md",
        published="2026-07-24",
        family="dgx-spark-playbooks",
    ),
    "ik-llama-258": _thread("Quick-start guide (discussion 258)", "ikawrakow/ik_llama.cpp", "discussions/258", tier=3),
}
