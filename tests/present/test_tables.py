"""Tables in four formats."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.present.tables import LINE_WIDTH, Column, TableFormat, render

NAME = Column("name", "name", cut=8)
SPEED = Column("decode_tok_s", "decode tok/s", lambda value: "-" if value is None else f"{value:g}", right=True)
ROWS = [("a|b", 1234.5), ("second", 7), ("third", None)]


def test_numbers_stand_right_and_words_left() -> None:
    table = render([NAME, SPEED], ROWS, "table")
    assert table == "name    decode tok/s\na|b           1234.5\nsecond             7\nthird              -"


def test_markdown_escapes_the_bar_and_has_one_line_a_row() -> None:
    lines = render([NAME, SPEED], [*ROWS, ("two\nlines", 1)], "markdown").splitlines()
    assert len(lines) == 2 + 4
    assert "a\\|b" in lines[2]
    assert "two lines" in lines[5]


def test_csv_has_one_header_row_with_units_and_unformatted_values() -> None:
    rows = list(csv.reader(io.StringIO(render([NAME, SPEED], ROWS, "csv"))))
    assert rows == [["name", "decode_tok_s"], ["a|b", "1234.5"], ["second", "7"], ["third", ""]]


def test_json_keeps_types_under_keys_that_end_in_their_unit() -> None:
    assert json.loads(render([NAME, SPEED], ROWS, "json"))[2] == {"name": "third", "decode_tok_s": None}


@pytest.mark.parametrize("output_format", ["table", "markdown", "csv"])
def test_no_rows_leave_the_headings(output_format: TableFormat) -> None:
    assert "name" in render([NAME, SPEED], [], output_format)


def test_no_rows_are_an_empty_list_in_json() -> None:
    assert json.loads(render([NAME, SPEED], [], "json")) == []


def test_a_cell_that_may_be_cut_gives_way_so_that_the_line_fits() -> None:
    table = render([NAME, SPEED], [("word-" * 60, 1)], "table")
    assert max(map(len, table.splitlines())) == LINE_WIDTH
    assert "…" in table


def test_a_cell_that_may_not_be_cut_stays_whole() -> None:
    whole = Column("id", "id")
    assert "x" * 150 in render([whole, NAME], [("x" * 150, "word " * 60)], "table")


def test_the_cell_with_most_to_give_gives_way_first() -> None:
    narrow, wide = Column("a", "a", cut=30), Column("b", "b", cut=8)
    line = render([narrow, wide], [("x" * 60, "y" * 90)], "table").splitlines()[1]
    assert len(line) == LINE_WIDTH
    assert line.count("x") > 40


def test_a_wide_column_is_for_programs() -> None:
    wide = Column("url", "url", wide=True)
    assert "http" not in render([NAME, wide], [("a", "http")], "table")
    assert "http" in render([NAME, wide], [("a", "http")], "csv")


def test_what_a_terminal_would_act_on_is_left_out() -> None:
    assert "\x1b" not in render([NAME], [("red \x1b[31m text",)], "table")


def test_a_heading_of_text_alone_makes_a_column_of_written_cells() -> None:
    lines = render(["model", "decode tok/s"], [("owl", "50"), ("a longer one", "1,234")], "table").splitlines()
    assert lines == ["model         decode tok/s", "owl                     50", "a longer one         1,234"]
    assert json.loads(render(["max context"], [("8,192",)], "json")) == [{"max_context": "8,192"}]


@given(st.lists(st.tuples(st.text(), st.floats(allow_nan=False, allow_infinity=False)), max_size=5))
def test_a_table_has_one_line_a_row_whatever_the_cells_hold(rows: list[tuple[str, float]]) -> None:
    assert len(render([NAME, SPEED], rows, "table").split("\n")) == len(rows) + 1
