"""The part of a report that concludes: when to buy, when not, and what follows, each with its evidence and confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.decide.verdict import AS_FAST, LIKELY, SURE
from advisor.present.formats import as_printed, say, share, tok_s
from advisor.present.report_duel import GRADES, sides
from advisor.present.report_tree import Claim, Listed, Paragraph, Section
from advisor.present.report_words import asked, chance, how, measured_near, speed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from advisor.decide.bill import Bill
    from advisor.decide.served import Served
    from advisor.present.report_duel import Duel, Sides
    from advisor.present.report_scene import Column, Scene
    from advisor.present.report_tree import Part

APART = 1.2
"""Runtimes whose rows differ by less than this on one machine are alike."""
WIDE = 0.25
"""Share of a price its quotes may lie apart before it is less than sure."""


def conclusions(scene: Scene) -> Section:
    """When to buy, when not, and what can be concluded."""
    verdict = scene.decision.verdict
    parts: list[Part] = []
    for title, notes in (("Buy if", verdict.buy_if), ("Do not buy if", verdict.do_not_if)) if verdict else ():
        if notes:
            parts.append(Section(title, (Listed(tuple(_sentence(say(each)) for each in notes), numbered=True),)))
    claims = [*_of_price(scene), *_of_duels(scene), *_of_choice(scene), *_of_runtimes(scene)]
    if claims:
        parts.append(Section("Conclusions", tuple(claims)))
    nothing = (Paragraph("Nothing follows: no option is open."),)
    return Section("When to buy, when not, and what follows", tuple(parts) or nothing)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _and(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _of_price(scene: Scene) -> Iterator[Claim]:
    verdict, pick = scene.decision.verdict, scene.decision.pick
    if verdict is None or verdict.turns_on is None or pick is None or pick.option.bill is None:
        return
    bill = pick.option.bill
    cited = scene.sources.cite_all(row.source for item in bill.items for row in item.price.rows)
    bases = ", ".join(dict.fromkeys(item.price.basis for item in bill.items))
    doubts = list(_doubts_of(bill))
    level = "HIGH" if not doubts else "LOW" if bill.is_old and len(doubts) > 1 else "MEDIUM"
    why = "; ".join(doubts) or f"several prices that lie {share(bill.amount.spread)} apart"
    yield Claim(
        _sentence(say(verdict.turns_on)),
        f"{bases}, of {bill.date}{cited or ' (yours)'}.",
        f"{level}, {why}.",
    )


def _doubts_of(bill: Bill) -> Iterator[str]:
    """What makes its price less than sure."""
    if bill.amount.spread > WIDE:
        yield f"prices seen lie {share(bill.amount.spread)} apart"
    if any(len(item.price.rows) <= 1 and item.price.basis != "own" for item in bill.items):
        yield "a part of it rests on one price"
    if any(len(item.price.date) == len("2026") for item in bill.items):
        yield "a price in it is dated to the year only"
    if bill.is_old:
        yield "a price in it is older than six months"


def _of_duels(scene: Scene) -> Iterator[Claim]:
    """What either side does faster, what it alone does fast enough, and what neither does."""
    pair = sides(scene)
    if pair is None:
        return
    both = [duel for duel in pair.duels if duel.factor and duel.left.is_fast_enough == duel.right.is_fast_enough]
    yield from _faster(scene, pair, [duel for duel in both if (duel.factor or 1) < 1 / AS_FAST], pair.left)
    yield from _faster(scene, pair, [duel for duel in both if (duel.factor or 1) > AS_FAST], pair.right)
    alone = [duel for duel in pair.duels if duel.left.is_fast_enough != duel.right.is_fast_enough]
    yield from _alone(scene, pair, [duel for duel in alone if duel.left.is_fast_enough], pair.left)
    yield from _alone(scene, pair, [duel for duel in alone if duel.right.is_fast_enough], pair.right)
    neither = [duel for duel in pair.duels if not duel.left.is_fast_enough and not duel.right.is_fast_enough]
    if neither:
        names = _and(f"{duel.workload.name} ({asked(duel.workload)})" for duel in neither)
        yield Claim(f"Neither is known to do {names}.", _evidence(scene, pair, neither), _confidence(pair, neither))


def _faster(scene: Scene, pair: Sides, duels: Sequence[Duel], who: str) -> Iterator[Claim]:
    if duels:
        other = pair.right if who == pair.left else pair.left
        said = _and(
            f"{duel.workload.name} {as_printed(round(max(duel.factor or 1, 1 / (duel.factor or 1)), 1))} times"
            for duel in duels
        )
        yield Claim(f"{who} is faster than {other}: {said}.", _evidence(scene, pair, duels), _confidence(pair, duels))


def _alone(scene: Scene, pair: Sides, duels: Sequence[Duel], who: str) -> Iterator[Claim]:
    if duels:
        names = _and(duel.workload.name for duel in duels)
        yield Claim(f"Only {who} is known to do {names}.", _evidence(scene, pair, duels), _confidence(pair, duels))


def _evidence(scene: Scene, pair: Sides, duels: Sequence[Duel]) -> str:
    """For each workload both speeds, with the rows measured near either."""
    said = []
    for duel in duels:
        both = (
            f"{name} {speed(one)}{f', {how(one)}' if one.runs else ''}{_beside(scene, one)}"
            for name, one in ((pair.left, duel.left), (pair.right, duel.right))
        )
        said.append(f"{duel.workload.name}: {' against '.join(both)}")
    return f"tok/s. {'; '.join(said)}."


def _beside(scene: Scene, one: Served) -> str:
    found = measured_near(scene, one) if one.runs else "none"
    return "" if found == "none" else f", measured {found}"


def _confidence(pair: Sides, duels: Sequence[Duel]) -> str:
    """The weakest of the workloads' levels, and what makes it so."""
    order = ("low", "medium", "high")
    level = min((duel.level for duel in duels), key=order.index)
    said = []
    for name, pick in ((pair.left, "left"), (pair.right, "right")):
        runs = [one for duel in duels if (one := getattr(duel, pick)).runs]
        if runs:
            said.append(f"evidence for {name}: {_and(dict.fromkeys(one.grade for one in runs))}")
        else:
            said.append(f"that {name} does not run it is computed, not measured")
    close = [duel.workload.name for duel in duels if duel.overlap]
    said += [f"the ranges overlap for {_and(close)}"] if close else []
    return f"{level.upper()}, {'; '.join(said)}."


