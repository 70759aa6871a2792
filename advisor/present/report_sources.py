"""The numbered sources of a report: each gets its number where it is first cited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.report_tree import Entry, Paragraph, References, Section, cite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.source import Source

TIERS = {0: "own measurement", 1: "maker or project", 2: "professional review", 3: "community"}
YOURS = "yours"


class Sources:
    """Which sources were cited, in the order of their numbers."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._numbers: dict[str, int] = {}

    def cite(self, *ids: str | None) -> str:
        """Marks of these sources, each once, with a blank before them; nothing for none. `yours` is said as it is."""
        marks = []
        for one in dict.fromkeys(ids):
            if one in self._facts.sources and one is not None:
                marks.append(cite(self._numbers.setdefault(one, len(self._numbers) + 1)))
            elif one:
                marks.append(f"({one})")
        return "".join(f" {mark}" for mark in marks)

    def cite_all(self, ids: Iterable[str | None], most: int = 6) -> str:
        """The same for many, of which the first few are named."""
        held = list(dict.fromkeys(one for one in ids if one))
        more = f" and {len(held) - most} more" if len(held) > most else ""
        return self.cite(*held[:most]) + more

    def section(self) -> Section:
        """Every source that was cited."""
        entries = tuple(
            Entry(number, self._words(self._facts.sources[one]), self._facts.sources[one].url)
            for one, number in self._numbers.items()
        )
        words = (
            "Tiers: 0 own measurement, 1 maker or project, 2 professional review, 3 community. A number in brackets leads here; "
            "what an overlay catalog adds is marked yours."
        )
        return Section("Sources", (Paragraph(words), References(entries)))

    def _words(self, source: Source) -> str:
        who = ", ".join(dict.fromkeys(one for one in (source.publisher, source.author) if one))
        dates = [
            f"published {source.published}" if source.published else "no date of publication",
            f"read {source.accessed}",
        ]
        own = f"{YOURS}, " if self._facts.origin("sources", source.id) == YOURS else ""
        where = f" {source.locator}." if source.locator and not source.url else ""
        return f"{source.title}. {f'{who}. ' if who else ''}Tier {source.tier}, {own}{TIERS[source.tier]}; {'; '.join(dates)}.{where}"
