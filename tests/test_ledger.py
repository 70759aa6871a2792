"""Every row of the two input files is accounted for: kept as a record, merged into one, or refused with a reason."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache

from tests.shipped_records import LEDGER, by_id, records

INPUT_ROWS = {"measurements_dgx_spark.yaml": 1627, "measurements_other_hardware.yaml": 981}


@cache
def lines() -> list[dict[str, str]]:
    with LEDGER.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def outcomes(outcome: str) -> list[dict[str, str]]:
    return [line for line in lines() if line["outcome"] == outcome]


def test_every_input_row_has_exactly_one_line() -> None:
    expected = {(file, str(number)) for file, count in INPUT_ROWS.items() for number in range(1, count + 1)}
    assert Counter((line["file"], line["row_number"]) for line in lines()) == Counter(expected)


def test_2608_rows_are_kept_merged_or_refused() -> None:
    counts = Counter(line["outcome"] for line in lines())
    assert counts.keys() <= {"kept", "merged", "refused"}
    assert counts.total() == 2608
    assert counts["kept"] == len(records()) >= 2500


def test_kept_lines_and_records_are_the_same_rows() -> None:
    kept = [line["record_id_or_reason"] for line in outcomes("kept")]
    assert len(kept) == len(set(kept))
    assert set(kept) == set(by_id())
    assert len(records()) == len(by_id())


def test_a_merged_row_is_named_by_the_record_that_stands_for_it() -> None:
    merged = {line["row_id"]: line["record_id_or_reason"] for line in outcomes("merged")}
    named = {gone: record.id for record in records() for gone in record.duplicates}
    assert merged == named


def test_a_refused_row_has_a_reason_in_words() -> None:
    assert all(" " in line["record_id_or_reason"] for line in outcomes("refused"))


def test_a_record_without_a_repeated_id_keeps_the_id_of_its_row() -> None:
    assert all(line["record_id_or_reason"].startswith(line["row_id"]) for line in outcomes("kept"))
