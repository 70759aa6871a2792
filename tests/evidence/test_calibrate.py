"""Pooled robust regression, on rows whose rule is known."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest

from advisor.estimate.decode import Efficiency, Traffic, step_s
from advisor.evidence.calibrate import START, fit
from advisor.evidence.calibration import Calibration
from advisor.evidence.observations import Group, Observation
from tests.evidence.invented import TRUE, row

if TYPE_CHECKING:
    from collections.abc import Sequence

ALPHA = Group(
    hardware="alpha-1", chip="Alpha", platform="cuda", runtime="tool", backend="cuda", kind="dense", format="q8_0", era="2026",
    attention="flash", memory="discrete", bandwidth_bytes_s=1e12,
)  # fmt: skip
SIBLING = replace(ALPHA, hardware="alpha-2")
STRANGER = replace(
    ALPHA, hardware="beta-1", chip="Beta", runtime="elsewhere", backend="elsewhere", memory="cpu", era="1999"
)
SIZES = ((4e9, 32), (16e9, 48), (60e9, 80))
CACHES = (0.0, 1e9, 8e9)


def watched(truth: Efficiency = TRUE, group: Group = ALPHA, times: int = 1) -> list[Observation]:
    """Rows of models of several sizes at several depths, at the speed the rule gives them."""
    found = []
    for (weights, layers), cache, number in product(SIZES, CACHES, range(times)):
        moved = Traffic(weights_bytes=weights, expert_bytes=0, host_bytes=0, kv_bytes=cache, layers=layers)
        speed = 1 / float(step_s(moved, group.bandwidth_bytes_s, truth))
        record = row(f"{group.hardware}-{weights}-{cache}-{number}", decode_tok_s=speed)
        found.append(Observation(record, group, moved, group.bandwidth_bytes_s))
    return found


def learned(rows: Sequence[Observation]) -> Calibration:
    return Calibration(values=fit(rows), rows=len(rows))


def expected_s(calibration: Calibration, like: Observation) -> float:
    return float(step_s(like.moved, like.bandwidth_bytes_s, calibration.efficiency(like.group)))


def at_speed(like: Observation, factor: float, name: str = "wild") -> Observation:
    """The same row, so many times as fast."""
    assert like.record.decode_tok_s is not None
    return replace(like, record=replace(like.record, id=name, decode_tok_s=like.record.decode_tok_s * factor))


@pytest.mark.parametrize(
    "truth",
    [TRUE, Efficiency(weights=0.85, kv=1.0, layer_s=120e-6), Efficiency(weights=0.45, kv=3.0, layer_s=30e-6)],
    ids=["usual", "dear layers", "dear cache"],
)
def test_the_rule_behind_the_rows_is_recovered(truth: Efficiency) -> None:
    rows = watched(truth, times=3)
    calibration = learned(rows)
    found = calibration.efficiency(ALPHA)
    assert found.weights == pytest.approx(truth.weights, rel=0.02)
    assert found.kv == pytest.approx(truth.kv, rel=0.03)
    assert found.layer_s == pytest.approx(truth.layer_s, rel=0.2)
    assert [expected_s(calibration, each) for each in rows] == pytest.approx([each.step_s for each in rows], rel=0.02)


def test_a_machine_nobody_measured_borrows_from_its_chip_generation() -> None:
    calibration = learned(watched(times=3))
    own, near, far = (abs(calibration.efficiency(group).weights - TRUE.weights) for group in (ALPHA, SIBLING, STRANGER))
    assert own < near < far


def test_one_odd_row_of_a_machine_is_pulled_towards_its_kin() -> None:
    odd = at_speed(watched(TRUE, SIBLING)[3], 0.5)
    measured, kin = 1 / (odd.record.decode_tok_s or 0), expected_s(learned(watched(times=3)), odd)
    found = expected_s(learned([*watched(times=3), odd]), odd)
    assert kin < found < measured * 0.9


def test_many_rows_of_its_own_win_over_its_kin() -> None:
    own = watched(replace(TRUE, weights=0.45), SIBLING, times=3)
    calibration = learned([*watched(), *own])
    assert [expected_s(calibration, each) for each in own] == pytest.approx([each.step_s for each in own], rel=0.05)


def test_an_outlier_moves_the_expectation_less_than_its_share() -> None:
    rows = watched(times=3)
    before, after = expected_s(learned(rows), rows[0]), expected_s(learned([*rows, at_speed(rows[0], 0.1)]), rows[0])
    assert before < after < before * 10 ** (1 / len(rows))


def test_a_row_of_no_weight_teaches_nothing() -> None:
    rows = watched()
    ignored = fit([*rows, at_speed(rows[0], 0.1)], [1.0] * len(rows) + [0.0])
    assert ignored == pytest.approx(fit(rows))


def test_the_same_rows_teach_the_same() -> None:
    rows = [*watched(), *watched(group=SIBLING)]
    assert fit(rows) == fit(rows)


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [*watched(), *watched(group=SIBLING)]
    assert fit(rows) == pytest.approx(fit(rows[::-1]), abs=1e-6)


def test_no_rows_leave_the_starting_values() -> None:
    assert fit([]) == {f"{term}/": value for term, value in START.items()}
