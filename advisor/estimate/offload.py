"""Plans that leave part of a model on the host: experts of the first layers, then first layers altogether."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate

from advisor.estimate.layered import Kept, Load, host_use, overflows, plan_flags, spread
from advisor.estimate.placement import Placement, Pool, PoolUse


def _smallest(good: Callable[[int], bool], low: int, high: int, guess: int) -> int | None:
    """Smallest number in low…high for which `good` holds, given that it holds from some point on; None for none.

    Steps out from the guess and halves what is left, so that a close guess costs two or three questions.
    """
    guess, step = min(max(guess, low), high), 1
    if good(guess):
        high = guess
        while low < high and good(max(low, high - step)):
            high, step = max(low, high - step), step * 2
        low = max(low, high - step + 1)
    else:
        low = guess + 1
        while low <= high and not good(min(high, low + step - 1)):
            low, step = low + step, step * 2
        if low > high:
            return None
        high = min(high, low + step - 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle + 1, high)
    return low


def _without_experts(found: Load, layers: int) -> Kept:
    """The devices' part with the experts of so many first layers on the host."""
    sizes = zip(found.weights.layer_bytes, found.weights.expert_bytes, strict=True)
    kept = tuple(size - (experts if i < layers else 0) for i, (size, experts) in enumerate(sizes))
    return Kept(kept, expert_layers=layers)


def _without_layers(found: Load, first: int) -> Kept:
    """The devices' part with first layers on the host, and of the rest no experts."""
    expert_layers = found.layers if any(found.weights.expert_bytes) else 0
    return replace(_without_experts(found, expert_layers), first=first)


def _missing(uses: tuple[PoolUse, ...]) -> int:
    return sum(use.used_bytes - use.pool.usable_bytes for use in uses)


def _smallest_plan(  # noqa: PLR0913 - what is moved, by what, between where
    found: Load, pools: tuple[Pool, ...], part: Callable[[Load, int], Kept], sizes: tuple[int, ...], low: int, room: int
) -> int | None:  # fmt: skip
    """Smallest number of layers with which every device holds its part; `room` is what the host has for them."""

    def good(count: int) -> bool:
        kept = part(found, count)
        return not overflows(found, kept, pools) and not any(use.short_bytes for use in spread(found, kept, pools)[0])

    high = found.layers
    uses, _ = spread(found, part(found, high), pools)
    if any(use.short_bytes for use in uses):
        # With less moved the split over unequal cards is another one, and may hold where this one does not.
        high = bisect_right(list(accumulate(sizes)), room)
        return _smallest(good, low, high, high) if low <= high < found.layers and good(high) else None
    spare = -_missing(uses)
    # Of what went to the host with everything moved, the spare room takes the last layers back.
    back, count = 0, high
    while count > low and back + sizes[count - 1] <= spare:
        back, count = back + sizes[count - 1], count - 1
    return _smallest(good, low, high, count)


def room_with_host(pools: tuple[Pool, ...], host: Pool, found: Load) -> int:
    """Bytes to spare on the devices and the host behind them under any such plan; negative where there is none.

    Cheaper than the plan: with as much on the host as it holds, the devices hold the rest or no plan exists.
    """
    weights = found.weights
    room = host.usable_bytes - host_use(host, found, 1).used_bytes
    if room < 0 or not found.layers:
        return min(room, -1)
    for part, sizes in ((_without_experts, weights.expert_bytes), (_without_layers, _whole_bytes(found))):
        if not any(sizes):
            continue
        moved = list(accumulate(sizes))
        count = bisect_right(moved, room)
        kept = part(found, count)
        uses, _ = spread(found, kept, pools)
        room -= moved[count - 1] if count else 0
        short = sum(use.short_bytes for use in uses) or int(overflows(found, kept, pools))
        if not short:
            return room + sum(use.left_bytes for use in uses)
        if count < found.layers:
            break
    return -short


def _whole_bytes(found: Load) -> tuple[int, ...]:
    """What each layer takes beside its experts."""
    weights = found.weights
    parts = zip(weights.layer_bytes, weights.expert_bytes, found.layer_kv_bytes, found.layer_state_bytes, strict=True)
    return tuple(a - b + c + d for a, b, c, d in parts)


def place_with_host(pools: tuple[Pool, ...], host: Pool, found: Load) -> Placement | None:
    """The plan that leaves least on the host: experts first, then whole layers; None where the host is too small."""
    if not found.layers:
        return None
    weights = found.weights
    room = host.usable_bytes - host_use(host, found, 1).used_bytes
    if any(weights.expert_bytes):
        # Fewer layers than that hold no experts: nothing would move.
        least = 1 + next(index for index, size in enumerate(weights.expert_bytes) if size)
        moved = _smallest_plan(found, pools, _without_experts, weights.expert_bytes, least, room)
        if moved is not None:
            return _with_experts_on_host(pools, host, found, moved)
    first = _smallest_plan(found, pools, _without_layers, _whole_bytes(found), 1, room - sum(weights.expert_bytes))
    return None if first is None else _with_layers_on_host(pools, host, found, first)


def _with_experts_on_host(pools: tuple[Pool, ...], host: Pool, found: Load, moved: int) -> Placement | None:
    weights = found.weights
    uses, split = spread(found, _without_experts(found, moved), pools)
    base = host_use(host, found, 1)
    gone = weights.expert_bytes[:moved]
    use = replace(
        base, weights_bytes=base.weights_bytes + sum(gone), expert_layers=sum(1 for size in gone if size)
    )  # fmt: skip
    if use.short_bytes:
        return None
    read = sum(size * share for size, share in zip(gone, weights.active_share, strict=False))
    return Placement(
        "fits-offloaded", (*uses, use), host_experts_layers=use.expert_layers, host_read_bytes=round(read),
        flags=plan_flags(found, split, expert_layers=moved),
    )  # fmt: skip


def _with_layers_on_host(pools: tuple[Pool, ...], host: Pool, found: Load, first: int) -> Placement | None:
    weights = found.weights
    kept = _without_layers(found, first)
    uses, split = spread(found, kept, pools)
    base = host_use(host, found, 1)
    use = replace(
        base, weights_bytes=base.weights_bytes + sum(weights.layer_bytes) - sum(kept.layer_bytes[first:]),
        kv_cache_bytes=sum(found.layer_kv_bytes[:first]), state_bytes=sum(found.layer_state_bytes[:first]),
        first_layer=0, last_layer=first - 1, expert_layers=sum(1 for size in weights.expert_bytes[first:] if size),
    )  # fmt: skip
    if use.short_bytes:
        return None
    experts = sum(size * share for size, share in zip(weights.expert_bytes, weights.active_share, strict=True))
    read = experts + sum(weights.layer_bytes[:first]) - sum(weights.expert_bytes[:first])
    return Placement(
        "fits-offloaded", (*uses, use), host_layers=first, host_experts_layers=use.expert_layers,
        host_read_bytes=round(read), flags=plan_flags(found, split, on_host=first, expert_layers=kept.expert_layers),
    )  # fmt: skip
