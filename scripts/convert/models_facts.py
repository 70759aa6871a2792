"""What the configurations do not say, or say wrongly, about single models; each entry from the audits of the data."""

SAME_ARCHITECTURE = {
    "deepseek-coder-v2-lite": "deepseek-v2-lite",
    "deepseek-r1": "deepseek-v3",
    "deepseek-r1-distill-llama-70b": "llama-3.1-70b",
    "deepseek-r1-distill-llama-8b": "llama-3.1-8b",
    "deepseek-r1-distill-qwen-14b": "qwen2.5-14b",
    "deepseek-r1-distill-qwen-32b": "qwen2.5-32b",
    "deepseek-r1-distill-qwen-7b": "qwen2.5-7b",
    "deepseek-v3.1": "deepseek-v3",
    "deepseek-v4-flash-0731": "deepseek-v4-flash",
    "gemma-4-12b-agentic-fable5-composer2.5-v2-3.5x-tau2": "gemma-4-12b",
    "glm-4.6v": "glm-4.5-air",
    "glm-4.7": "glm-4.5",
    "godot-gemma-4-e4b": "gemma-4-e4b",
    "godot-qwen2.5-coder-7b": "qwen2.5-coder-7b",
    "jamba2-mini": "jamba-mini-1.7",
    "kat-coder-v2.5-dev": "qwen3.6-35b-a3b",
    "kimi-k2.6": "kimi-k2.5",
    "kimi-k2.7-code": "kimi-k2.5",
    "llama-3-70b": "llama-3.1-70b",
    "llama-3-8b": "llama-3.1-8b",
    "llama-3.3-70b": "llama-3.1-70b",
    "mellum2-12b-a2.5b-thinking": "mellum2-12b-a2.5b",
    "minimax-m2": "minimax-m2.5",
    "minimax-m2.1": "minimax-m2.5",
    "mistral-small-3.2-24b": "mistral-small-3.1-24b",
    "nemotron-3-nano-omni-30b-a3b": "nemotron-3-nano-30b-a3b",
    "nemotron-cascade-2-30b-a3b": "nemotron-3-nano-30b-a3b",
    "nemotron-super-49b-v1.5": "nemotron-super-49b-v1",
    "olmo-3-32b-think": "olmo-3.1-32b",
    "ornith-1.0-35b": "qwen3.5-35b-a3b",
    "ornith-1.0-9b": "qwen3.5-9b",
    "ornith-1.5-35b-a3b": "qwen3.5-35b-a3b",
    "phi-4-mini-reasoning": "phi-4-mini",
    "qwen2.5-coder-32b": "qwen2.5-32b",
    "qwen2.5-coder-7b": "qwen2.5-7b",
    "qwen3-235b-a22b-instruct-2507": "qwen3-235b-a22b",
    "qwen3-235b-a22b-thinking-2507": "qwen3-235b-a22b",
    "qwen3-30b-a3b-instruct-2507": "qwen3-30b-a3b",
    "qwen3-30b-a3b-thinking-2507": "qwen3-30b-a3b",
    "qwen3-coder-30b-a3b": "qwen3-30b-a3b",
    "qwen3-coder-next": "qwen3-next-80b-a3b",
    "qwen3-vl-32b-thinking": "qwen3-vl-32b",
    "qwen3.8-27b": "qwen3.6-27b",
    "qwq-32b": "qwen2.5-32b",
    "shisa-v2-llama3.1-405b": "llama-3.1-405b",
    "shisa-v2-llama3.3-70b": "llama-3.1-70b",
    "shisa-v2-mistral-nemo-12b": "mistral-nemo-12b",
    "tinfield-1": "qwen3.8-flash-next",
}
"""Model → the one whose layers it shares."""

