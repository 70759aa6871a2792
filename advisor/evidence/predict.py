"""Predicted decode speed of a case: physics times what the catalog's rows taught, with an interval from held-out rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.estimate.decode import Traffic, ceiling_tok_s, step_s, traffic
from advisor.evidence.finding import Speed
from advisor.evidence.observations import group

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.estimate.case import Case
    from advisor.estimate.footprint import Footprint
    from advisor.estimate.placement import Placement
    from advisor.evidence.calibration import Calibration


def bandwidth_bytes_s(case: Case, placement: Placement) -> float | None:
    """Bandwidth the devices give together under this placement; None where one of them is not stated.

    Layer split is sequential: times add, so it is the mean weighted by bytes held. Divided layers (tensor parallel) add up.
    """
    uses = [use for use in placement.uses if use.pool.device is not None]
    rates = [case.machine.devices[use.pool.device or 0].hardware.bandwidth_bytes_s for use in uses]
    known = [rate for rate in rates if rate is not None]
    if len(known) != len(uses) or not uses:
        return None
    if case.cache_rule == "paged":
        return sum(known)
    held = [use.weights_bytes + use.kv_cache_bytes for use in uses]
    return sum(held) / sum(part / rate for part, rate in zip(held, known, strict=True))


def software_date(case: Case) -> str | None:
    """Date of the software a case asks about: the version in force, or the day asked for."""
    return case.demand.as_of or (case.version.date if case.version else None)


def _limited_by(moved: Traffic, seconds: float | None, layer_s: float | None) -> str:
    if moved.host_bytes:
        return "host memory bandwidth"
    if seconds and layer_s and moved.layers * layer_s > seconds / 2:
        return "fixed time per layer"
    return "memory bandwidth"


def decode_speed(facts: Facts, calibration: Calibration, case: Case, found: Footprint, depth: int) -> Speed | str:
    """Speed of one sequence with `depth` tokens in its cache, or the reason why not even a ceiling is known."""
    if not case.model.is_sized:
        return f"no speed: the layers of {case.model.name} are not known"
    plan = found.placement
    bandwidth = bandwidth_bytes_s(case, plan)
    if bandwidth is None:
        return "no speed: memory bandwidth is not stated"
    moved = traffic(
        case.model, found.weights, depth, case.key_type, case.value_type, host_bytes=float(plan.host_read_bytes),
    )  # fmt: skip
    host = case.machine.host_bandwidth_bytes_s
    if moved.host_bytes and host is None:
        return "no speed: part of the model runs from host memory whose speed is not stated"
    ceiling = float(ceiling_tok_s(moved, bandwidth, host))
    device = case.machine.devices[0].hardware
    where = group(facts, case.model, case.quant.id, device, case.runtime, case.backend, software_date(case),
                  flash=case.demand.flash_attention)  # fmt: skip
    bare = Speed(
        depth_tokens=depth, tok_s=None, low_tok_s=None, high_tok_s=None, ceiling_tok_s=ceiling,
        bytes_per_token=round(float(moved.total_bytes)), limited_by=_limited_by(moved, None, None), basis="roofline",
        nearness=None, rows=0, efficiency=None, moved=moved, bandwidth_bytes_s=bandwidth,
    )  # fmt: skip
    several = len(case.machine.devices) > 1
    # Nothing measured teaches offload here, nor layers divided over devices: the ceiling is all that is known.
    if not calibration.rows or moved.host_bytes or (several and case.cache_rule == "paged"):
        return bare
    efficiency = calibration.efficiency(where)
    near = "several devices" if several else calibration.nearness(where)
    seconds = float(step_s(moved, bandwidth, efficiency))
    factors = calibration.interval(near, case.demand.level, where)
    if factors is None:
        return bare
    return replace(
        bare, tok_s=min(calibration.middle(near) / seconds, ceiling), low_tok_s=min(factors[0] / seconds, ceiling),
        high_tok_s=min(factors[1] / seconds, ceiling),
        limited_by=_limited_by(moved, seconds, efficiency.layer_s), basis="calibrated", nearness=near,
        rows=calibration.rows_behind(where), efficiency=efficiency,
    )  # fmt: skip
