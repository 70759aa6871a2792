"""What nobody has measured of a need, what matters most first, each with the command that would measure it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from advisor.present.decision import machine_name, speed
from advisor.present.explain import measuring_command
from advisor.present.formats import share
from advisor.present.tables import Column, render

if TYPE_CHECKING:
    from advisor.decide.decision import Decision
    from advisor.decide.gaps import Gap
    from advisor.present.tables import TableFormat

COLUMNS = (
    Column("impact", "impact"), Column("workload", "workload"), Column("machine", "machine", cut=20), Column("expected", "tok/s"),
    Column("met_share", "fast enough", right=True), Column("worth_share", "worth", right=True),
)  # fmt: skip
WORTH = (
    "worth: how much more often the choice would be right if it were known. high from 10 %, medium from 2 %; also high where\n"
    "any speed would let the option do as much for no more money."
)


def text(found: Decision, output_format: TableFormat) -> str:
    """The gaps in the format asked for; people also get the commands."""
    if output_format == "json":
        return json.dumps(
            {"schema": "advisor.gaps/1", "gaps": [gap_object(gap) for gap in found.gaps]}, indent=2, ensure_ascii=False
        )
    if not found.gaps:
        return (
            ""
            if output_format == "csv"
            else "Every machine and workload of the need has a row of its own, or does not run."
        )
    table = render(COLUMNS, [_row(found, gap) for gap in found.gaps], output_format)
    if output_format == "csv":
        return table
    commands = dict.fromkeys(measuring_command(gap.served.finding) for gap in found.gaps if gap.served.finding)
    return "\n".join([table, "", WORTH, "", "measure it:", *(f"  {command}" for command in commands)])


def _row(found: Decision, gap: Gap) -> list[Any]:
    met = "" if gap.met is None else share(gap.met)
    return [
        gap.impact.upper(),
        gap.workload.name,
        machine_name(found, gap.machine),
        speed(gap.served),
        met,
        share(gap.worth),
    ]


def gap_object(gap: Gap) -> dict[str, Any]:
    """The gap for programs."""
    expected = gap.served.decode_tok_s
    return {
        "machine": gap.machine, "workload": gap.workload.name, "impact": gap.impact, "worth_share": round(gap.worth, 4),
        "met_share": gap.met, "tok_s": expected.mid if expected else None, "low_tok_s": expected.low if expected else None,
        "high_tok_s": expected.high if expected else None,
        "command": measuring_command(gap.served.finding) if gap.served.finding else None,
    }  # fmt: skip
