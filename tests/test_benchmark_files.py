"""Facts over the shipped measured rows: what they say, what they leave unsaid, and which of them count."""

from __future__ import annotations

import re

import pytest

from tests.shipped_records import by_id, records, sources

REFERENCE_49B = {1: 5.79, 2: 11.43, 4: 22.79, 8: 45.41, 16: 86.47, 32: 161.90, 48: 227.71, 64: 289.00, 96: 390.41,
                 128: 490.68, 160: 547.89, 192: 607.82, 224: 651.61, 256: 695.11, 320: 514.69}  # fmt: skip
"""Requests at once → tokens per second together, as the page prints them."""

DESKTOP = {
    "desktop-glm47flash-ollama-q8-0-112k": (31.67, 112 * 1024),
    "desktop-glm47flash-llama.cpp-q8-0-112k": (108.83, 112 * 1024),
    "desktop-glm47flash-ollama-q8-0-64k": (100.33, 64 * 1024),
    "desktop-glm47flash-llama.cpp-q8-0-64k": (109.03, 64 * 1024),
    "desktop-glm47flash-ollama-q4-k-m-202k": (121.91, 202 * 1024),
    "desktop-glm47flash-llama.cpp-q4-k-m-202k": (132.72, 202 * 1024),
}
"""Record of the user's own desktop → decode speed and the context it allocated; its "k" is 1,024 tokens."""

WORDS_OF_COLLECTING = re.compile(
    r"find_string|corpus|seed file|SEED|stored copy|search excerpt|/tmp|/home|reference (document|report)|[0-9a-f]{16}\.txt"
)


def test_the_launch_row_is_dated_and_older_than_the_official_tables() -> None:
    launch = by_id()["seed4-gpt-oss-120b-llamacpp"]
    assert (launch.decode_tok_s, launch.conditions.date, launch.tier) == (38.55, "2025-10-14", 2)
    official = by_id()["lcpp-b7941-gpt-oss-120b-mxfp4-tg32-d0"]
    assert (official.decode_tok_s, official.conditions.date) == (58.72, "2026-02-05")


@pytest.mark.parametrize("record_id", DESKTOP)
def test_desktop_rows_are_shallow_whatever_context_they_allocated(record_id: str) -> None:
    record = by_id()[record_id]
    assert (record.decode_tok_s, record.conditions.max_context_tokens) == DESKTOP[record_id]
    assert record.hardware == "rtx-4090+rtx-5070-ti"
    assert record.conditions.depth_tokens is not None
    assert record.conditions.depth_tokens < 100


def test_the_offloaded_desktop_row_says_how_many_layers_stayed_on_the_cards() -> None:
    conditions = by_id()["desktop-glm47flash-ollama-q8-0-112k"].conditions
    assert (conditions.placement, conditions.gpu_layers) == ("layers-on-host", 44)


def test_a_processor_is_its_own_device_and_a_card_left_idle_is_not() -> None:
    processor = by_id()["ik164-amd-ryzen-9-7950x-8b-bf16-llama.cpp"].conditions
    assert (processor.placement, processor.backend) == ("device", "cpu")
    idle_graphics = by_id()["lhl-arc140v-cpu"].conditions
    assert (idle_graphics.placement, idle_graphics.backend) == ("host", "cpu")


def test_the_49b_sweep_of_the_reference_is_complete() -> None:
    swept = {
        record.conditions.concurrency: record.aggregate_tok_s or record.decode_tok_s
        for record in records()
        if record.id.startswith("dendro-nemotron-super-49b-v1.5-c")
    }
    assert swept == REFERENCE_49B


@pytest.mark.parametrize("model", ["3b", "8b", "70b"])
def test_training_rows_of_the_reference_stand_and_are_disputed(model: str) -> None:
    quoted = [record for record in records() if record.id.startswith("seed4-train-") and record.id.endswith(model)]
    assert [record.train_tok_s for record in quoted] == [{"3b": 82739, "8b": 53658, "70b": 5079}[model]]
    assert all("TFLOPS" in (record.disputed or "") for record in quoted)


def test_every_reason_is_a_sentence() -> None:
    reasons = [
        reason
        for record in records()
        for reason in (record.disputed, record.suspect, record.not_for_calibration, record.prefill_doubt)
        if reason is not None
    ]
    assert len(reasons) > 200
    assert all(len(reason.split()) >= 4 for reason in reasons)


def test_a_relayed_row_counts_one_tier_lower_than_its_source() -> None:
    relayed = [record for record in records() if record.evidence == "relayed"]
    assert len(relayed) > 100
    for record in relayed:
        assert record.tier == min(sources()[record.source].tier + 1, 3), record.id
    assert all(record.tier is None for record in records() if record.evidence == "measured")


def test_a_default_cache_type_that_was_not_printed_is_not_invented() -> None:
    unprinted = [record for record in records() if "KV type not printed; f16 is the tool's default" in record.flags]
    assert len(unprinted) == 324
    assert all(record.conditions.kv_type is None for record in unprinted)


def test_no_speculation_is_only_claimed_for_tools_that_cannot_or_rows_that_say_so() -> None:
    for record in records():
        if record.conditions.speculative == "none":
            assert record.plain_decode is not False, record.id
            words = f"{record.method} {record.note} {record.where} {record.id}"
            assert re.search(r"bench|no speculation|disabled|native|base|spec-none", words), record.id


