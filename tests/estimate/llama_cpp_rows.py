"""llama.cpp's own answers beside advisor's, row by row: what the tests bound and docs/accuracy-memory.md prints."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.catalog import find
from advisor.estimate.buffers import compute_buffers
from advisor.estimate.kv_cache import CacheQuestion, cache_bytes
from advisor.estimate.layered import Kept, Load, device_use, load, place_on_devices, proportional_uses
from advisor.estimate.placement import Pool, PoolUse
from advisor.estimate.self_fit import LEAST_CONTEXT_TOKENS, self_fitted_context_tokens
from advisor.estimate.weights import Weights, weight_bytes
from advisor.units import MIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from advisor.catalog.contents import Catalog
    from advisor.catalog.schema.model import Model

DATA = Path(__file__).resolve().parent.parent / "data"
MEMORY = json.loads((DATA / "llama_cpp_memory.json").read_text())
FIT = json.loads((DATA / "llama_cpp_fit.json").read_text())
MIXES = {"mxfp4+q8_0": "mxfp4", "mxfp4_q8_0": "mxfp4"}
MARGIN = 1024 * MIB
Row = dict[str, Any]
Errors = tuple[tuple[float, str], ...]
"""Ours over llama.cpp's less one, each with the row in words."""


def pool(name: str, size: int = 1 << 50, index: int | None = 0) -> Pool:
    """A pool that offers all it has."""
    return Pool(name, size, size, size, "", None, index)


BIG, HOST = pool("big"), pool("host", index=None)
PAIR = tuple(pool(name, size * MIB, i) for i, (name, size) in enumerate((("RTX 4090", 24564), ("RTX 5070 Ti", 16303))))


def rows(mode: str) -> Iterable[tuple[str, str, Row]]:
    """Model, weights and settings with llama.cpp's answer, of one way of placing."""
    for name, found in MEMORY["models"].items():
        for row in found["rows"].get(mode, []):
            yield name, found["weights"], dict(zip(MEMORY["fields"], row, strict=True))


def question(row: Row) -> CacheQuestion:
    """A row of several sequences (ctx, seq) asks for ctx / seq tokens in each."""
    return CacheQuestion(
        context_tokens=row["ctx"] // row["seq"], sequences=row["seq"], key_type=row["tk"], value_type=row["tv"], ubatch=row["ub"],
        flash_attention=row["fa"] != 0, unified=bool(row["unified"]), full_windows=bool(row["swa_full"]),
    )  # fmt: skip


def described(name: str, row: Row) -> str:
    """The row in words."""
    asked = ("ctx", "seq", "unified", "tk", "fa", "ub", "outputs", "swa_full")
    return f"{name} { ({key: row[key] for key in asked}) }"


def device_total(row: Row) -> int:
    """Weights, context and compute buffer on the devices."""
    return int(row["dev_model"] + row["dev_ctx"] + row["dev_compute"])


def server_defaults(row: Row) -> bool:
    """Whether the row is asked as llama-server asks by itself: four slots over one cache, one row of logits each."""
    return (row["fa"] != 0, row["ub"], row["seq"], row["unified"], row["outputs"]) == (True, 512, 4, 1, 4)


def machine_pools(described_as: str) -> tuple[Pool, ...]:
    """Devices as `name:total MiB:free MiB`, each with llama.cpp's margin left free."""
    found = []
    for index, device in enumerate(described_as.split(",")):
        name, total, free, *_ = device.split(":")
        free_bytes = int(free) * MIB
        found.append(Pool(name, int(total) * MIB, free_bytes, free_bytes - MARGIN, "", None, index))
    return tuple(found)


def fit_rows() -> list[Row]:
    """What llama-fit-params answered on nine machines."""
    return [dict(zip(FIT["fields"], row, strict=True)) for row in FIT["rows"]]


