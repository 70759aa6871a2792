"""What no single file can show: whether what it names exists, whether names are unique and dates possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor.catalog.compose import MOST_DEVICES
from advisor.catalog.kinds import KINDS, NAMED, KindName
from advisor.catalog.mentions import Mention, dates, mentions
from advisor.catalog.names import fold
from advisor.catalog.places import Place
from advisor.catalog.schema.quality import OTHER_MODELS
from advisor.catalog.sound import unsound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.catalog.contents import Catalog
    from advisor.catalog.yaml_text import Loc
    from advisor.errors import Problem

SHARED_NAMES: tuple[KindName, ...] = ("models", "pipelines", "hardware", "quants", "runtimes")
"""Kinds that may not share a name with one another: questions and records name them side by side."""
MAY_BE_AHEAD = "on_sale"
"""The only date that may lie ahead of the catalog: what is announced is on sale later."""


def references(catalog: Catalog) -> list[Problem]:
    """Everything that does not fit together, file by file; empty for a sound catalog."""
    found = [
        *_unresolved(catalog),
        *_shared_names(catalog),
        *_impossible_dates(catalog),
        *_impossible_devices(catalog),
        *(
            catalog.places[kind, entry.id].problem(way, message)
            for kind in KINDS
            for entry in catalog.of(kind).values()
            for way, message in unsound(entry, catalog)
        ),
    ]
    return sorted(dict.fromkeys(found), key=lambda problem: (problem.path, problem.line))


def unused_sources(catalog: Catalog) -> list[Problem]:
    """Sources nothing cites: worth a warning, not a refusal."""
    cited = {
        mention.name
        for kind in KINDS
        for entry in catalog.of(kind).values()
        for mention in mentions(entry)
        if "sources" in mention.kinds
    }
    return [
        catalog.places["sources", source].problem((), "nothing cites this source")
        for source in catalog.sources
        if source not in cited
    ]


def _unresolved(catalog: Catalog) -> Iterator[Problem]:
    for kind, place, entry in _entries(catalog):
        for mention in mentions(entry):
            is_known = any(mention.name in catalog.of(wanted) for wanted in mention.kinds)
            if is_known or (kind == "quality" and mention.name == OTHER_MODELS):
                continue
            label = " or ".join(KINDS[wanted].label for wanted in mention.kinds)
            message = f"no {label} has the id {mention.name!r}{_hint(catalog, mention)}"
            if mention.way[0] in KINDS[kind].from_path:
                # The file's place says it, so it is wrong once, not once a row.
                yield Place(place.path).problem((), message)
            else:
                yield place.problem(mention.way, message)


def _hint(catalog: Catalog, mention: Mention) -> str:
    near = catalog.names.exact(mention.kinds[0], mention.name)
    return f"; its id is {near[0]}" if len(near) == 1 else ""


def _shared_names(catalog: Catalog) -> Iterator[Problem]:
    owners: dict[tuple[str, str], tuple[KindName, str]] = {}
    for kind in NAMED:
        space = "shared" if kind in SHARED_NAMES else kind
        for entry_id, entry in catalog.of(kind).items():
            repository = getattr(entry, "repository", None)
            named: list[tuple[Loc, str]] = [(("id",), entry_id)]
            named += [(("repository",), repository)] if repository else []
            named += [(("aliases", number), text) for number, text in enumerate(getattr(entry, "aliases", ()))]
            for way, name in named:
                owner = owners.setdefault((space, fold(name)), (kind, entry_id))
                if owner != (kind, entry_id):
                    message = f"{name!r} is also a name of the {KINDS[owner[0]].label} {owner[1]}"
                    yield catalog.places[kind, entry_id].problem(way, message)


def _impossible_dates(catalog: Catalog) -> Iterator[Problem]:
    newest = catalog.date
    for _, place, entry in _entries(catalog):
        for way, date in dates(entry):
            if _later(date, newest) and way[-1] != MAY_BE_AHEAD:
                yield place.problem(way, f"{date} lies after {newest}, when the newest source was read")
    for source_id, source in catalog.sources.items():
        if source.published and _later(source.published, source.accessed):
            message = f"{source.published} lies after {source.accessed}, when it was read"
            yield catalog.places["sources", source_id].problem(("published",), message)


def _later(date: str, other: str) -> bool:
    """True when no reading of the coarser of the two dates puts the first on or before the second."""
    shorter = min(len(date), len(other))
    return date[:shorter] > other[:shorter]


def _impossible_devices(catalog: Catalog) -> Iterator[Problem]:
    for record in catalog.records.values():
        machine = catalog.hardware.get(record.hardware)
        most = sum(member.count for member in machine.members) if machine and machine.members else MOST_DEVICES
        if record.devices > most:
            message = f"{record.devices} devices of {record.hardware}, which has {most}" if most < MOST_DEVICES else (
                f"{record.devices} devices; at most {MOST_DEVICES} are expected"
            )  # fmt: skip
            yield catalog.places["records", record.id].problem(("devices",), message)


def _entries(catalog: Catalog) -> Iterator[tuple[KindName, Place, Any]]:
    for kind in KINDS:
        for entry in catalog.of(kind).values():
            yield kind, catalog.places[kind, entry.id], entry
