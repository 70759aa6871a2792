"""Axes hold every value between their ends, in order, and name round ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.present.figure import Axis
from advisor.present.scale import Scale, named, scale_of

values = st.floats(1e-3, 1e6)
axes = st.sampled_from([Axis("x"), Axis("x", log=True)])


@given(axes, st.lists(values, min_size=1, max_size=20))
def test_an_axis_holds_every_value_between_its_ends(axis: Axis, found: list[float]) -> None:
    scale = scale_of(axis, found)
    for value in found:
        share = scale.share(value)
        assert share is not None
        assert -1e-9 <= share <= 1 + 1e-9


@given(axes, st.lists(values, min_size=1, max_size=20))
def test_round_values_stand_between_the_ends_in_order(axis: Axis, found: list[float]) -> None:
    scale = scale_of(axis, found)
    ticks = [value for value, _ in named(axis, scale)]
    assert ticks == sorted(set(ticks))
    assert all(scale.low <= tick <= scale.high for tick in ticks)
    assert len(ticks) <= 11


@given(axes, values, values)
def test_larger_values_stand_further_along(axis: Axis, one: float, other: float) -> None:
    low, high = sorted((one, other))
    scale = scale_of(axis, (low, high))
    assert (scale.share(low) or 0) <= (scale.share(high) or 0)


def test_a_linear_axis_begins_at_zero_unless_told_otherwise() -> None:
    assert scale_of(Axis("x"), (40, 60)).low == 0
    assert scale_of(Axis("x", low=30), (40, 60)).low == 30
    assert scale_of(Axis("x"), (-5, 60)).low == -5


def test_what_a_logarithm_does_not_have_has_no_place() -> None:
    scale = scale_of(Axis("x", log=True), (0, 1, 100))
    assert scale.share(0) is None
    assert scale.share(10) == pytest.approx(0.5)


def test_an_axis_without_values_has_two_ends_all_the_same() -> None:
    for axis in (Axis("x"), Axis("x", log=True), Axis("x", low=3, high=3)):
        scale = scale_of(axis, ())
        assert scale.low < scale.high


def test_few_decades_name_twos_and_fives_too() -> None:
    assert Scale(1, 100, log=True).ticks() == [1, 2, 5, 10, 20, 50, 100]
    assert Scale(1, 10_000, log=True).ticks() == [1, 10, 100, 1000, 10_000]
    assert Scale(0, 100).ticks(5) == [0, 20, 40, 60, 80, 100]


def test_values_named_by_hand_stand_as_they_are() -> None:
    axis = Axis("x", ticks=((0, "none"), (1024, "1k"), (4096, "4k")))
    assert named(axis, Scale(0, 2000)) == [(0, "none"), (1024, "1k")]
