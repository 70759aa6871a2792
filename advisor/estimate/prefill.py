"""Time of a prompt: micro-batch by micro-batch the matrix products or the weights' reading, whichever is longer, then attention.

    t_batch   = ( (ops/(C·u))ⁿ + (weights_touched/(BW·w))ⁿ )^(1/n)              n = 4: a maximum with a rounded corner
    ops       = 2 · (parameters multiplied + experts' · (1 + tile / tokens an expert sees)) · tokens
    t_prefill = Σ t_batch + κ · attention_ops/(C·u) + r · recurrent_ops/(C·u) + batches · layers · τ
    TTFT      = queue + t_prefill(what no cache holds of the prompt) + one decode step

u, w, κ, r, tile and τ are learned from measured rows (`evidence.prefill_fit`). The few tokens an expert sees fill a tile of
the matrix product only in part, hence `tile`: the mixture's penalty at small micro-batches.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from advisor.estimate.kv_cache import state_elements
from advisor.estimate.tensors import tensor_list
from advisor.units import tflops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Block, Model
    from advisor.estimate.weights import Weights

MULTIPLY_ADD = 2
"""Operations of one multiplication with its addition."""
NOT_MULTIPLIED = frozenset({"embedding", "head", "lookup", "draft"})
"""Parts of a model no prompt token is multiplied by; the head runs once a prompt."""
STATE_STEPS = 3
"""Multiplications a token takes a cell of recurrent state: decay, update, reading out."""
CORNER = 4
"""How sharply computing gives way to reading: 1 would add them, infinity take the longer."""
MATRIX = 2
OPERAND_BITS = {"fp16_tflops": 16, "fp8_tflops": 8, "int8_tops": 8, "fp4_tflops": 4}
"""Published dense rates of a device, with how wide their operands are."""
WIDE = 16


@dataclass(frozen=True, slots=True)
class Multiplied:
    """Parameters every prompt token is multiplied by, outside routed experts and of one expert of every layer."""

    always: int
    experts: tuple[tuple[int, int, int], ...]
    """Per kind of expert layer: parameters of all its experts together over all such layers, experts, experts a token uses."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Micro-batches of one size."""

    count: Any
    ops: Any
    """Operations of one such batch, every token multiplied by what it is routed to."""
    tile_ops: Any
    """Operations of one token through every expert the batch touches: what one more row of tile costs."""
    weight_bytes: Any
    """Weight bytes read once for it."""


@dataclass(frozen=True, slots=True)
class Work:
    """What reading a prompt takes, whatever the machine; numbers, or arrays over many prompts."""

    tokens: Any
    """Prompt tokens, all prompts together."""
    batches: tuple[Batch, ...]
    attention_ops: Any
    recurrent_ops: Any
    layers: Any

    @property
    def ops(self) -> Any:
        """Operations of the matrix products."""
        return sum(batch.count * batch.ops for batch in self.batches)

    @property
    def weight_bytes(self) -> Any:
        """Weight bytes read, every micro-batch together."""
        return sum(batch.count * batch.weight_bytes for batch in self.batches)

    @property
    def passes(self) -> Any:
        """Micro-batches."""
        return sum(batch.count for batch in self.batches)


@dataclass(frozen=True, slots=True)
class Rates:
    """What a machine and a runtime make of the hardware's peaks."""

    compute_ops_s: Any
    """C·u: operations a second of the matrix products."""
    weight_bytes_s: Any
    """BW·w: bytes of weights brought in a second, dequantising included."""
    attention: Any = 1.0
    """κ: cost of an operation of attention against one of a matrix product."""
    recurrent: Any = 1.0
    """r: the same of a recurrent state."""
    tile: Any = 0.0
    """Tokens by which the matrix product of an expert is padded."""
    layer_s: Any = 0.0
    """τ: fixed seconds a layer and micro-batch."""


_COUNTED: dict[str, tuple[Model, Multiplied]] = {}


