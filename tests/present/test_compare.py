"""`advisor compare` for people and for programs: one golden file a format, over invented machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.contents import Catalog
from advisor.decide.bill import Bill, Item
from advisor.decide.compare import Cell, Comparison, Machine, Pace, Row, Side
from advisor.decide.crossover import overflow, race
from advisor.decide.market import Market
from advisor.decide.pairing import Pairing
from advisor.decide.power_draw import Draw
from advisor.decide.prices import Priced
from advisor.decide.question import Question
from advisor.decide.ranges import Range, exactly
from advisor.decide.rates import spread
from advisor.decide.reach import reach
from advisor.estimate.burst import Limit
from advisor.estimate.case import Demand
from advisor.estimate.note import note
from advisor.present.compare import text
from advisor.present.compare_json import KEYS, document
from advisor.present.compare_table import LIKELY, SURE, Line, drawn, pace_text, row_lines, stars
from advisor.present.compare_words import sentences
from tests.present.findings import BOX, DESKTOP, MAKER, MODEL, does_not_fit, fits, measured
from tests.present.test_curves import many

if TYPE_CHECKING:
    from advisor.decide.crossover import Race
    from advisor.evidence.finding import Finding
    from advisor.present.tables import TableFormat

Golden = Callable[[str, str], None]
FACTS = Catalog(sources={"maker": MAKER})
COPY = replace(BOX, id="box-2", name="Box 2")


def slowing(empty: float, per_token: float) -> Callable[[int], Range]:
    def at(number: int) -> Range:
        rate = 1 / (1 / empty + per_token * number)
        return Range(rate * 0.9, rate, rate * 1.1)

    return at


def growing(one: float, most: float) -> Callable[[int], Range]:
    return lambda number: Range(0.5 * min(one * number, most), min(one * number, most), 1.2 * min(one * number, most))


def priced(what: str, amount: float, date: str, age_days: int) -> Priced:
    return Priced(
        what=what, amount=Range(amount * 0.9, amount, amount * 1.2), currency="USD", region="US", condition="new", date=date,
        age_days=age_days, basis="quotes", rows=(), rate=None,
    )  # fmt: skip


def machine(hardware: Any, amount: float, date: str, age_days: int, load_w: float) -> Machine:
    bill = Bill((Item(1, priced(hardware.id, amount, date, age_days)),), "USD")
    return Machine(hardware, bill, Draw(Range(load_w * 0.8, load_w, load_w * 1.1), None, "read at the wall", ()))


def on(found: Finding, hardware: Any) -> Finding:
    case = found.case
    return replace(found, case=replace(case, machine=replace(case.machine, hardware=hardware)))


def cell(found: Finding, hardware: Any) -> Cell:
    runs = found.verdict == "fits"
    question = Question(model=MODEL, hardware=hardware, demand=Demand(context_tokens=8192))
    row = measured("row", 38.55) if hardware is BOX else None
    return Cell(
        question, (on(found, hardware),), Pace(0, spread(found.decode), row) if runs else None,
        Pace(8192, spread(found.decode_at_depth), None) if runs else None,
    )  # fmt: skip


def pairing(one: Cell, other: Cell, depth: Race, requests: Race) -> Pairing:
    return Pairing(
        one.ways[0],
        other.ways[0],
        depth,
        overflow(131_072, 65_536),
        requests,
        (Limit(64, "the KV cache is full"), None),
    )


CROSSED = race(slowing(40, 1e-6), slowing(60, 2e-6), 0, 65_536)
STEADY = race(slowing(90, 1e-6), slowing(30, 1e-6), 0, 65_536)
MANY = race(growing(40, 400), growing(20, 800), 1, 200)
NEVER = note("desktop: it does not run")


def comparison(*found: tuple[Any, Finding]) -> Comparison:
    cells = tuple(cell(each, hardware) for hardware, each in found)
    amounts = ((4000.0, "2026-11", 5, 100.0), (2000.0, "2025-03", 616, 400.0), (3000.0, "2026-10", 30, 90.0))
    pairs = [
        pairing(cells[place], cells[beside], CROSSED, MANY) if cells[beside].runs
        else Pairing(cells[place].ways[0], cells[beside].ways[0], NEVER, None, NEVER, (None, None))
        for place in range(len(cells)) for beside in range(place + 1, len(cells))
    ]  # fmt: skip
    return Comparison(
        machines=tuple(machine(hardware, *told) for (hardware, _), told in zip(found, amounts, strict=False)),
        rows=(Row(MODEL, 8192, cells),), models=(Side(MODEL, tuple(reach(each.ways) for each in cells), tuple(pairs)),),
        market=Market(), concurrency=1,
    )  # fmt: skip


TWO = comparison((BOX, fits()), (COPY, fits()))
THREE = comparison((BOX, fits()), (COPY, fits()), (DESKTOP, does_not_fit()))


@pytest.mark.parametrize(("output_format", "suffix"), [("table", "txt"), ("markdown", "md"), ("csv", "csv")])
def test_two_machines_side_by_side(golden: Golden, output_format: TableFormat, suffix: str) -> None:
    golden(f"compare.{suffix}", text(TWO, FACTS, output_format) + "\n")


def test_three_machines_of_which_one_does_not_hold_it(golden: Golden) -> None:
    golden("compare-three.txt", text(THREE, FACTS, "table") + "\n")


def test_the_json_scripts_rely_on(golden: Golden) -> None:
    golden(
        "compare.json",
        json.dumps(document(TWO, "2026-11-20") | {"advisor": "VERSION"}, ensure_ascii=False, indent=2) + "\n",
    )


def keys(value: Any, path: str = "") -> set[str]:
    """Every way to a key, down to where the document's description stops."""
    if isinstance(value, list):
        return {path, *(found for each in value for found in keys(each, path))}
    if isinstance(value, dict) and path in {"", "machines", "cells", "cells.decode", "models", "models.races"}:
        return {path, *(found for name, each in value.items() for found in keys(each, f"{path}.{name}".lstrip(".")))}
    return {path}


