"""The depth curve is the prediction at every depth, and the rows beside it are of the same model, format and machine."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.case import Case, Demand, version_in_force
from advisor.estimate.machine import machine
from advisor.evidence.calibration import Calibration
from advisor.evidence.crosscheck import finding
from advisor.evidence.curve import depth_curve, depths, longest, rows_along, rows_at_once, with_curve
from tests.evidence.invented import case, row, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record
    from advisor.evidence.finding import Finding


def spark(facts: Facts, calibration: Calibration, **demand: Any) -> Finding:
    """gpt-oss-120b on a DGX Spark with llama.cpp."""
    runtime = facts.runtimes["llama.cpp"]
    return finding(facts, calibration, Case(
        model=facts.models["gpt-oss-120b"], quant=facts.quants["mxfp4"], container="gguf", runtime=runtime,
        version=version_in_force(runtime, None), backend="cuda",
        machine=machine(facts.hardware["dgx-spark"], facts.hardware.__getitem__), demand=Demand(**demand),
    ))  # fmt: skip


@given(st.integers(1, 2**21), st.integers(0, 2**21), st.integers(1, 6))
def test_depths_run_from_nothing_to_the_most_through_what_was_asked(most: int, asked: int, per_doubling: int) -> None:
    found = depths(most, asked, per_doubling)
    assert found == tuple(sorted(set(found)))
    assert (found[0], found[-1]) == (0, most)
    assert min(asked, most) in found
    assert len(found) <= 3 + 12 * per_doubling


@pytest.mark.parametrize("demand", [{}, {"depth_tokens": 5000}, {"context_tokens": 100_000}, {"depth_tokens": 0}])
def test_at_the_asked_depth_the_curve_is_exactly_the_prediction(
    facts: Facts, calibration: Calibration, demand: dict[str, int]
) -> None:
    found = spark(facts, calibration, **demand)
    assert found.decode is not None
    assert found.decode_at_depth is not None
    by_depth = {speed.depth_tokens: speed for speed in depth_curve(facts, calibration, found)}
    assert by_depth[0] == found.decode
    assert by_depth[found.decode_at_depth.depth_tokens] == found.decode_at_depth


def test_the_curve_falls_with_depth_inside_its_interval_and_below_its_ceiling(
    facts: Facts, calibration: Calibration
) -> None:
    curve = depth_curve(facts, calibration, spark(facts, calibration))
    rates = [speed.tok_s or 0.0 for speed in curve]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 1.5 * rates[-1] > 0
    for speed in curve:
        assert (speed.low_tok_s or 0) < (speed.tok_s or 0) < (speed.high_tok_s or 0) <= speed.ceiling_tok_s
    assert curve[-1].depth_tokens == 131_072


def test_a_curve_costs_little(facts: Facts, calibration: Calibration) -> None:
    found = spark(facts, calibration)
    start = time.perf_counter()
    depth_curve(facts, calibration, found)
    assert time.perf_counter() - start < 0.1


def test_partly_in_host_memory_the_curve_ends_at_the_context_asked_for(facts: Facts, calibration: Calibration) -> None:
    found = spark(facts, calibration)
    assert found.footprint is not None
    assert longest(found) == 131_072
    hosted = replace(found.footprint, placement=replace(found.footprint.placement, host_read_bytes=1))
    assert longest(replace(found, footprint=hosted)) == 8192


def test_without_a_speed_there_is_no_curve(facts: Facts, calibration: Calibration) -> None:
    found = with_curve(facts, calibration, replace(spark(facts, calibration), decode=None))
    assert (found.curve, found.along, found.together) == ((), (), ())


def test_without_rows_the_curve_is_the_ceiling_alone() -> None:
    found = finding(world(), Calibration(), case())
    curve = depth_curve(world(), Calibration(), found)
    assert {speed.tok_s for speed in curve} == {None}
    assert curve[0].ceiling_tok_s > curve[-1].ceiling_tok_s


def along(*rows: Record) -> set[str]:
    facts = world(rows)
    return {each.record.id for each in rows_along(facts, Calibration(), finding(facts, Calibration(), case()))}


def test_rows_of_other_runtimes_and_depths_stand_beside_the_curve() -> None:
    kept = (
        row("here"), row("deep", conditions={"depth_tokens": 30000}), row("old version", conditions={"runtime_version": "b10"}),
        row("another runtime", conditions={"runtime": "cousin"}), row("another family", conditions={"runtime": "other"}),
    )  # fmt: skip
    assert along(*kept) == {each.id for each in kept}


def test_rows_of_something_else_do_not() -> None:
    assert along(
        row("format", quant="q8_0"), row("no depth", conditions={"depth_tokens": None}), row("many", conditions={"concurrency": 4}),
        row("speculative", plain_decode=False), row("disputed", disputed="above the ceiling"), row("model", model="moe"),
        row("machine", hardware="fast"),
    ) == set()  # fmt: skip


def test_several_requests_are_held_against_the_curve_of_one() -> None:
    facts = world([row("one"), row("four", conditions={"concurrency": 4})])
    found = finding(facts, Calibration(), case(demand={"concurrency": 4}))
    assert [each.record.id for each in rows_along(facts, Calibration(), found)] == ["one"]


def together(*rows: Record, **demand: Any) -> list[str]:
    facts = world(rows)
    found = finding(facts, Calibration(), case(demand={"concurrency": 4, **demand}))
    return [each.id for each in rows_at_once(facts, found, frozenset({"forum"}))]


def many(row_id: str, **fields: Any) -> Record:
    conditions = {"concurrency": 8, "depth_tokens": 1000} | fields.pop("conditions", {})
    return row(row_id, **({"kind": "concurrency", "aggregate_tok_s": 300.0} | fields), conditions=conditions)


def test_rows_of_many_requests_near_the_asked_depth_stand_beside_the_sweep() -> None:
    assert together(many("a"), many("b", conditions={"runtime": "other"}), depth_tokens=800) == ["a", "b"]
    assert together(
        many("a", conditions={"depth_tokens": None, "prompt_tokens": 900, "output_tokens": 200}), depth_tokens=800
    ) == ["a"]


def test_rows_of_many_requests_elsewhere_do_not() -> None:
    assert together(
        many("deep", conditions={"depth_tokens": 9000}), many("unstated", conditions={"depth_tokens": None}), many("format", quant="q8_0"),
        many("source", source="forum"), many("doubted", suspect="typed wrong"), many("speculative", plain_decode=False),
        many("one", conditions={"concurrency": 1}), many("two devices", devices=2), depth_tokens=800,
    ) == []  # fmt: skip
