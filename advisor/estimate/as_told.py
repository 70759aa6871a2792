"""Placement by llama.cpp where a person says where layers and tensors go: what it then allocates, fit or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from advisor.estimate.cannot import CannotRun
from advisor.estimate.layered import Kept, Load, device_use, host_use, place_on_devices
from advisor.estimate.layout import Layout
from advisor.estimate.placement import Placement, Pool, PoolUse
from advisor.estimate.plan_flags import llama_cpp_layout, llama_cpp_server
from advisor.estimate.split import layer_devices, stretches

EMBEDDING = "token_embd.weight"
Place = int | None
"""A device, or None for the host."""


@dataclass(slots=True)
class _Moved:
    """Where the tensors of a model go once every override is applied."""

    layer_bytes: list[int] = field(default_factory=list)
    """Of each layer, what stands on its own device."""
    hosted: list[Mapping[str, int]] = field(default_factory=list)
    elsewhere: dict[Place, int] = field(default_factory=dict)
    """Weight bytes that stand apart from their layer's device, by where."""
    expert_layers: int = 0
    """Layers on a device that leave their routed experts, and nothing else, on the host."""
    read_bytes: float = 0.0
    """Weight bytes one decoded token reads from host memory."""


def _shares(layout: Layout, pools: tuple[Pool, ...]) -> tuple[float, ...]:
    if len(layout.shares) > len(pools):
        message = f"-ts names {len(layout.shares)} devices; the machine has {len(pools)}"
        raise CannotRun(message)
    given = layout.shares + (0.0,) * (len(pools) - len(layout.shares))
    return given if any(given) else tuple(float(max(pool.free_bytes, 1)) for pool in pools)


