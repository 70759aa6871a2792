"""Predicted prefill: below the ceiling, with an interval and a first token, and silent where nothing teaches it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.catalog.schema.hardware import Member
from advisor.estimate.footprint import footprint
from advisor.evidence.calibration import Calibration
from advisor.evidence.crosscheck import finding
from advisor.evidence.predict import decode_speed
from advisor.evidence.prefill import NO_ROWS, PrefillCalibration, keys, learned_prefill
from advisor.evidence.prefill_fit import teach_prefill
from advisor.evidence.prefill_rows import setting
from advisor.evidence.prefill_speed import Prefill, prefill_speed, reading
from advisor.evidence.teach import teach
from tests.estimate.small import DENSE, LATENT, card, with_host
from tests.evidence.invented import BOX, FAST, FASTER, OTHER, QUANTS, TOOL, case, series, world
from tests.evidence.test_predict import PAGED, on_machine
from tests.evidence.test_prefill_fit import RATED, rows

if TYPE_CHECKING:
    from advisor.catalog.schema.hardware import Hardware
    from advisor.estimate.case import Case

RECORDS = [*rows(), *rows("fast"), *series("a")]


@pytest.fixture(scope="module")
def learned() -> PrefillCalibration:
    return teach_prefill(world(RECORDS, hardware=RATED))


@pytest.fixture(scope="module")
def decode() -> Calibration:
    return teach(world(series("a")))


def asked(learned: PrefillCalibration, question: Case, tokens: int = 2048, **more: Any) -> Prefill | str:
    return prefill_speed(world(), learned, question, footprint(question, QUANTS.__getitem__), tokens, **more)


def read(learned: PrefillCalibration, question: Case, tokens: int = 2048, **more: Any) -> Prefill:
    found = asked(learned, question, tokens, **more)
    assert not isinstance(found, str), found
    return found


def test_the_prediction_repeats_what_was_measured(learned: PrefillCalibration) -> None:
    measured = next(each for each in rows() if each.id == "box-tiny-f16-2048-0")
    found = read(learned, case())
    assert found.tok_s == pytest.approx(measured.prefill_tok_s, rel=0.08)
    assert (found.basis, found.nearness, found.rows) == ("calibrated", "same hardware", 12)


def test_an_interval_encloses_the_prediction_and_widens_with_its_level(learned: PrefillCalibration) -> None:
    found = [read(learned, case(demand={"level": level})) for level in (0.5, 0.8, 0.95)]
    assert [each.low_tok_s for each in found] == sorted((each.low_tok_s or 0 for each in found), reverse=True)
    assert [each.high_tok_s for each in found] == sorted(each.high_tok_s or 0 for each in found)
    assert len({each.tok_s for each in found}) == 1


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 100_000), st.floats(0, 1))
def test_no_prediction_exceeds_its_ceiling(learned: PrefillCalibration, tokens: int, share: float) -> None:
    found = read(learned, case(), tokens, cached_share=share)
    assert max(found.tok_s or 0, found.high_tok_s or 0) <= found.ceiling_tok_s
    assert 0 <= found.cached_tokens < tokens


def test_the_first_token_comes_after_the_prompt_and_one_step(learned: PrefillCalibration, decode: Calibration) -> None:
    question = case()
    step = decode_speed(world(), decode, question, footprint(question, QUANTS.__getitem__), 2048)
    assert not isinstance(step, str)
    found = read(learned, question, step=step)
    assert found.tok_s
    assert step.tok_s
    assert found.ttft_s == pytest.approx(2048 / found.tok_s + 1 / step.tok_s)
    assert (found.low_ttft_s or 0) < (found.ttft_s or 0) < (found.high_ttft_s or 0)


def test_without_a_decode_rate_the_first_token_is_not_timed(learned: PrefillCalibration) -> None:
    assert read(learned, case()).ttft_s is None


def test_a_cached_part_of_the_prompt_is_not_read_again(learned: PrefillCalibration, decode: Calibration) -> None:
    question = case(demand={"prompt_tokens": 8000, "cached_share": 0.5})
    found = reading(world(RECORDS), decode, question, footprint(question, QUANTS.__getitem__))
    assert not isinstance(found, str)
    assert (found.prompt_tokens, found.cached_tokens, found.work.tokens) == (8000, 4000, 4000)
    half, whole = read(learned, case(), 8000, cached_share=0.5), read(learned, case(), 8000)
    assert 4000 / (half.tok_s or 1) < 8000 / (whole.tok_s or 1)
    # What is cached is still attended to: slower a token than a short prompt alone.
    assert (half.tok_s or 0) < (read(learned, case(), 4000).tok_s or 0)


def test_a_larger_micro_batch_reads_a_mixture_faster(learned: PrefillCalibration) -> None:
    moe = world().models["moe"]
    small, large = (read(learned, case(model=moe, demand={"ubatch": size})) for size in (128, 2048))
    assert (small.tok_s or 0) < (large.tok_s or 0)


def test_the_rebadged_box_counts_as_the_box(learned: PrefillCalibration) -> None:
    assert read(learned, case("copy")).tok_s == pytest.approx(read(learned, case()).tok_s)


def test_an_unseen_card_of_a_known_generation_is_predicted_from_it(learned: PrefillCalibration) -> None:
    assert read(learned, case("faster")).nearness == "same chip generation"


def unknown_card(**figures: Any) -> Hardware:
    return replace(FAST, id="new", name="new", architecture="Gamma", **figures)


def test_an_unseen_generation_is_predicted_from_its_compute_rate_alone(learned: PrefillCalibration) -> None:
    rated = read(learned, on_machine(unknown_card(fp16_tflops=60.0)))
    assert (rated.nearness, rated.basis, rated.rows) == ("other hardware", "calibrated", 48)


def test_an_unseen_generation_without_a_compute_rate_is_refused(learned: PrefillCalibration) -> None:
    found = read(learned, on_machine(unknown_card()))
    assert found.tok_s is None
    assert found.basis == "roofline"
    assert (
        found.reason
        == "no prefill: no compute rate of the chip has a source, and no measured row of its generation tells one"
    )
    assert found.ceiling_tok_s > 0


def test_a_runtime_nobody_measured_is_refused(learned: PrefillCalibration) -> None:
    found = read(learned, case(runtime=OTHER, quant=QUANTS["f16"], container="safetensors"))
    assert found.reason == f"{NO_ROWS} with other"


def test_a_split_over_devices_gets_a_ceiling_alone(learned: PrefillCalibration) -> None:
    found = read(learned, case("pair"))
    assert found.reason == "prefill is not predicted: no measured row teaches this split over devices"
    assert (found.tok_s, found.basis) == (None, "roofline")


def test_a_share_on_the_host_gets_a_ceiling_alone(learned: PrefillCalibration) -> None:
    small = card(90 / 1024)
    found = read(learned, on_machine(with_host(small, 16), small))
    assert found.reason == "prefill is not predicted: no measured row teaches a model partly in host memory"
    assert found.tok_s is None


def test_without_rows_only_the_ceiling_stands() -> None:
    found = read(PrefillCalibration(), case())
    assert (found.tok_s, found.reason, found.rates) == (None, NO_ROWS, None)


def test_what_keeps_even_a_ceiling_back_is_said(learned: PrefillCalibration) -> None:
    assert (
        asked(learned, on_machine(replace(BOX, id="cpu", kind="cpu")))
        == "no prefill: how fast the processor computes is not known"
    )
    silent = replace(BOX, id="dark", bandwidth_gb_s=None)
    assert asked(learned, on_machine(silent)) == "no prefill: memory bandwidth not known"
    half = replace(world().hardware["pair"], members=(Member(device="fast"), Member(device="dark")))
    assert asked(learned, on_machine(half, FAST, silent)) == "no prefill: memory bandwidth is not stated"


def test_a_paged_server_reads_in_its_own_batches(learned: PrefillCalibration) -> None:
    question = case(
        runtime=replace(PAGED, family="llama.cpp"), container="safetensors", quant=QUANTS["f16"], model=LATENT
    )
    assert read(learned, question, 8192).work.passes == 4


def test_software_newer_than_any_row_counts_as_the_newest(learned: PrefillCalibration) -> None:
    def speed(date: str) -> float:
        where = setting(world(), DENSE, QUANTS["f16"], BOX, TOOL, None, date)
        return float(learned.rates(where).compute_ops_s)

    assert speed("2027-03") == speed("2026-09") == speed("2024-01")


def test_every_deviation_that_applies_is_named_once_a_term() -> None:
    where = setting(world(), DENSE, QUANTS["f16"], FASTER, TOOL, None, "2026-07")
    names = keys(where)
    assert names["u"]["unrated-chip:Beta"] == 1.0
    assert "unrated-chip:Beta" not in keys(replace(where, rated=True))["u"]
    assert names["w"].keys() < names["u"].keys()


def test_a_question_that_narrows_the_rows_learns_again() -> None:
    catalog = world(RECORDS)
    assert learned_prefill(catalog, None, frozenset()).rows == 0
    again = learned_prefill(catalog, "2026-07", frozenset())
    assert again.rows == 48
    assert learned_prefill(catalog, "2026-07", frozenset()) is again
    assert learned_prefill(world(RECORDS[:24]), "2026-07", frozenset()).rows == 24


def test_a_narrowed_question_keeps_the_shipped_intervals(learned: PrefillCalibration) -> None:
    shipped = world(RECORDS, extras={"prefill": learned.to_json()})
    assert learned_prefill(shipped, None, frozenset()).to_json() == learned.to_json()
    again = learned_prefill(shipped, "2026-07", frozenset())
    assert again.interval("same hardware", 0.8) == pytest.approx(learned.interval("same hardware", 0.8), abs=1e-4)


def test_what_was_learned_again_is_forgotten_when_many_questions_were_asked() -> None:
    catalog = world(RECORDS)
    first = learned_prefill(catalog, None, frozenset({"asked first"}))
    for number in range(16):
        learned_prefill(catalog, None, frozenset({f"nobody {number}"}))
    again = learned_prefill(catalog, None, frozenset({"asked first"}))
    assert again == first
    assert again is not first


def test_without_held_out_rows_there_is_no_prediction(learned: PrefillCalibration) -> None:
    found = read(replace(learned, quantiles={}), case())
    assert (found.tok_s, found.reason) == (None, NO_ROWS)


def test_an_uncalibrated_question_gets_the_ceiling_alone(decode: Calibration) -> None:
    question = case()
    found = reading(world(RECORDS), Calibration(), question, footprint(question, QUANTS.__getitem__))
    assert not isinstance(found, str)
    assert (found.tok_s, found.prompt_tokens) == (None, question.demand.context_tokens)
    assert decode.rows


def test_a_finding_carries_its_prefill(decode: Calibration) -> None:
    whole = finding(world(RECORDS), decode, case(demand={"prompt_tokens": 4096, "as_of": "2026-07"}))
    assert whole.prefill is not None
    assert whole.prefill.prompt_tokens == 4096
    beyond = finding(world(RECORDS), decode, case(demand={"context_tokens": 200_000}))
    assert beyond.prefill is None
