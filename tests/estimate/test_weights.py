"""Bytes of weights, and which of them a token reads."""

from dataclasses import replace

import pytest

from advisor.catalog.contents import Catalog
from advisor.catalog.schema.model import Artifact, Attention, Block, Dense, DraftLayers, Model, Moe
from advisor.catalog.schema.quant import Quant
from advisor.estimate.ggml_mix import formats
from advisor.estimate.tensors import parameters, tensor_list
from advisor.estimate.weights import CannotSize, mix_facts, weight_bytes
from tests.estimate.small import DENSE, EVERY_KIND, MOE, model, quant

EMBEDDING = 512 * 32000


def test_parameters_of_a_dense_model_add_up() -> None:
    attention = 512 * 512 + 2 * 512 * 128 + 512 * 512
    layer = attention + 3 * 512 * 2048 + 2 * 512
    assert parameters(tensor_list(DENSE)) == 4 * layer + 2 * EMBEDDING + 512


def test_tied_embeddings_have_no_head() -> None:
    tied = model(Block(attention=Attention(heads=8, kv_heads=2, head_width=64), dense=Dense(width=2048)), tied=True)
    assert parameters(tensor_list(DENSE)) - parameters(tensor_list(tied)) == EMBEDDING


def test_a_model_without_layers_has_no_tensor_list() -> None:
    with pytest.raises(ValueError, match="not known"):
        tensor_list(replace(DENSE, layout=()))


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda m: m.id)
def test_f16_takes_two_bytes_a_matrix_weight_and_four_a_vector_weight(kind: Model) -> None:
    weights = weight_bytes(kind, quant("f16"), "gguf", quant)
    expected = sum(
        t.elements * (2 if form == "f16" else 4) for t, form in formats("f16", tensor_list(kind), mix_facts(kind))
    )
    assert weights.total_bytes == expected


def test_one_token_reads_everything_but_the_embedding_and_idle_experts() -> None:
    dense = weight_bytes(DENSE, quant("f16"), "gguf", quant)
    assert dense.read_bytes() == dense.total_bytes - dense.embedding_bytes
    moe = weight_bytes(MOE, quant("f16"), "gguf", quant)
    idle = sum(moe.expert_bytes) * (1 - 2 / 16)
    assert moe.read_bytes() == pytest.approx(moe.total_bytes - moe.embedding_bytes - idle)


def test_a_tied_embedding_is_read_as_the_head() -> None:
    tied = replace(DENSE, tied_embeddings=True)
    weights = weight_bytes(tied, quant("f16"), "gguf", quant)
    assert weights.read_bytes() == weights.total_bytes


def test_a_larger_batch_reads_more_experts_but_never_more_than_all() -> None:
    weights = weight_bytes(MOE, quant("f16"), "gguf", quant)
    reads = [weights.read_bytes(batch) for batch in (1, 2, 4, 64, 4096)]
    assert reads == sorted(reads)
    assert reads[-1] == pytest.approx(weights.always_read_bytes + sum(weights.expert_bytes))


def test_the_published_size_of_a_file_that_follows_no_rule_wins() -> None:
    dynamic = Quant(
        id="ud", name="UD", container="gguf", rule="published", base="q4_k", bits_per_weight=4.5, sources=("s",)
    )
    file = Artifact(quant="ud", source="s", size_gb=0.02)
    weights = weight_bytes(replace(DENSE, artifacts=(file,)), dynamic, "gguf", quant)
    assert weights.total_bytes == pytest.approx(20_000_000, rel=1e-6)
    assert weights.published is file


def test_a_format_that_follows_no_rule_and_was_never_published_is_refused() -> None:
    dynamic = Quant(
        id="ud", name="UD", container="gguf", rule="published", base="q4_k", bits_per_weight=4.5, sources=("s",)
    )
    with pytest.raises(CannotSize, match="published"):
        weight_bytes(DENSE, dynamic, "gguf", quant)


