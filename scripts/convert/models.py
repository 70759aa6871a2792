"""Catalog models: one file a base model, layers from its configuration, names from everything that mentions it."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.convert import models_dense, models_gemma, models_hybrid, models_latent, models_moe, models_sparse
from scripts.convert import models_facts as facts
from scripts.convert.common import Output, Sources, dump, without_empty
from scripts.convert.models_artifacts import artifacts
from scripts.convert.models_counts import counts_of, stated_counts
from scripts.convert.models_sources import address_source, configuration_sources, index_file_source
from scripts.convert.models_stack import Config, Stack
from scripts.convert.names import Names, configured_repositories

FAMILIES = {
    **models_dense.FAMILIES, **models_moe.FAMILIES, **models_hybrid.FAMILIES, **models_latent.FAMILIES, **models_gemma.FAMILIES,
    **models_sparse.FAMILIES,
}  # fmt: skip
"""Type in the configuration → builder of its layers."""


@dataclass
class Configured:
    """A repository with its index entry, configuration and parameter counts."""

    repository: str
    entry: dict[str, Any]
    config: Config
    counts: dict[str, Any]


def convert(data: Path, sources: Sources, out: Output) -> None:
    """Queue catalog/models: sized models, models that share layers, and models known by name only."""
    names, configured = Names.from_data(data), _configured(data)
    found = artifacts(data, names, sources)
    ids = names.model_ids()
    aliases = _aliases(names, ids, found)
    _check_names_are_unique(names, ids, aliases)
    for wanted in ids:
        known = configured.get(wanted)
        model = _described(wanted, known, names, sources) if known else _named(wanted, names)
        model["aliases"] = aliases[wanted]
        model["artifacts"] = [without_empty(artifact) for artifact in found.get(wanted, [])]
        text = dump(_ordered(without_empty(model)) | ({"draft_layers": None} if wanted in facts.NO_DRAFT else {}))
        assert out.texts.setdefault(f"models/{wanted}.yaml", text) == text, wanted


def _configured(data: Path) -> dict[str, Configured]:
    """Model id → its configuration: the base repository's, or where there is none a quantised one's."""
    index = json.loads((data / "models" / "index.json").read_text(encoding="utf-8"))
    counts = stated_counts(data)
    names = Names.from_data(data)
    found: dict[str, Configured] = {}
    for repository in configured_repositories(data):
        path = data / index[repository]["file"]
        wanted = names.repositories[repository.lower()]
        if path.exists() and wanted not in found:
            raw = json.loads(path.read_text(encoding="utf-8"))
            found[wanted] = Configured(
                repository, index[repository], _flat(raw), counts_of(repository, wanted, counts, names)
            )
    return found


def _flat(raw: dict[str, Any]) -> Config:
    """The language model's configuration, with what it leaves to its class filled in."""
    config = {**raw, **raw.get("text_config", {}), "wrapper_type": raw.get("model_type")}
    config.setdefault("quantization_config", raw.get("quantization_config"))
    for key, value in facts.CLASS_DEFAULTS.get(config["model_type"], {}).items():
        config.setdefault(key, value)
    return config


def _described(wanted: str, known: Configured, names: Names, sources: Sources) -> dict[str, Any]:
    """A model whose configuration is known."""
    config, counts = known.config, known.counts
    context, context_note = _context(wanted, config, counts)
    model: dict[str, Any] = {
        "name": _display(wanted, names), "repository": _base_repository(wanted, names),
        "provenance": "derived" if wanted in facts.NO_BASE_CONFIGURATION else known.entry["provenance"],
        "sources": [*configuration_sources(known.entry, sources), *_context_sources(wanted, sources)],
        "same_architecture_as": facts.SAME_ARCHITECTURE.get(wanted),
        "context_tokens": context, "context_note": context_note,
        "released_quant": _released(wanted, known), "notes": _notes(wanted, known),
    }  # fmt: skip
    if model["same_architecture_as"]:
        return model | {"counts": counts["catalog"]}
    dims = {"vocab_size": config.get("vocab_size") or counts.get("dims", {}).get("vocab_size")}
    stack = _stack(
        wanted, {**counts.get("dims", {}), **config, **dims, "ngram_table_params": counts.get("ngram_table_params")}
    )
    tied = counts.get("tied_embeddings")
    stack.tied = bool(config.get("tie_word_embeddings") if tied is None else tied)
    return model | {
        "model_type": config["wrapper_type"] or config["model_type"], "vocabulary": dims["vocab_size"],
        "hidden": config["hidden_size"], **stack.facts(), "counts": counts["catalog"],
    }  # fmt: skip


def _stack(wanted: str, config: Config) -> Stack:
    stack = FAMILIES[config["model_type"]](config)
    if stack.draft and wanted in facts.OWN_DRAFT_EMBEDDINGS:
        stack.draft["own_embeddings"] = True
    return stack


def _context(wanted: str, config: Config, counts: dict[str, Any]) -> tuple[int | None, str | None]:
    if wanted in facts.CONTEXT:
        return facts.CONTEXT[wanted]
    length = config.get("max_position_embeddings") or config.get("model_max_length")
    return length or counts.get("dims", {}).get("max_position_embeddings"), facts.CONTEXT_NOTE.get(wanted)


