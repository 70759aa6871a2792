"""The physics gate, on rows invented for machines and models of the shipped catalog."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.load import load_catalog
from advisor.catalog.schema.record import Conditions, Record
from advisor.evidence.gate import Gate, Verdict
from advisor.present.formats import say
from tests.conftest import ROOT

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog

GATE = Gate(load_catalog((ROOT / "catalog",)))
LLAMA_CPP = Conditions(runtime="llama.cpp", depth_tokens=0, concurrency=1)


def row(**fields: Any) -> Record:
    """A plain decode row of gpt-oss-120b on a DGX Spark unless the fields say otherwise."""
    usual: dict[str, Any] = {"id": "row", "kind": "decode", "hardware": "dgx-spark", "source": "somebody", "model": "gpt-oss-120b",
                             "quant": "mxfp4", "plain_decode": True, "conditions": LLAMA_CPP}  # fmt: skip
    return Record(**{**usual, **fields})


def judged(**fields: Any) -> Verdict:
    found = GATE.verdict(row(**fields))
    assert found is not None
    return found


def test_a_row_below_the_bandwidth_limit_passes_with_its_arithmetic() -> None:
    found = judged(decode_tok_s=58.72)
    assert found.kind == "passes"
    assert say(found.note).endswith("≤ 273 GB/s")


def test_a_row_above_the_bandwidth_limit_is_impossible_and_shows_every_operand() -> None:
    found = judged(decode_tok_s=158)
    assert found.kind == "impossible"
    assert found.figure == "decode_tok_s"
    assert say(found.note) == "158 tok/s × 3.6 GB = 568 GB/s > 273 GB/s"


def test_an_fp8_release_labelled_bf16_is_caught() -> None:
    found = judged(
        model="ministral-3-3b", quant="bf16", decode_tok_s=52.0, conditions=Conditions(runtime="vllm", concurrency=1)
    )
    assert found.kind == "impossible"


def test_a_dispute_keeps_the_arithmetic_and_is_no_refusal() -> None:
    found = judged(decode_tok_s=158, disputed="counts four requests")
    assert (found.kind, found.reason) == ("disputed", "counts four requests")
    assert ">" in say(found.note)


def test_doubt_alone_does_not_save_an_impossible_row() -> None:
    assert judged(decode_tok_s=158, suspect="hm").kind == "impossible"


@pytest.mark.parametrize(
    "fields", [{"plain_decode": False}, {"conditions": replace(LLAMA_CPP, speculative="mtp k=3"), "plain_decode": None}]
)
def test_speculation_is_not_held_against_the_plain_ceiling(fields: dict[str, Any]) -> None:
    found = judged(decode_tok_s=158, **fields)
    assert found.kind == "cannot check"
    assert "speculative" in say(found.note)


def test_the_cache_read_at_depth_lowers_the_ceiling() -> None:
    speed = 70.0
    assert judged(decode_tok_s=speed).kind == "passes"
    assert (
        judged(decode_tok_s=speed, conditions=replace(LLAMA_CPP, depth_tokens=131_072, kv_type="f16")).kind
        == "impossible"
    )


def test_a_stated_file_size_wins_over_the_computed_one() -> None:
    assert judged(decode_tok_s=70, file_gib=59.02).kind == "passes"
    assert judged(decode_tok_s=70, file_gib=80).kind == "impossible"


def test_divided_layers_add_bandwidth_and_layers_in_turn_do_not() -> None:
    one = {"model": "llama-3.1-70b", "quant": "q4_k_m", "hardware": "rtx-3090", "devices": 4, "decode_tok_s": 40.0}
    parallel = replace(LLAMA_CPP, parallel="tensor parallel")
    assert judged(**one, conditions=parallel).kind == "passes"
    assert judged(**one, conditions=replace(LLAMA_CPP, parallel="layer split")).kind == "impossible"


def test_layers_in_turn_serve_several_requests_at_once() -> None:
    together = {
        "model": "llama-3.1-70b",
        "quant": "q4_k_m",
        "hardware": "rtx-3090",
        "devices": 4,
        "aggregate_tok_s": 80.0,
    }
    assert judged(**together, conditions=replace(LLAMA_CPP, parallel="layer split", concurrency=4)).kind == "passes"


def test_a_batch_is_judged_by_the_step_and_not_by_the_sum() -> None:
    assert judged(aggregate_tok_s=353.31, conditions=replace(LLAMA_CPP, concurrency=32)).kind == "passes"
    assert judged(aggregate_tok_s=353.31, conditions=replace(LLAMA_CPP, concurrency=2)).kind == "impossible"


def test_a_batch_of_unknown_size_cannot_be_checked() -> None:
    found = judged(aggregate_tok_s=353.31, conditions=replace(LLAMA_CPP, concurrency=None))
    assert say(found.note) == "number of requests not stated"


def test_a_checkpoint_faster_than_its_label_allows_is_suspect() -> None:
    found = judged(decode_tok_s=58.8, conditions=Conditions(runtime="vllm", concurrency=1))
    assert found.kind == "suspect"
    assert judged(decode_tok_s=158, conditions=Conditions(runtime="vllm", concurrency=1)).kind == "impossible"


def test_full_training_takes_six_operations_a_parameter_and_adapters_at_least_four() -> None:
    full = judged(
        kind="training",
        model="llama-3.2-3b",
        quant=None,
        train_tok_s=82_739,
        other={"training_method": "full fine-tune"},
    )
    adapters = judged(
        kind="training", model="llama-3.1-8b", quant=None, train_tok_s=53_658, other={"training_method": "LoRA"}
    )
    assert (full.kind, adapters.kind) == ("impossible", "impossible")
    assert say(full.note).startswith("6 × ")
    assert say(adapters.note).startswith("4 × ")


def test_a_rate_above_what_was_measured_in_fp16_is_suspect() -> None:
    found = judged(
        kind="training", model="llama-3.1-8b", quant=None, train_tok_s=6970, other={"training_method": "LoRA"}
    )
    assert found.kind == "suspect"
    assert "86 TFLOPS measured in FP16" in say(found.note)


def test_integer_formats_are_not_held_against_the_measured_fp16_rate() -> None:
    prompt = {"kind": "prefill", "model": "llama-3.1-8b", "prefill_tok_s": 7000.0}
    assert judged(**prompt, quant="q4_k_m").kind == "passes"
    assert judged(**prompt, quant="bf16", conditions=Conditions(runtime="vllm")).kind == "suspect"


def test_a_doubted_prefill_is_suspect_where_it_would_be_refused() -> None:
    prompt = {"kind": "prefill", "model": "llama-3.1-8b", "quant": "q4_k_m", "prefill_tok_s": 70_000.0}
    assert judged(**prompt).kind == "impossible"
    assert judged(**prompt, prefill_doubt="the prompt was cached").kind == "suspect"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"hardware": "unknown"}, "memory bandwidth not known"),
        ({"quant": None}, "quantization not stated"),
        ({"model": None}, "not about one model"),
        (
            {"kind": "prefix-cache", "decode_tok_s": None, "prefill_tok_s": 9000.0},
            "part of the prompt came from a cache",
        ),
    ],
)
def test_what_is_not_known_is_said(fields: dict[str, Any], reason: str) -> None:
    found = judged(**{"decode_tok_s": 50.0, **fields})
    assert found.kind == "cannot check"
    assert say(found.note).startswith(reason)


def test_a_row_without_a_rate_has_nothing_to_judge() -> None:
    assert GATE.verdict(row(kind="power", power_w=100.0)) is None


@settings(max_examples=30, deadline=None)
@given(st.floats(1, 500), st.floats(1, 5))
def test_what_is_impossible_stays_so_when_faster(speed: float, factor: float) -> None:
    if judged(decode_tok_s=speed).kind == "impossible":
        assert judged(decode_tok_s=speed * factor).kind == "impossible"


@pytest.mark.parametrize(
    ("row_id", "arithmetic"),
    [
        ("seed4-train-llama-3.2-3b", "6 × 3.2B × 82,739 tok/s = 1,595 TFLOPS > 500 TFLOPS dense"),
        ("seed4-train-llama-3.1-8b", "4 × 7.5B × 53,658 tok/s = 1,611 TFLOPS > 500 TFLOPS dense"),
        ("seed4-train-llama-3.3-70b", "4 × 69.5B × 5,079 tok/s = 1,412 TFLOPS > 500 TFLOPS dense"),
    ],
)
def test_training_of_the_reference_report_needs_more_than_the_chip_computes(
    catalog: Catalog, row_id: str, arithmetic: str
) -> None:
    record = catalog.records[row_id]
    found = Gate(catalog).verdict(record)
    assert found is not None
    assert (found.kind, found.above, say(found.note)) == ("disputed", True, arithmetic)
    unlabelled = Gate(catalog).verdict(replace(record, disputed=None))
    assert unlabelled is not None
    assert unlabelled.kind == "impossible"


def test_what_the_vendor_printed_later_is_above_what_anybody_measured(catalog: Catalog) -> None:
    later = [
        Gate(catalog).verdict(catalog.records[f"nvidia-train-v2-llama-3.{each}"]) for each in ("2-3b", "1-8b", "3-70b")
    ]
    assert [each.kind for each in later if each] == ["suspect"] * 3
    assert [round(each.note.named["needed_tflops"]) for each in later if each] == [261, 209, 211]


def test_no_row_of_the_shipped_catalog_is_impossible(catalog: Catalog) -> None:
    refused = [v.record.id for v in Gate(catalog).verdicts(catalog.records.values()) if v.kind == "impossible"]
    assert refused == []
