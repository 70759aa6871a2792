"""vLLM's KV cache planner in closed form: pages, groups of layers that share them, blocks a request needs.

Every group draws blocks from one pool, so all pages are made equal: a recurrent layer's page is its whole state, and the
attention pages beside it grow until they cover it. Equal to the planner of vLLM 0.33 to the byte for every model it was
asked about (layers outermost in memory).
"""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Literal

from advisor.catalog.schema.model import Attention, Block, LatentAttention, Model
from advisor.catalog.schema.runtime import StateCaching
from advisor.estimate.arrays import lesser
from advisor.estimate.kv_cache import TYPE_BYTES
from advisor.once import Once

LATENT_STEP = 128
"""Blocks of a model that mixes latent attention with recurrent layers are multiples of this."""
SPREAD = 1.5
"""Kinds whose layer counts differ by less than this are padded to the larger instead of cut to the smaller."""
MODEL_TYPE_BYTES = 2
SCALE_GROUP, SCALE_BYTES = 128, 4
"""Packed 8-bit rows of sparse latent attention carry one F32 scale for so many values, index keys too."""

Kind = Literal["full", "window", "chunk", "state"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """How the server pages its cache."""

    kv_type: str = "bf16"
    block_tokens: int = 16
    latent_block_tokens: int = 64
    in_flight_tokens: int = 4096
    """Tokens scheduled and not yet settled: two batches of the most tokens one batch may have."""
    state_caching: StateCaching = "none"
    draft_tokens: int = 0
    """Tokens speculated at a time; each keeps a recurrent state of its own."""
    state_type: str | None = None
    """Overrides what the model keeps its recurrent state in."""
    devices: int = 1
    """Devices every layer is divided over."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What one layer asks the planner for."""

    kind: Kind
    block_tokens: int
    page_bytes: int
    token_bytes: int = 0
    reach: int = 0
    """Length of the window or chunk."""
    held: int = 0
    """Blocks a request holds of a state, whatever its length."""


@dataclass(frozen=True, slots=True)
class Group:
    """Layers that share a block table."""

    spec: Spec
    layers: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Groups of layers and the block they all draw from one pool."""

    groups: tuple[Group, ...]
    block_bytes: int
    in_flight_tokens: int = 0

    def blocks_of(self, spec: Spec, context_tokens: Any) -> Any:
        """Blocks one request of that many tokens takes of one group."""
        if spec.kind == "state":
            return spec.held
        if spec.kind == "full":
            return -(-context_tokens // spec.block_tokens)
        if spec.kind == "chunk":
            return -(-lesser(spec.reach + self.in_flight_tokens, context_tokens) // spec.block_tokens)
        return -(-lesser(spec.reach - 1 + self.in_flight_tokens, context_tokens) // spec.block_tokens) + 1

    def request_blocks(self, context_tokens: Any) -> Any:
        """Blocks one request of that many tokens takes of all groups together."""
        return sum(self.blocks_of(group.spec, context_tokens) for group in self.groups)

    @property
    def state_blocks(self) -> int:
        """Of these, blocks that hold recurrent state."""
        return sum(group.spec.held for group in self.groups)

    def request_bytes(self, context_tokens: Any) -> Any:
        """Bytes one request of that many tokens takes."""
        return self.request_blocks(context_tokens) * self.block_bytes

    def blocks(self, pool_bytes: int) -> int:
        """Whole blocks in a pool of so many bytes."""
        return max(0, pool_bytes) // self.block_bytes if self.block_bytes else 0

    def concurrency(self, pool_bytes: int, context_tokens: int) -> float:
        """Requests of that length the pool holds at once, as vLLM prints it: not a whole number."""
        needed = self.request_blocks(context_tokens)
        return float(self.blocks(pool_bytes) / needed) if needed else 0.0

    def pool_tokens(self, pool_bytes: int, context_tokens: int, counted: str = "requests") -> int:
        """`GPU KV cache size` of the log for requests of that length.

        `requests`: requests that fit, times their length. `blocks`, as older versions print: blocks shared out evenly over
        the groups, times the shortest block; in hybrid models that understates what fits.
        """
        if not self.groups:
            return 0
        if counted == "blocks":
            return self.blocks(pool_bytes) // len(self.groups) * min(g.spec.block_tokens for g in self.groups)
        needed = int(self.request_blocks(context_tokens))
        # The runtime multiplies after dividing: the same order, or the last token differs.
        return int(self.blocks(pool_bytes) / needed * context_tokens)


def state_page_bytes(block: Block, paging: Paging) -> int:
    """Bytes of the convolution and recurrent state of one layer of this kind on one device; 0 without one."""
    total, devices, extra = 0, paging.devices, paging.draft_tokens
    if g := block.gated_delta:
        convolved = 2 * g.key_heads * g.key_width + g.value_heads * g.value_width
        total += convolved // devices * (g.conv_kernel - 1 + extra) * MODEL_TYPE_BYTES
        size = TYPE_BYTES[paging.state_type or g.state_type]
        total += round(g.value_heads // devices * g.value_width * g.key_width * size)
    if m := block.mamba2:
        groups = m.groups + (devices - m.groups if m.groups % devices else 0)
        convolved = m.heads * m.head_width + 2 * groups * m.state
        total += convolved // devices * (m.conv_kernel - 1 + extra) * MODEL_TYPE_BYTES
        total += round(m.heads // devices * m.head_width * m.state * TYPE_BYTES[paging.state_type or m.state_type])
    if n := block.mamba1:
        total += n.inner // devices * (n.conv_kernel - 1 + n.state) * MODEL_TYPE_BYTES
    if c := block.short_conv:
        total += c.width // devices * (c.kernel - 1 + extra) * MODEL_TYPE_BYTES
    if a := block.linear_attention:
        total += a.heads // devices * a.key_width * a.value_width * MODEL_TYPE_BYTES
    return total


def _state(block: Block, paging: Paging) -> Spec | None:
    page = state_page_bytes(block, paging)
    if not page:
        return None
    held = 1 if paging.state_caching == "none" else 2
    if paging.state_caching == "checkpointed" and block.mamba2:
        held += 1
    return Spec("state", 0, page, held=held + paging.draft_tokens)


def _attention(a: Attention, paging: Paging) -> Spec | None:
    if a.cached_by_earlier_layer:
        return None
    heads = max(1, a.kv_heads // paging.devices)
    row = round(heads * (a.head_width + a.value_head_width) * TYPE_BYTES[paging.kv_type])
    kind: Kind = "window" if a.window else "chunk" if a.chunk else "full"
    return Spec(kind, paging.block_tokens, paging.block_tokens * row, row, a.window or a.chunk or 0)


def _latent(m: LatentAttention, paging: Paging, *, sparse: bool) -> Spec:
    """The latent vector is not divided: every device keeps all of it. Index keys are kept beside it, always in 8 bits."""
    size = TYPE_BYTES[paging.kv_type]
    row = round((m.kv_rank + m.rope_width) * size)
    if sparse and size == 1:
        row = m.kv_rank + m.kv_rank // SCALE_GROUP * SCALE_BYTES + m.rope_width * MODEL_TYPE_BYTES
    if m.indexer:
        row += m.indexer.width + m.indexer.width // SCALE_GROUP * SCALE_BYTES
    return Spec("full", paging.latent_block_tokens, paging.latent_block_tokens * row, row)


def _layer_specs(block: Block, paging: Paging, *, sparse: bool) -> list[Spec]:
    found = [
        _attention(block.attention, paging) if block.attention else None,
        _latent(block.latent_attention, paging, sparse=sparse) if block.latent_attention else None,
        _state(block, paging),
    ]
    return [spec for spec in found if spec]


def specs(model: Model, paging: Paging) -> Counter[Spec]:
    """What the layers ask for, with how many ask the same; layers that draft count once the server speculates with them."""
    names = Counter(model.layer_names)
    if paging.draft_tokens and model.draft_layers:
        names[model.draft_layers.block] += model.draft_layers.layers
    sparse = any(b.latent_attention and b.latent_attention.indexer for b in model.blocks.values())
    found: Counter[Spec] = Counter()
    for name, layers in names.items():
        for spec in _layer_specs(model.blocks[name], paging, sparse=sparse):
            found[spec] += layers
    return found


def _grown(asked: Counter[Spec], *, latent: bool) -> Counter[Spec]:
    """Attention blocks grown, in whole steps, until their page covers the largest state; states padded to that page."""
    states = [spec.page_bytes for spec in asked if spec.kind == "state"]
    attending = next((spec for spec in asked if spec.kind == "full"), None) or next(
        (spec for spec in asked if spec.kind != "state"), None
    )
    if not states or attending is None:
        return asked
    step = max(attending.block_tokens, LATENT_STEP) if latent else attending.block_tokens
    tokens = max(attending.block_tokens, -(-max(states) // (step * attending.token_bytes)) * step)
    page = tokens * attending.token_bytes
    return Counter(
        {
            replace(spec, block_tokens=tokens, page_bytes=page)
            if spec.kind == "state"
            else replace(spec, block_tokens=tokens, page_bytes=tokens * spec.token_bytes): layers
            for spec, layers in asked.items()
        }
    )


def _levelled(asked: Counter[Spec]) -> Counter[Spec]:
    """Every page as large as the largest: longer blocks where that divides, else padding."""
    largest = max(spec.page_bytes for spec in asked)
    level: Counter[Spec] = Counter()
    for spec, layers in asked.items():
        times, left = divmod(largest, spec.page_bytes)
        longer = spec.block_tokens * (times if not left and spec.kind != "state" else 1)
        level[replace(spec, block_tokens=longer, page_bytes=largest)] += layers
    return level


def _cut(asked: Counter[Spec]) -> tuple[Group, ...]:
    """Kinds of layer cut into groups of one size: the fewest layers of any kind, or the most where that is close."""
    fewest, most = min(asked.values()), max(asked.values())
    size = most if most < fewest * SPREAD else fewest
    groups = []
    for spec, layers in asked.items():
        count = -(-layers // size)
        groups += [Group(spec, -(-(layers - i) // count)) for i in range(count)]
    return tuple(groups)


def plan(model: Model, paging: Paging) -> Plan:
    """How vLLM would page the cache of `model` on each device; an empty plan for a model without cache."""
    asked = _grown(specs(model, paging), latent=any(b.latent_attention for b in model.blocks.values()))
    if not asked:
        return Plan((), 0)
    if all(spec.kind == "full" for spec in asked):
        # One block table serves them all, whatever their widths: the block is one page of each.
        widest = max(asked, key=lambda spec: spec.page_bytes)
        pages = sum(spec.page_bytes * layers for spec, layers in asked.items())
        return Plan((Group(widest, asked.total()),), pages, paging.in_flight_tokens)
    groups = _cut(_levelled(asked))
    block = max(group.layers for group in groups) * groups[0].spec.page_bytes
    return Plan(groups, block, paging.in_flight_tokens)


_PLANNED = Once[Plan](4096)


def planned(model: Model, paging: Paging) -> Plan:
    """`plan`, made once for a model and a way of paging: a search over contexts asks for the same one dozens of times."""
    return _PLANNED((model,), (paging,), lambda: plan(model, paging))
