"""Machines beside one another as lines of a table: attributes down, machines across, the best of each line marked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor import units
from advisor.decide.bill import Bill, oldest_days
from advisor.decide.compare import price_per_rate
from advisor.decide.ranges import Range, exactly
from advisor.decide.rates import spread
from advisor.estimate.placement import RUNS
from advisor.present.formats import as_printed, price_per_tok_s, say, tok_s, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.catalog.schema.hardware import Hardware
    from advisor.decide.compare import Cell, Comparison, Machine, Pace, Row
    from advisor.evidence.finding import Finding

SURE, LIKELY = "★", "☆"
LEGEND = (
    "★ best beyond the intervals  ☆ best by the middle alone",
    "●1 measured on this very case (digit: tier)  ◐1 predicted, with a row measured nearby  ○ predicted",
)
RUNS_HERE = {"fits": "fits", "fits-offloaded": "with host", "does-not-fit": "too large", "unsupported": "cannot run"}
GRADES = {"exact": "exact row", "near": "near row"}
GAP = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One attribute of every machine."""

    label: str
    cells: tuple[str, ...]


def stars(values: Sequence[Range | None], runs: Sequence[bool], *, most: bool = True) -> list[str]:
    """A mark beside the best value: sure where no other's interval reaches it, likely where only the middle is best.

    None where a machine that runs has no value, where fewer than two have one, and where all are alike.
    """
    known = [value for value, there in zip(values, runs, strict=True) if there and value]
    blank = ["" for _ in values]
    if len(known) < sum(runs) or len({value.mid for value in known}) < 2:  # noqa: PLR2004 - one is alone
        return blank
    best = max(known, key=lambda value: value.mid if most else -value.mid)
    rest = [value for value in known if value.mid != best.mid]
    sure = all(best.low > value.high if most else best.high < value.low for value in rest)
    return [
        (SURE if sure else LIKELY) if there and value and value.mid == best.mid else ""
        for value, there in zip(values, runs, strict=True)
    ]  # fmt: skip


def _line(label: str, cells: Sequence[str], marks: Sequence[str] | None = None) -> Line:
    marked = zip(cells, marks or [""] * len(cells), strict=True)
    return Line(label, tuple(f"{text} {mark}" if mark else text for text, mark in marked))


def _ends(value: Range | None, write: Callable[[float], str]) -> str:
    if value is None:
        return ""
    low, high = write(value.low), write(value.high)
    return "" if low == high else f"{low}–{high}"


def money(value: float) -> str:
    """Whole units of the currency."""
    return f"{value:,.0f}"


def machine_lines(found: Comparison, today: str) -> list[Line]:
    """Price with its date, power, and what is said of the main memory, of every machine."""
    everywhere = [True] * len(found.machines)
    bought = [not each.is_owned for each in found.machines]
    prices = [each.price for each in found.machines]
    loads = [each.draw.load_w for each in found.machines]
    bills = [each.bill if isinstance(each.bill, Bill) else None for each in found.machines]
    ages = [oldest_days(bill, found.market.day(today)) if bill and bill.is_old else None for bill in bills]
    lines = [
        _line(
            f"price {found.market.currency}",
            [_price(each) for each in found.machines],
            stars(prices, bought, most=False),
        ),
        _line("  from–to", [_ends(price, money) for price in prices]),
        _line("  oldest of", [bill.date or "" if bill else "" for bill in bills]),
        _line("  days old", [str(age) if age else "" for age in ages]),
        _line(
            "wall power W",
            [money(load.mid) if load else "not known" for load in loads],
            stars(loads, everywhere, most=False),
        ),
        _line("  from–to", [_ends(load, money) for load in loads]),
        _line("  idle W", [_idle(each) for each in found.machines]),
        _line("host memory", [_host(each) for each in found.machines]),
    ]
    return [line for line in lines if any(line.cells)]


def _price(machine: Machine) -> str:
    if machine.is_owned:
        return "owned"
    return money(machine.price.mid) if machine.price else "no price"


def _host(machine: Machine) -> str:
    """Main memory as the person says, and how fast it is: `64 GiB, 51.2 GB/s`."""
    size, rate = machine.setup.host_bytes, machine.setup.host_bandwidth_bytes_s
    said = (f"{units.to_gib(size):,.4g} GiB" if size else "", f"{units.to_gb(rate):,.4g} GB/s" if rate else "")
    return ", ".join(filter(None, said))


