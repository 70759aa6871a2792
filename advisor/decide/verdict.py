"""The choice in words: one sentence, when to buy and when not, each workload head to head, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from advisor.decide.options import KEEP
from advisor.estimate.note import Note, note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advisor.catalog.contents import Facts
    from advisor.decide.doubt import Cell, Doubt
    from advisor.decide.need import Need, Workload
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing

Level = Literal["high", "medium", "low"]
SURE, LIKELY = 0.9, 0.7
"""Share of draws in which the choice must stand."""
AS_FAST = 1.1
"""Speeds closer than this are alike."""
GOOD_GRADES = frozenset({"measured", "high"})


@dataclass(frozen=True, slots=True)
class Duel:
    """One workload on what there is and on what would be bought."""

    workload: Workload
    kept: Served
    bought: Served
    factor: float | None
    """Speed of the bought one over the kept one's; None where one of them gives no figure."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do."""

    sentence: Note
    buy_if: tuple[Note, ...]
    do_not_if: tuple[Note, ...]
    duels: tuple[Duel, ...]
    confidence: Level
    because: Note
    turns_on: Note | None
    """The price it turns on, and where it would flip."""


def verdict(  # noqa: PLR0913 - everything that was worked out
    facts: Facts, need: Need, found: Sequence[Standing], served: Mapping[Cell, Served], pick: Standing, doubted: Doubt
) -> Verdict:
    """The verdict for `pick`, against keeping what is owned where that is an option."""
    kept = next((each for each in found if each.option.name == KEEP), None)
    rival = pick if pick.option.bought else _nearest(found)
    duels = _duels(kept, rival, served) if kept and rival else ()
    return Verdict(
        sentence=_sentence(found, pick), buy_if=_buy_if(duels, kept, rival), do_not_if=_do_not_if(duels),
        duels=duels, confidence=_level(pick, doubted), because=_because(facts, pick, doubted), turns_on=_turns_on(need, found, pick),
    )  # fmt: skip


def _nearest(found: Sequence[Standing]) -> Standing | None:
    """What one would buy if one bought: the fewest misses, then the least cost, limits aside only where nothing is open."""
    buying = [each for each in found if each.option.bought]
    open_ones = [each for each in buying if each.is_open] or buying
    return min(
        open_ones, key=lambda each: (len(each.missed), each.option.cost.mid if each.option.cost else float("inf")), default=None
    )  # fmt: skip


def _duels(kept: Standing, rival: Standing, served: Mapping[Cell, Served]) -> tuple[Duel, ...]:
    assert rival.option.bought is not None
    found = []
    for one in kept.served:
        other = served[rival.option.bought.id, one.workload.name]
        known = one.decode_tok_s and other.decode_tok_s and one.decode_tok_s.mid
        found.append(Duel(one.workload, one, other, other.decode_tok_s.mid / one.decode_tok_s.mid if known else None))  # type: ignore[union-attr]
    return tuple(found)


def _name(option: Standing) -> str:
    return option.option.bought.name if option.option.bought else " and ".join(m.name for m in option.option.machines)


def _sentence(found: Sequence[Standing], pick: Standing) -> Note:
    option, missed = pick.option, pick.missed
    rest = f"; {_listed(work.name for work in missed)} stays out of reach" if missed else ""
    musts = sum(one.workload.must for one in pick.served)
    if option.bought is None:
        if not missed:
            return note(f"Keep {_name(pick)}: it does all that must be done")
        return note(f"Keep {_name(pick)}: nothing open to you does more{rest}")
    done = "all that must be done" if not missed else f"{musts - len(missed)} of {musts} workloads that must be done"
    why = "the only open choice" if sum(each.is_open for each in found) == 1 else "the cheapest open choice"
    price = option.bill
    words = f"Buy {option.bought.name} for {{price_amount}} {price.currency if price else ''} ({price.date if price else ''}): {why} that does {done}{rest}"
    return note(words, price_amount=option.price.mid if option.price else 0.0)


def _listed(names: object) -> str:
    *most, last = list(names)  # type: ignore[call-overload]
    return f"{', '.join(most)} and {last}" if most else str(last)


def _speed(one: Served, name: str) -> tuple[str, dict[str, float]]:
    """The speed in words, with its figure under `name`."""
    if not one.runs:
        return "does not run", {}
    if one.decode_tok_s is None:
        return "runs at a speed nobody can tell", {}
    return f"{{{name}}}", {name: one.decode_tok_s.mid}


