"""Placement by llama.cpp and its kin: whole layers on devices, each with its cache, and what stays on the host."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from advisor.catalog.schema.model import Model
from advisor.estimate.buffers import PIPELINE_COPIES, device_buffer_bytes, host_buffer_bytes, lent_buffer_bytes
from advisor.estimate.kv_cache import STATE_BYTES, CacheQuestion, layer_cache, layer_kv_bytes
from advisor.estimate.passes import EXPERTS
from advisor.estimate.placement import Placement, Pool, PoolUse
from advisor.estimate.plan_flags import llama_cpp_server
from advisor.estimate.split import layer_devices, stretches
from advisor.estimate.stretch import Stretch
from advisor.estimate.weights import Weights


@dataclass(frozen=True, slots=True)
class Load:
    """Everything that must be placed, layer by layer; the cache of a layer lives where the layer lives."""

    model: Model
    weights: Weights
    question: CacheQuestion
    layer_kv_bytes: tuple[int, ...]
    layer_state_bytes: tuple[int, ...]
    kv_bytes: int
    state_bytes: int
    outputs: int | None = None
    """Tokens with logits in a micro-batch; None = one a sequence, as the server has it."""
    pipelined: bool = True
    """Several devices work at the same time, each with copies of the graph inputs; not over a network."""

    @property
    def layers(self) -> int:
        """Layers of the stack; 0 for a model whose layers are not known."""
        return len(self.weights.layer_bytes)

    @property
    def draft_layers(self) -> int:
        """Draft layers in the file: not loaded, but counted where layers are handed out."""
        draft = self.model.draft_layers
        return draft.layers if draft and draft.in_gguf else 0

    @property
    def head_bytes(self) -> int:
        """What stands with the last layer: head, final norm and what is outside the layers.

        A tied embedding is there a second time: the table itself stays in host memory.
        """
        weights = self.weights
        return weights.head_bytes + weights.outside_bytes + (weights.embedding_bytes if weights.tied else 0)

    @property
    def host_bytes(self) -> int:
        """Weights llama.cpp keeps in host memory with every layer on devices: the embedding and tables beside it."""
        return self.weights.embedding_bytes + self.weights.lookup_bytes + self.weights.vision_bytes

    @property
    def held_bytes(self) -> int:
        """Weights and cache that stand on the devices, whatever buffers there are beside them."""
        return sum(self.weights.layer_bytes) + self.head_bytes + self.kv_bytes + self.state_bytes

    def whole_bytes(self, *, with_host: bool) -> int:
        """What one device needs to hold everything; with the host's part where both share one memory."""
        whole = self.held_bytes + self.device_buffer(Stretch(0, self.layers))
        return whole + self.host_bytes + self.host_buffer() if with_host else whole

    def device_buffer(self, stretch: Stretch) -> int:
        """Compute buffer of the device with this stretch of layers; 0 for one that has nothing to compute."""
        if not self.layers or stretch.first == stretch.last < self.layers:
            return 0
        return device_buffer_bytes(self.model, self.question, stretch, self.outputs)

    def host_buffer(self, copies: int = 1) -> int:
        """Buffers of the host side."""
        return host_buffer_bytes(self.model, self.question, self.outputs, copies) if self.layers else 0


def load(
    model: Model, weights: Weights, rule: str, question: CacheQuestion, outputs: int | None = None
) -> Load:  # fmt: skip
    """What has to be placed for `question`, by the accounting `rule` of the runtime."""
    if not model.is_sized:
        return Load(model, weights, question, (), (), 0, 0)
    names = model.layer_names
    kv = {name: int(held) for name, held in layer_kv_bytes(model, rule, question).items()}
    states = {
        name: layer_cache(block).state_elements * STATE_BYTES * question.sequences
        for name, block in model.blocks.items()
    }
    layer_kv, layer_state = tuple(kv[name] for name in names), tuple(states[name] for name in names)
    return Load(model, weights, question, layer_kv, layer_state, sum(layer_kv), sum(layer_state), outputs)


