"""Short names of the API price lists → repository of the model they sell."""

import re

REPOSITORIES = {
    "deepseek-r1-distill-70b": "deepseek-ai/DeepSeek-R1-Distill-Llama-70B",
    "deepseek-v3": "deepseek-ai/DeepSeek-V3",
    "deepseek-v3-0324": "deepseek-ai/DeepSeek-V3-0324",
    "deepseek-v3.1": "deepseek-ai/DeepSeek-V3.1",
    "deepseek-v3.2": "deepseek-ai/DeepSeek-V3.2",
    "deepseek-v4-flash": "deepseek-ai/DeepSeek-V4-Flash",
    "deepseek-v4-pro": "deepseek-ai/DeepSeek-V4-Pro",
    "devstral-small": "mistralai/Devstral-Small-2507",
    "gemma-3-27b": "google/gemma-3-27b-it",
    "gemma-4-26b-a4b": "google/gemma-4-26B-A4B-it",
    "gemma-4-31b": "google/gemma-4-31B-it",
    "glm-4.5-air": "zai-org/GLM-4.5-Air",
    "glm-4.6": "zai-org/GLM-4.6",
    "glm-4.7": "zai-org/GLM-4.7",
    "glm-4.7-flash": "zai-org/GLM-4.7-Flash",
    "glm-5": "zai-org/GLM-5",
    "glm-5.1": "zai-org/GLM-5.1",
    "glm-5.2": "zai-org/GLM-5.2",
    "glm-5.3-flash": "zai-org/GLM-5.3-Flash",
    "gpt-oss-120b": "openai/gpt-oss-120b",
    "gpt-oss-20b": "openai/gpt-oss-20b",
    "kimi-k2-0905": "moonshotai/Kimi-K2-Instruct-0905",
    "kimi-k2-thinking": "moonshotai/Kimi-K2-Thinking",
    "kimi-k2.5": "moonshotai/Kimi-K2.5",
    "kimi-k2.6": "moonshotai/Kimi-K2.6",
    "llama-3.1-8b": "meta-llama/Llama-3.1-8B-Instruct",
    "llama-3.3-70b": "meta-llama/Llama-3.3-70B-Instruct",
    "llama-4-scout": "meta-llama/Llama-4-Scout-17B-16E-Instruct",
    "minimax-m2": "MiniMaxAI/MiniMax-M2",
    "minimax-m2.1": "MiniMaxAI/MiniMax-M2.1",
    "minimax-m2.5": "MiniMaxAI/MiniMax-M2.5",
    "minimax-m2.7": "MiniMaxAI/MiniMax-M2.7",
    "minimax-m3": "MiniMaxAI/MiniMax-M3",
    "mistral-small-3.2-24b": "mistralai/Mistral-Small-3.2-24B-Instruct-2506",
    "nemotron-3-nano-30b-a3b": "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16",
    "nemotron-3-super-120b-a12b": "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16",
    "qwen3-235b-a22b": "Qwen/Qwen3-235B-A22B",
    "qwen3-235b-a22b-instruct-2507": "Qwen/Qwen3-235B-A22B-Instruct-2507",
    "qwen3-235b-a22b-thinking-2507": "Qwen/Qwen3-235B-A22B-Thinking-2507",
    "qwen3-30b-a3b": "Qwen/Qwen3-30B-A3B",
    "qwen3-32b": "Qwen/Qwen3-32B",
    "qwen3-coder-30b-a3b": "Qwen/Qwen3-Coder-30B-A3B-Instruct",
    "qwen3-coder-480b-a35b": "Qwen/Qwen3-Coder-480B-A35B-Instruct",
    "qwen3-coder-next": "Qwen/Qwen3-Coder-Next",
    "qwen3-next-80b-a3b": "Qwen/Qwen3-Next-80B-A3B-Instruct",
    "qwen3.5-122b-a10b": "Qwen/Qwen3.5-122B-A10B",
    "qwen3.5-27b": "Qwen/Qwen3.5-27B",
    "qwen3.5-35b-a3b": "Qwen/Qwen3.5-35B-A3B",
    "qwen3.5-397b-a17b": "Qwen/Qwen3.5-397B-A17B",
    "qwen3.5-9b": "Qwen/Qwen3.5-9B",
    "qwen3.6-27b": "Qwen/Qwen3.6-27B",
    "qwen3.6-35b-a3b": "Qwen/Qwen3.6-35B-A3B",
    "qwen3.8-27b": "Qwen/Qwen3.8-27B",
    "step-3.5-flash": "stepfun-ai/Step-3.5-Flash",
}
"""A short name that is not here belongs to a model nobody can download."""

EDITIONS = (
    ("qwen3-30b-a3b", re.compile(r"instruct-2507", re.IGNORECASE), "Qwen/Qwen3-30B-A3B-Instruct-2507"),
    ("qwen3-30b-a3b", re.compile(r"thinking-2507", re.IGNORECASE), "Qwen/Qwen3-30B-A3B-Thinking-2507"),
    ("qwen3-next-80b-a3b", re.compile(r"thinking", re.IGNORECASE), "Qwen/Qwen3-Next-80B-A3B-Thinking"),
    ("devstral-small", re.compile(r"2505"), None),
    ("llama-3.1-8b", re.compile(r"aion-rp"), None),
)
"""Short name, provider's own name → the edition it really is; None for a fine-tune or an edition the catalog lacks."""


def api_repository(short: str, provider_name: str = "") -> str | None:
    """Repository of the model sold as `short`; None where its weights are not published or the catalog lacks it."""
    for name, pattern, repository in EDITIONS:
        if short == name and pattern.search(provider_name):
            return repository
    return REPOSITORIES.get(short)
