"""A report as Markdown: the same text, its pictures in characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.report_tree import CITED, Claim, Listed, Paragraph, Picture, References, Section, Table, Terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.present.report_tree import Document, Part

TOP = 2
MARKUP = str.maketrans({"<": "&lt;", ">": "&gt;", "*": "\\*", "_": "\\_", "[": "\\[", "]": "\\]"})
"""Characters that would be read as markup."""


def page(document: Document) -> str:
    """The whole page."""
    contents = "\n".join(f"{number}. {_inline(section.title)}" for number, section in enumerate(document.sections, 1))
    blocks = [f"# {_inline(document.title)}", _inline(document.under), contents]
    for number, section in enumerate(document.sections, 1):
        blocks += _section(section, TOP, f"{number}. ")
    return "\n\n".join([*blocks, "---", *_parts(document.footer, TOP)]) + "\n"


def _inline(text: str) -> str:
    """Text whose characters mean themselves, outside code; references as `[3]`."""
    pieces = text.split("`")
    whole = "`".join(piece if place % 2 else piece.translate(MARKUP) for place, piece in enumerate(pieces))
    return CITED.sub(r"[\1]", whole)


def _section(section: Section, level: int, number: str = "") -> list[str]:
    return [f"{'#' * level} {number}{_inline(section.title)}", *_parts(section.parts, level + 1)]


def _parts(parts: Sequence[Part], level: int) -> list[str]:
    return [block for part in parts for block in _part(part, level)]


def _part(part: Part, level: int) -> list[str]:
    if isinstance(part, Section):
        return _section(part, level)
    if isinstance(part, Paragraph):
        return [f"**{_inline(part.text)}**" if part.lead else _inline(part.text)]
    if isinstance(part, Listed):
        return [
            "\n".join(
                f"{f'{place}.' if part.numbered else '-'} {_inline(point)}"
                for place, point in enumerate(part.points, 1)
            )
        ]
    if isinstance(part, Terms):
        return ["\n".join(f"- **{_inline(word)}**: {_inline(text)}" for word, text in part.pairs)]
    if isinstance(part, Claim):
        return [
            f"**{_inline(part.text)}**",
            f"- Evidence: {_inline(part.evidence)}\n- Confidence: {_inline(part.confidence)}",
        ]
    if isinstance(part, Table):
        return [_inline(part.caption), _table(part)]
    if isinstance(part, Picture):
        return [f"```text\n{part.text.rstrip()}\n```", *([_inline(part.caption)] if part.caption else [])]
    return _references(part)


def _table(table: Table) -> str:
    heads = " | ".join(_cell(head.text) for head in table.heads)
    rule = " | ".join("--:" if head.right else "---" for head in table.heads)
    rows = "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in table.rows)
    return f"| {heads} |\n| {rule} |\n{rows}"


def _cell(text: str) -> str:
    return _inline(" ".join(text.split())).replace("|", "\\|")


def _references(found: References) -> list[str]:
    return [
        "\n".join(
            f"- [{each.number}] {_inline(each.text)}" + (f" <{each.url}>" if each.url else "") for each in found.entries
        )
    ]
