"""Partial pooling: a known rule is found again, sparse groups borrow, groups that cannot be told apart share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from advisor.evidence.pooling import Pool, Prior, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

PRIOR = Prior(
    {"a": 0.0, "b": 0.0}, {"a": 10.0, "b": 10.0}, lambda _term, group: 0.3 if group.startswith("hw") else 0.1, 0.05
)


def added(values: Vector) -> tuple[Vector, Vector]:
    """log y = a + b, linear: its slopes are ones."""
    return values.sum(axis=1), np.ones_like(values)


def fitted(
    keys: list[dict[str, dict[str, float]]], measured: list[float], trust: list[float] | None = None
) -> dict[str, float]:
    pool = Pool(keys, PRIOR)
    return pool.named(solve(pool, added, np.array(measured), np.array(trust or [1.0] * len(keys))))


def on(machine: str) -> dict[str, dict[str, float]]:
    return {"a": {f"hw:{machine}": 1.0}}


def test_a_machine_with_rows_keeps_its_own_deviation() -> None:
    found = fitted([on("x")] * 20 + [on("y")] * 20, [1.0] * 20 + [1.4] * 20)
    assert found["a/hw:y"] - found["a/hw:x"] == pytest.approx(0.4, abs=0.02)


def test_one_row_is_believed_less_than_many() -> None:
    one = fitted([on("x")] * 20 + [on("y")], [1.0] * 20 + [1.2])
    many = fitted([on("x")] * 20 + [on("y")] * 20, [1.0] * 20 + [1.2] * 20)
    assert 0 < one["a/hw:y"] - one["a/hw:x"] < many["a/hw:y"] - many["a/hw:x"]


def test_an_outlier_pulls_no_harder_than_twice_the_noise() -> None:
    calm = fitted([{}] * 21, [1.0] * 20 + [1.2])
    wild = fitted([{}] * 21, [1.0] * 20 + [50.0])
    assert wild["a/"] == pytest.approx(calm["a/"], abs=1e-3)


def test_a_row_of_no_weight_teaches_nothing() -> None:
    assert fitted([on("x"), on("y")], [1.0, 1.8], [1.0, 0.0])["a/hw:y"] == pytest.approx(0.0)


def test_groups_on_the_same_rows_share_by_their_variances() -> None:
    keys = [{"a": {"hw:x": 1.0, "chip:x": 1.0}}] * 30 + [{}] * 30
    pool = Pool(keys, PRIOR)
    assert len(pool.start) == 3
    found = fitted(keys, [1.4] * 30 + [1.0] * 30)
    assert found["a/hw:x"] == pytest.approx(9 * found["a/chip:x"])
    assert found["a/hw:x"] + found["a/chip:x"] == pytest.approx(0.4, abs=0.02)


def test_a_trend_applies_in_proportion() -> None:
    keys = [{"a": {"hw-trend": share}} for share in (-1.0, 0.0, 1.0, 2.0) for _ in range(20)]
    measured = [0.2 * share for share in (-1.0, 0.0, 1.0, 2.0) for _ in range(20)]
    assert fitted(keys, measured)["a/hw-trend"] == pytest.approx(0.2, abs=0.01)


def test_values_are_the_global_one_and_every_share_of_a_deviation() -> None:
    pool = Pool([{"a": {"hw:x": 0.5}}, {}], PRIOR)
    p = np.array(
        [1.0 if names[0] == ("a", "") else 2.0 if names[0] == ("a", "hw:x") else 0.0 for names in pool.members]
    )
    assert pool.values(p).tolist() == [[2.0, 0.0], [1.0, 0.0]]


def test_the_same_rows_give_the_same_values() -> None:
    keys, measured = [on(name) for name in "xyxyz"], [1.0, 1.2, 1.1, 1.3, 0.7]
    assert fitted(keys, measured) == fitted(keys, measured)