def _context_sources(wanted: str, sources: Sources) -> Iterable[str]:
    if address := facts.CONTEXT_ADDRESS.get(wanted):
        yield address_source(address, f"Context length of {wanted}", sources)
    if number := facts.CONTEXT_INDEX_FILE.get(wanted):
        yield index_file_source(number, f"Public repository file that states the context length of {wanted}", sources)


def _released(wanted: str, known: Configured) -> str | None:
    """Quantization of the publisher's own checkpoint, by its configuration."""
    if wanted in facts.RELEASED:
        return facts.RELEASED[wanted]
    recipe = known.config.get("quantization_config")
    if not recipe or wanted in facts.NO_BASE_CONFIGURATION:
        return None
    if known.config.get("expert_dtype") == "fp4":
        return "mxfp4-fp8"
    if recipe["quant_method"] == "compressed-tensors":
        return "mxfp4" if recipe["format"].startswith("mxfp4") else "int4-g32"
    return str(recipe["quant_method"])


def _notes(wanted: str, known: Configured) -> str | None:
    """Remarks on the layers, and what the reconstruction left open."""
    said = [facts.NOTES.get(wanted), facts.STEP_COUNTS["note"] if wanted.startswith("step-3") else None]
    note = str(known.entry.get("note") or "")
    if any(
        word in note for word in ("assumed", "not sourced", "chosen", "guess", "unverified", "inferred", "fallback")
    ):
        said.append(f"Configuration: {note}.")
    return " ".join(str(text) for text in said if text) or None


def _named(wanted: str, names: Names) -> dict[str, Any]:
    """A model without a configuration of its own."""
    repository = _base_repository(wanted, names)
    other = facts.SAME_ARCHITECTURE.get(wanted)
    context, note = facts.CONTEXT.get(wanted, (None, None))
    return {
        "name": _display(wanted, names), "repository": repository, "provenance": "reconstructed" if other else "name-only",
        "same_architecture_as": other, "context_tokens": context, "context_note": note, "notes": facts.WHY_THE_SAME.get(wanted),
    }  # fmt: skip


def _base_repository(wanted: str, names: Names) -> str | None:
    """The base checkpoint's repository; None where only quantised ones are known."""
    if wanted in facts.BASE_REPOSITORY:
        return facts.BASE_REPOSITORY[wanted]
    for repository in names.base_repositories[wanted]:
        if "-GGUF" in repository or not re.search(r"(?i)nvfp4|fp8|qat", repository):
            return repository
    return None


def _display(wanted: str, names: Names) -> str:
    """The repository's name without maker, tuning and format."""
    name = (_base_repository(wanted, names) or names.base_repositories[wanted][0]).rpartition("/")[2]
    name = re.sub(r"^(NVIDIA-|Meta-(?=Llama)|AI21-|c4ai-)", "", name)
    return re.sub(r"(?i)(-(Instruct|it|chat|hf|PT|BF16|NVFP4|GGUF|bnb-4bit))+$", "", name).replace("_", ".")


def _aliases(names: Names, ids: list[str], found: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """Model id → every other name it answers to; a name two models could mean is left out, an id always wins."""
    claims: dict[str, set[str]] = {}
    wanted: dict[str, list[str]] = {}
    for model in ids:
        repository = _base_repository(model, names) if model in names.base_repositories else None
        spoken = [
            label for label in names.spellings.get(model, []) if not re.search(r'[()"]|^hf\.co/|^nemotron_h ', label)
        ]
        others = [
            *names.base_repositories[model],
            *names.given.get(model, []),
            *(a.get("repository") or "" for a in found.get(model, [])),
        ]
        taken = {_folded(model), _folded(repository or "")}
        wanted[model] = []
        for name in [*spoken, *others]:
            if name and _folded(name) not in taken:
                taken.add(_folded(name))
                wanted[model].append(name)
        for name in taken:
            claims.setdefault(name, set()).add(model)
    return {model: [name for name in listed if len(claims[_folded(name)]) == 1] for model, listed in wanted.items()}


def _check_names_are_unique(names: Names, ids: list[str], aliases: dict[str, list[str]]) -> None:
    """Fails where two models answer to one name."""
    owners: dict[str, str] = {}
    for model in ids:
        for name in {_folded(other) for other in (model, _base_repository(model, names) or model, *aliases[model])}:
            assert owners.setdefault(name, model) == model, name


def _folded(name: str) -> str:
    """The spelling in which names are compared."""
    return re.sub(r"[\s_-]+", "-", name.strip().lower())


_ORDER = (
    "name", "repository", "aliases", "provenance", "sources", "same_architecture_as", "model_type", "gguf_architecture",
    "context_tokens", "context_note", "vocabulary", "hidden", "tied_embeddings", "blocks", "layout", "draft_layers", "tensors",
    "lookup_tensors", "counts", "released_quant", "artifacts", "kv_refused", "notes",
)  # fmt: skip


def _ordered(model: dict[str, Any]) -> dict[str, Any]:
    assert set(model) <= set(_ORDER), set(model) - set(_ORDER)
    return {key: model[key] for key in _ORDER if key in model}
