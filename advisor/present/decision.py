"""A decision as text: the sentence first, then when to buy and when not, head to head, options, doubts, and what is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from advisor.decide.options import KEEP
from advisor.present.formats import money, say, share, tok_s
from advisor.present.tables import Column, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.contents import Facts
    from advisor.decide.decision import Decision
    from advisor.decide.need import Workload
    from advisor.decide.options import Option
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing
    from advisor.present.tables import TableFormat

MARKS = {"measured": "●"}
PREDICTED = "○"
MOST_GAPS = 3
MOST_RULED_OUT = 12


def option_name(option: Option) -> str:
    """What is bought, or that everything stays as it is."""
    return option.bought.name if option.bought else f"keep {' and '.join(machine.name for machine in option.machines)}"


def speed(one: Served) -> str:
    """`●55`, `○41–48`, `does not run`, or that nobody can tell."""
    if not one.runs:
        return "no"
    if one.decode_tok_s is None:
        return "?"
    found = one.decode_tok_s
    if one.measured:
        return f"{MARKS['measured']}{tok_s(found.mid)}"
    return f"{PREDICTED}{tok_s(found.mid)} ({tok_s(found.low)}–{tok_s(found.high)})"


def text(facts: Facts, found: Decision, output_format: TableFormat) -> str:
    """The decision in the format asked for; CSV is the options alone."""
    if output_format == "json":
        from advisor.present.decision_json import decision_object  # noqa: PLC0415 - it needs this module

        return json.dumps(decision_object(facts, found), indent=2, ensure_ascii=False)
    if output_format == "csv":
        return _options(found, "csv")
    heading = "## {}" if output_format == "markdown" else "{}"
    parts = [*_answer(found), *_block("buy if", [say(n) for n in found.verdict.buy_if] if found.verdict else [], heading),
             *_block("don't buy if", [say(n) for n in found.verdict.do_not_if] if found.verdict else [], heading)]  # fmt: skip
    parts += [
        "",
        heading.format("options, tokens per second of each request at the usual prompt"),
        _options(found, output_format),
    ]
    parts += _block("ruled out", _ruled_out(found), heading)
    parts += _block("prices", _prices(found), heading)
    parts += _block("what would change it", _doubts(found), heading)
    parts += _block("not answered", [say(why) for why in found.unanswered], heading)
    return "\n".join(parts)


def _answer(found: Decision) -> list[str]:
    if found.pick is None or found.verdict is None:
        return ["Nothing considered keeps to the limits of the need."]
    verdict = found.verdict
    lines = [say(verdict.sentence), f"confidence {verdict.confidence.upper()}: {say(verdict.because)}"]
    return [*lines, say(verdict.turns_on)] if verdict.turns_on else lines


def _block(title: str, lines: Sequence[str], heading: str) -> list[str]:
    bullet = "- " if heading.startswith("#") else "  "
    return ["", heading.format(title), *(f"{bullet}{line}" for line in lines)] if lines else []


def _options(found: Decision, output_format: TableFormat) -> str:
    works = [one.workload for one in found.standings[0].served]
    front = set(map(id, found.front))
    columns: list[Column | str] = [
        Column("option", "option", cut=16), Column("chosen", ""), Column("price_amount", "price", right=True),
        Column("load_w", "W", right=True), *(_column(work) for work in works), Column("missed", "misses", right=True),
    ]  # fmt: skip
    shown = [each for each in found.standings if each.is_open] if output_format != "csv" else found.standings
    return render(columns, [_row(found, each, id(each) in front) for each in shown], output_format)


def _column(work: Workload) -> Column:
    return Column(f"{work.name}_tok_s", work.name, right=True, cut=12)


def _row(found: Decision, each: Standing, undominated: bool) -> list[Any]:  # noqa: FBT001 - a fact of the row
    option, draw = each.option, each.option.draw
    mark = "★" if each is found.pick else "·" if undominated else ""
    load = f"{draw.load_w.mid:.0f}" if draw and draw.load_w else "?"
    price = "0" if option.bought is None else f"{option.price.mid:,.0f}" if option.price else "?"
    name = option.name if option.bought else KEEP
    return [name, mark, price, load, *(speed(one) for one in each.served), len(each.missed)]


def _ruled_out(found: Decision) -> list[str]:
    out = [
        f"{option_name(each.option)}: {'; '.join(say(why) for why in each.option.out)}"
        for each in found.standings
        if not each.is_open
    ]
    more = len(out) - MOST_RULED_OUT
    return [*out[:MOST_RULED_OUT], f"and {more} more"] if more > 0 else out


def _prices(found: Decision) -> list[str]:
    """What the price of the choice and its nearest rivals rest on, with age where they are old."""
    lines = []
    for each in found.front or found.standings:
        bill = each.option.bill
        if bill is None or not bill.items:
            continue
        amount = bill.amount
        spread = f" ({amount.low:,.0f}–{amount.high:,.0f})" if amount.high > amount.low else ""
        items = "; ".join(f"{item.price.what} {money(round(item.price.amount.mid), bill.currency)}, {item.price.condition}, {item.price.region}, "
                          f"{item.price.date}, {item.price.basis}" for item in bill.items)  # fmt: skip
        notes = "".join(f"; {say(note)}" for item in bill.items for note in item.price.notes)
        lines.append(f"{option_name(each.option)}: {amount.mid:,.0f} {bill.currency}{spread}: {items}{notes}")
    return lines


def _doubts(found: Decision) -> list[str]:
    """The measurements that would most likely change the choice."""
    if found.doubt is None:
        return []
    lines: list[str] = []
    for gap in found.gaps:
        if gap.impact == "low" or len(lines) == MOST_GAPS:
            break
        met = f", fast enough in {share(gap.met)} of draws" if gap.met is not None else ""
        lines.append(
            f"{gap.impact.upper()}: {gap.workload.name} on {machine_name(found, gap.machine)}, which nobody has measured{met}"
        )
    return lines or ["no single measurement: the choice is the same over every interval and price range"]


def machine_name(found: Decision, machine: str) -> str:
    """Name of a machine of the decision."""
    return next(each.name for one in found.standings for each in one.option.machines if each.id == machine)
