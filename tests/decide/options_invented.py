"""Options, and what they make of workloads, built without a catalog: speeds, prices and floors are what a test says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.decide.bill import Bill, Item
from advisor.decide.need import Keeping, Limits, Need, Workload
from advisor.decide.options import KEEP, Option
from advisor.decide.power_draw import Draw
from advisor.decide.prices import Priced
from advisor.decide.ranges import NOTHING, Range, exactly
from advisor.decide.served import Served
from advisor.decide.standing import Standing
from advisor.estimate.note import Note
from advisor.evidence.finding import Confidence, Finding
from tests.estimate.small import card
from tests.evidence.invented import case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advisor.catalog.schema.hardware import Hardware

CHAT = Workload(name="chat", model="tiny", floor_tok_s=20)
CODE = Workload(name="code", model="moe", floor_tok_s=30)


def machine(name: str, **changed: object) -> Hardware:
    return replace(card(24, name, bandwidth=1000), **changed)  # type: ignore[arg-type]


def found(verdict: str = "fits", level: str = "high") -> Finding:
    return Finding(
        case=case(), verdict=verdict, footprint=None, max_context_tokens=None, max_concurrency=None, decode=None,  # type: ignore[arg-type]
        decode_at_depth=None, evidence=(), confidence=Confidence(level, Note("as invented")),  # type: ignore[arg-type]
    )  # fmt: skip


def served(
    work: Workload, machine_id: str, speed: float | Range | None, *, runs: bool = True, wait: Range | None = None, level: str = "high"
) -> Served:  # fmt: skip
    """What a machine makes of a workload: `speed` None where nobody can tell."""
    span = exactly(speed) if isinstance(speed, int | float) else speed
    return Served(
        work, machine_id, found("fits" if runs else "does-not-fit", level), span if runs else None, None, wait if runs else None
    )  # fmt: skip


def price(what: str, amount: float | Range, **changed: object) -> Priced:
    span = exactly(amount) if isinstance(amount, int | float) else amount
    usual = Priced(
        what=what, amount=span, currency="EUR", region="EU", condition="new", date="2026-09-01", age_days=20, basis="quotes",
        rows=(), rate=None,
    )  # fmt: skip
    return replace(usual, **changed)  # type: ignore[arg-type]


def bought(name: str, amount: float | Range, speeds: Mapping[str, float | Range | None], *, load_w: float = 300.0,
           works: Sequence[Workload] = (CHAT, CODE), cost: float | None = None) -> Standing:  # fmt: skip
    """Buying one machine at a price; a workload without a speed does not run on it."""
    bill = Bill((Item(1, price(name, amount)),), "EUR")
    box = machine(name)
    draw = Draw(exactly(load_w), exactly(30), "read at the wall", ())
    total = bill.amount if cost is None else exactly(cost)
    option = Option(name, box, (box,), bill, draw, total, None, draws=(draw,))
    return Standing(option, tuple(served(w, name, speeds.get(w.name), runs=w.name in speeds) for w in works))


def keeping(speeds: Mapping[str, float | Range | None], *, works: Sequence[Workload] = (CHAT, CODE)) -> Standing:
    """Keeping a machine called `mine`."""
    box, draw = machine("mine"), Draw(exactly(400), None, "power limit", ())
    option = Option(KEEP, None, (box,), None, draw, NOTHING, None, draws=(draw,))
    return Standing(option, tuple(served(w, "mine", speeds.get(w.name), runs=w.name in speeds) for w in works))


def cells(standings: Sequence[Standing]) -> dict[tuple[str, str], Served]:
    """Machine and workload → what it makes of it."""
    return {(one.machine, one.workload.name): one for each in standings for one in each.served}


def need(*, budget: float | None = None, works: Sequence[Workload] = (CHAT, CODE), resale: float = 0.0) -> Need:
    return Need(workloads=tuple(works), limits=Limits(budget=budget), keeping=Keeping(resale_share=resale))
