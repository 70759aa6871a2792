"""What is drawn of a finding: its depth curve with the rows along it, and its requests against one another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.schema.record import Conditions, Record
from advisor.estimate.burst import Knee, Limit, Load
from advisor.evidence.concurrency import Aggregate, Sweep
from advisor.present.answer import text
from advisor.present.curves import aggregate_figure, context_ticks, decode_figure, figures, sweep_rows
from advisor.present.explain import explain
from advisor.present.figure import Band, Dots, Line
from advisor.present.fit_card import card
from advisor.present.fit_json import finding_json
from advisor.present.fit_table import CSV_HEADERS, HEADERS, csv_row, row
from tests.present.findings import BOX, case, fits, measured, speed

if TYPE_CHECKING:
    from advisor.evidence.finding import Finding

CURVE = tuple(
    speed(depth, tok_s=40.0 - index, low_tok_s=35.0 - index, high_tok_s=45.0 - index, ceiling_tok_s=55.0 - index)
    for index, depth in enumerate((0, 1024, 2048, 4096, 8192))
)
RATES = Sweep(
    requests=(1, 2, 4, 8, 16, 32), tok_s=(40.0, 70.0, 110.0, 150.0, 160.0, 160.0), low_tok_s=(36.0, 60.0, 90.0, 120.0, 130.0, 130.0),
    high_tok_s=(44.0, 80.0, 130.0, 180.0, 190.0, 190.0), per_request_tok_s=(40.0, 35.0, 27.5, 18.75, 10.0, 5.0),
    knee=Knee(8, "computing"), limits=(Limit(16, "the KV cache is full"),),
)  # fmt: skip
TOGETHER = Record(id="t", kind="concurrency", hardware="box", source="maker", model="owl-8b", aggregate_tok_s=105.0,
                  conditions=Conditions(runtime="tool", concurrency=4, date="2026-02"))  # fmt: skip


def with_curve() -> Finding:
    return fits(
        curve=CURVE,
        along=(measured("a", 39.0, depth=0), measured("b", 36.0, depth=4096), measured("c", 9.0, depth=99999)),
    )


def many(asked: int = 4, rates: Sweep | None = RATES, **changed: object) -> Finding:
    usual = Aggregate(
        requests=asked, running=asked, tok_s=110.0, low_tok_s=90.0, high_tok_s=130.0, per_request_tok_s=27.5, ceiling_tok_s=300.0,
        limited_by="reading weights", basis="calibrated", nearness="few models", rows=75,
    )  # fmt: skip
    return fits(case=case(BOX, concurrency=asked), aggregate=replace(usual, **changed), sweep=rates, curve=CURVE)  # type: ignore[arg-type]


@given(st.integers(0, 2**21))
def test_the_context_is_named_in_round_binary_numbers(most: int) -> None:
    ticks = context_ticks(most)
    assert ticks[0] == (0.0, "0")
    assert len(ticks) <= 9
    assert all(value <= most for value, _ in ticks)
    assert all(value == int(name.rstrip("k")) * (1024 if name.endswith("k") else 1) for value, name in ticks)


def test_the_curve_is_drawn_with_its_band_its_ceiling_and_the_rows_along_it() -> None:
    found = decode_figure(with_curve())
    assert found is not None
    line, band, ceiling, dots = found.series
    assert isinstance(line, Line)
    assert line.points == tuple((each.depth_tokens, each.tok_s) for each in CURVE)
    assert isinstance(band, Band)
    assert band.points[0] == (0.0, 35.0, 45.0)
    assert isinstance(ceiling, Line)
    assert ceiling.points[-1] == (8192.0, 51.0)
    assert isinstance(dots, Dots)
    assert dots.points == ((0.0, 39.0), (4096.0, 36.0))
    assert dots.hints[0] == "39 tok/s, 2026-02-05, maker"
    assert "falls from 40 to 36 tok/s from depth 0 to 8,192" in found.alt


def test_every_runtime_along_the_curve_has_a_mark_of_its_own() -> None:
    rows = [measured(name, 39.0) for name in ("a", "b")]
    other = replace(
        rows[1], record=replace(rows[1].record, conditions=replace(rows[1].record.conditions, runtime=None))
    )
    found = decode_figure(fits(curve=CURVE, along=(rows[0], other)))
    assert found is not None
    dots = [each for each in found.series if isinstance(each, Dots)]
    assert [(each.name, each.style) for each in dots] == [
        ("measured with a runtime not stated", 0),
        ("measured with tool", 1),
    ]


def test_only_reading_speeds_that_stand_clear_of_the_axis_are_drawn() -> None:
    found, fast = (
        decode_figure(fits(curve=tuple(replace(each, ceiling_tok_s=top) for each in CURVE))) for top in (50.0, 400.0)
    )
    assert [each.value for each in found.references] == [10.0, 30.0]  # type: ignore[union-attr]
    assert [each.value for each in fast.references] == [30.0]  # type: ignore[union-attr]


def test_a_ceiling_alone_is_drawn_and_said_to_be_one() -> None:
    bare = tuple(replace(each, tok_s=None, low_tok_s=None, high_tok_s=None) for each in CURVE)
    found = decode_figure(fits(curve=bare))
    assert found is not None
    assert [each.name for each in found.series] == ["ceiling: every byte once"]
    assert found.alt.startswith("No prediction; the ceiling falls from 55 to 51 tok/s")


def test_requests_against_one_another_carry_the_knee_what_was_asked_and_what_was_measured() -> None:
    found = aggregate_figure(replace(many(), together=(TOGETHER,)))
    assert found is not None
    everything, _, each, dots = found.series
    assert isinstance(everything, Line)
    assert everything.points[2] == (4.0, 110.0)
    assert isinstance(each, Line)
    assert each.points[2] == (4.0, 27.5)
    assert isinstance(dots, Dots)
    assert (dots.name, dots.points) == ("measured with tool", ((4.0, 105.0),))
    assert [(line.value, line.label) for line in found.references] == [(4, "4 asked"), (8, "knee: computing")]


def test_asking_for_the_knee_draws_one_line() -> None:
    found = aggregate_figure(many(8))
    assert found is not None
    assert [line.label for line in found.references] == ["8 asked, the knee: computing"]


def test_one_that_is_asked_for_is_not_marked() -> None:
    found = aggregate_figure(many(), asked=1)
    assert found is not None
    assert [line.label for line in found.references] == ["knee: computing"]


def test_a_sweep_goes_a_doubling_past_the_knee_and_past_what_was_asked() -> None:
    assert [line[0] for line in sweep_rows(many(4))] == [1, 2, 4, 8, 16]
    assert [line[0] for line in sweep_rows(many(16))] == [1, 2, 4, 8, 16, 32]
    assert len(sweep_rows(many(4, replace(RATES, knee=None)))) == len(RATES.requests)


def test_nothing_is_drawn_of_what_is_not_predicted() -> None:
    assert figures(fits()) == []
    assert [each.up.label for each in figures(with_curve())] == ["tok/s of one request"]
    assert len(figures(many())) == 2


def test_pictures_follow_the_card_where_a_finding_carries_its_curve() -> None:
    drawn = text([[with_curve()]], "table", explain=False, glyphs="ascii")
    assert "Decode against context: Owl 8B · q8_0 on Box, Tool" in drawn
    assert "Decode against context" not in text([[fits()]], "table", explain=False)
    assert text([[with_curve()]], "markdown", explain=False).count("```") == 2
    assert text([[with_curve()], [many()]], "table", explain=False).count("Decode against context") == 2


def test_the_card_says_what_many_get_and_where_more_stop_paying() -> None:
    printed = card(many())
    assert "at once  110 tok/s of all 4 together, 90–130 likely; 28 tok/s each" in printed
    assert "mostly reading weights; more pay up to 8 requests at once: computing" in printed
    assert "more pay beyond 32" in card(many(4, replace(RATES, knee=None)))
    assert "4 of them running and the rest waiting" in card(many(64, running=4))


def test_the_card_gives_the_ceiling_of_many_where_they_are_not_predicted() -> None:
    assert "no prediction for 4 requests; their ceiling together is 300 tok/s" in card(many(4, None, tok_s=None))


def test_the_explanation_lists_the_sweep_and_what_was_counted() -> None:
    printed = explain(many(4, load=Load(1500, 400, 3000.0), wall_s=41.25))
    assert (
        "a prompt of 1,500 read at 3000 tok/s one after the other, in batches of 2,048; 400 tokens of output each"
        in printed
    )
    assert "all done after 41.2 s" in printed
    assert "no more than 16 run at once: the KV cache is full" in printed
    assert "150 tok/s together, 120–180 likely; 19 each  <- knee: computing" in printed
    assert "prompts left aside" in explain(many())
    assert "at once" not in explain(fits())


def test_the_table_has_columns_for_many() -> None:
    shown = dict(zip(HEADERS, row(many()), strict=True))
    assert (shown["all at once"], shown["each"]) == ("110", "28")
    assert dict(zip(HEADERS, row(fits()), strict=True))["all at once"] == ""
    assert dict(zip(CSV_HEADERS, csv_row(many()), strict=True))["aggregate_tok_s"] == 110.0
    assert dict(zip(CSV_HEADERS, csv_row(fits()), strict=True))["per_request_tok_s"] is None


def test_programs_get_the_curve_and_the_sweep() -> None:
    found = finding_json(many())
    assert [point["depth_tokens"] for point in found["curve"]] == [0, 1024, 2048, 4096, 8192]
    assert set(found["curve"][0]) == {"depth_tokens", "tok_s", "low_tok_s", "high_tok_s", "ceiling_tok_s"}
    assert found["aggregate"]["sweep"][2] == {
        "requests": 4,
        "tok_s": 110.0,
        "low_tok_s": 90.0,
        "high_tok_s": 130.0,
        "per_request_tok_s": 27.5,
    }
    assert found["aggregate"]["knee"] == {"requests": 8, "why": "computing"}
