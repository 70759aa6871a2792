"""Command lines read by advisor against what llama.cpp's own planner puts where for them, pool by pool."""

from statistics import median, quantiles

import pytest

from advisor.catalog.contents import Catalog
from tests.estimate.llama_cpp_told_rows import Told, buffer_errors, in_place, placed, reads_back


@pytest.fixture
def told(catalog: Catalog) -> list[Told]:
    """Every row with advisor's plan for the same flags."""
    return placed(catalog)


def test_weights_and_cache_stand_where_llama_cpp_puts_them(told: list[Told]) -> None:
    assert len(told) == 816
    assert [(row["model"], row["flags"]) for row, held, plan in told if not in_place((row, held, plan))] == []


def test_buffers_are_what_llama_cpp_reserves(told: list[Told]) -> None:
    """A failure prints the plans that are furthest off; the 99th percentile is of those that send nothing to another device by name."""
    errors = buffer_errors(told)
    assert len(errors) == 2064
    sizes = [abs(error) for error, _ in errors]
    cuts = quantiles((abs(error) for error, words in errors if "=CUDA" not in words), n=100)
    found = f"median {median(sizes):.4%}, 90th {cuts[89]:.3%}, 99th {cuts[98]:.2%}, worst {sizes[0]:.2%}\n"
    found += "\n".join(f"{error:+8.2%} {words}" for error, words in errors[:25])
    assert median(sizes) <= 1e-6, found
    assert cuts[89] <= 3e-4, found
    assert cuts[98] <= 0.01, found
    assert sizes[0] <= 0.25, found
    assert sum(size > 0.01 for size in sizes) <= 20, found


def test_the_flags_of_every_plan_read_again_give_the_same_plan(told: list[Told]) -> None:
    assert [row["flags"] for row, held, plan in told if not reads_back((row, held, plan))] == []
