"""Models that only rows name: no repository is stated, so the catalog knows their name, or whose layers they have."""

from typing import Any

from scripts.convert.common import Output

DERIVED = "derived"
NAME_ONLY = "name-only"

MODELS: dict[str, dict[str, Any]] = {
    "ling-3.0-flash-heretic": {
        "name": "Ling-3.0-flash-heretic",
        "provenance": DERIVED,
        "same_architecture_as": "ling-3.0-flash",
        "notes": "Refusal-ablated derivative; the rows do not say who published it.",
    },
    "minimax-139b": {
        "name": "MiniMax-139B",
        "provenance": NAME_ONLY,
        "notes": "139 billion parameters, 10 active: a pruned MiniMax-M2, but of which release is not stated.",
    },
    "minimax-172b": {
        "name": "MiniMax-172B",
        "provenance": NAME_ONLY,
        "notes": "172 billion parameters, 10 active: a pruned MiniMax-M2, but of which release is not stated.",
    },
    "nemotron3-33b": {
        "name": "nemotron3:33b",
        "provenance": NAME_ONLY,
        "notes": "An Ollama tag; 33 billion would fit Nemotron 3 Nano Omni with its encoders, which no source says.",
    },
    "qwen3.6-35b-a3b-uncensored-apex-i": {
        "name": "Qwen3.6-35B-A3B Uncensored APEX-I Balanced",
        "provenance": DERIVED,
        "same_architecture_as": "qwen3.6-35b-a3b",
        "notes": "A derivative of Qwen3.6-35B-A3B; the rows do not say who published it.",
    },
    "qwen3.8-27b-xyz": {
        "name": "Qwen3.8-27B-XYZ",
        "provenance": DERIVED,
        "same_architecture_as": "qwen3.8-27b",
        "notes": "A derivative of Qwen3.8-27B by quimmedes; the rows name no repository.",
    },
    "sulphur-2": {
        "name": "Sulphur 2",
        "aliases": ["Sulphur 2 (LTX-2.3 distilled, text-to-video)"],
        "provenance": NAME_ONLY,
        "notes": "A video model made from LTX-2.3; the rows do not say who published it.",
    },
    "ternary-bonsai-27b": {
        "name": "Ternary-Bonsai-27B",
        "aliases": ["Ternary-Bonsai-27B (qwen35 27B)"],
        "provenance": NAME_ONLY,
        "notes": "A ternary derivative of 26.9 billion parameters; llama-bench calls its architecture qwen35.",
    },
}
"""Model id → its file. Strings that leave open which model they mean ("Llama 70B", "DeepSeek-V4") are not here."""

LABELS = {label: model for model, facts in MODELS.items() for label in (facts["name"], *facts.get("aliases", ()))}
"""String of the rows → id."""


def queue_models(out: Output) -> None:
    """Queue one file for each of these models."""
    for model, facts in MODELS.items():
        out.put(f"models/{model}.yaml", facts)
