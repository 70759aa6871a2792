"""Many requests at once in the JSON scripts rely on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.evidence.crosscheck import finding
from advisor.present.fit_json import finding_json
from tests.evidence.test_concurrency import spark

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration


def test_many_requests_carry_their_rates_and_what_limits_them(facts: Facts, calibration: Calibration) -> None:
    asked = spark(facts, "gpt-oss-120b", "mxfp4").asked(concurrency=32)
    asked = replace(asked, demand=replace(asked.demand, as_of=None))
    told = finding_json(finding(facts, calibration, asked))
    found = told["aggregate"]
    assert found["low_tok_s"] < found["tok_s"] < found["high_tok_s"] < found["ceiling_tok_s"]
    assert found["per_request_tok_s"] * 32 == pytest.approx(found["tok_s"], rel=0.01)
    assert (found["running"], found["limited_by"], found["basis"]) == (32, "reading weights", "calibrated")
    assert found["knee"]["requests"] >= 128
    assert not any("many at once" in note for note in told["notes"])
    assert found["tok_s"] < 32 * told["decode_at_context"]["tok_s"]


def test_without_a_prediction_the_ceiling_of_many_stands(facts: Facts, calibration: Calibration) -> None:
    asked = spark(facts, "gpt-oss-120b", "mxfp4").asked(concurrency=32)
    told = finding_json(finding(facts, replace(calibration, rows=0), asked))
    assert told["aggregate"]["tok_s"] is None
    assert told["aggregate"]["ceiling_tok_s"] > 0
    assert any("many at once is not predicted" in note for note in told["notes"])
