"""A decode step whose layers stand in several memories: one computes after the other, and the times add up.

    t_step = Σ shares ( weights / (BW·e) + κ · KV / BW + χ · attention + Σ stages · τ ) + round trips · hand-over

One token passes the layers in order, so a device waits while another computes, and the host while a device does. Where a
layer or its experts alone stand on the host, the activations go there and come back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from advisor.estimate.decode import Efficiency, Traffic, layer_attention_ops, step_s
from advisor.estimate.kv_cache import layer_read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advisor.catalog.schema.model import Block, Model
    from advisor.estimate.placement import Placement
    from advisor.estimate.weights import Weights


@dataclass(frozen=True, slots=True)
class Split:
    """Which memory holds what: the host its first layers and perhaps experts of further ones, each device a stretch of the rest."""

    host_layers: int
    """First layers that stand on the host altogether."""
    host_expert_bytes: float
    """Bytes a token reads of experts on the host whose layers stand on a device: those of the first such layers."""
    devices: tuple[tuple[int, int], ...]
    """First layer of each device and the one past its last; the device of the last layer, or the last of all, has the output."""
    output_on_host: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What one memory and its processor do in a step."""

    device: int | None
    """Index of the device; None for the host."""
    moved: Traffic
    """Its `layers` are those of the whole model; `stages` says how much of a layer's work it does on average."""
    stages: tuple[tuple[str, float], ...]
    """Kind of stage → how many of it the share has, over the layers of the whole model."""


@dataclass(frozen=True, slots=True)
class Step:
    """A decode step, share by share."""

    shares: tuple[Share, ...]
    host_trips: int
    """Times activations go to the host and come back."""


def mixers(block: Block) -> dict[str, bool]:
    """Mixers of a layer by kind of stage."""
    return {
        "attention": bool(block.attention), "latent_attention": bool(block.latent_attention),
        "gated_delta": bool(block.gated_delta or block.linear_attention), "mamba": bool(block.mamba2 or block.mamba1),
        "short_conv": bool(block.short_conv),
    }  # fmt: skip


def split_of(plan: Placement, weights: Weights) -> Split:
    """The split a placement makes; experts that a person placed one by one count as those of the first layers."""
    uses = [use for use in plan.uses if use.pool.device is not None]
    ends = [
        (use.first_layer or 0, (use.last_layer or 0) + 1) if use.first_layer is not None else (0, 0) for use in uses
    ]
    layers = plan.host_layers
    whole = sum(_read(weights, index) for index in range(layers))
    output = layers == len(weights.layer_bytes) and plan.host_read_bytes > whole
    head = _head_bytes(weights) if output else 0
    return Split(layers, max(0.0, plan.host_read_bytes - whole - head), tuple(ends), output)


def _read(weights: Weights, index: int) -> float:
    return weights.layer_bytes[index] - weights.expert_bytes[index] * (1 - weights.active_share[index])


def _head_bytes(weights: Weights) -> float:
    return weights.head_bytes + weights.outside_bytes + (weights.embedding_bytes if weights.tied else 0)


def experts_read_bytes(weights: Weights, first: int, last: int) -> float:
    """Bytes one token reads of the routed experts of these layers."""
    parts = zip(weights.expert_bytes[first:last], weights.active_share[first:last], strict=True)
    return sum(size * share for size, share in parts)


@dataclass(slots=True)
class _Gathered:
    """A share as it is put together, layer by layer."""

    weights_bytes: float = 0.0
    expert_bytes: float = 0.0
    kv_bytes: Any = 0.0
    attention_ops: Any = 0.0
    stages: dict[str, float] = field(default_factory=dict)

    def count(self, kinds: Mapping[str, bool], part: float = 1.0) -> None:
        for kind, present in kinds.items():
            if present and part:
                self.stages[kind] = self.stages.get(kind, 0.0) + part

    def share(self, device: int | None, layers: int) -> Share:
        moved = Traffic(
            weights_bytes=self.weights_bytes, expert_bytes=self.expert_bytes, host_bytes=0.0, kv_bytes=self.kv_bytes,
            layers=layers, attention_ops=self.attention_ops,
        )  # fmt: skip
        return Share(device, moved, tuple((kind, number / layers) for kind, number in self.stages.items()))


def step_of(  # noqa: PLR0913 - each is one condition of the question
    model: Model, weights: Weights, split: Split, depth: Any, key_type: str, value_type: str
) -> Step:
    """One decode step of the model so split, with `depth` tokens in its cache. Raises ValueError for a layer that stands nowhere."""
    shares: dict[int | None, _Gathered] = {}
    costs = {
        name: (layer_read_bytes(block, depth, key_type, value_type), layer_attention_ops(block, depth))
        for name, block in model.blocks.items()
    }
    left, trips = split.host_expert_bytes, int(split.host_layers > 0 and not split.output_on_host)
    place: int | None = None
    for index, name in enumerate(model.layer_names):
        place = None if index < split.host_layers else _device(split.devices, index)
        mine = shares.setdefault(place, _Gathered())
        experts = weights.expert_bytes[index] * weights.active_share[index]
        moved = min(left, experts) if place is not None else 0.0
        mine.kv_bytes, mine.attention_ops = mine.kv_bytes + costs[name][0], mine.attention_ops + costs[name][1]
        mine.weights_bytes += _read(weights, index) - moved
        mine.expert_bytes += experts - moved
        mine.count(mixers(model.blocks[name]) | {"dense": bool(model.blocks[name].dense)})
        mine.count({"moe": bool(model.blocks[name].moe)}, 1 - moved / experts if experts else 1.0)
        if moved:
            left, trips = left - moved, trips + 1
            host = shares.setdefault(None, _Gathered())
            host.weights_bytes, host.expert_bytes = host.weights_bytes + moved, host.expert_bytes + moved
            host.count({"moe": True}, moved / experts)
    last = len(split.devices) - 1 if place is None else place
    shares.setdefault(None if split.output_on_host else last, _Gathered()).weights_bytes += _head_bytes(weights)
    found = tuple(each.share(device, len(model.layer_names)) for device, each in shares.items())
    return Step(found, trips)


def _device(devices: Sequence[tuple[int, int]], index: int) -> int:
    found = next((at for at, (first, last) in enumerate(devices) if first <= index < last), None)
    if found is None:
        message = f"layer {index} stands nowhere"
        raise ValueError(message)
    return found


@dataclass(frozen=True, slots=True)
class Costed:
    """A share with what its memory and processor make of it."""

    share: Share
    bandwidth_bytes_s: float
    efficiency: Efficiency

    @property
    def seconds(self) -> Any:
        """Time of the share."""
        return step_s(self.share.moved, self.bandwidth_bytes_s, self.efficiency)

    @property
    def depth_seconds(self) -> Any:
        """Of it, what grows with depth: reading the cache, and attention's arithmetic."""
        moved, cost = self.share.moved, self.efficiency
        return cost.kv * moved.kv_bytes / self.bandwidth_bytes_s + cost.attention_s * moved.attention_ops