def multiplied(model: Model) -> Multiplied:
    """What a prompt token is multiplied by in `model`, counted tensor by tensor. The same model is counted once."""
    known = _COUNTED.get(model.id)
    if known is None or known[0] is not model:
        known = _COUNTED[model.id] = model, _counted(model)
    return known[1]


def _counted(model: Model) -> Multiplied:
    tensors = [t for t in tensor_list(model) if t.part not in NOT_MULTIPLIED and len(t.shape) >= MATRIX]
    routed: Counter[tuple[int, int]] = Counter()
    for tensor in tensors:
        if tensor.part == "experts" and tensor.layer is not None and (moe := model.layers[tensor.layer].moe):
            routed[moe.experts, moe.active] += tensor.elements
    always = sum(tensor.elements for tensor in tensors if tensor.part != "experts")
    return Multiplied(always, tuple((elements, *kind) for kind, elements in routed.items()))


def _published(hardware: Hardware) -> dict[str, float]:
    """Dense rates that have a source."""
    rates = {name: getattr(hardware, name) for name in OPERAND_BITS if name not in hardware.unverified}
    return {name: rate for name, rate in rates.items() if rate}


def highest_ops_s(hardware: Hardware) -> float | None:
    """The highest dense rate published for the device, whatever the number format; None where none is sourced."""
    return max((tflops(rate) for rate in _published(hardware).values()), default=None)


def dense16_ops_s(hardware: Hardware) -> float | None:
    """Dense operations a second on 16-bit operands, the widest the matrix units give; None where no rate is sourced.

    Halving the operands doubles the rate of a matrix unit, so a narrower rate tells the wider. Taking the highest passes
    over the halved FP16 rate of gaming cards, which holds with FP32 accumulation only. A measured rate stands in for
    published ones.
    """
    wide = [tflops(rate) * OPERAND_BITS[name] / WIDE for name, rate in _published(hardware).items()]
    measured = hardware.measured_fp16_tflops
    return max(wide, default=tflops(measured) if measured else None)


def _touched(experts: int, active: int, tokens: int) -> float:
    """Share of the experts a batch touches were routing uniform."""
    return 1 - (1 - active / experts) ** tokens


def _batch(counted: Multiplied, weights: Weights, tokens: int, count: int) -> Batch:
    active = sum(elements * k / experts for elements, experts, k in counted.experts)
    tiles = sum(elements * _touched(experts, k, tokens) for elements, experts, k in counted.experts)
    return Batch(
        count=count, ops=MULTIPLY_ADD * (counted.always + active) * tokens, tile_ops=MULTIPLY_ADD * tiles,
        weight_bytes=weights.read_bytes(tokens),
    )  # fmt: skip


def split(tokens: int, ubatch: int) -> tuple[tuple[int, int], ...]:
    """Micro-batches a prompt is cut into, as (how many, tokens in each): full ones, then the rest."""
    full, rest = divmod(tokens, ubatch)
    return tuple((count, size) for count, size in ((full, ubatch), (1, rest)) if count and size)


def _seen(tokens: int, depth: int, ubatch: int, reach: int | None) -> float:
    """Cached tokens looked at, summed over the prompt: each micro-batch attends to all before its end, at most `reach` before each."""
    total, at = 0.0, depth
    for count, size in split(tokens, ubatch):
        for _ in range(count):
            at += size
            total += size * (at if reach is None else min(at, reach + size))
    return total


def _attention_ops(block: Block, tokens: int, depth: int, ubatch: int, *, absorbed: bool) -> float:
    """Operations of one layer's scores and weighted values over a prompt."""
    total = 0.0
    if a := block.attention:
        reach = min(
            (each for each in (a.window, a.chunk, a.indexer.top_k if a.indexer else None) if each), default=None
        )
        total += a.heads * (a.head_width + a.value_head_width) * _seen(tokens, depth, ubatch, reach)
    if m := block.latent_attention:
        width = 2 * m.kv_rank + m.rope_width if absorbed else m.nope_width + m.rope_width + m.value_width
        total += m.heads * width * _seen(tokens, depth, ubatch, m.indexer.top_k if m.indexer else None)
    for indexer in (found.indexer for found in (a, m) if found and found.indexer):
        total += indexer.heads * indexer.width * _seen(tokens, depth, ubatch, None)
    return MULTIPLY_ADD * total


