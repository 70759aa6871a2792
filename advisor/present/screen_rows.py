"""Rows of the tables on screens: measured rows, ways to run a model, machines with their memory."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from advisor import units
from advisor.evidence.gate import Gate
from advisor.present.card_rows import said, spaced
from advisor.present.evidence_table import MARKS, SHORT, predicted, remark, remark_on, thousands
from advisor.present.fit_card import VERDICTS
from advisor.present.formats import as_printed, gib, say, signed_share, tok_s, tokens
from advisor.present.machine_labels import machine_label
from advisor.present.memory_bar import memory_bar
from advisor.present.pane import LABEL, folded
from advisor.present.screen_table import Wanted
from advisor.present.tables import one_line, shortened

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record
    from advisor.decide.pair import Pair
    from advisor.estimate.limits import Limits
    from advisor.evidence.finding import Finding, Measured
    from advisor.present.card import Card

LEGEND = (
    "● this very case  ◐ near  ○ far, digit: tier",
    "off: measured against predicted",
    "?: the source does not say",
)
NAMED = {"aggregate_tok_s": "together", "decode_tok_s": "each", "prefill_tok_s": "prefill", "train_tok_s": "training", "ttft_s": "TTFT s",
         "power_w": "watts"}  # fmt: skip
"""What a row that is no decode rate of one request measures, tok/s where nothing else is said."""
EVIDENCE = (
    Wanted("tier"), Wanted("match", rank=1), Wanted("measured", right=True), Wanted("predicted", right=True), Wanted("off", right=True),
    Wanted("runtime"), Wanted("version", least=7, rank=5), Wanted("quant", least=5, rank=2), Wanted("depth", right=True),
    Wanted("conc", right=True, rank=4), Wanted("date", rank=3), Wanted("source", least=10, rank=6),
)  # fmt: skip
WAYS = (
    Wanted("format"), Wanted("runtime"), Wanted("verdict", least=12), Wanted("weights GiB", right=True, rank=3),
    Wanted("memory GiB", right=True, rank=2), Wanted("decode tok/s", right=True), Wanted("range", right=True, rank=4),
    Wanted("bits", right=True, rank=5), Wanted("max context", right=True, rank=6),
)  # fmt: skip
BAR_WIDTHS = (8, 40)
NAME, LEAST_CARD = 26, 40
NARROW, LEAST_NAME = 70, 8
"""Columns below which machines' names give way to the numbers, and those they keep."""


def evidence_row(row: Measured) -> list[str]:
    """A decode rate beside the prediction; columns as in `EVIDENCE`."""
    c, expected = row.record.conditions, predicted(row)
    return [
        f"{MARKS[row.closeness]}{row.tier}", row.closeness, as_printed(row.record.decode_tok_s or 0), tok_s(expected) if expected else "–",
        signed_share(row.residual) if row.residual is not None else "–", c.runtime or "?", c.runtime_version or "?",
        row.record.quant or "?", thousands(c.depth_tokens), "?" if c.concurrency is None else f"{c.concurrency}", c.date or "?", row.source.id,
    ]  # fmt: skip


def other_row(facts: Facts, record: Record) -> list[str]:
    """Any other measured row by its first figure; columns as in `EVIDENCE`, nothing predicted."""
    c = record.conditions
    known = [(word, as_printed(value)) for name, word in NAMED.items() if (value := getattr(record, name)) is not None]
    named, value = next(iter(known), (record.kind, "–"))
    tier = record.tier if record.tier is not None else facts.sources[record.source].tier
    return [
        f" {tier}", named, value, "", "", c.runtime or "?", c.runtime_version or "?", record.quant or "?",
        thousands(c.depth_tokens), "?" if c.concurrency is None else f"{c.concurrency}", c.date or "?", record.source,
    ]  # fmt: skip


def everything_measured(record: Record) -> str:
    """Every figure of a row, with what it is."""
    rates = [words.format(as_printed(value)) for name, words in SHORT if (value := getattr(record, name)) is not None]
    return ", ".join([*rates, *(f"{spaced(name)} {said(value)}" for name, value in record.other.items())])


def evidence_rows(facts: Facts, found: Pair) -> list[list[str]]:
    """Decode rates nearest first, then everything else."""
    return [*map(evidence_row, found.decode), *(other_row(facts, record) for record in found.other)]


def about_row(facts: Facts, found: Pair, place: int, width: int) -> list[str]:
    """Where the row stands on its page, in what it differs from the question, and what is to be said of it."""
    row = found.decode[place] if place < len(found.decode) else None
    record = row.record if row else found.other[place - len(found.decode)]
    source = facts.sources[record.source]
    gate = Gate(facts)
    said_of = remark_on(gate, row) if row else remark(gate, record)
    told = {
        "measured": "" if row else everything_measured(record), "remark": said_of,
        "source": f"{source.title} ({source.publisher or source.id}, tier {source.tier})", "where": record.where,
        "address": source.url or source.locator, "differs": ", ".join(row.differences) if row else "",
        "note": "" if record.note and record.note in said_of else record.note,
    }  # fmt: skip
    return [part for label, text in told.items() if text for part in folded(f"{label:<{LABEL}}{one_line(text)}", width)]


