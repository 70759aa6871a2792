"""Placement by runtimes that take a share of every device and serve all requests from one pool of cache (vLLM, SGLang)."""

from dataclasses import dataclass, replace
from math import ceil, floor

from advisor import units
from advisor.estimate.cannot import CannotRun
from advisor.estimate.case import Case
from advisor.estimate.machine import Device
from advisor.estimate.note import Note, note
from advisor.estimate.paged import Paging, Plan, planned
from advisor.estimate.placement import Placement, Pool, PoolUse
from advisor.estimate.plan_flags import sglang_server, vllm_server
from advisor.estimate.pools import kept_bytes, kept_words, pool_name
from advisor.estimate.serving import CONCURRENT_BATCHES, batch_tokens, pool_tokens_of, state_caching
from advisor.estimate.token_pool import TokenPool, default_share, tier, token_pool
from advisor.estimate.usable import free_at_start_bytes, usable, visible_bytes
from advisor.estimate.weights import Weights

SHARE_STEPS = 100
"""A share that has to give way is lowered to whole hundredths."""


@dataclass(frozen=True, slots=True)
class KvPool:
    """What is left of each device's budget for the cache once weights and overhead are in it."""

    pool_bytes: int
    tokens: int
    """As the runtime would print it for requests of the asked context."""
    requests: float
    """Requests of the asked context it holds at once; not a whole number."""
    blocks: int | None = None
    block_bytes: int | None = None
    """Bytes of one block on one device; None for a pool counted in tokens."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """Where a pooled runtime puts a case."""

    placement: Placement
    pool: KvPool
    kv_bytes: int
    state_bytes: int
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """What one device gives, and whether the default share had to give way."""

    pool: Pool
    lowered_share: float | None = None


def _memory(device: Device) -> tuple[int, str | None]:
    if device.hardware.kind == "cpu":
        message = "what this runtime takes of main memory no source states"
        raise CannotRun(message)
    found = visible_bytes(device)
    if found is None:
        message = f"the memory size of {device.hardware.name} is not stated"
        raise CannotRun(message)
    return found


def share_budget(case: Case, index: int, share: float) -> Budget:
    """A share of everything the device has, lowered in hundredths where less is free when the server starts.

    A share that was asked for is taken to be free unless something else lives there: systems start with more or less free.
    """
    device = case.machine.devices[index]
    seen, source = _memory(device)
    asked, free_at_start = case.demand.serving.memory_share is not None, free_at_start_bytes(device)
    free = (seen if asked or free_at_start is None else min(seen, free_at_start)) - kept_bytes(case, index)
    wanted, lowered = ceil(seen * share), None
    whole = "visible memory" if device.stated_bytes is None else "the memory set by you"
    basis = f"{share} of {whole}, {'as asked' if asked else 'the default of ' + case.runtime.name}"
    if wanted > free:
        lowered = max(0, floor(free / seen * SHARE_STEPS)) / SHARE_STEPS
        wanted = ceil(seen * lowered)
        basis = f"{lowered} of {whole}: {share} is more than is free{kept_words(case, index)}"
    pool = Pool(pool_name(case, index), device.hardware.advertised_bytes, free, wanted, basis, source, index)
    return Budget(pool, lowered)


def static_budget(case: Case, index: int, share: float | None) -> Budget:
    """SGLang's: a share of what is free when it starts, by default what its reserve for activations and graphs leaves."""
    device = case.machine.devices[index]
    seen, _ = _memory(device)
    found = usable(device, case.runtime, case.backend, None)
    assert found is not None
    latent = any(block.latent_attention for block in case.model.blocks.values())
    origin = "as asked"
    if share is None:
        devices = len(case.machine.devices)
        share = default_share(seen, devices, latent=latent, vision_parameters=case.model.counts.vision)
        origin = "its default for a device of that size"
    free = found.free_bytes - kept_bytes(case, index)
    basis = f"{round(share, 3)} of what is free at start, {origin}" + kept_words(case, index)
    advertised = device.hardware.advertised_bytes
    return Budget(Pool(pool_name(case, index), advertised, free, floor(free * share), basis, found.source, index))


