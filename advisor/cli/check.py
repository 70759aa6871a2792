"""`advisor check`: predictions against every measured row, each predicted without its own group."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.options import catalog_option, format_option, open_facts

if TYPE_CHECKING:
    from advisor.present.tables import TableFormat

QUANTITIES = ("decode", "host", "several", "prefill", "concurrency")


@click.command(short_help="How far off predictions are, each made without what it predicts.")
@click.option(
    "--quantity", "quantities", multiple=True, type=click.Choice(QUANTITIES), help="Only these.  [default: all]"
)
@click.option("--level", type=click.FloatRange(0.01, 0.99), default=0.8, show_default=True, help="Interval.")
@click.option(
    "--worst", "most", type=click.IntRange(0, 1000), default=20, show_default=True, help="Rows furthest off to name."
)
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write accuracy.md and accuracy.svg there.",
)
@catalog_option
@format_option
def check(
    quantities: tuple[str, ...], level: float, most: int, folder: Path | None, catalogs: tuple[Path, ...],
    output_format: TableFormat, *, as_json: bool,
) -> None:  # fmt: skip
    """How far off the predictions are, and whether their intervals hold what they promise.

    Every row is predicted by what the other rows teach: without its pages, its model on its machine, its model, or its
    machine, as the line says. Nothing is tuned on the row it predicts.

    \b
    advisor check
    advisor check --quantity decode --worst 5
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    from advisor.evidence.checked import check as run
    from advisor.present.accuracy import text

    facts = open_facts(catalogs)
    found = run(facts, quantities or None, level, most)  # type: ignore[arg-type]
    if folder:
        from advisor.present.accuracy_page import write

        write(found, facts, folder)
    click.echo(text(found, "json" if as_json else output_format))
