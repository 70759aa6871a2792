"""Divided layers: which rows teach them, over which link, that a known rule is found again, and what an answer rests on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from advisor.catalog.schema.hardware import Hardware, Member
from advisor.evidence.calibration import Calibration
from advisor.evidence.teach import teach
from advisor.evidence.tensor_parallel import TensorParallel, learned_tensor_parallel, pieces
from advisor.evidence.tensor_parallel_fit import (
    DECODE,
    WHOLE,
    learn_tensor_parallel,
    left_out,
    predicted_s,
    tested,
    trust,
    without_interval,
)
from advisor.evidence.tensor_parallel_rows import (
    DividedRow,
    as_divided,
    link_class,
    observe_divided,
    tensor_parallel_rows,
    whole_request_rows,
)
from tests.evidence.invented import BOX, FAST, row, series, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog
    from advisor.catalog.schema.record import Record

LINK_S, FIXED, WHOLE_SHARE = 30e-6, 0.6, 1.1
"""The invented rule: what an all-reduce takes, what part of the fixed time stays, how much longer whole requests take."""
CLUSTER = Hardware(
    id="cluster", name="cluster", vendor="v", kind="system", nodes=2, members=(Member(device="box", count=2),)
)


def facts_of(*records: Record) -> Catalog:
    return world(records, hardware={**world().hardware, "cluster": CLUSTER})


def divided_row(name: str = "divided", **fields: Any) -> Record:
    """A row of two fast cards that divide the small dense model."""
    conditions = {"parallel": "tensor parallel", **fields.pop("conditions", {})}
    return row(name, **{"hardware": "fast", "devices": 2, "conditions": conditions, **fields})


def seen(record: Record) -> DividedRow:
    found = as_divided(facts_of(), record)
    assert not isinstance(found, str), found
    return found


def test_boxes_are_linked_by_a_network_and_cards_by_what_is_stated() -> None:
    linked = replace(FAST, kind="accelerator", peer_link_gb_s=450.0)
    bridged = replace(FAST, peer_link_gb_s=56.25)
    assert link_class(FAST, 2) == "network"
    assert link_class(FAST, 2, "RPC over TCP") == "tcp"
    assert link_class(linked, 1) == "nvlink"
    assert link_class(bridged, 1) == "pcie"
    assert link_class(bridged, 1, "2x with NVLink") == "nvlink"
    assert link_class(bridged, 1, "PCIe Gen5, no NVLink") == "pcie"


def test_a_system_counts_all_its_boxes() -> None:
    found = seen(divided_row(hardware="cluster", devices=1))
    assert (found.devices, found.link, found.group.hardware) == (2, "network", "box")
    assert found.bandwidth_bytes_s == BOX.bandwidth_bytes_s
    assert found.reduces == 8


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (divided_row(hardware="pair", devices=1), "devices of several kinds"),
        (divided_row(rate="not stated"), "not a decode rate"),
        (divided_row(plain_decode=None), "not stated to be plain decode"),
        (divided_row(quant=None), "model, format or runtime not stated"),
        (divided_row(conditions={"concurrency": 4}), "several requests at once"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_row_that_does_not_say_enough_teaches_nothing(record: Record, why: str) -> None:
    assert observe_divided(facts_of(), record) == why
    assert dict(tensor_parallel_rows(facts_of(record)).left_out) == {why: 1}
    assert left_out(facts_of(record)) == {why: 1}


def test_rows_obey_day_and_exclusion() -> None:
    facts = facts_of(divided_row(), row("plain"), divided_row("split", conditions={"parallel": "layer split"}))
    assert [each.record.id for each in tensor_parallel_rows(facts).kept] == ["divided"]
    assert tensor_parallel_rows(facts, as_of="2026-06").left_out == {"newer than asked for, or undated": 1}
    assert tensor_parallel_rows(facts, exclude_sources=frozenset({"maker"})).left_out == {"source excluded": 1}


def whole(name: str = "whole", **fields: Any) -> Record:
    """A row whose rate divides by the whole time of the request."""
    reason = "output tokens over the whole time of the request, prefill included"
    return divided_row(name, **{"rate": "wall", "plain_decode": None, "not_for_calibration": reason, **fields})


def test_rates_of_whole_requests_are_kept_apart_and_count_less() -> None:
    facts = facts_of(
        divided_row(), whole(), whole("speculative", plain_decode=False), whole("doubtful", suspect="slow")
    )
    (found,) = whole_request_rows(facts)
    assert (found.record.id, found.whole_request) == ("whole", True)
    assert trust(facts, found) == trust(facts, tensor_parallel_rows(facts).kept[0]) / 2
    assert whole_request_rows(facts, exclude_sources=frozenset({"maker"})) == ()


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return teach(facts_of(*plain()))


def plain() -> list[Record]:
    return [*series("a"), *series("b", hardware="fast"), *series("c", hardware="faster")]


def at_rule(record: Record, calibration: Calibration) -> Record:
    """The row with the speed the invented rule gives it."""
    found = seen(record)
    parts = pieces(calibration, found.group, found.moved, found.bandwidth_bytes_s, found.reduces)
    seconds = parts.bytes_s + FIXED * parts.fixed_s + LINK_S * parts.reduces
    return replace(record, decode_tok_s=1 / (seconds * (WHOLE_SHARE if found.whole_request else 1)))


def rule_rows(calibration: Calibration) -> list[Record]:
    return [
        at_rule(make(f"{make.__name__}-{hardware}-{model}-{mix}-{count}", hardware=hardware, model=model, quant=mix, devices=count), calibration)
        for make in (divided_row, whole) for hardware in ("fast", "faster") for model in ("tiny", "moe")
        for mix in ("f16", "q4_k_m") for count in (2, 4)
    ]  # fmt: skip


def test_a_known_rule_is_found_again(calibration: Calibration) -> None:
    learned = without_interval(facts_of(*rule_rows(calibration)), calibration)
    assert (learned.rows, dict(learned.links)) == (32, {"pcie": 32})
    for record in rule_rows(calibration):
        found = seen(record)
        assert predicted_s(found, calibration, learned) == pytest.approx(found.step_s, rel=0.05)


def test_what_was_learned_survives_shipping(calibration: Calibration) -> None:
    records = (*plain(), *rule_rows(calibration))
    learned = learn_tensor_parallel(facts_of(*records), calibration)
    assert (learned.spread.draws, len(learned.spread.quantiles)) == (4, 101)
    again, where = TensorParallel.from_json(learned.to_json()), seen(divided_row()).group
    for term in ("link", "fixed", "whole"):
        assert again.term(term, where, "pcie") == pytest.approx(learned.term(term, where, "pcie"), rel=1e-6)
    assert TensorParallel.from_json(None) == TensorParallel()
    facts = replace(facts_of(*records), extras={"tensor parallel": learned.to_json()})
    assert learned_tensor_parallel(facts, calibration, None, frozenset()).rows == 32
    assert learned_tensor_parallel(facts, calibration, "2026-06", frozenset()).rows == 0


def test_rows_are_tested_without_their_group(calibration: Calibration) -> None:
    found = tested(facts_of(*plain(), *rule_rows(calibration)), "pair")
    assert {each.nearness for each in found} == {DECODE, WHOLE}
    assert len(found) == 32
    assert all(abs(each.log_residual) < 0.5 for each in found)
    assert tested(facts_of(*plain()), "pair") == ()


def test_without_rows_nothing_is_learned(calibration: Calibration) -> None:
    assert learn_tensor_parallel(facts_of(), calibration).rows == 0
    assert without_interval(facts_of(divided_row()), Calibration()).rows == 0