def _idle(machine: Machine) -> str:
    idle = machine.draw.idle_w
    return money(idle.mid) if idle else "not read"


def row_lines(found: Comparison, row: Row) -> list[Line]:
    """What every machine makes of one model at one context; lines that say nothing are left out."""
    cells = row.cells
    runs = [each.runs for each in cells]
    best = [each.finding for each in cells]
    deep = max((each.deep.depth_tokens for each in cells if each.deep), default=row.context_tokens)
    lines = [
        # The words say which is best, and most often all are alike: a star would say nothing.
        _line("runs", [RUNS_HERE[each.verdict] if each else "not loaded" for each in best]),
        _line("format", [each.case.quant.name if each and there else "" for each, there in zip(best, runs, strict=True)]),
        _line("runtime", [each.case.runtime.name if each and there else "" for each, there in zip(best, runs, strict=True)]),
        _line("GiB to spare", [_spare(each) for each in best]),
        _context_line(cells),
        *_pace_lines("tok/s, empty", [each.empty for each in cells], runs),
        *(_pace_lines(f"tok/s at {tokens(deep)}", [each.deep for each in cells], runs) if deep else []),
        *_together_lines(found, cells, runs),
        _first_line(cells, runs),
        _line("evidence", [GRADES.get(each.grade, each.grade) if each.runs else "" for each in cells]),
        _worth_line(found, cells, runs),
    ]  # fmt: skip
    return [line for line in lines if any(line.cells)]


def _spare(found: Finding | None) -> str:
    """Device memory left at this context, negative where it is short."""
    if found is None or found.footprint is None:
        return ""
    plan = found.footprint.placement
    if plan.short_bytes:
        return f"−{units.to_gib(plan.short_bytes):.1f}"
    return f"{units.to_gib(sum(use.left_bytes for use in plan.uses if use.pool.device is not None)):.1f}"


def _context_line(cells: Sequence[Cell]) -> Line:
    most = [each.finding.most_context_tokens_asked if each.finding else None for each in cells]
    values = [exactly(float(count)) if count else None for count in most]
    marks = stars(values, [value is not None for value in values])
    return _line("longest context", [tokens(count) if count else "" for count in most], marks)


def _pace_lines(label: str, paces: Sequence[Pace | None], runs: Sequence[bool]) -> list[Line]:
    marks = stars([pace.rate if pace else None for pace in paces], runs)
    shown = [pace_text(pace) if pace else "" for pace in paces]
    ends = [_ends(pace.predicted, tok_s) if pace else "" for pace in paces]
    return [_line(label, shown, marks), _line("  predicted", ends)]


def pace_text(pace: Pace) -> str:
    """The rate with its mark: the row of this very case as printed, else the prediction."""
    if pace.row and pace.exact:
        return f"{as_printed(pace.row.record.decode_tok_s or 0)} ●{pace.row.tier}"
    if pace.predicted is None:
        return "unknown"
    return f"{tok_s(pace.predicted.mid)} {f'◐{pace.row.tier}' if pace.row else '○'}"


def _together_lines(found: Comparison, cells: Sequence[Cell], runs: Sequence[bool]) -> list[Line]:
    if found.concurrency == 1:
        return []
    rates = [each.together for each in cells]
    many = [each.finding.aggregate if each.finding and each.together else None for each in cells]
    return [
        _line(f"{found.concurrency} at once", [f"{tok_s(rate.mid)} ○" if rate else "unknown" if there else ""
                                              for rate, there in zip(rates, runs, strict=True)], stars(rates, runs)),
        _line("  predicted", [_ends(rate, tok_s) for rate in rates]),
        _line("  each, writing", [tok_s(each.per_request_tok_s or 0.0) if each else "" for each in many]),
        _line("  of them run", [str(each.running) if each and each.running < each.requests else "" for each in many]),
        _line("  more with", [_faster_together(each) for each in cells]),
    ]  # fmt: skip


def _faster_together(cell: Cell) -> str:
    """The way that gives all requests together the most, with its rate, where that is beyond what the way shown is likely to give.

    The way shown is the best for one request; under many another may be the better one.
    """
    here, shown = cell.together, cell.finding
    if here is None or shown is None:
        return ""
    rates = [(rate.mid, way.case) for way in cell.ways if way.verdict in RUNS and (rate := spread(way.aggregate))]
    most, case = max(rates, key=lambda each: each[0])
    if most <= here.high:
        return ""
    quant = f", {case.quant.name}" if case.quant.id != shown.case.quant.id else ""
    return f"{tok_s(most)} {case.runtime.name}{quant}"


