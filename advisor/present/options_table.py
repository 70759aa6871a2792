"""The options of a decision as a table that keeps to a hundred characters, however many there are and whatever they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor.decide.options import KEEP
from advisor.present.formats import tok_s
from advisor.present.tables import LINE_WIDTH, Column, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.decide.decision import Decision
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing
    from advisor.present.tables import TableFormat

MEASURED, PREDICTED = "●", "○"
CHOSEN, UNDOMINATED = "★", "·"
NEAR_MISSES = 1
"""Options that miss so many more workloads than the choice are still shown."""
OPTION_CUT = 16
LEGEND = "★ chosen  · on the front: none other is as good in all  ● measured  ○ predicted  ? nobody can tell"


def speed(one: Served, *, bare: bool = False) -> str:
    """`●55`, `○44 (41–48)`, `no` where it does not run, `?` where nobody can tell; `bare` leaves the range out."""
    if not one.runs:
        return "no"
    if one.decode_tok_s is None:
        return "?"
    found = one.decode_tok_s
    said = _below(found.mid, one.workload.floor_tok_s)
    if one.measured:
        return f"{MEASURED}{said}"
    return f"{PREDICTED}{said}" + ("" if bare else f" ({tok_s(found.low)}–{tok_s(found.high)})")


def _below(rate: float, floor: float | None) -> str:
    """The rate, with as many digits as show that it misses the floor where it does."""
    digits = (tok_s(rate), f"{rate:.1f}", f"{rate:.2f}")
    if floor is None or rate >= floor:
        return digits[0]
    return next((each for each in digits if float(each) < floor), digits[0])


def shown(found: Decision, *, everything: bool = False) -> tuple[Standing, ...]:
    """The open options worth a line: on the front, or missing at most one more workload than the choice; else all of them."""
    opened = [each for each in found.standings if each.is_open]
    if everything or found.pick is None:
        return tuple(opened)
    front = set(map(id, found.front))
    most = len(found.pick.missed) + NEAR_MISSES
    return tuple(each for each in opened if each is found.pick or id(each) in front or (_near(each, most)))


def _near(each: Standing, most: int) -> bool:
    # Who misses everything that must be done is no alternative, however little the choice does.
    musts = sum(one.workload.must for one in each.served)
    return len(each.missed) <= most and len(each.missed) < max(musts, 1)


def options_table(found: Decision, output_format: TableFormat, *, everything: bool = False) -> str:
    """The options in the format asked for; programs get all of them, people get what fits a line."""
    if output_format == "csv":
        return _as_rows(found, found.standings, "csv")
    listed = shown(found, everything=everything)
    if not listed:
        return ""
    if output_format == "markdown":
        return "\n".join([_as_rows(found, listed, "markdown"), *_rest(found, listed, output_format)])
    return "\n".join([_narrow(found, listed), *_rest(found, listed, output_format)])


def _narrow(found: Decision, listed: Sequence[Standing]) -> str:
    """The layout that says most within a line."""
    text = _as_rows(found, listed, "table")
    if _is_wide(text):
        text = _as_columns(found, listed)
    if _is_wide(text):
        text = _numbered(found, listed, bare=False)
    return _numbered(found, listed, bare=True) if _is_wide(text) else text


def _is_wide(text: str) -> bool:
    return max(map(len, text.splitlines())) > LINE_WIDTH


def _rest(found: Decision, listed: Sequence[Standing], output_format: TableFormat) -> list[str]:
    """The legend, and how much is not shown."""
    lines = ["", LEGEND] if output_format == "markdown" else [LEGEND]
    others = sum(each.is_open for each in found.standings) - len(listed)
    if others:
        kind = "open option is" if others == 1 else "open options are"
        lines.append(f"{others} {kind} neither on the front nor near the choice: --all shows all")
    return lines


def _as_rows(found: Decision, listed: Sequence[Standing], output_format: TableFormat) -> str:
    """One option a line."""
    names = [one.workload.name for one in found.standings[0].served]
    return _rows(found, listed, names, output_format, bare=False)


def _rows(
    found: Decision, listed: Sequence[Standing], names: Sequence[str], output_format: TableFormat, *, bare: bool
) -> str:
    works = [one.workload for one in found.standings[0].served]
    columns: list[Column | str] = [
        Column("option", "option", cut=OPTION_CUT), Column("chosen", ""), Column("price_amount", "price", right=True),
        Column("load_w", "W", right=True),
        *(Column(f"{work.name}_tok_s", name, right=True) for work, name in zip(works, names, strict=True)),
        Column("missed", "misses", right=True),
    ]  # fmt: skip
    front = set(map(id, found.front))
    cells = [
        [_name(each), _mark(found, each, front), _price(each), _load(each), *(speed(one, bare=bare) for one in each.served),
         len(each.missed)]
        for each in listed
    ]  # fmt: skip
    return render(columns, cells, output_format)


def _numbered(found: Decision, listed: Sequence[Standing], *, bare: bool) -> str:
    """One option a line, workloads by number, and which is which under them."""
    works = [one.workload for one in found.standings[0].served]
    numbers = [str(number) for number in range(1, len(works) + 1)]
    table = _rows(found, listed, numbers, "table", bare=bare)
    return "\n".join([table, *(f"{number}: {work.name}" for number, work in zip(numbers, works, strict=True))])


def _as_columns(found: Decision, listed: Sequence[Standing]) -> str:
    """One workload a line, for few options and many workloads."""
    front = set(map(id, found.front))
    heads = [f"{_name(each)} {_mark(found, each, front)}".strip() for each in listed]
    columns: list[Column | str] = [
        Column("workload", "", cut=OPTION_CUT),
        *(Column(head, head, right=True) for head in heads),
    ]
    works = [one.workload for one in found.standings[0].served]
    cells: list[list[Any]] = [
        ["price", *map(_price, listed)], ["W under load", *map(_load, listed)],
        *([work.name, *(speed(each.served[place]) for each in listed)] for place, work in enumerate(works)),
        ["misses", *(len(each.missed) for each in listed)],
    ]  # fmt: skip
    return render(columns, cells, "table")


def _name(each: Standing) -> str:
    return each.option.name if each.option.bought else KEEP


def _mark(found: Decision, each: Standing, front: set[int]) -> str:
    return CHOSEN if each is found.pick else UNDOMINATED if id(each) in front else ""


def _price(each: Standing) -> str:
    option = each.option
    return "0" if option.bought is None else f"{option.price.mid:,.0f}" if option.price else "?"


def _load(each: Standing) -> str:
    draw = each.option.draw
    return f"{draw.load_w.mid:.0f}" if draw and draw.load_w else "?"
