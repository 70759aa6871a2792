"""`advisor compare`: machines side by side over models and contexts, and where one starts to win."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.catalog import find
from advisor.cli.fit import calibration, demand, excluded, question, shared
from advisor.cli.options import DATE, TOKENS, open_facts
from advisor.decide.compare import cell, compare, most_measured
from advisor.decide.market import INSTEAD, REGIONS, Market
from advisor.decide.need import Owned
from advisor.decide.terms import Terms
from advisor.errors import Exit, UsageError
from advisor.estimate.machine import AS_IT_COMES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.model import Model
    from advisor.decide.compare import Cell
    from advisor.decide.need import Need
    from advisor.decide.question import Question
    from advisor.evidence.calibration import Calibration
    from advisor.present.tables import TableFormat

LEAST_MACHINES = 2
SAID_BY_NEED = ("region", "currency", "prices_as_of", "condition", "have", "host", "as_of", "host_memory", "host_bandwidth")  # fmt: skip
"""Options whose place a need takes."""
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
        click.option("--currency", help="EUR, USD … at a dated rate.  [default: USD]"),
        click.option("--prices-as-of", type=DATE, help="Prices known on that day.  [default: --as-of, else the newest]"),
        click.option("--condition", type=click.Choice(list(INSTEAD)), help="How you would buy it.  [default: new]"),
        click.option("--have", multiple=True, metavar="MACHINE", help="A machine you own: nothing is to be bought for it."),
        click.option("--host", type=click.Choice(["bought", "owned"]),
                     help="Whether the computer around cards is still to be bought.  [default: bought, unless you have a machine with cards]"),
        click.option("--need", "need_path", type=click.Path(path_type=Path, dir_okay=False),
                     help="A need.yaml that says where, when and how you buy, how far evidence counts, and of each machine whether it is yours, its "
                          "quote, its watts and its host's memory; also which machines and models, where none are named."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def market(values: dict[str, Any]) -> Market:
    """The market the options describe. Raises UsageError where nobody knows in which region a currency is meant."""
    currency = (values["currency"] or "USD").upper()
    region = values["region"] or REGIONS.get(currency)
    if region is None:
        raise UsageError(f"--region is needed: nobody knows where you buy in {currency}")
    return Market(
        as_of=values["prices_as_of"] or values["as_of"], region=region.upper(), currency=currency, condition=values["condition"] or "new"
    )  # fmt: skip


def terms(facts: Facts, values: dict[str, Any], need: Need | None) -> Terms:
    """What the options say beside the question, or the need. Raises UsageError where both say it, and UnknownName."""
    if need is None:
        owns = tuple(Owned(machine=find.hardware(facts, name).id) for name in values["have"])
        return Terms(market=market(values), as_of=values["as_of"], owns=owns, host=values["host"])
    twice = [f"--{name.replace('_', '-')}" for name in SAID_BY_NEED if values[name]]
    if twice:
        raise UsageError(f"a need.yaml and {', '.join(twice)}, which the need says: give one of them")
    return Terms.of(need)


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
    advisor compare --need examples/spark-or-desktop.yaml --context 32k
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    facts = open_facts(values["catalogs"])
    need = _need(facts, values["need_path"])
    said = terms(facts, values, need)
    values["as_of"] = said.as_of
    names = _machines(facts, machines, need)
    without = excluded(facts, values["exclude_sources"], values["max_tier"])
    learned = calibration(facts, said.as_of, without)
    cells_of = partial(_cells, facts, learned, names, values, said, without)
    models = _models(facts, values["models"], need)
    if models is None:
        cells = most_measured(facts, cells_of)
    else:
        cells = tuple(each for model in models for each in cells_of(model))
    if not cells:
        raise UsageError("none of the measured models fits one of these machines; name some with --models")
    found = compare(facts, learned, cells, said, without)
    output_format: TableFormat = "json" if values["as_json"] else values["output_format"]
    from advisor.present.compare import text

    click.echo(text(found, facts, output_format, width=values["width"]))
    runs = any(each.runs for each in cells)
    return int(Exit.ANSWER_IS_NO if values["exit_code"] and not runs else Exit.ANSWERED)


def _need(facts: Facts, path: Path | None) -> Need | None:
    """The need of the file; None without one. Raises NeedInvalid with every mistake."""
    if path is None:
        return None
    from advisor.decide.need_file import read_need

    return read_need(facts, path)


def _machines(facts: Facts, typed: Sequence[str], need: Need | None) -> tuple[str, ...]:
    """The machines by id, each once; those of the need where none is named. Raises UnknownName, and UsageError for fewer than two."""
    names = typed or (
        [*(each.machine for each in need.owns), *(each.machine for each in need.considers)] if need else ()
    )
    found = tuple(dict.fromkeys(find.hardware(facts, name).id for name in names))
    if len(found) < LEAST_MACHINES:
        raise UsageError("name two machines or more: advisor compare spark rtx-5090")
    return found


def _models(facts: Facts, typed: str | None, need: Need | None) -> tuple[Model, ...] | None:
    """The models named, each once, else those of the need's wants; None where there are neither. Raises UnknownName and UsageError."""
    if typed is None:
        wanted = dict.fromkeys(work.model for work in need.workloads if work.kind == "text") if need else {}
        return tuple(facts.models[name] for name in wanted if name) or None
    names = [name.strip() for name in typed.split(",") if name.strip()]
    if not names:
        raise UsageError("--models names no model")
    return tuple({found.id: found for found in (find.model(facts, name) for name in names)}.values())


def _cells(
    facts: Facts, learned: Calibration, machines: Sequence[str], values: dict[str, Any], said: Terms, without: frozenset[str],
    model: Model,
) -> tuple[Cell, ...]:  # fmt: skip
    contexts: tuple[int | None, ...] = values["contexts"] or (None,)
    asked = [demand(facts, values | {"context_tokens": context}) for context in contexts]
    return tuple(
        cell(facts, learned, _as_said(question(facts, model.id, machine, values, each), said), without)
        for each in asked for machine in machines
    )  # fmt: skip


def _as_said(asked: Question, said: Terms) -> Question:
    """The question with what a need says of the main memory behind its machine."""
    host = said.setup(asked.hardware.id)
    if host == AS_IT_COMES:
        return asked
    setup = replace(asked.setup, host_bytes=host.host_bytes, host_bandwidth_bytes_s=host.host_bandwidth_bytes_s)
    return replace(asked, setup=setup)
