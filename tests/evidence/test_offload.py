"""Decode from two memories: which rows teach it, that a known rule is found again, and what an answer rests on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from advisor.catalog.schema.hardware import Hardware
from advisor.evidence import offload_fit
from advisor.evidence.calibration import Calibration
from advisor.evidence.offload import Offload, learned_offload, pieces
from advisor.evidence.offload_fit import PARTLY, PROCESSOR, learn_offload, parts, tested, without_interval
from advisor.evidence.offload_rows import EVERY_EXPERT, SplitRow, observe_offload, offload_rows
from advisor.evidence.teach import teach
from tests.estimate.small import MOE
from tests.evidence.invented import row, series, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog
    from advisor.catalog.schema.record import Record

CPU = Hardware(id="desktop", name="desktop", vendor="v", kind="cpu", platform="cpu", bandwidth_gb_s=90.0)
TRIP_S, HOST, DEPTH = 80e-6, 1.1, 1.5
"""The invented rule: what a round trip takes, and how much dearer the host and depth are beside one another."""


def facts_of(*records: Record) -> Catalog:
    hardware = {**world().hardware, "desktop": CPU}
    return world(records, hardware=hardware)


def hosted(name: str = "hosted", **fields: Any) -> Record:
    """A row of the small mixture of experts with the experts of three layers in memory of 50 GB/s."""
    conditions: dict[str, Any] = {"placement": "experts-on-host", "host_experts_layers": 3, "host_bandwidth_gb_s": 50.0}
    conditions |= fields.pop("conditions", {})
    return row(name, **{"model": "moe", "hardware": "fast", "conditions": conditions, **fields})


def seen(record: Record) -> SplitRow:
    found = observe_offload(facts_of(), record)
    assert not isinstance(found, str), found
    return found


def test_experts_on_the_host_are_read_by_a_processor() -> None:
    found = seen(hosted())
    at = [share.device for share in found.step.shares].index(None)
    assert found.bandwidths_bytes_s[at] == 50e9
    where = found.groups[at]
    assert (where.backend, where.memory, where.hardware, where.program) == ("cpu", "cpu", "", "tool")
    assert found.group.hardware == "fast"
    assert found.step.host_trips == 3


@pytest.mark.parametrize(
    ("conditions", "layers"),
    [
        ({"host_experts_layers": None, "tensor_override": EVERY_EXPERT}, 4),
        ({"host_experts_layers": None, "placement": "layers-on-host", "gpu_layers": 3}, 2),
    ],
)
def test_the_split_is_what_the_row_says(conditions: dict[str, Any], layers: int) -> None:
    found = seen(hosted(conditions=conditions))
    host = next(share for share in found.step.shares if share.device is None)
    assert dict(host.stages)["moe"] == pytest.approx(layers / len(MOE.layer_names))


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (hosted(conditions={"host_bandwidth_gb_s": None}), "speed of the host's memory not stated"),
        (hosted(conditions={"host_experts_layers": None}), "split between card and host not stated"),
        (hosted(conditions={"placement": "unified-memory-paging"}), "paged: larger than the memory"),
        (hosted(rate="wall"), "not a decode rate"),
        (hosted(devices=2), "several devices"),
        (hosted(hardware="pair"), "several devices"),
        (hosted(not_for_calibration="paged"), "paged"),
        (hosted(quant=None), "quantization not stated"),
        (hosted(conditions={"host_experts_layers": None, "placement": "layers-on-host", "gpu_layers": 5}), "split between card and host not stated"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_row_that_does_not_say_enough_teaches_nothing(record: Record, why: str) -> None:
    assert observe_offload(facts_of(), record) == why
    assert dict(offload_rows(facts_of(record)).left_out) == {why: 1}


def test_rows_obey_day_and_exclusion() -> None:
    facts = facts_of(hosted(), row("plain"))
    assert len(offload_rows(facts).kept) == 1
    assert offload_rows(facts, as_of="2026-06").left_out == {"newer than asked for, or undated": 1}
    assert offload_rows(facts, exclude_sources=frozenset({"maker"})).left_out == {"source excluded": 1}


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return teach(facts_of(*plain()))


def plain() -> list[Record]:
    cpu = [
        replace(each, conditions=replace(each.conditions, backend="cpu"), decode_tok_s=(each.decode_tok_s or 0) * 0.18)
        for each in series("cpu")
    ]  # fmt: skip
    return [*series("a"), *series("b", hardware="fast"), *(replace(each, hardware="desktop") for each in cpu)]


def at_rule(record: Record, calibration: Calibration) -> Record:
    """The row with the speed the invented rule gives it."""
    found = parts(seen(record), calibration)
    seconds = found.device_s + DEPTH * found.depth_s + HOST * found.host_s + TRIP_S * found.trips
    return replace(record, decode_tok_s=1 / seconds)


def rule_rows(calibration: Calibration) -> list[Record]:
    return [
        at_rule(hosted(f"{hardware}-{mix}-{depth}-{layers}", hardware=hardware, quant=mix,
                       conditions={"depth_tokens": depth, "host_experts_layers": layers}), calibration)
        for hardware in ("box", "fast", "faster") for mix in ("f16", "q8_0") for depth in (0, 32768) for layers in (1, 2, 4)
    ]  # fmt: skip


def test_a_known_rule_is_found_again(calibration: Calibration) -> None:
    learned = without_interval(facts_of(*rule_rows(calibration)), calibration)
    assert learned.rows == 36
    for record in rule_rows(calibration):
        found = seen(record)
        assert learned.seconds(parts(found, calibration), found.group) == pytest.approx(found.step_s, rel=0.05)
    assert learned.term("trip", seen(hosted()).group) == pytest.approx(TRIP_S, rel=0.5)


def test_what_was_learned_survives_shipping(calibration: Calibration) -> None:
    learned = learn_offload(facts_of(*plain(), *rule_rows(calibration)), calibration)
    assert learned.spread.draws == 5
    assert len(learned.spread.quantiles) == 101
    again = Offload.from_json(learned.to_json())
    where = seen(hosted()).group
    for term in ("trip", "host", "depth"):
        assert again.term(term, where) == pytest.approx(learned.term(term, where), rel=1e-6)
    assert Offload.from_json(None) == Offload()
    facts = replace(facts_of(*plain(), *rule_rows(calibration)), extras={"offload": learned.to_json()})
    assert learned_offload(facts, calibration, None, frozenset()).rows == 36
    assert learned_offload(facts, calibration, "2026-06", frozenset()).rows == 0


def test_rows_are_tested_without_their_group_beside_processors(calibration: Calibration) -> None:
    facts = facts_of(*plain(), *rule_rows(calibration))
    found = tested(facts, "pair")
    assert {each.nearness for each in found} == {PARTLY, PROCESSOR}
    assert len(found) == 36 + 24
    assert all(each.predicted > 0 for each in found)
    assert offload_fit.left_out(facts) == {}


def test_without_rows_nothing_is_learned(calibration: Calibration) -> None:
    assert learn_offload(facts_of(), calibration).rows == 0
    assert learn_offload(facts_of(hosted()), Calibration()).rows == 0


def test_more_on_the_host_takes_longer(calibration: Calibration) -> None:
    learned = without_interval(facts_of(*rule_rows(calibration)), calibration)
    times = []
    for layers in (1, 2, 3, 4):
        found = seen(hosted(conditions={"host_experts_layers": layers}))
        times.append(learned.seconds(pieces(found.costed(calibration), found.step.host_trips), found.group))
    assert times == sorted(times)
