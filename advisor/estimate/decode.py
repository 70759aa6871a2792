"""Time of one decode step: bytes read in each pool over what that pool delivers, plus a fixed time per layer.

    t_step = weights_touched / (BW·e) + B · kv_read(depth) · κ / (BW·e) + layers · τ + host_weights / (BW_host·e)

e, κ and τ are learned from measured rows (`evidence.calibrate`); the ceiling is the same with e = κ = 1 and τ = 0.
"""

from dataclasses import dataclass
from typing import Any

from advisor.catalog.schema.model import Model
from advisor.estimate.kv_cache import read_bytes
from advisor.estimate.weights import Weights


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one decode step moves."""

    weights_bytes: float
    """Weight bytes read from device memory."""
    expert_bytes: float
    """Of these, routed experts: scattered reads."""
    host_bytes: float
    """Weight bytes read from host memory."""
    kv_bytes: Any
    """KV and state bytes read for all sequences; a number or an array over depths."""
    layers: int

    @property
    def total_bytes(self) -> Any:
        """Every byte the step reads."""
        return self.weights_bytes + self.host_bytes + self.kv_bytes


@dataclass(frozen=True, slots=True)
class Efficiency:
    """What a machine and a runtime make of the hardware's peak."""

    weights: float
    """e: share of peak bandwidth that weight reads reach."""
    kv: float
    """κ: cost of a KV byte against a weight byte."""
    layer_s: float
    """τ: fixed seconds per layer."""


def traffic(  # noqa: PLR0913 - each is one condition of the question
    model: Model,
    weights: Weights,
    depth: Any,
    key_type: str,
    value_type: str,
    *,
    batch: int = 1,
    host_bytes: float = 0.0,
) -> Traffic:
    """Bytes one decode step of `batch` sequences reads with `depth` tokens in each sequence's cache."""
    read = weights.read_bytes(batch)
    return Traffic(
        weights_bytes=read - host_bytes, expert_bytes=read - weights.always_read_bytes, host_bytes=host_bytes,
        kv_bytes=batch * read_bytes(model, depth, key_type, value_type), layers=len(model.layer_names),
    )  # fmt: skip


def ceiling_tok_s(
    moved: Traffic, bandwidth_bytes_s: float, host_bandwidth_bytes_s: float | None = None, batch: int = 1
) -> Any:
    """Tokens per second of all sequences together if every byte came at peak bandwidth and nothing else took time."""
    seconds = (moved.weights_bytes + moved.kv_bytes) / bandwidth_bytes_s
    if moved.host_bytes and host_bandwidth_bytes_s:
        seconds = seconds + moved.host_bytes / host_bandwidth_bytes_s
    return batch / seconds


def step_s(
    moved: Traffic, bandwidth_bytes_s: float, efficiency: Efficiency, host_bandwidth_bytes_s: float | None = None
) -> Any:
    """Seconds of one decode step. Raises ValueError when host bytes are read and the host's bandwidth is not known."""
    effective = bandwidth_bytes_s * efficiency.weights
    seconds = (moved.weights_bytes + efficiency.kv * moved.kv_bytes) / effective + moved.layers * efficiency.layer_s
    if moved.host_bytes:
        if host_bandwidth_bytes_s is None:
            message = "the bandwidth of host memory is not stated"
            raise ValueError(message)
        seconds = seconds + moved.host_bytes / (host_bandwidth_bytes_s * efficiency.weights)
    return seconds
