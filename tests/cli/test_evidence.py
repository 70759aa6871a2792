"""`advisor evidence`."""

from __future__ import annotations

import csv
import io
import json
from math import log1p
from typing import TYPE_CHECKING, Any

import pytest

from advisor.decide.shown import Shown
from advisor.present.tables import LINE_WIDTH
from advisor.tui.view import View
from tests.tui.driving import answers_of, drive

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from tests.cli.conftest import Advisor

PAIR = ("evidence", "gpt-oss-120b", "--hw", "spark")


def rows(advisor: Advisor, *options: str) -> dict[str, Any]:
    found = advisor(*PAIR, *options, "--json")
    assert (found.code, found.err) == (0, "")
    document: dict[str, Any] = json.loads(found.out)
    return document


def test_every_row_of_the_pair_is_there_once(advisor: Advisor) -> None:
    found = rows(advisor)
    shown = [row["record"] for row in (*found["decode"], *found["other"])]
    listed = json.loads(advisor("list", "records", "--json").out)
    wanted = {
        row["id"] for row in listed if row["model"] == "gpt-oss-120b" and row["hardware"] in {"dgx-spark", "asus-gx10"}
    }
    assert len(shown) == len(set(shown))
    assert {row["id"] for row in listed if row["id"] in shown} == set(shown)
    assert len(wanted - set(shown)) == 0


def test_off_is_measured_against_predicted(advisor: Advisor) -> None:
    found = next(row for row in rows(advisor)["decode"] if row["record"] == "lcpp-b7941-gpt-oss-120b-mxfp4-tg32-d0")
    assert found["match"] in {"exact", "near"}
    assert abs(found["decode_tok_s"] / found["predicted_tok_s"] - 1 - found["residual"]) < 1e-9


def test_a_disputed_row_is_shown_with_its_reason(advisor: Advisor) -> None:
    found = next(row for row in rows(advisor)["decode"] if row["record"] == "seed4-gpt-oss-120b-sglang")
    assert found["remark"].startswith("disputed: ")
    assert "disputed: 49.7" in advisor(*PAIR).out


@pytest.mark.parametrize(
    ("model", "rate", "arithmetic"),
    [
        ("llama-3.2-3b", 82739, "6 × 3.2B × 82,739 tok/s = 1,595 TFLOPS > 500 TFLOPS"),
        ("llama-3.1-8b", 53658, "4 × 7.5B × 53,658 tok/s = 1,611 TFLOPS > 500 TFLOPS"),
        ("llama-3.3-70b", 5079, "4 × 69.5B × 5,079 tok/s = 1,412 TFLOPS > 500 TFLOPS"),
    ],
)
def test_training_rows_say_why_they_are_disputed(advisor: Advisor, model: str, rate: float, arithmetic: str) -> None:
    found = json.loads(advisor("evidence", model, "--hw", "dgx-spark", "--json").out)
    (quoted,) = (row for row in found["other"] if row["train_tok_s"] == rate)
    assert quoted["remark"].startswith("disputed: up to 1.6 PFLOPS implied; BF16 measured at 78-86 TFLOPS")
    assert arithmetic in quoted["remark"]
    shown = " ".join(advisor("evidence", model, "--hw", "dgx-spark").out.split())
    assert f"training {rate:,} tok/s" in shown
    assert arithmetic in shown


def test_a_decode_rate_above_the_bandwidth_shows_the_arithmetic(advisor: Advisor) -> None:
    found = next(row for row in rows(advisor)["decode"] if row["record"] == "kubis-gpt-oss-120b-solo-c1")
    assert "289 GB/s > 273 GB/s" in found["remark"]


def test_a_chip_of_unknown_compute_rate_says_so(advisor: Advisor) -> None:
    found = json.loads(advisor("evidence", "gpt-oss-120b", "--hw", "apple-m2-ultra-192", "--json").out)
    remarks = {row["remark"] for row in found["other"] if row["kind"] == "prefill"}
    assert any(remark.endswith("cannot check: compute rate not known: apple-m2-ultra-192") for remark in remarks)


def test_nearest_rows_come_first(advisor: Advisor) -> None:
    order = {"exact": 0, "near": 1, "far": 2}
    matches = [order[row["match"]] for row in rows(advisor)["decode"]]
    assert matches == sorted(matches)


def test_depth_moves_which_rows_are_near(advisor: Advisor) -> None:
    deep = rows(advisor, "--depth", "32k", "--context", "64k", "--runtime", "llama.cpp")["decode"]
    assert deep[0]["depth_tokens"] == 32768


