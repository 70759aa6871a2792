"""Pages of the other layout: it gives titles and addresses, the catalog wants one id for one page by one author."""

import re
from typing import Any
from urllib.parse import urlsplit

from scripts.convert.benchmarks_sources import Page, plain_words
from scripts.convert.common import as_date, slug

IDS = {
    "AMD R9700 toolboxes: llama.cpp results": "kyuz0-r9700-results",
    "AMD Strix Halo toolboxes: llama.cpp results": "kyuz0-strix-results",
    "Apple Silicon LLM Benchmark README": "apple-silicon-llm-bench-john-rocky",
    "Arc B580 Has Faster TPS on llama.cpp Vulkan API Than IPEX-LLM (ipex-llm #12991)": "ipex-llm-12991",
    "Benchmark M1 Ultra Mac Studio (64 core 128Gb) (#48)": "geerling-ai-benchmarks-48-indgy",
    "Benchmark Mac Studio cluster (#17)": "geerling-cluster-17",
    "Benchmark and hardware characterisation issue (#58)": "kickstart-berlin-58",
    "Benchmarking DeepSeek R1 - 16x3090 (#266)": "ik-llama.cpp-266",
    "CUDA: Fix loop unrolling for BW in mul_mat_q_stream_k_fixup (#19053)": "llama.cpp-19053",
    "CUDA: generalized (mma) FA, add Volta support (#17505)": "llama.cpp-17505",
    "DeepSeek V4 Flash on a single AMD MI300X (README)": "deepseek-v4-flash-mi300x-ryanzhou",
    "DeepSeek-V3 Testing": "llm-tracker-deepseek-v3",
    "Drastically improve prompt processing speed for --n-cpu-moe partially offloaded models": "ai-maestro-n-cpu-moe",
    "GPT-OSS 120B with --cpu-moe on about 8 GB of VRAM (copy of a Reddit post)": "gokawiil-cpu-moe-copy",
    "GPT-OSS 120B: Offloading MoE Layers to CPU Boosts RTX 3090 and 5090 Performance": "hardware-corner-gpt-oss-moe-offload",
    "GPU-Benchmarks-on-LLM-Inference README (LLaMA 3 section)": "gpu-benchmarks-on-llm-inference-xiongjie-dai",
    "GTC DC 2025 workshop: From AI Exploration to Production Deployment": "jetson-ai-lab-workshop-gtcdc2025",
    "HIP: tune rdna 3 mmq configs (#26284)": "llama.cpp-26284",
    "Jetson AI Lab benchmarks page (archive)": "jetson-ai-lab-benchmarks-archive",
    "Jetson AI Lab model benchmarks (benchmarks.json)": "jetson-ai-lab-benchmarks-json",
    "Jetson Thor Qwen3 benchmark post": "wang-junjian-jetson-thor",
    "Latest CPU performance comparison with llama.cpp (#164)": "ik-llama.cpp-164",
    "Llama.cpp Meets Instinct (ROCm blog, llama-cpp-oct2025)": "rocm-blog-llama-cpp-oct2025",
    "LocalLLaMA benchmark: RTX PRO 6000 SM120 and NVFP4 MoE (summary article)": "insights-marvin-rtx-pro-6000",
    "MI300X Testing": "llm-tracker-mi300x",
    "Mamba-2 + Nemotron-H MoE backport (ik_llama.cpp PR #1593)": "ik-llama.cpp-1593",
    "Misc. bug: brutally bad SYCL performance on Battlemage (llama.cpp #22413)": "llama.cpp-22413",
    "RTX PRO 6000 test notes": "llm-tracker-rtx-pro-6000",
    "Rtx 4060 ti row (qwen38-mtp PR #63)": "qwen38-mtp-63",
    "Ryzen AI Halo depth-curve comparison": "kyuz0-strix-ryzen-ai-halo",
    "Strix Halo LLM Benchmark Results (llm-bench/README.md, tg table)": "lhl-strix-halo-llm-bench",
    "Strix Halo MTP speculative decoding results": "kyuz0-strix-mtp",
    "Strix Halo toolbox performance comparison": "kyuz0-strix-toolbox-comparison",
    "Strix Halo vs DGX Spark (strix-halo-testing)": "lhl-strix-halo-vs-spark",
    "Testing llama.cpp with Intel Xe2 iGPU (Core Ultra 7 258V)": "llm-tracker-intel-xe2",
    "User's seed document (TEST_PLAN measurements quoted)": "seed-report-own",
    "Vulkan Repack PoC (#21024)": "llama.cpp-21024",
    "VulkanForge wiki: Benchmarks": "vulkanforge-wiki-benchmarks",
    "[SYCL] Update oneapi 2025.3.3 (llama.cpp #22078)": "llama.cpp-22078",
    "bench: RTX 2080 (8GB) community benchmarks (llmfit PRs #773, #774, #778)": "llmfit-pr-778",
    "bench: add RTX 2080 community benchmark (llmfit PR #755)": "llmfit-pr-755",
    "bench: add RTX 4090 performance snapshots (pegainfer PR #69)": "pegainfer-69",
    "bench: community results for nvidia-geforce-rtx-4060-ti (llmfit PR #1014)": "llmfit-pr-1014",
    "community: add AMD Radeon RX 7900 XT (40 models) (llmfit PR #808)": "llmfit-pr-808",
    "docs(bench): add M2 Ultra 192GB q2 benchmark results (antirez/ds4 PR #52)": "ds4-52",
    "kimi-k2 convert script and chat template (PR #612)": "ik-llama.cpp-612",
    "llama3 8b Q6 RTX 4090 llama.cpp (#10)": "llm-inference-speed-benchmarks-10",
    "refine 5090 throughput baseline (continuum PR #1627)": "continuum-1627",
    "rx 9070 / rx 9070 xt support (lmstudio-bug-tracker #574)": "lmstudio-bug-tracker-574",
    "sycl: Battlemage (BMG) optimizations (llama.cpp #22066)": "llama.cpp-22066",
}
"""Title → id, for pages whose title makes a long one."""

