"""`advisor fit` for people and for programs: one golden file a format, over invented findings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from advisor.present.answer import text
from advisor.present.explain import explain
from advisor.present.fit_card import card, chosen, headline, shortfall
from advisor.present.fit_json import document, finding_json
from advisor.present.memory_bar import LEAST, MOST, pool_lines
from tests.estimate.small import RUNTIME
from tests.present.findings import (
    DEEP,
    EVERY_VERDICT,
    EVIDENCE,
    GIB,
    does_not_fit,
    fits,
    measured,
    offloaded,
    speed,
    unsupported,
)

if TYPE_CHECKING:
    from advisor.evidence.finding import Finding
    from advisor.present.tables import TableFormat

Golden = Callable[[str, str], None]


@pytest.mark.parametrize("found", EVERY_VERDICT, ids=lambda found: found.verdict)
def test_the_card_and_its_explanation_of_every_verdict(golden: Golden, found: Finding) -> None:
    golden(f"card-{found.verdict}.txt", card(found) + "\n\n" + explain(found) + "\n")


@pytest.mark.parametrize(("output_format", "suffix"), [("table", "txt"), ("markdown", "md"), ("csv", "csv")])
def test_several_ways_to_run_one_question(golden: Golden, output_format: TableFormat, suffix: str) -> None:
    golden(f"fit-one-question.{suffix}", text([EVERY_VERDICT], output_format, explain=False) + "\n")


@pytest.mark.parametrize(("output_format", "suffix"), [("table", "txt"), ("markdown", "md"), ("csv", "csv")])
def test_several_questions_are_one_table(golden: Golden, output_format: TableFormat, suffix: str) -> None:
    golden(f"fit-questions.{suffix}", text([[each] for each in EVERY_VERDICT], output_format, explain=False) + "\n")


def test_the_json_scripts_rely_on(golden: Golden) -> None:
    written = json.dumps(document(EVERY_VERDICT, "2026-11-20") | {"advisor": "VERSION"}, ensure_ascii=False, indent=2)
    golden("fit.json", written + "\n")


CONTRACT: dict[str, Any] = {
    "model": str, "quant": str, "runtime": str, "runtime_version": str, "backend": str, "hardware": str, "context_tokens": int,
    "concurrency": int, "kv_type": str, "verdict": str,
    "memory": {
        "total_bytes": int, "weights_bytes": int, "kv_cache_bytes": int, "state_bytes": int, "compute_buffer_bytes": int, "overhead_bytes": int,
        "pools": [{"name": str, "advertised_bytes": int, "usable_bytes": int, "used_bytes": int, "weights_bytes": int, "kv_cache_bytes": int}],
    },
    "limits": {
        "max_context_tokens": int, "most_context_tokens_asked": int, "max_concurrency": int,
        "best_quant_that_fits": {"quant": str, "runtime": str, "bits_per_weight": float, "weights_bytes": int},
        "fewest_machines": {"count": int, "runtime": str, "hardware": str},
    },
    "decode": {
        "depth_tokens": int, "tok_s": float, "low_tok_s": float, "high_tok_s": float, "interval": float, "ceiling_tok_s": float,
        "bytes_per_token": int, "limited_by": str, "basis": str,
    },
    "decode_at_context": {"depth_tokens": int, "tok_s": float, "low_tok_s": float, "high_tok_s": float},
    "prefill": {"tok_s": float, "low_tok_s": float, "high_tok_s": float, "ttft_s": float, "basis": str},
    "aggregate": {"tok_s": float, "low_tok_s": float, "high_tok_s": float, "per_request_tok_s": float},
    "evidence": [{"record": str, "source": str, "tier": int, "match": str, "decode_tok_s": float, "date": str, "residual": float}],
    "confidence": {"level": str, "reason": str}, "notes": [str],
}  # fmt: skip
"""What the contract's example shows: every key, and the type of what is not null."""


def mismatches(value: Any, wanted: Any, path: str = "") -> list[str]:
    """Places where a value lacks a key of the contract or has another type; null stands for what cannot be known."""
    if value is None:
        return []
    if isinstance(wanted, dict):
        missing = [f"{path}.{key} is missing" for key in wanted if key not in value]
        return missing + [
            each for key in wanted if key in value for each in mismatches(value[key], wanted[key], f"{path}.{key}")
        ]
    if isinstance(wanted, list):
        return [each for index, item in enumerate(value) for each in mismatches(item, wanted[0], f"{path}[{index}]")]
    return [] if type(value) is wanted else [f"{path} is {type(value).__name__}, not {wanted.__name__}"]


@pytest.mark.parametrize("found", EVERY_VERDICT, ids=lambda found: found.verdict)
def test_every_key_of_the_contract_is_there_with_its_type(found: Finding) -> None:
    assert mismatches(json.loads(json.dumps(finding_json(found))), CONTRACT) == []


def test_the_document_says_what_it_is() -> None:
    found = document([fits()], "2026-11-20")
    assert list(found) == ["schema", "advisor", "catalog", "findings"]
    assert (found["schema"], found["catalog"], len(found["findings"])) == ("advisor.fit/1", "2026-11-20", 1)


def test_the_total_is_the_sum_of_all_pools() -> None:
    memory = finding_json(offloaded())["memory"]
    assert memory["total_bytes"] == sum(pool["used_bytes"] for pool in memory["pools"])
    assert memory["weights_bytes"] == 5 * GIB


