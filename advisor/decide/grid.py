"""Many models on many machines under one demand: of each pair what a table shows, and nothing that it does not.

`choose.answer` says everything of every way to run a pair; a table shows one number of the best way. `best` finds that
way with the same functions and the same order, but does not go on where no other way can come before it; the number a
table asks for is predicted for the best way alone.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Literal, get_args

from advisor.decide.cases import Excluded, cases, formats_of, machine_of, offered, ways
from advisor.decide.choose import READABLE_TOK_S, place
from advisor.estimate.footprint import CannotRun, bare_footprint, least_short_bytes, loadable, placed, verdict_unplanned
from advisor.estimate.note import note
from advisor.estimate.placement import RUNS
from advisor.estimate.weights import CannotSize, weight_bytes
from advisor.evidence.concurrency import aggregate, batched, depth_of, learned, load_of
from advisor.evidence.crosscheck import unsupported
from advisor.evidence.finding import Confidence, Finding
from advisor.evidence.match import nearest_row
from advisor.evidence.predict import decode_speed, speed_alone
from advisor.evidence.prefill_speed import reading

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.model import Model
    from advisor.decide.bill import Bill
    from advisor.decide.cases import Way
    from advisor.decide.question import Question
    from advisor.estimate.case import Case
    from advisor.estimate.footprint import Footprint
    from advisor.estimate.note import Note
    from advisor.estimate.placement import Verdict
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Measured, Speed

Quantity = Literal["at context", "decode", "aggregate", "prefill", "memory", "price"]
"""What a table may show of each pair: decode with the context full or at the depth asked for, decode from an empty cache,
tok/s of all requests together, prompt tokens a second, the share of usable memory that is taken, the price of one token a
second at that depth."""
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
DECODE: frozenset[Quantity] = frozenset({"at context", "decode"})
"""Those of one request, beside which stands whether somebody measured the pair."""
NOT_ASKED = Confidence("none", note("only the speed was asked for"))


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens per second with their likely range; the middle is None where no evidence carries a prediction."""

    tok_s: float | None
    low_tok_s: float | None
    high_tok_s: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One pair: the best way to run it, and the number asked for."""

    best: Finding | None
    """With its memory and its speed from an empty cache, and nothing else; None where no runtime loads any offered format."""
    quantity: Quantity
    rate: Rate | None = None
    """For a quantity that is a rate, or goes by one; None where the pair does not run or not even a ceiling is known."""
    share: float | None = None
    """Used over usable bytes of the devices; above 1 where they are short."""
    price_per_tok_s: float | None = None
    """Of the machine, in the market's currency, for each token a second with the context full; None without a price or a
    prediction, or for another quantity."""
    measured: Measured | None = None
    """The nearest row to the best way to run it, where one is near."""

    @property
    def runs(self) -> bool:
        """Whether it runs at all."""
        return self.best is not None and self.best.verdict in RUNS

    @property
    def short_bytes(self) -> int:
        """Device memory missing for it to fit."""
        found = self.best.footprint if self.best else None
        return found.placement.short_bytes if found else 0


def best(facts: Facts, calibration: Calibration, question: Question) -> Finding | None:
    """The way to run it that `choose.answer` puts first, with its memory and its speed from an empty cache alone.

    Ways are looked at from the most bits per weight down; one that fits and is fast enough to read leaves the rest unseen.
    None where nothing is offered.
    """
    target, formats = machine_of(facts, question), formats_of(facts, question)
    offered_ways = ways(facts, question, target, formats)
    if any(way.refused for way in offered_ways):
        refused = next(each for each in cases(facts, question) if isinstance(each, Excluded))
        return unsupported(refused.case, refused.reason)
    found: list[_Sketch] = []
    for _, alike in groupby(sorted(offered_ways, key=_bits, reverse=True), key=_bits):
        seen = [_sketch(facts, calibration, way.on(target, question)) for way in alike]
        found += seen
        if any(_settles(each) for each in seen):
            break
    if not any(each.verdict in RUNS for each in found):
        found = _shortest(facts, found)
    return _finding(facts, min(found, key=place)) if found else None


def _shortest(facts: Facts, found: list[_Sketch]) -> list[_Sketch]:
    """Of ways that do not run those that may be least short, with their memory; what more is short of for certain is left out."""
    kept: list[_Sketch] = [each for each in found if each.reason is not None]
    least: int | None = None
    for each in sorted((each for each in found if each.reason is None), key=lambda each: each.least_short_bytes):
        if least is not None and each.least_short_bytes > least:
            break
        kept.append(_planned(facts, each))
        short = kept[-1].footprint.placement.short_bytes  # type: ignore[union-attr]
        least = short if least is None else min(least, short)
    return kept


def _bits(way: Way) -> float:
    return way.quant.bits_per_weight


@dataclass(frozen=True, slots=True)
class _Sketch:
    """A way to run it as far as its place in the order goes."""

    verdict: Verdict
    case: Case
    footprint: Footprint | None = None
    """None where the verdict is known without a plan."""
    decode: Speed | None = None
    """Of one request with an empty cache."""
    reason: Note | None = None
    """Why it cannot run."""
    least_short_bytes: int = 0
    """Of one that does not fit: at least so much device memory is missing."""


def _settles(found: _Sketch) -> bool:
    """Whether nothing of fewer bits can come before it."""
    speed = found.decode.tok_s if found.decode else None
    return found.verdict == "fits" and speed is not None and speed >= READABLE_TOK_S


def beyond_training(case: Case) -> bool:
    """Whether more context is asked for than the model was trained for: then memory is known, and no speed."""
    trained = case.model.context_tokens
    return trained is not None and case.demand.context_tokens > trained


def _sketch(facts: Facts, calibration: Calibration, case: Case) -> _Sketch:
    try:
        weights = loadable(case, facts.quants.__getitem__)
        verdict, held = verdict_unplanned(case, weights), None
        if verdict is None:
            held = placed(case, weights)
            verdict = held.placement.verdict
    except CannotRun as reason:
        return _Sketch("unsupported", case, reason=reason.why)
    if verdict not in RUNS:
        short = held.placement.short_bytes if held else least_short_bytes(case, weights)
        return _Sketch(verdict, case, held, least_short_bytes=short)
    if beyond_training(case):
        return _Sketch(verdict, case, held)
    speed = (
        decode_speed(facts, calibration, case, held, 0) if held
        else speed_alone(facts, calibration, case, weights, 0)
    )  # fmt: skip
    return _Sketch(verdict, case, held, None if isinstance(speed, str) else speed)


def _planned(facts: Facts, sketch: _Sketch) -> _Sketch:
    """With its memory, where the verdict was known without a plan."""
    if sketch.footprint or sketch.reason is not None:
        return sketch
    return replace(sketch, footprint=bare_footprint(sketch.case, facts.quants.__getitem__))


def _finding(facts: Facts, sketch: _Sketch) -> Finding:
    """What a table says of the way."""
    if sketch.reason is not None:
        return unsupported(sketch.case, sketch.reason)
    return Finding(
        case=sketch.case, verdict=sketch.verdict, footprint=_planned(facts, sketch).footprint, max_context_tokens=None, max_concurrency=None,
        decode=sketch.decode, decode_at_depth=None, evidence=(), confidence=NOT_ASKED,
    )  # fmt: skip


def cell(  # noqa: PLR0913 - what is known of the pair, and what of it is asked
    facts: Facts, calibration: Calibration, found: Finding | None, quantity: Quantity, bill: Bill | None = None, row: Measured | None = None,
) -> Cell:  # fmt: skip
    """What a table shows of the pair whose best way to run is `found`; `bill` is what the machine costs, `row` what `nearest` says."""
    if found is None or found.footprint is None:
        return Cell(found, quantity)
    uses = [use for use in found.footprint.placement.uses if use.pool.device is not None]
    usable = sum(use.pool.usable_bytes for use in uses)
    rate = _rate(facts, calibration, found, quantity)
    is_priced = quantity == "price" and bill and rate and rate.tok_s
    return Cell(
        best=found, quantity=quantity, rate=rate, share=sum(use.used_bytes for use in uses) / usable if usable > 0 else None,
        price_per_tok_s=bill.amount.mid / rate.tok_s if is_priced else None,  # type: ignore[union-attr, operator]
        measured=row if quantity in DECODE and found.verdict in RUNS else None,
    )  # fmt: skip


def nearest(facts: Facts, calibration: Calibration, found: Finding) -> Measured | None:
    """The nearest row to the case without a remark; None where it is far, or nobody measured the pair."""
    return nearest_row(facts, calibration, found.case, found.case.demand.depth_tokens or 0)


def _rate_of_decode(found: Finding) -> Rate | None:
    speed = found.decode
    return Rate(speed.tok_s, speed.low_tok_s, speed.high_tok_s) if speed else None


def _rate(facts: Facts, calibration: Calibration, found: Finding, quantity: Quantity) -> Rate | None:
    """The rate asked for; None where the case does not run, or for a quantity that is none."""
    if found.verdict not in RUNS or beyond_training(found.case):
        return None
    if quantity == "decode":
        return _rate_of_decode(found)
    if quantity == "prefill":
        return _rate_of_prefill(facts, calibration, found)
    if quantity == "aggregate" and found.case.demand.concurrency > 1:
        return _rate_of_all(facts, calibration, found)
    return _rate_at_context(facts, calibration, found) if quantity != "memory" else None


def _rate_at_context(facts: Facts, calibration: Calibration, found: Finding) -> Rate | None:
    demand = found.case.demand
    assert found.footprint is not None
    depth = demand.context_tokens if demand.depth_tokens is None else demand.depth_tokens
    speed = decode_speed(facts, calibration, found.case, found.footprint, depth)
    return None if isinstance(speed, str) else Rate(speed.tok_s, speed.low_tok_s, speed.high_tok_s)


def _rate_of_prefill(facts: Facts, calibration: Calibration, found: Finding) -> Rate | None:
    assert found.footprint is not None
    read = reading(facts, calibration, found.case, found.footprint)
    return None if read is None or isinstance(read, str) else Rate(read.tok_s, read.low_tok_s, read.high_tok_s)


def _rate_of_all(facts: Facts, calibration: Calibration, found: Finding) -> Rate | None:
    """Of all requests sent at once. That they fit is known, so memory lets all of them run."""
    case, held = found.case, found.footprint
    assert held is not None
    batching = learned(facts, calibration, case.demand.as_of, frozenset())
    read = reading(facts, calibration, case, held) if case.demand.prompt_tokens else None
    load = load_of(case, None if isinstance(read, str) else read)
    ready = batched(facts, calibration, batching, case, held, depth_of(case), load=load)
    if isinstance(ready, str):
        return None
    many = aggregate(ready, case.demand.concurrency)
    return Rate(many.tok_s, many.low_tok_s, many.high_tok_s)


def smallest_bytes(facts: Facts, model: Model) -> int | None:
    """Weight bytes in the format of fewest bits offered for the model that can be sized; None where none can."""
    for quant in sorted(offered(facts, model, everything=False), key=lambda each: each.bits_per_weight):
        with suppress(CannotSize):
            return weight_bytes(model, quant, quant.container, facts.quants.__getitem__).total_bytes
    return None
