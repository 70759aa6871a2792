"""The pages that hand-written runtime and quantization files cite, and compatibility rows share, under fixed ids."""

from pathlib import Path
from typing import Any

from scripts.convert.common import Output, Sources
from scripts.convert.compatibility_sources import PAGES as COMPATIBILITY_PAGES

GGML = "ggml-org / llama.cpp"

PAGES: dict[str, dict[str, Any]] = {
    "llama-cpp-python-0.3.36": {
        "title": "llama.cpp as bundled in llama-cpp-python 0.3.36",
        "publisher": GGML,
        "url": "https://pypi.org/project/llama-cpp-python/0.3.36/",
        "tier": 1,
        "published": "2026",
        "family": "llama.cpp",
        "obtained": "source read in the package",
    },
    "gguf-constants-0.19.0": {
        "title": "gguf/constants.py: GGML_QUANT_SIZES (gguf 0.19.0)",
        "publisher": GGML,
        "url": "https://pypi.org/project/gguf/0.19.0/",
        "tier": 1,
        "published": "2026",
        "family": "llama.cpp",
        "obtained": "source read in the package",
    },
    "llama-quantize-dry-runs": {
        "title": "llama-quantize --dry-run over 19 architectures and 17 file types",
        "publisher": GGML,
        "tier": 1,
        "accessed": "2026-11-21",
        "family": "llama.cpp",
        "locator": "317 runs of the program itself on sparse files, without imatrix",
    },
    "llama.cpp-quantize-readme": {
        "title": "tools/quantize/README.md: bits per weight of Llama-3.1-8B in 24 file types",
        "publisher": GGML,
        "url": "https://github.com/ggml-org/llama.cpp/blob/master/tools/quantize/README.md",
        "tier": 1,
        "published": "2026",
        "family": "llama.cpp",
    },
    "published-file-sizes": {
        "title": "159 published GGUF sizes and 19 checkpoint sizes against their computed sizes",
        "publisher": "local-llm-advisor",
        "tier": 3,
        "accessed": "2026-11-21",
        "locator": "sizes printed by llama-bench and on Hugging Face pages",
    },
    "vllm-0.33.0": {
        "title": "vLLM 0.33.0",
        "publisher": "vLLM",
        "url": "https://pypi.org/project/vllm/0.33.0/",
        "tier": 1,
        "published": "2026",
        "family": "vLLM",
        "obtained": "source read in the package",
    },
    "llama.cpp-rpc-readme": {
        "title": "llama.cpp tools/rpc/README.md",
        "publisher": GGML,
        "url": "https://github.com/ggml-org/llama.cpp/blob/038514c97ad9744275d52a3a4ce7b396e3d86a69/tools/rpc/README.md",
        "tier": 1,
        "family": "llama.cpp",
    },
    "llama.cpp-mi50-breakdown": {
        "title": "llama.cpp (ROCm) memory breakdown on three MI50: 253 to 254 MiB unaccounted",
        "publisher": "unknown",
        "tier": 3,
        "locator": "GitHub-index file 54270466057",
    },
    "llama.cpp-arc-pro-b70": {
        "title": "llama.cpp (SYCL) on an Arc Pro B70: 254 MiB less free than there is before anything is loaded",
        "publisher": "unknown",
        "tier": 3,
        "locator": "GitHub-index file 69837326796",
    },
    "vllm-docs-older": {
        "title": "vLLM documentation, editions before 0.33",
        "publisher": "vLLM",
        "locator": "docs.vllm.ai, engine arguments: gpu_memory_utilization",
        "tier": 1,
        "published": "2026",
        "family": "vLLM",
    },
}


BESIDE_ROWS = frozenset(
    """
    4x-rtx-3090-llm-benchmark-archive albond atlas bakeer-ref btankut conselara cookbook-18107604525 devreng ds4-52
    ds4-773 elsung gdevsnack hardware-corner-gpt-oss-moe-offload ik-llama.cpp-1593 ik-llama.cpp-266
    ik-llama.cpp-357-aessedai ik-llama.cpp-357-ikawrakow ik-llama.cpp-357-ubergarm ik-llama.cpp-612 jetsonhacks
    kubesimplify-day5 kubesimplify-pr267 kubesimplify-qwen38-27b kyuz0-r9700-results kyuz0-strix-results
    kyuz0-strix-ryzen-ai-halo lhl-strix-halo-llm-bench llama.cpp-15396 llamacpp-benches-b6918 llamacpp-benches-b6989
    llamacpp-benches-b7941 llamacpp-benches-nemotron llm-tracker-amd-gpus llm-tracker-intel-xe2 llm-tracker-mi300x
    llm-tracker-rtx-pro-6000 llmfit-pr-755 localmaxxing-1337hero localmaxxing-chiming localmaxxing-dpenev98
    localmaxxing-lachlanglasgow localmaxxing-messerli-wallace localmaxxing-sgtpooki minimax-h3-recipe ollama-blog
    optimize-60976005766 playbooks-79 qwen38-mtp-56 qwen38-mtp-63 recipes-918 seed-dendro seed-report-own stravica
    teaql unsloth-4867
    """.split()  # noqa: SIM905 - a table
)
"""Ids of pages that hold measured rows too: the rows' converter registers them."""


def convert(data: Path, sources: Sources, out: Output) -> None:  # noqa: ARG001 - every converter has this shape
    """Register the pages. They take their ids first where another converter has not; that is why others call `register`."""
    register(sources)


def register(sources: Sources) -> None:
    """Every page above under exactly its id; a second call changes nothing. To be called before other pages are added."""
    for wanted, facts in {**PAGES, **COMPATIBILITY_PAGES}.items():
        assert sources.add(wanted, **facts) == wanted, wanted