def test_a_host_of_unstated_size_has_no_usable_bytes() -> None:
    *_, host = finding_json(does_not_fit())["memory"]["pools"]
    assert (host["advertised_bytes"], host["usable_bytes"]) == (None, None)


def test_many_requests_have_no_aggregate_and_say_so() -> None:
    found = finding_json(does_not_fit())
    assert set(found["aggregate"].values()) == {None}
    assert any("many at once is not predicted" in note for note in found["notes"])


def test_one_request_aggregates_to_itself() -> None:
    found = finding_json(fits())["aggregate"]
    assert found["tok_s"] == found["per_request_tok_s"] == DEEP.tok_s


def test_a_finding_without_a_prediction_keeps_its_ceiling() -> None:
    decode = finding_json(offloaded())["decode"]
    assert (decode["tok_s"], decode["basis"], decode["ceiling_tok_s"]) == (None, "roofline", 54.6)


@pytest.mark.parametrize("width", [24, 40, 66, 80, 120, 200])
@pytest.mark.parametrize("found", [fits(), offloaded(), does_not_fit()], ids=lambda found: found.verdict)
def test_bars_are_as_wide_as_there_is_room_and_of_one_length(found: Finding, width: int) -> None:
    assert found.footprint is not None
    lines = pool_lines(found.footprint.placement.uses, width)
    bars = {line.index("]") + 1 for line in lines if line.startswith("[")}
    assert len(bars) == 1
    assert min(LEAST, width) <= bars.pop() <= MOST
    assert max(map(len, lines)) <= width


def test_what_a_pool_holds_is_whole_in_a_narrow_terminal() -> None:
    found = fits().footprint
    assert found is not None
    wide, narrow = (pool_lines(found.placement.uses, width) for width in (200, 30))
    assert len(wide) == 2
    assert len(narrow) > len(wide)
    said = " ".join(" ".join(narrow).split())
    assert all(part in said for part in re.split(r"\s{2,}", wide[1].strip()))


def test_a_pool_that_overflows_says_by_how_much() -> None:
    assert "✗ 10.0 GiB short" in card(does_not_fit())


def test_the_shortfall_counts_free_memory_and_the_runtimes_margin_apart() -> None:
    assert shortfall(does_not_fit()) == [
        "device memory: 9.0 GiB of free memory short (10.0 GiB with the margin Tool keeps)"
    ]
    assert shortfall(fits()) == []


def test_a_shortfall_within_the_margin_is_no_lack_of_free_memory() -> None:
    found = does_not_fit()
    assert found.footprint is not None
    plan = replace(found.footprint.placement, short_bytes=GIB // 2)
    (line,) = shortfall(replace(found, footprint=replace(found.footprint, placement=plan)))
    assert line.startswith("device memory: short only of the runtime's margin")


def test_the_slowest_overtaken_row_is_shown_even_where_nearer_rows_fill_the_card() -> None:
    near = [measured(f"row-{number}", 40.0 + number) for number in range(6)]
    assert [row.record.id for row in chosen([*near, *EVIDENCE])] == [
        *(f"row-{number}" for number in range(5)),
        "forum-2",
    ]


def test_a_headline_names_the_version_where_one_is_known() -> None:
    assert "Tool 1, context 8,192, one request: fits" in headline(fits())
    assert "Other Tool, context" in headline(unsupported())


def test_the_card_prints_no_more_digits_than_a_prediction_has() -> None:
    assert "41 tok/s predicted at depth 0, 37–46 likely (ceiling 55)" in card(fits())


def test_no_answer_says_what_to_name() -> None:
    assert "name one with --quant and --runtime" in text([[]], "table", explain=False)


def test_an_explanation_follows_the_card_when_asked_for() -> None:
    alone, explained = (text([[fits()]], "table", explain=each) for each in (False, True))
    assert "measure it" not in alone
    assert "measure it" in explained
    assert "measure it" in text([[fits()], [offloaded()]], "table", explain=True)


def test_the_formula_adds_up() -> None:
    printed = explain(fits())
    assert "weights 5.000 GB / (273 GB/s x 0.80) = 22.89 ms" in printed
    assert "32 layers x 50 us = 1.60 ms" in printed
    assert "273 GB/s / 5.000 GB = 55 tok/s" in printed
    assert "KV 0.600 GB x 1.25 / 273 GB/s = 2.75 ms" in printed
    assert DEEP.tok_s == pytest.approx(1000 / (22.89 + 2.75 + 1.60), rel=1e-3)


def test_an_explanation_without_rows_says_so() -> None:
    assert "none of this model on this hardware teaches the prediction" in explain(fits(evidence=()))


def test_the_command_that_would_measure_it_follows_the_runtime() -> None:
    assert "llama-bench -m owl-8b-q8_0.gguf -p 512 -n 128 -d 0,8192 -fa 1 -ctk f16" in explain(fits())
    paged = replace(fits().case, runtime=replace(RUNTIME, cache_rule="paged"))
    assert "vllm bench serve --model nest/Owl-8B --random-input-len 8192" in explain(fits(case=paged))


def test_depths_that_give_the_same_line_are_written_once() -> None:
    once = card(fits(decode_at_depth=speed()))
    assert once.count("predicted at depth 0") == 1
