"""On what terms machines are looked at: where one buys, up to which day evidence counts, and what is said of some of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from advisor.decide.bill import Bill, bill_of
from advisor.decide.considered import host_of
from advisor.decide.host import setup_of
from advisor.decide.market import Market
from advisor.decide.need import Candidate, Owned
from advisor.decide.power_draw import draw_of
from advisor.decide.prices import in_market, own_quote
from advisor.estimate.machine import AS_IT_COMES

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.decide.bill import HostIs
    from advisor.decide.need import Need
    from advisor.decide.power_draw import Draw
    from advisor.estimate.machine import Setup
    from advisor.estimate.note import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a person says beside the question itself, whichever machines and models it is about."""

    market: Market = field(default_factory=Market)
    as_of: str | None = None
    """Day up to which evidence counts; None = all of it."""
    owns: tuple[Owned, ...] = ()
    considers: tuple[Candidate, ...] = ()
    """Machines of which more is said than that they are thought of."""
    host: HostIs | None = None
    """Whether the computer around cards is there already; None = it is where a machine with cards is owned."""

    @staticmethod
    def of(need: Need) -> Terms:
        """What the need says of where one buys, of evidence and of its machines."""
        more = tuple(each for each in need.considers if each != Candidate(machine=each.machine))
        return Terms(market=need.market, as_of=need.as_of, owns=need.owns, considers=more)

    def said_of(self, machine: str) -> Owned | Candidate | None:
        """What is said of the machine with that id; of one that is owned and thought of, as the owned."""
        known: tuple[Owned | Candidate, ...] = (*self.owns, *self.considers)
        return next((each for each in known if each.machine == machine), None)

    @property
    def with_memory(self) -> tuple[str, ...]:
        """Ids of the machines whose main memory is stated."""
        known: tuple[Owned | Candidate, ...] = (*self.owns, *self.considers)
        return tuple(each.machine for each in known if each.host_memory_gb)

    def setup(self, machine: str) -> Setup:
        """The main memory behind the machine with that id, as far as anything is said of it."""
        said = self.said_of(machine)
        return setup_of(said.host_memory_gb, said.host_bandwidth_gb_s) if said else AS_IT_COMES


def bill_on(facts: Facts, terms: Terms, hardware: Hardware) -> Bill | Note:
    """What must be bought to have the machine, nothing of one that is owned; or which part nobody prices."""
    said = terms.said_of(hardware.id)
    if isinstance(said, Owned):
        return Bill((), terms.market.currency)
    return bill_of_candidate(
        facts, terms, said or Candidate(machine=hardware.id, condition=terms.market.condition), hardware
    )


def bill_of_candidate(facts: Facts, terms: Terms, asked: Candidate, hardware: Hardware) -> Bill | Note:
    """What the machine costs in the condition it is thought of, or as quoted to the person; or which part nobody prices."""
    market = in_market(terms.market, asked.condition)
    own = None
    if asked.price is not None:
        day = asked.price_date or market.day(facts.date)
        own = {hardware.id: own_quote(asked.price, market.currency, day, market.region, asked.condition)}
    return bill_of(facts, hardware, market, host_of(facts, terms.owns, hardware, asked.host or terms.host), own)


def draw_on(facts: Facts, terms: Terms, hardware: Hardware) -> Draw:
    """Wall power of the machine, as its owner read it where it is stated."""
    said = terms.said_of(hardware.id)
    load_w, idle_w = (said.load_w, said.idle_w) if said else (None, None)
    return draw_of(facts, hardware, terms.market.as_of, load_w=load_w, idle_w=idle_w)
