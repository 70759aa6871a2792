"""Which rows may teach plain decode, and what each is taken to have moved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from advisor import units
from advisor.estimate.weights import weight_bytes
from advisor.evidence.observations import (
    attention_kind,
    chip,
    era,
    format_family,
    group,
    identity,
    observe,
    plain_decode,
    why_not_plain,
)
from advisor.evidence.ran import stated_bytes
from tests.estimate.small import DENSE, card
from tests.evidence.invented import BOX, COPY, FAST, OTHER, QUANTS, TOOL, observed, row, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog

UNFIT: dict[str, dict[str, Any]] = {
    "no decode rate": {"decode_tok_s": None, "prefill_tok_s": 1000.0},
    "kind failure": {"kind": "failure"},
    "kind expected-range": {"kind": "expected-range"},
    "status not ok": {"status": "degraded"},
    "evidence claim": {"evidence": "claim"},
    "evidence vendor-published": {"evidence": "vendor-published"},
    "disputed": {"disputed": "counts four requests"},
    "suspect": {"suspect": "odd"},
    "prefill is inside the time": {"not_for_calibration": "prefill is inside the time"},
    "not stated to be plain decode": {"plain_decode": None},
    "not a decode rate": {"rate": "end-to-end"},
    "several requests at once": {"conditions": {"concurrency": 4}},
    "several devices": {"devices": 2},
    "partly or wholly on the host": {"conditions": {"placement": "experts-on-host"}},
    "depth not stated": {"conditions": {"depth_tokens": None}},
    "runtime not stated": {"conditions": {"runtime": None}},
    "no single model": {"model": None},
}


@pytest.mark.parametrize("reason", UNFIT)
def test_a_row_that_cannot_teach_says_why(reason: str) -> None:
    assert why_not_plain(row(**UNFIT[reason])) == reason
    assert observe(world(), row(**UNFIT[reason])) == reason


def test_speculation_is_not_plain() -> None:
    assert why_not_plain(row(plain_decode=False)) == "not stated to be plain decode"


@pytest.mark.parametrize(
    "fields",
    [{}, {"kind": "concurrency"}, {"evidence": "relayed"}, {"rate": "decode"}, {"conditions": {"concurrency": None}}],
    ids=str,
)
def test_a_plain_row_teaches(fields: dict[str, Any]) -> None:
    assert why_not_plain(row(**fields)) is None


@pytest.mark.parametrize(
    ("more", "fields", "reason"),
    [
        ({"models": {"tiny": replace(DENSE, layout=(), blocks={})}}, {}, "architecture of the model not known"),
        ({"models": {"tiny": replace(DENSE, kv_refused="untested")}}, {}, "KV cache rule of the model not known"),
        ({"hardware": {"box": replace(BOX, bandwidth_gb_s=None)}}, {}, "memory bandwidth not known"),
        ({"hardware": {"box": replace(BOX, unverified=("bandwidth_gb_s",))}}, {}, "memory bandwidth not known"),
        ({}, {"quant": None}, "quantization not stated"),
        ({}, {"quant": "dynamic"}, "size of that format not known"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_turned_into_bytes_says_why(more: dict[str, Any], fields: dict[str, Any], reason: str) -> None:
    assert observe(world(**more), row(**fields)) == reason


def test_a_row_moves_the_weights_a_token_reads_and_the_cache_half_way_through_its_output() -> None:
    shallow, deep = observed(row()), observed(row(conditions={"depth_tokens": 1000, "output_tokens": 200}))
    assert shallow.moved.kv_bytes == 0
    assert deep.moved.kv_bytes == 4 * 1100 * 2 * 2 * 64 * 2
    assert deep.moved.weights_bytes == shallow.moved.weights_bytes
    assert shallow.bandwidth_bytes_s == 500e9
    assert shallow.step_s == 0.01


def test_keys_and_values_may_be_kept_in_different_types() -> None:
    depth = {"depth_tokens": 1000}
    plain, half, both = (
        observed(row(conditions=depth | kinds)).moved.kv_bytes
        for kinds in ({"kv_type": "f16"}, {"kv_type": "f16", "kv_type_value": "q8_0"}, {"kv_type": "q8_0"})
    )
    assert both < half < plain
    assert half == pytest.approx((plain + both) / 2)


def test_a_type_nobody_knows_counts_as_the_usual_one() -> None:
    depth = {"depth_tokens": 1000}
    assert observed(row(conditions=depth | {"kv_type": "auto"})).moved == observed(row(conditions=depth)).moved


def test_a_stated_file_size_wins_over_the_computed_one() -> None:
    computed, one, two = (observed(row(quant="q4_k_m", file_gib=gib)).moved.weights_bytes for gib in (None, 1, 2))
    assert one > 10 * computed
    assert two == pytest.approx(2 * one, rel=1e-6)


def test_a_stated_size_within_a_percent_of_the_computed_one_is_the_same_file() -> None:
    size = units.to_gb(weight_bytes(DENSE, QUANTS["f16"], "gguf", QUANTS.__getitem__).total_bytes)
    computed = observed(row()).moved.weights_bytes
    assert observed(row(file_gb=size * 1.009)).moved.weights_bytes == computed
    assert observed(row(file_gb=size * 1.02)).moved.weights_bytes == pytest.approx(1.02 * computed, rel=1e-6)


def test_a_stated_size_carries_a_format_that_follows_no_rule() -> None:
    half, one = (observed(row(quant="dynamic", file_gib=gib)).moved.weights_bytes for gib in (0.5, 1.0))
    assert one == pytest.approx(2 * half, rel=1e-6)


@pytest.mark.parametrize(
    ("fields", "size"), [({"file_gib": 2.0}, 2 * units.GIB), ({"file_gb": 2.0}, 2 * units.GB), ({}, None)], ids=str
)
def test_sizes_count_as_printed(fields: dict[str, Any], size: int | None) -> None:
    assert stated_bytes(row(**fields)) == size


def test_a_row_faster_than_its_bandwidth_is_left_out() -> None:
    limit = 500e9 / observed(row()).moved.total_bytes
    found = plain_decode(world([row("slow", decode_tok_s=limit * 0.99), row("fast", decode_tok_s=limit * 1.01)]))
    assert [each.record.id for each in found.kept] == ["slow"]
    assert found.left_out == {"faster than memory bandwidth allows": 1}


def test_every_row_is_kept_or_left_out_for_a_reason(catalog: Catalog) -> None:
    found = plain_decode(catalog)
    assert len(found.kept) + found.left_out.total() == len(catalog.records)
    assert len(found.kept) > 500


def test_no_doubted_row_of_the_shipped_catalog_teaches(catalog: Catalog) -> None:
    kept = [each.record for each in plain_decode(catalog).kept]
    assert not [each.id for each in kept if each.disputed or each.suspect or each.not_for_calibration]


def test_the_day_asked_about_bounds_the_shipped_rows(catalog: Catalog) -> None:
    dates = [each.record.conditions.date or "undated" for each in plain_decode(catalog, as_of="2025-12-31").kept]
    assert dates
    assert max(dates) <= "2025-12-31"


def test_groups_pool_what_shares_evidence() -> None:
    group = observed(row()).group
    assert observed(row(hardware="copy")).group.hardware == group.hardware == identity(COPY)
    assert (group.chip, group.runtime, group.backend, group.era) == ("Alpha", "llama.cpp", "cuda", "2026")
    assert (group.kind, observed(row(model="moe")).group.kind) == ("dense", "moe")
    assert observed(row(quant="q4_k_m")).group.format == "q4_k"
    assert (group.memory, observed(row(hardware="fast")).group.memory) == ("unified", "discrete")


def test_a_chip_without_a_generation_is_known_by_maker_and_kind() -> None:
    assert (chip(FAST), chip(card(8))) == ("Beta", "v discrete gpu")


@pytest.mark.parametrize(
    ("date", "stated", "kind"),
    [("2026-01", None, "flash"), ("2025-08", None, "plain"), (None, None, "plain"), ("2025-08", True, "flash"), ("2026-01", False, "plain")],
)  # fmt: skip
def test_llama_cpp_chooses_flash_attention_by_itself_since_late_2025(
    date: str | None,
    stated: Any,
    kind: str,
) -> None:
    assert attention_kind(TOOL, date, stated) == kind


def test_paged_runtimes_always_had_flash_attention() -> None:
    assert attention_kind(OTHER, "2024", None) == "flash"


def test_small_words() -> None:
    assert (era("2026-02-05"), era(None)) == ("2026", "undated")
    assert (format_family(world(), "q4_k_m"), format_family(world(), "f16")) == ("q4_k", "f16")


@pytest.mark.parametrize(
    ("tflops", "backend", "slowness"), [(200.0, "cuda", 0.5), (0.1, "cuda", 2.0), (None, "cuda", 1.0), (200.0, "vulkan", 1.0)]
)  # fmt: skip
def test_only_matrix_units_make_attention_quicker(tflops: float | None, backend: str, slowness: float) -> None:
    device = replace(FAST, fp16_tflops=tflops)
    found = group(world(), DENSE, "f16", device, TOOL, backend, None)
    assert found.matrix_slowness == pytest.approx(slowness)
