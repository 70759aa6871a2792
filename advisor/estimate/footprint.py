"""Whether a case fits, and where its bytes go."""

from dataclasses import dataclass, replace

from advisor.estimate.as_told import merged, place_as_told
from advisor.estimate.cannot import CannotRun
from advisor.estimate.case import Case
from advisor.estimate.contiguous import place_contiguous
from advisor.estimate.layered import Load, host_use, load, place_on_devices, place_unified, plan_flags
from advisor.estimate.note import Note, note
from advisor.estimate.offload import place_with_host, room_with_host
from advisor.estimate.ollama import place_ollama
from advisor.estimate.placement import RUNS, Placement, Verdict
from advisor.estimate.policy import policy_notes
from advisor.estimate.pooled import KvPool, place_pooled
from advisor.estimate.pools import host_pool, pools_of
from advisor.estimate.weights import CannotSize, Quants, Weights, weight_bytes
from advisor.once import Once

__all__ = [
    "CannotRun",
    "Footprint",
    "bare_footprint",
    "footprint",
    "least_short_bytes",
    "loadable",
    "placed",
    "room_bytes",
    "verdict_unplanned",
    "why_refused",
]

LLAMA_CPP_RULES = frozenset({"llama.cpp", "ollama-2025"})
_LOADS = Once[Load](8192)


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


def _on_devices(case: Case, found: Load) -> Placement:
    """Everything on the devices, fit or not; a machine with one kind of memory holds the host's part there too."""
    pools = pools_of(case)
    if case.machine.unified and len(pools) == 1:
        plan = place_unified(pools[0], found)
        # Without a GPU there is nothing to hand layers to.
        return replace(plan, flags="") if case.machine.devices[0].hardware.kind == "cpu" else plan
    host = host_pool(case)
    if not case.machine.unified:
        return place_on_devices(pools, host, found)
    # Layers go by what the first box has left beside the host's part.
    left = pools[0].usable_bytes - host_use(host, found, len(pools)).used_bytes
    plan = place_on_devices((replace(pools[0], usable_bytes=left), *pools[1:]), host, found)
    # Without -ts it goes out by what each box has free, which is also how the RPC server is asked.
    uses = (replace(plan.uses[0], pool=pools[0]), *plan.uses[1:])
    return _host_into_first(replace(plan, uses=uses, flags=plan_flags(found, "")))


def _place_llama_cpp(case: Case, found: Load) -> tuple[Placement, list[Note]]:
    if case.cache_rule == "ollama-2025":
        return _place_ollama(case, found)
    if case.demand.layout.stated:
        return _place_told(case, found)
    plan = _on_devices(case, found)
    if plan.verdict == "fits" or case.machine.unified or not case.runtime.splits.host:
        return plan, []
    pools, host = pools_of(case), host_pool(case)
    if case.machine.host_bytes is None:
        need = found.weights.total_bytes + found.kv_bytes - sum(p.usable_bytes for p in pools)
        return plan, [
            note("part of it could run from a host with {need_bytes} to spare; none is stated", need_bytes=need)
        ]
    with_host = place_with_host(pools, host, found)
    if with_host is None:
        return plan, [note("the host's {host_bytes} do not hold the rest either", host_bytes=case.machine.host_bytes)]
    return replace(with_host, short_bytes=plan.short_bytes), []


def _place_told(case: Case, found: Load) -> tuple[Placement, list[Note]]:
    pools, host = pools_of(case), host_pool(case)
    plan = place_as_told(pools, host, found, case.demand.layout)
    if case.machine.unified:
        return (merged(plan, pools[0]) if len(pools) == 1 else _host_into_first(plan)), []
    if plan.verdict == "fits-offloaded" and case.machine.host_bytes is None:
        held = plan.uses[-1].used_bytes
        return plan, [note("the host must have {held_bytes} to spare; its memory is not stated", held_bytes=held)]
    return plan, []


def _place_ollama(case: Case, found: Load) -> tuple[Placement, list[Note]]:
    plan, notes = place_ollama(pools_of(case), host_pool(case), found, case.backend, unified=case.machine.unified)
    if plan.verdict != "fits-offloaded" or case.machine.host_bytes is not None:
        return plan, notes
    need = plan.uses[-1].used_bytes
    missing = note("part of it could run from a host with {need_bytes} to spare; none is stated", need_bytes=need)
    return replace(plan, verdict="does-not-fit"), [*notes, missing]


def room_bytes(case: Case, weights: Weights, *, with_host: bool = False) -> int:
    """Bytes to spare on the devices, or with the host behind them; negative where the case does not run so.

    The sign is that of the plan `placed` makes, and so is what it raises. What cannot be for its weights and cache alone
    is told without a plan.
    """
    _must_spread(case)
    if case.cache_rule != "llama.cpp" or case.demand.layout.stated:
        return _spare_bytes(placed(case, weights).placement, with_host=with_host)
    found, pools = load_of(case, weights), pools_of(case)
    host_bytes = _host_behind_bytes(case) if with_host else None
    have = sum(pool.usable_bytes for pool in pools) + (host_bytes or 0)
    if found.held_bytes > have:
        return have - found.held_bytes
    spare = _spare_bytes(_on_devices(case, found))
    return spare if spare >= 0 or host_bytes is None else room_with_host(pools, host_pool(case), found)


def _spare_bytes(plan: Placement, *, with_host: bool = False) -> int:
    if plan.verdict != "fits" and not (with_host and plan.verdict in RUNS):
        return min(-plan.short_bytes, -1)
    return max(0, sum(use.left_bytes for use in plan.uses if with_host or use.pool.device is not None))


