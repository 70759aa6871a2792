"""How a server with a pooled cache is started: what was asked, else the runtime's own defaults at its version."""

from dataclasses import dataclass
from typing import Literal

from advisor import units
from advisor.catalog.schema.hardware import Hardware
from advisor.catalog.schema.runtime import Runtime, StateCaching, Version

CONCURRENT_BATCHES = 2
"""Batches vLLM schedules ahead of the one that runs."""
GB10 = "12.1"
"""Compute capability that vLLM keeps on its small tier whatever its memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Settings of a server with a pooled cache; None = its default."""

    memory_share: float | None = None
    """--gpu-memory-utilization, --mem-fraction-static."""
    batch_tokens: int | None = None
    """--max-num-batched-tokens."""
    max_requests: int | None = None
    """--max-num-seqs, --max-running-requests."""
    devices: int | None = None
    """--tensor-parallel-size; None = every device of the machine."""
    state_caching: StateCaching | None = None
    """Whether recurrent state is kept for prefix caching."""
    draft_tokens: int = 0
    """Tokens speculated at a time with the model's own draft layers; 0 = plain decode."""
    state_type: str | None = None
    """--mamba-ssm-cache-dtype."""


DEFAULTS = Serving()


def batch_tokens(hardware: Hardware, memory_bytes: int) -> int:
    """Most tokens of one batch of vLLM's API server by default on a device of that size."""
    if memory_bytes >= units.gib(160):
        return 16384
    small = hardware.compute_capability == GB10 or "a100" in hardware.name.lower()
    return 8192 if memory_bytes >= units.gib(70) and not small else 2048


def max_requests(hardware: Hardware, memory_bytes: int) -> int:
    """Most requests vLLM's API server runs at once by default on a device of that size: `get_batch_defaults` of its source."""
    return 256 if batch_tokens(hardware, memory_bytes) < 8192 else 1024  # noqa: PLR2004 - the tier


def state_caching(runtime: Runtime, version: Version | None) -> StateCaching:
    """Whether recurrent state is kept for prefix caching by default at that version."""
    found: StateCaching = "none"
    for known in runtime.versions:
        if known.state_caching and version and known.date <= version.date:
            found = known.state_caching
    return found


def pool_tokens_of(runtime: Runtime, version: Version | None) -> Literal["blocks", "requests"]:
    """What the tokens in the log of that version count; whole requests where nothing says otherwise."""
    found: Literal["blocks", "requests"] = "requests"
    for known in runtime.versions:
        if known.pool_tokens_of and version and known.date <= version.date:
            found = known.pool_tokens_of
    return found
