"""`advisor list`."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from advisor.catalog.kinds import KINDS
from advisor.present.tables import LINE_WIDTH
from tests.catalog.mini import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Advisor


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_lists_within_a_line_and_as_data(advisor: Advisor, kind: str) -> None:
    table, data = advisor("list", kind), advisor("list", kind, "--json")
    assert (table.code, table.err, data.code, data.err) == (0, "", 0, "")
    rows = json.loads(data.out)
    assert len(table.out.splitlines()) == len(rows) + 1
    assert max(map(len, table.out.splitlines())) <= LINE_WIDTH
    assert {"id", "origin"} <= set(rows[0])


def test_a_model_shows_parameters_layers_context_and_where_it_comes_from(advisor: Advisor) -> None:
    line = next(
        line for line in advisor("list", "models", "gpt-oss").out.splitlines() if line.startswith("gpt-oss-120b")
    )
    for part in ("116.8B", "5.1B", "18 window + 18 full", "131,072", "verbatim"):
        assert part in line


def test_a_model_whose_layers_are_not_known_is_a_name_only(advisor: Advisor) -> None:
    rows = json.loads(advisor("list", "models", "--json").out)
    names = [row for row in rows if row["provenance"] == "name only"]
    assert names
    assert {row["layers"] for row in names} == {"not known"}


@pytest.mark.parametrize("pattern", ["SPARK", "dgx spark", "dgx-sp*", "gb10"])
def test_a_pattern_is_part_of_any_name_or_has_stars(advisor: Advisor, pattern: str) -> None:
    assert "\ndgx-spark " in advisor("list", "hardware", pattern).out


def test_a_figure_without_a_source_is_not_listed(advisor: Advisor) -> None:
    rows = {row["id"]: row for row in json.loads(advisor("list", "hardware", "--json").out)}
    doubtful = json.loads(advisor("show", "hardware", "rtx-4090", "--json").out)["entry"]
    assert rows["rtx-4090"]["bandwidth_gb_s"] == doubtful["bandwidth_gb_s"]
    assert any(row["bandwidth_gb_s"] is None for row in rows.values())


def test_nothing_found_is_said_beside_an_empty_answer(advisor: Advisor) -> None:
    found = advisor("list", "models", "no-such-model")
    assert (found.code, found.out) == (0, "")
    assert "no model matches 'no-such-model'" in found.err
    assert json.loads(advisor("list", "models", "no-such-model", "--json").out) == []


def test_csv_has_a_header_with_units(advisor: Advisor) -> None:
    rows = list(csv.DictReader(io.StringIO(advisor("list", "hardware", "rtx-4090", "--format", "csv").out)))
    assert next(row for row in rows if row["id"] == "rtx-4090")["bandwidth_gb_s"] == "1008"


def test_singular_kinds_are_understood_and_others_are_not(advisor: Advisor) -> None:
    assert advisor("list", "model", "gpt-oss").out == advisor("list", "models", "gpt-oss").out
    wrong = advisor("list", "toasters")
    assert (wrong.code, wrong.out) == (2, "")
    assert "'toasters' is no kind" in wrong.err


def test_what_an_overlay_holds_is_marked_yours(advisor: Advisor, tmp_path: Path) -> None:
    mine = write_files(tmp_path / "mine", {"sources/my-page.yaml": 'title: Mine\ntier: 0\naccessed: "2026-11-20"\n'})
    out = advisor("list", "sources", "my-page", "--catalog", str(mine)).out
    assert out.splitlines()[1].endswith("yours")
    assert "yours" not in advisor("list", "sources", "my-page").out
