"""`advisor decide` and `advisor gaps`: what to buy, why, what would change it, and what nobody has measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.cli.options import catalog_option, format_option, open_facts
from advisor.cli.writing import write_whole
from advisor.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.catalog.contents import Facts
    from advisor.decide.decision import Decision
    from advisor.decide.need import Need
    from advisor.present.tables import TableFormat

FROM_FLAGS = ("want", "have", "consider", "budget", "users", "hours", "region", "currency", "as_of", "per_kwh", "power_w", "single_box")  # fmt: skip


def need_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The need as a file, or said in options."""
    options = (
        click.argument("path", metavar="[NEED.yaml]", required=False, type=click.Path(path_type=Path, dir_okay=False)),
        click.option(
            "--want", multiple=True, metavar="MODEL[@CTX][:FLOOR]", help="Something to run: gpt-oss-120b@32k:30, or best:coding@64k:20."
        ),
        click.option("--have", multiple=True, metavar="MACHINE", help="A machine you own."),
        click.option("--consider", multiple=True, metavar="MACHINE", help="A machine you think of.  [default: any in budget]"),
        click.option("--budget", metavar="AMOUNT", help="Most to spend: 4500EUR."),
        click.option("--users", type=click.IntRange(1, 4096), default=1, show_default=True, help="Requests at once."),
        click.option("--hours", type=click.FloatRange(0, 24), help="Hours of work a day."),
        click.option("--region", help="Where you buy: US, EU, DE, UK …"),
        click.option("--currency", help="EUR, USD …  [default: the budget's]"),
        click.option("--as-of", help="Evidence up to that day.  [default: all]"),
        click.option("--per-kwh", type=click.FloatRange(0), help="Price of a kilowatt hour.  [default: your region's]"),
        click.option("--power", "power_w", type=click.FloatRange(0), help="Most watts under load."),
        click.option("--single-box", is_flag=True, help="One box only."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return catalog_option(format_option(command))


def need_from(facts: Facts, path: Path | None, values: dict[str, Any]) -> Need:
    """The need of the file, or of the options. Raises UsageError for both or neither, NeedInvalid for what is wrong in it."""
    from advisor.decide.need_file import read_need
    from advisor.decide.need_flags import Said, need_from_flags

    said = {name: values[name] for name in FROM_FLAGS}
    stated = any(value for name, value in said.items() if name != "users")
    if path and stated:
        raise UsageError("a need.yaml and options that say the same: give one of them")
    if path:
        return read_need(facts, path)
    if not stated:
        raise UsageError("say what you need: a need.yaml, or --want MODEL and --budget AMOUNT (see --help)")
    return need_from_flags(facts, Said(**said))


def decided(catalogs: tuple[Path, ...], path: Path | None, values: dict[str, Any]) -> tuple[Facts, Decision]:
    """The decision for the need, and the facts it rests on."""
    from advisor.cli.fit import calibration
    from advisor.decide.decision import decide as run

    facts = open_facts(catalogs)
    need = need_from(facts, path, values)
    return facts, run(facts, calibration(facts, need.as_of, frozenset()), need)


@click.command(short_help="What to buy, why, and what would change it.")
@need_options
@click.option(
    "--write", "written", type=click.Path(path_type=Path, dir_okay=False), help="Also write the need there as YAML."
)
@click.option("--exit-code", is_flag=True, help="Exit 1 where nothing open does all that must be done.")
@click.option("--all", "everything", is_flag=True, help="Every open option, not only those near the choice.")
@click.pass_context
def decide(
    ctx: click.Context, /, path: Path | None, written: Path | None, catalogs: tuple[Path, ...], output_format: TableFormat, *, as_json: bool,
    exit_code: bool, everything: bool, **values: Any,
) -> None:  # fmt: skip
    """What to buy, why, and what would change it.

    \b
    advisor decide need.yaml
    advisor decide --want gpt-oss-120b@32k:30 --have rtx-4090+rtx-5070-ti --consider spark --budget 4000EUR
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    from advisor.present.decision import text

    facts, found = decided(catalogs, path, values)
    if written:
        from advisor.decide.need_write import need_yaml

        write_whole(written, need_yaml(found.need))
    click.echo(text(facts, found, "json" if as_json else output_format, everything=everything))
    if exit_code and (found.pick is None or found.pick.missed):
        ctx.exit(Exit.ANSWER_IS_NO)


@click.command(short_help="What nobody has measured of a need, and how much it matters.")
@need_options
def gaps(
    path: Path | None, catalogs: tuple[Path, ...], output_format: TableFormat, *, as_json: bool, **values: Any
) -> None:
    """What nobody has measured of a need, and how much it matters: what would most likely change the choice comes first.

    \b
    advisor gaps need.yaml
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    from advisor.present.gaps import text

    _, found = decided(catalogs, path, values)
    click.echo(text(found, "json" if as_json else output_format))
