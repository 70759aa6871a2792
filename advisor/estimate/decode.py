"""Time of one decode step: bytes read in each pool over what that pool delivers, plus attention's arithmetic and a fixed time a layer.

    t_step = weights_touched / (BW·e) + B · kv_read(depth) · κ / BW + B · attention_ops(depth) · χ + layers · τ
             + host_weights / (BW_host·e)

e, κ, χ and τ are learned from measured rows (`evidence.calibrate`); the ceiling is the same with e = κ = 1 and χ = τ = 0.
"""

from dataclasses import dataclass
from typing import Any

from advisor.catalog.schema.model import Block, Model
from advisor.estimate.arrays import lesser
from advisor.estimate.kv_cache import layer_cache, read_bytes
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
    attention_ops: Any = 0.0
    """Query channels times tokens seen, over all layers and sequences: what attention computes, however few KV heads it reads."""

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
    """κ: time of a KV byte against a byte at peak bandwidth."""
    layer_s: float
    """τ: fixed seconds per layer."""
    attention_s: float = 0.0
    """χ: seconds per query channel and token: attention's arithmetic, which no flash attention and no matrix unit make dear."""


def query_channels(block: Block) -> float:
    """Channels the queries of one layer multiply with every token they see: heads times the mean width of key and value."""
    if a := block.attention:
        return a.heads * (a.head_width + a.value_head_width) / 2
    if m := block.latent_attention:
        return m.heads * (m.kv_rank + m.rope_width / 2)
    return 0.0


def attention_ops(model: Model, depth: Any) -> Any:
    """Query channels times the tokens they see, over all layers, with `depth` tokens in the cache.

    A window bounds what its layer sees, an indexer what the layer then reads.
    """
    total: Any = 0.0
    for name, count in model.layer_counts.items():
        total = total + count * layer_attention_ops(model.blocks[name], depth)
    return total


def layer_attention_ops(block: Block, depth: Any) -> Any:
    """Query channels times the tokens they see in one layer of this kind."""
    if not (channels := query_channels(block)):
        return 0.0
    window = layer_cache(block, reading=True).window
    indexer = (block.attention or block.latent_attention).indexer  # type: ignore[union-attr]
    seen = depth if window is None else lesser(depth, window)
    return channels * (lesser(seen, indexer.top_k) if indexer else seen)


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
        attention_ops=batch * attention_ops(model, depth),
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
    seconds = (moved.weights_bytes / efficiency.weights + efficiency.kv * moved.kv_bytes) / bandwidth_bytes_s
    seconds = seconds + efficiency.attention_s * moved.attention_ops + moved.layers * efficiency.layer_s
    if moved.host_bytes:
        if host_bandwidth_bytes_s is None:
            message = "the bandwidth of host memory is not stated"
            raise ValueError(message)
        seconds = seconds + moved.host_bytes / (host_bandwidth_bytes_s * efficiency.weights)
    return seconds
