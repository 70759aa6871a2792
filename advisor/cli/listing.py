"""`advisor list`: what is known of one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from advisor.catalog.kinds import KINDS
from advisor.cli.kinds import KIND, METAVAR
from advisor.cli.options import catalog_option, format_option, open_facts
from advisor.present.listing import listing as listed
from advisor.present.listing import matching

if TYPE_CHECKING:
    from advisor.catalog.kinds import KindName
    from advisor.present.tables import TableFormat


@click.command(name="list", short_help="What is known.", epilog="Kinds: " + ", ".join(KINDS) + ".")
@click.argument("kind", type=KIND, metavar=METAVAR)
@click.argument("pattern", required=False)
@catalog_option
@format_option
def listing(kind: KindName, pattern: str | None, **values: Any) -> None:
    """What is known of one KIND, one line each; PATTERN is part of a name, or a name with * and ?.

    \b
    advisor list models qwen3
    advisor list hardware 'rtx-40*'
    advisor list records dgx-spark --format csv
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    output_format: TableFormat = "json" if values["as_json"] else values["output_format"]
    facts = open_facts(values["catalogs"])
    found = matching(facts, kind, pattern)
    if not found and pattern and output_format not in {"json", "csv"}:
        click.echo(f"advisor: no {KINDS[kind].label} matches {pattern[:80]!r}", err=True)
        return
    click.echo(listed(facts, kind, found, output_format))
