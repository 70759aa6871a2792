"""The pictures of docs/tui.md are those the script takes, fetch nothing, and show what they are called."""

from __future__ import annotations

import re

import pytest

from advisor.tui.screens import ENTRIES
from scripts.tui_pictures import KEYS, PICTURES, ROOT, name_of

PAGE = ROOT / "docs" / "tui.md"


def test_the_page_shows_every_picture_and_no_other() -> None:
    shown = set(re.findall(r"\(pictures/(.*?)\)", PAGE.read_text(encoding="utf-8")))
    assert shown == {name_of(screen) for screen in KEYS} == {path.name for path in PICTURES.glob("tui-*.svg")}


def test_every_screen_has_a_part_of_the_page() -> None:
    parts = re.findall(r"^## (\d) (\w+):", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert parts == [(entry.key, entry.title) for entry in ENTRIES]


@pytest.mark.parametrize("screen", KEYS)
def test_a_picture_fetches_nothing(screen: str) -> None:
    text = (PICTURES / name_of(screen)).read_text(encoding="utf-8")
    assert text.startswith("<svg")
    assert not re.search(r"@font-face|@import|url\(\s*['\"]?https?:|href=", text)
