"""How near a measured row is to a question, and what it says of the prediction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from advisor.evidence.calibration import Calibration
from advisor.evidence.match import differences, measured, nearest_first, worth_showing
from advisor.evidence.teach import teach
from tests.evidence.invented import SOURCES, TUNED, case, row, series, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog
    from advisor.catalog.schema.record import Record
    from advisor.evidence.finding import Measured

ASKED: dict[str, Any] = {"demand": {"depth_tokens": 8192}}


def near(fields: dict[str, Any], asked: dict[str, Any] | None = None, depth: int = 0) -> tuple[str, tuple[str, ...]]:
    return differences(world(), row(**fields), case(**(asked or {})), depth)


def test_the_same_case_is_exact() -> None:
    assert near({}) == ("exact", ())


@pytest.mark.parametrize(
    "fields",
    [
        {"conditions": {"depth_tokens": 512}}, {"conditions": {"kv_type": "f16"}}, {"conditions": {"kv_type": "auto"}},
        {"conditions": {"concurrency": None}}, {"conditions": {"backend": "cuda"}}, {"plain_decode": None}, {"hardware": "copy"},
        {"conditions": {"date": None}}, {"conditions": {"runtime_version": "build 100 (b100)"}},
    ],
    ids=str,
)  # fmt: skip
def test_what_changes_nothing_keeps_a_row_exact(fields: dict[str, Any]) -> None:
    assert near(fields) == ("exact", ())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"conditions": {"runtime_version": "b10"}}, ("version b10",)),
        ({"conditions": {"runtime_version": None}}, ("unstated: runtime version",)),
        ({"conditions": {"depth_tokens": None}}, ("unstated: depth",)),
        (
            {"conditions": {"depth_tokens": None, "runtime_version": None}},
            ("unstated: runtime version", "unstated: depth"),
        ),
        ({"quant": None}, ("unstated: quantization",)),
        ({"quant": "bf16"}, ("quantization bf16",)),
        ({"conditions": {"depth_tokens": 1000}}, ("depth 1000",)),
        ({"conditions": {"runtime": "cousin"}}, ("runtime Cousin",)),
        ({"model": "tuned"}, ("model tuned",)),
    ],
    ids=str,
)
def test_one_difference_of_a_mild_kind_is_near(fields: dict[str, Any], words: tuple[str, ...]) -> None:
    assert near(fields) == ("near", words)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"quant": "q4_k_m"}, ("quantization q4_k_m",)),
        ({"conditions": {"depth_tokens": 4096}}, ("depth 4096",)),
        ({"conditions": {"runtime": "other"}}, ("runtime Other",)),
        ({"conditions": {"runtime": None}}, ("unstated: runtime",)),
        ({"conditions": {"backend": "vulkan"}}, ("backend vulkan",)),
        ({"conditions": {"concurrency": 4}}, ("4 requests at once",)),
        ({"devices": 2}, ("2 devices",)),
        ({"conditions": {"kv_type": "q8_0"}}, ("KV cache q8_0",)),
        ({"conditions": {"placement": "experts-on-host"}}, ("experts on host",)),
        ({"plain_decode": False, "conditions": {"speculative": "mtp k=3"}}, ("speculative: mtp k=3",)),
        ({"model": "tuned", "quant": "bf16"}, ("quantization bf16", "model tuned")),
        ({"quant": "bf16", "conditions": {"depth_tokens": None}}, ("quantization bf16", "unstated: depth")),
    ],
    ids=str,
)
def test_a_hard_difference_or_two_mild_ones_are_far(fields: dict[str, Any], words: tuple[str, ...]) -> None:
    assert near(fields) == ("far", words)


@pytest.mark.parametrize(
    ("stated", "asked", "closeness"),
    [
        (0, 512, "exact"), (512, 0, "exact"), (8192, 8192, "exact"), (8900, 8192, "exact"), (9200, 8192, "near"), (16384, 8192, "near"),
        (16385, 8192, "far"), (4096, 8192, "near"), (4095, 8192, "far"), (0, 1024, "near"), (0, 1025, "far"), (131072, 0, "far"), (1536, 1024, "near"), (1100, 1024, "exact"),
    ],
)  # fmt: skip
def test_depth_counts_within_ten_percent_and_within_a_factor_of_two(stated: int, asked: int, closeness: str) -> None:
    assert near({"conditions": {"depth_tokens": stated}}, depth=asked)[0] == closeness


@pytest.mark.parametrize(("stated", "closeness"), [(10, "exact"), (11, "exact"), (12, "far"), (1, "far")])
def test_concurrency_counts_within_ten_percent(stated: int, closeness: str) -> None:
    found = near({"conditions": {"concurrency": stated}}, {"demand": {"concurrency": 10}})
    assert found[0] == closeness


def test_an_unstated_cache_type_is_the_runtimes_default() -> None:
    assert near({}, {"demand": {"kv_type": "q8_0"}}) == ("far", ("KV cache f16",))
    assert near({"conditions": {"kv_type": "q8_0"}}, {"demand": {"kv_type": "q8_0"}}) == ("exact", ())
    assert near({"conditions": {"kv_type": "bf16"}}) == ("exact", ())


@pytest.mark.parametrize(
    ("stated", "closeness"),
    [
        ("b100 (0a1b2c3d)", "exact"),
        ("build 0a1b2c3d (100)", "exact"),
        ("b1000", "near"),
        ("ab100", "near"),
        ("b100.amd0", "near"),
    ],
)
def test_a_version_is_compared_whole(stated: str, closeness: str) -> None:
    assert near({"conditions": {"runtime_version": stated}})[0] == closeness


def test_without_a_version_in_force_every_stated_one_differs() -> None:
    assert near({}, {"version": None}) == ("near", ("version b100",))


def shown(rows: list[Record], calibration: Calibration | None = None, **asked: Any) -> tuple[Measured, ...]:
    """Rows shown for the question, of a catalog that holds them."""
    without = asked.pop("without", frozenset())
    return measured(world(rows), calibration or Calibration(), case(**asked), 0, without)


def test_rows_of_the_machine_its_rebadges_and_the_architecture_are_evidence() -> None:
    rows = [
        row("own"),
        row("rebadged", hardware="copy"),
        row("tuned", model="tuned"),
        row("elsewhere", hardware="fast"),
        row("moe", model="moe"),
    ]
    assert {each.record.id for each in shown(rows)} == {"own", "rebadged"}
    assert {each.record.id for each in shown(rows, model=TUNED)} == {"own", "rebadged", "tuned"}


def test_rows_of_excluded_sources_without_a_rate_or_after_the_day_are_not_evidence() -> None:
    rows = [
        row("own", source="forum"), row("excluded"), row("no-rate", source="forum", decode_tok_s=None, prefill_tok_s=9.0),
        row("later", source="forum", conditions={"date": "2026-09"}), row("undated", source="forum", conditions={"date": None}),
    ]  # fmt: skip
    found = shown(rows, without=frozenset({"maker"}), demand={"as_of": "2026-08"})
    assert [each.record.id for each in found] == ["own"]


def test_nearest_rows_come_first_then_tier_then_the_newest() -> None:
    rows = [
        row("far", quant="q4_k_m"), row("near", conditions={"runtime_version": None}), row("disputed", disputed="wrong"),
        row("forum", source="forum"), row("older", conditions={"date": "2026-06-20"}), row("newer", conditions={"date": "2026-07-01"}),
        row("magazine", source="magazine"), row("relayed", source="maker", tier=2, conditions={"date": "2026-07-02"}),
    ]  # fmt: skip
    found = [each.record.id for each in shown(rows)]
    assert found == ["newer", "older", "relayed", "magazine", "forum", "disputed", "near", "far"]


def test_the_order_does_not_depend_on_the_order_of_rows() -> None:
    found = shown([row(name) for name in ("c", "a", "b")])
    assert nearest_first(found[::-1]) == found


@pytest.mark.parametrize(
    ("fields", "remark"),
    [
        ({}, ""),
        ({"disputed": "counts four requests"}, "disputed: counts four requests"),
        ({"suspect": "odd"}, "suspect: odd"),
        ({"not_for_calibration": "prefill is inside the time"}, "prefill is inside the time"),
    ],
)
def test_a_doubted_row_is_shown_with_its_doubt(fields: dict[str, Any], remark: str) -> None:
    (found,) = shown([row(**fields)])
    assert found.remark == remark


def test_an_overtaken_row_says_by_when() -> None:
    rows = [row("old", conditions={"date": "2025-10"}), row("new", conditions={"date": "2026-07"})]
    remarks = {each.record.id: each.remark for each in shown(rows)}
    assert remarks == {"old": "older software: the same case was measured again by 2026-07", "new": ""}


@pytest.fixture(scope="module")
def taught() -> Calibration:
    return teach(world(series("a")))


@pytest.mark.parametrize(("factor", "sign"), [(0.8, -1), (1.3, 1)])
def test_a_residual_is_positive_for_a_row_faster_than_predicted(taught: Calibration, factor: float, sign: int) -> None:
    plain = next(each for each in series("a") if each.quant == "f16" and each.conditions.depth_tokens == 0)
    ((usual,), (other,)) = (
        shown([replace(plain, decode_tok_s=speed * (plain.decode_tok_s or 0))], taught) for speed in (1.0, factor)
    )
    assert usual.residual == pytest.approx(0, abs=0.05)
    assert other.residual is not None
    assert other.residual * sign > 0
    assert 1 + other.residual == pytest.approx(factor * (1 + (usual.residual or 0)))


def test_a_residual_is_for_the_rows_own_depth_and_format(taught: Calibration) -> None:
    found = shown(series("a"), taught)
    assert len(found) == 12
    assert max(abs(each.residual or 1) for each in found) < 0.05


def test_a_row_without_flash_attention_is_held_against_a_prediction_without(taught: Calibration) -> None:
    dear = replace(taught, values=taught.values | {"kappa/attention:plain": 1.0})
    deep = next(each for each in series("a") if each.quant == "f16" and each.conditions.depth_tokens == 131072)
    without = replace(deep, conditions=replace(deep.conditions, flash_attention=False))
    ((plain,), (flash,)) = (shown([each], dear) for each in (without, deep))
    assert plain.residual is not None
    assert flash.residual is not None
    assert plain.residual > flash.residual + 0.1


def test_no_calibration_gives_no_residual() -> None:
    (found,) = shown([row()])
    assert found.residual is None


def test_a_row_that_cannot_teach_has_no_residual(taught: Calibration) -> None:
    (found,) = shown([row(plain_decode=False)], taught)
    assert found.residual is None


def test_far_rows_are_shown_only_where_depth_or_format_alone_differ() -> None:
    rows = [
        row("exact"), row("deep", conditions={"depth_tokens": 32768}), row("format", quant="q4_k_m"), row("other", conditions={"runtime": "other"}),
        row("crowd", conditions={"concurrency": 4}), row("speculative", plain_decode=False), row("unnamed", conditions={"runtime": None}),
    ]  # fmt: skip
    asked = case()
    found = worth_showing(world(rows), asked, measured(world(rows), Calibration(), asked, 0))
    assert {each.record.id for each in found} == {"exact", "deep", "format"}


def test_tiers_come_from_the_source_unless_the_row_is_relayed() -> None:
    tiers = {
        each.record.id: each.tier
        for each in shown([row("own", source="forum"), row("relayed", source="maker", tier=2)])
    }
    assert tiers == {"own": SOURCES["forum"].tier, "relayed": 2}


def test_no_row_of_an_excluded_source_is_evidence_in_the_shipped_catalog(catalog: Catalog) -> None:
    spark, model = catalog.hardware["dgx-spark"], catalog.models["gpt-oss-120b"]
    asked = case(model=model, quant=catalog.quants["mxfp4"], runtime=catalog.runtimes["llama.cpp"], version=None)
    asked = replace(asked, machine=replace(asked.machine, hardware=spark))
    everything = measured(catalog, Calibration(), asked, 0)
    sources = sorted({each.source.id for each in everything})
    without = frozenset(sources[::2])
    assert {each.source.id for each in measured(catalog, Calibration(), asked, 0, without)} == set(sources) - without
