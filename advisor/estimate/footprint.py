"""Whether a case fits, where its bytes go, and how far it could be stretched."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from advisor import units
from advisor.estimate.cannot import CannotRun
from advisor.estimate.case import Case
from advisor.estimate.contiguous import place_contiguous
from advisor.estimate.layered import Kept, Load, load, overflows, place_on_devices, place_unified
from advisor.estimate.machine import Usable, usable
from advisor.estimate.note import Note, note
from advisor.estimate.offload import place_with_host, runs_with_host
from advisor.estimate.placement import Placement, Pool
from advisor.estimate.pooled import KvPool, place_pooled
from advisor.estimate.weights import CannotSize, Quants, Weights, weight_bytes

__all__ = [
    "MOST_REQUESTS",
    "CannotRun",
    "Footprint",
    "footprint",
    "max_concurrency",
    "max_context_tokens",
    "placed",
]

MOST_REQUESTS = 1024
LLAMA_CPP_RULES = frozenset({"llama.cpp", "ollama-2025"})


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a case takes and what is left of the machine."""

    weights: Weights
    placement: Placement
    kv_bytes: int
    state_bytes: int
    notes: tuple[Note, ...] = ()
    pool: KvPool | None = None
    """What the runtime's pool of cache holds; None for one that keeps no pool."""


def _pool(case: Case, index: int) -> Pool:
    device = case.machine.devices[index]
    found = usable(device, case.runtime, case.backend, case.memory_share)
    if found is None:
        message = f"the memory size of {device.hardware.name} is not stated"
        raise CannotRun(message)
    taken = case.demand.reserve_bytes + (case.demand.resident_bytes if index == 0 else 0)
    name = "unified" if device.unified and len(case.machine.devices) == 1 else device.name
    return _as_pool(name, device.hardware.advertised_bytes, found, taken, index)


def _as_pool(name: str, advertised: int | None, found: Usable, taken: int, index: int) -> Pool:
    basis = found.basis + (", less what was asked to be kept" if taken else "")
    return Pool(name, advertised, found.free_bytes - taken, found.usable_bytes - taken, basis, found.source, index)


def _host_pool(case: Case) -> Pool:
    size = case.machine.host_bytes
    basis = "as stated; what the system itself uses is not known" if size else "not stated"
    return Pool("host", size, size or 0, size if size is not None else units.GIB * 2**20, basis, None, None)


def _place_llama_cpp(case: Case, found: Load) -> tuple[Placement, list[Note]]:
    pools = _pools(case)
    if case.machine.unified and len(pools) == 1:
        return place_unified(pools[0], found), []
    host = _host_pool(case)
    if case.machine.unified:
        plan = place_on_devices(pools, host, found)
        return _host_into_first(plan), []
    plan = place_on_devices(pools, host, found)
    if plan.verdict == "fits" or not case.runtime.splits.host:
        return plan, []
    if case.machine.host_bytes is None:
        need = found.weights.total_bytes + found.kv_bytes - sum(p.usable_bytes for p in pools)
        return plan, [
            note("part of it could run from a host with {need_bytes} to spare; none is stated", need_bytes=need)
        ]
    with_host = place_with_host(pools, host, found)
    if with_host is None:
        return plan, [note("the host's {host_bytes} do not hold the rest either", host_bytes=case.machine.host_bytes)]
    return replace(with_host, short_bytes=plan.short_bytes), []


def _verdict(case: Case, weights: Weights) -> str:
    """The verdict of `placed`, without working out the plan where only its existence matters."""
    if case.cache_rule not in LLAMA_CPP_RULES or case.machine.unified or case.machine.host_bytes is None:
        return placed(case, weights).placement.verdict
    found = _load(case, weights)
    pools, host = _pools(case), _host_pool(case)
    everything = Kept(found.weights.layer_bytes)
    if not overflows(found, everything, pools) and place_on_devices(pools, host, found).verdict == "fits":
        return "fits"
    return "fits-offloaded" if case.runtime.splits.host and runs_with_host(pools, host, found) else "does-not-fit"


def _load(case: Case, weights: Weights) -> Load:
    found = load(case.model, weights, case.cache_rule, case.cache_question)
    return replace(found, pipelined=case.machine.nodes == 1)


