"""One case answered, also when the answer is no."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.evidence.crosscheck import finding
from advisor.evidence.teach import teach
from advisor.present.formats import say
from tests.estimate.small import DENSE, card, with_host
from tests.evidence.invented import TOOL, case, row, series, world
from tests.evidence.test_predict import PAGED, on_machine

if TYPE_CHECKING:
    from advisor.estimate.case import Case
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Finding

ROWS = series("a")


@pytest.fixture(scope="module")
def taught() -> Calibration:
    return teach(world(ROWS))


def found(taught: Calibration, asked: Case) -> Finding:
    return finding(world(ROWS), taught, asked)


def notes(finding: Finding) -> str:
    return "\n".join(say(note) for note in finding.notes)


def test_a_case_that_fits_has_limits_speeds_and_rows(taught: Calibration) -> None:
    whole = found(taught, case(demand={"context_tokens": 16384}))
    assert whole.verdict == "fits"
    assert whole.max_context_tokens == DENSE.context_tokens
    assert (whole.max_concurrency or 0) > 1
    assert whole.decode is not None
    assert whole.decode.depth_tokens == 0
    assert whole.decode_at_depth is not None
    assert whole.decode_at_depth.depth_tokens == 16384
    assert whole.evidence[0].closeness == "exact"
    assert whole.confidence.level == "high"


def test_speed_is_asked_for_at_the_depth_named(taught: Calibration) -> None:
    at = found(taught, case(demand={"context_tokens": 16384, "depth_tokens": 8192}))
    assert at.decode_at_depth is not None
    assert at.decode_at_depth.depth_tokens == 8192
    assert at.evidence[0].record.conditions.depth_tokens == 8192


def test_a_context_beyond_the_trained_one_is_answered_for_memory_alone(taught: Calibration) -> None:
    beyond = found(taught, case(demand={"context_tokens": 131073}))
    assert beyond.verdict == "fits"
    assert beyond.footprint is not None
    assert (beyond.decode, beyond.decode_at_depth) == (None, None)
    assert "beyond the trained 131,072: memory only, no speed" in notes(beyond)
    assert beyond.confidence.level == "none"


def test_the_trained_context_itself_has_a_speed(taught: Calibration) -> None:
    assert found(taught, case(demand={"context_tokens": 131072})).decode is not None


def test_what_cannot_run_says_why_and_claims_nothing_else(taught: Calibration) -> None:
    refused = found(taught, case(runtime=replace(TOOL, refuses_memory="nobody knows its rule")))
    assert refused.verdict == "unsupported"
    assert (refused.footprint, refused.decode, refused.decode_at_depth, refused.evidence) == (None, None, None, ())
    assert (refused.max_context_tokens, refused.max_concurrency) == (None, None)
    assert say(refused.confidence.reason) == "nobody knows its rule"
    assert notes(refused) == "nobody knows its rule"


def test_what_does_not_fit_however_little_is_asked_has_no_speed_and_limits_of_nothing(taught: Calibration) -> None:
    full = found(taught, on_machine(card(64 / 1024)))
    assert full.verdict == "does-not-fit"
    assert full.decode is None
    assert (full.max_context_tokens, full.most_context_tokens_asked, full.max_concurrency) == (0, 0, 0)
    assert full.footprint is not None
    assert full.footprint.placement.short_bytes > 0


def test_a_split_nobody_measured_says_so(taught: Calibration) -> None:
    device = card(24)
    divided = found(taught, on_machine(with_host(device, 64, count=2), device, runtime=PAGED, container="safetensors"))
    assert divided.verdict == "fits"
    assert "speed is not predicted: no measured row teaches this split over devices" in notes(divided)


def test_a_model_partly_on_the_host_says_why_it_has_no_speed(taught: Calibration) -> None:
    small = card(90 / 1024)
    offloaded = found(taught, on_machine(with_host(small, 16), small))
    assert offloaded.verdict == "fits-offloaded"
    assert "no measured row teaches a model partly in host memory" in notes(offloaded)
    unstated = found(taught, on_machine(with_host(small, 16, bandwidth=None), small))
    assert notes(unstated).count("host memory whose speed is not stated") == 1


def test_nothing_learned_is_a_note() -> None:
    bare = finding(world(), teach(world()), case())
    assert "no measured row teaches this runtime" in notes(bare)
    assert bare.confidence.level == "none"


def test_excluded_sources_take_no_part(taught: Calibration) -> None:
    rows = [row("own", source="forum"), row("other")]
    answered = finding(world(rows), taught, case(), frozenset({"forum"}))
    assert [each.record.id for each in answered.evidence] == ["other"]
