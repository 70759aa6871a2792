"""The part of a report about money: what speed costs, what a million tokens cost, and when owning beats an API or a rented card."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from advisor.decide import cost
from advisor.decide.beside_buying import beside
from advisor.decide.options import KEEP
from advisor.decide.over_years import hours_per_day
from advisor.decide.ownership import months_to_pay
from advisor.decide.ranges import NOTHING, Range
from advisor.present.formats import as_printed, money, say, tokens
from advisor.present.report_cost_pictures import against_load, price_performance
from advisor.present.report_scene import MOST_OPTIONS
from advisor.present.report_tree import Head, Listed, Paragraph, Section, Table
from advisor.present.report_words import dated_offer, rounded, small_sum, sum_of, watts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.decide.beside_buying import Beside
    from advisor.decide.standing import Standing
    from advisor.present.report_scene import Scene
    from advisor.present.report_tree import Part

MOST_PICTURES = 3
MTOK = 1e6


def money_part(scene: Scene) -> Section:
    """Price against performance, running cost, and owning beside an API and a rented card."""
    parts: list[Part] = [
        Paragraph(
            "A picture for each of the first workloads that must be done: prices across, speed up. Hollow marks are predicted, full ones measured."
        )
    ]
    drawn = [found for work in scene.workloads if work.must and (found := price_performance(scene, work))][
        :MOST_PICTURES
    ]
    parts += drawn or [Paragraph("Fewer than two options have both a price and a speed: there is nothing to draw.")]
    parts += [*_running(scene), *_elsewhere(scene)]
    return Section("What it costs", tuple(parts))


def _running(scene: Scene) -> Iterator[Part]:
    """Cost of a month and of a million tokens, for every option shown."""
    shown = scene.ranked[:MOST_OPTIONS]
    heads = (
        Head("Option"), Head("At the wall, working / waiting"), Head("Work a day", right=True), Head("A month, less resale", right=True),
        Head("Of it energy", right=True), Head("A million tokens, in and out", right=True),
    )  # fmt: skip
    yield Table(
        "Cost of owning what is bought, for the workloads it does itself; of what is owned, of keeping it",
        heads,
        tuple(_month(scene, each) for each in shown),
    )
    notes: dict[str, list[str]] = {}
    for each in shown:
        for words in (
            *(each.option.draw.notes if each.option.draw else ()),
            *(each.option.owning.notes if each.option.owning else ()),
        ):
            named = notes.setdefault(say(words), [])
            named += [] if scene.name(each) in named else [scene.name(each)]
    if notes:
        yield Listed(tuple(f"{words[:1].upper()}{words[1:]}: {', '.join(names)}." for words, names in notes.items()))


def _month(scene: Scene, each: Standing) -> tuple[str, ...]:
    name = "Keep what is owned" if each.option.name == KEEP else scene.name(each)
    draw, costs = each.option.draw, each.option.owning
    cited = scene.sources.cite_all(row.source for row in draw.rows) if draw else ""
    power = f"{watts(draw.load_w)} / {watts(draw.idle_w)}{cited}" if draw else "not known"
    if costs is None:
        return name, power, _hours(each), "no dated price", "not known", "not known"
    energy = small_sum(costs.energy, scene.currency) if costs.energy else "not known"
    a_million = small_sum(costs.per_mtok, scene.currency) if costs.per_mtok else "no tokens told"
    return name, power, _hours(each), sum_of(costs.per_month, scene.currency), energy, a_million


def _hours(each: Standing) -> str:
    """Hours a day the machine of the option works; what is not known is not counted, and said."""
    own = {each.option.bought.id} if each.option.bought else {machine.id for machine in each.option.machines}
    hours = [hours_per_day(one) for one in each.served if one.machine in own]
    known = sum(hour for hour in hours if hour is not None)
    return f"{known:.1f} h" + (" and more" if None in hours else "")


def _elsewhere(scene: Scene) -> Iterator[Part]:
    """The choice, or what one would buy, beside an API and a rented card."""
    each = next(
        (one for one in (scene.decision.pick, *scene.ranked) if one and one.option.bought and one.option.price), None
    )
    found = beside(scene.facts, scene.decision.need, each, scene.calibration) if each else None
    title = "Against an API and a rented card"
    if each is None or found is None:
        yield Section(
            title, (Paragraph("No tokens a day are stated for work that runs, so there is no load to compare at."),)
        )
        return
    mix = ", ".join(part.served.workload.name for part in found.parts)
    parts: list[Part] = [Paragraph(
        f"{scene.name(each)} for {mix}: {tokens(found.tokens_per_day)} tokens a day in and out, {found.busy_h:.1f} hours of work. "
        f"{_left_out(found)}Hosts charge each token of the prompt anew; a prefix cache would lower that."
    )]  # fmt: skip
    parts += [picture for picture in (against_load(scene, each, found),) if picture]
    parts.append(_table(scene, each, found))
    yield Section(title, tuple(parts))


def _left_out(found: Beside) -> str:
    left = ", ".join(f"{work.name} ({say(why)})" for work, why in found.left_out)
    return f"Not counted: {left}. " if left else ""


def _table(scene: Scene, each: Standing, found: Beside) -> Table:
    rows = [("Owning", sum_of(found.own(1.0), scene.currency), "", "", _price_basis(scene, each))]
    running = found.load_per_hour.times(found.busy_h * cost.DAYS_PER_MONTH)
    subscription = scene.decision.need.cloud.per_month
    hosted, rent = found.hosted(), found.rent()
    if hosted:
        basis = "; ".join(
            f"{part.served.finding.case.model.name if part.served.finding else ''} {_per_mtok(scene, price.input_per_mtok)} in, "
            f"{_per_mtok(scene, price.output_per_mtok)} out, {dated_offer(price.standing)}"
            f"{scene.sources.cite_all(row.source for row in price.standing.rows) or ' (yours)'}"
            for part, price in zip(found.parts, found.apis, strict=True)
        )  # fmt: skip
        rows.append(("An API, the same models", *_against(scene, each, found, hosted, running), basis))
    else:
        rows.append(
            (
                "An API, the same models",
                "not told",
                "",
                "",
                "one of the models has no dated price, or none was asked for",
            )
        )
    if rent and found.rented:
        rental = found.rented.rental
        name = scene.machine(found.rented.hardware)
        basis = (
            f"{name} at {_per_mtok(scene, rental.per_hour)} an hour, {found.rented.busy_h:.1f} hours a day, {dated_offer(rental.standing)}"
            f"{scene.sources.cite_all(row.source for row in rental.standing.rows)}"
        )
        rows.append(("A rented card, only while it works", *_against(scene, each, found, rent, running), basis))
    else:
        rows.append(
            ("A rented card", "not told", "", "", "no card with a dated rent is told to do this work within a day")
        )
    if subscription is not None:
        spent = Range(subscription, subscription, subscription)
        rows.append(
            (
                "Your subscription",
                money(subscription, scene.currency),
                "",
                _months(months_to_pay(each.option.price or NOTHING, spent, running)),
                "yours",
            )
        )
    heads = (
        Head("Way"),
        Head("A month", right=True),
        Head("Owning is cheaper from, tokens a day", right=True),
        Head("Months until it has paid", right=True),
        Head("Rests on"),
    )
    return Table("The same tokens, three ways", heads, tuple(rows))


def _per_mtok(scene: Scene, span: Range) -> str:
    return f"{span.mid:.3g} {scene.currency}" + ("" if span.high <= span.low else f" ({span.low:.3g}–{span.high:.3g})")


def _price_basis(scene: Scene, each: Standing) -> str:
    bill = each.option.bill
    return (
        f"{sum_of(each.option.price or NOTHING, scene.currency)} of {bill.date}, over {as_printed(scene.decision.need.keeping.years)} years"
        if bill
        else ""
    )


def _against(scene: Scene, each: Standing, found: Beside, elsewhere: Range, running: Range) -> tuple[str, str, str]:
    times = found.break_even(elsewhere)
    if not isfinite(times):
        at = "never"
    elif times > found.most:
        at = f"never: {tokens(rounded(times * found.tokens_per_day))} is more than it can do in a day"
    else:
        at = tokens(rounded(times * found.tokens_per_day))
    return (
        small_sum(elsewhere, scene.currency),
        at,
        _months(months_to_pay(each.option.price or NOTHING, elsewhere, running)),
    )


def _months(span: Range) -> str:
    if not isfinite(span.mid):
        return "never"
    ends = [f"{end:,.0f}" if isfinite(end) else "never" for end in (span.low, span.high)]
    return f"{span.mid:,.0f} ({ends[0]}–{ends[1]})"
