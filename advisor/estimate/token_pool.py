"""SGLang's memory: the share it takes by default, and a pool counted in tokens instead of blocks."""

from dataclasses import dataclass

from advisor import units
from advisor.catalog.schema.model import Model
from advisor.estimate.paged import Paging, specs

WINDOW_TOKENS_SHARE = 0.8
"""Tokens of sliding-window layers for each token of full ones (swa_full_tokens_ratio)."""
STATE_SHARE = 0.9
"""Recurrent state for each byte of KV cache (mamba_full_memory_ratio)."""
STATES_PER_REQUEST = 3
"""State slots a running request is counted with while prefixes are cached."""
LEAST_RESERVE_MB = 10 * 1024
LARGE_MB = 60 * 1024
VISION_LAYERS, VISION_WIDTH = 24, 1024
"""The vision tower its default reserve is tuned to (ViT-L/14)."""
PARAMETERS_PER_SQUARE = 12
"""Parameters of a transformer layer over its width squared."""
LATENT_GRAPHS_MB = 1536
MB_PER_PREFILL_GRAPH, MB_PER_DECODE_GRAPH = 8, 2
PREFILL_GRAPHS = (
    range(4, 33, 4),
    range(48, 257, 16),
    range(288, 513, 32),
    range(576, 1025, 64),
    range(1280, 4097, 256),
)


@dataclass(frozen=True, slots=True)
class Tier:
    """Defaults for devices of less than `below_mb`."""

    below_mb: float
    chunk_tokens: int
    decode_graphs: int
    """Largest decode batch captured as a graph."""
    decode_graphs_wide: int
    """The same from four devices on."""


TIERS = (
    Tier(20 * 1024, 2048, 8, 8),
    Tier(35 * 1024, 4096, 48, 160),
    Tier(60 * 1024, 4096, 32, 160),
    Tier(160 * 1024, 8192, 256, 512),
    Tier(float("inf"), 16384, 512, 512),
)
WIDE = 4


def tier(memory_mb: float) -> Tier:
    """The defaults of a device of that size."""
    return next(t for t in TIERS if memory_mb < t.below_mb)


def _prefill_graphs(chunk_tokens: int) -> int:
    sizes = [size for run in PREFILL_GRAPHS for size in run] + list(range(4608, chunk_tokens + 1, 512))
    return sum(size <= chunk_tokens for size in sizes)


def default_share(memory_bytes: int, devices: int, *, latent: bool, vision_parameters: int) -> float:
    """Share of a device's memory SGLang gives to weights and cache by default (mem_fraction_static).

    The rest is kept for activations and graphs. With a vision tower it keeps more, by the tower's layers and width; here
    by its parameters, which says the same to a percent or two.
    """
    memory_mb = memory_bytes / units.MIB
    t = tier(memory_mb)
    reserve = 512 + 1.5 * max(t.chunk_tokens, 2048) + devices / 8 * 1024
    reserve += MB_PER_DECODE_GRAPH * (t.decode_graphs_wide if devices >= WIDE else t.decode_graphs)
    reserve += LATENT_GRAPHS_MB if latent else MB_PER_PREFILL_GRAPH * _prefill_graphs(t.chunk_tokens)
    if memory_mb > LARGE_MB:
        reserve = max(reserve, LEAST_RESERVE_MB)
    share = round((memory_mb - reserve) / memory_mb, 3)
    if not vision_parameters:
        return share
    size = vision_parameters / PARAMETERS_PER_SQUARE / (VISION_LAYERS * VISION_WIDTH**2)
    return share * 0.95 * max(0.8, min(1.05, 1.1 - 0.1 * size))


@dataclass(frozen=True, slots=True)
class TokenPool:
    """What one token and one request take of the pool of one device."""

    full_bytes: int
    """One token in all layers that keep everything."""
    window_bytes: int
    """One token in all layers that keep a window."""
    window_tokens: int
    """Most tokens a request keeps there: the window and a chunk in flight."""
    state_bytes: int
    """Recurrent state of one request."""

    @property
    def token_bytes(self) -> float:
        """One token of the pool's capacity."""
        if not self.full_bytes:
            return float(self.window_bytes)
        return self.full_bytes + WINDOW_TOKENS_SHARE * self.window_bytes

    def request_tokens(self, context_tokens: int) -> int:
        """Tokens of capacity one request takes: its context, or what its windows need where that is more."""
        kept = min(context_tokens, self.window_tokens)
        if not self.full_bytes:
            return kept
        return max(context_tokens, -(-round(kept * 10) // round(WINDOW_TOKENS_SHARE * 10)) if self.window_bytes else 0)

    def kv_bytes(self, context_tokens: int, requests: int) -> int:
        """KV cache of so many requests."""
        return round(self.request_tokens(context_tokens) * requests * self.token_bytes)

    def needed_bytes(self, context_tokens: int, requests: int) -> int:
        """The smallest pool that serves them.

        The pool is split between recurrent state and KV cache in a fixed ratio: the one that runs out decides.
        """
        kv = self.kv_bytes(context_tokens, requests)
        if not self.state_bytes:
            return kv
        slots = (STATES_PER_REQUEST * requests + 1) * self.state_bytes
        return round(max(kv * (1 + STATE_SHARE), slots * (1 + STATE_SHARE) / STATE_SHARE))

    def tokens(self, pool_bytes: int) -> int:
        """Tokens the pool holds."""
        share = 1 / (1 + STATE_SHARE) if self.state_bytes else 1.0
        return int(max(0, pool_bytes) * share // self.token_bytes) if self.token_bytes else 0

    def concurrency(self, pool_bytes: int, context_tokens: int) -> float:
        """Requests of that length the pool holds at once."""
        by_tokens = self.tokens(pool_bytes) / max(1, self.request_tokens(context_tokens))
        if not self.state_bytes:
            return by_tokens
        slots = max(0, pool_bytes) * STATE_SHARE / (1 + STATE_SHARE) // self.state_bytes - 1
        return max(0.0, min(by_tokens, slots / STATES_PER_REQUEST))


def token_pool(model: Model, kv_type: str, devices: int, chunk_tokens: int) -> TokenPool:
    """What a token and a request of `model` take on each device; recurrent state is kept in F32."""
    full = windowed = state = longest = 0
    for spec, layers in specs(model, Paging(kv_type=kv_type, devices=devices, state_type="f32")).items():
        if spec.kind == "state":
            state += spec.page_bytes * layers
        elif spec.kind == "full":
            full += spec.token_bytes * layers
        else:
            windowed += spec.token_bytes * layers
            longest = max(longest, spec.reach + chunk_tokens)
    return TokenPool(full, windowed, longest, state)
