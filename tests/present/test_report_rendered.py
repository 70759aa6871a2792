"""The HTML report in a browser: nothing runs over the side of the page, on a desk, on a telephone and on paper."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from advisor.present import report_html
from tests.present.reports import OWNER, TEAM, made

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
MEASURE = """<script>
const wide = [...document.querySelectorAll('body *')].filter(e => !e.closest('.wide, svg') && e.getBoundingClientRect().right > innerWidth + 1);
const cut = [...document.querySelectorAll('.wide')].filter(e => e.scrollWidth > e.clientWidth + 1);
document.body.innerHTML = '<pre id="seen">' + JSON.stringify({
  inner: innerWidth, page: document.documentElement.scrollWidth, wide: wide.map(e => e.outerHTML.slice(0, 80)), cut: cut.length,
  pictures: document.querySelectorAll('svg').length, smallest: Math.min(...[...document.querySelectorAll('p, li, td')].map(e => parseFloat(getComputedStyle(e).fontSize))),
}).replace(/</g, '&lt;') + '</pre>';
</script></body>"""
PAPER = 700
"""Width of an A4 page between its margins, in CSS pixels."""


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no chromium is installed: the report is not rendered")
    return found


@pytest.fixture(scope="module", params=[OWNER, TEAM], ids=["owner", "team"])
def text(
    request: pytest.FixtureRequest, facts: Facts, calibration: Calibration, tmp_path_factory: pytest.TempPathFactory
) -> str:
    return report_html.page(made(facts, calibration, request.param, tmp_path_factory.mktemp("rendered")))


def seen(browser: str, text: str, width: int, folder: Path) -> dict[str, object]:
    """What the browser made of the page at that width."""
    page = folder / "page.html"
    page.write_text(text.replace("</body>", MEASURE), encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900",
               "--dump-dom", page.as_uri()]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    found = re.search(r'<pre id="seen">(.*?)</pre>', dom, re.DOTALL)
    assert found, dom[:2000]
    told: dict[str, object] = json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    return told


@pytest.mark.parametrize("width", [1200, 360])
def test_nothing_runs_over_the_side(browser: str, text: str, width: int, tmp_path: Path) -> None:
    found = seen(browser, text, width, tmp_path)
    assert found["inner"] == width
    assert found["page"] == width
    assert found["wide"] == []
    assert isinstance(found["pictures"], int)
    assert found["pictures"] >= 5
    assert isinstance(found["smallest"], float | int)
    assert found["smallest"] >= 12


def test_no_table_and_no_picture_is_cut_on_paper(browser: str, text: str, tmp_path: Path) -> None:
    printed = re.sub(r"@page \{[^}]*\}", "", text.replace("@media print {", "@media all {"))
    found = seen(browser, printed, PAPER, tmp_path)
    assert found["page"] == PAPER
    assert found["cut"] == 0