WHY_THE_SAME = {
    "deepseek-coder-v2-lite": "No configuration seen; a measured Q4_K_M file has the size and parameter count of DeepSeek-V2-Lite's.",
    "deepseek-r1-distill-qwen-7b": "No configuration seen; a measured Q4_K_M file has the size and parameter count of Qwen2.5-7B's.",
    "gemma-4-12b-agentic-fable5-composer2.5-v2-3.5x-tau2": "A fine-tune of gemma-4-12B-it.",
    "glm-4.6v": "No configuration seen; a measured Q4_K_M file has the size and parameter count of GLM-4.5-Air without its draft layer.",
    "godot-gemma-4-e4b": "A fine-tune of gemma-4-E4B-it.",
    "godot-qwen2.5-coder-7b": "A fine-tune of Qwen2.5-Coder-7B-Instruct.",
    "minimax-m2.1": "No configuration seen; its MLX 8-bit conversion has to the byte the size of MiniMax-M2.5's.",
    "qwen2.5-coder-7b": "No configuration seen; a measured Q8_0 file has the size of Qwen2.5-7B's.",
    "qwen3-235b-a22b-instruct-2507": "No configuration seen; the 2507 series keeps Qwen3's layers and extends the context.",
    "qwen3-235b-a22b-thinking-2507": "No configuration seen; the 2507 series keeps Qwen3's layers and extends the context.",
    "qwen3-30b-a3b-instruct-2507": "No configuration seen; the 2507 series keeps Qwen3's layers and extends the context.",
    "qwen3-30b-a3b-thinking-2507": "No configuration seen; the 2507 series keeps Qwen3's layers and extends the context.",
    "shisa-v2-llama3.1-405b": "No configuration seen; a measured IQ2_XXS file has the size and parameter count of Llama-3.1-405B's.",
    "shisa-v2-llama3.3-70b": "No configuration seen; a measured Q4_K_M file has the size and parameter count of Llama-3.1-70B's.",
    "shisa-v2-mistral-nemo-12b": "No configuration seen; a measured file has the parameter count of Mistral-Nemo-12B.",
}
"""Why a model without a configuration of its own is taken to have the layers of another."""

CONTEXT: dict[str, tuple[int | None, str]] = {
    "gemma-3-12b": (131072, "the stored configuration is trimmed; llama.cpp's own planner runs use this length"),
    "gemma-3-27b": (131072, "the stored configuration is trimmed; llama.cpp's own planner runs use this length"),
    "gemma-3-4b": (131072, "the stored configuration is trimmed; llama.cpp's own planner runs use this length"),
    "mistral-small-4-119b": (None, "not verified: the reconstructed configuration has its class's default of 1048576"),
    "qwen2.5-coder-32b": (32768, "native, by a stored copy of the configuration; 131072 with YaRN"),
    "qwen3-235b-a22b-instruct-2507": (262144, "the 2507 series"),
    "qwen3-235b-a22b-thinking-2507": (262144, "the 2507 series"),
    "qwen3-30b-a3b-instruct-2507": (262144, "the 2507 series"),
    "qwen3-30b-a3b-thinking-2507": (262144, "the 2507 series"),
    "smollm3-3b": (
        65536,
        "as Ollama's model information shows; the reconstructed configuration has its class's default of 32768",
    ),
    "step-3.5-flash": (262144, "as a hosting provider lists it; the flattened configuration says 65536"),
    "step-3.7-flash": (262144, "by analogy with Step-3.5-Flash, not proven; the flattened configuration says 65536"),
}
"""Model → trained context where the configuration is missing, wrong or unverified, and where the figure comes from."""

