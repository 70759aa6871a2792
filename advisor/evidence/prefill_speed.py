"""Predicted time of a prompt: physics times what the catalog's rows taught, with an interval from held-out rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from advisor.estimate.prefill import ceiling_tok_s, highest_ops_s, parts, work
from advisor.evidence.predict import bandwidth_bytes_s, decode_speed, software_date
from advisor.evidence.prefill import NO_ROWS, PrefillCalibration, learned_prefill
from advisor.evidence.prefill_rows import Setting, absorbs_latent, setting, usual_ubatch, why_no_physics

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.estimate.case import Case
    from advisor.estimate.footprint import Footprint
    from advisor.estimate.prefill import Rates, Work
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Basis, Speed
    from advisor.evidence.prefill import Nearness


@dataclass(frozen=True, slots=True)
class Prefill:
    """Predicted prompt tokens per second of one request on an idle server, and the time to its first token."""

    prompt_tokens: int
    cached_tokens: int
    """Of these, held by a prefix cache already and not read."""
    tok_s: float | None
    """None where no evidence carries a prediction; the ceiling still stands."""
    low_tok_s: float | None
    high_tok_s: float | None
    ceiling_tok_s: float
    ttft_s: float | None
    """Reading what is not cached, then one decode step; None where one of the two is not known."""
    low_ttft_s: float | None
    high_ttft_s: float | None
    limited_by: str
    basis: Basis
    nearness: Nearness | None
    rows: int
    """Rows of the group the prediction rests on."""
    work: Work
    rates: Rates | None
    reason: str | None = None
    """Why there is only a ceiling."""


def prefill_speed(  # noqa: PLR0913 - each is one condition of the question
    facts: Facts, learned: PrefillCalibration, case: Case, found: Footprint, prompt_tokens: int, *,
    step: Speed | None = None, cached_share: float = 0.0, depth_tokens: int = 0,
) -> Prefill | str:  # fmt: skip
    """How fast a prompt of `prompt_tokens` is read behind `depth_tokens` others, or why not even a ceiling is known.

    `cached_share` of the prompt is held by a prefix cache; `step` is the decode speed at its end, which the time to the
    first token needs. Nothing queues before the request.
    """
    device = case.machine.devices[0].hardware
    if reason := why_no_physics(case.model, device, case.backend, "device"):
        return f"no prefill: {reason}"
    bandwidth = bandwidth_bytes_s(case, found.placement)
    if bandwidth is None:
        return "no prefill: memory bandwidth is not stated"
    cached = min(round(prompt_tokens * cached_share), prompt_tokens - 1)
    depth = depth_tokens + cached
    doing = work(
        case.model, found.weights, prompt_tokens - cached, depth, _ubatch(case), absorbed=absorbs_latent(case.runtime)
    )
    where = setting(
        facts, case.model, case.quant, device, case.runtime, case.backend, software_date(case), flash=case.demand.flash_attention,
    )  # fmt: skip
    ceiling = ceiling_tok_s(doing, highest_ops_s(device), bandwidth)
    bare = Prefill(
        prompt_tokens=prompt_tokens, cached_tokens=cached, tok_s=None, low_tok_s=None, high_tok_s=None, ceiling_tok_s=ceiling,
        ttft_s=None, low_ttft_s=None, high_ttft_s=None, limited_by="compute", basis="roofline", nearness=None, rows=0, work=doing,
        rates=None, reason=_why_only_a_ceiling(case, found, learned, where),
    )  # fmt: skip
    factors = learned.interval(learned.spread_class(where), case.demand.level)
    if bare.reason or factors is None:
        return replace(bare, reason=bare.reason or NO_ROWS)
    return _predicted(bare, learned, where, factors, step)


def _predicted(
    bare: Prefill, learned: PrefillCalibration, where: Setting, factors: tuple[float, float], step: Speed | None
) -> Prefill:
    rates = learned.rates(where)
    time = parts(bare.work, rates)
    tokens, ceiling = bare.work.tokens, bare.ceiling_tok_s
    rate, low, high = (min(tokens * factor / float(time.total_s), ceiling) for factor in (1.0, *factors))
    steps = (step.tok_s, step.high_tok_s, step.low_tok_s) if step else (None, None, None)
    first = [
        None if each is None else tokens / speed + 1 / each
        for speed, each in zip((rate, high, low), steps, strict=True)
    ]
    return replace(
        bare, tok_s=rate, low_tok_s=low, high_tok_s=high, ttft_s=first[0], low_ttft_s=first[1], high_ttft_s=first[2],
        limited_by=time.limited_by, basis="calibrated", nearness=learned.nearness(where), rows=learned.rows_behind(where), rates=rates,
    )  # fmt: skip


def _why_only_a_ceiling(case: Case, found: Footprint, learned: PrefillCalibration, where: Setting) -> str | None:
    if found.placement.host_read_bytes:
        return "prefill is not predicted: no measured row teaches a model partly in host memory"
    if len(case.machine.devices) > 1:
        return "prefill is not predicted: no measured row teaches this split over devices"
    return learned.refuses(where)


def _ubatch(case: Case) -> int:
    if case.cache_rule == "paged":
        return case.demand.serving.batch_tokens or usual_ubatch(case.runtime, case.machine.devices[0].hardware)
    return case.demand.ubatch


def reading(
    facts: Facts, calibration: Calibration, case: Case, found: Footprint, exclude_sources: frozenset[str] = frozenset()
) -> Prefill | str:
    """How the prompt asked about is read, or why nothing is known of it; without a stated prompt one that fills the context.

    An empty calibration of decode speed asks for physics alone: only a ceiling is given.
    """
    demand = case.demand
    learned = learned_prefill(facts, demand.as_of, exclude_sources) if calibration.rows else PrefillCalibration()
    prompt = demand.prompt_tokens or demand.context_tokens
    step = decode_speed(facts, calibration, case, found, prompt, exclude_sources)
    return prefill_speed(
        facts, learned, case, found, prompt, step=None if isinstance(step, str) else step, cached_share=demand.cached_share,
    )  # fmt: skip
