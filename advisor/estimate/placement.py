"""Where the bytes go: which layers and which experts stand in which memory pool."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["fits", "fits-offloaded", "does-not-fit", "unsupported"]
RUNS: frozenset[Verdict] = frozenset({"fits", "fits-offloaded"})
"""Verdicts with which it runs."""


@dataclass(frozen=True, slots=True)
class Pool:
    """One memory pool and what it offers."""

    name: str
    advertised_bytes: int | None
    free_bytes: int
    usable_bytes: int
    basis: str
    source: str | None
    device: int | None
    """Index of the device that reads it; None for host memory behind discrete cards."""


@dataclass(frozen=True, slots=True)
class PoolUse:
    """What one pool holds."""

    pool: Pool
    weights_bytes: int = 0
    kv_cache_bytes: int = 0
    state_bytes: int = 0
    compute_buffer_bytes: int = 0
    overhead_bytes: int = 0
    first_layer: int | None = None
    last_layer: int | None = None
    expert_layers: int = 0
    """Layers whose routed experts alone stand here."""

    @property
    def used_bytes(self) -> int:
        """Everything in the pool."""
        return (
            self.weights_bytes
            + self.kv_cache_bytes
            + self.state_bytes
            + self.compute_buffer_bytes
            + self.overhead_bytes
        )

    @property
    def left_bytes(self) -> int:
        """What is to spare; negative where it is short."""
        return self.pool.usable_bytes - self.used_bytes

    @property
    def short_bytes(self) -> int:
        """What is missing; 0 when it fits."""
        return max(0, self.used_bytes - self.pool.usable_bytes)


@dataclass(frozen=True, slots=True)
class Placement:
    """A plan a person can read and paste."""

    verdict: Verdict
    uses: tuple[PoolUse, ...]
    short_bytes: int = 0
    """Device memory missing for everything to run from it; 0 when it fits there."""
    host_experts_layers: int = 0
    """--n-cpu-moe: layers whose experts run from the host."""
    host_layers: int = 0
    """Layers that run from the host altogether."""
    host_read_bytes: int = 0
    """Weight bytes one decoded token reads from host memory."""
    flags: str = ""
    """Runtime flags that make this plan."""

    @property
    def total_bytes(self) -> int:
        """All pools together."""
        return sum(use.used_bytes for use in self.uses)