def _first_line(cells: Sequence[Cell], runs: Sequence[bool]) -> Line:
    read = [each.finding.prefill if each.finding and each.runs else None for each in cells]
    waits = [
        Range(each.low_ttft_s, each.ttft_s, each.high_ttft_s)
        if each and each.ttft_s is not None and each.low_ttft_s is not None and each.high_ttft_s is not None else None
        for each in read
    ]  # fmt: skip
    return _line("first token s", [f"{wait.mid:.3g}" if wait else "" for wait in waits], stars(waits, runs, most=False))


def _worth_line(found: Comparison, cells: Sequence[Cell], runs: Sequence[bool]) -> Line:
    bought = [each.price if not each.is_owned else None for each in found.machines]
    worth = [
        price_per_rate(price, each.rate) if price and each.rate else None
        for price, each in zip(bought, cells, strict=True)
    ]  # fmt: skip
    weighed = [there and not each.is_owned for each, there in zip(found.machines, runs, strict=True)]
    shown = [price_per_tok_s(each.mid) if each else "" for each in worth]
    return _line(f"{found.market.currency} per tok/s", shown, stars(worth, weighed, most=False))


def by_id(hardware: Hardware) -> str:
    """The machine as a person types it in a command."""
    return hardware.id


def bill_lines(
    found: Comparison, named: Callable[[Hardware], str] = by_id, part: Callable[[str], str] = str
) -> list[str]:
    """What each price is made of, each part with its date; or why there is none. `named` and `part` say how both are called."""
    lines = []
    for each in found.machines:
        bill, name = each.bill, named(each.hardware)
        if not isinstance(bill, Bill):
            lines.append(f"{name}: {say(bill)}")
            continue
        parts = [
            f"{f'{item.count} × ' if item.count > 1 else ''}{part(item.price.what)} {money(item.price.amount.mid)} "
            f"({item.price.basis}, {item.price.condition}, {item.price.region or 'region not stated'}, {item.price.date})"
            for item in bill.items
        ]
        notes = dict.fromkeys(
            say(text) for text in (*bill.notes, *(text for item in bill.items for text in item.price.notes))
        )
        lines.append(f"{name}: {' + '.join(parts) or 'owned'}" + (f"; {'; '.join(notes)}" if notes else ""))
    return lines


def power_notes(found: Comparison, named: Callable[[Hardware], str] = by_id) -> list[str]:
    """What the power rests on."""
    return [
        f"{named(each.hardware)}: {'; '.join([each.draw.basis, *(say(text) for text in each.draw.notes)])}"
        for each in found.machines
    ]


def drawn(heads: Sequence[str], lines: Sequence[Line], width: int) -> str:
    """The lines under the machines' names, no line wider than `width`: machines that do not fit stand in a table of their own below."""
    label = max((len(line.label) for line in lines), default=0)
    least = max((len(cell) for line in lines for cell in line.cells), default=0)
    column = max(least, *(len(part) for head in heads for part in _parts(head)))
    # Names are broken only where all machines would not stand side by side with them whole.
    column = max(column, min((width - label) // len(heads) - GAP, max(map(len, heads))))
    room = max(1, (width - label) // (column + GAP))
    tables = -(-len(heads) // room)
    each = -(-len(heads) // tables)
    return "\n\n".join(
        _table(heads[start : start + each], [Line(line.label, line.cells[start : start + each]) for line in lines], label, column)
        for start in range(0, len(heads), each)
    )  # fmt: skip


def _table(heads: Sequence[str], lines: Sequence[Line], label: int, column: int) -> str:
    wrapped = [_wrapped(head, column) for head in heads]
    tall = max(len(parts) for parts in wrapped)
    top = [Line("", tuple(parts[row] if row < len(parts) else "" for parts in wrapped)) for row in range(tall)]
    return "\n".join(
        (line.label.ljust(label) + "".join(" " * GAP + cell.ljust(column) for cell in line.cells)).rstrip()
        for line in (*top, *(line for line in lines if any(line.cells)))
    )


def _parts(head: str) -> list[str]:
    """Pieces a name may be broken into: behind its hyphens and plus signs."""
    return [part for part in re.split(r"(?<=[-+])", head) if part]


def _wrapped(head: str, width: int) -> list[str]:
    lines = [""]
    for part in _parts(head):
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    return lines
