"""Predicted speed: below the ceiling, slower with depth, and silent where nothing teaches it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.decide.choose import answer
from advisor.decide.question import Question
from advisor.estimate.case import Case, Demand
from advisor.estimate.footprint import footprint
from advisor.estimate.machine import Setup, machine
from advisor.evidence.calibration import Calibration
from advisor.evidence.offload import learned_offload
from advisor.evidence.offload_rows import offload_rows
from advisor.evidence.predict import bandwidth_bytes_s, decode_speed, software_date
from advisor.evidence.spread import Spread
from advisor.evidence.teach import teach
from advisor.evidence.tensor_parallel import learned_tensor_parallel
from advisor.evidence.tensor_parallel_rows import whole_request_rows
from tests.estimate.small import DENSE, card, with_host
from tests.evidence.invented import FAST, QUANTS, TOOL, case, row, series, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record
    from advisor.evidence.finding import Finding, Speed

SPLIT = [
    replace(each, devices=2, decode_tok_s=(each.decode_tok_s or 0) / 2) for each in series("split", hardware="fast")
]
PAGED = replace(
    TOOL, id="paged", name="Paged", containers=("safetensors",), cache_rule="paged", memory_share=0.9,
    splits=replace(TOOL.splits, tensors=True),
)  # fmt: skip


@pytest.fixture(scope="module")
def taught() -> Calibration:
    return teach(world([*series("a"), *series("b", hardware="fast"), *SPLIT]))


def speed(calibration: Calibration, asked: Case, depth: int = 0) -> Speed:
    found = decode_speed(world(), calibration, asked, footprint(asked, QUANTS.__getitem__), depth)
    assert not isinstance(found, str), found
    return found


def test_the_prediction_repeats_what_was_measured(taught: Calibration) -> None:
    measured = next(each for each in series("a") if each.id == "a-tiny-f16-8192")
    found = speed(taught, case(), 8192)
    assert found.tok_s == pytest.approx(measured.decode_tok_s, rel=0.05)
    assert (found.basis, found.nearness, found.rows, found.depth_tokens) == ("calibrated", "same hardware", 12, 8192)


def test_an_interval_encloses_the_prediction_and_widens_with_its_level(taught: Calibration) -> None:
    found = [speed(taught, case(demand={"level": level})) for level in (0.5, 0.8, 0.95)]
    lows, highs = [each.low_tok_s or 0 for each in found], [each.high_tok_s or 0 for each in found]
    assert lows == sorted(lows, reverse=True)
    assert highs == sorted(highs)
    assert len({each.tok_s for each in found}) == 1


def test_nothing_learned_leaves_only_the_ceiling() -> None:
    found = speed(Calibration(), case())
    assert (found.tok_s, found.low_tok_s, found.high_tok_s, found.basis, found.nearness) == (
        None,
        None,
        None,
        "roofline",
        None,
    )
    assert found.ceiling_tok_s == pytest.approx(500e9 / found.bytes_per_token)


def test_without_held_out_rows_there_is_no_prediction(taught: Calibration) -> None:
    assert speed(replace(taught, spreads={}), case()).basis == "roofline"


def test_a_layer_split_shows_the_factor_seen_on_several_devices(taught: Calibration) -> None:
    found = speed(taught, case("pair"))
    assert found.nearness == "several devices"
    assert found.bandwidth_bytes_s < 2e12
    bare = speed(
        replace(taught, spreads={**taught.spreads, "several devices": Spread(quantiles=[0.0] * 101)}), case("pair")
    )
    assert found.tok_s == pytest.approx((bare.tok_s or 0) * taught.middle("several devices"))
    assert taught.middle("several devices") == pytest.approx(0.5, rel=0.05)


def test_the_bandwidth_of_a_layer_split_is_the_mean_by_bytes_held() -> None:
    asked = case("pair")
    plan = footprint(asked, QUANTS.__getitem__).placement
    held = [use.weights_bytes + use.kv_cache_bytes for use in plan.uses if use.pool.device is not None]
    assert bandwidth_bytes_s(asked, plan) == pytest.approx(sum(held) / (held[0] / 1e12 + held[1] / 2e12))


def on_machine(hardware: Any, *devices: Any, **more: Any) -> Case:
    known = {each.id: each for each in (hardware, *devices)}
    return replace(case(**more), machine=machine(hardware, known.__getitem__))


def test_divided_layers_add_bandwidth_and_get_no_prediction(taught: Calibration) -> None:
    twins = with_host(FAST, 64, count=2)
    asked = on_machine(twins, FAST, runtime=PAGED, container="safetensors")
    found = speed(taught, asked)
    assert found.bandwidth_bytes_s == 2e12
    assert (found.tok_s, found.basis) == (None, "roofline")


def test_a_model_partly_on_the_host_gets_a_ceiling_and_no_prediction(taught: Calibration) -> None:
    small = card(90 / 1024)
    asked = on_machine(with_host(small, 16), small)
    plan = footprint(asked, QUANTS.__getitem__)
    assert plan.placement.verdict == "fits-offloaded"
    found = speed(taught, asked)
    assert (found.tok_s, found.limited_by) == (None, "host memory bandwidth")
    assert found.ceiling_tok_s < 1000e9 / found.bytes_per_token


def test_a_host_of_unstated_speed_gives_not_even_a_ceiling(taught: Calibration) -> None:
    small = card(90 / 1024)
    asked = on_machine(with_host(small, 16, bandwidth=None), small)
    found = decode_speed(world(), taught, asked, footprint(asked, QUANTS.__getitem__), 0)
    assert found == "no speed: part of the model runs from host memory whose speed is not stated"


def test_a_device_of_unstated_bandwidth_gives_no_speed(taught: Calibration) -> None:
    asked = on_machine(replace(FAST, bandwidth_gb_s=None))
    found = decode_speed(world(), taught, asked, footprint(asked, QUANTS.__getitem__), 0)
    assert found == "no speed: memory bandwidth is not stated"


def test_fixed_time_per_layer_is_named_where_it_rules(taught: Calibration) -> None:
    slow = replace(taught, values=taught.values | {"tau/": taught.values["tau/"] + 5})
    assert speed(taught, case(), 131072).limited_by == "memory bandwidth"
    assert speed(slow, case()).limited_by == "fixed time per layer"


@pytest.mark.parametrize(
    ("as_of", "date"),
    [(None, TOOL.versions[-1].date), ("2026-02", "2026-02")],
    ids=["newest version", "day asked about"],
)
def test_software_is_of_the_version_in_force_or_the_day_asked_about(as_of: str | None, date: str) -> None:
    assert software_date(case(demand={"as_of": as_of})) == date
    assert software_date(case(version=None)) is None


def test_evidence_is_pooled_by_the_attention_asked_for(taught: Calibration) -> None:
    dear = replace(taught, values=taught.values | {"kappa/attention:plain": 1.0})
    flash, plain = (speed(dear, case(demand={"flash_attention": on}), 131072).tok_s for on in (True, False))
    assert (plain or 0) < (flash or 0) * 0.8
    assert DENSE.id == row().model


@pytest.fixture(scope="session")
def asked_by_rows(facts: Facts) -> list[Record]:
    """One decode row of every model, format, machine and runtime somebody measured."""
    cases = {
        (each.model, each.quant, each.hardware, each.conditions.runtime): each for each in facts.records.values()
        if each.model and each.quant and each.conditions.runtime and each.decode_tok_s
    }  # fmt: skip
    return list(cases.values())


def found_for(facts: Facts, calibration: Calibration, record: Record, demand: Demand) -> Finding:
    runtime = facts.runtimes[record.conditions.runtime or ""]
    question = Question(model=facts.models[record.model or ""], hardware=facts.hardware[record.hardware], runtime=runtime,
                        quant=facts.quants[record.quant or ""], demand=demand)  # fmt: skip
    (found,) = answer(facts, calibration, question)
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.integers(1, 65_536), st.integers(0, 65_536), st.sampled_from([1, 4]))
def test_no_case_of_the_shipped_rows_is_predicted_above_its_ceiling_or_faster_when_deeper(
    facts: Facts,
    calibration: Calibration,
    asked_by_rows: list[Record],
    data: st.DataObject,
    context: int,
    depth: int,
    requests: int,
) -> None:
    record = data.draw(st.sampled_from(asked_by_rows))
    demand = Demand(context_tokens=max(context, depth), depth_tokens=depth, concurrency=requests)
    found = found_for(facts, calibration, record, demand)
    for each in (found.decode, found.decode_at_depth):
        if each and each.tok_s is not None:
            assert 0 < (each.low_tok_s or 0) <= each.tok_s <= (each.high_tok_s or 0) <= each.ceiling_tok_s
    if found.decode and found.decode_at_depth:
        assert found.decode_at_depth.ceiling_tok_s <= found.decode.ceiling_tok_s
        assert (found.decode_at_depth.tok_s or 0) <= (found.decode.tok_s or 0)


def test_divided_layers_are_predicted_from_the_shipped_rows(facts: Facts, calibration: Calibration) -> None:
    question = Question(
        model=facts.models["qwen3.6-27b"], hardware=facts.hardware["4x-rtx-3090"], runtime=facts.runtimes["vllm"],
        quant=facts.quants["int4-g128"],
    )  # fmt: skip
    (found,) = answer(facts, calibration, question)
    assert found.decode
    assert (found.decode.nearness, found.decode.basis) == ("divided layers", "calibrated")
    parts = dict(found.decode.spent)
    assert len(parts) == 3
    assert found.decode.tok_s == pytest.approx(1 / sum(parts.values()))


def test_a_model_partly_in_host_memory_is_predicted_where_its_speed_is_stated(
    facts: Facts, calibration: Calibration
) -> None:
    asked: dict[str, Any] = {"model": facts.models["gpt-oss-120b"], "hardware": facts.hardware["rtx-3090"], "quant": facts.quants["mxfp4"],
             "runtime": facts.runtimes["llama.cpp"]}  # fmt: skip
    speeds = []
    for bandwidth in (50e9, 100e9):
        setup = Setup(host_bytes=96 * 2**30, host_bandwidth_bytes_s=bandwidth)
        (found,) = answer(facts, calibration, Question(**asked, setup=setup))
        assert found.decode
        assert found.decode.nearness == "partly on the host"
        assert found.decode.tok_s == pytest.approx(1 / sum(seconds for _, seconds in found.decode.spent))
        speeds.append(found.decode.tok_s or 0)
    assert 1.2 * speeds[0] < speeds[1] < 2 * speeds[0]
    (silent,) = answer(facts, calibration, Question(**asked, setup=Setup(host_bytes=96 * 2**30)))
    assert silent.decode is None
    assert any("host memory whose speed is not stated" in note.words for note in silent.notes)


def test_rows_of_an_excluded_source_do_not_teach_offload(facts: Facts, calibration: Calibration) -> None:
    every = offload_rows(facts).kept
    without = frozenset({every[0].record.source})
    again = learned_offload(facts, calibration, None, without)
    assert again.rows == sum(row.record.source not in without for row in every) < len(every)
    assert again.spread == learned_offload(facts, calibration, None, frozenset()).spread
    divided = frozenset({whole_request_rows(facts)[0].record.source})
    assert (
        learned_tensor_parallel(facts, calibration, None, divided).rows
        < learned_tensor_parallel(facts, calibration, None, frozenset()).rows
    )
    assert learned_tensor_parallel(facts, calibration, None, divided) is learned_tensor_parallel(
        facts, calibration, None, divided
    )
    assert learned_offload(facts, calibration, None, without) is again
