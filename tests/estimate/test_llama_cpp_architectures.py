"""advisor's plan against llama.cpp's own for architectures beside those of llama_cpp_memory.json: two contexts, every mode."""

from __future__ import annotations

from itertools import groupby
from statistics import median, quantiles
from typing import TYPE_CHECKING

import pytest

from scripts.truth.compare import described
from scripts.truth.planner import MODES
from tests.estimate import architecture_rows
from tests.estimate.architecture_rows import TRUTH, Named, of_mode, server_defaults

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.catalog.contents import Catalog


@pytest.fixture
def every(catalog: Catalog) -> list[Named]:
    """Every row with advisor's figures."""
    return architecture_rows.every(catalog)


def within(found: Iterable[Named], part: str, **bounds: float) -> None:
    """Each bound on the relative error of a part holds; a failure prints the rows that are furthest off."""
    listed = sorted(((abs(each.errors[part]), name, each) for name, each in found), key=lambda row: -row[0])
    sizes = [size for size, *_ in listed]
    cuts = quantiles(sizes, n=100)
    held = {"middle": median(sizes), "p90": cuts[89], "p99": cuts[98], "worst": sizes[0]}
    table = [
        f"{each.errors[part]:+8.2%}  {name} {each.row['mode']} {described(each.row)}" for _, name, each in listed[:12]
    ]
    for bound, most in bounds.items():
        assert held[bound] <= most, "\n".join([str(held), *table])


def test_every_row_names_the_build_that_answered() -> None:
    assert TRUTH["llama_cpp"] == "0c1e57098bba43ac29e6e3b677cdceebdd22334f"
    assert len(TRUTH["models"]) == 50


@pytest.mark.parametrize("mode", MODES)
def test_weights_on_devices_equal_llama_cpps(every: list[Named], mode: str) -> None:
    within(of_mode(every, mode), "weights", worst=1e-3)


@pytest.mark.parametrize("mode", MODES)
def test_cache_and_state_on_devices_equal_llama_cpps(every: list[Named], mode: str) -> None:
    within(of_mode(every, mode), "cache", worst=1e-3)


def test_device_total_equals_llama_cpps_plan(every: list[Named]) -> None:
    found = of_mode(every, "gpu")
    assert len(found) == 1800
    within(found, "total", middle=1e-5, p90=1e-3, p99=0.012, worst=0.03)


def test_compute_buffer_at_server_defaults_equals_llama_cpps(every: list[Named]) -> None:
    server = server_defaults(every)
    assert len(server) == 200
    within(server, "compute", middle=1e-5, p90=0.01, worst=0.09)


def test_host_buffer_equals_llama_cpps(every: list[Named]) -> None:
    within(of_mode(every, "gpu"), "host", middle=1e-5, worst=2e-3)


@pytest.mark.parametrize(
    ("mode", "p90", "worst"), [("gpu2", 1e-3, 0.015), ("gpuhalf", 0.01, 0.07), ("cpumoe", 1e-3, 0.11)]
)
def test_device_total_of_divided_models(every: list[Named], mode: str, p90: float, worst: float) -> None:
    within(of_mode(every, mode), "total", middle=1e-4, p90=p90, worst=worst)


def test_every_architecture_is_planned_within_a_few_percent(every: list[Named]) -> None:
    by_model = groupby(of_mode(every, "gpu"), key=lambda row: row[0])
    off = {name: max(abs(each.errors["total"]) for _, each in found) for name, found in by_model}
    assert max(off.values()) <= 0.03, sorted(off.items(), key=lambda row: -row[1])[:8]
