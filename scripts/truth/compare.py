"""advisor's plan against llama.cpp's own, row by row."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles

from advisor.catalog.contents import Catalog
from advisor.catalog.schema.model import Model
from advisor.estimate.kv_cache import CacheQuestion
from advisor.estimate.layered import Kept, Load, device_use, load, proportional_uses
from advisor.estimate.placement import Pool, PoolUse
from advisor.estimate.weights import weight_bytes
from advisor.units import MIB
from scripts.truth.planner import MODES, Row

LARGE = 1 << 50


def _pools(mode: str) -> tuple[Pool, ...]:
    found = []
    for index, device in enumerate(MODES[mode].devices.split(",")):
        name, size = device.split(":")
        size_bytes = int(size) * MIB if mode == "gpu2" else LARGE
        found.append(Pool(name, size_bytes, size_bytes, size_bytes, "", None, index))
    return tuple(found)


def _whole(found: Load) -> tuple[PoolUse, ...]:
    return (device_use(found, Kept(found.weights.layer_bytes), _pools("gpu"), 0, (0, found.layers)),)


def _half(found: Load) -> tuple[PoolUse, ...]:
    blocks = found.layers + found.draft_layers
    first = blocks + 1 - blocks // 2
    kept = Kept(found.weights.layer_bytes, first=first)
    return (device_use(found, kept, _pools("gpuhalf"), 0, (min(first, found.layers), found.layers)),)


def _pair(found: Load) -> tuple[PoolUse, ...]:
    return proportional_uses(found, Kept(found.weights.layer_bytes), _pools("gpu2"))


def _experts_away(found: Load) -> tuple[PoolUse, ...]:
    sizes = zip(found.weights.layer_bytes, found.weights.expert_bytes, strict=True)
    kept = Kept(tuple(size - experts for size, experts in sizes), expert_layers=found.layers)
    return (device_use(found, kept, _pools("cpumoe"), 0, (0, found.layers)),)


PLANS: dict[str, Callable[[Load], tuple[PoolUse, ...]]] = {
    "gpu": _whole, "gpuhalf": _half, "gpu2": _pair, "cpumoe": _experts_away,
}  # fmt: skip


def question(row: Row) -> CacheQuestion:
    """A row of several sequences (ctx, seq) asks for ctx / seq tokens in each."""
    return CacheQuestion(
        context_tokens=row["ctx"] // row["seq"], sequences=row["seq"], key_type=row["tk"], value_type=row["tv"], ubatch=row["ub"],
        flash_attention=bool(row["fa"]), unified=bool(row["unified"]), full_windows=bool(row.get("swa_full")),
    )  # fmt: skip


def described(row: Row) -> str:
    """What was asked, in words."""
    return " ".join(f"{name}={row[name]}" for name in ("ctx", "seq", "unified", "tk", "fa", "ub", "outputs"))


PARTS = ("weights", "cache", "compute", "total", "host")


@dataclass(frozen=True)
class Compared:
    """One row with advisor's relative error in each part, and its bytes."""

    row: Row
    errors: dict[str, float]
    bytes: dict[str, tuple[int, int]]


def _relative(found: int, truth: int) -> float:
    return found / truth - 1 if truth else float(found != truth)


def compared(catalog: Catalog, model: Model, mix: str, rows: list[Row]) -> list[Compared]:
    """Every row that llama.cpp answered."""
    weights = weight_bytes(model, catalog.quants[mix], "gguf", catalog.quants.__getitem__)
    results = []
    for row in rows:
        if not row["ok"]:
            continue
        found = load(model, weights, "llama.cpp", question(row), row["outputs"] or row["ub"])
        uses = PLANS[row["mode"]](found)
        parts = {
            "weights": (sum(u.weights_bytes for u in uses), row["dev_model"]),
            "cache": (sum(u.kv_cache_bytes + u.state_bytes for u in uses), row["dev_ctx"]),
            "compute": (sum(u.compute_buffer_bytes for u in uses), row["dev_compute"]),
            "total": (sum(u.used_bytes for u in uses), row["dev_model"] + row["dev_ctx"] + row["dev_compute"]),
        }
        if row["mode"] == "gpu":
            logits = 4 * (model.vocabulary or 0) * row["seq"]
            parts["host"] = (found.host_buffer() - logits, row["host_compute"])
        results.append(Compared(row, {name: _relative(*pair) for name, pair in parts.items()}, parts))
    return results


def summary(errors: list[float]) -> str:
    """Median, 90th percentile and worst of the absolute errors."""
    sizes = [abs(error) for error in errors]
    if not sizes:
        return "-"
    cuts = quantiles(sizes, n=10) if len(sizes) > 1 else sizes * 9
    return f"{median(sizes):7.2%} {cuts[8]:7.2%} {max(sizes):7.2%}"
