"""A decision as one object for programs: schema `advisor.decision/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor import __version__
from advisor.decide.need_write import need_data
from advisor.present.formats import say
from advisor.present.gaps import gap_object

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.decide.bill import Bill
    from advisor.decide.decision import Decision
    from advisor.decide.ranges import Range
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing
    from advisor.decide.verdict import Duel, Verdict


def decision_object(facts: Facts, found: Decision) -> dict[str, Any]:
    """Everything the text says and what it rests on; null for what cannot be known."""
    front = {each.option.name for each in found.front}
    return {
        "schema": "advisor.decision/1", "advisor": __version__, "catalog": facts.date, "need": need_data(found.need),
        "choice": found.pick.option.name if found.pick else None, "verdict": _verdict(found.verdict) if found.verdict else None,
        "options": [_standing(found, each, undominated=each.option.name in front) for each in found.standings],
        "doubt": {"stands_share": found.doubt.stands, "chosen_share": dict(found.doubt.instead)} if found.doubt else None,
        "gaps": [gap_object(gap) for gap in found.gaps], "unanswered": [say(why) for why in found.unanswered],
        "left_aside": [say(why) for why in found.aside],
    }  # fmt: skip


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "sentence": say(verdict.sentence), "confidence": {"level": verdict.confidence, "reason": say(verdict.because)},
        "buy_if": [say(each) for each in verdict.buy_if], "do_not_buy_if": [say(each) for each in verdict.do_not_if],
        "turns_on": say(verdict.turns_on) if verdict.turns_on else None, "head_to_head": [_duel(duel) for duel in verdict.duels],
    }  # fmt: skip


def _duel(duel: Duel) -> dict[str, Any]:
    return {
        "workload": duel.workload.name,
        "owned": served_object(duel.kept),
        "bought": served_object(duel.bought),
        "factor": duel.factor,
    }


def served_object(one: Served) -> dict[str, Any]:
    """What one machine makes of one workload."""
    case = one.finding.case if one.finding else None
    row = one.measured
    return {
        "machine": one.machine, "model": case.model.id if case else None, "quant": case.quant.id if case else None,
        "runtime": case.runtime.id if case else None, "verdict": one.finding.verdict if one.finding else None,
        "decode_tok_s": _range(one.decode_tok_s), "ttft_s": _range(one.ttft_s), "basis": "measured" if row else "predicted",
        "record": row.record.id if row else None, "grade": one.grade, "fast_enough": one.is_fast_enough,
        "reason": say(one.reason) if one.reason else None,
        "chosen_by": {"benchmark": one.wanted.benchmark, "score": one.wanted.score, "reported_by": one.wanted.row.reported_by,
                      "source": one.wanted.row.source} if one.wanted else None,
    }  # fmt: skip


def _standing(found: Decision, each: Standing, *, undominated: bool) -> dict[str, Any]:
    option = each.option
    met = found.doubt.met if found.doubt else {}
    return {
        "option": option.name, "machines": [machine.id for machine in option.machines], "out": [say(why) for why in option.out],
        "price": _bill(option.bill) if option.bill else None, "load_w": _range(option.draw.load_w) if option.draw else None,
        "idle_w": _range(option.draw.idle_w) if option.draw else None, "cost_over_years": _range(option.cost),
        "energy_per_month": _range(option.owning.energy) if option.owning else None,
        "per_mtok": _range(option.owning.per_mtok) if option.owning else None, "undominated": undominated,
        "missed": [work.name for work in each.missed],
        "workloads": [{"workload": one.workload.name, **served_object(one), "met_share": met.get((option.name, one.workload.name))}
                      for one in each.served],
    }  # fmt: skip


def _range(of: Range | None) -> dict[str, float] | None:
    return {"low": of.low, "mid": of.mid, "high": of.high} if of else None


def _bill(bill: Bill) -> dict[str, Any]:
    return {
        "currency": bill.currency, "amount": _range(bill.amount), "drawn_amount": _range(bill.widest), "date": bill.date, "is_old": bill.is_old,
        "items": [_item(item) for item in bill.items], "notes": [say(each) for each in bill.notes],
    }  # fmt: skip


def _item(item: Any) -> dict[str, Any]:
    price = item.price
    return {
        "what": price.what, "count": item.count, "amount": _range(price.amount), "region": price.region, "condition": price.condition,
        "date": price.date, "age_days": price.age_days, "basis": price.basis, "rows": [row.id for row in price.rows],
        "notes": [say(each) for each in price.notes],
    }  # fmt: skip
