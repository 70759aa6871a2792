"""The reports in examples/ are what the examples give today."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scripts.generate_examples import EXAMPLES, SUFFIXES, names, pages

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration

FENCED = re.compile(r"^```text\n.*?^```$", re.MULTILINE | re.DOTALL)


def without_figures(text: str) -> list[str]:
    """The report's words: figures, and what is drawn of them, may differ a little from one machine's arithmetic to another's."""
    return [
        re.sub(r"[ |-]+", " ", re.sub(r"[\d.,\u2013]+|\bunder\b|\bover\b", "", line))
        for line in FENCED.sub("", text).splitlines()
    ]


@pytest.mark.parametrize("name", names())
def test_a_report_checked_in_is_what_its_example_gives(name: str, facts: Facts, calibration: Calibration) -> None:
    page = (EXAMPLES / "reports" / f"{name}.md").read_text(encoding="utf-8")
    fresh = pages(facts, calibration, name)[f"{name}.md"]
    assert without_figures(page) == without_figures(fresh), "run `python scripts/generate_examples.py`"


def test_every_example_has_its_report_in_both_forms() -> None:
    held = {path.name for path in (EXAMPLES / "reports").iterdir()}
    assert held == {f"{name}{suffix}" for name in names() for suffix in SUFFIXES}