def place_unified(pool: Pool, found: Load) -> Placement:
    """One pool holds everything, host side included; what does not fit there does not fit at all, for offload frees nothing."""
    layers = found.layers
    use = PoolUse(
        pool, weights_bytes=sum(found.weights.layer_bytes) + found.head_bytes + found.host_bytes, kv_cache_bytes=found.kv_bytes,
        state_bytes=found.state_bytes, compute_buffer_bytes=found.device_buffer(Stretch(0, layers)) + found.host_buffer(),
        first_layer=0 if layers else None, last_layer=layers - 1 if layers else None,
    )  # fmt: skip
    return Placement("does-not-fit" if use.short_bytes else "fits", (use,), use.short_bytes, flags=plan_flags(found))


def plan_flags(found: Load, split: str = "", *, on_host: int = 0, expert_layers: int = 0) -> str:
    """llama-server's flags with so many first layers, and experts of first layers, on the host; empty without known layers."""
    if not found.layers:
        return ""
    # Layers, draft layers and the output count.
    parts = [llama_cpp_server(found.question), f"-ngl {found.layers + found.draft_layers + 1 - on_host}"]
    parts += [f"--n-cpu-moe {expert_layers}"] * bool(expert_layers) + [split] * bool(split)
    return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Kept:
    """What of the model the devices hold: all, or without the experts of the first layers or without first layers altogether."""

    layer_bytes: tuple[int, ...]
    first: int = 0
    """Layers before it stand on the host."""
    expert_layers: int = 0
    """Layers up to here leave their experts on the host (--n-cpu-moe)."""
    hosted: tuple[Mapping[str, int], ...] | None = None
    """Matrices each layer leaves on the host, by name, where tensors were placed one by one."""

    @property
    def everything(self) -> bool:
        """Nothing on the host but what always is, and no tensor placed by name."""
        return not self.first and not self.expert_layers and self.hosted is None


def expert_matrices(layers: tuple[Mapping[str, int], ...]) -> tuple[Mapping[str, int], ...]:
    """Of the matrices of each layer the routed experts; equal layers stay the same object."""
    known: dict[int, Mapping[str, int]] = {}
    for layer in layers:
        if id(layer) not in known:
            known[id(layer)] = {name: size for name, size in layer.items() if EXPERTS in name}
    return tuple(known[id(layer)] for layer in layers)


def _stretch(found: Load, kept: Kept, begin: int, end: int, *, leading: bool) -> Stretch:
    """The layers one device computes; the leading one also computes what stands on the host, in large batches."""
    if kept.everything:
        return Stretch(begin, end)
    first = 0 if leading else begin
    hosted = _hosted(found, kept, first, end)
    return Stretch(first, end, hosted=hosted, whole=kept.first if leading else 0, lends=not leading)


def _hosted(found: Load, kept: Kept, begin: int, end: int) -> tuple[Mapping[str, int], ...]:
    """The matrices that each layer from `begin` on leaves on the host; layers behind the last such one may be missing."""
    if kept.hosted is not None:
        return kept.hosted[begin:end]
    matrices = found.weights.matrix_bytes
    whole = matrices[begin : kept.first]
    return whole + expert_matrices(matrices[max(begin, kept.first) : min(end, kept.expert_layers)])


def _lent_buffer(found: Load, kept: Kept, end: int) -> int:
    """Buffer of the first device, whose own layers end at `end`, for what layers of other devices leave on the host."""
    if kept.everything or end == found.layers:
        return 0
    hosted = _hosted(found, kept, end, found.layers)
    return lent_buffer_bytes(found.model, found.question, enumerate(hosted, end))


def device_use(found: Load, kept: Kept, pools: tuple[Pool, ...], device: int, span: tuple[int, int]) -> PoolUse:
    """What one of the devices holds with these layers; the last one has the head too."""
    devices = len(pools)
    begin, end = span
    stretch = _stretch(found, kept, begin, end, leading=device == 0)
    if devices > 1 and kept.everything and found.pipelined:
        stretch = Stretch(begin, end, copies=PIPELINE_COPIES)
    return PoolUse(
        pools[device],
        weights_bytes=sum(kept.layer_bytes[begin:end]) + (found.head_bytes if device == devices - 1 else 0),
        kv_cache_bytes=sum(found.layer_kv_bytes[begin:end]), state_bytes=sum(found.layer_state_bytes[begin:end]),
        compute_buffer_bytes=max(found.device_buffer(stretch), _lent_buffer(found, kept, end) if device == 0 else 0),
        first_layer=begin if end > begin else None, last_layer=end - 1 if end > begin else None,
    )  # fmt: skip


