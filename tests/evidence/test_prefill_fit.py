"""What rows teach about reading prompts: a known rule is found again, slopes are right, errors stay within the target."""

from __future__ import annotations

import json
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import pytest

from advisor.estimate.prefill import Rates, parts
from advisor.evidence.prefill import TERMS, PrefillCalibration
from advisor.evidence.prefill_fit import Taught, fitted, left_out, teach_prefill, tested
from advisor.evidence.prefill_rows import OPS_PER_BYTE, observe, prefill_rows
from tests.evidence.invented import BOX, FAST, FASTER, world
from tests.evidence.test_prefill_rows import prompt

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog
    from advisor.catalog.schema.record import Record
    from advisor.evidence.prefill_rows import PrefillRow

LENGTHS = (512, 2048, 8192)
DEPTHS = (0, 32768)
RATED = {
    each.id: replace(each, fp16_tflops=OPS_PER_BYTE * (each.bandwidth_gb_s or 0) / 1000) for each in (BOX, FAST, FASTER)
}
"""The machines with the compute rate that else stands in for one nobody states."""


def true_rates(row: PrefillRow) -> Rates:
    """What the invented machines make of their peaks."""
    where = row.setting
    return Rates(
        compute_ops_s=0.4 * where.ops_s,
        weight_bytes_s=0.7 * where.bandwidth_bytes_s,
        attention=3.0,
        tile=20.0,
        layer_s=5e-5,
    )


def seen(record: Record) -> PrefillRow:
    found = observe(world(), record)
    assert not isinstance(found, str), found
    return found


def at_rule(record: Record) -> Record:
    """The row with the rate the rule gives it."""
    row = seen(record)
    return replace(record, prefill_tok_s=row.work.tokens / float(parts(row.work, true_rates(row)).total_s))


def rows(hardware: str = "box") -> list[Record]:
    """Prompts of three lengths at two depths, read by two models in two formats at the rule's rates."""
    return [
        at_rule(prompt(f"{hardware}-{model}-{mix}-{tokens}-{depth}", model=model, quant=mix, hardware=hardware,
                       conditions={"prompt_tokens": tokens, "depth_tokens": depth}))
        for model in ("tiny", "moe") for mix in ("f16", "q8_0") for tokens in LENGTHS for depth in DEPTHS
    ]  # fmt: skip


@pytest.fixture(scope="module")
def invented() -> Catalog:
    return world([*rows(), *rows("fast")], hardware=RATED)


@pytest.fixture(scope="module")
def learned(invented: Catalog) -> PrefillCalibration:
    return teach_prefill(invented)


def test_a_known_rule_is_found_again(learned: PrefillCalibration) -> None:
    for record in rows():
        row = seen(record)
        expected = float(parts(row.work, learned.rates(row.setting)).total_s)
        assert expected == pytest.approx(row.seconds, rel=0.08)


def test_slopes_are_those_of_the_physics(invented: Catalog) -> None:
    taught = Taught(invented, prefill_rows(invented).kept)
    values, step = taught.pool.values(taught.solution), 1e-6
    now, slope = taught.physics(values)
    for index in range(len(TERMS)):
        moved = values.copy()
        moved[:, index] += step
        assert (taught.physics(moved)[0] - now) / step == pytest.approx(slope[:, index], abs=1e-4)


def test_the_fit_uses_the_formula_of_the_prediction(invented: Catalog) -> None:
    taught = Taught(invented, prefill_rows(invented).kept)
    learned = fitted(invented)
    logs, _ = taught.physics(taught.pool.values(taught.solution))
    for row, log_s in zip(taught.rows, logs, strict=True):
        assert float(parts(row.work, learned.rates(row.setting)).total_s) == pytest.approx(
            float(np.exp(log_s)), rel=1e-9
        )


def test_the_calibration_survives_its_json_form(learned: PrefillCalibration) -> None:
    again = PrefillCalibration.from_json(json.loads(json.dumps(learned.to_json())))
    assert again.to_json() == learned.to_json()
    assert again.halves == learned.halves
    assert PrefillCalibration.from_json(None) == PrefillCalibration()


def test_learning_twice_gives_the_same(invented: Catalog, learned: PrefillCalibration) -> None:
    assert teach_prefill(invented).to_json() == learned.to_json()


def test_without_rows_nothing_is_learned() -> None:
    empty = teach_prefill(world([prompt(devices=2)]))
    assert (empty.rows, empty.left_out) == (0, {"several devices": 1})
    assert fitted(world([prompt(devices=2)])).rows == 0
    assert tested(world([]), "pair") == ()


def test_a_narrowed_fit_sees_only_what_it_may() -> None:
    other = [replace(each, source="forum") for each in rows("fast")]
    catalog = world([*rows(), *other])
    assert fitted(catalog).rows == 48
    assert fitted(catalog, exclude_sources=frozenset({"forum"})).rows == 24
    assert fitted(catalog, as_of="2020").rows == 0


def test_held_out_rows_are_predicted_without_their_group(invented: Catalog) -> None:
    wrong = [replace(each, prefill_tok_s=(each.prefill_tok_s or 0) / 3) for each in rows("fast")]
    found = tested(world([*rows(), *wrong], hardware=RATED), "hardware")
    fast = [each for each in found if each.record.hardware == "fast"]
    assert all(each.predicted / each.measured > 2 for each in fast)
    assert {each.group for each in found} == {"box", "fast"}
    assert median(abs(each.log_residual) for each in tested(invented, "pair")) < 0.1


def test_what_only_its_own_rows_tell_is_not_held_out() -> None:
    alone = world([*rows(), *rows("fast")])
    assert tested(alone, "hardware") == ()
    assert set(teach_prefill(alone).quantiles) == {"same hardware"}


def test_an_interval_of_a_new_machine_counts_every_machine_alike(invented: Catalog) -> None:
    faster = [replace(each, prefill_tok_s=(each.prefill_tok_s or 0) / 2) for each in rows("faster")]
    few = world([*rows(), *rows("fast"), *faster[:6]], hardware=RATED)
    low = teach_prefill(few).interval("same chip generation", 0.5)
    assert low is not None
    assert low[0] < 0.75
    assert (teach_prefill(invented).interval("same chip generation", 0.5) or (0, 0))[0] > 0.75


def test_rows_of_undated_software_teach_too() -> None:
    undated = [replace(each, conditions=replace(each.conditions, date=None)) for each in rows()]
    found = fitted(world(undated))
    assert (found.rows, found.halves) == (24, {})


def test_what_the_filter_leaves_out_is_counted() -> None:
    assert left_out(world([prompt("a"), prompt("b", devices=2)])) == {"several devices": 1}


@pytest.fixture(scope="module")
def unseen_models(catalog: Catalog) -> list[float]:
    return [abs(each.predicted / each.measured - 1) for each in tested(catalog, "model")]


def test_models_never_seen_are_within_the_target(unseen_models: list[float]) -> None:
    assert len(unseen_models) > 600
    assert median(unseen_models) < 0.20