def _place(layout: Layout, name: str, base: Place) -> Place:
    return next((override.device for override in layout.overrides if override.matches(name)), base)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Bytes of one layer that leave its own place, by where they go."""

    gone: dict[Place, int]
    hosted: dict[str, int]
    experts_on_host: int
    experts_alone: bool


def _layer_parts(found: Load, layout: Layout, index: int, base: Place) -> _Parts:
    """What the overrides take out of a layer; parts of it that go as a whole are counted by their own sum."""
    weights = found.weights
    matrices = weights.matrix_bytes[index]
    tensors = {**matrices, **weights.vector_bytes[index]} if weights.vector_bytes else matrices
    places = {name: _place(layout, f"blk.{index}.{name}", base) for name in tensors}
    groups = (
        ([name for name in tensors if "_exps" in name], weights.expert_bytes[index]),
        ([name for name in tensors if "_exps" not in name], weights.layer_bytes[index] - weights.expert_bytes[index]),
    )
    gone: dict[Place, int] = {}
    on_host = []
    for names, whole in groups:
        by_place: dict[Place, int] = {}
        for name in names:
            by_place[places[name]] = by_place.get(places[name], 0) + tensors[name]
        if len(by_place) == 1:
            by_place = dict.fromkeys(by_place, whole)
        on_host.append(by_place.get(None, 0))
        for place, size in by_place.items():
            if place != base:
                gone[place] = gone.get(place, 0) + size
    hosted = {name: size for name, size in matrices.items() if places[name] is None}
    alone = base is not None and bool(on_host[0]) and on_host[0] == weights.expert_bytes[index] and not on_host[1]
    return _Parts(gone, hosted, on_host[0], alone)


def _moved(found: Load, layout: Layout, devices: tuple[Place, ...]) -> _Moved:
    moved, weights = _Moved(), found.weights
    alike: dict[tuple[object, ...], Mapping[str, int]] = {}
    for index, size in enumerate(weights.layer_bytes):
        base, share = devices[index], weights.active_share[index]
        if layout.overrides:
            parts = _layer_parts(found, layout, index, base)
        else:
            hosted = dict(weights.matrix_bytes[index]) if base is None else {}
            experts = weights.expert_bytes[index] if base is None else 0
            parts = _Parts({}, hosted, experts, experts_alone=False)
        for place, gone in parts.gone.items():
            moved.elsewhere[place] = moved.elsewhere.get(place, 0) + gone
        own = size - sum(parts.gone.values())
        on_host = own if base is None else parts.gone.get(None, 0)
        moved.read_bytes += on_host - parts.experts_on_host * (1 - share)
        moved.expert_layers += parts.experts_alone
        # Equal layers stay one object, so that a plan walks each kind once.
        moved.hosted.append(alike.setdefault(tuple(parts.hosted.items()), parts.hosted))
        moved.layer_bytes.append(own)
    return moved


def _place_others(found: Load, layout: Layout, moved: _Moved, head: Place) -> None:
    """The tensors outside the layers: embedding and lookup tables on the host, the rest where the output is."""
    weights = found.weights
    embedding = _place(layout, EMBEDDING, None)
    sizes: list[tuple[Place, int]] = [
        (embedding, weights.embedding_bytes),
        (None, weights.vision_bytes),
    ]
    # A tied table is there twice where output and input stand apart.
    tied = _place(layout, EMBEDDING, head)
    if weights.tied and tied != embedding:
        sizes.append((tied, weights.embedding_bytes))
    lookups = set(found.model.lookup_tensors)
    named = {name: size for name, size in weights.other_bytes.items() if name != EMBEDDING}
    if layout.overrides and named:
        sizes += [(_place(layout, name, None if name in lookups else head), size) for name, size in named.items()]
    else:
        sizes += [(None, weights.lookup_bytes), (head, weights.head_bytes + weights.outside_bytes)]
    for place, size in sizes:
        moved.elsewhere[place] = moved.elsewhere.get(place, 0) + size
    if head is None:
        moved.read_bytes += (
            weights.head_bytes + weights.outside_bytes + (weights.embedding_bytes if weights.tied else 0)
        )


def _checked(found: Load, layout: Layout, pools: tuple[Pool, ...]) -> None:
    if not found.layers:
        message = "the layers of this model are not known, so nothing can be placed as told"
        raise CannotRun(message)
    missing = [o.device for o in layout.overrides if o.device is not None and o.device >= len(pools)]
    if missing:
        message = f"-ot names device {missing[0]}; the machine has {len(pools)}, counted from 0"
        raise CannotRun(message)


def place_as_told(pools: tuple[Pool, ...], host: Pool, found: Load, layout: Layout) -> Placement:
    """What stands on each device and on the host with these flags.

    Raises CannotRun for flags that name devices the machine does not have. The shortfall is what the pools that overflow miss;
    where weights run from the host, what the devices miss for all of it.
    """
    _checked(found, layout, pools)
    blocks = found.layers + found.draft_layers
    offloaded = blocks + 1 if layout.offloaded is None else min(layout.offloaded, blocks + 1)
    layout = replace(layout, offloaded=offloaded)
    devices = layer_devices(_shares(layout, pools), blocks, offloaded)
    head, spans = devices[-1], stretches(devices, len(pools), found.layers)
    first = sum(1 for device in devices[: found.layers] if device is None)
    moved = _moved(found, layout, devices)
    _place_others(found, layout, moved, head)
    told = tuple(moved.hosted) if layout.overrides or first else None
    kept = Kept(tuple(moved.layer_bytes), first=first, hosted=told)
    uses = []
    for index, (begin, end) in enumerate(spans):
        weights_bytes = sum(kept.layer_bytes[begin:end]) + moved.elsewhere.get(index, 0)
        uses.append(replace(device_use(found, kept, pools, index, (begin, end)), weights_bytes=weights_bytes))
    uses.append(_host(host, found, kept, moved, devices=len(pools)))
    flags = f"{llama_cpp_server(found.question)} {llama_cpp_layout(layout)}"
    return replace(_judged(found, pools, tuple(uses), moved, first), flags=flags)


def _host(pool: Pool, found: Load, kept: Kept, moved: _Moved, *, devices: int) -> PoolUse:
    first = kept.first
    use = host_use(pool, found, devices if kept.everything else 1)
    return replace(
        use, weights_bytes=sum(kept.layer_bytes[:first]) + moved.elsewhere.get(None, 0),
        kv_cache_bytes=sum(found.layer_kv_bytes[:first]), state_bytes=sum(found.layer_state_bytes[:first]),
        first_layer=0 if first else None, last_layer=first - 1 if first else None, expert_layers=moved.expert_layers,
    )  # fmt: skip


def _judged(found: Load, pools: tuple[Pool, ...], uses: tuple[PoolUse, ...], moved: _Moved, first: int) -> Placement:
    short = sum(use.short_bytes for use in uses)
    if short:
        return Placement("does-not-fit", uses, short)
    if uses[-1].weights_bytes <= found.host_bytes:
        return Placement("fits", uses)
    return Placement(
        "fits-offloaded", uses, place_on_devices(pools, uses[-1].pool, found).short_bytes, host_layers=first,
        host_experts_layers=moved.expert_layers, host_read_bytes=round(moved.read_bytes),
    )  # fmt: skip


def merged(placement: Placement, pool: Pool) -> Placement:
    """The same with device and host in one pool: a machine with unified memory, where nothing is offloaded."""
    parts = placement.uses
    use = PoolUse(
        pool, weights_bytes=sum(u.weights_bytes for u in parts), kv_cache_bytes=sum(u.kv_cache_bytes for u in parts),
        state_bytes=sum(u.state_bytes for u in parts), compute_buffer_bytes=sum(u.compute_buffer_bytes for u in parts),
        first_layer=0, last_layer=max((u.last_layer for u in parts if u.last_layer is not None), default=0),
    )  # fmt: skip
    return Placement("does-not-fit" if use.short_bytes else "fits", (use,), use.short_bytes, flags=placement.flags)