def test_what_the_json_says_is_described_and_what_is_described_is_there() -> None:
    found, described = keys(document(THREE, "2026-11-20")) - {""}, {name.replace("[]", "") for name in KEYS}
    assert described - found == set()
    # Beside a described key stand some that its description names.
    told = " ".join(KEYS.values())
    assert {name for name in found - described if f"`{name.rpartition('.')[2]}`" not in told} == set()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_asked(width: int) -> None:
    assert max(map(len, text(THREE, FACTS, "table", width=width).splitlines())) <= width


@given(st.lists(st.text("abc-+1", min_size=1, max_size=24), min_size=2, max_size=9, unique=True), st.integers(60, 120))
def test_every_machine_is_drawn_once_and_whole(heads: list[str], width: int) -> None:
    cells = tuple(f"<{place}>" for place, _ in enumerate(heads))
    found = drawn(heads, [Line("label", cells)], width)
    assert all(found.count(each) == 1 for each in cells)
    assert all(len(line) <= width for line in found.splitlines())
    assert sum(map(len, heads)) == sum(len(line.replace(" ", "")) for line in found.splitlines() if "<" not in line)


def test_a_star_is_sure_only_beyond_the_intervals() -> None:
    slow, fast, wide = Range(9, 10, 11), Range(18, 20, 22), Range(10, 20, 30)
    assert stars([slow, fast], [True, True]) == ["", SURE]
    assert stars([slow, wide], [True, True]) == ["", LIKELY]
    assert stars([slow, fast], [True, True], most=False) == [SURE, ""]


def test_no_star_where_one_that_runs_is_unknown_or_all_are_alike_or_one_is_alone() -> None:
    one = exactly(10)
    assert stars([one, None], [True, True]) == ["", ""]
    assert stars([one, one], [True, True]) == ["", ""]
    assert stars([one, None], [True, False]) == ["", ""]


