"""The HTML report in a browser: nothing runs over the side of the page, on a desk, on a telephone and on paper."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape, unescape
from typing import TYPE_CHECKING

import pytest

from advisor.present import report_html

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from advisor.present.report_tree import Document

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FRAME = """<!DOCTYPE html><body style="margin: 0"><iframe style="border: 0; width: {width}px; height: 900px" srcdoc="{page}"></iframe><script>
onload = () => {{
  const w = frames[0], d = w.document, all = s => [...d.querySelectorAll(s)];
  const wide = all('body *').filter(e => !e.parentElement.closest('.wide, svg') && e.getBoundingClientRect().right > w.innerWidth + 1);
  const found = {{
    inner: w.innerWidth, page: d.documentElement.scrollWidth, wide: wide.map(e => e.outerHTML.slice(0, 80)),
    cut: all('.wide').filter(e => e.scrollWidth > e.clientWidth + 1).length, pictures: all('svg').length,
    smallest: Math.min(...all('p, li, td').map(e => parseFloat(w.getComputedStyle(e).fontSize))),
  }};
  document.body.innerHTML = '<pre id="seen"></pre>';
  document.getElementById('seen').textContent = JSON.stringify(found);
}};
</script></body>"""
"""The report in a window of its own, which may be narrower than a browser's, and what is measured in it."""
PAPER = 700
"""Width of an A4 page between its margins, in CSS pixels."""


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no chromium is installed: the report is not rendered")
    return found


@pytest.fixture(params=["owner", "team"])
def text(request: pytest.FixtureRequest, documents: Mapping[str, Document]) -> str:
    return report_html.page(documents[request.param])


def seen(browser: str, text: str, width: int, folder: Path) -> dict[str, object]:
    """What the browser made of the page at that width."""
    page = folder / "page.html"
    page.write_text(FRAME.format(width=width, page=escape(text)), encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder / 'profile'}", "--window-size=1300,1000",
               "--dump-dom", page.as_uri()]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    found = re.search(r'<pre id="seen">(.*?)</pre>', dom, re.DOTALL)
    assert found, dom[:2000]
    told: dict[str, object] = json.loads(unescape(found[1]))
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