def _budgets(case: Case) -> tuple[Budget, ...]:
    share = case.memory_share
    indices = range(len(case.machine.devices))
    if case.runtime.pool_rule == "tokens":
        return tuple(static_budget(case, index, share) for index in indices)
    if share is None:
        message = f"nothing sourced says what share of memory {case.runtime.name} takes"
        raise CannotRun(message)
    budgets = tuple(share_budget(case, index, share) for index in indices)
    lowered = min((b.lowered_share for b in budgets if b.lowered_share is not None), default=None)
    # One setting holds for all devices: where one gives way, all do.
    return budgets if lowered is None else tuple(_lowered(case, budget, lowered) for budget in budgets)


def _lowered(case: Case, budget: Budget, share: float) -> Budget:
    pool = budget.pool
    assert pool.device is not None
    seen, _ = _memory(case.machine.devices[pool.device])
    basis = pool.basis if budget.lowered_share == share else f"{share} of visible memory, as on the other devices"
    return Budget(replace(pool, usable_bytes=ceil(seen * share), basis=basis), share)


def must_divide(case: Case) -> None:
    """Raises CannotRun where the layers of the case cannot be divided evenly over its devices."""
    count, asked = len(case.machine.devices), case.demand.serving.devices
    if asked not in {None, count}:
        message = f"{asked} devices are asked for; the machine has {count}"
        raise CannotRun(message)
    if count == 1:
        return
    if not (case.runtime.splits.tensors or case.runtime.splits.layers):
        message = f"{case.runtime.name} does not divide a model over several devices"
        raise CannotRun(message)
    if not case.machine.equal_devices:
        message = f"{case.runtime.name} divides every layer over equal devices; these are unequal"
        raise CannotRun(message)
    uneven = sorted({heads for heads in _heads(case) if heads % count})
    if uneven:
        message = f"{' and '.join(map(str, uneven))} heads do not divide by {count} devices"
        raise CannotRun(message)
    # Fewer KV heads than devices are copied; that too must come out even.
    odd = sorted({kv for kv in _kv_heads(case) if (kv % count if kv >= count else count % kv)})
    if odd:
        message = f"{' and '.join(map(str, odd))} KV heads do not divide by {count} devices"
        raise CannotRun(message)


def _heads(case: Case) -> list[int]:
    found = []
    for block in case.model.blocks.values():
        found += [part.heads for part in (block.attention, block.latent_attention, block.mamba2) if part]
        found += [block.gated_delta.key_heads, block.gated_delta.value_heads] if block.gated_delta else []
    return found


def _kv_heads(case: Case) -> list[int]:
    return [block.attention.kv_heads for block in case.model.blocks.values() if block.attention]


def paging(case: Case) -> Paging:
    """How vLLM pages the case: as asked, else by the defaults of its version and device."""
    serving, hardware = case.demand.serving, case.machine.devices[0].hardware
    batch = serving.batch_tokens
    if batch is None:
        batch = batch_tokens(hardware, _memory(case.machine.devices[0])[0])
    block = case.runtime.block_tokens or 1
    return Paging(
        kv_type=case.kv_type, block_tokens=block, latent_block_tokens=case.runtime.latent_block_tokens or block,
        in_flight_tokens=CONCURRENT_BATCHES * batch,
        state_caching=serving.state_caching or state_caching(case.runtime, case.version),
        draft_tokens=serving.draft_tokens, state_type=serving.state_type, devices=len(case.machine.devices),
    )  # fmt: skip


def _overhead(case: Case, device: Device) -> tuple[int, list[Note]]:
    """Bytes of one device the runtime takes beside weights and cache, and on what grounds."""
    if case.runtime.pool_rule == "tokens":
        return 0, []
    runtime, derived = case.runtime, case.runtime.overhead
    if runtime.overhead_gib:
        return units.gib(runtime.overhead_gib), []
    if derived is None:
        return 0, [note(f"{runtime.name}'s own overhead is not counted: no source states it")]
    low, high = units.gib(derived.lowest_gib), units.gib(derived.highest_gib)
    if derived.hardware in {device.hardware.id, device.hardware.same_as}:
        taken = units.gib(derived.median_gib)
        words = f"{runtime.name}'s own overhead is taken as {{overhead_bytes}}, the median of {len(derived.rows)} logs"
        return taken, [
            note(words + " ({low_bytes} to {high_bytes})", overhead_bytes=taken, low_bytes=low, high_bytes=high)
        ]
    words = f"{runtime.name}'s own overhead is taken as {{overhead_bytes}}, the least seen: no log of this hardware states it"
    return low, [note(words, overhead_bytes=low)]