class Comparison:
    """advisor's answers to llama.cpp's questions, each comparison made once."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._known: dict[tuple[str, str], tuple[Model, Weights]] = {}

    def sized(self, name: str, weights: str) -> tuple[Model, Weights]:
        """The model with its weights in that mix."""
        if (name, weights) not in self._known:
            model, mix = find.model(self.catalog, name), MIXES.get(weights.lower(), weights.lower())
            quants = self.catalog.quants
            self._known[name, weights] = model, weight_bytes(model, quants[mix], "gguf", quants.__getitem__)
        return self._known[name, weights]

    def loaded(self, name: str, weights: str, row: Row) -> Load:
        """What the row has to place."""
        return load(*self.sized(name, weights), "llama.cpp", question(row), row["outputs"] or row["ub"])

    def _totals(self, mode: str, uses: Callable[[Load], tuple[PoolUse, ...]]) -> Errors:
        return tuple(
            (sum(use.used_bytes for use in uses(self.loaded(name, weights, row))) / device_total(row) - 1, described(name, row))
            for name, weights, row in rows(mode)
        )  # fmt: skip

    @cached_property
    def cache_and_state(self) -> Errors:
        """KV cache and recurrent state with everything on one device."""
        found = (
            (name, row, cache_bytes(find.model(self.catalog, name), "llama.cpp", question(row)))
            for name, _, row in rows("gpu")
        )
        return tuple(
            ((held.kv_bytes + held.state_bytes) / row["dev_ctx"] - 1, described(name, row)) for name, row, held in found
        )

    @cached_property
    def on_one_device(self) -> Errors:
        """Device total with everything on one device."""
        return self._totals("gpu", lambda f: (device_use(f, Kept(f.weights.layer_bytes), (BIG,), 0, (0, f.layers)),))

    def buffers_at_server_defaults(self, kv_type: str) -> Errors:
        """Compute buffer of a server started without options."""
        asked = (each for each in rows("gpu") if server_defaults(each[2]) and each[2]["tk"] == kv_type)
        return tuple(
            (compute_buffers(self.sized(name, weights)[0], question(row), outputs=row["outputs"]).device_bytes / row["dev_compute"] - 1,
             described(name, row))
            for name, weights, row in asked
        )  # fmt: skip

    @cached_property
    def on_two_devices(self) -> Errors:
        """Total of two unequal devices."""
        return self._totals("gpu2", lambda f: proportional_uses(f, Kept(f.weights.layer_bytes), PAIR))

    @cached_property
    def half_on_the_host(self) -> Errors:
        """Device total with half the layers on the host."""

        def uses(found: Load) -> tuple[PoolUse, ...]:
            blocks = found.layers + found.draft_layers
            first = blocks + 1 - blocks // 2
            return (device_use(found, Kept(found.weights.layer_bytes, first=first), (BIG,), 0, (first, found.layers)),)

        return self._totals("gpuhalf", uses)

    @cached_property
    def experts_on_the_host(self) -> Errors:
        """Device total with every routed expert on the host."""

        def uses(found: Load) -> tuple[PoolUse, ...]:
            sizes = zip(found.weights.layer_bytes, found.weights.expert_bytes, strict=True)
            kept = Kept(tuple(size - experts for size, experts in sizes), expert_layers=found.layers)
            return (device_use(found, kept, (BIG,), 0, (0, found.layers)),)

        return self._totals("cpumoe", uses)

    def load_at(self, row: Row) -> Callable[[int], Load]:
        """The load of a llama-fit-params row at any context."""
        known = self.sized(row["model"], row["weights"])

        def at(context: int) -> Load:
            asked = CacheQuestion(context_tokens=context, key_type=row["kv"], value_type=row["kv"])
            return load(*known, "llama.cpp", asked, asked.ubatch)

        return at

    @cached_property
    def fit_disagreements(self) -> tuple[Row, ...]:
        """Rows of llama-fit-params that say otherwise whether everything fits on the devices."""
        wrong = []
        for row in fit_rows():
            plan = place_on_devices(machine_pools(FIT["hw"][row["hw"]]), HOST, self.load_at(row)(LEAST_CONTEXT_TOKENS))
            if (plan.verdict == "fits") != row["fits_fully"]:
                wrong.append(row)
        return tuple(wrong)

    @cached_property
    def settled_contexts(self) -> Errors:
        """Context llama-fit-params settles on, where memory limits it and everything is on devices."""
        errors = []
        for row in fit_rows():
            if not row["fits_fully"] or row["ctx"] >= row["trained_ctx"]:
                continue
            pools = machine_pools(FIT["hw"][row["hw"]])
            found = self_fitted_context_tokens(pools, self.load_at(row), row["trained_ctx"])
            assert found is not None, row
            errors.append((found / row["ctx"] - 1, f"{row['model']} {row['hw']} {row['kv']} {row['ctx']}"))
        return tuple(errors)


_MADE: list[Comparison] = []


def comparison(catalog: Catalog) -> Comparison:
    """The comparison for that catalog, made once."""
    for made in _MADE:
        if made.catalog is catalog:
            return made
    _MADE.append(Comparison(catalog))
    return _MADE[-1]
