"""The page that sets a report of February 2026 beside today's answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scripts.reference_cells import CELLS
from scripts.reference_report import PAGE, page, without_figures
from scripts.reference_scene import Scene, scene_of
from scripts.reference_words import CONCLUSIONS, GAPS

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts

ROW = re.compile(r"`([a-z][a-z0-9.+-]+)`")


@pytest.fixture(scope="module")
def scene(facts: Facts) -> Scene:
    return scene_of(facts)


def test_the_page_says_what_the_catalog_says(facts: Facts) -> None:
    held = PAGE.read_text(encoding="utf-8")
    assert without_figures(held) == without_figures(page(facts)), "run `python scripts/reference_report.py`"


def test_every_conclusion_and_every_gap_is_answered_once() -> None:
    cells = [cell for _, _, cell in (*CONCLUSIONS, *GAPS)]
    assert [number for number, _, _ in CONCLUSIONS] == ["1", "2", "3", "4", "5", "6"]
    assert len(GAPS) == 8
    assert sorted(cells) == sorted(CELLS)


@pytest.mark.parametrize("cell", CELLS)
def test_every_piece_of_evidence_is_a_row_or_an_interval(scene: Scene, cell: str) -> None:
    today, evidence = CELLS[cell](scene)
    assert today.startswith("**")
    rows = [name for name in ROW.findall(evidence) if name in scene.facts.records]
    assert rows, "no row stands behind it"
    for line in evidence.split("<br>"):
        assert re.search(r"measured|predicted|disputed|doubted|gap |impact ", line), line


def test_the_desktop_is_two_to_three_times_as_fast_for_what_fits_it(scene: Scene) -> None:
    rows = ("desktop-glm47flash-llama.cpp-q8-0-64k", "lcpp-b7941-glm-4.7-flash-q8-0-tg32-d0")
    desktop, spark = (scene.value(row) for row in rows)
    assert 2 < desktop / spark < 3


def test_a_spark_gives_gpt_oss_120b_about_59_now(scene: Scene) -> None:
    assert scene.value("lcpp-b7941-gpt-oss-120b-mxfp4-tg32-d0") == pytest.approx(59, abs=2)
    assert scene.value("seed4-gpt-oss-120b-llamacpp") < 39


def test_the_first_training_figure_needs_more_than_the_chip_has(scene: Scene) -> None:
    needed, has = (
        float(figure.replace(",", "")) for figure in re.findall(r"([\d,]+) TFLOPS", scene.arithmetic("nvidia-train-v1-llama-3.3-70b"))
    )  # fmt: skip
    assert needed > 2 * has


def test_llama_70b_is_slow_on_both(scene: Scene) -> None:
    for machine in ("rtx-4090+rtx-5070-ti", "dgx-spark"):
        span = scene.on(machine, "Llama 70B").decode_tok_s
        assert span
        assert span.high < 10


def test_a_row_that_is_not_there_is_no_silent_blank(scene: Scene) -> None:
    with pytest.raises(KeyError):
        scene.measured("no-such-row")