def _kinds(model: Model) -> Iterator[tuple[Block, int]]:
    """Each kind of layer with how many layers are of it."""
    for name, count in model.layer_counts.items():
        yield model.blocks[name], count


def work(  # noqa: PLR0913 - each is one condition of the question
    model: Model, weights: Weights, tokens: int, depth: int, ubatch: int, *, prompts: int = 1, absorbed: bool = True,
) -> Work:  # fmt: skip
    """What `prompts` prompts of `tokens` each take with `depth` tokens already in each cache, cut into micro-batches of `ubatch`.

    `absorbed` says that latent attention works on the latent itself (llama.cpp) and not on keys and values unpacked from
    it (vLLM's prefill). Micro-batches fill up over prompts; attention stays within each.
    """
    counted, total = multiplied(model), tokens * prompts
    attention = sum(
        n * _attention_ops(block, tokens, depth, min(ubatch, tokens), absorbed=absorbed) for block, n in _kinds(model)
    )
    state = sum(n * state_elements(block) for block, n in _kinds(model))
    return Work(
        tokens=total, batches=tuple(_batch(counted, weights, size, count) for count, size in split(total, ubatch)),
        attention_ops=prompts * attention, recurrent_ops=float(MULTIPLY_ADD * STATE_STEPS * state * total),
        layers=len(model.layer_names),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the seconds of a prompt go. What computing and reading take of a product adds up to its time."""

    computing: Any
    """Matrix products, as far as arithmetic holds them up."""
    tile: Any
    """Of these, rows of tiles that no token fills."""
    reading: Any
    """Matrix products, as far as weights hold them up."""
    attention: Any
    recurrent: Any
    fixed: Any

    @property
    def total_s(self) -> Any:
        """Seconds until the whole prompt is in the cache."""
        return self.computing + self.reading + self.attention + self.recurrent + self.fixed

    @property
    def limited_by(self) -> str:
        """What takes most of the time, in words."""
        words = {
            "compute": self.computing, "memory bandwidth": self.reading, "attention": self.attention,
            "recurrent layers": self.recurrent, "fixed time per layer": self.fixed,
        }  # fmt: skip
        return max(words, key=words.__getitem__)


def parts(found: Work, rates: Rates) -> Parts:
    """Seconds of the prompt by what takes them: t_prefill of the module, each product divided between its two reasons.

    The division follows the corner: so much would the time change if that reason alone became dearer.
    """
    computing: Any = 0.0
    tile: Any = 0.0
    reading: Any = 0.0
    for batch in found.batches:
        ops = batch.ops + rates.tile * batch.tile_ops
        compute = (ops / rates.compute_ops_s) ** CORNER
        read = (batch.weight_bytes / rates.weight_bytes_s) ** CORNER
        both = batch.count * (compute + read) ** (1 / CORNER - 1)
        computing = computing + both * compute
        tile = tile + both * compute * rates.tile * batch.tile_ops / ops
        reading = reading + both * read
    return Parts(
        computing=computing, tile=tile, reading=reading, attention=rates.attention * found.attention_ops / rates.compute_ops_s,
        recurrent=rates.recurrent * found.recurrent_ops / rates.compute_ops_s, fixed=found.passes * found.layers * rates.layer_s,
    )  # fmt: skip


def ceiling_tok_s(found: Work, peak_ops_s: float | None, bandwidth_bytes_s: float) -> float:
    """Prompt tokens a second if every product ran at the peak while weights came at peak bandwidth, and nothing else took time.

    Without a known peak the bandwidth alone bounds it.
    """
    reading = found.weight_bytes / bandwidth_bytes_s
    seconds = max(reading, found.ops / peak_ops_s if peak_ops_s else 0.0)
    return float(found.tokens / seconds)