def test_a_model_of_unknown_layers_is_sized_only_by_a_published_file() -> None:
    unknown = replace(DENSE, layout=(), blocks={})
    with pytest.raises(CannotSize, match="layers"):
        weight_bytes(unknown, quant("q4_k_m"), "gguf", quant)
    known = replace(unknown, artifacts=(Artifact(quant="q4_k_m", source="s", size_gib=2.0),))
    assert weight_bytes(known, quant("q4_k_m"), "gguf", quant).total_bytes == 2 * 2**30


def test_a_model_without_a_gguf_conversion_is_refused_as_gguf() -> None:
    with pytest.raises(CannotSize, match="GGUF"):
        weight_bytes(replace(DENSE, gguf_architecture=None), quant("q4_k_m"), "gguf", quant)


def test_rows_that_do_not_divide_fall_back_to_larger_formats() -> None:
    odd = model(Block(attention=Attention(heads=8, kv_heads=8, head_width=64), dense=Dense(width=2080)))
    chosen = {
        t.name.split(".", 2)[-1]: form
        for t, form in formats("q4_k_m", tensor_list(odd), mix_facts(odd))
        if t.layer == 2
    }
    assert chosen["ffn_down.weight"] in {"q5_0", "q8_0"}
    assert chosen["ffn_up.weight"] == "q4_k"


def test_draft_layers_kept_in_the_file_are_counted_but_never_read() -> None:
    with_draft = replace(DENSE, draft_layers=DraftLayers(block="b0", layers=1, in_gguf=True))
    plain, drafted = (weight_bytes(m, quant("f16"), "gguf", quant) for m in (DENSE, with_draft))
    assert drafted.draft_bytes > 0
    assert drafted.total_bytes - plain.total_bytes == drafted.draft_bytes
    assert drafted.read_bytes() == plain.read_bytes()


def test_safetensors_quantises_by_part_and_keeps_the_rest_plain() -> None:
    eight = Quant(
        id="q8_0",
        name="x",
        container="safetensors",
        rule="parts",
        parts={"experts": "q8_0"},
        bits_per_weight=8.5,
        sources=("s",),
    )
    weights = weight_bytes(MOE, eight, "safetensors", quant)
    experts = 4 * 16 * 3 * 512 * 1024
    assert sum(weights.expert_bytes) == round(experts * 34 / 32)
    assert weights.embedding_bytes == 2 * EMBEDDING


def test_latent_experts_are_as_wide_as_the_latent() -> None:
    narrow = model(Block(moe=Moe(experts=4, active=2, width=256, latent=128, gated=False)))
    shapes = {t.name.split(".", 2)[-1]: t.shape for t in tensor_list(narrow) if t.layer == 0}
    assert shapes["ffn_up_exps.weight"] == (128, 256, 4)
    assert shapes["ffn_latent_down.weight"] == (512, 128)


def test_sizing_kind_by_kind_is_sizing_tensor_by_tensor(catalog: Catalog) -> None:
    """For every mix, on models whose layers differ: the quantizer's walk over all tensors, one by one, against the sum of kinds."""
    models = (
        "llama-3.1-70b",
        "gemma-4-e4b",
        "qwen3-coder-next",
        "nemotron-3-nano-30b-a3b",
        "glm-4.5-air",
        "mixtral-8x7b",
    )
    mixes = [quant for quant in catalog.quants.values() if quant.rule == "ggml-mix"]
    assert len(mixes) > 15
    for whole in (catalog.models[name] for name in models):
        kept = [
            t for t in tensor_list(whole) if t.part != "draft" or (whole.draft_layers and whole.draft_layers.in_gguf)
        ]
        for mix in mixes:
            sized = 0
            for tensor, name in formats(mix.id, kept, mix_facts(whole)):
                block = catalog.quants[name].block
                assert block
                sized += round(tensor.elements * block.bytes / block.weights)
            found = weight_bytes(replace(whole, artifacts=()), mix, "gguf", catalog.quants.__getitem__)
            assert found.total_bytes == sized, (whole.id, mix.id)
            assert sum(sum(layer.values()) for layer in (*found.matrix_bytes, *found.vector_bytes)) == sum(
                found.layer_bytes
            )
