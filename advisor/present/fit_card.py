"""One finding as a card: verdict, memory bar, speed with its evidence, what to ask next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.estimate.limits import MOST_REQUESTS
from advisor.estimate.placement import RUNS
from advisor.present.environment import environment
from advisor.present.formats import as_printed, gib, say, signed_share, tok_s, tokens
from advisor.present.memory_bar import pool_lines
from advisor.present.tables import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.estimate.case import Case
    from advisor.evidence.finding import Finding, Measured, Speed
    from advisor.evidence.power import Drawn, Power
    from advisor.evidence.prefill_speed import Prefill

WIDTH = 80
"""Columns where nobody says how many there are."""
MARKS = {"exact": "●", "near": "◐", "far": "○"}
SHOWN_ROWS = 5
LEGEND = "        ● this very case  ◐ nearby  ○ farther; digit: 1 maker or project, 2 professional review, 3 community"
VERDICTS = {
    "fits": "fits",
    "fits-offloaded": "fits with part of it in host memory",
    "does-not-fit": "does not fit",
    "unsupported": "cannot run",
}


def requests(count: int) -> str:
    """`one request`, `4 requests at once`."""
    return "one request" if count == 1 else f"{count:,} requests at once"


def most_requests(count: int) -> str:
    """The same of a limit: `1,024 or more requests at once` where the search for it ended."""
    return requests(count).replace(" ", " or more ", 1) if count >= MOST_REQUESTS else requests(count)


def headline(finding: Finding) -> str:
    """What was asked, and the verdict."""
    case, d = finding.case, finding.case.demand
    version = f" {case.version.version}" if case.version else ""
    return (
        f"{case.model.name} · {case.quant.name} on {case.machine.hardware.name}, {case.runtime.name}{version}, "
        f"context {tokens(d.context_tokens)}, {requests(d.concurrency)}: {VERDICTS[finding.verdict]}"
    )


def shortfall(finding: Finding) -> list[str]:
    """By how much device memory is short, against what is free and against what the runtime would use."""
    if finding.footprint is None or not finding.footprint.placement.short_bytes:
        return []
    plan = finding.footprint.placement
    pools = [use.pool for use in plan.uses if use.pool.device is not None]
    margin = sum(pool.free_bytes - pool.usable_bytes for pool in pools)
    free = plan.short_bytes - margin
    text = (
        f"device memory: {gib(free)} of free memory short"
        if free > 0
        else "device memory: short only of the runtime's margin"
    )
    return [text + (f" ({gib(plan.short_bytes)} with the margin {finding.case.runtime.name} keeps)" if margin else "")]


def predicted(speed: Speed) -> str:
    """`54–63 tok/s predicted at depth 0 (ceiling 84)`."""
    at = f"at depth {tokens(speed.depth_tokens)}"
    if speed.tok_s is None:
        return f"no prediction {at}; the memory ceiling is {tok_s(speed.ceiling_tok_s)} tok/s"
    low, high = speed.low_tok_s, speed.high_tok_s
    reach = f"{tok_s(low)}–{tok_s(high)}" if low is not None and high is not None else "no interval"
    return f"{tok_s(speed.tok_s)} tok/s predicted {at}, {reach} likely (ceiling {tok_s(speed.ceiling_tok_s)})"


def _measured(row: Measured) -> str:
    c = row.record.conditions
    depth = "depth ?" if c.depth_tokens is None else f"depth {tokens(c.depth_tokens)}"
    off = "" if row.residual is None else f"  {signed_share(row.residual)} against prediction"
    # Version and depth stand in the line already.
    said = ("version", "depth", "unstated: runtime version", "unstated: depth")
    words = "; ".join((row.remark,) if row.remark else (text for text in row.differences if not text.startswith(said)))
    version = c.runtime_version or "version ?"
    value = as_printed(row.record.decode_tok_s or 0)
    return (
        f"{value:>7} tok/s {MARKS[row.closeness]}{row.tier} {shortened(version, 24)}, {depth}, {c.date or 'no date'}, {row.source.id}{off}"
        + (f"  [{words}]" if words else "")
    )


def chosen(rows: Sequence[Measured]) -> list[Measured]:
    """The nearest rows, and the slowest of those later software overtook, so that the change is seen."""
    shown = list(rows[:SHOWN_ROWS])
    old = [
        row for row in rows if row.remark.startswith("older software") and row.closeness != "far" and row not in shown
    ]
    return shown + sorted(old, key=lambda row: row.record.decode_tok_s or 0)[:1]


def _speed_lines(finding: Finding) -> list[str]:
    lines = [predicted(s) for s in (finding.decode, finding.decode_at_depth) if s]
    lines = list(dict.fromkeys(lines))
    rows = [_measured(row) for row in chosen(finding.evidence)]
    rows += [LEGEND] if rows else []
    return [f"{'decode' if i == 0 else '':8} {line}" for i, line in enumerate(lines)] + [
        f"{'measured' if i == 0 else '':8} {line}" for i, line in enumerate(rows)
    ]


def _prefill_line(read: Prefill | None) -> list[str]:
    """How the prompt is read, and when the first token comes."""
    if read is None or read.tok_s is None or read.low_tok_s is None or read.high_tok_s is None:
        return []
    cached = f", {tokens(read.cached_tokens)} of it cached" if read.cached_tokens else ""
    first = f"; first token after {read.ttft_s:.3g} s" if read.ttft_s is not None else ""
    if read.low_ttft_s is not None and read.high_ttft_s is not None:
        first += f" ({read.low_ttft_s:.3g}–{read.high_ttft_s:.3g})"
    return [
        f"prefill  {tok_s(read.tok_s)} tok/s predicted for a prompt of {tokens(read.prompt_tokens)}{cached}, "
        f"{tok_s(read.low_tok_s)}–{tok_s(read.high_tok_s)} likely{first}"
    ]


def _many_lines(finding: Finding) -> list[str]:
    """What all requests get together and each, and where more stop paying."""
    many = finding.aggregate
    if many is None:
        return []
    if many.tok_s is None or many.low_tok_s is None or many.high_tok_s is None or many.per_request_tok_s is None:
        return [
            f"at once  no prediction for {many.requests} requests; their ceiling together is {tok_s(many.ceiling_tok_s)} tok/s"
        ]
    waiting = f", {many.running} of them running and the rest waiting" if many.running < many.requests else ""
    lines = [
        f"at once  {tok_s(many.tok_s)} tok/s of all {many.requests} together{waiting}, {tok_s(many.low_tok_s)}–{tok_s(many.high_tok_s)} likely; "
        f"{tok_s(many.per_request_tok_s)} tok/s each{' while writing' if many.load.prefill_tok_s else ''}"
    ]
    most = finding.sweep.requests[-1] if finding.sweep else many.requests
    pays = (
        f"more pay up to {requests(finding.knee.requests)}: {finding.knee.why}"
        if finding.knee
        else f"more pay beyond {most:,}"
    )
    return [*lines, f"{'':8} mostly {many.limited_by}; {pays}"]


def _joules(ends: tuple[float, float]) -> str:
    low, high = (f"{end:.2g}" for end in ends)
    return low if low == high else f"{low}–{high}"


def _reading(read: Power) -> str:
    """`36–44 W by GPU sensor, median (2 rows of this model: devreng); 0.7–0.8 J a token at the predicted speed`."""
    low, high = f"{read.low_w:.0f}", f"{read.high_w:.0f}"
    whose = "of this model" if read.of_model else "of other models"
    rows = "one row" if read.rows == 1 else f"{read.rows} rows"
    energy = ""
    if read.of_model and read.joules_per_token:
        energy = f"; {_joules(read.joules_per_token)} J a token as measured"
    elif read.predicted_joules_per_token:
        energy = f"; {_joules(read.predicted_joules_per_token)} J a token at the predicted speed"
    watts, load = low if low == high else f"{low}–{high}", ", one request" if read.one_request else ""
    return f"{watts} W, {read.meaning}{load} ({rows} {whose}: {', '.join(read.sources)}){energy}"


def power_lines(drawn: Drawn | None) -> list[str]:
    """What the machine was seen to draw, or may draw at most, or why neither is known."""
    if drawn is None:
        return []
    if drawn.rated_w is not None:
        energy = f", {drawn.rated_joules_per_token:.2g} J a token" if drawn.rated_joules_per_token else ""
        cited = f" ({', '.join(drawn.rated_sources)})" if drawn.rated_sources else ""
        found = [
            f"at most {drawn.rated_w:.0f} W{energy}: what the boards are rated for{cited}; nobody measured it at work"
        ]
    else:
        found = [_reading(each) for each in drawn.readings] or [f"not known: {drawn.reason}"]
    return [f"{'' if place else 'power':8} {line}" for place, line in enumerate(found)]


def _limits(finding: Finding) -> list[str]:
    most, asked = finding.max_context_tokens, finding.most_context_tokens_asked
    if not most:
        return []
    trained = " (all it was trained for)" if finding.case.model.context_tokens == most else ""
    more = f" ({tokens(asked)} where that is asked for)" if asked and asked > most else ""
    requests_held = finding.max_concurrency or 0
    each = (
        f", or {most_requests(requests_held)} of {tokens(finding.case.demand.context_tokens)}" if requests_held else ""
    )
    runs = "context up to" if finding.verdict in RUNS else "it would fit with a context up to"
    return [f"limits   {runs} {tokens(most)}{trained}{more}{each}"]


def _instead(finding: Finding) -> list[str]:
    return [f"{'' if i else 'instead':8} {say(text)}" for i, text in enumerate(finding.instead)]


def _plan(case: Case, flags: str) -> list[str]:
    """The flags to start it with; of a runtime that starts its server itself what a person sets, and what it then does."""
    stated = " ".join(f"{name}={value}" for name, value in environment(case).items())
    if not stated:
        return [f"plan     {flags}"]
    if case.cache_rule == "llama.cpp":
        return [f"plan     {stated}", f"         which runs as llama.cpp does with {flags}"]
    return [f"plan     {flags}", f"         {stated}"]


def card(finding: Finding, width: int = WIDTH) -> str:
    """The finding as a card of at most some twenty lines, its memory in bars of at most `width` columns."""
    lines = [headline(finding), ""]
    if finding.footprint:
        lines += pool_lines(finding.footprint.placement.uses, width)
        lines += [*shortfall(finding), *_limits(finding), *_instead(finding)]
        if finding.footprint.placement.flags and finding.verdict in RUNS:
            lines += _plan(finding.case, finding.footprint.placement.flags)
        lines.append("")
    lines += [
        *_speed_lines(finding),
        *_prefill_line(finding.prefill),
        *_many_lines(finding),
        *power_lines(finding.power),
    ]
    said = say(finding.confidence.reason)
    if finding.verdict != "does-not-fit":
        lines.append(f"confidence {finding.confidence.level.upper()}: {said}")
    lines += [f"note: {text}" for note in finding.notes if (text := say(note)) != said]
    return "\n".join(lines)
