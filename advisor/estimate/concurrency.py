"""Time of one decode step of many sequences, and the rate a burst of requests gets out of such steps.

    t(B) = fixed + a · w · W(B) + b · ( kv · (1 + (B−1)·κ) + state · (1 + (B−1)·s) ) + (B−1) · 2 · parameters · c / C
    W(B) = always + Σ experts · (1 − (1 − k/E)^D(B)),      D(B) = 1 + r · ln(1 + (B−1)/r)

a, b and fixed are what one sequence alone pays for a byte of weights, for a byte of cache and for a step, so t(1) is the
single-stream prediction. D is how many independent draws of experts B tokens are worth: were routing uniform it would be B
(r = ∞); tokens of real batches share experts, and the more of them the more. w, κ, s, c and r are learned from measured
rows (`evidence.concurrency_fit`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from advisor.estimate.arrays import lesser, log1p
from advisor.estimate.decode import Efficiency, Traffic, step_s, traffic
from advisor.estimate.kv_cache import read_bytes
from advisor.estimate.parameters import parameters

if TYPE_CHECKING:
    from advisor.catalog.schema.model import Model
    from advisor.estimate.weights import Weights

MULTIPLY_ADD = 2
"""Operations of one multiplication with its addition."""
SMALL = 0.01
"""Share of the weights by which traffic is varied to see what a byte costs."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a decode step reads for all its sequences together and for each."""

    always_bytes: Any
    """Weights every step reads, whatever the batch."""
    experts: tuple[tuple[float, float], ...]
    """Routed experts: the share of them one token uses, and the bytes of all."""
    kv_bytes: Any
    """Cache one sequence reads."""
    state_bytes: Any
    """Recurrent state one sequence reads and writes."""
    parameters: Any
    """Parameters one token is multiplied by."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What one sequence alone pays on a machine."""

    weight_s: Any
    """a: seconds a byte of weights."""
    kv_s: Any
    """b: seconds a byte of cache or state."""
    fixed_s: Any
    """Seconds a step takes beside them."""
    compute_ops_s: Any
    """C: dense operations a second; None where the hardware's are not known."""
    attention_s: Any = 0.0
    """Seconds of attention's arithmetic over one sequence's cache."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """How a batch differs from one sequence so many times over."""

    routing: Any = 1e9
    """r: sequences after which routing begins to repeat itself."""
    weights: Any = 1.0
    """w: cost of a weight byte in a batch against alone: other kernels run."""
    kv: Any = 1.0
    """κ: cost of reading each further sequence's cache."""
    state: Any = 1.0
    """s: cost of each further sequence's recurrent state."""
    compute: Any = 0.0
    """c: seconds each further sequence takes, in times of its operations at the hardware's dense rate."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Seconds of one step by what they are spent on."""

    fixed_s: Any
    weights_s: Any
    kv_s: Any
    state_s: Any
    compute_s: Any

    @property
    def total_s(self) -> Any:
        """Seconds of the step."""
        return self.fixed_s + self.weights_s + self.kv_s + self.state_s + self.compute_s


def moved(model: Model, weights: Weights, depth: Any, key_type: str, value_type: str) -> Moved:
    """What a decode step of `model` reads with `depth` tokens in the cache of each sequence."""
    experts: Counter[float] = Counter()
    for share, size in zip(weights.active_share, weights.expert_bytes, strict=True):
        if size:
            experts[share] += size
    state = read_bytes(model, 0, key_type, value_type)
    return Moved(
        always_bytes=float(weights.always_read_bytes), experts=tuple(experts.items()),
        kv_bytes=read_bytes(model, depth, key_type, value_type) - state, state_bytes=float(state),
        parameters=float(_read_per_token(model)),
    )  # fmt: skip


def _read_per_token(model: Model) -> int:
    if model.counts.read_per_token is not None:
        return model.counts.read_per_token
    counted = parameters(model)
    return counted.read_per_token if counted else 0


def costs(single: Traffic, bandwidth_bytes_s: float, efficiency: Efficiency, compute_ops_s: float | None) -> Costs:
    """What a byte and a step cost the one sequence of `single`: slopes of its time by the bytes it reads."""
    alone = step_s(single, bandwidth_bytes_s, efficiency)
    more = SMALL * single.weights_bytes
    weight_s = (
        step_s(replace(single, weights_bytes=single.weights_bytes + more), bandwidth_bytes_s, efficiency) - alone
    ) / more
    kv_s = (step_s(replace(single, kv_bytes=single.kv_bytes + more), bandwidth_bytes_s, efficiency) - alone) / more
    attention_s = alone - step_s(replace(single, attention_ops=0.0), bandwidth_bytes_s, efficiency)
    fixed_s = alone - weight_s * single.weights_bytes - kv_s * single.kv_bytes - attention_s
    return Costs(float(weight_s), float(kv_s), float(fixed_s), compute_ops_s, float(attention_s))


def costs_of(  # noqa: PLR0913 - each is one part of the case
    model: Model, weights: Weights, depth: float, kv_types: tuple[str, str], bandwidth_bytes_s: float, efficiency: Efficiency,
    compute_ops_s: float | None,
) -> Costs:  # fmt: skip
    """`costs` of one sequence of `model` with `depth` tokens in its cache, keys and values kept in `kv_types`."""
    return costs(traffic(model, weights, depth, *kv_types), bandwidth_bytes_s, efficiency, compute_ops_s)


def draws(batch: Any, routing: Any) -> Any:
    """D: how many independent choices of experts the tokens of a batch are worth; 1 for one token, never more than `batch`."""
    return 1 + routing * log1p((batch - 1) / routing)


def weights_read(found: Moved, batch: Any, routing: Any) -> Any:
    """W: weight bytes one step of `batch` sequences reads."""
    worth = draws(batch, routing)
    return found.always_bytes + sum(size * (1 - (1 - share) ** worth) for share, size in found.experts)


def parts(found: Moved, costs: Costs, scaling: Scaling, batch: Any) -> Parts:
    """Where the time of one step of `batch` sequences goes; numbers or arrays."""
    others = batch - 1
    # 1 for any batch and 0 for one sequence: the kernels for one token are others.
    batched = lesser(others, 1)
    compute = 0.0
    if costs.compute_ops_s is not None:
        compute = others * MULTIPLY_ADD * found.parameters * scaling.compute / costs.compute_ops_s
    return Parts(
        fixed_s=costs.fixed_s, weights_s=costs.weight_s * scaling.weights**batched * weights_read(found, batch, scaling.routing),
        kv_s=(costs.kv_s * found.kv_bytes + costs.attention_s) * (1 + others * scaling.kv),
        state_s=costs.kv_s * found.state_bytes * (1 + others * scaling.state), compute_s=compute,
    )  # fmt: skip


def ceiling_tok_s(found: Moved, batch: int, bandwidth_bytes_s: float, peak_ops_s: float | None) -> float:
    """Tokens a second of all sequences if every byte came at peak bandwidth, operations ran at their peak and both overlapped.

    Of routed experts it counts the fewest a batch can touch, those of one token.
    """
    seconds = (weights_read(found, 1, 1.0) + batch * (found.kv_bytes + found.state_bytes)) / bandwidth_bytes_s
    if peak_ops_s:
        seconds = max(seconds, batch * MULTIPLY_ADD * found.parameters / peak_ops_s)
    return float(batch / seconds)