def least_short_bytes(case: Case, weights: Weights) -> int:
    """Of a case llama.cpp places: its plan is short of at least so many bytes of device memory, the buffers beside weights and cache."""
    return max(0, load_of(case, weights).held_bytes - sum(pool.usable_bytes for pool in pools_of(case)))


def verdict_unplanned(case: Case, weights: Weights) -> Verdict | None:
    """The verdict of the plan `placed` makes, where adding up tells it; None where only the plan does.

    Adding up tells what one device holds, and that weights and cache alone are more than the devices have while no host of
    known size could take the rest. Raises CannotRun as `placed` does.
    """
    _must_spread(case)
    if case.cache_rule != "llama.cpp" or case.demand.layout.stated:
        return None
    found, pools = load_of(case, weights), pools_of(case)
    usable, alone = sum(pool.usable_bytes for pool in pools), len(pools) == 1
    if found.held_bytes > usable or (alone and found.whole_bytes(with_host=case.machine.unified) > usable):
        return None if _host_behind_bytes(case) is not None else "does-not-fit"
    return "fits" if alone else None


def _host_behind_bytes(case: Case) -> int | None:
    """Memory of the host that may take what the devices do not hold; None where there is none, or its size is not stated."""
    return case.machine.host_bytes if case.runtime.splits.host and not case.machine.unified else None


def load_of(case: Case, weights: Weights) -> Load:
    """What llama.cpp and its kin have to place for the case."""
    rule, question, pipelined = case.cache_rule, case.cache_question, case.machine.nodes == 1
    return _LOADS(
        (case.model, weights), (rule, question, pipelined),
        lambda: replace(load(case.model, weights, rule, question), pipelined=pipelined),
    )  # fmt: skip


def _host_into_first(plan: Placement) -> Placement:
    """Linked boxes with unified memory have no separate host: its share stands in the first box."""
    *uses, host = plan.uses
    first = replace(
        uses[0], weights_bytes=uses[0].weights_bytes + host.weights_bytes,
        kv_cache_bytes=uses[0].kv_cache_bytes + host.kv_cache_bytes, state_bytes=uses[0].state_bytes + host.state_bytes,
        compute_buffer_bytes=uses[0].compute_buffer_bytes + host.compute_buffer_bytes,
    )  # fmt: skip
    if plan.host_layers:
        last = plan.host_layers - 1 if first.last_layer is None else first.last_layer
        first = replace(first, first_layer=0, last_layer=last)
    short = max(plan.short_bytes, first.short_bytes)
    return Placement("does-not-fit" if short else "fits", (first, *uses[1:]), short, flags=plan.flags)


def why_refused(case: Case) -> str | None:
    """Why the runtime does not load such a case, or nothing can be said of its memory; None where it does."""
    if case.quant.id in case.runtime.refused_quants:
        return case.runtime.refused_quants[case.quant.id]
    if case.model.kv_refused and case.model.is_sized:
        return f"the KV cache of {case.model.name} cannot be sized: {case.model.kv_refused}"
    return case.runtime.refuses_memory or case.kv_type_refused


def footprint(case: Case, quants: Quants) -> Footprint:
    """Where the bytes of `case` go. Raises CannotRun with the reason where nothing sourced says."""
    found = bare_footprint(case, quants)
    remarks = policy_notes(case, found.placement, lambda other: placed(other, found.weights).placement)
    return replace(found, notes=(*found.notes, *remarks))


def bare_footprint(case: Case, quants: Quants) -> Footprint:
    """The same without remarks on what other settings would change, which take as long as the rest."""
    return placed(case, loadable(case, quants))


def loadable(case: Case, quants: Quants) -> Weights:
    """The weights of the case. Raises CannotRun where its runtime does not load such a case, or nothing says how large they are."""
    if refused := why_refused(case):
        raise CannotRun(refused)
    try:
        return weight_bytes(case.model, case.quant, case.container, quants)
    except CannotSize as reason:
        raise CannotRun(str(reason)) from reason


def placed(case: Case, weights: Weights) -> Footprint:
    """The footprint of weights already sized."""
    _must_spread(case)
    found = _placed_llama_cpp(case, weights) if case.cache_rule in LLAMA_CPP_RULES else _placed_elsewhere(case, weights)
    if case.model.is_sized:
        return found
    unknown = note("KV cache not counted: the layers of this model are not known")
    return replace(found, notes=(*found.notes, unknown))


def _must_spread(case: Case) -> None:
    """Raises CannotRun where the runtime cannot use all the devices together."""
    splits, several = case.runtime.splits, len(case.machine.devices) > 1
    if case.machine.nodes > 1 and not splits.nodes:
        message = f"{case.runtime.name} does not run over several boxes"
        raise CannotRun(message)
    if case.cache_rule in LLAMA_CPP_RULES and several and not case.machine.unified and not splits.layers:
        message = f"{case.runtime.name} does not spread a model over several devices"
        raise CannotRun(message)


def _placed_llama_cpp(case: Case, weights: Weights) -> Footprint:
    found = load_of(case, weights)
    plan, notes = _place_llama_cpp(case, found)
    return Footprint(weights, plan, found.kv_bytes, found.state_bytes, tuple(notes))


def _placed_elsewhere(case: Case, weights: Weights) -> Footprint:
    if case.cache_rule == "paged":
        pooled = place_pooled(case, weights)
        return Footprint(
            weights, pooled.placement, pooled.kv_bytes, pooled.state_bytes, pooled.notes,
            pooled.pool if case.model.is_sized else None,
        )  # fmt: skip
    pools = pools_of(case)
    kept = place_contiguous(case, weights, pools)
    return Footprint(weights, kept.placement, kept.kv_bytes, kept.state_bytes, kept.notes)
