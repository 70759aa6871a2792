"""How far off an aggregate may be: held-out coverage, what physics and the single stream say, and where nothing tells."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest

from advisor.estimate.burst import Load
from advisor.estimate.case import Case, Demand
from advisor.estimate.footprint import footprint
from advisor.estimate.machine import machine
from advisor.evidence.accuracy import binomial_band
from advisor.evidence.batching import Batching
from advisor.evidence.calibration import Calibration
from advisor.evidence.concurrency import Aggregate, aggregate, batched
from advisor.evidence.concurrency_fit import Lesson, batching_alone, tested
from advisor.evidence.concurrency_interval import Factors, both, factors_of
from advisor.evidence.concurrency_rows import BatchRow, Kind, batch_classes, batch_rows
from advisor.evidence.predict import decode_speed
from advisor.evidence.spread import Spread
from advisor.evidence.spread_fit import learn_spread
from tests.evidence.test_concurrency_rows import many, seen

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.evidence.finding import Speed
    from advisor.evidence.tested import HeldOut, Tested

LEVEL = 0.8
DEPTH = 32768
NEITHER = Spread(quantiles=[-1.0, 0.0, 1.0], draws=2)


def asked(facts: Facts, model: str, quant: str, hardware: str, runtime: str = "llama.cpp") -> Case:
    """Requests of 32k each."""
    found = facts.runtimes[runtime]
    return Case(
        model=facts.models[model], quant=facts.quants[quant], container="gguf" if runtime == "llama.cpp" else "safetensors",
        runtime=found, version=found.versions[-1], backend="cuda" if "rtx" in hardware or "spark" in hardware else "metal",
        machine=machine(facts.hardware[hardware], facts.hardware.__getitem__), demand=Demand(context_tokens=DEPTH),
    )  # fmt: skip


def answered(facts: Facts, calibration: Calibration, case: Case, requests: int, load: Load | None = None) -> Aggregate:
    """What the shipped fit says of so many."""
    placed = footprint(case, facts.quants.__getitem__)
    ready = batched(facts, calibration, Batching.from_json(facts.extra("concurrency")), case, placed, DEPTH, load=load)
    assert not isinstance(ready, str), ready
    return aggregate(ready, requests)


def width(found: Aggregate | Speed) -> float:
    """Upper end over lower end."""
    assert found.high_tok_s is not None
    assert found.low_tok_s is not None
    return found.high_tok_s / found.low_tok_s


CARDS = ("rtx-3090", "rtx-4090", "rtx-5090", "rtx-pro-6000-maxq", "apple-m3-ultra-96")


@pytest.mark.parametrize("hardware", CARDS)
@pytest.mark.parametrize("requests", [2, 4, 8])
def test_requests_on_a_card_without_such_rows_are_little_less_certain_than_one(
    facts: Facts, calibration: Calibration, hardware: str, requests: int
) -> None:
    case = asked(facts, "gpt-oss-20b", "mxfp4", hardware)
    one, several = (answered(facts, calibration, case, each) for each in (1, requests))
    assert several.nearness == "other hardware"
    assert width(one) < width(several) <= 1.35 * width(one)


@pytest.mark.parametrize(("hardware", "runtime"), [("rtx-4090", "llama.cpp"), ("dgx-spark", "vllm")])
def test_one_request_has_the_interval_of_its_single_stream(
    facts: Facts, calibration: Calibration, hardware: str, runtime: str
) -> None:
    case = asked(facts, "gpt-oss-20b", "mxfp4", hardware, runtime)
    single = decode_speed(facts, calibration, case, footprint(case, facts.quants.__getitem__), DEPTH)
    assert not isinstance(single, str)
    one = answered(facts, calibration, case, 1)
    assert (one.low_tok_s, one.high_tok_s) == pytest.approx((single.low_tok_s, single.high_tok_s))


def test_reading_a_short_prompt_first_takes_no_more_certainty_than_it_takes_time(
    facts: Facts, calibration: Calibration
) -> None:
    """A prompt read in a fraction of the time hardly moves the lower end of two requests."""
    case = asked(facts, "qwen3.6-27b", "q4_k_m", "apple-m3-ultra-256")
    written = Load(output_tokens=200)
    read = replace(written, prompt_tokens=100, prefill_tok_s=360.0, prefill_ends_tok_s=(240.0, 580.0))
    bare, behind = (answered(facts, calibration, case, 2, load) for load in (written, read))
    assert bare.tok_s
    assert bare.low_tok_s
    assert behind.tok_s
    assert behind.low_tok_s
    assert behind.tok_s < bare.tok_s
    assert behind.low_tok_s / behind.tok_s > 0.95 * bare.low_tok_s / bare.tok_s


def singles_beside(facts: Facts) -> dict[str, float]:
    """Row of several requests → what its page measured for one request at that depth, all else alike."""
    alone = defaultdict(list)
    for r in facts.records.values():
        c = r.conditions
        if (c.concurrency or 1) == 1 and r.decode_tok_s:
            alone[r.source, r.hardware, r.model, r.quant, c.runtime, c.depth_tokens].append(r.decode_tok_s)
    found = {}
    for row in batch_rows(facts).kept:
        r, c = row.record, row.record.conditions
        if rates := alone.get((r.source, r.hardware, r.model, r.quant, c.runtime, c.depth_tokens)):
            found[r.id] = sum(rates) / len(rates)
    return found


def test_no_measured_step_of_many_took_longer_than_as_many_steps_of_one(facts: Facts) -> None:
    alone = singles_beside(facts)
    rows = [row for row in batch_rows(facts).kept if row.record.id in alone]
    assert len(rows) > 200
    assert min(row.requests / row.step_s / alone[row.record.id] for row in rows) > 1


def test_some_batches_got_more_than_as_many_times_the_rate_of_one(facts: Facts) -> None:
    """Which is why that bounds no interval."""
    alone = singles_beside(facts)
    gains = {
        row.record.id: row.aggregate_tok_s / (row.requests * alone[row.record.id])
        for row in batch_rows(facts).kept if row.record.id in alone
    }  # fmt: skip
    more = [gain for gain in gains.values() if gain > 1]
    assert 5 < len(more) < len(gains) / 10
    assert max(more) < 1.3


def test_no_measured_aggregate_exceeds_its_ceiling(facts: Facts) -> None:
    for row in batch_rows(facts).kept:
        moved, device = row.moved, facts.hardware[row.record.hardware]
        assert device.bandwidth_bytes_s is not None
        least_bytes = (
            moved.always_bytes
            + sum(s * b for s, b in moved.experts)
            + row.requests * (moved.kv_bytes + moved.state_bytes)
        )
        assert row.aggregate_tok_s <= row.requests * device.bandwidth_bytes_s / least_bytes


def held_out_intervals(
    facts: Facts, calibration: Calibration, near: Literal["other runtime", "other hardware"], rows: tuple[Tested, ...]
) -> list[tuple[Tested, tuple[float, float]]]:
    """Each row with the factors that batches of other models give a case of that nearness."""
    taught: dict[str, BatchRow] = {row.record.id: row for row in batch_rows(facts).kept}
    off = batching_alone(facts, Lesson(facts, tuple(taught.values())), calibration, near)
    found = []
    for model in sorted({str(row.record.model) for row in rows}):
        others = [row for row in off if row.record.model != model]
        spread = learn_spread(*zip(*((row.log_residual, row.classes, row.group) for row in others), strict=True))
        for row in rows:
            if row.record.model == model:
                kind = taught[row.record.id].kind
                counts = {kind.group.hardware: 1} if near == "other runtime" else {}
                learned = Batching(spreads={near: spread}, counts=counts)
                assert learned.nearness(kind) == near
                factors = factors_of(calibration, learned, kind, LEVEL)
                assert factors is not None
                found.append((row, factors.together))
    return found


@pytest.mark.parametrize(("near", "held_out"), [("other hardware", "hardware"), ("other runtime", "source")])
def test_intervals_where_no_batch_was_measured_hold_their_share_of_rows_never_seen(
    facts: Facts, calibration: Calibration, near: Literal["other runtime", "other hardware"], held_out: HeldOut
) -> None:
    rows = tested(facts, held_out)
    # A machine nothing is known of, where the machine is left out; one of known single streams, where a runtime is.
    single = replace(calibration, counts={}) if near == "other hardware" else calibration
    judged = held_out_intervals(facts, single, near, rows)
    assert len(judged) == len(rows) > 200
    share: dict[str, list[bool]] = {name: [] for name in ("llama.cpp", "vllm", "")}
    for row, (low, high) in judged:
        inside = low <= row.measured / row.predicted <= high
        share[str(row.record.conditions.runtime)].append(inside)
        share[""].append(inside)
    models = len({row.record.model for row in rows})
    # Rows of one model err together: models are the draws.
    least, most = binomial_band(models, LEVEL)
    assert least <= sum(share[""]) / len(share[""]) <= most
    for name in ("llama.cpp", "vllm"):
        assert sum(share[name]) / len(share[name]) >= least
    widths = sorted(high / low for _, (low, high) in judged)
    assert widths[len(widths) // 2] < 1.8


def test_what_no_stream_or_no_batch_tells_has_no_interval() -> None:
    kind = seen(many()).kind
    stream, batch = Calibration(spreads={"other hardware": NEITHER}), Batching(spreads={"other hardware": NEITHER})
    assert factors_of(Calibration(), batch, kind, LEVEL) is None
    assert factors_of(stream, Batching(), kind, LEVEL) is None
    found = factors_of(stream, batch, kind, LEVEL)
    assert found is not None
    assert found.alone == found.of(1) == pytest.approx((math.exp(-1), math.e))
    assert found.together == found.of(2) == pytest.approx((math.exp(-math.sqrt(2)), math.exp(math.sqrt(2))))


def test_where_batches_were_measured_their_own_rows_tell_all_of_it() -> None:
    kind = seen(many()).kind
    hardware, runtime = kind.group.hardware, f"{kind.group.hardware}/{kind.group.runtime}"
    here = Batching(spreads={"few models": NEITHER}, counts={hardware: 1, runtime: 1})
    wide = Calibration(spreads={"other hardware": Spread(quantiles=[-3.0, 0.0, 3.0], draws=2)})
    found = factors_of(wide, here, kind, LEVEL)
    assert found == Factors(alone=(math.exp(-3), math.exp(3)), together=(math.exp(-1), math.e))


def test_few_groups_widen_an_interval_to_everything_seen() -> None:
    kind = seen(many()).kind
    stream = Calibration(spreads={"other hardware": Spread(quantiles=[0.0, 0.0], draws=2)})
    few, more = (
        factors_of(stream, Batching(spreads={"other hardware": replace(NEITHER, draws=draws)}), kind, LEVEL)
        for draws in (2, 10**6)
    )
    assert few is not None
    assert more is not None
    assert few.together == pytest.approx((math.exp(-1), math.e))
    assert more.together == pytest.approx((math.exp(-0.8), math.exp(0.8)), rel=1e-3)


def test_a_part_that_errs_to_one_side_does_not_narrow_the_other() -> None:
    assert both((0.5, 2.0), (0.5, 2.0)) == pytest.approx((0.5**2**0.5, 2.0**2**0.5))
    assert both((0.5, 2.0), (1.1, 1.5))[0] == pytest.approx(0.5)
    assert both((0.5, 0.9), (0.9, 1.5))[1] == pytest.approx(1.5)


def test_recurrent_layers_are_a_class_of_their_own() -> None:
    kind = seen(many()).kind
    plain, mamba = (set(batch_classes(Kind(kind.group, "", recurrence))) for recurrence in ("", "mamba2"))
    assert plain - mamba == {"kind:attention", "runtime-kind:llama.cpp/attention"}
    assert mamba - plain == {"kind:recurrent", "runtime-kind:llama.cpp/recurrent"}


def test_unsure_prompt_reading_widens_what_a_burst_gets(facts: Facts, calibration: Calibration) -> None:
    case = asked(facts, "gpt-oss-20b", "mxfp4", "rtx-4090")
    sure = Load(8192, 256, 7000.0)
    unsure = replace(sure, prefill_ends_tok_s=(4000.0, 12000.0))
    known, guessed = (answered(facts, calibration, case, 8, load) for load in (sure, unsure))
    assert known.tok_s == guessed.tok_s
    assert width(guessed) > 1.2 * width(known)
    one, other = (answered(facts, calibration, case, 1, load) for load in (sure, unsure))
    assert width(one) == pytest.approx(width(other))
