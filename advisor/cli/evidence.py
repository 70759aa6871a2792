"""`advisor evidence`: every measured row for a model on a machine, beside the prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from advisor.cli.fit import calibration, demand, excluded, question, shared
from advisor.cli.options import open_facts
from advisor.decide.pair import pair
from advisor.decide.shown import ORDERS, USUAL, Shown, shown

if TYPE_CHECKING:
    from advisor.present.tables import TableFormat


@click.command(short_help="Every measured row for a model on a machine, beside the prediction.")
@click.argument("model")
@click.option("--hw", "machine", required=True, help="A machine: spark, rtx-4090+rtx-5070-ti, 2x dgx-spark.")
@click.option(
    "--sort",
    "order",
    type=click.Choice(ORDERS),
    default=USUAL.order,
    show_default=True,
    help="Nearest to the question first, furthest off the prediction, or newest.",
)
@click.option("--disputed", is_flag=True, help="Only rows that are disputed, suspect or remarked on.")
@shared
def evidence(model: str, machine: str, **values: Any) -> None:
    """Every measured row for MODEL on a machine: how near it is to the question, and how far the prediction is off.

    What the question leaves open (quantization, runtime) is compared with each row's own; rows that disagree are shown,
    never averaged.

    \b
    advisor evidence gpt-oss-120b --hw spark
    advisor evidence gpt-oss-120b --hw spark --runtime llama.cpp --depth 32k --format csv
    advisor evidence gpt-oss-120b --hw spark --disputed --sort off
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    from advisor.present.evidence_table import text

    output_format: TableFormat = "json" if values["as_json"] else values["output_format"]
    facts = open_facts(values["catalogs"])
    asked = demand(facts, values)
    without = excluded(facts, values["exclude_sources"], values["max_tier"])
    about = question(facts, model, machine, values, asked)
    wanted = Shown(values["order"], values["disputed"], values["max_tier"])
    found = shown(facts, pair(facts, calibration(facts, asked.as_of, without), about, without), wanted)
    click.echo(text(facts, about, found, output_format, wanted))
