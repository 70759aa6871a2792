"""A cell of the table says what the whole answer says."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from advisor.decide.bill import Bill, bill_of
from advisor.decide.choose import answer
from advisor.decide.grid import QUANTITIES, Cell, best, cell, nearest, smallest_bytes
from advisor.decide.market import Market
from advisor.decide.question import Question
from advisor.estimate.case import Demand
from advisor.evidence.match import measured, worth_showing

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Finding

PAIRS = 200
CONTEXTS = (2048, 8192, 8192, 32768, 131072, 1048576)
REQUESTS = (1, 1, 4, 16)


def questions(facts: Facts, count: int, seed: int) -> list[Question]:
    """So many questions about pairs of the catalog, always the same for a seed."""
    draw = random.Random(seed)
    models, machines = [each for each in facts.models.values() if each.is_sized], list(facts.hardware.values())
    runtimes = [None] * 20 + list(facts.runtimes.values())
    return [
        Question(
            model=draw.choice(models), hardware=draw.choice(machines), runtime=draw.choice(runtimes),
            demand=Demand(context_tokens=draw.choice(CONTEXTS), concurrency=draw.choice(REQUESTS)),
        )
        for _ in range(count)
    ]  # fmt: skip


def numbers(found: Finding) -> dict[str, float | None]:
    """What the whole answer says for each quantity that is a rate."""
    many = found.aggregate if found.case.demand.concurrency > 1 else found.decode_at_depth
    return {
        "decode": found.decode.tok_s if found.decode else None, "prefill": found.prefill.tok_s if found.prefill else None,
        "at context": found.decode_at_depth.tok_s if found.decode_at_depth else None, "aggregate": many.tok_s if many else None,
    }  # fmt: skip


def test_two_hundred_cells_equal_the_whole_answer(facts: Facts, calibration: Calibration) -> None:
    ran = 0
    for question in questions(facts, PAIRS, seed=11):
        whole, way = answer(facts, calibration, question), best(facts, calibration, question)
        if not whole:
            assert way is None
            continue
        first = whole[0]
        assert way is not None
        assert (way.case, way.verdict, way.decode) == (first.case, first.verdict, first.decode)
        assert (way.footprint and way.footprint.placement) == (first.footprint and first.footprint.placement)
        for name, value in numbers(first).items():
            shown: Cell = cell(facts, calibration, way, name)  # type: ignore[arg-type]
            assert (shown.rate.tok_s if shown.rate else None) == value, (question.model.id, question.hardware.id, name)
        ran += first.decode is not None and first.decode.tok_s is not None
    assert ran > PAIRS / 5


def test_the_range_of_a_cell_is_that_of_the_answer(facts: Facts, calibration: Calibration) -> None:
    question = Question(
        model=facts.models["gpt-oss-120b"], hardware=facts.hardware["dgx-spark"], demand=Demand(concurrency=4)
    )
    first, way = answer(facts, calibration, question)[0], best(facts, calibration, question)
    shown = cell(facts, calibration, way, "aggregate")
    assert first.aggregate
    assert shown.rate
    assert (shown.rate.low_tok_s, shown.rate.high_tok_s) == (first.aggregate.low_tok_s, first.aggregate.high_tok_s)


def test_the_mark_is_the_nearest_row_of_the_answer(facts: Facts, calibration: Calibration) -> None:
    question = Question(model=facts.models["gpt-oss-120b"], hardware=facts.hardware["dgx-spark"])
    first, way = answer(facts, calibration, question)[0], best(facts, calibration, question)
    assert way
    assert nearest(facts, calibration, way) == next(row for row in first.evidence if not row.remark)
    row = nearest(facts, calibration, way)
    assert cell(facts, calibration, way, "decode", row=row).measured == row
    assert cell(facts, calibration, way, "prefill", row=row).measured is None, "other quantities have rows of their own"


def test_every_mark_is_the_first_row_near_enough_without_a_remark(facts: Facts, calibration: Calibration) -> None:
    """For all measured pairs, as the evidence of the whole answer is ordered."""
    pairs = sorted({(row.model, row.hardware) for row in facts.records.values() if row.model and row.decode_tok_s})
    marked = 0
    for model, machine in pairs:
        way = best(facts, calibration, Question(model=facts.models[model], hardware=facts.hardware[machine]))
        if way is None or way.footprint is None:
            continue
        rows = worth_showing(facts, way.case, measured(facts, calibration, way.case, 0))
        first = next((row for row in rows if not row.remark), None)
        expected = None if first is None or first.closeness == "far" else first
        assert nearest(facts, calibration, way) == expected, (model, machine)
        marked += expected is not None
    assert marked > 30


def test_what_is_short_says_by_how_much_and_nothing_else(facts: Facts, calibration: Calibration) -> None:
    question = Question(model=facts.models["gpt-oss-120b"], hardware=facts.hardware["rtx-4090"])
    shown = cell(facts, calibration, best(facts, calibration, question), "decode")
    assert not shown.runs
    assert shown.short_bytes > 2**30
    assert shown.share is not None
    assert shown.share > 1
    assert (shown.rate, shown.measured) == (None, None)


def test_the_price_of_a_token_a_second_is_the_bill_over_the_rate(facts: Facts, calibration: Calibration) -> None:
    spark = facts.hardware["dgx-spark"]
    bill = bill_of(facts, spark, Market())
    assert isinstance(bill, Bill)
    way = best(facts, calibration, Question(model=facts.models["gpt-oss-120b"], hardware=spark))
    shown = cell(facts, calibration, way, "price", bill)
    assert way
    deep = cell(facts, calibration, way, "at context").rate
    assert deep
    assert deep.tok_s
    assert shown.price_per_tok_s == pytest.approx(bill.amount.mid / deep.tok_s)


def test_what_nobody_prices_has_no_price(facts: Facts, calibration: Calibration) -> None:
    way = best(facts, calibration, Question(model=facts.models["gpt-oss-120b"], hardware=facts.hardware["dgx-spark"]))
    assert cell(facts, calibration, way, "price").price_per_tok_s is None


def test_a_pair_nothing_is_offered_for_is_an_empty_cell(facts: Facts, calibration: Calibration) -> None:
    assert cell(facts, calibration, None, "decode") == Cell(None, "decode")


def test_beyond_its_training_a_model_has_memory_and_no_speed(facts: Facts, calibration: Calibration) -> None:
    model = facts.models["llama-2-7b"]
    assert model.context_tokens
    question = Question(
        model=model, hardware=facts.hardware["dgx-spark"], demand=Demand(context_tokens=2 * model.context_tokens)
    )
    way = best(facts, calibration, question)
    for quantity in QUANTITIES:
        shown = cell(facts, calibration, way, quantity)
        assert shown.runs
        assert shown.rate is None


def test_the_smallest_offered_format_is_no_larger_than_a_published_size(facts: Facts) -> None:
    size = smallest_bytes(facts, facts.models["qwen3-30b-a3b"])
    assert size is not None
    assert 15e9 < size < 20e9, "Q4_K_M of 30.5 thousand million parameters"
