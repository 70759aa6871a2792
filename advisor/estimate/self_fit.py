"""The context llama.cpp settles on by itself when none is asked for and the trained one does not fit (`--fit`)."""

from collections.abc import Callable

from advisor.estimate.arrays import ceil_to
from advisor.estimate.kv_cache import CELL_PADDING
from advisor.estimate.layered import Kept, Load, proportional_uses
from advisor.estimate.placement import Pool, PoolUse

LEAST_CONTEXT_TOKENS = 4096
"""llama.cpp goes no lower by itself; experts and layers leave the device first."""
WASTED_DENSE, WASTED_EXPERTS = 2, 6
"""What whole layers are expected to waste on each of several devices, as a fraction of a layer: a half, or with experts a sixth."""


def _used(uses: tuple[PoolUse, ...]) -> int:
    return sum(use.used_bytes for use in uses)


def self_fitted_context_tokens(
    pools: tuple[Pool, ...], load_at: Callable[[int], Load], trained: int, requests: int = 1
) -> int:  # fmt: skip
    """Context per request llama.cpp chooses with every layer on `pools`; it goes no lower than 4,096 and offloads then.

    Its own rule: use at the trained context and at 4,096 tokens, and a straight line between; with several devices half a
    layer (a sixth with experts) a device and one more is kept back. `load_at` gives the load of a context per request. For
    several requests the rule is applied to all of their contexts together, up to the trained length of each; llama.cpp
    itself would stop at one trained length for all of them.
    """
    floor: int = ceil_to(-(-LEAST_CONTEXT_TOKENS // requests), CELL_PADDING)

    def uses(context: int) -> tuple[PoolUse, ...]:
        found = load_at(context)
        return proportional_uses(found, Kept(found.weights.layer_bytes), pools)

    full = uses(trained)
    if not any(use.short_bytes for use in full):
        return trained
    if trained <= floor:
        return trained
    target = sum(pool.usable_bytes for pool in pools)
    if len(pools) > 1:
        found = load_at(trained)
        a_layer = sum(use.weights_bytes for use in full) // max(found.layers, 1)
        target -= (len(pools) + 1) * a_layer // (WASTED_EXPERTS if any(found.weights.expert_bytes) else WASTED_DENSE)
    least, most = _used(uses(floor)), _used(full)
    if most <= target:
        return trained
    if least >= target:
        return floor
    context = floor + (trained - floor) * (target - least) // (most - least)
    return max(context // CELL_PADDING * CELL_PADDING, floor)
