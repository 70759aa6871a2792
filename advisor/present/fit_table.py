"""Several findings as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor import units
from advisor.present.fit_card import MARKS
from advisor.present.formats import as_printed, tok_s, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.evidence.finding import Finding, Measured

HEADERS = ("model", "quant", "hardware", "runtime", "verdict", "memory GiB", "usable GiB", "decode tok/s", "range", "at context",
           "all at once", "each",
           "measured", "max context", "confidence")  # fmt: skip


def _nearest(finding: Finding) -> Measured | None:
    """The nearest row without a remark; None where it is far."""
    best = next((row for row in finding.evidence if not row.remark), None)
    return None if best is None or best.closeness == "far" else best


def _measured(finding: Finding) -> str:
    best = _nearest(finding)
    if best is None:
        return ""
    return f"{as_printed(best.record.decode_tok_s or 0)} {MARKS[best.closeness]}{best.tier}"


def _many(finding: Finding) -> tuple[str, str]:
    """tok/s of all requests together and of each; nothing for one request, and where that is not predicted."""
    many = finding.aggregate
    if many is None or many.tok_s is None or many.per_request_tok_s is None:
        return "", ""
    return tok_s(many.tok_s), tok_s(many.per_request_tok_s)


def row(finding: Finding) -> list[str]:
    """The finding as one line of the table."""
    case, found = finding.case, finding.footprint
    uses = [use for use in found.placement.uses if use.pool.device is not None] if found else []
    used, usable = sum(use.used_bytes for use in uses), sum(use.pool.usable_bytes for use in uses)
    zero, deep = finding.decode, finding.decode_at_depth
    short = f" −{units.to_gib(found.placement.short_bytes):.1f}" if found and finding.verdict == "does-not-fit" else ""
    has_range = zero and zero.low_tok_s is not None and zero.high_tok_s is not None
    return [
        case.model.id, case.quant.id, case.machine.hardware.id, case.runtime.id, finding.verdict + short,
        f"{units.to_gib(used):.1f}" if found else "", f"{units.to_gib(usable):.1f}" if found else "",
        tok_s(zero.tok_s) if zero and zero.tok_s else "",
        f"{tok_s(zero.low_tok_s or 0)}–{tok_s(zero.high_tok_s or 0)}" if zero and has_range else "",
        tok_s(deep.tok_s) if deep and deep.tok_s else "", *_many(finding), _measured(finding),
        tokens(finding.max_context_tokens) if finding.max_context_tokens else "", finding.confidence.level,
    ]  # fmt: skip


def rows(findings: Sequence[Finding]) -> list[list[str]]:
    """Every finding as a line; columns as in `HEADERS`."""
    return [row(finding) for finding in findings]


CSV_HEADERS = ("model", "quant", "hardware", "runtime", "backend", "verdict", "context_tokens", "concurrency", "weights_bytes",
               "kv_cache_bytes", "device_used_bytes", "device_usable_bytes", "short_bytes", "decode_tok_s", "low_tok_s", "high_tok_s",
               "ceiling_tok_s", "decode_at_context_tok_s", "max_context_tokens", "max_concurrency", "measured_tok_s", "measured_match",
               "measured_tier", "confidence", "aggregate_tok_s", "per_request_tok_s")  # fmt: skip


def csv_row(finding: Finding) -> list[Any]:
    """The finding as values for programs: whole bytes and tokens, plain numbers, nothing where it cannot be known."""
    case, found, demand = finding.case, finding.footprint, finding.case.demand
    uses = [use for use in found.placement.uses if use.pool.device is not None] if found else []
    zero, deep, best, many = finding.decode, finding.decode_at_depth, _nearest(finding), finding.aggregate
    memory = (
        [found.weights.total_bytes, found.kv_bytes, sum(use.used_bytes for use in uses),
         sum(use.pool.usable_bytes for use in uses), found.placement.short_bytes] if found else [None] * 5
    )  # fmt: skip
    speed = [zero.tok_s, zero.low_tok_s, zero.high_tok_s, zero.ceiling_tok_s] if zero else [None] * 4
    measured = [best.record.decode_tok_s, best.closeness, best.tier] if best else [None] * 3
    return [
        case.model.id, case.quant.id, case.machine.hardware.id, case.runtime.id, case.backend, finding.verdict,
        demand.context_tokens, demand.concurrency, *memory, *speed, deep.tok_s if deep else None,
        finding.max_context_tokens, finding.max_concurrency, *measured, finding.confidence.level,
        many.tok_s if many else None, many.per_request_tok_s if many else None,
    ]  # fmt: skip


def without_constant(headers: Sequence[str], lines: Sequence[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """The table without columns that say the same in every line or nothing at all, so that it fits a terminal."""
    keep = [
        index for index, name in enumerate(headers)
        if name in {"runtime", "verdict", "quant"} or len({line[index] for line in lines}) > 1
    ]  # fmt: skip
    return [headers[i] for i in keep], [[line[i] for i in keep] for line in lines]