def way_row(found: Finding) -> list[str]:
    """One way to run a model on a machine; columns as in `WAYS`."""
    case, held, speed = found.case, found.footprint, found.decode
    uses = [use for use in held.placement.uses if use.pool.device is not None] if held else []
    has_range = speed and speed.low_tok_s is not None and speed.high_tok_s is not None
    return [
        case.quant.id, case.runtime.id, VERDICTS[found.verdict].replace(" with part of it in host memory", ", part on host"),
        f"{units.to_gib(held.weights.total_bytes):.1f}" if held else "–", f"{units.to_gib(sum(use.used_bytes for use in uses)):.1f}" if held else "–",
        tok_s(speed.tok_s) if speed and speed.tok_s else "–",
        f"{tok_s(speed.low_tok_s or 0)}–{tok_s(speed.high_tok_s or 0)}" if speed and has_range else "–",
        f"{case.quant.bits_per_weight:.1f}", tokens(found.max_context_tokens) if found.max_context_tokens else "–",
    ]  # fmt: skip


def memory_lines(found: Finding | None, reach: Limits | None, name: str, width: int) -> list[str]:
    """Two lines a machine: the pool of its devices as a bar, and the context with which it stops fitting."""
    if found is None or found.footprint is None:
        why = f"cannot run: {say(found.confidence.reason)}" if found else "no runtime loads any offered format there"
        label = machine_label(found.case.machine.hardware) if found else name
        return [shortened(label, width - 1), shortened(f"  {why}", width - 1)]
    uses = [use for use in found.footprint.placement.uses if use.pool.device is not None]
    usable, used = sum(use.pool.usable_bytes for use in uses), sum(use.used_bytes for use in uses)
    named = NAME if width >= NARROW else max(LEAST_NAME, width // 4)
    label = shortened(machine_label(found.case.machine.hardware) or name, named).ljust(named)
    room = f"{units.to_gib(used):.1f} of {gib(usable)}"
    bar_width = min(max(width - named - len(room) - 3, BAR_WIDTHS[0]), BAR_WIDTHS[1])
    bar = (
        memory_bar(max(uses, key=lambda use: use.used_bytes), bar_width)
        if len(uses) == 1
        else _together(found, bar_width)
    )
    return [f"{label} {bar} {room}", shortened(f"  {_until(found, reach)}", width - 1)]


def _together(found: Finding, width: int) -> str:
    """All devices as one bar of that width, each with its share of it."""
    assert found.footprint is not None
    uses = [use for use in found.footprint.placement.uses if use.pool.device is not None]
    inner = width - 1 - len(uses)
    total = sum(use.pool.usable_bytes for use in uses) or 1
    parts, drawn, seen = [], 0, 0
    for use in uses:
        seen += use.pool.usable_bytes
        end = round(inner * seen / total)
        parts.append(memory_bar(use, end - drawn + 2)[1:-1] if end > drawn else "")
        drawn = end
    return f"[{'|'.join(parts)}]"


def _until(found: Finding, reach: Limits | None) -> str:
    case, most = found.case, reach.max_context_tokens if reach else 0
    how = f"{case.quant.id}, {case.runtime.id}"
    if found.verdict == "does-not-fit" and found.footprint:
        short = f"✗ {gib(found.footprint.placement.short_bytes)} short"
        return f"{how}: {short}" + (f"; fits up to context {tokens(most)}" if most else "; fits at no context")
    where = " with part of it on the host" if found.verdict == "fits-offloaded" else ""
    trained = case.model.context_tokens
    if trained and case.demand.context_tokens > trained:
        return f"{how}: fits{where}, but was trained for {tokens(trained)} only"
    if not most:
        return f"{how}: fits{where}"
    all_of_it = " (all it was trained for)" if most == case.model.context_tokens else ""
    return f"{how}: fits{where} up to context {tokens(most)}{all_of_it}"


def card_lines(facts: Facts, card: Card, width: int) -> list[str]:
    """The facts of a card, each with the numbers of its sources, and the sources."""
    width = max(width, LEAST_CARD)
    ids = tuple(dict.fromkeys((*(source for fact in card.facts for source in fact.sources), *card.sources)))
    number = {source: place for place, source in enumerate(ids, 1)}
    widest = max((len(fact.label) for fact in card.facts), default=0)
    lines = [card.title, ""]
    for fact in card.facts:
        text = one_line(fact.text) + "".join(f" [{number[source]}]" for source in fact.sources)
        parts = wrap(text, max(20, width - widest - 2), break_on_hyphens=False) or [""]
        lines += [f"{fact.label if not place else '':<{widest}}  {part}" for place, part in enumerate(parts)]
    lines += ["", "sources"]
    for source_id in ids:
        source = facts.sources[source_id]
        head = f"[{number[source_id]}] tier {source.tier}, {source.published or f'read {source.accessed}'}: {one_line(source.title)}"
        lines += wrap(head, width, subsequent_indent="    ", break_on_hyphens=False)
        lines += [f"    {source.url}"] if source.url else []
    return lines
