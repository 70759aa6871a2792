"""What rows teach about batches: a known rule is found again, slopes are right, held-out errors are within the target."""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import pytest

from advisor.estimate.concurrency import Scaling, parts
from advisor.evidence.batching import TERMS, Batching
from advisor.evidence.calibration import Calibration
from advisor.evidence.concurrency_fit import (
    PRIOR,
    Arrays,
    Lesson,
    aggregate_tok_s,
    learn,
    left_out,
    physics,
    row_costs,
    scalings,
    tested,
    tested_aside,
)
from advisor.evidence.concurrency_rows import BatchRow, batch_rows, observe_batch
from advisor.evidence.teach import teach
from tests.evidence.invented import series, world
from tests.evidence.test_concurrency_rows import many

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog, Facts
    from advisor.catalog.schema.record import Record

TRUE = Scaling(routing=4.0, weights=1.2, kv=1.5, state=1.0, compute=1.0)
"""How the invented machines' batches differ from one sequence; without a dense rate computing takes no time."""


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return teach(world([*series("a"), *series("b", hardware="fast")]))


def at_rule(record: Record, calibration: Calibration) -> Record:
    """The row with the aggregate the rule gives it."""
    found = observe_batch(world(), record)
    assert not isinstance(found, str), found
    batch = found.requests
    step = float(parts(found.moved, row_costs(found, calibration), TRUE, batch).total_s)
    return replace(record, aggregate_tok_s=batch / step, decode_tok_s=1 / step)


def rows(calibration: Calibration, hardware: str = "box") -> list[Record]:
    """Rows of two models over three depths and five batches, at the rule's rates."""
    return [
        at_rule(many(f"{hardware}-{model}-{depth}-{batch}", model=model, hardware=hardware,
                     conditions={"depth_tokens": depth, "concurrency": batch}), calibration)
        for model in ("tiny", "moe") for depth in (0, 8192, 65536) for batch in (2, 4, 8, 16, 64)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def taught(calibration: Calibration) -> tuple[Catalog, Batching]:
    facts = world([*series("a"), *series("b", hardware="fast"), *rows(calibration), *rows(calibration, "fast")])
    return facts, learn(facts, calibration)


def kept(facts: Facts) -> tuple[BatchRow, ...]:
    return batch_rows(facts).kept


def test_the_rule_is_found_again(taught: tuple[Catalog, Batching], calibration: Calibration) -> None:
    facts, learned = taught
    assert learned.rows == 60
    for row in kept(facts):
        assert aggregate_tok_s(row, calibration, learned) == pytest.approx(row.aggregate_tok_s, rel=0.06)
    experts = next(row for row in kept(facts) if row.record.model == "moe")
    assert learned.scaling(experts.kind).routing == pytest.approx(TRUE.routing, rel=0.4)


def test_slopes_are_those_of_the_formula(taught: tuple[Catalog, Batching], calibration: Calibration) -> None:
    chosen = [replace(row, compute_ops_s=1e12) for row in kept(taught[0])]
    paid = np.array(
        [(c.weight_s, c.kv_s, c.fixed_s, c.attention_s) for c in (row_costs(row, calibration) for row in chosen)]
    )
    predicted = physics(Arrays.of(chosen), paid)
    logs = np.log([[TRUE.routing, TRUE.weights, TRUE.kv, TRUE.state, TRUE.compute]] * len(chosen))
    value, slopes = predicted(logs)
    direct = [float(parts(row.moved, row_costs(row, calibration), TRUE, row.requests).total_s) for row in chosen]
    assert np.exp(value) == pytest.approx(direct)
    for index in range(len(TERMS)):
        nudged = logs.copy()
        nudged[:, index] += 1e-6
        assert (predicted(nudged)[0] - value) / 1e-6 == pytest.approx(slopes[:, index], abs=1e-5)


def test_what_was_learned_survives_json(taught: tuple[Catalog, Batching]) -> None:
    learned = taught[1]
    again = Batching.from_json(learned.to_json())
    assert again.counts == learned.counts
    assert again.to_json() == learned.to_json()
    assert Batching.from_json(None).rows == 0


def test_nearness_follows_what_was_measured_there(taught: tuple[Catalog, Batching]) -> None:
    facts, learned = taught
    row = kept(facts)[0]
    here = row.kind
    assert (learned.nearness(here), learned.rows_behind(here)) == ("few models", 15)
    other = replace(here, group=replace(here.group, runtime="other"))
    assert (learned.nearness(other), learned.rows_behind(other)) == ("other runtime", 30)
    elsewhere = replace(here, group=replace(here.group, hardware="faster"))
    assert (learned.nearness(elsewhere), learned.rows_behind(elsewhere)) == ("other hardware", 60)
    many_models = replace(learned, models={"box/llama.cpp/dense": 9})
    assert many_models.nearness(here) == "same hardware"


def test_without_rows_nothing_is_learned(calibration: Calibration) -> None:
    empty = world(series("a"))
    assert learn(empty, calibration).rows == scalings(empty, calibration).rows == 0
    assert tested(empty, "model") == tested_aside(empty, "model") == ()
    assert learn(world([many()]), Calibration()).rows == 0


def test_values_without_intervals_are_the_same_values(
    taught: tuple[Catalog, Batching], calibration: Calibration
) -> None:
    facts, learned = taught
    quick = scalings(facts, calibration)
    assert (quick.values, quick.counts, quick.left_out) == (learned.values, learned.counts, learned.left_out)
    assert quick.spreads == {}


def test_relayed_rows_weigh_half(calibration: Calibration) -> None:
    found = [
        next(iter(batch_rows(world([replace(rows(calibration)[0], evidence=evidence)])).kept))
        for evidence in ("measured", "relayed")
    ]
    weights = Lesson(world(), found).trust
    assert weights[1] == weights[0] / 2


def test_a_held_out_group_does_not_touch_its_own_prediction(calibration: Calibration) -> None:
    honest = [*series("a"), *rows(calibration)]
    wild = [
        replace(r, aggregate_tok_s=(r.aggregate_tok_s or 0) / 3, decode_tok_s=(r.decode_tok_s or 0) / 3)
        if r.model == "moe" and r.kind == "concurrency" else r for r in honest
    ]  # fmt: skip
    first, second = (
        {each.record.id: each.predicted for each in tested(world(records), "model") if each.record.model == "moe"}
        for records in (honest, wild)
    )
    assert first == pytest.approx(second, rel=0.02)


def test_the_prior_names_every_term() -> None:
    assert tuple(PRIOR.start) == TERMS


def test_aggregates_of_models_never_seen_are_within_the_target(facts: Facts) -> None:
    found = tested(facts, "model")
    assert len(found) > 200
    assert median(abs(each.predicted / each.measured - 1) for each in found) <= 0.15
    aside = tested_aside(facts, "model")
    assert median(abs(each.predicted / each.measured - 1) for each in aside) <= 0.25
    assert sum(left_out(facts).values()) > 100