def _uses(found: Load, kept: Kept, pools: tuple[Pool, ...], spans: tuple[tuple[int, int], ...]) -> tuple[PoolUse, ...]:
    return tuple(device_use(found, kept, pools, device, span) for device, span in enumerate(spans))


def _proportional(found: Load, kept: Kept, pools: tuple[Pool, ...]) -> tuple[tuple[int, int], ...]:
    """The spread llama.cpp makes when nobody says otherwise: in proportion to free memory."""
    if len(pools) == 1:
        return ((kept.first, found.layers),)
    total = found.layers + found.draft_layers
    shares = tuple(float(max(pool.free_bytes, 1)) for pool in pools)
    devices = layer_devices(shares, total, total + 1 - kept.first)
    return stretches(devices, len(pools), found.layers)


def proportional_uses(found: Load, kept: Kept, pools: tuple[Pool, ...]) -> tuple[PoolUse, ...]:
    """What each device holds in that spread, fit or not."""
    return _uses(found, kept, pools, _proportional(found, kept, pools))


def _filled(found: Load, kept: Kept, pools: tuple[Pool, ...]) -> tuple[tuple[int, int], ...]:
    """Devices filled one after the other with whole layers; the last takes what is left, fit or not."""
    sizes = [a + b + c for a, b, c in zip(kept.layer_bytes, found.layer_kv_bytes, found.layer_state_bytes, strict=True)]
    spans, at = [], kept.first
    guess = _proportional(found, kept, pools)
    for device, pool in enumerate(pools[:-1]):
        begin, tentative = at, min(max(at + 1, guess[device][1]), found.layers)
        buffer = device_use(found, kept, pools, device, (begin, tentative)).compute_buffer_bytes
        held = list(accumulate(sizes[begin:], initial=buffer))
        at = begin + sum(1 for size in held[1:] if size <= pool.usable_bytes)
        while at > begin and device_use(found, kept, pools, device, (begin, at)).short_bytes:
            at -= 1
        spans.append((begin, at))
    return (*spans, (at, found.layers))


def _split_flag(found: Load, spans: tuple[tuple[int, int], ...]) -> str:
    """-ts in layers, the output and draft layers counted on the last device."""
    counts = [end - begin for begin, end in spans]
    counts[-1] += 1 + found.draft_layers
    return "-ts " + ",".join(map(str, counts))


def overflows(found: Load, kept: Kept, pools: tuple[Pool, ...]) -> bool:
    """True where weights and cache alone are more than all devices together have; buffers need not be planned to know."""
    held = sum(kept.layer_bytes[kept.first :]) + found.head_bytes
    held += sum(found.layer_kv_bytes[kept.first :]) + sum(found.layer_state_bytes[kept.first :])
    return held > sum(pool.usable_bytes for pool in pools)


def spread(found: Load, kept: Kept, pools: tuple[Pool, ...]) -> tuple[tuple[PoolUse, ...], str]:
    """What each of the devices holds, and with several the flag that says so."""
    if not found.layers:
        return tuple(PoolUse(pool, weights_bytes=found.head_bytes if pool is pools[-1] else 0) for pool in pools), ""
    if len(pools) == 1 or not kept.expert_layers:
        uses = proportional_uses(found, kept, pools)
        if len(pools) == 1:
            return uses, ""
        if not any(use.short_bytes for use in uses) or overflows(found, kept, pools):
            return uses, _split_flag(found, _proportional(found, kept, pools))
    spans = _filled(found, kept, pools)
    return _uses(found, kept, pools, spans), _split_flag(found, spans)


def host_use(pool: Pool, found: Load, devices: int) -> PoolUse:
    """What stands in host memory with every layer on devices."""
    copies = PIPELINE_COPIES if devices > 1 and found.pipelined else 1
    return PoolUse(pool, weights_bytes=found.host_bytes, compute_buffer_bytes=found.host_buffer(copies))


def place_on_devices(pools: tuple[Pool, ...], host: Pool, found: Load) -> Placement:
    """Every layer on the devices; the shortfall counts what the fullest device or all together miss."""
    uses, split = spread(found, Kept(found.weights.layer_bytes), pools)
    together = sum(use.used_bytes for use in uses) - sum(pool.usable_bytes for pool in pools)
    short = max(together, *(use.short_bytes for use in uses), 0)
    host_part = host_use(host, found, len(pools))
    return Placement("does-not-fit" if short else "fits", (*uses, host_part), short, flags=plan_flags(found, split))
