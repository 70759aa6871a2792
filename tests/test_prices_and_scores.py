"""Prices, running costs and model scores of the shipped catalog: dated, sourced, attributed, accounted for."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from advisor.catalog.kinds import KINDS, KindName
from advisor.catalog.load import load_file
from advisor.catalog.schema.quality import OTHER_MODELS

ROOT = Path(__file__).resolve().parent.parent
CATALOG = ROOT / "catalog"
LEDGER = ROOT / "ledger"

INPUT_ROWS = {
    "prices.csv": {"hardware_prices": 204, "current_estimates": 31},
    "costs.csv": {
        "api_free_listings": 38,
        "api_price_summary": 51,
        "api_prices": 510,
        "api_prices_other_sources": 27,
        "break_even_analyses": 20,
        "cloud_gpu_prices": 69,
        "electricity_tariffs": 22,
        "frontier_reference_prices": 4,
        "fx_seen": 2,
        "reference_rates": 36,
        "power_watts": 85,
        "price_trends": 8,
        "system_costs": 31,
    },
    "quality.csv": {"rows": 1517, "quantisation_loss": 158},
}
"""Ledger → list of the input → rows it holds."""

REPORTERS = re.compile(r"author|independent|unknown|quantizer|other lab \(.+\)")


@cache
def entries(kind: KindName) -> dict[str, Any]:
    """Entries of every file of a kind, by id."""
    files = sorted((CATALOG / kind).glob("*.yaml"))
    return {entry.id: entry for file in files for entry, _ in load_file(file, KINDS[kind])}


def file_names(kind: KindName) -> set[str]:
    return {file.stem for file in (CATALOG / kind).glob("*.yaml")}


def ledger(name: str) -> list[dict[str, str]]:
    with (LEDGER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_price_has_an_amount_and_a_day() -> None:
    assert entries("prices")
    for where, price in entries("prices").items():
        assert price.date, where
        assert price.price or price.low or price.high, where


def test_no_price_has_its_ends_the_wrong_way_round() -> None:
    for where, price in entries("prices").items():
        if price.low and price.high:
            assert price.low <= price.high, where


@pytest.mark.parametrize("kind", ["prices", "costs", "quality"])
def test_every_row_cites_a_source_of_the_catalog(kind: KindName) -> None:
    known = file_names("sources")
    missing = {entry.source for entry in entries(kind).values()} - known
    assert not missing


def test_every_pipeline_cites_sources_of_the_catalog() -> None:
    known = file_names("sources")
    pipelines = entries("pipelines").values()
    assert pipelines
    assert {source for pipeline in pipelines for source in pipeline.sources} <= known


def test_prices_and_power_are_of_machines_of_the_catalog() -> None:
    named = {price.hardware for price in entries("prices").values()}
    named |= {figure.hardware for figure in entries("costs").values() if figure.hardware}
    assert named <= file_names("hardware")


def test_scores_and_api_prices_are_of_models_of_the_catalog() -> None:
    named = {score.model for score in entries("quality").values()} - {OTHER_MODELS}
    named |= {figure.model for figure in entries("costs").values() if figure.model}
    assert named <= file_names("models")


def test_scores_of_other_models_say_which_model() -> None:
    assert all(score.model_label for score in entries("quality").values() if score.model == OTHER_MODELS)


def test_every_benchmark_is_spelt_one_way() -> None:
    spellings = defaultdict(set)
    for score in entries("quality").values():
        spellings[re.sub(r"[^a-z0-9+]", "", score.benchmark.lower())].add(score.benchmark)
    assert [names for names in spellings.values() if len(names) > 1] == []


def test_every_score_says_who_reported_it() -> None:
    for where, score in entries("quality").items():
        assert REPORTERS.fullmatch(score.reported_by), where


def test_a_score_is_a_number_unless_it_is_about_a_loss() -> None:
    for where, score in entries("quality").items():
        if score.loss is None:
            assert score.score is not None, where
        else:
            assert score.quant, where
            assert (score.score, score.change, score.statement) != (None, None, None), where


def test_percentages_lie_between_nothing_and_all() -> None:
    for where, score in entries("quality").items():
        if score.unit is None and score.score is not None:
            assert 0 <= score.score <= 100, where


def test_scores_nobody_signs_count_as_community_figures() -> None:
    unsigned = [score for score in entries("quality").values() if score.reported_by == "unknown"]
    assert len(unsigned) == 39
    assert {score.tier for score in unsigned} == {3}


def test_scores_entered_under_the_wrong_model_are_out() -> None:
    assert "kimi-k2-0905" not in file_names("quality")


def test_scores_a_relay_dates_before_the_model_have_lost_that_day() -> None:
    assert not [where for where, score in entries("quality").items() if score.date in {"2025-01-10", "2025-07-30"}]
    dated = {score.date for where, score in entries("quality").items() if where.startswith("qwen3-next-80b-a3b#")}
    assert "2025-09-10" in dated


def test_implausible_scores_are_marked() -> None:
    marked = [score for score in entries("quality").values() if score.suspect]
    assert ("SWE-bench Verified", 74.5) in {(score.benchmark, score.score) for score in marked}
    assert len(marked) == 10


def test_the_base_macbook_pro_is_the_smaller_m5_max() -> None:
    of_the_base = [price for price in entries("prices").values() if price.price in {3599, 3899} and price.variant]
    assert {price.hardware for price in of_the_base if "base" in price.variant} == {"apple-m5-max-32c"}


def test_api_offers_hold_on_the_day_of_the_snapshot() -> None:
    offers = [figure for where, figure in entries("costs").items() if where.startswith("api#")]
    assert Counter(offer.date for offer in offers)["2026-07-02"] == 510
    assert all(offer.output_per_mtok is not None for offer in offers)


@pytest.mark.parametrize("name", sorted(INPUT_ROWS))
def test_every_input_row_has_one_outcome(name: str) -> None:
    outcomes = defaultdict(list)
    for line in ledger(name):
        outcomes[line["list"]].append(int(line["row"]))
    assert {listed: sorted(rows) for listed, rows in outcomes.items()} == {
        listed: list(range(count)) for listed, count in INPUT_ROWS[name].items()
    }


@pytest.mark.parametrize("name", sorted(INPUT_ROWS))
def test_every_outcome_is_a_record_or_a_reason(name: str) -> None:
    kind: KindName = "prices" if name == "prices.csv" else "costs" if name == "costs.csv" else "quality"
    kept, merged = Counter[str](), Counter[str]()
    for line in ledger(name):
        assert line["id_or_reason"], line
        if line["outcome"] == "refused":
            continue
        (kept if line["outcome"] == "kept" else merged)[line["id_or_reason"].removeprefix(f"{kind}/")] += 1
    assert kept == Counter(entries(kind).keys())
    assert merged == Counter(
        {
            where: len(entry.second_sources)
            for where, entry in entries(kind).items()
            if getattr(entry, "second_sources", ())
        }
    )
