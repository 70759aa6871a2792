"""Whatever layers a model file of somebody's own stacks, and wherever they are put: a plan comes out, and the parts add up."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.schema.model import Attention, Block, Dense, Model, Run
from advisor.estimate.buffers import PIPELINE_COPIES, device_buffer_bytes, host_buffer_bytes
from advisor.estimate.kv_cache import CacheQuestion
from advisor.estimate.layered import Kept, device_use, load
from advisor.estimate.placement import Pool
from advisor.estimate.stretch import Stretch
from advisor.estimate.weights import weight_bytes
from tests.estimate.small import quant
from tests.estimate.test_every_layer_kind import ATTENTIONS, FEEDS, MIXERS

READS_EARLIER = Block(
    attention=Attention(heads=8, kv_heads=2, head_width=64, window=1024, cached_by_earlier_layer=True), dense=Dense(width=2048)
)  # fmt: skip
WINDOWED = Block(attention=Attention(heads=8, kv_heads=2, head_width=64, window=1024), dense=Dense(width=2048))
BLOCKS = MIXERS | ATTENTIONS | FEEDS | {"windowed": WINDOWED, "reads an earlier cache": READS_EARLIER}
TABLE: dict[str, tuple[int, ...]] = {
    "per_layer_token_embd.weight": (1024, 32000),
    "per_layer_model_proj.weight": (512, 1024),
}
EXTRA: tuple[dict[str, tuple[int, ...]], ...] = ({}, TABLE, {"rope_freqs.weight": (32,)})
ARCHITECTURES = (
    "llama",
    "cohere2",
    "gemma4",
    "jamba",
    "llama4",
    "olmo2",
    "phi3",
    "qwen35",
    "an architecture of its own",
)
POOL = Pool("device", None, 1 << 50, 1 << 50, "", None, 0)


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Up to six layers of any kinds in any order."""
    names = draw(st.lists(st.sampled_from(sorted(BLOCKS)), min_size=1, max_size=6))
    extra = draw(st.sampled_from(EXTRA))
    return Model(
        id="+".join(names), name="any", provenance="verbatim", gguf_architecture=draw(st.sampled_from(ARCHITECTURES)),
        context_tokens=131072, vocabulary=32000, hidden=512, tied_embeddings=draw(st.booleans()), blocks={name: BLOCKS[name] for name in names},
        layout=(Run(blocks=tuple(names)),), tensors=extra,
    )  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> CacheQuestion:
    """Any way to start a server."""
    flash = draw(st.booleans())
    kind = draw(st.sampled_from(("f16", "q8_0", "q4_0") if flash else ("f16",)))
    return CacheQuestion(
        context_tokens=draw(st.integers(1, 60_000)), sequences=draw(st.integers(1, 8)), key_type=kind, value_type=kind,
        ubatch=draw(st.sampled_from((1, 32, 512))), flash_attention=flash, unified=draw(st.booleans()), full_windows=draw(st.booleans()),
    )  # fmt: skip


@settings(deadline=None)
@given(models(), questions(), st.integers(0, 6), st.sampled_from((1, PIPELINE_COPIES)))
def test_any_stretch_of_any_stack_has_a_buffer(found: Model, q: CacheQuestion, first: int, copies: int) -> None:
    layers = len(found.layer_names)
    stretch = Stretch(min(first, layers - 1), layers, copies=copies)
    assert device_buffer_bytes(found, q, stretch) > 0
    assert device_buffer_bytes(found, q, stretch, outputs=q.ubatch) > 0
    assert host_buffer_bytes(found, q, copies=copies) > 0


@settings(deadline=None)
@given(models(), questions(), st.integers(0, 7), st.integers(0, 7))
def test_any_stack_is_planned_with_layers_or_experts_on_the_host(
    found: Model, q: CacheQuestion, first: int, expert_layers: int
) -> None:
    weights = weight_bytes(found, quant("f16"), "gguf", quant)
    held, layers = load(found, weights, "llama.cpp", q), len(found.layer_names)
    first = min(first, layers)
    kept = Kept(weights.layer_bytes, first=first, expert_layers=min(expert_layers, layers))
    use = device_use(held, kept, (POOL,), 0, (first, layers))
    assert use.compute_buffer_bytes > 0
    parts = (use.weights_bytes, use.kv_cache_bytes, use.state_bytes, use.compute_buffer_bytes, use.overhead_bytes)
    assert use.used_bytes == sum(parts)
