"""One catalog entry as a card: its facts, each with its sources, and tables of what it holds several of."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from advisor.catalog.codec import encode
from advisor.present.tables import LINE_WIDTH, Column, TableFormat, as_json, one_line, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from advisor.catalog.contents import Facts, Origin
    from advisor.catalog.kinds import KindName
    from advisor.catalog.schema.source import Source

SCHEMA = "advisor.show/1"
LABEL, VALUE, SOURCES = Column("fact", "fact"), Column("value", "value"), Column("sources", "sources")


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a card."""

    label: str
    text: str
    sources: tuple[str, ...] = ()
    """Ids of the sources that say so."""


@dataclass(frozen=True, slots=True)
class Section:
    """A table below the facts."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything to show of one entry."""

    kind: KindName
    entry: Any
    title: str
    facts: Sequence[Fact]
    sections: Sequence[Section] = ()
    derived: Mapping[str, Any] = field(default_factory=dict)
    """What follows from the entry, for programs."""
    sources: tuple[str, ...] = ()
    """Ids of sources, beside those the facts name."""
    hidden: frozenset[str] = frozenset()
    """Fields of the entry that nobody has a source for: left out."""


def known(pairs: Iterable[tuple[str, str | None]], sources: tuple[str, ...] = ()) -> list[Fact]:
    """Facts for the pairs that have a text."""
    return [Fact(label, text, sources) for label, text in pairs if text]


def cited(card: Card) -> tuple[str, ...]:
    """Ids of every source of the card, in the order they are met."""
    return tuple(dict.fromkeys((*(source for fact in card.facts for source in fact.sources), *card.sources)))


def show(facts: Facts, card: Card, output_format: TableFormat) -> str:
    """The card in the format asked for; JSON carries the entry's own fields instead of the words made of them."""
    origin = facts.origin(card.kind, card.entry.id)
    if output_format == "json":
        return as_json(document(facts, card, origin))
    if output_format != "table":
        rows = [(fact.label, fact.text, list(fact.sources)) for fact in card.facts]
        written = Column("sources", "sources", ", ".join)
        return render([LABEL, VALUE, written], rows, output_format)
    ids = cited(card)
    number = {source: place for place, source in enumerate(ids, 1)}
    parts = ["\n".join([_title(card, origin), *_facts(card.facts, number)])]
    parts += [f"{section.title}\n{_indented(render(section.columns, section.rows, 'table'))}"
              for section in card.sections if section.rows]  # fmt: skip
    if ids:
        parts.append("\n".join(["sources", *(_source(number[source], facts.sources[source]) for source in ids)]))
    return "\n\n".join(parts)


def document(facts: Facts, card: Card, origin: Origin) -> dict[str, Any]:
    """The card as data: the entry's fields as the catalog holds them, what follows from them, and the sources."""
    return {
        "schema": SCHEMA,
        "kind": card.kind,
        "id": card.entry.id,
        "origin": origin,
        "entry": {name: value for name, value in encode(card.entry).items() if name not in card.hidden},
        "derived": dict(card.derived),
        "sources": [encode(facts.sources[source]) for source in cited(card)],
    }


def _title(card: Card, origin: Origin) -> str:
    return card.title + ("  (yours)" if origin == "yours" else "")


def _facts(facts: Sequence[Fact], number: Mapping[str, int]) -> list[str]:
    widest = max((len(fact.label) for fact in facts), default=0)
    lines = []
    for fact in facts:
        marks = "".join(f" [{number[source]}]" for source in fact.sources)
        text = wrap(
            one_line(fact.text) + marks, LINE_WIDTH - widest - 4, break_on_hyphens=False, break_long_words=False
        )
        lines += [f"  {fact.label if not place else '':<{widest}}  {line}" for place, line in enumerate(text)]
    return lines


def _indented(text: str) -> str:
    return "\n".join("  " + line for line in text.splitlines())


def _source(number: int, source: Source) -> str:
    when = source.published or f"read {source.accessed}"
    where = source.url or source.locator
    title = f"  [{number}] tier {source.tier}, {when}: {one_line(source.title)}"
    return title + (f"\n      {where}" if where else "")
