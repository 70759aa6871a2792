"""The choice in words: one sentence, when to buy and when not, each workload head to head, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from advisor.decide.options import KEEP, sold_for
from advisor.estimate.note import Note, note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advisor.decide.doubt import Cell, Doubt
    from advisor.decide.need import Need, Workload
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing

Level = Literal["high", "medium", "low"]
SURE, LIKELY = 0.9, 0.7
"""Share of draws in which the choice must stand."""
LEAST_SAID = 0.01
"""Options chosen in fewer draws are not named."""
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


def verdict(
    need: Need, found: Sequence[Standing], served: Mapping[Cell, Served], pick: Standing, doubted: Doubt
) -> Verdict:
    """The verdict for `pick`, against keeping what is owned where that is an option."""
    kept = next((each for each in found if each.option.name == KEEP), None)
    rival = pick if pick.option.bought else _nearest(found)
    duels = _duels(kept, rival, served) if kept and rival else ()
    alone = pick if kept is None else None
    return Verdict(
        sentence=_sentence(found, pick), buy_if=_what_it_does(alone) if alone else _buy_if(duels, rival),
        do_not_if=_what_it_misses(alone) if alone else _do_not_if(duels), duels=duels, confidence=_level(pick, doubted),
        because=_because(found, pick, doubted), turns_on=_turns_on(need, found, pick),
    )  # fmt: skip


def _nearest(found: Sequence[Standing]) -> Standing | None:
    """What one would buy if one bought: the fewest misses, then the most that runs at all, then the least cost.

    Limits are left aside only where nothing is open.
    """
    buying = [each for each in found if each.option.bought]
    open_ones = [each for each in buying if each.is_open] or buying
    return min(
        open_ones,
        key=lambda each: (
            len(each.missed),
            -sum(one.runs for one in each.served),
            each.option.cost.mid if each.option.cost else float("inf"),
        ),
        default=None,
    )


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
    stay = "stays" if len(missed) == 1 else "stay"
    rest = f"; {_listed(work.name for work in missed)} {stay} out of reach" if missed else ""
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


def _what_it_does(pick: Standing) -> tuple[Note, ...]:
    """Where nothing is owned: the workloads it does."""
    found = []
    for one in pick.served:
        if one.is_fast_enough:
            there, figure = _speed(one, "bought_tok_s")
            found.append(note(f"you will run {one.workload.name}: {there}", **figure))
    return tuple(found)


def _what_it_misses(pick: Standing) -> tuple[Note, ...]:
    """Where nothing is owned: the workloads it does not do, or not fast enough."""
    found = []
    for one in pick.served:
        if one.is_fast_enough:
            continue
        there, figure = _speed(one, "bought_tok_s")
        work = one.workload
        slow = one.decode_tok_s is not None and work.floor_tok_s is not None and one.decode_tok_s.mid < work.floor_tok_s
        if slow:
            words = f"you want {work.name} at {{floor_tok_s}}: {there}"
            found.append(note(words, **figure, floor_tok_s=work.floor_tok_s or 0.0))
        elif one.runs and one.ttft_s and work.ttft_s and one.ttft_s.mid > work.ttft_s:
            words = f"you want {work.name} to answer within {{longest_s}} s: {{wait_s}} s to the first token"
            found.append(note(words, longest_s=work.ttft_s, wait_s=round(one.ttft_s.mid)))
        else:
            found.append(note(f"you want {work.name}: {there}", **figure))
    return tuple(found)


def _buy_if(duels: Sequence[Duel], rival: Standing | None) -> tuple[Note, ...]:
    if rival is None:
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
        spare = one.host_spare_bytes
        if spare is None:
            return "cannot", {}
        words = "cannot unless its main memory has {spare_bytes} to spare (state its host_memory_gb)"
        return words, {"spare_bytes": spare}
    if one.decode_tok_s is None:
        if one.lacks_host_speed:
            return "runs it partly from host memory, at a speed nobody can tell (state its host_bandwidth)", {}
        return "runs it at a speed nobody can tell", {}
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


def _because(found: Sequence[Standing], pick: Standing, doubted: Doubt) -> Note:
    words = "the same choice in {stands_share} of draws from all intervals and price ranges"
    weak = [one for one in pick.served if one.workload.must and one.runs and one.grade not in GOOD_GRADES]
    if weak:
        words += f"; weakest evidence: {_listed(one.workload.name for one in weak)}"
    nothing = 1 - sum(doubted.instead.values())
    if nothing >= LEAST_SAID:
        words += "; in {nothing_share} nothing open does any of it"
    said = {"stands_share": doubted.stands} | ({"nothing_share": nothing} if nothing >= LEAST_SAID else {})
    others = [(doubted.instead.get(each.option.name, 0.0), each) for each in found if each is not pick]
    share, rival = max(others, key=lambda pair: pair[0], default=(0.0, None))
    if rival is None or share < LEAST_SAID:
        return note(words, **said)
    shown = "keeping what you own" if rival.option.name == KEEP else _name(rival)
    if share <= doubted.stands:
        return note(f"{words}; else mostly {shown} ({{else_share}})", **said, else_share=share)
    words += f"; {shown} is chosen more often ({{else_share}}), but {_why_not_the_pick(rival, pick)}"
    return note(words, **said, else_share=share)


def _why_not_the_pick(rival: Standing, pick: Standing) -> str:
    """What keeps the option that most draws choose from being chosen at the speeds and prices that are expected."""
    if not rival.is_open:
        return "at the price expected it is over the budget"
    more = [work for work in rival.missed if work not in pick.missed]
    if len(rival.missed) > len(pick.missed):
        return f"at the speeds expected it misses {_listed(work.name for work in more)}"
    return "at the prices expected it costs more over the years"


def _turns_on(need: Need, found: Sequence[Standing], pick: Standing) -> Note | None:
    """At which price of the bought machine another option would be chosen, all else as expected."""
    option = pick.option
    if option.bought is None or option.price is None or option.cost is None or option.bill is None:
        return None
    if need.keeping.resale_share >= 1:
        # All of it comes back: no price changes what it costs.
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
    budget = need.limits.budget + sold_for(need) if need.limits.budget is not None else None
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
