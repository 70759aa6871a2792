"""How far off predictions may be, on residuals whose sizes are known."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.evidence.spread import Spread, conformal_tail, quantile
from advisor.evidence.spread_fit import held_out_spreads, learn_spread, percentiles

STEADY, WILD = ("hardware:steady",), ("hardware:wild",)
GROUPS = [f"{name}/{number}" for name, number in product(("steady", "wild"), range(20))]
SIZES = {"steady": 0.15, "wild": 0.6}


def drawn() -> tuple[list[float], list[tuple[str, ...]], list[str]]:
    """Five residuals a group, machines of two sizes, alternating in sign."""
    rng = np.random.default_rng(7)
    groups = [group for group in GROUPS for _ in range(5)]
    names: list[tuple[str, ...]] = [(f"hardware:{group.split('/')[0]}",) for group in groups]
    return [float(rng.normal(0, SIZES[group.split("/")[0]])) for group in groups], names, groups


def test_a_class_further_off_gets_the_wider_interval() -> None:
    learned = learn_spread(*drawn())
    steady, wild = learned.factors(STEADY, 0.8), learned.factors(WILD, 0.8)
    assert steady is not None
    assert wild is not None
    assert wild[0] < steady[0] < 1 < steady[1] < wild[1]
    assert learned.of(WILD) / learned.of(STEADY) > 2.5


@pytest.mark.parametrize("names", [STEADY, WILD], ids=["steady", "wild"])
def test_each_class_is_covered_at_its_level(names: tuple[str, ...]) -> None:
    residuals, of, _ = drawn()
    low, high = learn_spread(*drawn()).factors(names, 0.8) or (0, 0)
    own = [math.exp(r) for r, each in zip(residuals, of, strict=True) if each == names]
    assert np.mean([low <= r <= high for r in own]) == pytest.approx(0.8, abs=0.1)


def test_a_class_nobody_measured_lies_between_those_that_were() -> None:
    learned = learn_spread(*drawn())
    assert learned.of(STEADY) < learned.of(("hardware:unseen",)) < learned.of(WILD)


def test_a_group_says_nothing_of_its_own_spread() -> None:
    residuals, names, groups = drawn()
    alone = np.array([100.0 * r if group == groups[0] else r for r, group in zip(residuals, groups, strict=True)])
    before, after = (held_out_spreads(each, names, groups) for each in (np.array(residuals), alone))
    own = [group == groups[0] for group in groups]
    assert after[own] == pytest.approx(before[own])


def test_nothing_held_out_gives_no_interval() -> None:
    assert learn_spread([], [], []) == Spread()
    assert Spread().factors(STEADY, 0.8) is None
    assert percentiles([]) == []


def test_without_classes_all_cases_are_alike() -> None:
    assert Spread(quantiles=[-1.0, 0.0, 1.0], draws=10**9).factors(WILD, 0.5) == pytest.approx(
        (math.exp(-0.5), math.exp(0.5))
    )


@given(st.floats(0.01, 0.99), st.integers(1, 500))
def test_few_groups_never_narrow_an_interval(level: float, draws: int) -> None:
    assert conformal_tail(level, draws) <= conformal_tail(level, draws + 1) <= (1 - level) / 2


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=50).map(sorted), st.floats(0, 1))
def test_a_quantile_lies_between_the_steps_around_it(steps: list[float], share: float) -> None:
    assert quantile(steps, share) == pytest.approx(float(np.quantile(steps, share)), abs=1e-9)
