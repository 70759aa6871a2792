"""Which rows teach, how far each is trusted, and what held-out rows say."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.estimate.decode import step_s
from advisor.evidence.calibrate import fit
from advisor.evidence.observations import Observation, plain_decode
from advisor.evidence.several import layer_split_rows, seconds
from advisor.evidence.teach import Taught, expectations, held_out, log_residuals, teach, trust
from tests.evidence.invented import FAST, TRUE, observed, row, series, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog, Facts
    from advisor.catalog.schema.record import Record
    from advisor.evidence.calibration import Calibration

NAMES = ("fast", "faster", "box")
ROWS = [*series("a", hardware="fast"), *series("b", replace(TRUE, weights=0.5), hardware="faster", source="magazine")]


def learned(*records: Record) -> Calibration:
    return teach(world(records))


@pytest.fixture(scope="module")
def taught() -> Calibration:
    return learned(*ROWS)


def test_every_plain_row_teaches(taught: Calibration) -> None:
    assert taught.rows == len(ROWS)
    assert taught.counts["fast/llama.cpp/dense"] == taught.counts["fast/llama.cpp/moe"] == 12
    assert taught.counts["Beta/llama.cpp"] == 48
    assert taught.newest["Beta/llama.cpp"] == "2026-07-01"


def test_teaching_twice_gives_the_same(taught: Calibration) -> None:
    assert learned(*ROWS) == taught


def test_expectations_are_the_same_without_intervals(taught: Calibration) -> None:
    found = expectations(world(ROWS))
    assert found.values == taught.values
    assert found.rows == taught.rows
    assert found.spreads == {}


def test_no_rows_teach_nothing() -> None:
    found = teach(world())
    assert (found.rows, found.spreads, found.counts) == (0, {}, {})


@pytest.mark.parametrize("name", NAMES)
def test_a_held_out_residual_comes_from_a_fit_that_never_saw_the_group(name: str) -> None:
    rows = [observed(record) for machine in NAMES for record in series(machine, hardware=machine)]
    doubled = [
        replace(each, record=replace(each.record, decode_tok_s=2 * (each.record.decode_tok_s or 0)))
        if each.group.hardware == name else each for each in rows
    ]  # fmt: skip

    def residuals(watched: list[Observation]) -> list[float]:
        found = held_out(Taught(watched, lambda _: 1.0), lambda each: each.group.hardware)
        return [residual for each, residual in found if each.group.hardware == name]

    assert residuals(doubled) == pytest.approx([each + math.log(2) for each in residuals(rows)], abs=2e-3)


def test_every_row_is_held_out_once() -> None:
    rows = [observed(record) for record in ROWS]
    found = held_out(Taught(rows, lambda _: 1.0), lambda each: each.group.hardware)
    assert sorted(each.record.id for each, _ in found) == sorted(each.record.id for each in rows)


def test_a_residual_is_measured_over_predicted() -> None:
    rows = [observed(record) for record in ROWS]
    twice = replace(rows[0], record=replace(rows[0].record, decode_tok_s=2 * (rows[0].record.decode_tok_s or 0)))
    slow, quick = log_residuals([rows[0], twice], fit(rows))
    assert quick - slow == pytest.approx(math.log(2))


def test_weaker_sources_and_relayed_rows_count_less() -> None:
    weight = trust(world())
    sources = {name: weight(observed(row(source=name))) for name in ("maker", "magazine", "forum")}
    assert sources["maker"] > sources["magazine"] > sources["forum"] > 0
    assert weight(observed(row(evidence="relayed"))) == sources["maker"] / 2
    assert weight(observed(row(tier=3))) == sources["forum"]


def test_a_row_overtaken_by_later_software_does_not_teach(taught: Calibration) -> None:
    old = replace(ROWS[0], id="old", decode_tok_s=1.0, conditions=replace(ROWS[0].conditions, date="2025-07-01"))
    found = learned(*ROWS, old)
    assert found.left_out == {"overtaken by later software": 1}
    assert (found.values, found.rows) == (taught.values, taught.rows)


def test_the_old_row_teaches_for_its_own_day() -> None:
    old = replace(ROWS[0], id="old", conditions=replace(ROWS[0].conditions, date="2025-07-01"))
    assert teach(world([*ROWS, old]), as_of="2025-12").rows == 1


def test_rows_newer_than_the_day_asked_about_do_not_teach(taught: Calibration) -> None:
    newer = [
        replace(each, id=f"new-{each.id}", decode_tok_s=1.0, conditions=replace(each.conditions, date="2026-09"))
        for each in ROWS
    ]
    undated = replace(ROWS[0], id="undated", decode_tok_s=1.0, conditions=replace(ROWS[0].conditions, date=None))
    found = teach(world([*ROWS, *newer, undated]), as_of="2026-08")
    assert found.values == taught.values
    assert found.left_out["newer than asked for, or undated"] == len(newer) + 1


def test_rows_of_an_excluded_source_do_not_teach() -> None:
    found = teach(world(ROWS), exclude_sources=frozenset({"magazine"}))
    alone = teach(world(record for record in ROWS if record.source != "magazine"))
    assert (found.values, found.spreads, found.counts) == (alone.values, alone.spreads, alone.counts)
    assert found.left_out["source excluded"] == sum(record.source == "magazine" for record in ROWS)


def test_used_and_left_out_rows_make_up_the_catalog(facts: Facts, calibration: Calibration) -> None:
    assert calibration.rows + sum(calibration.left_out.values()) == len(facts.records)


def test_no_row_of_an_excluded_source_is_kept_from_the_shipped_catalog(catalog: Catalog) -> None:
    shown = {each.record.source for each in plain_decode(catalog).kept}
    without = frozenset(sorted(shown)[::2])
    left = plain_decode(catalog, exclude_sources=without)
    assert {each.record.source for each in left.kept} == shown - without


def test_each_device_of_a_layer_split_does_its_share_with_its_own_bandwidth() -> None:
    (found,) = layer_split_rows(
        world([row(hardware="pair", conditions={"parallel": "layer split"})]), frozenset(), None
    )
    assert found.bandwidths_bytes_s == (1e12, 2e12)
    assert [each.hardware for each in found.groups] == ["fast", "faster"]
    alone = observed(row(hardware="fast")).moved
    assert sum(share.moved.weights_bytes for share in found.step.shares) == pytest.approx(alone.weights_bytes)
    assert sum(share.moved.kv_bytes for share in found.step.shares) == pytest.approx(float(alone.kv_bytes))


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (row(), "one device"),
        (row(hardware="pair", conditions={"parallel": "tensor parallel"}), "layers divided"),
        (
            row(hardware="pair", conditions={"parallel": "layer split", "runtime": "other"}, quant="f16"),
            "another runtime",
        ),
        (row(hardware="pair", plain_decode=False), "speculative"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_rows_say_nothing_of_a_layer_split(record: Record, why: str) -> None:
    assert layer_split_rows(world([record]), frozenset(), None) == []


def test_several_of_one_card_share_its_bandwidth_one_after_the_other() -> None:
    (found,) = layer_split_rows(world([row(hardware="fast", devices=2)]), frozenset(), None)
    assert found.bandwidths_bytes_s == (FAST.bandwidth_bytes_s,) * 2
    alone, learned_before = observed(row(hardware="fast")), learned(*ROWS)
    expected = float(step_s(alone.moved, alone.bandwidth_bytes_s, learned_before.efficiency(alone.group)))
    assert seconds(found, learned_before) == pytest.approx(expected)


def test_layer_split_rows_obey_day_and_exclusion() -> None:
    catalog = world([row(hardware="pair")])
    assert len(layer_split_rows(catalog, frozenset(), "2026-07")) == 1
    assert layer_split_rows(catalog, frozenset(), "2026-06") == []
    assert layer_split_rows(catalog, frozenset({"maker"}), None) == []


def test_several_devices_are_shown_but_not_taught_from(taught: Calibration) -> None:
    split = [over_two(each) for each in series("split", hardware="fast")]
    found = learned(*ROWS, *split)
    assert found.values == taught.values
    assert found.left_out["several devices"] == len(split)
    assert len(found.spreads["several devices"].quantiles) == 101
    assert found.middle("several devices") == pytest.approx(0.5, rel=0.05)


def over_two(record: Record) -> Record:
    """The row as run over two cards at half the speed of one."""
    return replace(record, devices=2, decode_tok_s=(record.decode_tok_s or 0) / 2)


def test_the_fit_behind_a_calibration_is_the_plain_fit() -> None:
    rows = [observed(record) for record in ROWS]
    assert learned(*ROWS).values == fit(rows, [trust(world())(each) for each in rows])
