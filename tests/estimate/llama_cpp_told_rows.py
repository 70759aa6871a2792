"""Command lines and what llama.cpp's own planner puts where for them, beside advisor's plan for the same flags."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.catalog import find
from advisor.estimate.as_told import place_as_told
from advisor.estimate.command_line import stated
from advisor.estimate.kv_cache import CacheQuestion
from advisor.estimate.layered import Load, load
from advisor.estimate.placement import Placement, Pool
from advisor.estimate.weights import Weights, weight_bytes
from advisor.units import MIB

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog
    from advisor.catalog.schema.model import Model
    from advisor.estimate.flags import Stated

TOLD = json.loads((Path(__file__).resolve().parent.parent / "data" / "llama_cpp_told.json").read_text())
HOST = Pool("host", None, 1 << 50, 1 << 50, "", None, None)
Row = dict[str, Any]
Told = tuple[Row, Load, Placement]
_MADE: list[tuple[Catalog, list[Told]]] = []


def asked(said: Stated) -> CacheQuestion:
    """What flags say of the cache, llama-server's defaults where they say nothing."""
    kept = (said.kv_type or "f16").split(",")
    return CacheQuestion(
        context_tokens=said.context_tokens or 0, sequences=said.concurrency or 1, key_type=kept[0], value_type=kept[-1],
        ubatch=said.ubatch or 512, flash_attention=said.flash_attention is not False, unified=bool(said.unified),
        full_windows=said.full_windows,
    )  # fmt: skip


def pools(row: Row) -> tuple[Pool, ...]:
    """The devices of a row, large enough for whatever goes there."""
    return tuple(Pool(str(i), None, mib * MIB, 1 << 50, "", None, i) for i, mib in enumerate(row["devices"]))


def placed(catalog: Catalog) -> list[Told]:
    """Every row with what it has to place and advisor's plan for the same flags, made once a catalog."""
    for known, found in _MADE:
        if known is catalog:
            return found
    _MADE.append((catalog, _placed(catalog)))
    return _MADE[-1][1]


def _placed(catalog: Catalog) -> list[Told]:
    @cache
    def sized(name: str, mix: str) -> tuple[Model, Weights]:
        found = find.model(catalog, name)
        return found, weight_bytes(found, catalog.quants[mix], "gguf", catalog.quants.__getitem__)

    found = []
    for values in TOLD["rows"]:
        row = dict(zip(TOLD["fields"], values, strict=True))
        said = stated(row["flags"], "llama.cpp")
        held = load(*sized(row["model"], row["weights"]), "llama.cpp", asked(said))
        found.append((row, held, place_as_told(pools(row), HOST, held, said.layout)))
    return found


def buffer_errors(found: list[Told]) -> list[tuple[float, str]]:
    """Of every pool, how far the buffer is off in shares of all that llama.cpp puts there, and the plan in words; largest first."""
    errors = []
    for row, held, plan in found:
        logits = 4 * (held.model.vocabulary or 0) * held.question.sequences
        host = replace(plan.uses[-1], compute_buffer_bytes=plan.uses[-1].compute_buffer_bytes - logits)
        for use, pool in zip((*plan.uses[:-1], host), row["pools"], strict=True):
            error = (use.compute_buffer_bytes - pool[2]) / max(sum(pool), 1)
            errors.append((error, f"{row['model']} {row['flags']} pool {use.pool.name}"))
    return sorted(errors, key=lambda each: -abs(each[0]))


def in_place(told: Told) -> bool:
    """Whether weights and cache stand in every pool as llama.cpp puts them: 0.1 % and 0.02 %."""
    row, _, plan = told
    return all(
        abs(use.weights_bytes - weights) <= max(1e-3 * weights, 4096)
        and abs(use.kv_cache_bytes + use.state_bytes - context) <= 2e-4 * context
        for use, (weights, context, _) in zip(plan.uses, row["pools"], strict=True)
    )


def reads_back(told: Told) -> bool:
    """Whether the flags of advisor's plan, read again, give the same plan."""
    row, held, plan = told
    said = stated(plan.flags, "llama.cpp")
    again = load(held.model, held.weights, "llama.cpp", asked(said))
    return place_as_told(pools(row), HOST, again, said.layout) == plan
