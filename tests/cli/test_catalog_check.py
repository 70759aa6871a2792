"""`advisor catalog` and `advisor doctor`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from advisor.catalog import yaml_text
from tests.catalog.mini import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Advisor

SOURCE = 'title: Mine\ntier: 3\naccessed: "2026-11-20"\n'
ROWS = """\
common:
  kind: decode
  model: gpt-oss-120b
  quant: mxfp4
  plain_decode: true
  conditions: {runtime: llama.cpp, depth_tokens: 0, concurrency: 1}
rows:
- id: mine-1
  decode_tok_s: SPEED
"""


def overlay(folder: Path, speed: str, more: str = "") -> Path:
    write_files(
        folder, {"sources/mine.yaml": SOURCE, "benchmarks/dgx-spark/mine.yaml": ROWS.replace("SPEED", speed) + more}
    )
    return folder / "benchmarks" / "dgx-spark" / "mine.yaml"


def test_the_shipped_catalog_passes_and_counts_its_doubts(advisor: Advisor) -> None:
    found = advisor("catalog", "check")
    assert (found.code, found.err) == (0, "")
    for part in ("disputed", "suspect", "cannot check", "0 impossible", "TFLOPS"):
        assert part in found.out


def test_the_training_table_of_the_reference_report_is_disputed_with_its_arithmetic(advisor: Advisor) -> None:
    lines = advisor("catalog", "check").out.splitlines()
    said = {line.split(":")[0].strip(): line for line in lines[lines.index("disputed:") : lines.index("suspect:")]}
    for size, needed in (("3.2-3b", "1,595"), ("3.1-8b", "1,611"), ("3.3-70b", "1,412")):
        line = said[f"seed4-train-llama-{size}"]
        assert f"= {needed} TFLOPS > 500 TFLOPS dense" in line
        assert "BF16 measured at 78-86 TFLOPS" in line


def test_rows_above_what_the_machine_can_do_come_before_other_disputes(advisor: Advisor) -> None:
    lines = advisor("catalog", "check").out.splitlines()
    above = [" > " in line for line in lines[lines.index("disputed:") + 1 : lines.index("suspect:")]]
    assert above == sorted(above, reverse=True)
    assert any(above)


def test_figures_nobody_could_check_are_counted_by_reason(advisor: Advisor) -> None:
    lines = advisor("catalog", "check", "--explain").out.splitlines()
    start = lines.index("cannot check a further figure of:")
    assert any(line.endswith("compute rate not known") for line in lines[start : lines.index("every row:")])
    assert any("prefill_tok_s cannot be checked: compute rate not known: r9700" in line for line in lines)


def test_a_possible_row_is_compared_with_prediction_and_neighbours(advisor: Advisor, tmp_path: Path) -> None:
    found = advisor("catalog", "check", str(overlay(tmp_path, "57.9")))
    assert found.code == 0
    assert "mine-1: 57.9 tok/s measured" in found.out
    assert "predicted from other sources" in found.out
    assert "58.72 tok/s, llama.cpp b7941" in found.out


def test_an_impossible_row_is_refused_with_the_arithmetic(advisor: Advisor, tmp_path: Path) -> None:
    path = overlay(tmp_path, "157.9")
    found = advisor("catalog", "check", str(path))
    assert (found.code, found.err) == (3, "")
    assert f"{path}:9: rows.0.decode_tok_s: 157.9 tok/s × 3.6 GB = 568 GB/s > 273 GB/s" in found.out


def test_a_dispute_lets_it_stay(advisor: Advisor, tmp_path: Path) -> None:
    found = advisor("catalog", "check", str(overlay(tmp_path, "157.9", "  disputed: counts four requests\n")))
    assert found.code == 0
    assert "1 disputed" in found.out


def test_all_problems_are_told_at_once(advisor: Advisor, tmp_path: Path) -> None:
    path = overlay(tmp_path, "fast", "- id: mine-2\n  model: gpt-oss-121b\n  decode_toks: 5\n")
    found = advisor("catalog", "check", str(path))
    assert (found.code, found.err) == (3, "")
    assert "mine.yaml:9: rows.0.decode_tok_s: should be a number" in found.out
    assert "mine.yaml:12: rows.1.decode_toks: no such field; did you mean decode_tok_s?" in found.out


def test_a_reference_that_leads_nowhere_is_a_problem(advisor: Advisor, tmp_path: Path) -> None:
    path = overlay(tmp_path, "57.9", "- id: mine-2\n  model: gpt-oss-121b\n")
    found = advisor("catalog", "check", str(path))
    assert found.code == 3
    assert "rows.1.model: no model or pipeline has the id 'gpt-oss-121b'" in found.out
    assert "1 problem in 1 file" in found.out


def test_what_is_no_catalog_file_is_a_usage_error(advisor: Advisor, tmp_path: Path) -> None:
    assert advisor("catalog", "check", str(tmp_path / "nowhere.yaml")).code == 2
    stray = tmp_path / "stray.yaml"
    stray.write_text("title: x\n")
    found = advisor("catalog", "check", str(stray))
    assert found.code == 2
    assert "lies in no catalog" in found.err


@pytest.mark.parametrize("kind", ["benchmark", "model", "hardware", "source"])
def test_a_template_is_yaml_with_every_field_explained(advisor: Advisor, kind: str) -> None:
    found = advisor("catalog", "new", kind)
    assert (found.code, found.err) == (0, "")
    assert yaml_text.parse(found.out.encode(), kind)
    assert "mandatory" in found.out


def test_the_doctor_counts_what_the_catalog_holds(advisor: Advisor) -> None:
    found = advisor("doctor", "--json")
    assert (found.code, found.err) == (0, "")
    counts = json.loads(found.out)
    assert counts["catalog"]["sized_base_models"] >= 120
    assert counts["catalog"]["hardware_entries"] >= 95
    assert counts["rows"]["input_rows"] == 2608 == sum(
        counts["rows"].get(f"input_rows_{outcome}", 0) for outcome in ("kept", "merged", "refused")
    )  # fmt: skip
    assert counts["rows"]["source_resolves_percent"] == 100
    assert (
        counts["calibration"]["rows_used"] + counts["calibration"]["rows_left_out"] == counts["rows"]["measured_rows"]
    )


def test_the_doctor_names_overlays_and_paths_even_when_the_catalog_is_broken(advisor: Advisor, tmp_path: Path) -> None:
    write_files(tmp_path, {"sources/mine.yaml": "title: [\n"})
    found = advisor("doctor", "--catalog", str(tmp_path))
    assert found.code == 3
    assert str(tmp_path) in found.out
    assert "mine.yaml" in found.err
