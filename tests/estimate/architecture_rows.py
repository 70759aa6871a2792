"""llama.cpp's own answers for fifty architectures nothing was fitted to, beside advisor's: two contexts, every way of placing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.catalog import find
from scripts.truth.compare import Compared, compared

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog

TRUTH = json.loads((Path(__file__).resolve().parent.parent / "data" / "llama_cpp_architectures.json").read_text())
Named = tuple[str, Compared]
_MADE: list[tuple[Catalog, list[Named]]] = []


def rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of one model with names for their columns."""
    return [
        {**dict(zip(TRUTH["fields"], values, strict=True)), "mode": mode, "ok": True}
        for mode, every in found["rows"].items()
        for values in every
    ]


def every(catalog: Catalog) -> list[Named]:
    """Every row with advisor's figures, made once a catalog."""
    for known, made in _MADE:
        if known is catalog:
            return made
    found = [
        (name, each)
        for name, model in TRUTH["models"].items()
        for each in compared(catalog, find.model(catalog, name), model["weights"], rows(model))
    ]
    _MADE.append((catalog, found))
    return found


def of_mode(found: list[Named], mode: str) -> list[Named]:
    """The rows of one way of placing."""
    return [(name, each) for name, each in found if each.row["mode"] == mode]


def server_defaults(found: list[Named]) -> list[Named]:
    """Rows asked as llama-server asks by itself: one cache for all, one row of logits each."""
    return [
        (name, each) for name, each in of_mode(found, "gpu")
        if each.row["fa"] and each.row["unified"] and each.row["outputs"] == each.row["seq"]
    ]  # fmt: skip
