"""A report as a tree: sections of paragraphs, lists, tables and pictures. `report_html` and `report_markdown` write the same tree.

Text is plain but for two marks: a reference made by `cite`, and a stretch between backticks, which is code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CITED = re.compile("\u27e6(\\d+)\u27e7")
CODE = re.compile("`([^`]+)`")


def cite(number: int) -> str:
    """The mark of a reference in text."""
    return f"\u27e6{number}\u27e7"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `lead` is what a reader in a hurry reads."""

    text: str
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """Points, in order of weight where `numbered`."""

    points: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What things are, one line each: a word and what belongs to it."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A conclusion with what it rests on."""

    text: str
    evidence: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Head:
    """Heading of a column."""

    text: str
    right: bool = False
    """True for numbers."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; the first cell of a row names it."""

    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for both media, each with its title in it."""

    title: str
    alt: str
    """What it shows, for those who do not see it; the SVG has it inside."""
    svg: str
    text: str
    caption: str = ""
    """What stands below it for everybody."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered source."""

    number: int
    text: str
    url: str | None


@dataclass(frozen=True, slots=True)
class References:
    """Numbered sources, which references in text lead to."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; sections inside it are one level down."""

    title: str
    parts: tuple[Part, ...]


Part = Paragraph | Listed | Terms | Claim | Table | Picture | References | Section


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report."""

    title: str
    under: str
    """A line below the title: when, where, by what."""
    sections: tuple[Section, ...]
    footer: tuple[Paragraph, ...]


def texts(parts: tuple[Part, ...]) -> Iterator[str]:
    """Every stretch of text in the parts, in order, marks included; pictures by their words only."""
    for part in parts:
        if isinstance(part, Section):
            yield part.title
            yield from texts(part.parts)
        elif isinstance(part, Paragraph):
            yield part.text
        elif isinstance(part, Listed):
            yield from part.points
        elif isinstance(part, Terms):
            yield from (text for pair in part.pairs for text in pair)
        elif isinstance(part, Claim):
            yield from (part.text, part.evidence, part.confidence)
        elif isinstance(part, Table):
            yield part.caption
            yield from (head.text for head in part.heads)
            yield from (cell for row in part.rows for cell in row)
        elif isinstance(part, Picture):
            yield from (part.caption,) if part.caption else ()
        else:
            yield from (entry.text for entry in part.entries)


def in_document(document: Document) -> Iterator[str]:
    """Every stretch of text in the document."""
    yield from (document.title, document.under)
    yield from texts(document.sections)
    yield from texts(document.footer)
