"""Computed sizes of GGUF files against the sizes their publishers list."""

from __future__ import annotations

import json
from statistics import median
from typing import TYPE_CHECKING, Any

from advisor import units
from advisor.catalog import find
from advisor.estimate.weights import CannotSize, weight_bytes
from tests.conftest import ROOT

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog

ROWS: list[dict[str, Any]] = json.loads((ROOT / "tests" / "data" / "gguf_sizes.json").read_text())
STANDARD = [row for row in ROWS if row["standard"]]
"""Files of the stock quantizer; hand mixes follow no rule."""
UNITS = {"GiB": units.gib, "GB": units.gb}


def off(catalog: Catalog, row: dict[str, Any]) -> float:
    """Computed / listed - 1. Raises CannotSize."""
    quant = find.quant(catalog, row["quant"])
    weights = weight_bytes(find.model(catalog, row["model"]), quant, "gguf", catalog.quants.__getitem__)
    assert weights.published is None, "a published size would be compared with itself"
    return weights.total_bytes / UNITS[row["unit"]](row["size"]) - 1


def label(row: dict[str, Any]) -> str:
    return f"{row['model']} {row['quant']}"


def test_every_listed_file_of_the_stock_quantizer_can_be_sized(catalog: Catalog) -> None:
    refused = []
    for row in STANDARD:
        try:
            off(catalog, row)
        except CannotSize as reason:
            refused.append(f"{label(row)}: {reason}")
    assert refused == []


def test_sizes_agree_to_a_thousandth_in_the_median_and_to_a_percent_in_nineteen_of_twenty(catalog: Catalog) -> None:
    errors = sorted(((abs(off(catalog, row)), label(row)) for row in STANDARD), reverse=True)
    worst = [f"{name}: {error:.2%}" for error, name in errors[:8]]
    print("worst:", *worst, sep="\n  ")  # noqa: T201 - shown with -s, and when the test fails
    assert len(errors) >= 100
    assert median(error for error, _ in errors) <= 0.001, worst
    assert sum(error <= 0.01 for error, _ in errors) >= 0.95 * len(errors), worst