def _pools(case: Case) -> tuple[Pool, ...]:
    return tuple(_pool(case, index) for index in range(len(case.machine.devices)))


def _host_into_first(plan: Placement) -> Placement:
    """Linked boxes with unified memory have no separate host: its share stands in the first box."""
    *uses, host = plan.uses
    first = replace(
        uses[0], weights_bytes=uses[0].weights_bytes + host.weights_bytes,
        compute_buffer_bytes=uses[0].compute_buffer_bytes + host.compute_buffer_bytes,
    )  # fmt: skip
    short = max(plan.short_bytes, first.short_bytes)
    return Placement("does-not-fit" if short else "fits", (first, *uses[1:]), short)


def footprint(case: Case, quants: Quants) -> Footprint:
    """Where the bytes of `case` go. Raises CannotRun with the reason where nothing sourced says."""
    if case.quant.id in case.runtime.refused_quants:
        raise CannotRun(case.runtime.refused_quants[case.quant.id])
    if case.runtime.refuses_memory:
        raise CannotRun(case.runtime.refuses_memory)
    if case.kv_type not in case.runtime.kv_types:
        message = f"{case.runtime.name} does not keep its KV cache in {case.kv_type}"
        raise CannotRun(message)
    if case.model.kv_refused and case.model.is_sized:
        message = f"the KV cache of {case.model.name} cannot be sized: {case.model.kv_refused}"
        raise CannotRun(message)
    try:
        weights = weight_bytes(case.model, case.quant, case.container, quants)
    except CannotSize as reason:
        raise CannotRun(str(reason)) from reason
    return placed(case, weights)


def placed(case: Case, weights: Weights) -> Footprint:
    """The footprint of weights already sized."""
    if case.machine.nodes > 1 and not case.runtime.splits.nodes:
        message = f"{case.runtime.name} does not run over several boxes"
        raise CannotRun(message)
    found = _placed_llama_cpp(case, weights) if case.cache_rule in LLAMA_CPP_RULES else _placed_elsewhere(case, weights)
    if case.model.is_sized:
        return found
    unknown = note("KV cache not counted: the layers of this model are not known")
    return replace(found, notes=(*found.notes, unknown))


def _placed_llama_cpp(case: Case, weights: Weights) -> Footprint:
    devices = len(case.machine.devices)
    if devices > 1 and not case.machine.unified and not case.runtime.splits.layers:
        message = f"{case.runtime.name} does not spread a model over several devices"
        raise CannotRun(message)
    found = _load(case, weights)
    plan, notes = _place_llama_cpp(case, found)
    return Footprint(weights, plan, found.kv_bytes, found.state_bytes, tuple(notes))


def _placed_elsewhere(case: Case, weights: Weights) -> Footprint:
    if case.cache_rule == "paged":
        pooled = place_pooled(case, weights)
        return Footprint(
            weights, pooled.placement, pooled.kv_bytes, pooled.state_bytes, pooled.notes,
            pooled.pool if case.model.is_sized else None,
        )  # fmt: skip
    pools = tuple(_pool(case, index) for index in range(len(case.machine.devices)))
    kept = place_contiguous(case, weights, pools)
    return Footprint(weights, kept.placement, kept.kv_bytes, kept.state_bytes, kept.notes)


def _largest(good: Callable[[int], bool], low: int, high: int) -> int:
    """Largest number in low…high for which `good` holds, given that it holds up to some point; low − 1 for none."""
    if not good(low):
        return low - 1
    if good(high):
        return high
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if good(middle) else (low, middle - 1)
    return low


def max_context_tokens(case: Case, weights: Weights, verdict: str) -> int:
    """Longest context per request, up to the trained length, at which the verdict is still `verdict`; 0 for none."""
    trained = case.model.context_tokens or case.demand.context_tokens

    def good(context: int) -> bool:
        return _verdict(case.asked(context_tokens=context), weights) == verdict

    return max(0, _largest(good, 1, trained))


def max_concurrency(case: Case, weights: Weights, verdict: str) -> int:
    """Most requests of the asked context at which the verdict is still `verdict`, up to 1,024; 0 for none."""

    def good(count: int) -> bool:
        return _verdict(case.asked(concurrency=count), weights) == verdict

    return max(0, _largest(good, 1, MOST_REQUESTS))
