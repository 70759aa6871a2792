"""`advisor compare`: machines side by side over models and contexts, and where one starts to win."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from advisor.catalog import find
from advisor.cli.fit import calibration, demand, excluded, question, shared
from advisor.cli.options import DATE, TOKENS, open_facts
from advisor.decide.compare import cell, compare, most_measured
from advisor.decide.market import INSTEAD, REGIONS, Market
from advisor.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.model import Model
    from advisor.decide.compare import Cell
    from advisor.evidence.calibration import Calibration
    from advisor.present.tables import TableFormat

LEAST_MACHINES = 2
NARROWEST = 60
WIDEST = 400


class _Contexts(click.ParamType[tuple[int, ...]]):
    """One number of tokens or several with commas between them."""

    name = "numbers of tokens"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        return tuple(dict.fromkeys(TOKENS.convert(part.strip(), param, ctx) for part in str(value).split(",")))


CONTEXTS = click.option(
    "--context", "contexts", type=_Contexts(), help="Tokens memory must hold per request, or several: 8k,112k.  [default: 8k]"
)  # fmt: skip


def market_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where, when and how the machines are bought."""
    options = (
        click.option("--region", help="Where you buy: US, EU, DE, UK …  [default: where the currency is used]"),
        click.option("--currency", default="USD", show_default=True, help="EUR, USD … at a dated rate."),
        click.option("--prices-as-of", type=DATE, help="Prices known on that day.  [default: --as-of, else the newest]"),
        click.option("--condition", type=click.Choice(list(INSTEAD)),
                     default="new", show_default=True, help="How you would buy it."),
        click.option("--host", type=click.Choice(["bought", "owned"]), default="bought", show_default=True,
                     help="Whether the computer around cards is still to be bought."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def market(values: dict[str, Any]) -> Market:
    """The market the options describe. Raises UsageError where nobody knows in which region a currency is meant."""
    currency = values["currency"].upper()
    region = values["region"] or REGIONS.get(currency)
    if region is None:
        raise UsageError(f"--region is needed: nobody knows where you buy in {currency}")
    return Market(
        as_of=values["prices_as_of"] or values["as_of"], region=region.upper(), currency=currency, condition=values["condition"]
    )  # fmt: skip


@click.command("compare", short_help="Machines side by side over models, and where one starts to win.")
@click.argument("machines", nargs=-1, metavar="MACHINE MACHINE...")
@click.option(
    "--models", help="Models with commas between them.  [default: the six most measured that fit one of the machines]"
)
@partial(shared, context=CONTEXTS)
@market_options
@click.option(
    "--width",
    type=click.IntRange(NARROWEST, WIDEST),
    default=80,
    show_default=True,
    help="Most characters of a line of a table.",
)
@click.option("--exit-code", is_flag=True, help="Exit 1 when nothing runs on any of them.")
def compare_command(machines: tuple[str, ...], **values: Any) -> int:
    """Machines side by side: what runs, how fast, on what evidence, for what price and power, and where one starts to win.

    \b
    advisor compare spark rtx-4090+rtx-5070-ti --models glm-4.7-flash,gpt-oss-120b --context 8k,112k
    advisor compare spark apple-m3-ultra-256 rtx-5090 --currency EUR --region DE
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    facts = open_facts(values["catalogs"])
    where = market(values)
    names = _machines(facts, machines)
    without = excluded(facts, values["exclude_sources"], values["max_tier"])
    learned = calibration(facts, values["as_of"], without)
    cells_of = partial(_cells, facts, learned, names, values, without)
    if values["models"] is None:
        cells = most_measured(facts, cells_of)
    else:
        cells = tuple(each for model in _models(facts, values["models"]) for each in cells_of(model))
    if not cells:
        raise UsageError("none of the measured models fits one of these machines; name some with --models")
    found = compare(facts, learned, cells, where, values["host"], without)
    output_format: TableFormat = "json" if values["as_json"] else values["output_format"]
    from advisor.present.compare import text

    click.echo(text(found, facts, output_format, width=values["width"]))
    runs = any(each.runs for each in cells)
    return int(Exit.ANSWER_IS_NO if values["exit_code"] and not runs else Exit.ANSWERED)


def _machines(facts: Facts, typed: Sequence[str]) -> tuple[str, ...]:
    """The machines by id, each once. Raises UnknownName, and UsageError for fewer than two."""
    found = tuple(dict.fromkeys(find.hardware(facts, name).id for name in typed))
    if len(found) < LEAST_MACHINES:
        raise UsageError("name two machines or more: advisor compare spark rtx-5090")
    return found


def _models(facts: Facts, typed: str) -> tuple[Model, ...]:
    """The models named, each once. Raises UnknownName, and UsageError where none is."""
    names = [name.strip() for name in typed.split(",") if name.strip()]
    if not names:
        raise UsageError("--models names no model")
    return tuple({found.id: found for found in (find.model(facts, name) for name in names)}.values())


def _cells(
    facts: Facts, learned: Calibration, machines: Sequence[str], values: dict[str, Any], without: frozenset[str], model: Model
) -> tuple[Cell, ...]:  # fmt: skip
    contexts: tuple[int | None, ...] = values["contexts"] or (None,)
    asked = [demand(facts, values | {"context_tokens": context}) for context in contexts]
    return tuple(
        cell(facts, learned, question(facts, model.id, machine, values, each), without)
        for each in asked for machine in machines
    )  # fmt: skip
