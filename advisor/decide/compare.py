"""Machines side by side over models and contexts: what each makes of them, on what evidence, for what price and power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.decide.bill import Bill
from advisor.decide.choose import ways
from advisor.decide.pairing import Pairing, pairings
from advisor.decide.ranges import Range
from advisor.decide.rates import spread
from advisor.decide.reach import reach
from advisor.decide.served import exact_row, measured_range
from advisor.decide.terms import bill_on, draw_on
from advisor.estimate.machine import AS_IT_COMES
from advisor.estimate.placement import RUNS
from advisor.evidence.match import measured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Model
    from advisor.decide.market import Market
    from advisor.decide.power_draw import Draw
    from advisor.decide.question import Question
    from advisor.decide.reach import Reach
    from advisor.decide.terms import Terms
    from advisor.estimate.machine import Setup
    from advisor.estimate.note import Note
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.finding import Finding, Measured, Speed

USUAL_MODELS = 6


@dataclass(frozen=True, slots=True)
class Pace:
    """Decode of one request with so many tokens in its cache: as predicted, and the nearest row."""

    depth_tokens: int
    predicted: Range | None
    row: Measured | None
    """A row of this very case, else the first near one without a remark; None where there is neither."""

    @property
    def exact(self) -> bool:
        """True where the row is of this very case."""
        return self.row is not None and self.row.closeness == "exact"

    @property
    def rate(self) -> Range | None:
        """What was measured in this very case, else the prediction."""
        return measured_range(self.row) if self.row and self.exact else self.predicted


@dataclass(frozen=True, slots=True)
class Cell:
    """One machine beside one model and context."""

    question: Question
    ways: tuple[Finding, ...]
    """Every way to run it, as `advisor fit` orders them."""
    empty: Pace | None
    """With nothing in the cache; None where it does not run, and beyond the trained context, of which only memory is told."""
    deep: Pace | None
    """At the depth asked for, else with the context full."""

    @property
    def finding(self) -> Finding | None:
        """The way `advisor fit` puts first, so that one question has one answer; None where no runtime loads any format offered."""
        return self.ways[0] if self.ways else None

    @property
    def runs(self) -> bool:
        """True where it fits, on the host or not."""
        return self.finding is not None and self.finding.verdict in RUNS

    @property
    def together(self) -> Range | None:
        """All requests together; None for one request, and where that is not predicted."""
        return spread(self.finding.aggregate) if self.finding and self.runs else None

    @property
    def rate(self) -> Range | None:
        """What counts against the price: all requests together where several are asked about, else one at the depth."""
        if self.question.demand.concurrency > 1:
            return self.together
        return self.deep.rate if self.deep else None

    @property
    def grade(self) -> str:
        """`exact` or `near` for a row at the depth asked about, else the confidence of the prediction: high to none.

        Of several requests, how near the prediction is to batches that were measured: `same hardware` and so on.
        """
        if not self.runs or self.finding is None:
            return "none"
        if self.question.demand.concurrency > 1:
            many = self.finding.aggregate
            return many.nearness or "none" if many else "none"
        row = self.deep.row if self.deep else None
        return row.closeness if row else self.finding.confidence.level


@dataclass(frozen=True, slots=True)
class Machine:
    """What a machine costs and draws, whatever it runs."""

    hardware: Hardware
    bill: Bill | Note
    draw: Draw
    setup: Setup = AS_IT_COMES
    """What is said of it that its name does not say."""

    @property
    def is_owned(self) -> bool:
        """True where nothing of it is to be bought."""
        return isinstance(self.bill, Bill) and not self.bill.items

    @property
    def price(self) -> Range | None:
        """Everything that must be bought; None where a part has no dated price."""
        return self.bill.amount if isinstance(self.bill, Bill) else None


@dataclass(frozen=True, slots=True)
class Row:
    """One model at one context, a cell for each machine in their order."""

    model: Model
    context_tokens: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One model on all machines: how long a context each holds, and where the lead changes between two of them."""

    model: Model
    reaches: tuple[Reach | None, ...]
    """One a machine, in their order; None where its memory is not known."""
    pairings: tuple[Pairing, ...]
    """Every two machines at every context."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Machines side by side."""

    machines: tuple[Machine, ...]
    rows: tuple[Row, ...]
    models: tuple[Side, ...]
    market: Market
    concurrency: int


