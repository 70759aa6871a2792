"""Models that share the layers of another: what their files leave out is taken from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.catalog import yaml_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from advisor.catalog.places import Place
    from advisor.catalog.schema.model import Model
    from advisor.errors import Problem

ARCHITECTURE = (
    "model_type",
    "gguf_architecture",
    "context_tokens",
    "context_note",
    "vocabulary",
    "hidden",
    "tied_embeddings",
    "blocks",
    "layout",
    "draft_layers",
    "tensors",
    "lookup_tensors",
    "counts",
    "kv_refused",
)
"""Fields that follow from the architecture. How the weights were published (released format, artifacts) does not."""


def with_shared_architectures(
    models: Mapping[str, Model], places: Mapping[str, Place], unread: Collection[str] = ()
) -> tuple[dict[str, Model], list[Problem]]:
    """The models with `same_architecture_as` followed; and the cases where it leads nowhere, or in a circle.

    Models that lead to one of the `unread`, whose files are broken, are left out: their own files are not to blame.
    """
    whole: dict[str, Model] = {}
    problems: list[Problem] = []
    for model_id in models:
        chain = _chain(model_id, models)
        onward = models[chain[-1]].same_architecture_as
        if onward in unread:
            continue
        if onward is not None and (onward not in models or onward == model_id):
            what = f"leads in a circle back to {onward!r}" if onward in models else f"names no model: {onward!r}"
            problems.append(places[chain[-1]].problem(("same_architecture_as",), what))
        elif onward is None:
            for link in reversed(chain):
                if link not in whole:
                    whole[link] = _completed(models[link], whole, places[link])
    return whole, list(dict.fromkeys(problems))


def _chain(model_id: str, models: Mapping[str, Model]) -> list[str]:
    """The model, the one it shares layers with, and so on, up to one that shares none or leads nowhere new."""
    chain = [model_id]
    while (following := models[chain[-1]].same_architecture_as) in models and following not in chain:
        chain.append(str(following))
    return chain


def _completed(model: Model, whole: Mapping[str, Model], place: Place) -> Model:
    """The model with the other's architecture where its own file does not say otherwise."""
    if model.same_architecture_as is None:
        return model
    # A default cannot be told from a value that was written down, so the file is asked.
    stated = yaml_text.read(place.path, place.shown)
    other = whole[model.same_architecture_as]
    return replace(model, **{name: getattr(other, name) for name in ARCHITECTURE if name not in stated})
