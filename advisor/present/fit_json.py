"""Findings as the JSON scripts rely on (`advisor.fit/1`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor import __version__
from advisor.present.environment import environment
from advisor.present.formats import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.estimate.placement import PoolUse
    from advisor.evidence.concurrency import Sweep
    from advisor.evidence.finding import Finding, Measured, Speed
    from advisor.evidence.power import Drawn, Power
    from advisor.evidence.prefill_speed import Prefill

SCHEMA = "advisor.fit/1"
LEVEL_DIGITS = 4
SPEED_DIGITS = 3
BITS_DIGITS = 2


def _rate(value: float | None) -> float | None:
    return None if value is None else round(value, SPEED_DIGITS)


def _pool(use: PoolUse) -> dict[str, Any]:
    pool = use.pool
    return {
        "name": pool.name, "advertised_bytes": pool.advertised_bytes,
        "usable_bytes": pool.usable_bytes if pool.device is not None or pool.advertised_bytes else None,
        "used_bytes": use.used_bytes, "weights_bytes": use.weights_bytes, "kv_cache_bytes": use.kv_cache_bytes,
        "state_bytes": use.state_bytes, "compute_buffer_bytes": use.compute_buffer_bytes, "overhead_bytes": use.overhead_bytes,
        "first_layer": use.first_layer, "last_layer": use.last_layer, "basis": pool.basis, "source": pool.source,
    }  # fmt: skip


def _memory(finding: Finding) -> dict[str, Any] | None:
    if finding.footprint is None:
        return None
    uses, weights = finding.footprint.placement.uses, finding.footprint.weights
    return {
        "total_bytes": finding.footprint.placement.total_bytes,
        "weights_bytes": weights.total_bytes,
        "kv_cache_bytes": finding.footprint.kv_bytes,
        "state_bytes": finding.footprint.state_bytes,
        "compute_buffer_bytes": sum(use.compute_buffer_bytes for use in uses),
        "overhead_bytes": sum(use.overhead_bytes for use in uses),
        "short_bytes": finding.footprint.placement.short_bytes,
        "pools": [_pool(use) for use in uses],
    }


def _limits(finding: Finding) -> dict[str, Any]:
    best, fewest = finding.best_quant, finding.fewest_machines
    return {
        "max_context_tokens": finding.max_context_tokens,
        "most_context_tokens_asked": finding.most_context_tokens_asked,
        "max_concurrency": finding.max_concurrency,
        "best_quant_that_fits": best and {
            "quant": best.quant.id, "runtime": best.runtime.id, "bits_per_weight": round(best.bits_per_weight, BITS_DIGITS),
            "weights_bytes": best.weights_bytes,
        },
        "fewest_machines": fewest and {
            "count": fewest.count, "runtime": finding.case.runtime.id, "hardware": fewest.hardware.id
        },
    }  # fmt: skip


def _decode(speed: Speed | None, level: float) -> dict[str, Any] | None:
    if speed is None:
        return None
    return {
        "depth_tokens": speed.depth_tokens, "tok_s": _rate(speed.tok_s), "low_tok_s": _rate(speed.low_tok_s),
        "high_tok_s": _rate(speed.high_tok_s), "interval": round(level, LEVEL_DIGITS),
        "ceiling_tok_s": _rate(speed.ceiling_tok_s), "bytes_per_token": speed.bytes_per_token,
        "limited_by": speed.limited_by, "basis": speed.basis, "nearness": speed.nearness, "rows": speed.rows,
    }  # fmt: skip


def _at_context(speed: Speed | None) -> dict[str, Any] | None:
    if speed is None:
        return None
    return {
        "depth_tokens": speed.depth_tokens, "tok_s": _rate(speed.tok_s), "low_tok_s": _rate(speed.low_tok_s),
        "high_tok_s": _rate(speed.high_tok_s), "ceiling_tok_s": _rate(speed.ceiling_tok_s),
    }  # fmt: skip


def measured(row: Measured) -> dict[str, Any]:
    """One evidence row."""
    return {
        "record": row.record.id, "source": row.source.id, "tier": row.tier, "match": row.closeness,
        "decode_tok_s": row.record.decode_tok_s, "depth_tokens": row.record.conditions.depth_tokens,
        "date": row.record.conditions.date, "residual": None if row.residual is None else round(row.residual, LEVEL_DIGITS),
        "differs": list(row.differences), "remark": row.remark or None,
    }  # fmt: skip


def _prefill(read: Prefill | None) -> dict[str, Any]:
    """One prompt on an idle server."""
    if read is None:
        return {"tok_s": None, "low_tok_s": None, "high_tok_s": None, "ttft_s": None, "basis": "roofline"}
    return {
        "prompt_tokens": read.prompt_tokens, "cached_tokens": read.cached_tokens, "tok_s": _rate(read.tok_s),
        "low_tok_s": _rate(read.low_tok_s), "high_tok_s": _rate(read.high_tok_s), "ceiling_tok_s": _rate(read.ceiling_tok_s),
        "ttft_s": _rate(read.ttft_s), "low_ttft_s": _rate(read.low_ttft_s), "high_ttft_s": _rate(read.high_ttft_s),
        "limited_by": read.limited_by, "basis": read.basis, "nearness": read.nearness, "rows": read.rows, "reason": read.reason,
    }  # fmt: skip


def _sweep(rates: Sweep | None) -> list[dict[str, Any]]:
    """Rates from one request to many; empty where they are not predicted."""
    if rates is None:
        return []
    rows = zip(rates.requests, rates.tok_s, rates.low_tok_s, rates.high_tok_s, rates.per_request_tok_s, strict=True)
    return [
        {"requests": count, "tok_s": _rate(tok_s), "low_tok_s": _rate(low), "high_tok_s": _rate(high), "per_request_tok_s": _rate(each)}
        for count, tok_s, low, high, each in rows
    ]  # fmt: skip


def _power(drawn: Drawn | None) -> dict[str, Any] | None:
    """Watts as read, each reading by itself, else what the boards are rated for; None for what does not run."""
    if drawn is None:
        return None
    return {
        "basis": "measured" if drawn.readings else "rated" if drawn.rated_w else None,
        "readings": [_reading(each) for each in drawn.readings], "rated_w": drawn.rated_w, "rated_sources": list(drawn.rated_sources),
        "most_joules_per_token": _rate(drawn.rated_joules_per_token), "reason": drawn.reason,
    }  # fmt: skip


def _reading(read: Power) -> dict[str, Any]:
    measured, expected = read.joules_per_token or (None, None), read.predicted_joules_per_token or (None, None)
    return {
        "meaning": read.meaning, "median_w": read.median_w, "low_w": read.low_w, "high_w": read.high_w, "of_model": read.of_model,
        "rows": read.rows, "sources": list(read.sources), "one_request": read.one_request,
        "measured_joules_per_token": {"low": _rate(measured[0]), "high": _rate(measured[1])},
        "predicted_joules_per_token": {"low": _rate(expected[0]), "high": _rate(expected[1])},
    }  # fmt: skip


def _aggregate(finding: Finding) -> dict[str, Any]:
    """One request is its own aggregate; many carry what limits them beside the rates."""
    many = finding.aggregate
    if finding.case.demand.concurrency > 1 and many:
        return {
            "tok_s": _rate(many.tok_s), "low_tok_s": _rate(many.low_tok_s), "high_tok_s": _rate(many.high_tok_s),
            "per_request_tok_s": _rate(many.per_request_tok_s), "ceiling_tok_s": _rate(many.ceiling_tok_s), "running": many.running,
            "limited_by": many.limited_by, "basis": many.basis, "nearness": many.nearness, "rows": many.rows,
            "prompt_tokens": many.load.prompt_tokens or None, "output_tokens": many.load.output_tokens, "wall_s": _rate(many.wall_s),
            "knee": {"requests": finding.knee.requests, "why": finding.knee.why} if finding.knee else None,
            "sweep": _sweep(finding.sweep),
        }  # fmt: skip
    speed = finding.decode_at_depth if finding.case.demand.concurrency == 1 else None
    return {
        "tok_s": _rate(speed.tok_s) if speed else None, "low_tok_s": _rate(speed.low_tok_s) if speed else None,
        "high_tok_s": _rate(speed.high_tok_s) if speed else None, "per_request_tok_s": _rate(speed.tok_s) if speed else None,
    }  # fmt: skip


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding; null means cannot know, and `notes` say why."""
    case, demand = finding.case, finding.case.demand
    notes = [say(note) for note in (*finding.instead, *finding.notes)]
    if demand.concurrency > 1 and (finding.aggregate is None or finding.aggregate.tok_s is None):
        notes.append("speed is for one request at a time; many at once is not predicted")
    return {
        "model": case.model.id, "quant": case.quant.id, "runtime": case.runtime.id,
        "runtime_version": case.version.version if case.version else None, "backend": case.backend,
        "hardware": case.machine.hardware.id, "context_tokens": demand.context_tokens, "concurrency": demand.concurrency,
        "kv_type": case.kv_type, "verdict": finding.verdict, "memory": _memory(finding),
        "limits": _limits(finding),
        "decode": _decode(finding.decode, demand.level), "decode_at_context": _at_context(finding.decode_at_depth),
        "curve": [_at_context(speed) for speed in finding.curve],
        "prefill": _prefill(finding.prefill),
        "aggregate": _aggregate(finding),
        "power": _power(finding.power),
        "evidence": [measured(row) for row in finding.evidence],
        "confidence": {"level": finding.confidence.level, "reason": say(finding.confidence.reason)},
        "plan": finding.footprint.placement.flags or None if finding.footprint else None,
        "environment": environment(case),
        "notes": notes,
    }  # fmt: skip


def document(findings: Sequence[Finding], catalog_date: str) -> dict[str, Any]:
    """The whole answer."""
    return {
        "schema": SCHEMA, "advisor": __version__, "catalog": catalog_date,
        "findings": [finding_json(finding) for finding in findings],
    }  # fmt: skip