def cell(
    facts: Facts, calibration: Calibration, question: Question, exclude_sources: frozenset[str] = frozenset()
) -> Cell:
    """What the question's machine makes of its model, by the rule of `advisor fit`."""
    found = ways(facts, calibration, question, exclude_sources)
    best = found[0] if found else None
    demand = question.demand
    trained = question.model.context_tokens
    if best is None or best.verdict not in RUNS or (trained and demand.context_tokens > trained):
        return Cell(question, found, None, None)
    depth = demand.context_tokens if demand.depth_tokens is None else demand.depth_tokens

    def pace(speed: Speed | None, at: int) -> Pace:
        rows = measured(facts, calibration, best.case.asked(concurrency=1), at, exclude_sources)
        return Pace(at, spread(speed), exact_row(rows) or _near(rows))

    return Cell(question, found, pace(best.decode, 0), pace(best.decode_at_depth, depth))


def _near(rows: Iterable[Measured]) -> Measured | None:
    return next((row for row in rows if row.closeness == "near" and not row.remark), None)


def compare(
    facts: Facts, calibration: Calibration, cells: Sequence[Cell], terms: Terms, exclude_sources: frozenset[str] = frozenset()
) -> Comparison:  # fmt: skip
    """The cells side by side, with what their machines cost and draw and where one starts to win.

    There is a cell for every machine at every context of every model. Cells were asked with the day of `terms` and with what
    these say of their machines.
    """
    by_row: dict[tuple[str, int], list[Cell]] = {}
    for each in cells:
        by_row.setdefault((each.question.model.id, each.question.demand.context_tokens), []).append(each)
    rows = tuple(Row(held[0].question.model, context, tuple(held)) for (_, context), held in by_row.items())
    asked = {each.question.hardware.id: each.question for each in cells}
    models = {each.model.id: each.model for each in rows}
    return Comparison(
        machines=tuple(
            Machine(each.hardware, bill_on(facts, terms, each.hardware), draw_on(facts, terms, each.hardware), each.setup)
            for each in asked.values()
        ),
        rows=rows,
        models=tuple(
            _of_model(facts, calibration, model, [row for row in rows if row.model.id == name], exclude_sources)
            for name, model in models.items()
        ),
        market=terms.market, concurrency=max((each.question.demand.concurrency for each in cells), default=1),
    )  # fmt: skip


def _of_model(
    facts: Facts, calibration: Calibration, model: Model, rows: Sequence[Row], exclude_sources: frozenset[str]
) -> Side:
    shortest = min(rows, key=lambda row: row.context_tokens)
    found = [tuple(each.finding for each in row.cells) for row in rows]
    return Side(
        model, tuple(reach(each.ways) for each in shortest.cells), pairings(facts, calibration, found, exclude_sources)
    )


def price_per_rate(price: Range, rate: Range) -> Range | None:
    """Money for each token a second: low with the least price and the highest rate; None where the rate may be nothing."""
    if rate.low <= 0:
        return None
    return Range(price.low / rate.high, price.mid / rate.mid, price.high / rate.low)


def most_measured(facts: Facts, cells: Callable[[Model], Sequence[Cell]], most: int = USUAL_MODELS) -> tuple[Cell, ...]:
    """Cells of the models with most measured rows that fit on the devices of one of the machines at least, `most` models of them."""
    counted = sorted(facts.models, key=lambda name: (-len(facts.records_for(name)), name))
    found: list[Cell] = []
    models = 0
    for name in counted:
        if models == most or not facts.records_for(name):
            break
        here = cells(facts.models[name]) if facts.models[name].is_sized else ()
        if any(each.finding and each.finding.verdict == "fits" for each in here):
            models += 1
            found += here
    return tuple(found)
