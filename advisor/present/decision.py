"""A decision as text: the sentence first, then when to buy and when not, options, doubts, and what is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.decide.gaps import impact_of
from advisor.present.formats import money, say, share
from advisor.present.options_table import PREDICTED, options_table, speed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.catalog.contents import Facts
    from advisor.decide.bill import Bill, Item
    from advisor.decide.decision import Decision
    from advisor.decide.doubt import Doubt
    from advisor.decide.options import Option
    from advisor.present.tables import TableFormat

__all__ = ["PREDICTED", "machine_name", "option_name", "speed", "text"]

MOST_GAPS = 3
MOST_PRICES = 2
MOST_RULED_OUT = 12


def option_name(option: Option) -> str:
    """What is bought, or that everything stays as it is."""
    return option.bought.name if option.bought else f"keep {' and '.join(machine.name for machine in option.machines)}"


def text(facts: Facts, found: Decision, output_format: TableFormat, *, everything: bool = False) -> str:
    """The decision in the format asked for; CSV is the options alone. `everything` lists every open option."""
    if output_format == "json":
        from advisor.present.decision_json import decision_object  # noqa: PLC0415 - it needs this module

        return json.dumps(decision_object(facts, found), indent=2, ensure_ascii=False)
    if output_format == "csv":
        return options_table(found, "csv")
    heading = "## {}" if output_format == "markdown" else "{}"
    before, after = blocks(found, everything=everything)
    parts = answer_lines(found)
    if output_format == "markdown":
        parts = [part for line in parts for part in (line, "")][:-1]
    parts += [part for title, lines in before for part in _block(title, lines, heading)]
    if table := options_table(found, output_format, everything=everything):
        title = f"options: price in {found.need.market.currency}, tokens per second of each request at the usual prompt"
        parts += ["", heading.format(title), *([""] if output_format == "markdown" else []), table]
    parts += [part for title, lines in after for part in _block(title, lines, heading)]
    return "\n".join(parts)


def answer_lines(found: Decision) -> list[str]:
    """The sentence, how sure it is, and what it turns on."""
    if found.pick is None or found.verdict is None:
        return ["Nothing considered keeps to the limits of the need."]
    verdict = found.verdict
    lines = [say(verdict.sentence), f"confidence {verdict.confidence.upper()}: {say(verdict.because)}"]
    return [*lines, say(verdict.turns_on)] if verdict.turns_on else lines


Blocks = list[tuple[str, list[str]]]


def blocks(found: Decision, *, everything: bool = False, part: Callable[[str], str] = str) -> tuple[Blocks, Blocks]:
    """What is said before the table of options and after it: titles with their sentences, of which there may be none.

    `part` says how a thing with a price is called, given its id.
    """
    verdict = found.verdict
    before = [
        ("buy if", [say(n) for n in verdict.buy_if] if verdict else []),
        ("don't buy if", [say(n) for n in verdict.do_not_if] if verdict else []),
    ]
    after = [
        ("not weighed", [say(why) for why in found.aside]), ("ruled out", _ruled_out(found)), ("prices", _prices(found, part, everything=everything)),
        ("what would change it", _doubts(found, part)), ("not answered", [say(why) for why in found.unanswered]),
    ]  # fmt: skip
    return before, after


def _block(title: str, lines: Sequence[str], heading: str) -> list[str]:
    is_page = heading.startswith("#")
    bullet = "- " if is_page else "  "
    space = [""] if is_page else []
    return ["", heading.format(title), *space, *(f"{bullet}{line}" for line in lines)] if lines else []


def _ruled_out(found: Decision) -> list[str]:
    out = [
        f"{option_name(each.option)}: {'; '.join(say(why) for why in each.option.out)}"
        for each in found.standings
        if not each.is_open
    ]
    more = len(out) - MOST_RULED_OUT
    return [*out[:MOST_RULED_OUT], f"and {more} more"] if more > 0 else out


def _prices(found: Decision, part: Callable[[str], str], *, everything: bool) -> list[str]:
    """What the prices of the choice and of every option that does as much rest on, with age where they are old."""
    least = len(found.pick.missed) if found.pick else 0
    lines = []
    for each in found.front or found.standings:
        bill = each.option.bill
        if bill and bill.items and (everything or each is found.pick or len(each.missed) <= least):
            lines.append(f"{option_name(each.option)}: {_sum(bill)}: {'; '.join(_told(bill, part))}")
    return lines


def _told(bill: Bill, part: Callable[[str], str]) -> list[str]:
    return [*(_item(item, bill.currency, part) for item in bill.items), *map(say, bill.notes)]


def _sum(bill: Bill) -> str:
    amount, widest = bill.amount, bill.widest
    spread = f" ({amount.low:,.0f}–{amount.high:,.0f})" if amount.high > amount.low else ""
    drawn = f", drawn from {widest.low:,.0f}–{widest.high:,.0f}" if widest != amount else ""
    return f"{money(round(amount.mid), bill.currency)}{spread}{drawn}"


def _item(item: Item, currency: str, part: Callable[[str], str]) -> str:
    price = item.price
    count = f"{item.count} x " if item.count > 1 else ""
    told = f"{count}{part(price.what)} {money(round(price.amount.mid), currency)}, {price.condition}, {price.region}, {price.date}, {price.basis}"
    return "; ".join([told, *map(say, price.notes)])


def _doubts(found: Decision, part: Callable[[str], str]) -> list[str]:
    """The measurements and prices that would most likely change the choice."""
    if found.doubt is None:
        return []
    lines = [*_price_doubts(found, found.doubt, part)]
    for gap in found.gaps:
        if gap.impact == "low" or len(lines) >= MOST_GAPS:
            break
        met = f", fast enough in {share(gap.met)} of draws" if gap.met is not None else ""
        lines.append(
            f"{gap.impact.upper()}: {gap.workload.name} on {machine_name(found, gap.machine)}, which nobody has measured{met}"
        )
    return lines or ["no single measurement or price: none would put one choice in fifty right"]


def _price_doubts(found: Decision, doubt: Doubt, part: Callable[[str], str]) -> list[str]:
    """Prices whose knowledge would put most choices right, where that is not few."""
    worth = sorted(((value, name) for (kind, name), value in doubt.worth.items() if kind == "price"), reverse=True)
    items = {item.thing: item for each in found.standings if each.option.bill for item in each.option.bill.items}
    lines = []
    for value, name in worth[:MOST_PRICES]:
        impact = impact_of(value)
        if impact != "low" and name in items:
            span = items[name].price.widest
            what = part(items[name].price.what)
            lines.append(
                f"{impact.upper()}: the price of {what}: {span.low:,.0f}–{span.high:,.0f} {found.need.market.currency} by its quotes"
            )
    return lines


def machine_name(found: Decision, machine: str) -> str:
    """Name of a machine of the decision."""
    return found.machine(machine).name
