"""Small models and machines, built from the schema, for tests that need exact arithmetic."""

from advisor.catalog.schema.hardware import Hardware, Host, Member
from advisor.catalog.schema.model import Attention, Block, Dense, GatedDelta, LatentAttention, Model, Moe, Run
from advisor.catalog.schema.quant import BlockLayout, Quant
from advisor.catalog.schema.runtime import Backend, Runtime, Splits, Version

FULL = Attention(heads=8, kv_heads=2, head_width=64)
WINDOWED = Attention(heads=8, kv_heads=2, head_width=64, window=1024)


def model(*blocks: Block, repeat: int = 4, name: str = "tiny", tied: bool = False) -> Model:
    """A model that stacks these blocks `repeat` times."""
    named = {f"b{i}": block for i, block in enumerate(blocks)}
    return Model(
        id=name, name=name, provenance="verbatim", gguf_architecture="llama", context_tokens=131072, vocabulary=32000,
        hidden=512, tied_embeddings=tied, blocks=named, layout=(Run(blocks=tuple(named), repeat=repeat),),
    )  # fmt: skip


DENSE = model(Block(attention=FULL, dense=Dense(width=2048)))
MIXED = model(
    Block(attention=FULL, dense=Dense(width=2048)), Block(attention=WINDOWED, dense=Dense(width=2048)), name="mixed"
)
MOE = model(Block(attention=FULL, moe=Moe(experts=16, active=2, width=1024, shared_width=512)), name="moe")
LATENT = model(
    Block(
        latent_attention=LatentAttention(heads=8, kv_rank=512, rope_width=64, nope_width=64, value_width=64),
        dense=Dense(width=2048),
    ),
    name="latent",
)
RECURRENT = model(
    Block(
        gated_delta=GatedDelta(key_heads=4, value_heads=8, key_width=64, value_width=64, conv_kernel=4),
        dense=Dense(width=2048),
    ),
    Block(attention=FULL, dense=Dense(width=2048)),
    name="recurrent",
)
EVERY_KIND = (DENSE, MIXED, MOE, LATENT, RECURRENT)

LAYOUTS = {
    "f32": (1, 4),
    "f16": (1, 2),
    "bf16": (1, 2),
    "q8_0": (32, 34),
    "q4_k": (256, 144),
    "q6_k": (256, 210),
    "q5_0": (32, 22),
}


def quant(name: str) -> Quant:
    """A block format by name, or the `q4_k_m` mix."""
    if name == "q4_k_m":
        return Quant(
            id=name, name=name, container="gguf", rule="ggml-mix", base="q4_k", bits_per_weight=4.8, sources=("s",)
        )
    weights, size = LAYOUTS[name]
    layout = BlockLayout(weights=weights, bytes=size)
    return Quant(
        id=name, name=name, container="gguf", containers=("gguf", "safetensors"), rule="ggml-mix", base=name, block=layout,
        bits_per_weight=8 * size / weights, sources=("s",),
    )  # fmt: skip


RUNTIME = Runtime(
    id="tool", name="Tool", family="llama.cpp", containers=("gguf",), backends={"cuda": Backend(platforms=("cuda",), source="s")},
    splits=Splits(layers=True, layers_over_unequal=True, tensors=False, host=True, nodes=False, source="s"),
    cache_rule="llama.cpp", kv_types=("f16", "q8_0"), versions=(Version(version="1", date="2026-01-01", source="s"),), sources=("s",),
)  # fmt: skip


def card(gib: float, name: str = "card", bandwidth: float = 1000.0) -> Hardware:
    """A discrete card of that size."""
    return Hardware(
        id=name,
        name=name,
        vendor="v",
        kind="discrete gpu",
        platform="cuda",
        advertised_gb=gib,
        bandwidth_gb_s=bandwidth,
    )


def with_host(device: Hardware, host_gib: float, bandwidth: float | None = 50.0, count: int = 1) -> Hardware:
    """A computer around `count` of the card."""
    return Hardware(
        id="box", name="box", vendor="v", kind="system", members=(Member(device=device.id, count=count),),
        host=Host(memory_gb=host_gib, bandwidth_gb_s=bandwidth, source="s"),
    )  # fmt: skip
