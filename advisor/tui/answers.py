"""Answers to a view, each worked out once: the only place where screens get a number from."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from advisor.decide.bill import Bill
from advisor.decide.choose import answer
from advisor.decide.grid import DECODE, best, cell, nearest
from advisor.decide.market import Market
from advisor.decide.pair import pair
from advisor.decide.question import Question
from advisor.decide.shown import shown, weaker
from advisor.decide.terms import Terms, bill_on
from advisor.estimate.limits import limits
from advisor.estimate.machine import AS_IT_COMES
from advisor.evidence.calibration import Calibration
from advisor.evidence.curve import with_curve
from advisor.tui.filter import Filter, parse
from advisor.tui.narrow import Shelf
from advisor.tui.view import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.decide.compare import Cell as Side
    from advisor.decide.compare import Comparison
    from advisor.decide.decision import Decision
    from advisor.decide.grid import Cell
    from advisor.decide.need import Need, Workload
    from advisor.decide.pair import Pair
    from advisor.decide.served import Served
    from advisor.estimate.limits import Limits
    from advisor.estimate.machine import Setup
    from advisor.evidence.finding import Finding, Measured
    from advisor.tui.draft import Draft
    from advisor.tui.view import Asked, View

    About = tuple[Asked, str | None, Setup, str, str]

T = TypeVar("T")
MOST_KEPT = 60_000
"""Answers of one kind that are kept; some two hundred bytes to a few kilobytes each."""
SMOOTH = 2
"""Steps of a curve for each doubling of the context."""
LEAST_SHARED = 2
"""Requests whose sweep is drawn where one alone is asked for."""


class Answers:
    """Everything screens show, from the same functions as the command line; what was asked before is not worked out again."""

    def __init__(self, facts: Facts, market: Market | None = None) -> None:
        self.facts, self.usual = facts, Terms(market=market or Market())
        self.calibration = Calibration.from_json(facts.extra("calibration"))
        self.shelf = Shelf(facts)
        self._kept: dict[str, dict[Any, Any]] = {}
        self._terms: tuple[Draft, Terms] | None = None
        """The draft asked about last, and what it says."""

    def _once(self, kind: str, key: Any, make: Callable[[], T]) -> T:
        known = self._kept.setdefault(kind, {})
        if key not in known:
            if len(known) >= MOST_KEPT:
                known.pop(next(iter(known)))
            known[key] = make()
        found: T = known[key]
        return found

    def filter(self, view: View) -> Filter:
        """The view's filter."""
        return self._once("filter", view.filter, lambda: parse(view.filter))

    def models(self, view: View) -> tuple[str, ...]:
        """Models the filter leaves, in the view's order; a column orders them once all of it is known."""
        found = self._once("models", view.filter, lambda: self.shelf.models(self.filter(view)))
        if view.sort == BY_NAME:
            return tuple(sorted(found))
        cells = [self.cell(view, name, view.sort) for name in found] if view.sort else [None]
        if not all(cells):
            return found
        return tuple(name for _, name in sorted(zip(map(_place, cells), found, strict=True)))

    def machines(self, view: View) -> tuple[str, ...]:
        """Machines the filter leaves, with those of no known memory whose memory the need states."""
        terms = self.terms(view)
        stated = terms.with_memory
        return self._once("machines", (view.filter, stated), lambda: self.shelf.machines(self.filter(view), stated))

    def draft(self, view: View) -> Draft:
        """The view's need; one that is only remembered with what its file says beside its lines."""
        draft = view.draft
        if not draft.path or draft.base is not None:
            return draft
        from advisor.tui.need_files import reopened  # noqa: PLC0415 - only who states a need pays for it

        return self._once("draft", draft, lambda: reopened(self.facts, draft))

    def terms(self, view: View) -> Terms:
        """Where one buys, how far evidence counts and what is said of machines, by the view's need; the usual terms without one."""
        draft, known = view.draft, self._terms
        if known is None or known[0] is not draft:
            # A table asks for every one of its cells: comparing a draft takes longer than what follows.
            known = self._terms = draft, self._terms_of(view)
        return known[1]

    def _terms_of(self, view: View) -> Terms:
        if view.draft.is_empty and view.draft.base is None:
            return self.usual
        from advisor.tui.draft_need import terms_of  # noqa: PLC0415 - only who states a need pays for it

        return self._once("terms", view.draft, lambda: terms_of(self.facts, self.draft(view)) or self.usual)

    def pair(self, view: View) -> tuple[str, str]:
        """The model and machine under the cursor; the first where there is none."""
        return view.model or self.shelf.every_model[0], view.machine or self.shelf.every_machine[0]

    def question(self, view: View, model: str, machine: str) -> Question:
        """The question of one pair, with the day of the view's need and with what it says of the machine."""
        facts, asked, terms = self.facts, view.asked, self.terms(view)
        hardware = self.shelf.machine(machine)
        return Question(
            model=facts.models[model], hardware=hardware, demand=asked.demand(terms.as_of), setup=terms.setup(hardware.id),
            quant=facts.quants[asked.quant] if asked.quant else None, runtime=facts.runtimes[asked.runtime] if asked.runtime else None,
        )  # fmt: skip

    def _about(self, view: View, model: str, machine: str) -> About:
        """What every answer about the pair depends on."""
        terms = self.terms(view)
        setup = terms.setup(self.shelf.machine(machine).id) if terms.owns or terms.considers else AS_IT_COMES
        return view.asked, terms.as_of, setup, model, machine

    def _of_cell(self, view: View, model: str, machine: str) -> tuple[Any, ...]:
        """The same of a cell; only prices depend on where one buys."""
        terms = self.terms(view) if view.quantity == "price" else None
        return view.quantity, terms, *self._about(view, model, machine)

    def cell(self, view: View, model: str, machine: str) -> Cell | None:
        """The cell where it is known already."""
        found: Cell | None = self._kept.get("cell", {}).get(self._of_cell(view, model, machine))
        return found

    def fill(self, view: View, pairs: Iterable[tuple[str, str]], seconds: float) -> bool:
        """Work out cells until the time is over, at least one; whether all of these are known now."""
        until = perf_counter() + seconds
        for model, machine in pairs:
            key = self._of_cell(view, model, machine)
            if key in self._kept.get("cell", {}):
                continue
            if perf_counter() > until:
                return False
            self._once("cell", key, lambda m=model, h=machine: self._cell(view, m, h))  # type: ignore[misc]
            until = max(until, perf_counter()) if seconds <= 0 else until
        return True

    def left(self, view: View, pairs: Iterable[tuple[str, str]]) -> int:
        """How many of these cells are not known yet."""
        known = self._kept.get("cell", {})
        return sum(self._of_cell(view, model, machine) not in known for model, machine in pairs)

    def _cell(self, view: View, model: str, machine: str) -> Cell:
        found, terms = self.best(view, model, machine), self.terms(view)
        row = self._row(found, machine) if found and found.footprint and view.quantity in DECODE else None
        bill = self.bill(terms, machine) if view.quantity == "price" else None
        return cell(self.facts, self.learned(terms.as_of), found, view.quantity, bill, row)

    def _row(self, found: Finding, machine: str) -> Measured | None:
        """The nearest row, which another context changes nothing about: rows are compared at the stated depth, or an empty cache."""
        case, d = found.case, found.case.demand
        as_of = d.as_of
        key = (
            case.model.id,
            machine,
            case.quant.id,
            case.runtime.id,
            case.backend,
            d.concurrency,
            d.depth_tokens,
            as_of,
        )
        return self._once("row", key, lambda: nearest(self.facts, self.learned(as_of), found))

    def best(self, view: View, model: str, machine: str) -> Finding | None:
        """The best way to run the pair, with its memory and its decode speed."""
        question = self.question(view, model, machine)
        learned = self.learned(question.demand.as_of)
        return self._once("best", self._about(view, model, machine), lambda: best(self.facts, learned, question))

    def bill(self, terms: Terms, machine: str) -> Bill | None:
        """What must be bought to have the machine; None where a part has no dated price."""
        found = self._once("bill", (terms, machine), lambda: bill_on(self.facts, terms, self.shelf.machine(machine)))
        return found if isinstance(found, Bill) else None

    def reach(self, view: View, model: str, machine: str) -> Limits | None:
        """The longest context and most requests of the best way; None where it cannot run."""
        found = self.best(view, model, machine)
        if found is None or found.footprint is None or not found.case.model.is_sized:
            return None
        case, held = found.case, found.footprint
        return self._once("reach", self._about(view, model, machine), lambda: limits(case, held))

    def findings(self, view: View, model: str, machine: str) -> tuple[Finding, ...]:
        """Everything of every way to run the pair, best first."""
        question = self.question(view, model, machine)
        learned = self.learned(question.demand.as_of)
        return self._once("findings", self._about(view, model, machine), lambda: answer(self.facts, learned, question))

    def drawn(self, view: View, model: str, machine: str) -> Finding | None:
        """The best finding with its curves; None where nothing is offered."""
        found, learned = self.findings(view, model, machine), self.learned(self.terms(view).as_of)
        if not found:
            return None
        return self._once(
            "drawn",
            self._about(view, model, machine),
            lambda: with_curve(self.facts, learned, found[0], per_doubling=SMOOTH),
        )

    def shared(self, view: View, model: str, machine: str) -> Finding | None:
        """The same asked for at least two requests, so that there is a sweep."""
        asked = replace(view.asked, concurrency=max(view.asked.concurrency, LEAST_SHARED))
        return self.drawn(replace(view, asked=asked), model, machine)

    def evidence(self, view: View, model: str, machine: str) -> Pair:
        """The measured rows of the pair that the view asks for, in its order."""
        question, facts, wanted = self.question(view, model, machine), self.facts, view.rows
        about, without = (wanted.max_tier, self._about(view, model, machine)), weaker(facts, wanted.max_tier)
        learned = self.learned(question.demand.as_of, without)
        found = self._once("pair", about, lambda: pair(facts, learned, question, without))
        return self._once("shown", (wanted, about), lambda: shown(facts, found, wanted))

    def side(self, view: View, model: str, machine: str) -> Side:
        """What the machine makes of the model, as a comparison shows it."""
        from advisor.decide.compare import cell as side  # noqa: PLC0415 - the first screen does without

        question = self.question(view, model, machine)
        learned = self.learned(question.demand.as_of)
        return self._once("side", self._about(view, model, machine), lambda: side(self.facts, learned, question))

    def knows_side(self, view: View, model: str, machine: str) -> bool:
        """Whether that is worked out already."""
        return self._about(view, model, machine) in self._kept.get("side", {})

    def compared(self, view: View, models: Sequence[str], machines: Sequence[str]) -> Comparison:
        """The machines side by side over the models; there is at least one of each."""
        from advisor.decide.compare import compare  # noqa: PLC0415 - the first screen does without

        cells, terms = [self.side(view, model, machine) for model in models for machine in machines], self.terms(view)
        key = (terms, view.asked, tuple(models), tuple(machines))
        return self._once("compared", key, lambda: compare(self.facts, self.learned(terms.as_of), cells, terms))

    def decided(self, need: Need, work_on: Callable[[], None] = lambda: None) -> Decision:
        """The decision for the need. `work_on` is called before each machine and workload is worked out, and may raise."""
        from advisor.decide.decision import decide  # noqa: PLC0415 - only who states a need pays for it
        from advisor.decide.served import serve  # noqa: PLC0415 - likewise

        learned = self.learned(need.as_of)

        def by(facts: Facts, calibration: Calibration, work: Workload, machine: Hardware, **more: Any) -> Served:
            def once() -> Served:
                work_on()
                return serve(facts, calibration, work, machine, **more)

            return self._once("served", (work, machine.id, need.as_of, *more.values()), once)

        return decide(self.facts, learned, need, by)

    def learned(self, as_of: str | None, without: frozenset[str] = frozenset()) -> Calibration:
        """What the rows up to that day teach, those of some sources left out; all of them for None."""
        return self._once("calibration", (as_of, without), lambda: self._taught(as_of, without))

    def _taught(self, as_of: str | None, without: frozenset[str]) -> Calibration:
        if as_of is None and not without:
            return self.calibration
        from advisor.evidence.teach import teach  # noqa: PLC0415 - only who asks about another day or fewer rows pays for it

        return teach(self.facts, as_of=as_of, exclude_sources=without)


def _place(found: Cell | None) -> tuple[int, float]:
    """Best first: what runs by its number, what is short by how much, what cannot run."""
    if found is None or found.best is None or found.best.footprint is None:
        return 3, 0.0
    if not found.runs:
        return 2, float(found.short_bytes)
    amount = {"memory": found.share, "price": found.price_per_tok_s}.get(
        found.quantity, -(found.rate.tok_s or 0.0) if found.rate else None
    )
    return (1, 0.0) if amount is None else (0, amount)


def visible(models: Sequence[str], machines: Sequence[str]) -> list[tuple[str, str]]:
    """Every pair, row by row."""
    return [(model, machine) for model in models for machine in machines]