_EXTENDED = "configuration value; the vendor claims 1M tokens extended"
_NATIVE_INSTRUCT = "of the base model; the instruct repository is 32768 natively"
CONTEXT_NOTE = {
    "nemotron-3-nano-30b-a3b": _EXTENDED,
    "nemotron-3-super-120b-a12b": _EXTENDED,
    "nemotron-3-ultra-550b-a55b": _EXTENDED,
    "qwen2.5-14b": _NATIVE_INSTRUCT,
    "qwen2.5-32b": _NATIVE_INSTRUCT,
    "qwen2.5-72b": _NATIVE_INSTRUCT,
    "qwen2.5-7b": _NATIVE_INSTRUCT,
    "qwen3-30b-a3b": "the release of 2025-04; the 2507 series has 262144",
    "qwq-32b": "of the base model's configuration; not verified",
}

CONTEXT_ADDRESS = {
    "qwen2.5-coder-32b": "https://huggingface.co/ai-team-20/qwen3-coder-480b-3/commit/6e6b0cb6",
    "step-3.5-flash": "https://vercel.com/ai-gateway/models/step-3.5-flash",
}
CONTEXT_INDEX_FILE = {
    "nemotron-3-nano-30b-a3b": "51867339602",
    "smollm3-3b": "70158842074",
    "step-3.5-flash": "51854075359",
}

CLASS_DEFAULTS = {"gemma3_text": {"vocab_size": 262208}}
"""What a trimmed configuration leaves to its class, confirmed by the exact parameter total."""

OWN_DRAFT_EMBEDDINGS = frozenset({"glm-4.5", "glm-4.5-air"})
"""Draft layers with a second embedding and head; GLM-4.6's are exactly that much smaller."""

NO_DRAFT = frozenset({"glm-4.6v", "kat-coder-v2.5-dev", "ornith-1.0-35b", "ornith-1.0-9b", "qwen3-coder-next"})
"""Checkpoints that leave out the draft layer of the model they are made from."""

RELEASED = {
    # No configuration of the publisher's own repository is known for these; the first follows DeepSeek-V3, the others their size.
    "deepseek-v3.1": "fp8",
    "kimi-k2.6": "int4-g32",
    "kimi-k2.7-code": "int4-g32",
}

NO_BASE_CONFIGURATION = frozenset({"deepseek-v3.1", "kimi-k2.6", "kimi-k2.7-code", "nemotron-3.5-lightning-30b-a3b"})
"""Only a quantised repository's configuration is known; quantization aside it is the base model's."""

BASE_REPOSITORY = {"kimi-k2.7-code": "moonshotai/Kimi-K2.7-Code"}
"""The publisher's own repository where no configuration and no row names it, by a model card elsewhere."""

STEP_COUNTS = {
    "note": (
        "The flattened configuration leaves out that sliding layers have 96 query heads. With them, a vocabulary of 128,896 and "
        "three draft layers with a head each, the published element total comes out to the last digit."
    ),
    "draft": 2_428_171_008,
}

NOTES = {
    "granite-4.0-h-small": "That 4 of 40 layers have attention is sourced; their positions are assumed.",
    "granite-4.0-h-tiny": "Layer positions as assumed for granite-4.0-h-small.",
    "falcon-h1-34b": "mamba_rms_norm was chosen so that the parameter total matches.",
    "glm-5.2": "Only 21 of 78 layers have an indexer; the others reuse the tokens the layer below picked.",
    "glm-5.3-flash": "Draft layer as llama.cpp loads it; by difference the checkpoint holds 104M parameters more.",
    "kat-coder-v2.5-dev": "The open weights are text only, without the draft layer.",
    "kimi-k3": "Layers as llama.cpp loads them; 449M below the published total, which holds the vision tower too.",
    "ministral-8b": "The configuration gives a window of 32768 tokens, the whole context: whether layers slide makes no difference.",
    "muse-glimmer-30b": "GGUF conversions add norms on query and key that hold a constant; the checkpoint has none.",
    "qwen3-omni-30b-a3b": "The thinker only; talker and vocoder are not described.",
    "nemotron-3-nano-omni-30b-a3b": "The language model only is described in layers; encoders by difference.",
    "qwen3.8-flash-next": "No final norm of one stream: the norm over all four streams stands in its place.",
}