@given(st.lists(st.floats(1, 100), min_size=2, max_size=6))
def test_the_star_stands_beside_the_greatest(values: list[float]) -> None:
    found = stars([exactly(each) for each in values], [True] * len(values))
    assert [bool(mark) for mark in found] == [each == max(values) and min(values) < max(values) for each in values]


def test_marks_say_what_a_number_is() -> None:
    said, row = Range(30, 40.829, 50), measured("row", 38.55)
    assert pace_text(Pace(0, said, row)) == "38.55 ●1"
    assert pace_text(Pace(0, said, replace(row, closeness="near"))) == "41 ◐1"
    assert pace_text(Pace(0, said, None)) == "41 ○"
    assert pace_text(Pace(0, None, None)) == "unknown"


def test_a_crossover_is_said_with_both_speeds_and_its_doubt() -> None:
    ((_, lines),) = sentences(TWO)
    told = next(line for line in lines if line.startswith("one request"))
    (crossing,) = CROSSED.crossings
    assert f"from {crossing.at:,} on box " in told
    assert f"up to {crossing.at - 1:,} tokens box-2 is ahead" in told
    assert "within the intervals" in told
    assert "only box holds it so" in told


def test_a_lead_that_never_changes_is_said_with_its_ends() -> None:
    pair = replace(TWO.models[0].pairings[0], depth=STEADY, alone=None)
    ((_, lines),) = sentences(replace(TWO, models=(replace(TWO.models[0], pairings=(pair,)),)))
    told = next(line for line in lines if line.startswith("one request"))
    assert (
        "box is ahead up to 65,536 tokens: 90 against 30 tok/s with an empty cache, 13 against 10 tok/s at the end"
        in told
    )


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (slowing(40, 1e-9), slowing(39, 1e-9), "; the intervals overlap throughout"),
        (slowing(60, 3e-7), slowing(40, 2e-7), "tokens on the intervals overlap"),
        (slowing(60, 1e-7), slowing(55, 4e-7), "at the end; up to "),
    ],
)
def test_where_a_lead_is_in_doubt_is_said(
    one: Callable[[int], Range], other: Callable[[int], Range], words: str
) -> None:
    pair = replace(TWO.models[0].pairings[0], depth=race(one, other, 0, 65_536), alone=None)
    ((_, lines),) = sentences(replace(TWO, models=(replace(TWO.models[0], pairings=(pair,)),)))
    assert words in next(line for line in lines if line.startswith("one request"))


def test_an_old_price_says_its_age_and_a_missing_one_why() -> None:
    shown = text(TWO, FACTS, "table")
    assert "615" in next(line for line in shown.splitlines() if "days old" in line)
    without = replace(
        TWO, machines=(replace(TWO.machines[0], bill=note("nobody quotes a dated price of box")), TWO.machines[1])
    )
    shown = text(without, FACTS, "table")
    assert "no price" in shown
    assert "nobody quotes a dated price of box" in shown


def test_where_another_runtime_gives_many_more_it_is_named() -> None:
    first = many(4)
    other = replace(
        many(4, tok_s=387.0, low_tok_s=300.0, high_tok_s=450.0),
        case=replace(first.case, runtime=replace(first.case.runtime, id="sglang", name="SGLang")),
    )
    alike = replace(other, aggregate=replace(first.aggregate, tok_s=120.0))  # type: ignore[type-var]
    asked = replace(TWO, concurrency=4)
    question = TWO.rows[0].cells[0].question
    question = replace(question, demand=replace(question.demand, concurrency=4))

    def said(*ways: Finding) -> list[str]:
        one = Cell(question, ways, None, None)
        lines = row_lines(asked, replace(TWO.rows[0], cells=(one, one)))
        return [cell for line in lines if line.label == "  more with" for cell in line.cells]

    assert said(first, other) == ["387 SGLang"] * 2
    assert said(first, alike) == said(first) == said(other, first) == []
