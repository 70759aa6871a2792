"""One finding in a narrow column beside a table."""

from __future__ import annotations

from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING

from advisor import units
from advisor.estimate.placement import RUNS
from advisor.present.curves import decode_figure
from advisor.present.figure_text import draw
from advisor.present.fit_card import MARKS, VERDICTS, chosen, most_requests, requests
from advisor.present.formats import as_printed, gib, say, signed_share, tok_s, tokens
from advisor.present.heat import memory_unstated, speed_word
from advisor.present.memory_bar import memory_bar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.estimate.placement import PoolUse
    from advisor.evidence.finding import Finding, Speed
    from advisor.present.canvas import Glyphs

LEAST_FIGURE_LINES = 10
MOST_FIGURE_LINES = 18
SHOWN_ROWS = 4
LABEL, LEAST_FOLDED = 11, 24
"""Columns before what a label names."""


def _gib(size_bytes: float) -> str:
    return f"{units.to_gib(size_bytes):.1f}"


def _memory(use: PoolUse, width: int) -> Iterator[str]:
    if use.pool.device is None and not use.pool.advertised_bytes:
        yield f"{use.pool.name}: {gib(use.used_bytes)} (size not stated)"
        return
    yield memory_bar(use, width)
    state = f" state {_gib(use.state_bytes)}" if use.state_bytes else ""
    yield (f"█ weights {_gib(use.weights_bytes)} ▓ KV {_gib(use.kv_cache_bytes)}{state} "
           f"▒ buffers {_gib(use.compute_buffer_bytes + use.overhead_bytes)}")  # fmt: skip
    left = use.pool.usable_bytes - use.used_bytes
    rest = f"free {_gib(left)} of" if left >= 0 else f"✗ {_gib(-left)} short of"
    yield f"{rest} {gib(use.pool.usable_bytes)} · {use.pool.name}"


def _range(low: float | None, high: float | None) -> str:
    return f" ({tok_s(low)}–{tok_s(high)})" if low is not None and high is not None else ""


def _speed(speed: Speed) -> str:
    label = f"at {tokens(speed.depth_tokens)}" if speed.depth_tokens else "decode"
    if speed.tok_s is None:
        return f"{label:<{LABEL}}not predicted; ceiling {tok_s(speed.ceiling_tok_s)} tok/s"
    return f"{label:<{LABEL}}{tok_s(speed.tok_s)}{_range(speed.low_tok_s, speed.high_tok_s)} tok/s {speed_word(speed.tok_s)}"


def _speeds(finding: Finding) -> Iterator[str]:
    if finding.decode:
        yield _speed(finding.decode)
    deep = finding.decode_at_depth
    if deep and deep.depth_tokens and deep.tok_s is not None:
        yield _speed(deep)
    read = finding.prefill
    if read and read.tok_s is not None:
        yield f"{'prefill':<{LABEL}}{tok_s(read.tok_s)}{_range(read.low_tok_s, read.high_tok_s)} tok/s"
        if read.ttft_s is not None:
            yield f"{'':<{LABEL}}first token after {read.ttft_s:.3g} s"
    many = finding.aggregate
    if many and many.tok_s is not None and many.per_request_tok_s is not None:
        yield f"{'at once':<{LABEL}}{tok_s(many.tok_s)} tok/s of all {many.requests}, {tok_s(many.per_request_tok_s)} each{' while writing' if many.load.prefill_tok_s else ''}"


def _measured(finding: Finding) -> Iterator[str]:
    rows = chosen(finding.evidence)[:SHOWN_ROWS]
    if rows:
        yield "measured tok/s"
    for row in rows:
        off = f" {signed_share(row.residual)}" if row.residual is not None else ""
        depth = row.record.conditions.depth_tokens
        at = "depth ?" if depth is None else f"at {tokens(depth)}"
        value = as_printed(row.record.decode_tok_s or 0)
        yield f" {MARKS[row.closeness]}{row.tier} {value:>6} {at}, {row.record.conditions.date or 'no date'}{off}"


def _limits(finding: Finding) -> Iterator[str]:
    if finding.max_context_tokens:
        runs = "context up to" if finding.verdict in RUNS else "would fit with a context up to"
        yield f"{runs} {tokens(finding.max_context_tokens)}"
        if finding.verdict in RUNS and finding.max_concurrency:
            yield f"or {most_requests(finding.max_concurrency)} of {tokens(finding.case.demand.context_tokens)}"


def facts_lines(finding: Finding, width: int) -> list[str]:
    """What is known of the finding in lines of at most `width` columns."""
    case, demand = finding.case, finding.case.demand
    version = f" {case.version.version}" if case.version else ""
    lines = [f"{case.model.name} · {case.quant.name}", f"on {case.machine.hardware.name}, {case.runtime.name}{version}",
             f"context {tokens(demand.context_tokens)}, {requests(demand.concurrency)}: {VERDICTS[finding.verdict]}", ""]  # fmt: skip
    if finding.footprint:
        for use in finding.footprint.placement.uses:
            lines += _memory(use, width)
    lines += [*_limits(finding), *(f"{'instead':<{LABEL}}{say(text)}" for text in finding.instead), ""]
    lines += [*_speeds(finding), *filter(None, [beyond_trained(finding)]), *_measured(finding)]
    if finding.verdict != "does-not-fit":
        lines.append(f"{'trust':<{LABEL}}{finding.confidence.level.upper()}: {say(finding.confidence.reason)}")
    if memory_unstated(finding) and case.machine.hardware.kind == "cpu":
        stated = f"{{machine: {case.machine.hardware.id}, host_memory_gb: 64}}"
        lines.append(
            f"{'state it':<{LABEL}}under owns or considers of a need.yaml, opened with ctrl+o on 5 Decide: {stated}"
        )
    return [part for line in lines for part in folded(line, width)]


def beyond_trained(finding: Finding) -> str:
    """That the context is longer than the model was trained for, so that no speed is known; empty where it is not."""
    trained = finding.case.model.context_tokens
    if not trained or finding.case.demand.context_tokens <= trained:
        return ""
    return f"trained for {tokens(trained)} tokens: memory only, no speed beyond"


def no_curve(finding: Finding) -> str:
    """Why the finding has no speed to draw."""
    if finding.verdict == "does-not-fit" and finding.footprint:
        return f"it does not fit, {gib(finding.footprint.placement.short_bytes)} short"
    return beyond_trained(finding) or say(finding.confidence.reason)


def folded(line: str, width: int) -> list[str]:
    """The line in as many as it takes, words whole; further ones are indented as its text is."""
    width = max(width, LEAST_FOLDED)
    if len(line) <= width:
        return [line]
    indent = " " * LABEL if line[LABEL - 1 : LABEL] == " " and line[LABEL : LABEL + 1] != " " else " "
    return wrap(line, width, subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=True) or [""]


def pane(finding: Finding, width: int, height: int, glyphs: Glyphs) -> list[str]:
    """The finding in `width` columns and at most `height` lines, with its curve below where there is room."""
    lines = facts_lines(finding, width)
    room = min(height - len(lines) - 1, MOST_FIGURE_LINES)
    figure = decode_figure(finding) if finding.curve and room >= LEAST_FIGURE_LINES else None
    if figure:
        lines += ["", *draw(replace(figure, title=""), width, room, glyphs).splitlines()]
    return lines[:height]
