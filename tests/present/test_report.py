"""A report says the same in HTML and in Markdown, cites what exists, and marks what its numbers rest on."""

from __future__ import annotations

import dataclasses
import html
import re
from typing import TYPE_CHECKING

from advisor.present import report_html, report_markdown
from advisor.present.report_scene import MOST_SHOWN, scene_of
from advisor.present.report_sources import Sources
from advisor.present.report_tree import CITED, Claim, References, Section, Table, in_document
from tests.present.reports import COMMAND, COMPOSED, made

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from advisor.catalog.contents import Catalog, Facts
    from advisor.evidence.calibration import Calibration
    from advisor.present.report_tree import Document, Part

PARTS = (
    "The short answer", "The need, and what there is to choose from", "What fits", "How fast", "Head to head",
    "When to buy, when not, and what follows", "What it costs", "How predictions were made, and how good they are",
    "What nobody has measured", "Sources",
)  # fmt: skip
TAG = re.compile(r"<[^>]*>")
BASIS = re.compile(r"[●◐○✗]|not predicted|none")


def everything(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, Section):
            yield from everything(part.parts)


def tables(document: Document) -> list[Table]:
    return [part for part in everything(document.sections) if isinstance(part, Table)]


def words(text: str) -> str:
    return " ".join(text.split())


def plain(text: str) -> str:
    """A stretch of text as a reader sees it."""
    return words(CITED.sub(r"[\1]", text).replace("`", ""))


def test_parts_stand_in_the_order_a_buyer_reads_them(document: Document) -> None:
    assert tuple(section.title for section in document.sections) == PARTS


def test_html_holds_every_sentence(document: Document) -> None:
    seen = words(html.unescape(TAG.sub("", report_html.page(document))))
    assert [text for text in in_document(document) if plain(text) not in seen] == []


def test_markdown_holds_every_sentence(document: Document) -> None:
    page = report_markdown.page(document)
    seen = words(
        re.sub(r"\\([*_\[\]|])", r"\1", page)
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("`", "")
        .replace("**", "")
    )
    assert [text for text in in_document(document) if plain(text) not in seen] == []


def test_every_number_cited_is_among_the_sources(document: Document) -> None:
    cited = {int(number) for text in in_document(document) for number in CITED.findall(text)}
    listed = [
        entry.number for part in everything(document.sections) if isinstance(part, References) for entry in part.entries
    ]
    assert listed == list(range(1, len(listed) + 1))
    assert cited <= set(listed)
    assert set(listed) <= cited, "nothing is listed that nothing rests on"


def test_every_source_has_its_tier_and_the_day_it_was_read(document: Document) -> None:
    entries = [
        entry for part in everything(document.sections) if isinstance(part, References) for entry in part.entries
    ]
    assert entries
    assert all(re.search(r"Tier [0-3], .*read \d{4}-\d\d-\d\d", entry.text) for entry in entries)


def test_every_speed_carries_what_it_rests_on(documents: Mapping[str, Document]) -> None:
    looked_at = 0
    for document in documents.values():
        for table in tables(document):
            for place, head in enumerate(table.heads):
                if head.text in {"tok/s of each request", "tok/s each request gets"} or head.text.endswith(
                    "together, tok/s"
                ):
                    cells = [row[place] for row in table.rows]
                    looked_at += len(cells)
                    assert all(BASIS.search(cell) for cell in cells), table.caption
    assert looked_at >= 15


def test_every_conclusion_has_evidence_and_a_level(documents: Mapping[str, Document]) -> None:
    claims = [
        part for document in documents.values() for part in everything(document.sections) if isinstance(part, Claim)
    ]
    assert len(claims) >= 4
    assert all(claim.evidence.endswith(".") and re.match(r"(HIGH|MEDIUM|LOW), ", claim.confidence) for claim in claims)


def test_every_price_has_its_date_and_an_own_one_says_so(documents: Mapping[str, Document]) -> None:
    found = {
        row[0]: row for table in tables(documents["owner"]) if table.caption.startswith("Prices") for row in table.rows
    }
    assert all(re.match(r"\d{4}", row[2]) for row in found.values())
    assert "(yours)" in next(row for name, row in found.items() if "GX10" in name)[5]


def test_what_is_not_answered_is_said(documents: Mapping[str, Document]) -> None:
    assert "lora: training work is not yet answered" in list(in_document(documents["owner"]))


def test_nothing_open_is_an_answer(documents: Mapping[str, Document]) -> None:
    said = next(text for text in in_document(documents["poor"]) if text.startswith("No option is open"))
    assert "over the budget" in said


def test_many_requests_have_their_own_picture_and_knee(documents: Mapping[str, Document]) -> None:
    assert any(table.caption == "chat: many at once" for table in tables(documents["team"]))
    page = report_html.page(documents["team"])
    assert "Many requests at once: chat" in page
    assert "20 asked" in page


def test_the_owner_sees_cost_against_load(documents: Mapping[str, Document]) -> None:
    page = report_html.page(documents["owner"])
    assert "Cost a month against load" in page
    assert "the need&#x27;s day" in page


def test_boxes_that_are_the_same_inside_share_a_column(
    facts: Facts, calibration: Calibration, documents: Mapping[str, Document]
) -> None:
    table = next(table for table in tables(documents["owner"]) if table.caption == "Workloads against machines")
    names = [head.text for head in table.heads[1:]]
    assert len(names) == 2 <= MOST_SHOWN
    assert any("GX10" in name and "DGX Spark" in name for name in names)
    assert scene_of.__doc__


def test_the_footer_says_how_to_make_it_again(document: Document) -> None:
    assert any(COMMAND in part.text for part in document.footer)


def test_names_with_markup_in_them_stay_names(documents: Mapping[str, Document]) -> None:
    assert "<h1>&lt;Twenty&gt; people &amp; one *server*</h1>" in report_html.page(documents["team"])
    assert report_markdown.page(documents["team"]).startswith("# &lt;Twenty&gt; people & one \\*server\\*\n")


def test_sources_are_numbered_as_they_are_cited(catalog: Catalog) -> None:
    first, second = list(catalog.sources)[:2]
    found = Sources(catalog)
    assert found.cite(second, first) == " \u27e61\u27e7 \u27e62\u27e7"
    assert found.cite(first, second, first, None) == " \u27e62\u27e7 \u27e61\u27e7"
    assert found.cite("yours") == " (yours)"
    assert found.cite() == ""


def test_a_source_of_an_overlay_is_marked_yours(catalog: Catalog) -> None:
    name = next(iter(catalog.sources))
    overlaid = dataclasses.replace(catalog, origins={("sources", name): "yours"})
    found = Sources(overlaid)
    found.cite(name)
    listed = next(part for part in found.section().parts if isinstance(part, References))
    assert ", yours, " in listed.entries[0].text


def test_a_machine_the_catalog_has_no_entry_of_is_reported_on(
    facts: Facts, calibration: Calibration, tmp_path: Path
) -> None:
    assert "2x-rtx-4060-ti-16" not in facts.hardware
    assert "RTX 4060 Ti" in report_markdown.page(made(facts, calibration, COMPOSED, tmp_path))
