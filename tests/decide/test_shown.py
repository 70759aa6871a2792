"""Which measured rows of a pair are shown, and in which order."""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING

import pytest

from advisor.catalog import find
from advisor.decide.pair import Pair, pair
from advisor.decide.question import Question
from advisor.decide.shown import ORDERS, Shown, is_doubted, shown, weaker
from advisor.estimate.case import Demand
from advisor.evidence.gate import Gate
from advisor.evidence.observations import tier

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration


@pytest.fixture
def found(facts: Facts, calibration: Calibration) -> Pair:
    """Everything measured of one model on one machine."""
    model, hardware = find.model(facts, "gpt-oss-120b"), find.hardware(facts, "dgx-spark")
    return pair(facts, calibration, Question(model=model, hardware=hardware, demand=Demand(context_tokens=8192)))


def ids(found: Pair) -> list[str]:
    return [*(row.record.id for row in found.decode), *(row.id for row in found.other)]


def test_unless_something_is_wanted_every_row_is_shown_nearest_first(facts: Facts, found: Pair) -> None:
    assert shown(facts, found, Shown()) == found


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_loses_no_row(facts: Facts, found: Pair, order: str) -> None:
    wanted = shown(facts, found, Shown(order=order))  # type: ignore[arg-type]
    assert sorted(ids(wanted)) == sorted(ids(found))


def test_too_low_is_as_far_off_as_too_high_and_what_is_not_predicted_comes_last(facts: Facts, found: Pair) -> None:
    residuals = [row.residual for row in shown(facts, found, Shown(order="off")).decode]
    known = [abs(log1p(residual)) for residual in residuals if residual is not None]
    assert known == sorted(known, reverse=True)
    assert residuals[len(known) :] == [None] * (len(residuals) - len(known))
    assert {residual > 0 for residual in residuals[:3] if residual is not None} == {True, False}


def test_a_disputed_row_is_left_and_a_row_in_good_standing_is_not(facts: Facts, found: Pair) -> None:
    left = shown(facts, found, Shown(disputed=True))
    assert "seed4-gpt-oss-120b-sglang" in ids(left)
    assert "lcpp-b7941-gpt-oss-120b-mxfp4-tg32-d0" not in ids(left)
    gate = Gate(facts)
    gone = set(ids(found)) - set(ids(left))
    assert gone
    assert not any(is_doubted(gate, facts.records[name]) for name in gone)


def test_a_row_passed_on_counts_by_its_own_tier(facts: Facts, found: Pair) -> None:
    relayed = next(row for row in found.decode if row.source.tier == 1 and row.tier == 2)
    assert relayed.source.id not in weaker(facts, 1)
    left = shown(facts, found, Shown(max_tier=1))
    assert relayed.record.id not in ids(left)
    assert {row.tier for row in left.decode} == {1}
    assert all(tier(facts, row) <= 1 for row in left.other)


def test_no_source_is_weaker_than_any_tier(facts: Facts) -> None:
    assert weaker(facts, None) == weaker(facts, 3) == frozenset()
    assert {facts.sources[name].tier for name in weaker(facts, 1)} == {2, 3}
