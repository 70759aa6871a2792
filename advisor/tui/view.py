"""What the screen is about: one frozen value; every key makes a new one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from advisor.decide.grid import QUANTITIES
from advisor.estimate.case import Demand
from advisor.tui.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.decide.grid import Quantity

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

    depth_tokens: int | None = None
    """Tokens in the cache when speed is asked for; None = at the context."""

    def demand(self, as_of: str | None = None) -> Demand:
        """The same as the estimate takes it, with software and evidence of that day."""
        return Demand(
            context_tokens=self.context_tokens,
            concurrency=self.concurrency,
            depth_tokens=self.depth_tokens,
            as_of=as_of,
        )


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
    marks: tuple[tuple[str, str], ...] = ()
    """Pairs of model and machine, in the order they were marked."""
    tab: int = 0
    """Part of a screen that has several."""
    row: int = 0
    """Line under the cursor of a screen that lists things."""
    differences: bool = False
    """Whether a comparison leaves out what is the same everywhere."""
    draft: Draft = field(default_factory=Draft)
    """The need as it stands in the lines."""
    step: int = 0
    """Line of the need under the cursor."""

    def on(self, screen: str) -> View:
        """The same question on another screen, from its top."""
        return self if screen == self.screen else replace(self, screen=screen, row=0)

    def at(self, model: str, machine: str) -> View:
        """With the cursor on that pair."""
        return replace(self, model=model, machine=machine)

    def stretched(self, doublings: int) -> View:
        """With the context doubled so often, or halved where negative, and full; no shorter than 1k and no longer than 16M."""
        context = min(max(int(self.asked.context_tokens * 2.0**doublings), LEAST_CONTEXT), MOST_CONTEXT)
        return replace(self, asked=replace(self.asked, context_tokens=context, depth_tokens=None))

    def crowded(self, doublings: int) -> View:
        """With twice as many requests at once so often, or half as many; 1 to 1,024."""
        count = int(self.asked.concurrency * 2.0**doublings)
        return replace(self, asked=replace(self.asked, concurrency=min(max(count, 1), MOST_REQUESTS)))

    def filtered(self, text: str, quant: str) -> View:
        """With that filter, which asks for that format (empty = none), and the cursor wherever it still can be."""
        return replace(self, filter=text, asked=replace(self.asked, quant=quant))

    def run_by_next(self, runtimes: Sequence[str]) -> View:
        """With the next runtime; the best of all comes after the last."""
        every = ["", *runtimes]
        place = every.index(self.asked.runtime) if self.asked.runtime in every else 0
        return replace(self, asked=replace(self.asked, runtime=every[(place + 1) % len(every)]))

    def showing_next(self) -> View:
        """With the next number in the cells."""
        return replace(self, quantity=QUANTITIES[(QUANTITIES.index(self.quantity) + 1) % len(QUANTITIES)])

    def with_mark(self) -> View:
        """With the pair under the cursor marked, or no longer so."""
        pair = (self.model, self.machine)
        if not all(pair):
            return self
        marks = tuple(each for each in self.marks if each != pair) if pair in self.marks else (*self.marks, pair)
        return replace(self, marks=marks)

    def sorted_next(self) -> View:
        """Ordered by the machine under the cursor; then by name; then the most measured first again; from the top each time."""
        after = {self.machine: BY_NAME, BY_NAME: ""}
        return replace(self, sort=after.get(self.sort, self.machine), model="")