RELAYS = {
    "ai-maestro-n-cpu-moe": "a community post, rewritten",
    "gokawiil-cpu-moe-copy": "a Reddit post, copied",
    "insights-marvin-rtx-pro-6000": "a Reddit post, summarised",
}
"""Pages that pass on somebody else's numbers, and whose."""


def other_page(row: dict[str, Any]) -> Page:
    """The page of a row in the other layout."""
    source = row["source"]
    title, address, author = source["title"], str(source["url"]), source["author"]
    facts = {
        "title": title,
        "url": address,
        "author": author,
        "publisher": publisher(address),
        "published": as_date(source["date"]),
        "tier": source["tier"],
    }
    page = Page(_page_id(source), facts, plain_words(source["obtained"] or ""))
    if title.startswith("localmaxxing.com"):
        facts["title"] = f"localmaxxing.com leaderboard, rows of {author or 'unnamed users'}"
        facts["published"] = None
    elif title.startswith("llmfit community benchmarks"):
        facts["title"] = "llmfit community benchmarks: " + "/".join(address.split("/")[-2:])
    elif page.wanted_id == "llm-tracker-amd-gpus":
        facts |= {"title": "AMD GPUs howto", "published": None}
    elif page.wanted_id == "geerling-ai-benchmarks":
        facts["published"] = None
    elif page.wanted_id == "llama.cpp-15396":
        facts["published"] = "2025-08"
    elif page.wanted_id.startswith(("4x-rtx-3090", "llmfit-pr-98", "qwen38-mtp")):
        facts["published"] = None
    return page


def publisher(address: str) -> str | None:
    """Owner and name of the repository, or the host of the page; None where the input has no address."""
    parts = urlsplit(address)
    if "not disclosed" in address or not parts.netloc:
        return None
    if parts.netloc == "github.com":
        return "/".join(parts.path.split("/")[1:3])
    return parts.netloc.removeprefix("www.")


def _page_id(source: dict[str, Any]) -> str:
    title, address, author = source["title"], str(source["url"]), source["author"]
    if title.startswith("localmaxxing.com"):
        return slug(f"localmaxxing-{author or 'unnamed'}")
    if title.startswith("llmfit community benchmarks"):
        machine, name = address.split("/")[-2:]
        return f"llmfit-{machine}-{name.removesuffix('.json').split('-')[1]}"
    if title == "geerlingguy/ai-benchmarks README":
        return "geerling-ai-benchmarks-contributed" if "/pull/" in address else "geerling-ai-benchmarks"
    if title.startswith("AMD GPUs howto"):
        return "llm-tracker-amd-gpus"
    if "(#357)" in title:
        return f"ik-llama.cpp-357-{slug(author)}"
    if "(#15396)" in title:
        return "llama.cpp-15396" if author.startswith("ggerganov") else f"llama.cpp-15396-{slug(author)}"
    if title.startswith(("qwen38-mtp performance", "bench: community results (llmfit PRs")):
        return f"{'qwen38-mtp' if 'qwen38' in title else 'llmfit-pr'}-{address.rpartition('/')[2]}"
    number = re.search(r"file id (\d+)", source["obtained"] or "")
    if "not disclosed" in address and number:
        return f"{slug(title)[:50].strip('-')}-{number[1]}"
    return IDS.get(title, slug(title))
