"""The HTML report is one sound, accessible file without scripts or anything fetched."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from advisor.present import report_html
from advisor.present.report_style import COLOURS, ON, sheet
from advisor.present.svg import COLOURS as DRAWN
from advisor.present.svg import FAINT, INK

if TYPE_CHECKING:
    from advisor.present.report_tree import Document

VOID = {"meta", "rect", "line", "path", "br"}
ENOUGH = 4.5


class Read(HTMLParser):
    """Everything the tests ask of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]


@pytest.fixture
def text(document: Document) -> str:
    return report_html.page(document)


@pytest.fixture
def page(text: str) -> Read:
    found = Read()
    found.feed(text)
    found.close()
    return found


def test_every_element_is_closed_where_it_was_opened(page: Read) -> None:
    assert page.wrong == []
    assert page.open == []


def test_nothing_runs_and_nothing_is_fetched(text: str, page: Read) -> None:
    assert not {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "form"} & {
        tag for tag, _ in page.found
    }
    assert not [
        attrs
        for _, attrs in page.found
        if any(name.startswith("on") or name in {"src", "srcset", "xlink:href"} for name in attrs)
    ]
    assert "@import" not in text
    assert "url(" not in text
    assert all(re.match(r"#|https?://", attrs["href"] or "") for attrs in page.all("a"))


def test_headings_go_down_one_level_at_a_time(page: Read) -> None:
    levels = [int(tag[1]) for tag, _ in page.found if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert Counter(levels)[1] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_links_inside_the_page_lead_somewhere_and_ids_are_unique(page: Read) -> None:
    ids = [attrs["id"] for _, attrs in page.found if attrs.get("id")]
    assert len(ids) == len(set(ids))
    inside = {(attrs["href"] or "")[1:] for attrs in page.all("a") if (attrs["href"] or "").startswith("#")}
    assert inside <= set(ids)


def test_every_picture_says_what_it_shows(page: Read) -> None:
    pictures = page.all("svg")
    assert all(attrs.get("role") == "img" and attrs.get("aria-labelledby") for attrs in pictures)
    assert len(page.all("desc")) == len(pictures)


def test_pictures_are_there_where_there_is_something_to_draw(text: str, page: Read) -> None:
    assert len(page.all("svg")) >= (2 if "No option is open" in text else 5)


def test_every_heading_of_a_table_says_what_it_heads(page: Read) -> None:
    assert {attrs.get("scope") for attrs in page.all("th")} == {"col", "row"}
    assert len(page.all("caption")) == len(page.all("table"))


def test_the_page_says_its_language_and_fits_a_telephone(page: Read) -> None:
    assert page.all("html")[0]["lang"] == "en"
    assert any(attrs.get("name") == "viewport" for attrs in page.all("meta"))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("ink", "ground"),
    [*((COLOURS[a], COLOURS[b]) for a, b in ON), *((each, "#ffffff") for each in (*DRAWN, INK, FAINT))],
)
def test_text_stands_out_from_its_ground(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= ENOUGH


def test_contrast_is_counted_as_the_guidelines_do() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_style_sheet_names_no_colour_of_its_own() -> None:
    assert "$" not in sheet()
    assert set(re.findall(r"#[0-9a-f]{6}", sheet())) == set(COLOURS.values())
    text_colours = set(re.findall(r"(?<![-\w])color: (#[0-9a-f]{6})", sheet()))
    assert text_colours <= {COLOURS[ink] for ink, _ in ON}
