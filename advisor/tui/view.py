"""What the screen is about: one frozen value; every key makes a new one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from advisor.decide.grid import QUANTITIES
from advisor.decide.shown import ORDERS, TIERS, USUAL, Shown
from advisor.estimate.case import Demand
from advisor.tui.draft import Draft
from advisor.tui.screens import FIRST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.decide.grid import Quantity

T = TypeVar("T")

LEAST_CONTEXT, MOST_CONTEXT = 1024, 2**24
MOST_REQUESTS = 1024
BY_NAME = "name"


@dataclass(frozen=True, slots=True)
class Asked:
    """The part of a view that a prediction depends on, without model and machine."""

    context_tokens: int = 8192
    concurrency: int = 1
    runtime: str = ""
    """Runtime id; empty = the best of all."""
    quant: str = ""
    """Format id; empty = the best of the usual ones. The filter says it (`quant:q8_0`)."""

    prompt_tokens: int | None = None
    """Tokens of the usual prompt, at whose end speed is asked for; None = it fills the context."""

    def demand(self, as_of: str | None = None) -> Demand:
        """The same as the estimate takes it, with software and evidence of that day."""
        return Demand(
            context_tokens=self.context_tokens,
            concurrency=self.concurrency,
            depth_tokens=self.prompt_tokens,
            prompt_tokens=self.prompt_tokens,
            as_of=as_of,
        )


Pairs = tuple[tuple[str, str], ...]
"""Of model and machine."""


@dataclass(frozen=True, slots=True)
class Lineup:
    """What Compare shows where that is not what is marked."""

    pairs: Pairs
    of_need: bool = False
    """Machines and models of the need; otherwise what was taken for want of marks, of which the cursor is no longer at the one it was."""
    said: str = ""
    """Why these were taken, where they are not of the need."""


@dataclass(frozen=True, slots=True)
class View:
    """Question, filter, order, marks and place: everything a screen is drawn from."""

    screen: str = "fit"
    model: str = ""
    """Id under the cursor; empty = the first."""
    machine: str = ""
    """Id or composition under the cursor; empty = the first."""
    asked: Asked = Asked()
    quantity: Quantity = QUANTITIES[0]
    filter: str = ""
    sort: str = ""
    """Machine whose numbers order the models, `name`, or empty for the most measured first."""
    marks: Pairs = ()
    """In the order they were marked."""
    lineup: Lineup | None = None
    """What Compare shows instead of the marks; None = the marks."""
    tab: int = 0
    """Part of a screen that has several."""
    row: int = 0
    """Line under the cursor of a screen that lists things."""
    differences: bool = False
    """Whether a comparison leaves out what is the same everywhere."""
    rows: Shown = USUAL
    """Which measured rows of a pair are shown, and in which order."""
    draft: Draft = field(default_factory=Draft)
    """The need as it stands in the lines."""
    step: int = 0
    """Line of the need under the cursor."""

    def on(self, screen: str) -> View:
        """The same question on another screen, from its top; on the first one the cursor says anew what is compared."""
        if screen == self.screen:
            return self
        kept = self.lineup if screen != FIRST or (self.lineup and self.lineup.of_need) else None
        return replace(self, screen=screen, row=0, lineup=kept)

    def at(self, model: str, machine: str) -> View:
        """With the cursor on that pair."""
        return replace(self, model=model, machine=machine)

    def stretched(self, doublings: int) -> View:
        """With the context doubled so often, or halved where negative, and full; no shorter than 1k and no longer than 16M."""
        context = min(max(int(self.asked.context_tokens * 2.0**doublings), LEAST_CONTEXT), MOST_CONTEXT)
        return replace(self, asked=replace(self.asked, context_tokens=context, prompt_tokens=None))

    def crowded(self, doublings: int) -> View:
        """With twice as many requests at once so often, or half as many; 1 to 1,024."""
        count = int(self.asked.concurrency * 2.0**doublings)
        return replace(self, asked=replace(self.asked, concurrency=min(max(count, 1), MOST_REQUESTS)))

    def filtered(self, text: str, quant: str) -> View:
        """With that filter, which asks for that format (empty = none), and the cursor wherever it still can be."""
        return replace(self, filter=text, asked=replace(self.asked, quant=quant))

    def run_by(self, runtime: str) -> View:
        """With that runtime; empty = the best of all."""
        return replace(self, asked=replace(self.asked, runtime=runtime))

    def needing(self, draft: Draft) -> View:
        """With that need; machines of another are no longer compared."""
        kept = None if self.lineup and self.lineup.of_need and draft != self.draft else self.lineup
        return replace(self, draft=draft, lineup=kept)

    def comparing_marks(self) -> View:
        """What is marked, side by side."""
        return replace(self, lineup=None).on("compare")

    def emptied(self) -> View:
        """Without its filter; without its marks where there is none."""
        return self.filtered("", "") if self.filter else replace(self, marks=())

    def showing_next(self) -> View:
        """With the next number in the cells."""
        return replace(self, quantity=QUANTITIES[(QUANTITIES.index(self.quantity) + 1) % len(QUANTITIES)])

    def with_mark(self) -> View:
        """With the pair under the cursor marked, or no longer so; Compare then shows what is marked, unless it is in front."""
        pair = (self.model, self.machine)
        if not all(pair):
            return self
        marks = tuple(each for each in self.marks if each != pair) if pair in self.marks else (*self.marks, pair)
        return replace(self, marks=marks, lineup=self.lineup if self.screen == "compare" else None)

    def sorted_next(self) -> View:
        """Ordered by the machine under the cursor; then by name; then the most measured first again; from the top each time."""
        after = {self.machine: BY_NAME, BY_NAME: ""}
        return replace(self, sort=after.get(self.sort, self.machine), model="")

    def rows_sorted_next(self) -> View:
        """With measured rows in the next order, from the top."""
        return self._with_rows(replace(self.rows, order=_after(ORDERS, self.rows.order)))

    def doubting(self) -> View:
        """With the measured rows that are disputed, suspect or remarked on alone; with every row where it was them alone."""
        return self._with_rows(replace(self.rows, disputed=not self.rows.disputed))

    def with_next_tier(self) -> View:
        """With measured rows up to the next tier; any tier after the last."""
        return self._with_rows(replace(self.rows, max_tier=_after(TIERS, self.rows.max_tier)))

    def _with_rows(self, rows: Shown) -> View:
        return replace(self, rows=rows, row=0)


def _after(every: Sequence[T], one: T) -> T:
    """The one after it; the first after the last, and for one that is not among them."""
    return every[(every.index(one) + 1) % len(every)] if one in every else every[0]