def _buy_if(duels: Sequence[Duel], kept: Standing | None, rival: Standing | None) -> tuple[Note, ...]:
    if rival is None or kept is None:
        return ()
    name, found = _name(rival), []
    for duel in duels:
        if not duel.bought.is_fast_enough:
            continue
        there, figure = _speed(duel.bought, "bought_tok_s")
        if not duel.kept.is_fast_enough:
            here, other = _instead_of(duel.kept)
            words = f"you will run {duel.workload.name}: {there} on {name}, where what you own {here}"
            found.append(note(words, **figure, **other))
        elif duel.factor and duel.factor > AS_FAST:
            here, other = _speed(duel.kept, "kept_tok_s")
            words = f"{duel.workload.name} should be {{factor_times}} times as fast: {there} against {here}"
            found.append(note(words, **figure, **other, factor_times=duel.factor))
    return tuple(found)


def _instead_of(one: Served) -> tuple[str, dict[str, float]]:
    if not one.runs:
        return "cannot", {}
    if one.decode_tok_s is None:
        return "runs it partly from host memory, at a speed nobody can tell", {}
    return "gives {kept_tok_s}", {"kept_tok_s": one.decode_tok_s.mid}


def _do_not_if(duels: Sequence[Duel]) -> tuple[Note, ...]:
    found = []
    for duel in duels:
        there, bought = _speed(duel.bought, "bought_tok_s")
        here, kept = _speed(duel.kept, "kept_tok_s")
        if duel.kept.runs and duel.factor and duel.factor < 1 / AS_FAST:
            words = f"your work is {duel.workload.name}: what you own is {{factor_times}} times as fast ({here} against {there})"
            found.append(note(words, **kept, **bought, factor_times=1 / duel.factor))
        elif duel.workload.floor_tok_s and not duel.bought.is_fast_enough and not duel.kept.is_fast_enough:
            words = f"you want {duel.workload.name} at {{floor_tok_s}}: {there} bought, {here} owned"
            found.append(note(words, **bought, **kept, floor_tok_s=duel.workload.floor_tok_s))
    return tuple(found)


def _level(pick: Standing, doubted: Doubt) -> Level:
    weak = [one for one in pick.served if one.workload.must and one.runs and one.grade not in GOOD_GRADES]
    if doubted.stands >= SURE and not weak:
        return "high"
    return "medium" if doubted.stands >= LIKELY else "low"


def _because(facts: Facts, pick: Standing, doubted: Doubt) -> Note:
    words = "the same choice in {stands_share} of draws from all intervals and price ranges"
    weak = [one for one in pick.served if one.workload.must and one.runs and one.grade not in GOOD_GRADES]
    if weak:
        words += f"; weakest evidence: {_listed(one.workload.name for one in weak)}"
    others = sorted(
        ((share, name) for name, share in doubted.instead.items() if name != pick.option.name), reverse=True
    )
    if others:
        share, name = others[0]
        shown = facts.hardware[name].name if name in facts.hardware else name
        return note(
            f"{words}; else mostly {'keeping what you own' if name == KEEP else shown} ({{else_share}})",
            stands_share=doubted.stands,
            else_share=share,
        )
    return note(words, stands_share=doubted.stands)


def _turns_on(need: Need, found: Sequence[Standing], pick: Standing) -> Note | None:
    """At which price of the bought machine another option would be chosen, all else as expected."""
    option = pick.option
    if option.bought is None or option.price is None or option.cost is None or option.bill is None:
        return None
    rest = option.cost.mid - option.price.mid * (1 - need.keeping.resale_share)
    rivals = [
        each
        for each in found
        if each is not pick and each.is_open and len(each.missed) == len(pick.missed) and each.option.cost
    ]
    limits = [
        ((each.option.cost.mid - rest) / (1 - need.keeping.resale_share), each) for each in rivals if each.option.cost
    ]
    at, rival = min(limits, key=lambda pair: pair[0], default=(float("inf"), None))
    budget = need.limits.budget
    currency = option.bill.currency
    base = f"it turns on the price of {{price_amount}} {currency} ({option.bill.date})"
    if budget is not None and budget < at:
        return note(
            f"{base}: above {{flip_amount}} {currency} it is over the budget",
            price_amount=option.price.mid,
            flip_amount=budget,
        )
    if rival is None:
        return note(f"{base}: no other open option does as much at any price", price_amount=option.price.mid)
    name = rival.option.bought.name if rival.option.bought else "keeping what you own"
    return note(
        f"{base}: above {{flip_amount}} {currency} it would be {name}", price_amount=option.price.mid, flip_amount=at
    )