def test_plain_decode_and_a_drafting_method_exclude_each_other() -> None:
    drafted = [record for record in records() if record.conditions.speculative not in {None, "none"}]
    assert len(drafted) > 300
    assert not [record.id for record in drafted if record.plain_decode]


def test_rates_over_the_whole_request_are_no_calibration_rows() -> None:
    for record in records():
        if record.rate in {"wall", "end-to-end"} and record.plain_decode is not False:
            assert record.not_for_calibration, record.id


def test_claims_and_estimates_are_no_calibration_rows() -> None:
    for record in records():
        if (
            record.evidence in {"claim", "estimate"}
            and record.kind in {"decode", "concurrency"}
            and record.plain_decode
        ):
            assert record.not_for_calibration, record.id


def test_prefill_of_a_row_that_decodes_after_its_prompt_starts_before_it() -> None:
    row = by_id()["lcpp-b7941-gpt-oss-20b-mxfp4-batched-pp4096-b1"].conditions
    assert (row.depth_tokens, row.prefill_depth_tokens, row.prompt_tokens) == (4096, 0, 4096)
    swept = by_id()["kyuz0-strix-glm-4.7-flash-bf16-rocm-7-2-3-d32768"].conditions
    assert (swept.depth_tokens, swept.prefill_depth_tokens) == (32768, None)


def test_eight_thousand_generated_tokens_start_at_depth_zero() -> None:
    row = by_id()["xd-rtx-3070-llama3-8b-q4-k-m-8192"]
    assert (row.conditions.depth_tokens, row.conditions.output_tokens) == (0, 8192)


def test_the_builds_of_one_page_and_its_relays_are_one_family() -> None:
    names = ["llamacpp-benches-b6918", "llamacpp-benches-b6989", "llamacpp-benches-b7941", "llamacpp-16578",
             "llamacpp-16578-eugr", "lhl-relay", "jetsonhacks"]  # fmt: skip
    assert {sources()[name].family for name in names} == {"llama.cpp-spark-benches"}
    assert sources()["llamacpp-16578-eugr"].tier == 3


def test_every_source_has_a_family_and_an_address_or_a_locator() -> None:
    for source in sources().values():
        assert source.family, source.id
        assert source.url or source.locator, source.id


def test_data_under_creative_commons_names_its_author() -> None:
    assert {name for name, source in sources().items() if source.licence} == {
        "atlas",
        "bakeer-ref",
        "devreng",
        "gdevsnack",
    }
    assert all("CC BY 4.0 (" in str(source.licence) for source in sources().values() if source.licence)


def test_a_record_keeps_its_sources_own_words() -> None:
    assert all(record.model_label for record in records() if record.model)
    assert all(record.where for record in records())


def test_records_speak_of_the_page_and_not_of_its_collecting() -> None:
    for record in records():
        words = [record.note, record.where, record.method, *record.flags]
        assert not [text for text in words if text and WORDS_OF_COLLECTING.search(text)], record.id


def test_sources_say_what_was_read_and_not_which_file_of_the_collection() -> None:
    for source in sources().values():
        words = [source.title, source.publisher, source.author, source.locator, source.obtained, source.notes]
        assert not [text for text in words if text and WORDS_OF_COLLECTING.search(text)], source.id


def test_a_row_out_of_a_report_nobody_can_open_names_it_and_says_so() -> None:
    where = by_id()["seed4-gpt-oss-120b-sglang"].where
    assert where == 'quoted in "DGX Spark Benchmark & Purchase Decision Report" (2026-02-13, unpublished, no address)'
    own = sources()["seed-report-own"]
    assert (own.url, own.publisher) == (None, "not published")
    assert by_id()["dendro-nemotron-super-49b-v1.5-c1"].where == "read in a copy of the page"


@pytest.mark.parametrize(
    ("record_id", "depth", "prompt_depth"),
    [
        ("lmx-m4-pro-gemma-4-26b-a4b-it-qat-mlx-4bit-mlx-4bit-p2048", 2048, 0),
        ("lmx-m1-max-llama-3.2-3b-instruct-bf16-p512", 0, None),
    ],
    ids=["mlx_lm.benchmark decodes after its prompt", "llama-bench decodes into an empty cache"],
)
def test_a_self_report_that_quotes_its_tool_is_timed_as_the_tool_times(
    record_id: str, depth: int, prompt_depth: int | None
) -> None:
    record = by_id()[record_id]
    assert record.rate == "decode"
    assert (record.conditions.depth_tokens, record.conditions.prefill_depth_tokens) == (depth, prompt_depth)


def test_a_self_report_that_quotes_no_tool_leaves_its_depth_open() -> None:
    silent = [record for record in records() if "community self-report, depth not recorded" in record.flags]
    assert len(silent) > 80
    assert all(record.conditions.depth_tokens is None for record in silent)


def test_training_rows_state_how_they_trained() -> None:
    trained = [record for record in records() if record.train_tok_s]
    assert len(trained) == 9
    assert {record.other["training_method"] for record in trained} == {"full fine-tune", "LoRA", "QLoRA"}
    assert all(record.disputed or record.suspect for record in trained)
