"""`advisor show`: everything known of one entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from advisor.catalog import find
from advisor.catalog.kinds import KINDS, NAMED
from advisor.cli.kinds import kind_named
from advisor.cli.options import catalog_option, format_option, open_facts
from advisor.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.catalog.contents import Facts
    from advisor.catalog.kinds import KindName
    from advisor.present.tables import TableFormat

MOST_NEAR = 3


@click.command(
    short_help="Catalog facts about one thing, and their sources.", epilog="Kinds: " + ", ".join(KINDS) + "."
)
@click.argument("words", nargs=-1, required=True, metavar="[KIND] ID")
@catalog_option
@format_option
@click.option("--explain", is_flag=True, help="Also figures nobody gives a source for, marked so.")
def show(words: tuple[str, ...], **values: Any) -> None:
    """What is known of one thing, and where each fact comes from.

    \b
    advisor show gpt-oss-120b
    advisor show hardware spark
    advisor show records lcpp-b7941-gpt-oss-120b-mxfp4-tg32-d0 --json
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    from advisor.present.card import show as shown
    from advisor.present.cards import card

    output_format: TableFormat = "json" if values["as_json"] else values["output_format"]
    facts = open_facts(values["catalogs"])
    kind, entry = meant(facts, words)
    click.echo(shown(facts, card(facts, kind, entry, explain=values["explain"]), output_format))


def meant(facts: Facts, words: tuple[str, ...]) -> tuple[KindName, Any]:
    """The entry the words name: a kind and a name, or a name that means one thing only. Raises UnknownName."""
    kind = kind_named(words[0])
    if kind is not None:
        if len(words) == 1:
            raise UsageError(f"name one of the {kind.name}; advisor list {kind.name} lists them")
        return kind.name, of_kind(facts, kind.name, " ".join(words[1:]))
    typed = " ".join(words)
    found = [(name, entry) for name in NAMED for entry in facts.names.exact(name, typed)]
    found += [(name, typed) for name in KINDS if name not in NAMED and typed in getattr(facts, name)]
    if len({name for name, _ in found}) > 1:
        ways = " or ".join(f"advisor show {name} {typed}" for name, _ in found)
        raise UnknownName("single thing", typed, (ways,))
    return (found[0][0], of_kind(facts, found[0][0], typed)) if found else _nearly(facts, typed)


def of_kind(facts: Facts, kind: KindName, typed: str) -> Any:
    """The entry of that kind and name. Raises UnknownName."""
    if kind == "hardware":
        return find.hardware(facts, typed)
    held: Mapping[str, Any] = getattr(facts, kind)
    if kind in NAMED:
        return held[facts.names.find(kind, typed)]
    if typed in held:
        return held[typed]
    near = tuple(entry for entry in held if typed.lower() in entry.lower())[:MOST_NEAR]
    raise UnknownName(KINDS[kind].label, typed[:200], near)


def _nearly(facts: Facts, typed: str) -> tuple[KindName, Any]:
    """What the beginning of a name, or a machine put together from others, means. Raises UnknownName with near names."""
    near: list[str] = []
    for kind in NAMED:
        try:
            return kind, of_kind(facts, kind, typed)
        except UnknownName as error:
            near += error.near
    from difflib import SequenceMatcher

    alike = sorted(
        dict.fromkeys(near), key=lambda name: SequenceMatcher(None, typed.lower(), name).ratio(), reverse=True
    )
    raise UnknownName("entry", typed[:200], tuple(alike)[:MOST_NEAR])
