"""The card of a model: what it is made of, what a token costs in memory, which files are published."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from advisor.estimate.kv_cache import STATE_BYTES, TYPE_BYTES, LayerCache, layer_cache
from advisor.estimate.parameters import parameters as counted
from advisor.present import words
from advisor.present.card import Card, Fact, Section, known
from advisor.present.formats import gb, gib, parameters, tokens
from advisor.present.list_things import if_known
from advisor.present.tables import WORDS, Column

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.model import Artifact, Model

CACHED_IN = "f16"
PUBLISHED = (
    Column("quant", "quant"),
    Column("size_bytes", "size GB", if_known(gb), right=True),
    Column("label", "file's label", cut=WORDS),
    Column("repository", "repository", cut=WORDS),
    Column("follows_rule", "size", lambda stock: "as the rule gives" if stock else "wins over the rule"),
    Column("source", "source", cut=WORDS),
)
MEASURED = (Column("hardware", "machine"), Column("rows", "rows", right=True), Column("newest", "newest"))


def caches(model: Model) -> dict[str, tuple[LayerCache, int]]:
    """Kind of layer in words → what one of them caches, and how many there are."""
    found: dict[str, tuple[LayerCache, int]] = {}
    for block in model.layers:
        kind = words.mixer(block)
        held = found.get(kind)
        found[kind] = (held[0] if held else layer_cache(block), held[1] + 1 if held else 1)
    return found


def token_bytes(layer: LayerCache) -> int:
    """Bytes one layer caches for one token in F16."""
    return round((layer.key_width + layer.value_width) * TYPE_BYTES[CACHED_IN])


def model_card(facts: Facts, model: Model) -> Card:
    """Everything known of a model."""
    return Card(
        kind="models",
        entry=model,
        title=f"{model.id} · {model.name}",
        facts=[*_names(facts, model), *_size(model), *_memory(model), *_rest(facts, model)],
        sections=[
            Section("published files", PUBLISHED, [_artifact(each) for each in model.artifacts]),
            Section("measured rows", MEASURED, _measured(facts, model)),
        ],
        derived=_derived(facts, model),
        sources=tuple(artifact.source for artifact in model.artifacts),
    )


def shares_with(facts: Facts, model: Model) -> list[str]:
    """Ids of other models of the same architecture: what it names, and what names it or the same."""
    base = model.same_architecture_as or model.id
    return sorted(
        other.id for other in facts.models.values()
        if other.id != model.id and base in {other.id, other.same_architecture_as}
    )  # fmt: skip


def _names(facts: Facts, model: Model) -> list[Fact]:
    return [
        *known((("repository", model.repository), ("answers to", ", ".join(model.aliases)))),
        Fact("configuration", words.provenance(model), model.sources),
        *known((("same layers as", ", ".join(shares_with(facts, model))),)),
    ]


def _size(model: Model) -> list[Fact]:
    found = counted(model)
    stated = model.counts
    text = f"{parameters(found.total)}, of which {parameters(found.read_per_token)} read per token" if found else None
    if found and stated.published and stated.published != found.total:
        text = f"{text}; the repository lists {parameters(stated.published)}"
    draft = model.draft_layers
    return known((
        ("parameters", text),
        ("layers", words.layers(model)),
        ("feed-forward", words.experts(model) if model.is_sized else None),
        ("width", f"{tokens(model.hidden)}, vocabulary {tokens(model.vocabulary or 0)}" if model.hidden else None),
        ("draft layers", f"{draft.layers}, {'kept' if draft.in_gguf else 'left out'} in GGUF" if draft else None),
        ("vision", parameters(stated.vision) if stated.vision else None),
    ))  # fmt: skip


def _memory(model: Model) -> list[Fact]:
    if model.kv_refused:
        return [Fact("KV cache", f"cannot be sized: {model.kv_refused}")]
    found = []
    for kind, (layer, count) in caches(model).items():
        if each := token_bytes(layer):
            reach = f", for the last {tokens(layer.window)} tokens" if layer.window else ""
            found.append(f"{kind}: {each:,} B × {count} layers = {each * count:,} B{reach}")
    facts = [Fact("KV per token" if not place else "", text) for place, text in enumerate(found)]
    state = sum(layer.state_elements * count for layer, count in caches(model).values()) * STATE_BYTES
    return [*facts, *known((("state per request", gib(state) if state else None),))]


def _rest(facts: Facts, model: Model) -> list[Fact]:
    context = tokens(model.context_tokens) if model.context_tokens else "not known"
    return known((
        ("context", context + (f" ({model.context_note})" if model.context_note else "")),
        ("released as", facts.quants[model.released_quant].name if model.released_quant else None),
        ("in llama.cpp", model.gguf_architecture or "no GGUF tensor list is known" if model.is_sized else None),
        ("scores", f"{len(scores)}: advisor list quality {model.id}" if (scores := facts.quality_for(model.id)) else None),
        ("notes", model.notes),
    ))  # fmt: skip


def _artifact(artifact: Artifact) -> tuple[Any, ...]:
    return (
        artifact.quant, artifact.size_bytes, artifact.label, artifact.repository, artifact.follows_rule, artifact.source,
    )  # fmt: skip


def _measured(facts: Facts, model: Model) -> list[tuple[str, int, str]]:
    rows = facts.records_for(model.id)
    counts = Counter(record.hardware for record in rows)
    newest: dict[str, str] = {}
    for record in rows:
        newest[record.hardware] = max(newest.get(record.hardware, ""), record.conditions.date or "")
    return [(machine, count, newest[machine]) for machine, count in counts.most_common()]


def _derived(facts: Facts, model: Model) -> dict[str, Any]:
    found = counted(model)
    return {
        "parameters": asdict(found) if found else None,
        "layers": len(model.layer_names),
        "kv_per_token": [
            {"kind": kind, "layers": count, "bytes_per_layer": token_bytes(layer), "window_tokens": layer.window,
             "type": CACHED_IN, "state_bytes_per_layer": layer.state_elements * STATE_BYTES}
            for kind, (layer, count) in caches(model).items()
        ],
        "same_layers_as": shares_with(facts, model),
        "measured_rows": {machine: rows for machine, rows, _ in _measured(facts, model)},
    }  # fmt: skip
