"""Which rows tell how fast a prompt is read, and what decides it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from advisor.evidence.prefill_rows import (
    OTHER_UBATCH,
    absorbs_latent,
    arithmetic,
    depth,
    half_year,
    observe,
    prefill_rows,
    setting,
    usual_ubatch,
    why_not_prefill,
)
from tests.estimate.small import LATENT, MIXED, RECURRENT
from tests.evidence.invented import BOX, FAST, OTHER, QUANTS, TOOL, row, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.record import Record

PAGED = replace(TOOL, id="paged", family="paged", cache_rule="paged")


def prompt(row_id: str = "row", **fields: Any) -> Record:
    """A prompt of 2,048 tokens into an empty cache, read at 1,000 tokens a second."""
    conditions = {"prompt_tokens": 2048} | fields.pop("conditions", {})
    return row(row_id, conditions=conditions, **({"prefill_tok_s": 1000.0, "decode_tok_s": None} | fields))


def test_a_plain_prompt_teaches() -> None:
    found = observe(world(), prompt())
    assert not isinstance(found, str)
    assert found.seconds == pytest.approx(2.048)
    assert (found.work.tokens, found.work.passes) == (2048, 4)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"prefill_tok_s": None}, "no prefill rate"),
        ({"kind": "prefix-cache"}, "part of the prompt came from a cache"),
        ({"status": "failed"}, "status not ok"),
        ({"evidence": "claim"}, "evidence claim"),
        ({"disputed": "no"}, "disputed"),
        ({"suspect": "hm"}, "suspect"),
        ({"prefill_doubt": "latency subtracted"}, "latency subtracted"),
        ({"plain_decode": False}, "speculative: drafts read the prompt too"),
        ({"conditions": {"concurrency": 4}}, "several requests at once"),
        ({"devices": 2}, "several devices"),
        ({"conditions": {"placement": "experts-on-host"}}, "partly on the host"),
        ({"conditions": {"prompt_tokens": None}}, "prompt length not stated"),
        ({"conditions": {"depth_tokens": None}}, "depth not stated"),
        ({"conditions": {"prompt_tokens": 128}}, "prompt so short that fixed time rules"),
        ({"conditions": {"prompt_tokens": 1024}, "ttft_s": 1.0}, "prompt so short that the request's fixed time rules"),
        ({"conditions": {"runtime": None}}, "runtime not stated"),
        ({"model": None}, "no single model"),
        ({"quant": None}, "quantization not stated"),
    ],
)
def test_what_cannot_teach_says_why(fields: dict[str, Any], reason: str) -> None:
    assert why_not_prefill(prompt(**fields)) == reason
    assert observe(world(), prompt(**fields)) == reason


def test_a_long_prompt_through_a_server_teaches() -> None:
    assert why_not_prefill(prompt(ttft_s=3.0)) is None


def test_what_is_not_known_of_model_or_machine_is_said() -> None:
    unsized = {"tiny": replace(world().models["tiny"], layout=())}
    refused = {"tiny": replace(world().models["tiny"], kv_refused="nobody tested it")}
    slow = {"box": replace(BOX, bandwidth_gb_s=None)}
    processor = {"box": replace(BOX, kind="cpu")}
    assert observe(world(models=unsized), prompt()) == "architecture of the model not known"
    assert observe(world(models=refused), prompt()) == "KV cache rule of the model not known"
    assert observe(world(hardware=slow), prompt()) == "memory bandwidth not known"
    assert observe(world(hardware=processor), prompt()) == "how fast the processor computes is not known"
    assert observe(world(), prompt(conditions={"placement": "host"})) == "how fast the processor computes is not known"
    assert observe(world(), prompt(hardware="pair")) == "several devices"
    assert observe(world(), prompt(quant="dynamic")) == "size of that format not known"


def test_the_filter_counts_what_it_leaves_out() -> None:
    rows = [
        prompt("a"),
        prompt("b", devices=2),
        prompt("c", source="forum"),
        prompt("d", conditions={"date": "2026-09"}),
        row("e"),
    ]
    found = prefill_rows(world(rows), as_of="2026-08", exclude_sources=frozenset({"forum"}))
    assert [each.record.id for each in found.kept] == ["a"]
    assert found.left_out == {"several devices": 1, "source excluded": 1, "newer than asked for, or undated": 1}


def test_a_rate_above_what_the_chip_computes_teaches_nothing() -> None:
    rated = {"box": replace(BOX, fp16_tflops=1.0)}
    found = prefill_rows(world([prompt("a", prefill_tok_s=1e6), prompt("b", prefill_tok_s=100.0)], hardware=rated))
    assert [each.record.id for each in found.kept] == ["b"]
    assert found.left_out == {"faster than the chip computes": 1}


def test_a_stated_micro_batch_wins_over_the_usual_one() -> None:
    found = observe(world(), prompt(conditions={"ubatch": 2048}))
    assert not isinstance(found, str)
    assert found.work.passes == 1


def test_every_runtime_has_its_usual_micro_batch() -> None:
    assert usual_ubatch(TOOL, BOX) == 512
    assert usual_ubatch(OTHER, BOX) == OTHER_UBATCH
    assert usual_ubatch(PAGED, BOX) == 2048
    assert usual_ubatch(PAGED, replace(BOX, advertised_gb=80.0)) == 8192


def test_paged_runtimes_unpack_the_latent() -> None:
    assert absorbs_latent(TOOL)
    assert not absorbs_latent(PAGED)


def test_the_depth_of_the_prompt_wins_over_the_depth_of_decoding() -> None:
    assert depth(prompt(conditions={"depth_tokens": 4096})) == 4096
    assert depth(prompt(conditions={"depth_tokens": 4096, "prefill_depth_tokens": 0})) == 0


def test_software_is_dated_to_half_a_year() -> None:
    assert [half_year(each) for each in ("2026-02-05", "2026-06", "2026-07-01", "2026", None)] == [
        "2026h1", "2026h1", "2026h2", "2026h2", "undated",
    ]  # fmt: skip


def test_quantised_gguf_is_multiplied_in_int8_and_float_as_stated() -> None:
    assert arithmetic(QUANTS["q4_k"]) == "int8"
    assert arithmetic(replace(QUANTS["f16"], compute="fp16")) == "fp16"
    assert arithmetic(replace(QUANTS["q4_k"], compute="fp4")) == "fp4"
    assert arithmetic(replace(QUANTS["q8_0"], container="safetensors", compute="fp8")) == "fp8"


@pytest.mark.parametrize(
    ("which", "head", "state"), [(MIXED, "64", ""), (LATENT, "latent", ""), (RECURRENT, "64", "gated_delta")]
)
def test_attention_and_state_of_a_model_are_named(which: Model, head: str, state: str) -> None:
    catalog = world(models={which.id: which})
    found = setting(catalog, which, QUANTS["f16"], BOX, TOOL, None, "2026-07")
    assert (found.head, found.state) == (head, state)


def test_bandwidth_stands_in_for_a_compute_rate_nobody_states() -> None:
    plain = setting(world(), world().models["tiny"], QUANTS["f16"], FAST, TOOL, None, "2026-07")
    rated = setting(
        world(), world().models["tiny"], QUANTS["f16"], replace(FAST, fp16_tflops=50.0), TOOL, None, "2026-07"
    )
    assert (plain.rated, plain.ops_s) == (False, 60e12)
    assert (rated.rated, rated.ops_s) == (True, 50e12)


def test_most_shipped_prefill_rates_of_one_prompt_teach(catalog: Catalog) -> None:
    found = prefill_rows(catalog)
    assert len(found.kept) > 600
    assert sum(found.left_out.values()) + len(found.kept) == sum(1 for r in catalog.records.values() if r.prefill_tok_s)
