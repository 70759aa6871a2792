"""Which of Ollama's two engines ran an architecture before it started llama.cpp's server, and the cache of its own engine.

Sources: fs/ggml/ggml.go (OllamaEngineRequired), kvcache/causal.go (Init) and ml/backend/ggml (CacheConfig) of Ollama 0.12 to 0.20.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor.estimate.arrays import ceil_to

if TYPE_CHECKING:
    from advisor.catalog.schema.model import Model

OWN_ENGINE = frozenset(
    {"deepseek2", "gemma3", "gemma3n", "gemma4", "glm4moelite", "gpt-oss", "lfm2", "lfm2moe", "llama4", "mistral3", "nemotron_h", "nemotron_h_moe",
     "olmo3", "qwen25vl", "qwen2vl", "qwen3", "qwen35", "qwen35moe", "qwen3moe", "qwen3next", "qwen3vl", "qwen3vlmoe"}
)  # fmt: skip
"""Architectures that Ollama ran in its own engine; llama.cpp, linked in, ran the others."""
KEPT_WINDOWS = {"gpt-oss": 4096, "gemma4": 4096}
"""Tokens that sliding-window layers of these architectures keep, so that an earlier prompt can be taken up again."""
PADDING = 256


def in_own_engine(model: Model) -> bool:
    """True where Ollama's own engine, not llama.cpp, ran the model. Multi-modal Qwen2 files go by two names."""
    return model.gguf_architecture in OWN_ENGINE


def own_cells(model: Model, window: int | None, context_tokens: Any, slots: int, batch: int) -> Any:
    """Cells one layer keeps in Ollama's own engine: one cache for all slots, padded to 256.

    A windowed layer keeps its window a slot (one token more where there are several slots) and one batch; everything where that
    is more than a slot's context.
    """
    full = ceil_to(context_tokens * slots, PADDING)
    if window is None:
        return full
    kept = max(window, KEPT_WINDOWS.get(model.gguf_architecture or "", 0)) + (1 if slots > 1 else 0)
    windowed = ceil_to(kept * slots + batch, PADDING)
    if hasattr(context_tokens, "__array__"):
        import numpy as np  # noqa: PLC0415 - only a sweep pays for numpy

        return np.where(np.asarray(context_tokens) < kept, full, windowed)
    return full if context_tokens < kept else windowed