def _weights_bytes(case: Case, weights: Weights) -> int:
    """Weights on one device: draft layers are loaded only where the server speculates with them."""
    loaded = weights.total_bytes - (0 if case.demand.serving.draft_tokens else weights.draft_bytes)
    return ceil(loaded / len(case.machine.devices))


@dataclass(frozen=True, slots=True)
class _Need:
    """What the asked requests take of one device's pool."""

    kv_bytes: int
    state_bytes: int
    plan: Plan | TokenPool


def _block_need(case: Case) -> _Need:
    plan, requests = planned(case.model, paging(case)), case.demand.concurrency
    states = plan.state_blocks * plan.block_bytes * requests
    return _Need(plan.request_bytes(case.demand.context_tokens) * requests - states, states, plan)


def _token_need(case: Case) -> _Need:
    if case.demand.serving.draft_tokens:
        message = f"what {case.runtime.name} keeps for speculation is not sized"
        raise CannotRun(message)
    seen, _ = _memory(case.machine.devices[0])
    chunk = case.demand.serving.batch_tokens or tier(seen / units.MIB).chunk_tokens
    pool = token_pool(case.model, case.kv_type, len(case.machine.devices), chunk)
    d = case.demand
    kv = pool.kv_bytes(d.context_tokens, d.concurrency)
    return _Need(kv, pool.needed_bytes(d.context_tokens, d.concurrency) - kv, pool)


def _kv_pool(case: Case, need: _Need, left: int) -> KvPool:
    context = case.demand.context_tokens
    if isinstance(need.plan, TokenPool):
        return KvPool(left, need.plan.tokens(left), need.plan.concurrency(left, context))
    counted = pool_tokens_of(case.runtime, case.version)
    tokens = need.plan.pool_tokens(left, context, counted)
    requests = need.plan.concurrency(left, context)
    return KvPool(left, tokens, requests, need.plan.blocks(left), need.plan.block_bytes)


def _flags(case: Case, budgets: tuple[Budget, ...]) -> str:
    """The command line that makes the plan."""
    if case.runtime.pool_rule == "tokens":
        return sglang_server(case.demand, len(budgets))
    lowered = [budget.lowered_share for budget in budgets if budget.lowered_share is not None]
    return vllm_server(case.demand, len(budgets), min(lowered, default=case.demand.serving.memory_share))


def place_pooled(case: Case, weights: Weights) -> Pooled:
    """Where a pooled runtime puts the case: all of it in its budget on each of its equal devices.

    The runtime takes the whole budget whatever is asked; what is counted as used is weights, overhead and the cache of the
    asked requests, and the rest of the pool serves more of them. Raises CannotRun where layers cannot be divided evenly.
    """
    must_divide(case)
    budgets = _budgets(case)
    need = _token_need(case) if case.runtime.pool_rule == "tokens" else _block_need(case)
    overhead, notes = _overhead(case, case.machine.devices[0])
    held, layers = _weights_bytes(case, weights), len(weights.layer_bytes)
    uses = tuple(
        PoolUse(
            budget.pool, weights_bytes=held, kv_cache_bytes=need.kv_bytes, state_bytes=need.state_bytes, overhead_bytes=overhead,
            first_layer=0 if layers else None, last_layer=layers - 1 if layers else None,
        )
        for budget in budgets
    )  # fmt: skip
    short = sum(use.short_bytes for use in uses)
    left = max(0, min(budget.pool.usable_bytes for budget in budgets) - held - overhead)
    plan = Placement("does-not-fit" if short else "fits", uses, short, flags=_flags(case, budgets))
    if len(uses) > 1:
        notes.append(note("every layer divided over {devices} devices", devices=len(uses)))
    kv, state = need.kv_bytes * len(uses), need.state_bytes * len(uses)
    return Pooled(plan, _kv_pool(case, need, left), kv, state, tuple(notes))
