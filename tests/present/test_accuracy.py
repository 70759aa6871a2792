"""The accuracy table says what was predicted without what, and the page carries its picture."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from advisor.estimate.note import note
from advisor.evidence.accuracy import Judged, accuracy, judged
from advisor.evidence.checked import Checked, Shown
from advisor.evidence.lines import Line
from advisor.evidence.tested import Tested
from advisor.present.accuracy import text
from advisor.present.accuracy_page import pages, write
from tests.evidence.invented import row, world

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    Tested(row(f"r{index}"), f"g{index}", 100 * math.exp(0.01 * index), 100.0, "same hardware") for index in range(40)
]


@pytest.fixture(scope="module")
def checked() -> Checked:
    found: tuple[Judged, ...] = judged(ROWS)
    met = Line("decode", "all of them", "pair", lambda _facts, _record: True, (0.5, None))
    missed = Line("decode", "the same", "source", lambda _facts, _record: True, (0.01, 0.5))
    empty = Line("decode", "none of them", "model", lambda _facts, _record: False, (0.1, 0.2))
    lines = (Shown(met, accuracy(found)), Shown(missed, accuracy(found)), Shown(empty, None))
    why = note("not known")
    return Checked(
        0.8, lines, {"decode": found}, {"decode": {"several devices": 3, "none": 0}}, (("decode", found[-1], why),)
    )


def test_a_target_is_met_missed_or_not_judged(checked: Checked) -> None:
    assert [shown.met for shown in checked.lines] == [True, False, None]


def test_the_table_shows_targets_counts_and_the_worst_row_with_its_reason(checked: Checked) -> None:
    printed = text(checked, "table")
    assert "50 % met" in printed
    assert "1 % / 50 % missed" in printed
    assert "r39: 147." in printed
    assert "not known" in printed
    assert max(map(len, printed.splitlines())) <= 100


def test_the_page_counts_what_was_left_out_and_shows_the_picture(checked: Checked) -> None:
    found = pages(checked, world())
    assert "Rows that do not test decode: 3 several devices." in found["accuracy.md"]
    assert "(accuracy.svg)" in found["accuracy.md"]
    picture = ET.fromstring(found["accuracy.svg"])
    svg = "{http://www.w3.org/2000/svg}"
    hints = [mark.findtext(f"{svg}title") for mark in picture.iter(f"{svg}path")]
    assert sum(hint is not None and "measured" in hint for hint in hints) == len(ROWS)


def test_programs_get_shares_not_words(checked: Checked) -> None:
    data = json.loads(text(checked, "json"))
    assert data["schema"] == "advisor.check/1"
    assert data["lines"][0]["rows"] == 40
    assert data["lines"][0]["met"] is True
    assert data["lines"][2]["median_error"] is None
    assert data["worst"][0]["record"] == "r39"
    assert text(checked, "csv").splitlines()[0].startswith("quantity,line,held_out,rows,median_error")


def test_pages_are_written_whole(checked: Checked, tmp_path: Path) -> None:
    write(checked, world(), tmp_path / "docs")
    assert sorted(path.name for path in (tmp_path / "docs").iterdir()) == ["accuracy.md", "accuracy.svg"]