def test_more_requests_prefill_and_failures_stand_apart(advisor: Advisor) -> None:
    found = rows(advisor)
    assert {row["concurrency"] for row in found["decode"]} <= {None, 1}
    assert {"concurrency", "prefill", "failure"} <= {row["kind"] for row in found["other"]}


def test_rows_can_be_left_out_by_source_and_day(advisor: Advisor) -> None:
    found = rows(advisor, "--exclude-sources", "llamacpp-benches-b7941", "--as-of", "2025-12")["decode"]
    assert found
    assert "llamacpp-benches-b7941" not in {row["source"] for row in found}
    assert max(row["date"] or "" for row in found) < "2026"


def test_the_table_fits_a_line_and_csv_has_one_header(advisor: Advisor) -> None:
    assert max(map(len, advisor(*PAIR).out.splitlines())) <= LINE_WIDTH
    found = rows(advisor)
    lines = list(csv.DictReader(io.StringIO(advisor(*PAIR, "--format", "csv").out)))
    assert len(lines) == len(found["decode"]) + len(found["other"])


def test_rows_of_so_many_devices_are_rows_of_the_machine_made_of_them(advisor: Advisor) -> None:
    found = json.loads(advisor("evidence", "gemma-4-12b", "--hw", "4x rtx-3090", "--json").out)
    assert {row["devices"] for row in (*found["decode"], *found["other"])} == {4}


def test_rows_come_furthest_off_or_newest_first_where_that_is_asked(advisor: Advisor) -> None:
    residuals = [row["residual"] for row in rows(advisor, "--sort", "off")["decode"]]
    known = [abs(log1p(residual)) for residual in residuals if residual is not None]
    assert known == sorted(known, reverse=True)
    assert all(residual is None for residual in residuals[len(known) :])
    dates = [row["date"] or "" for row in rows(advisor, "--sort", "date")["decode"]]
    assert dates == sorted(dates, reverse=True)


def test_disputed_rows_alone_each_say_why(advisor: Advisor) -> None:
    found = rows(advisor, "--disputed")
    every = [*found["decode"], *found["other"]]
    assert "seed4-gpt-oss-120b-sglang" in {row["record"] for row in every}
    assert all(row["remark"] for row in every)
    text = advisor(*PAIR, "--disputed", "--sort", "off", "--max-tier", "2").out
    assert "only disputed, suspect or remarked on; tier 2 or better; furthest off first" in text
    assert max(map(len, text.splitlines())) <= LINE_WIDTH


def test_where_the_options_leave_no_row_that_is_said(advisor: Advisor) -> None:
    said = advisor("evidence", "llama-3.2-3b", "--hw", "rtx-3060-12", "--disputed", "--max-tier", "1").out
    assert said.startswith("no row of tier 1 or better of llama-3.2-3b on ")
    said = advisor("evidence", "gpt-oss-120b", "--hw", "asus-gx10", "--max-tier", "0").out
    assert said.strip().endswith("as asked in a source of tier 0 or better")


def test_a_row_passed_on_counts_by_its_own_tier(advisor: Advisor) -> None:
    assert {row["tier"] for row in rows(advisor, "--max-tier", "1")["decode"]} == {1}


@pytest.mark.parametrize(
    "wanted", [Shown(), Shown("off"), Shown("date", disputed=True), Shown("off", disputed=True, max_tier=1), Shown(max_tier=2)]
)  # fmt: skip
def test_the_command_the_screen_copies_prints_its_rows(facts: Facts, advisor: Advisor, wanted: Shown) -> None:
    view = View(screen="evidence", model="gpt-oss-120b", machine="dgx-spark", rows=wanted)
    app = drive(facts, lambda driven: driven.press("y"), view=view)
    printed = json.loads(advisor(*app.clipboard.split()[1:], "--json").out)
    seen = answers_of(facts).evidence(view, view.model, view.machine)
    assert [row["record"] for row in printed["decode"]] == [row.record.id for row in seen.decode]
    assert [row["residual"] for row in printed["decode"]] == [row.residual for row in seen.decode]
    assert [row["record"] for row in printed["other"]] == [row.id for row in seen.other]


def test_a_pair_nobody_measured_says_so(advisor: Advisor) -> None:
    found = advisor("evidence", "gpt-oss-120b", "--hw", "rtx-3060-12")
    assert found.code == 0
    assert "nobody has measured gpt-oss-120b" in found.out


def test_unknown_names_and_nonsense_numbers_are_told_apart(advisor: Advisor) -> None:
    assert advisor("evidence", "gpt-os-120b", "--hw", "spark").code == 4
    assert advisor(*PAIR, "--depth", "-5").code == 2
    assert advisor("evidence", "gpt-oss-120b").code == 2
