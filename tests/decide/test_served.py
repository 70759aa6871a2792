"""The best way to run one workload on one machine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.catalog import find
from advisor.decide.need import Workload
from advisor.decide.served import LEVEL_IN_SPREADS, REPEATS_SHARE, Served, demand_of, exact_row, measured_range, serve
from advisor.estimate.machine import Setup
from advisor.evidence.finding import Measured
from tests.evidence.invented import SOURCES, row

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration

GIB = 2**30
DESKTOP = "rtx-4090+rtx-5070-ti"


def on(facts: Facts, calibration: Calibration, machine: str, setup: Setup | None = None, **asked: object) -> Served:
    work = replace(Workload(name="work", model="gpt-oss-120b"), **asked)  # type: ignore[arg-type]
    return serve(facts, calibration, work, find.hardware(facts, machine), setup=setup or Setup())


def test_speed_is_asked_for_at_the_end_of_the_usual_prompt() -> None:
    work = Workload(name="w", context_tokens=32768, prompt_tokens=4096, concurrency=3)
    asked = demand_of(work, "2026-05-01")
    assert (asked.context_tokens, asked.depth_tokens, asked.prompt_tokens, asked.concurrency) == (32768, 4096, 4096, 3)
    assert asked.as_of == "2026-05-01"
    assert demand_of(replace(work, prompt_tokens=None), None).depth_tokens == 32768


def test_of_the_formats_that_keep_to_the_floor_the_one_with_most_bits_is_taken(
    facts: Facts, calibration: Calibration
) -> None:
    slow = on(facts, calibration, "rtx-5090", model="qwen3-30b-a3b", floor_tok_s=20.0)
    fast = on(facts, calibration, "rtx-5090", model="qwen3-30b-a3b", floor_tok_s=1e5)
    assert slow.finding
    assert fast.finding
    assert slow.is_fast_enough
    assert not fast.is_fast_enough
    assert slow.finding.case.quant.bits_per_weight > fast.finding.case.quant.bits_per_weight


def test_fewer_bits_than_asked_for_are_never_taken(facts: Facts, calibration: Calibration) -> None:
    found = on(facts, calibration, "rtx-4090", model="llama-3.1-70b", least_bits=8.0)
    assert found.finding is None or found.finding.case.quant.bits_per_weight >= 8


def test_only_the_formats_named_are_weighed(facts: Facts, calibration: Calibration) -> None:
    found = on(facts, calibration, "rtx-5090", model="qwen3-30b-a3b", quants=("q4_k_m",))
    assert found.finding
    assert found.finding.case.quant.id == "q4_k_m"


def test_what_does_not_fit_says_how_much_is_short(facts: Facts, calibration: Calibration) -> None:
    found = on(facts, calibration, "apple-m1-8")
    assert not found.runs
    assert (found.decode_tok_s, found.grade) == (None, found.finding.confidence.level if found.finding else "none")
    assert found.reason
    assert found.reason.words


def test_work_that_is_no_text_is_not_told(facts: Facts, calibration: Calibration) -> None:
    found = on(facts, calibration, "dgx-spark", kind="training")
    assert (found.runs, found.finding, found.grade) == (False, None, "none")


def test_the_best_of_a_class_is_the_highest_scored_that_keeps_to_the_floor(
    facts: Facts, calibration: Calibration
) -> None:
    modest = on(facts, calibration, "rtx-5090", model=None, best="coding", floor_tok_s=20.0)
    rushed = on(facts, calibration, "rtx-5090", model=None, best="coding", floor_tok_s=100.0)
    assert modest.wanted
    assert rushed.wanted
    assert modest.is_fast_enough
    assert rushed.wanted.score <= modest.wanted.score


def test_where_none_of_the_class_keeps_to_the_floor_the_highest_scored_that_runs_is_shown(
    facts: Facts, calibration: Calibration
) -> None:
    found = on(facts, calibration, "rtx-5090", model=None, best="coding", floor_tok_s=1e5)
    assert found.runs
    assert not found.is_fast_enough


def test_main_memory_of_stated_speed_makes_a_speed_of_what_runs_from_it(facts: Facts, calibration: Calibration) -> None:
    untold = on(facts, calibration, DESKTOP)
    told = on(facts, calibration, DESKTOP, Setup(host_bandwidth_bytes_s=51.2e9))
    assert untold.lacks_host_speed
    assert untold.decode_tok_s is None
    assert not told.lacks_host_speed
    assert told.decode_tok_s
    assert told.finding
    assert told.finding.verdict == "fits-offloaded"


def test_faster_main_memory_is_never_slower(facts: Facts, calibration: Calibration) -> None:
    rates = [
        on(facts, calibration, DESKTOP, Setup(host_bandwidth_bytes_s=speed * 1e9)).decode_tok_s
        for speed in (40, 60, 90)
    ]
    middles = [rate.mid for rate in rates if rate]
    assert len(middles) == 3
    assert middles == sorted(middles)


def test_a_processor_named_beside_cards_is_the_host_behind_them(facts: Facts, calibration: Calibration) -> None:
    sized = on(facts, calibration, f"{DESKTOP}+ddr5-5600-2ch", Setup(host_bytes=64 * GIB))
    assert sized.decode_tok_s
    unsized = on(facts, calibration, f"{DESKTOP}+ddr5-5600-2ch")
    assert not unsized.runs
    assert unsized.host_spare_bytes
    assert 15 * GIB < unsized.host_spare_bytes < 40 * GIB


def test_excluded_sources_take_their_rows_out_of_what_is_measured(facts: Facts, calibration: Calibration) -> None:
    spark, work = facts.hardware["dgx-spark"], Workload(name="w", model="gpt-oss-120b", context_tokens=512)
    for one in (
        serve(facts, calibration, work, spark),
        serve(facts, calibration, work, spark, exclude_sources=frozenset(facts.sources)),
    ):
        assert one.decode_tok_s
    assert serve(facts, calibration, work, spark, exclude_sources=frozenset(facts.sources)).measured is None


def beside(tier: int, date: str | None, **changed: object) -> Measured:
    usual = Measured(row(conditions={"date": date}), SOURCES["maker"], tier, "exact", (), None)
    return replace(usual, **changed)  # type: ignore[arg-type]


def test_of_exact_rows_the_best_tier_and_then_the_newest_counts() -> None:
    old, new, forum = beside(1, "2026-01-01"), beside(1, "2026-07-01"), beside(3, "2026-11-01")
    assert exact_row([forum, old, new]) is new


def test_near_rows_and_rows_with_a_remark_answer_nothing() -> None:
    assert exact_row([beside(1, "2026-01-01", closeness="near"), beside(1, "2026-01-01", remark="overtaken")]) is None


def test_a_measured_speed_has_the_spread_of_repeats_around_it() -> None:
    span = measured_range(beside(1, None))
    assert span.mid == 100
    assert (
        span.high / span.mid
        == pytest.approx(1 + LEVEL_IN_SPREADS * REPEATS_SHARE)
        == pytest.approx(span.mid / span.low)
    )
