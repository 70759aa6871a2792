"""llama.cpp's own memory plan against ours, row by row: one device, two, half the layers or the experts on the host."""

import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pytest

from advisor.catalog.contents import Catalog
from advisor.catalog.schema.model import Model
from advisor.estimate.buffers import compute_buffers
from advisor.estimate.kv_cache import CacheQuestion
from advisor.estimate.layered import Kept, Load, device_use, load, place_on_devices, proportional_uses
from advisor.estimate.placement import Pool
from advisor.estimate.self_fit import LEAST_CONTEXT_TOKENS, self_fitted_context_tokens
from advisor.estimate.weights import Weights, weight_bytes
from advisor.units import MIB

DATA = Path(__file__).resolve().parent.parent / "data"
MEMORY = json.loads((DATA / "llama_cpp_memory.json").read_text())
FIT = json.loads((DATA / "llama_cpp_fit.json").read_text())
MIXES = {"mxfp4+q8_0": "mxfp4", "mxfp4_q8_0": "mxfp4"}
MARGIN = 1024 * MIB
Named = Callable[[str], Model]
Errors = list[tuple[float, str]]


def pool(name: str, size: int = 1 << 50, index: int | None = 0) -> Pool:
    return Pool(name, size, size, size, "", None, index)


BIG, HOST = pool("big"), pool("host", index=None)
PAIR = tuple(pool(name, size * MIB, i) for i, (name, size) in enumerate((("RTX 4090", 24564), ("RTX 5070 Ti", 16303))))


def rows(mode: str) -> Iterable[tuple[str, str, dict[str, Any]]]:
    for name, found in MEMORY["models"].items():
        for row in found["rows"].get(mode, []):
            yield name, found["weights"], dict(zip(MEMORY["fields"], row, strict=True))


def question(row: dict[str, Any]) -> CacheQuestion:
    """A row of several sequences (ctx, seq) asks for ctx / seq tokens in each."""
    return CacheQuestion(
        context_tokens=row["ctx"] // row["seq"], sequences=row["seq"], key_type=row["tk"], value_type=row["tv"], ubatch=row["ub"],
        flash_attention=row["fa"] != 0, unified=bool(row["unified"]), full_windows=bool(row["swa_full"]),
    )  # fmt: skip


@pytest.fixture(scope="module")
def sized(catalog: Catalog, model: Named) -> Callable[[str, str], tuple[Model, Weights]]:
    @cache
    def found(name: str, weights: str) -> tuple[Model, Weights]:
        mix = MIXES.get(weights.lower(), weights.lower())
        return model(name), weight_bytes(model(name), catalog.quants[mix], "gguf", catalog.quants.__getitem__)

    return found


def loaded(known: tuple[Model, Weights], row: dict[str, Any]) -> Load:
    return load(*known, "llama.cpp", question(row), row["outputs"] or row["ub"])


def described(name: str, row: dict[str, Any]) -> str:
    asked = ("ctx", "seq", "unified", "tk", "fa", "ub", "outputs", "swa_full")
    return f"{name} { ({key: row[key] for key in asked}) }"


def device_total(row: dict[str, Any]) -> int:
    return int(row["dev_model"] + row["dev_ctx"] + row["dev_compute"])


def within(errors: Errors, *, middle: float = 1.0, p90: float = 1.0, p99: float = 1.0, worst: float = 1.0) -> None:
    """Each bound on the relative error holds; a failure prints the rows that are furthest off."""
    sizes = sorted(abs(error) for error, _ in errors)
    cuts = quantiles(sizes, n=100)
    table = "\n".join(f"{error:+8.2%}  {row}" for error, row in sorted(errors, key=lambda pair: -abs(pair[0]))[:12])
    found = f"median {median(sizes):.3%}, 90th {cuts[89]:.2%}, 99th {cuts[98]:.2%}, worst {sizes[-1]:.2%}\n{table}"
    assert median(sizes) <= middle, found
    assert cuts[89] <= p90, found
    assert cuts[98] <= p99, found
    assert sizes[-1] <= worst, found


def test_device_total_equals_llama_cpps_plan(sized: Callable[..., Any]) -> None:
    errors = []
    for name, weights, row in rows("gpu"):
        found = loaded(sized(name, weights), row)
        use = device_use(found, Kept(found.weights.layer_bytes), (BIG,), 0, (0, found.layers))
        errors.append((use.used_bytes / device_total(row) - 1, described(name, row)))
    assert len(errors) == 2984
    within(errors, middle=1e-5, p90=1e-3, p99=5e-3, worst=0.045)


@pytest.mark.parametrize("kv_type", ["f16", "q8_0"])
def test_compute_buffer_at_server_defaults_equals_llama_cpps(sized: Callable[..., Any], kv_type: str) -> None:
    errors = []
    for name, weights, row in rows("gpu"):
        server = (row["fa"] != 0, row["ub"], row["seq"], row["unified"], row["outputs"]) == (True, 512, 4, 1, 4)
        if server and row["tk"] == kv_type:
            found = compute_buffers(sized(name, weights)[0], question(row), outputs=row["outputs"])
            errors.append((found.device_bytes / row["dev_compute"] - 1, described(name, row)))
    within(errors, middle=1e-4, p90=0.01, worst=0.02)


