"""A report as one HTML page: no scripts, nothing fetched, readable aloud, on a telephone and on paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from advisor.present.report_style import sheet
from advisor.present.report_tree import (
    CITED,
    CODE,
    Claim,
    Listed,
    Paragraph,
    Picture,
    References,
    Section,
    Table,
    Terms,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.present.report_tree import Document, Head, Part

TOP = 2
"""Level of a section's heading; the title has the first."""
SHORT = 16
"""Characters up to which a cell stays on one line."""
OUTWARD = ("https://", "http://")


def page(document: Document) -> str:
    """The whole page."""
    contents = "".join(
        f'<li><a href="#part-{number}">{_inline(section.title)}</a></li>'
        for number, section in enumerate(document.sections, 1)
    )
    sections = "\n".join(
        _section(section, TOP, f"part-{number}", f"{number}. ") for number, section in enumerate(document.sections, 1)
    )
    return "\n".join([
        "<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">', f"<title>{escape(document.title)}</title>",
        f"<style>\n{sheet()}</style>", "</head>", "<body>",
        f'<header>\n<h1>{_inline(document.title)}</h1>\n<p class="under">{_inline(document.under)}</p>\n</header>',
        f'<nav aria-label="Contents">\n<ol>{contents}</ol>\n</nav>', f"<main>\n{sections}\n</main>",
        f"<footer>\n{_parts(document.footer, TOP)}\n</footer>", "</body>", "</html>",
    ]) + "\n"  # fmt: skip


def _inline(text: str) -> str:
    """Text with its references as links and its code as code; a per cent sign stays with its number."""
    marked = CODE.sub(r"<code>\1</code>", escape(text)).replace(" %", "\u00a0%")
    return CITED.sub(r'<a class="cited" href="#source-\1">[\1]</a>', marked)


def _section(section: Section, level: int, name: str = "", number: str = "") -> str:
    own = f' id="{name}"' if name else ""
    heading = f"<h{level}{own}>{number}{_inline(section.title)}</h{level}>"
    return f"<section>\n{heading}\n{_parts(section.parts, level + 1)}\n</section>"


def _parts(parts: Sequence[Part], level: int) -> str:
    return "\n".join(_part(part, level) for part in parts)


def _part(part: Part, level: int) -> str:
    if isinstance(part, Section):
        return _section(part, level)
    if isinstance(part, Paragraph):
        return f'<p class="lead">{_inline(part.text)}</p>' if part.lead else f"<p>{_inline(part.text)}</p>"
    if isinstance(part, Listed):
        kind = "ol" if part.numbered else "ul"
        return f"<{kind}>" + "".join(f"<li>{_inline(point)}</li>" for point in part.points) + f"</{kind}>"
    if isinstance(part, Terms):
        return (
            "<dl>" + "".join(f"<dt>{_inline(word)}</dt><dd>{_inline(text)}</dd>" for word, text in part.pairs) + "</dl>"
        )
    if isinstance(part, Claim):
        return _claim(part)
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Picture):
        return _figure(part)
    return _references(part)


def _claim(claim: Claim) -> str:
    return (
        f'<div class="claim">\n<p><strong>{_inline(claim.text)}</strong></p>\n<p>Evidence: {_inline(claim.evidence)}</p>\n'
        f"<p>Confidence: {_inline(claim.confidence)}</p>\n</div>"
    )


def _table(table: Table) -> str:
    heads = "".join(f'<th scope="col"{_side(head)}>{_inline(head.text)}</th>' for head in table.heads)
    rows = "\n".join(f"<tr>{_row(table, row)}</tr>" for row in table.rows)
    return (
        f'<div class="wide" role="region" aria-label="{escape(_plain(table.caption))}" tabindex="0">\n<table>\n'
        f"<caption><span>{_inline(table.caption)}</span></caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )


def _row(table: Table, row: Sequence[str]) -> str:
    first, *rest = row
    cells = "".join(
        f"<td{_side(head, cell)}>{_inline(cell)}</td>" for head, cell in zip(table.heads[1:], rest, strict=True)
    )
    return f'<th scope="row">{_inline(first)}</th>{cells}'


def _side(head: Head, cell: str = "") -> str:
    """Numbers to the right; a few characters are not broken over lines."""
    kept = "short" if cell and len(CITED.sub("", cell)) <= SHORT else ""
    found = " ".join(one for one in ("right" if head.right else "", kept) if one)
    return f' class="{found}"' if found else ""


def _plain(text: str) -> str:
    return CITED.sub(r"[\1]", text).replace("`", "")


def _figure(picture: Picture) -> str:
    return (
        f'<figure>\n<div class="wide" role="region" aria-label="{escape(_plain(picture.title))}" tabindex="0">\n{picture.svg.strip()}\n</div>\n'
        f"{f'<figcaption>{_inline(picture.caption)}</figcaption>' if picture.caption else ''}\n</figure>"
    )


def _references(found: References) -> str:
    lines = "\n".join(
        f'<li id="source-{entry.number}"><b>[{entry.number}]</b>{_inline(entry.text)}{_link(entry.url)}</li>'
        for entry in found.entries
    )
    return f'<ol class="sources">\n{lines}\n</ol>'


def _link(url: str | None) -> str:
    """The address as a link; what is no web address is only shown."""
    if url is None:
        return ""
    shown = escape(url)
    return f' <a href="{shown}">{shown}</a>' if url.startswith(OUTWARD) else f" {shown}"
