"""A decision for a screen of any width: the sentence, the options, when to buy and when not, and what would change it."""

from __future__ import annotations

from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING

from advisor.decide.options import KEEP
from advisor.present.decision import answer_lines, blocks
from advisor.present.machine_labels import machine_labels, part_name
from advisor.present.options_table import CHOSEN, LEGEND, UNDOMINATED, shown, speed
from advisor.present.screen_table import Wanted, fitted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advisor.catalog.contents import Facts
    from advisor.decide.decision import Decision
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing

YES, NO = "✓", "✗"
LATE = "late"
NAME = 14
INDENT = "  "
LEAST = 20


def lines(facts: Facts, found: Decision, width: int) -> list[str]:
    """Everything that is said of it, none of it wider than `width`; machines by their labels in the table, by their names elsewhere."""
    said = [part for line in answer_lines(found) for part in _wrapped(line, width, "")]
    before, after = blocks(found, part=partial(part_name, facts))
    for title, sentences in before:
        said += _block(title, sentences, width)
    said += _options(found, width)
    for title, sentences in after:
        said += _block(title, sentences, width)
    return said


def _block(title: str, sentences: Sequence[str], width: int) -> list[str]:
    return (
        ["", title.upper(), *(part for text in sentences for part in _wrapped(text, width, INDENT))]
        if sentences
        else []
    )


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return wrap(
        text, max(width, LEAST), initial_indent=indent, subsequent_indent=indent and indent * 2, break_on_hyphens=False
    )


def _options(found: Decision, width: int) -> list[str]:
    """One option a line, each workload's speed with whether it is enough; what the numbers of the heading mean stands below."""
    listed = shown(found)
    if not listed:
        return []
    works = [one.workload for one in found.standings[0].served]
    columns = [
        Wanted("", rank=0), Wanted("option", least=NAME), Wanted(f"price {found.need.market.currency}", right=True, rank=1),
        Wanted("W", right=True, rank=9), *(Wanted(f"{place}", right=True, rank=2) for place in range(1, len(works) + 1)),
        Wanted("misses", right=True, rank=3),
    ]  # fmt: skip
    names = machine_labels(each.option.bought for each in listed if each.option.bought)
    rows = [_row(found, each, names, bare=False) for each in listed]
    if sum(max(map(len, cells)) for cells in zip(*rows, strict=True)) + 2 * len(columns) > width:
        rows = [_row(found, each, names, bare=True) for each in listed]
    head, body = fitted(columns, rows, width)
    seen = sum(word.isdigit() for word in head.split())
    keys = [
        f"{place} {work.name}{_asked(one)}{'' if work.must else ', a wish'}"
        for place, (work, one) in enumerate(zip(works, found.standings[0].served, strict=True), 1)
    ]
    more = (
        [f"no room for {', '.join(str(place) for place in range(seen + 1, len(works) + 1))}"]
        if seen < len(works)
        else []
    )
    late = (
        f"{LATE}: only the first token"
        if any(LATE in cell for row in rows for cell in row[-1 - len(works) : -1])
        else ""
    )
    legend = "  ".join(filter(None, (f"{YES} enough  {NO} not", late, LEGEND)))
    beside = ", with what you own where that is better" if found.need.owns else ""
    return [
        "",
        *_wrapped(f"OPTIONS, tok/s of each request{beside}", width, ""),
        head,
        *body,
        *(part for text in (*keys, *more, legend) for part in _wrapped(text, width, "")),
    ]


def _asked(one: Served) -> str:
    work = one.workload
    floor = f"at least {work.floor_tok_s:g} tok/s" if work.floor_tok_s is not None else ""
    wait = f"first token within {work.ttft_s:g} s" if work.ttft_s is not None else ""
    asked = ", ".join(filter(None, (floor, wait)))
    return f": {asked}" if asked else ""


def verdict(one: Served) -> str:
    """Whether it is enough; `late` where only the first token is not."""
    if one.is_fast_enough:
        return YES
    floor, rate = one.workload.floor_tok_s, one.decode_tok_s
    is_late = one.runs and one.ttft_s is not None and rate is not None and (floor is None or rate.mid >= floor)
    return f"{NO} {LATE}" if is_late else NO


def _row(found: Decision, each: Standing, names: Mapping[str, str], *, bare: bool) -> list[str]:
    on_front = any(each is one for one in found.front)
    option, draw = each.option, each.option.draw
    price = "0" if option.bought is None else f"{option.price.mid:,.0f}" if option.price else "?"
    watts = f"{draw.load_w.mid:.0f}" if draw and draw.load_w else "?"
    mark = CHOSEN if each is found.pick else UNDOMINATED if on_front else ""
    speeds = [f"{speed(one, bare=bare)} {verdict(one)}" for one in each.served]
    return [mark, names[option.bought.id] if option.bought else KEEP, price, watts, *speeds, str(len(each.missed))]