def test_host_buffer_equals_llama_cpps(sized: Callable[..., Any]) -> None:
    errors = []
    for name, weights, row in rows("gpu"):
        found = loaded(sized(name, weights), row)
        logits = 4 * (found.model.vocabulary or 0) * row["seq"]
        errors.append(((found.host_buffer() - logits) / row["host_compute"] - 1, described(name, row)))
    within(errors, middle=1e-3, p90=0.01)


def test_two_devices_hold_the_layers_llama_cpp_gives_them(sized: Callable[..., Any]) -> None:
    totals = []
    for name, weights, row in rows("gpu2"):
        found = loaded(sized(name, weights), row)
        uses = proportional_uses(found, Kept(found.weights.layer_bytes), PAIR)
        for use, (model_bytes, context_bytes, _) in zip(uses, row["per_device"], strict=True):
            assert use.weights_bytes == pytest.approx(model_bytes, rel=1e-3), described(name, row)
            assert use.kv_cache_bytes + use.state_bytes == pytest.approx(context_bytes, rel=1e-3), described(name, row)
        totals.append((sum(use.used_bytes for use in uses) / device_total(row) - 1, described(name, row)))
    assert len(totals) == 178
    within(totals, middle=1e-5, p90=0.03, worst=0.045)


def test_half_the_layers_on_the_host(sized: Callable[..., Any]) -> None:
    errors = []
    for name, weights, row in rows("gpuhalf"):
        found = loaded(sized(name, weights), row)
        blocks = found.layers + found.draft_layers
        first = blocks + 1 - blocks // 2
        use = device_use(found, Kept(found.weights.layer_bytes, first=first), (BIG,), 0, (first, found.layers))
        errors.append((use.used_bytes / device_total(row) - 1, described(name, row)))
    assert len(errors) == 178
    within(errors, middle=2e-3, p90=0.03)


def test_experts_on_the_host(sized: Callable[..., Any]) -> None:
    errors = []
    for name, weights, row in rows("cpumoe"):
        found = loaded(sized(name, weights), row)
        sizes = zip(found.weights.layer_bytes, found.weights.expert_bytes, strict=True)
        kept = Kept(tuple(size - experts for size, experts in sizes), expert_layers=found.layers)
        use = device_use(found, kept, (BIG,), 0, (0, found.layers))
        errors.append((use.used_bytes / device_total(row) - 1, described(name, row)))
    assert len(errors) == 92
    within(errors, middle=1e-4, p90=0.03, worst=0.03)


def machine_pools(described_as: str) -> tuple[Pool, ...]:
    """Devices as `name:total MiB:free MiB`, each with llama.cpp's margin left free."""
    found = []
    for index, device in enumerate(described_as.split(",")):
        name, total, free, *_ = device.split(":")
        free_bytes = int(free) * MIB
        found.append(Pool(name, int(total) * MIB, free_bytes, free_bytes - MARGIN, "", None, index))
    return tuple(found)


def fit_rows() -> list[dict[str, Any]]:
    return [dict(zip(FIT["fields"], row, strict=True)) for row in FIT["rows"]]


def load_at(known: tuple[Model, Weights], row: dict[str, Any]) -> Callable[[int], Load]:
    def at(context: int) -> Load:
        asked = CacheQuestion(context_tokens=context, key_type=row["kv"], value_type=row["kv"])
        return load(*known, "llama.cpp", asked, asked.ubatch)

    return at


def test_fits_fully_where_llama_fit_params_says_so(sized: Callable[..., Any]) -> None:
    wrong = []
    for row in fit_rows():
        at = load_at(sized(row["model"], row["weights"]), row)
        plan = place_on_devices(machine_pools(FIT["hw"][row["hw"]]), HOST, at(LEAST_CONTEXT_TOKENS))
        if (plan.verdict == "fits") != row["fits_fully"]:
            wrong.append((row["model"], row["hw"], row["kv"], plan.short_bytes // MIB))
    assert len(FIT["rows"]) == 342
    assert len(wrong) <= 0.03 * len(FIT["rows"]), wrong


def test_context_llama_cpp_settles_on_by_itself(sized: Callable[..., Any]) -> None:
    errors = []
    for row in fit_rows():
        if not row["fits_fully"] or row["ctx"] >= row["trained_ctx"]:
            continue
        at = load_at(sized(row["model"], row["weights"]), row)
        found = self_fitted_context_tokens(machine_pools(FIT["hw"][row["hw"]]), at, row["trained_ctx"])
        assert found is not None, row
        errors.append((found / row["ctx"] - 1, f"{row['model']} {row['hw']} {row['kv']} {row['ctx']}"))
    assert len(errors) == 28
    assert max(error for error, _ in errors) <= 0.05
    within(errors, middle=0.03, worst=0.05)
