"""How far a finding is trusted, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from advisor.evidence.confidence import confidence
from advisor.evidence.finding import Measured, Speed
from advisor.present.formats import say
from tests.evidence.invented import SOURCES, observed, row

if TYPE_CHECKING:
    from advisor.evidence.calibration import Nearness

SPEED = Speed(
    depth_tokens=0, tok_s=50.0, low_tok_s=40.0, high_tok_s=60.0, ceiling_tok_s=80.0, bytes_per_token=1, limited_by="memory bandwidth",
    basis="calibrated", nearness="same hardware", rows=12, efficiency=None, moved=observed(row()).moved, bandwidth_bytes_s=1e9,
)  # fmt: skip


def seen(closeness: str, residual: float | None, tier: int = 1, remark: str = "") -> Measured:
    return Measured(row(), SOURCES["maker"], tier, cast("Any", closeness), (), residual, remark)


@pytest.mark.parametrize(
    ("rows", "level", "words"),
    [
        ([seen("exact", 0.05)], "high", "1 exact row, best tier 1, within 5 % of the prediction"),
        ([seen("exact", -0.10, 2)], "high", "within 10 %"),
        ([seen("exact", 0.05, 3)], "medium", "best tier 3"),
        ([seen("exact", 0.2)], "medium", "within 20 %"),
        ([seen("exact", -0.3)], "low", "within 30 %"),
        ([seen("exact", 0.05), seen("exact", 0.4)], "low", "2 exact rows"),
        ([seen("near", 0.05)], "high", "1 near row"),
        ([seen("near", 0.05, 2)], "medium", "best tier 2"),
        ([seen("exact", 0.05), seen("near", 0.9)], "high", "1 exact row,"),
        ([seen("exact", 0.9, remark="disputed: wrong"), seen("near", 0.02)], "high", "1 near row"),
        ([seen("exact", None)], "medium", "12 rows of this hardware"),
        ([seen("far", 0.0)], "medium", "12 rows of this hardware"),
    ],
)
def test_rows_of_the_case_decide(rows: list[Measured], level: str, words: str) -> None:
    found = confidence(SPEED, rows)
    assert found.level == level
    assert words in say(found.reason)


@pytest.mark.parametrize(
    ("near", "level", "words"),
    [
        ("same hardware", "medium", "no row for this case; 12 rows of this hardware, runtime and kind of model"),
        ("same chip generation", "low", "12 of its chip generation"),
        ("other hardware", "low", "pooled over all 12"),
        ("several devices", "low", "no rows close to this case"),
    ],
)
def test_without_rows_of_the_case_nearness_decides(near: Nearness, level: str, words: str) -> None:
    found = confidence(replace(SPEED, nearness=near), [])
    assert found.level == level
    assert words in say(found.reason)


@pytest.mark.parametrize("speed", [None, replace(SPEED, tok_s=None)])
def test_no_prediction_is_no_confidence(speed: Speed | None) -> None:
    found = confidence(speed, [seen("exact", 0.0)])
    assert found.level == "none"
    assert "only the ceiling is known" in say(found.reason)
