"""Write docs/cost-model.md: the formulas of cost held against every worked break-even of the catalog.

    python scripts/cost_model.py [--check]

With --check nothing is written; it exits 1 when the page is out of date.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from advisor.catalog.load import load_catalog  # noqa: E402 - after the path is set
from advisor.decide import cost  # noqa: E402
from advisor.decide.power_draw import draw_of  # noqa: E402
from scripts.published_break_evens import (  # noqa: E402
    NOT_STATED,
    Outcome,
    analysis,
    monthly_requests,
    numbers,
    outcomes,
)

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts

PAGE = ROOT / "docs" / "cost-model.md"


@dataclass(frozen=True)
class Broken:
    """An analysis that does not hold up, and the arithmetic that breaks it."""

    key: str
    arithmetic: str
    least: float
    """The one figure of the two that should not be the smaller."""
    most: float


def broken(facts: Facts) -> tuple[Broken, ...]:
    """The four analyses that do not hold up, whatever the formulas."""
    draw = draw_of(facts, facts.hardware["dgx-spark"])
    assert draw.load_w
    assert draw.idle_w
    presenc, tco = (analysis(facts, key) for key in ("presenc-tco", "spark-qwen36-27b"))
    bill, tariff = float(presenc.inputs["DGX Spark/power_year"]), float(presenc.inputs["usd_per_kwh"])
    implied = cost.implied_w(bill, tariff)
    energy = float(tco.printed["local_tco_3y"]) - float(tco.inputs["hardware_usd"])
    years = float(tco.inputs["years"])
    idle = cost.energy_per_month(0, 0, draw.idle_w.low, tariff) * 12 * years
    sparks = {one.check.printed: one for one in outcomes(facts) if one.check.key == "four-sparks"}
    haiku = {one.check.printed: one for one in outcomes(facts) if one.check.key == "infotechwithben-haiku-high"}
    i = numbers(analysis(facts, "infotechwithben-haiku-high"))
    per_month = monthly_requests(i) * (i["input_tokens"] + i["output_tokens"])
    mean = per_month / 1e6 * (i["api_input"] + i["api_output"]) / 2
    months = haiku["breakeven_months"]
    return (
        Broken(
            "presenc-tco",
            f"${bill:,.0f} of electricity a year for a DGX Spark at ${tariff} a kWh is {implied:.0f} W around the clock; "
            f"the highest reading at the wall is {draw.load_w.high:.0f} W. The sums themselves hold.",
            draw.load_w.high,
            implied,
        ),
        Broken(
            "spark-qwen36-27b",
            f"A total of ${tco.printed['local_tco_3y']:,.0f} less ${tco.inputs['hardware_usd']:,.0f} for the machine leaves "
            f"${energy:.0f} of electricity in {years:.0f} years; waiting alone, at the lowest idle reading of "
            f"{draw.idle_w.low:.0f} W and ${tariff} a kWh, takes ${idle:.0f}.",
            energy,
            idle,
        ),
        Broken(
            "four-sparks",
            f"Its own ${sparks['cloud_usd_per_month'].printed:,.0f} a month are "
            f"${sparks['cloud_24_months'].ours:,.0f} in 24 months, not the ${sparks['cloud_24_months'].printed:,.0f} "
            "of its chart. The break-even itself holds.",
            sparks["cloud_24_months"].ours,
            sparks["cloud_24_months"].printed,
        ),
        Broken(
            "infotechwithben-haiku-high",
            f"${haiku['api_usd_per_month'].printed:,.0f} a month needs input and output at the mean of their two prices "
            f"(${mean:.0f}); {i['input_tokens']:.0f} tokens in and {i['output_tokens']:.0f} out, each at its own, cost "
            f"${haiku['api_usd_per_month'].ours:.0f}. With that and its ${i['power_usd_per_month']:.0f} of power, "
            f"{months.printed:.0f} months become {months.ours:.1f}. The low-use case of the page has the same mistake: "
            "once power is counted it never pays.",
            haiku["api_usd_per_month"].ours,
            haiku["api_usd_per_month"].printed,
        ),
    )


def page(facts: Facts) -> str:
    """The text of docs/cost-model.md."""
    found = list(outcomes(facts))
    names = {one.key.removesuffix("-high") for one in broken(facts)}
    parts = [START]
    parts += ["| analysis | figure | printed | ours | off | how |", "|---|---|---:|---:|---:|---|"]
    parts += [_row(one) for one in found if one.holds]
    parts += ["", f"## What does not: {len(names)} analyses\n"]
    parts += [f"- **{one.key}**: {one.arithmetic}" for one in broken(facts)]
    parts += ["", "Their figures beside ours:", ""]
    parts += ["| analysis | figure | printed | ours | off | how |", "|---|---|---:|---:|---:|---|"]
    parts += [_row(one) for one in found if not one.holds]
    parts += ["", "## What cannot be computed again\n", *(f"- **{key}**: {why}." for key, why in NOT_STATED.items())]
    return "\n".join(parts) + "\n"


def _row(one: Outcome) -> str:
    if one.check.at_most is not None:
        return (
            f"| {one.check.key} | {one.check.printed} | under {one.printed:g} | {one.ours:.1f} | as said | "
            f"{one.check.how} |"
        )
    off = "0 %" if abs(one.off) < 0.0005 else f"{one.off:+.1%}".replace("%", " %").replace("-", "\u2212")
    ours = f"{one.ours:,.2f}".removesuffix(".00")
    return f"| {one.check.key} | {one.check.printed} | {_printed(one.printed)} | {ours} | {off} | {one.check.how} |"


def _printed(amount: float) -> str:
    return f"{amount:,.0f}" if amount == int(amount) else f"{amount:,}"


START = """\
# The cost model

Generated by `python scripts/cost_model.py` from `advisor/decide/cost.py` and the worked break-evens of
`catalog/costs/break-even.yaml`.

- **Owning** a month: price less resale over the months it is kept, and energy: load watts for the hours it works, idle
  watts for the other hours it is on.
- **A token**: what a month costs over the tokens of a month at the person's own duty cycle. A machine that waits most of
  the day makes dear tokens, as a rented card does.
- **Break-even**: the price over what is not paid elsewhere, less what running it costs; never where nothing is saved.
  API prices count input and output each at its own price, never at their mean.
- **Keeping what is owned**: its price is spent; only its energy counts, and what it would bring if it were sold.
- A month is a twelfth of 365 days.

What most published break-evens leave out: energy at idle, how much of the day the machine works, resale, the price of
input tokens, and that API prices change.

## What holds up, given its inputs

Within 2 %, or equal once rounded as the page prints it.
"""


def main() -> int:
    """Command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is out of date")
    check = parser.parse_args().check
    text = page(load_catalog((ROOT / "catalog",)))
    is_stale = not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text
    if is_stale:
        print(f"{PAGE.relative_to(ROOT)} {'is out of date' if check else 'written'}")
        if not check:
            PAGE.write_text(text, encoding="utf-8")
    return int(is_stale and check)


if __name__ == "__main__":
    sys.exit(main())
