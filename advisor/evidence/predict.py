"""Predicted decode speed of a case: physics times what the catalog's rows taught, with an interval from held-out rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from advisor.estimate.decode import ceiling_tok_s, step_s, traffic
from advisor.estimate.footprint import Footprint
from advisor.estimate.placement import Placement
from advisor.estimate.shares import Step, split_of, step_of
from advisor.estimate.tensor_parallel import all_reduces, divided
from advisor.evidence import offload, tensor_parallel
from advisor.evidence.finding import Speed
from advisor.evidence.observations import group
from advisor.evidence.offload import learned_offload, shares_of
from advisor.evidence.tensor_parallel import learned_tensor_parallel
from advisor.evidence.tensor_parallel_rows import link_class
from advisor.once import Once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.catalog.contents import Facts
    from advisor.estimate.case import Case
    from advisor.estimate.decode import Efficiency, Traffic
    from advisor.estimate.shares import Costed
    from advisor.estimate.weights import Weights
    from advisor.evidence.calibration import Calibration, Nearness
    from advisor.evidence.observations import Group

NONE: frozenset[str] = frozenset()
Spent = tuple[tuple[str, float], ...]
Spans = tuple[tuple[int | None, int | None], ...]
"""First and last layer of each device."""
_SPEEDS = Once[Speed | str](32768)
_MOVED = Once["Traffic"](8192)
_GROUPS = Once["list[Group]"](16384)
_STEPS = Once["Step"](4096)
HOST_SPEED = "no speed: part of the model runs from host memory whose speed is not stated"


def bandwidth_bytes_s(case: Case, placement: Placement) -> float | None:
    """Bandwidth the devices give together under this placement; None where one of them is not stated.

    Layer split is sequential: times add, so it is the mean weighted by bytes held. Divided layers (tensor parallel) add up.
    """
    if len(case.machine.devices) == 1:
        return case.machine.devices[0].hardware.bandwidth_bytes_s
    uses = [use for use in placement.uses if use.pool.device is not None]
    rates = [case.machine.devices[use.pool.device or 0].hardware.bandwidth_bytes_s for use in uses]
    known = [rate for rate in rates if rate is not None]
    if len(known) != len(uses) or not uses:
        return None
    if case.cache_rule == "paged":
        return sum(known)
    if len(set(known)) == 1:
        return known[0]
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


@dataclass(frozen=True, slots=True)
class _Expected:
    """What the rows expect of a case at one depth."""

    seconds: float
    factors: tuple[float, float]
    """Ends of the interval, as factors on the speed."""
    middle: float
    nearness: Nearness
    rows: int
    efficiency: Efficiency | None
    spent: Spent
    limited_by: str


def decode_speed(  # noqa: PLR0913 - the question, what is known, and what may be used of it
    facts: Facts, calibration: Calibration, case: Case, found: Footprint, depth: int, exclude_sources: frozenset[str] = NONE
) -> Speed | str:  # fmt: skip
    """Speed of one sequence with `depth` tokens in its cache, or the reason why not even a ceiling is known.

    On devices of one speed that hold everything it goes by which layers stand where, whatever context and requests are asked
    for: asked with others, the same case is not worked out again.
    """
    plan, devices = found.placement, case.machine.devices
    unequal = case.cache_rule != "paged" and len({device.hardware.bandwidth_bytes_s for device in devices}) > 1
    if plan.host_read_bytes or unequal:
        return _decode_speed(facts, calibration, case, found, depth, exclude_sources)
    spans = tuple((use.first_layer, use.last_layer) for use in plan.uses) if len(devices) > 1 else ()
    return _remembered(facts, calibration, case, found, depth, exclude_sources, spans)


def speed_alone(  # noqa: PLR0913 - as above
    facts: Facts, calibration: Calibration, case: Case, weights: Weights, depth: int, exclude_sources: frozenset[str] = NONE
) -> Speed | str:  # fmt: skip
    """`decode_speed` on the one device of the case, which holds everything."""
    return _remembered(
        facts, calibration, case, Footprint(weights, Placement("fits", ()), 0, 0), depth, exclude_sources, ()
    )


def _remembered(  # noqa: PLR0913 - as above
    facts: Facts, calibration: Calibration, case: Case, found: Footprint, depth: int, exclude_sources: frozenset[str], spans: Spans
) -> Speed | str:  # fmt: skip
    d = case.demand
    return _SPEEDS(
        (facts, calibration, case.model, case.quant, found.weights, case.runtime, case.version, case.machine),
        (case.backend, case.kv_type, d.flash_attention, d.as_of, d.level, depth, exclude_sources, spans),
        lambda: _decode_speed(facts, calibration, case, found, depth, exclude_sources),
    )


def _decode_speed(  # noqa: PLR0913 - as above
    facts: Facts, calibration: Calibration, case: Case, found: Footprint, depth: int, exclude_sources: frozenset[str]
) -> Speed | str:  # fmt: skip
    if not case.model.is_sized:
        return f"no speed: the layers of {case.model.name} are not known"
    plan = found.placement
    bandwidth = bandwidth_bytes_s(case, plan)
    if bandwidth is None:
        return "no speed: memory bandwidth is not stated"
    host_bytes = float(plan.host_read_bytes)
    moved = _MOVED(
        (case.model, found.weights), (depth, case.kv_type, host_bytes),
        lambda: traffic(case.model, found.weights, depth, case.key_type, case.value_type, host_bytes=host_bytes),
    )  # fmt: skip
    host = case.machine.host_bandwidth_bytes_s
    if moved.host_bytes and host is None:
        return HOST_SPEED
    ceiling = float(ceiling_tok_s(moved, bandwidth, host))
    bare = Speed(
        depth_tokens=depth, tok_s=None, low_tok_s=None, high_tok_s=None, ceiling_tok_s=ceiling,
        bytes_per_token=round(float(moved.total_bytes)), limited_by=_limited_by(moved, None, None), basis="roofline",
        nearness=None, rows=0, efficiency=None, moved=moved, bandwidth_bytes_s=bandwidth,
    )  # fmt: skip
    expected = _expected(facts, calibration, case, found, depth, bare, exclude_sources) if calibration.rows else None
    if expected is None:
        return bare
    return replace(
        bare, tok_s=min(expected.middle / expected.seconds, ceiling), low_tok_s=min(expected.factors[0] / expected.seconds, ceiling),
        high_tok_s=min(expected.factors[1] / expected.seconds, ceiling), limited_by=expected.limited_by, basis="calibrated",
        nearness=expected.nearness, rows=expected.rows, efficiency=expected.efficiency, spent=expected.spent,
    )  # fmt: skip


def _expected(  # noqa: PLR0913 - as above
    facts: Facts, calibration: Calibration, case: Case, found: Footprint, depth: int, bare: Speed, exclude_sources: frozenset[str]
) -> _Expected | None:  # fmt: skip
    groups = _groups(facts, case)
    if len(groups) > 1 and case.cache_rule == "paged":
        return _divided(facts, calibration, case, found, depth, groups[0], exclude_sources)
    if bare.moved.host_bytes:
        return _with_host(facts, calibration, case, found, depth, groups, exclude_sources)
    if len(groups) > 1:
        return _split(calibration, case, found, depth, groups)
    where = groups[0]
    near, cost = calibration.nearness(where), calibration.efficiency(where)
    factors = calibration.interval(near, case.demand.level, where)
    if factors is None:
        return None
    seconds = float(step_s(bare.moved, bare.bandwidth_bytes_s, cost))
    limited = _limited_by(bare.moved, seconds, cost.layer_s)
    return _Expected(seconds, factors, 1.0, near, calibration.rows_behind(where), cost, (), limited)


def _groups(facts: Facts, case: Case) -> list[Group]:
    """The groups of the case on each of its devices."""
    date, flash = software_date(case), case.demand.flash_attention
    return _GROUPS(
        (facts, case.model, case.quant, case.runtime, case.machine), (case.backend, date, flash),
        lambda: [group(facts, case.model, case.quant.id, device.hardware, case.runtime, case.backend, date, flash=flash)
                 for device in case.machine.devices],
    )  # fmt: skip


def _step(case: Case, found: Footprint, depth: int) -> Step:
    model, weights, split = case.model, found.weights, split_of(found.placement, found.weights)
    return _STEPS(
        (model, weights), (split, depth, case.key_type, case.value_type),
        lambda: step_of(model, weights, split, depth, case.key_type, case.value_type),
    )  # fmt: skip


def _rates(case: Case) -> list[float]:
    return [device.hardware.bandwidth_bytes_s or 0.0 for device in case.machine.devices]


def _by_device(case: Case, shares: Iterable[Costed]) -> list[tuple[str, float]]:
    return [
        (case.machine.devices[each.share.device].name, float(each.seconds))
        for each in shares if each.share.device is not None
    ]  # fmt: skip


def _split(calibration: Calibration, case: Case, found: Footprint, depth: int, groups: list[Group]) -> _Expected | None:
    """Layers spread over devices, one computing after the other."""
    factors = calibration.interval("several devices", case.demand.level, groups[0])
    if factors is None:
        return None
    shares = shares_of(calibration, _step(case, found, depth), groups, _rates(case), 0.0)
    spent, seconds = _by_device(case, shares), sum(float(each.seconds) for each in shares)
    fixed = sum(float(each.share.moved.layers * each.efficiency.layer_s) for each in shares)
    return _Expected(
        seconds, factors, calibration.middle("several devices"), "several devices", calibration.rows_behind(groups[0]), None,
        tuple(spent), "fixed time per layer" if fixed > seconds / 2 else "memory bandwidth",
    )  # fmt: skip


def _with_host(  # noqa: PLR0913 - as above
    facts: Facts, calibration: Calibration, case: Case, found: Footprint, depth: int, groups: list[Group],
    exclude_sources: frozenset[str],
) -> _Expected | None:  # fmt: skip
    """Layers or experts on the host, which computes them while the devices wait."""
    learned = learned_offload(facts, calibration, case.demand.as_of, exclude_sources)
    factors = learned.spread.factors((), case.demand.level) if learned.rows else None
    host = case.machine.host_bandwidth_bytes_s
    if factors is None or host is None:
        return None
    step = _step(case, found, depth)
    pieces = offload.pieces(shares_of(calibration, step, groups, _rates(case), host), step.host_trips)
    trip, factor, deep = (learned.term(name, groups[0]) for name in offload.TERMS)
    spent: Spent = (
        ("devices", pieces.device_s + deep * pieces.depth_s), ("host", factor * pieces.host_s),
        (f"{pieces.trips} round trips between them", trip * pieces.trips),
    )  # fmt: skip
    most = max(spent, key=lambda part: part[1])[0]
    limited = {"host": "host memory bandwidth", "devices": "memory bandwidth"}.get(most, "round trips to the host")
    return _Expected(
        sum(part for _, part in spent), factors, 1.0, "partly on the host", learned.rows, None, spent, limited
    )


def _divided(  # noqa: PLR0913 - as above
    facts: Facts, calibration: Calibration, case: Case, found: Footprint, depth: int, where: Group,
    exclude_sources: frozenset[str],
) -> _Expected | None:  # fmt: skip
    """Layers divided over equal devices, whose results are added up over their link."""
    learned = learned_tensor_parallel(facts, calibration, case.demand.as_of, exclude_sources)
    factors = learned.spread.factors((), case.demand.level) if learned.rows else None
    rates, count = _rates(case), len(case.machine.devices)
    if factors is None or not case.machine.equal_devices:
        return None
    moved = divided(case.model, found.weights, depth, case.key_type, case.value_type, count)
    link = link_class(
        case.machine.devices[0].hardware,
        case.machine.nodes,
        " ".join(each.kind for each in case.machine.hardware.links),
    )
    reduces = all_reduces(where.stages, moved.layers)
    pieces = tensor_parallel.pieces(calibration, where, moved, rates[0], reduces)
    fixed, each = learned.term("fixed", where, link), learned.term("link", where, link)
    spent: Spent = (
        (f"each of {count} devices reading its part", pieces.bytes_s), ("fixed time of the layers", fixed * pieces.fixed_s),
        (f"{round(reduces)} all-reduces", each * reduces),
    )  # fmt: skip
    limited = ("memory bandwidth", "fixed time per layer", "link between devices")
    most = max(range(len(spent)), key=lambda at: spent[at][1])
    return _Expected(
        learned.seconds(pieces, where, link), factors, 1.0, "divided layers", learned.rows, None, spent, limited[most]
    )