def _of_choice(scene: Scene) -> Iterator[Claim]:
    """What the choice does of what is asked, with the chances."""
    pick, doubt = scene.decision.pick, scene.decision.doubt
    if pick is None or doubt is None:
        return
    held = [one for one in pick.served if one.workload.floor_tok_s is not None or one.workload.ttft_s is not None]
    kept = scene.name(pick)
    name = f"Buying {kept}" if pick.option.bought else f"{kept[:1].upper()}{kept[1:]}"
    for gives, ones in (
        ("gives", [one for one in held if one.is_fast_enough]),
        ("does not give", [one for one in held if not one.is_fast_enough]),
    ):
        if ones:
            what = _and(f"{one.workload.name} ({asked(one.workload)})" for one in ones)
            met = {one.workload.name: doubt.met.get((pick.option.name, one.workload.name), 0.0) for one in ones}
            yield Claim(f"{name} {gives} what is asked of {what}.", _runs_at(scene, ones), _sure(ones, met))


def _runs_at(scene: Scene, ones: Sequence[Served]) -> str:
    said = (f"{one.workload.name} on {scene.machine(one.machine)}: {speed(one)}{_beside(scene, one)}" for one in ones)
    return f"tok/s. {'; '.join(said)}."


def _sure(ones: Sequence[Served], met: Mapping[str, float]) -> str:
    """High where every draw agrees and the evidence is good, low where draws disagree."""
    agree = min(max(share_met, 1 - share_met) for share_met in met.values())
    worst = min(GRADES[one.grade] for one in ones)
    level = "LOW" if agree < LIKELY else "HIGH" if agree >= SURE and worst >= GRADES["high"] else "MEDIUM"
    said = "; ".join(f"{name} {chance(value)}" for name, value in met.items())
    return f"{level}, share of draws in which it is met: {said}."


def _of_runtimes(scene: Scene) -> Iterator[Claim]:
    """Where runtimes were measured to differ on one machine: by how much. Disagreement is shown, never averaged."""
    seen: set[tuple[str, str]] = set()
    for work in scene.workloads:
        for column, one in scene.cells(work):
            found = scene.curves.get((column.id, work.name))
            if found is None or not one.runs or (column.id, found.case.model.id) in seen:
                continue
            seen.add((column.id, found.case.model.id))
            yield from _of_runtimes_on(scene, column, one)


def _of_runtimes_on(scene: Scene, column: Column, one: Served) -> Iterator[Claim]:
    assert one.finding is not None
    best: dict[str, tuple[float, str]] = {}
    for row in one.finding.evidence:
        name, rate = row.record.conditions.runtime, row.record.decode_tok_s
        if name and name in scene.facts.runtimes and rate and not row.remark and row.closeness != "far":
            best[name] = max(best.get(name, (0.0, "")), (rate, row.source.id))
    rates = sorted(((rate, name, source) for name, (rate, source) in best.items()), reverse=True)
    if len(rates) > 1 and rates[0][0] > APART * rates[-1][0]:
        said = ", ".join(
            f"{scene.facts.runtimes[name].name} {as_printed(rate)}{scene.sources.cite(source)}"
            for rate, name, source in rates
        )
        yield Claim(
            f"On {column.name} the runtime makes a factor of {tok_s(rates[0][0] / rates[-1][0])} with {one.finding.case.model.name}.",
            f"measured, tok/s: {said}.", "MEDIUM, the best row of each runtime near the case; their versions, dates and formats may differ.",
        )  # fmt: skip
