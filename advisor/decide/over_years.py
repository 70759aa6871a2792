"""What each option costs over the years, once it is known which machine does which workload: price and energy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.decide.cost import MONTHS_PER_YEAR, busy_h_per_day
from advisor.decide.options import sold_for, tariff
from advisor.decide.ownership import Duty, Owning, owning
from advisor.decide.ranges import NOTHING, Range
from advisor.estimate.note import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.contents import Facts
    from advisor.decide.need import Need
    from advisor.decide.offers import Tariff
    from advisor.decide.options import Option
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing

UNTOLD = Note("how long it works a day cannot be told: its energy is counted as if it waited")


def costed(facts: Facts, need: Need, found: Sequence[Standing]) -> tuple[Standing, ...]:
    """The standings with what each option costs over the years it is kept.

    Energy counts for every machine there is afterwards, each working as long as the workloads it does take, at what it draws
    working and waiting: keeping and buying are compared on the same ground.
    """
    per_kwh = tariff(facts, need)
    return tuple(replace(each, option=_costed(need, each, per_kwh)) for each in found)


def _costed(need: Need, each: Standing, per_kwh: Tariff | Note) -> Option:
    option = each.option
    if option.price is None:
        return option
    owned = []
    for machine, draw in zip(option.machines, option.draws, strict=True):
        its_own = [one for one in each.served if one.machine == machine.id]
        price = option.price if machine is option.bought else NOTHING
        month = owning(price, draw, per_kwh, duty_of(need, its_own))
        unknown = any(hours_per_day(one) is None for one in its_own)
        owned.append(replace(month, notes=(*month.notes, UNTOLD)) if unknown else month)
    shown = owned[-1] if option.bought else owned[0]
    return replace(option, cost=_over_years(need, owned, sold_for(need) if option.bought else 0.0), owning=shown)


def _over_years(need: Need, owned: Sequence[Owning], sold: float) -> Range:
    whole = NOTHING
    for month in owned:
        whole += month.per_month.times(need.keeping.years * MONTHS_PER_YEAR)
    return Range(whole.low - sold, whole.mid - sold, whole.high - sold)


def duty_of(need: Need, served: Sequence[Served]) -> Duty:
    """How a machine is used that does these workloads one after the other, and what it makes; unknown hours count as none."""
    hours = sum(hours_per_day(one) or 0.0 for one in served)
    does = [one.workload for one in served if one.runs]
    return Duty(
        load_h_per_day=min(need.keeping.on_h_per_day, hours), on_h_per_day=need.keeping.on_h_per_day, years=need.keeping.years,
        resale_share=need.keeping.resale_share, prompt_tokens_per_day=sum(work.prompt_tokens_per_day for work in does),
        output_tokens_per_day=sum(work.output_tokens_per_day for work in does),
    )  # fmt: skip


def hours_per_day(one: Served) -> float | None:
    """Hours of a day the machine works on the workload: as stated, else as long as its tokens take.

    Nothing for what does not run; None where a speed it takes is not known.
    """
    work = one.workload
    if not one.runs or one.finding is None:
        return 0.0
    if work.hours_per_day is not None:
        return work.hours_per_day
    prompts, outputs = work.prompt_tokens_per_day, work.output_tokens_per_day
    reading = one.finding.prefill.tok_s if one.finding.prefill else None
    if (outputs and one.decode_tok_s is None) or (prompts and not reading):
        return None
    writing = one.decode_tok_s.mid * work.concurrency if one.decode_tok_s else 1.0
    return float(busy_h_per_day(prompts, outputs, reading or 1.0, writing))
