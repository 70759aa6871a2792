"""Which device takes which layers, as llama.cpp hands them out: whole layers, in proportion, the output layer last."""

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate


@lru_cache(maxsize=4096)
def layer_devices(shares: tuple[float, ...], layers: int, offloaded: int) -> tuple[int | None, ...]:
    """Device of each of `layers` and of the output layer behind them; None = on the host.

    Of the layers and the output, the last `offloaded` go to the devices; one at position i of n stands on the first device
    whose cumulative share exceeds i / n. Raises ValueError for shares that sum to nothing.
    """
    total = sum(shares)
    if total <= 0:
        message = "shares of the devices sum to nothing"
        raise ValueError(message)
    points = [part / total for part in accumulate(shares)]
    start, taken = max(layers + 1 - offloaded, 0), min(offloaded, layers + 1)
    return tuple(
        None if index < start else min(bisect_right(points, (index - start) / taken), len(shares) - 1)
        for index in range(layers + 1)
    )


@lru_cache(maxsize=4096)
def stretches(devices: tuple[int | None, ...], count: int, layers: int) -> tuple[tuple[int, int], ...]:
    """First layer and the one past the last of each of `count` devices, of a model of `layers` (draft layers cut off)."""
    found = []
    at = sum(1 for device in devices[:layers] if device is None)
    for device in range(count):
        held = sum(1 for d in devices[:layers] if d == device)
        found.append((at, at + held))
        at += held
    return tuple(found)
