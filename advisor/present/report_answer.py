"""First parts of a report: the short answer, and the need with the machines and prices it was answered with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.decide.offers import Tariff
from advisor.decide.options import KEEP, tariff
from advisor.decide.wanted import wanted_models
from advisor.present.formats import as_printed, money, say, share, tokens
from advisor.present.report_scene import MOST_OPTIONS
from advisor.present.report_tree import Head, Listed, Paragraph, Section, Table, Terms
from advisor.present.report_words import LEGEND, asked, chance, dated, how, requests_of, speed, sum_of, watts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.decide.bill import Item
    from advisor.decide.need import Need, Workload
    from advisor.decide.standing import Standing
    from advisor.present.report_scene import Scene
    from advisor.present.report_tree import Part

LEAST_SHARE = 0.01
"""Of draws: choices that come up more rarely are not named."""


def answer(scene: Scene) -> Section:
    """The question, the verdict, how sure it is, and what the price turns on."""
    decision = scene.decision
    verdict, pick, doubt = decision.verdict, decision.pick, decision.doubt
    question = Paragraph(f"The question: {decision.need.title or 'which machine does this work?'}")
    if pick is None or verdict is None or doubt is None:
        return Section("The short answer", (question, Paragraph(_nothing_open(scene), lead=True)))
    parts: list[Part] = [question, Paragraph(f"{say(verdict.sentence)}.", lead=True)]
    parts.append(Paragraph(f"Confidence: {verdict.confidence.upper()}, {say(verdict.because)}."))
    if verdict.turns_on:
        words = say(verdict.turns_on)
        parts.append(Paragraph(f"{words[:1].upper()}{words[1:]}."))
    parts += [_what_it_does(scene, pick), Paragraph(LEGEND), *_other_draws(scene)]
    return Section("The short answer", tuple(parts))


def _nothing_open(scene: Scene) -> str:
    reasons = list(dict.fromkeys(say(why) for each in scene.ranked for why in each.option.out))
    return f"No option is open: {'; '.join(reasons[:4])}."


def _what_it_does(scene: Scene, pick: Standing) -> Table:
    doubt = scene.decision.doubt
    assert doubt is not None
    rows = []
    for one in pick.served:
        work = one.workload
        name = scene.machine(one.machine)
        met = doubt.met.get((pick.option.name, work.name)) if work.floor_tok_s or work.ttft_s else None
        rows.append((work.name, name, how(one), speed(one), asked(work), _met(met), "must" if work.must else "wish"))
    heads = (
        Head("Workload"),
        Head("Runs on"),
        Head("As"),
        Head("tok/s each request gets"),
        Head("Asked"),
        Head("Chance it is met"),
        Head(""),
    )
    return Table(
        "What the choice gives each workload, at the end of its usual prompt",
        (*heads[:6], Head("Must or wish")),
        tuple(rows),
    )


def _met(value: float | None) -> str:
    return "nothing asked" if value is None else chance(value)


def _other_draws(scene: Scene) -> Iterator[Part]:
    """Which options are chosen how often when every interval and price range is drawn from."""
    doubt = scene.decision.doubt
    if doubt is None:
        return
    names = {each.option.name: scene.name(each) for each in scene.ranked}
    often = [(value, names[name]) for name, value in doubt.instead.items() if value >= LEAST_SHARE]
    if len(often) > 1:
        yield Paragraph("Drawn 4,000 times from every interval and price range, the choice is:")
        yield Listed(tuple(f"{name}: {share(value)}" for value, name in sorted(often, reverse=True)))


def need(scene: Scene) -> Section:
    """The need as it was read, the machines it could choose from, their prices, and what rules some of them out."""
    untold = [say(why) for why in scene.decision.unanswered]
    parts: list[Part] = [_terms(scene), _workloads(scene)]
    if untold:
        parts += [Paragraph("Not answered, and ruling nothing out:"), Listed(tuple(untold))]
    parts += [
        *_scores(scene),
        Section("Machines considered", tuple(_options(scene))),
        Section("Prices", tuple(_prices(scene))),
    ]
    return Section("The need, and what there is to choose from", tuple(parts))


def _terms(scene: Scene) -> Terms:
    asked_for = scene.decision.need
    limits = asked_for.limits
    owned = ", ".join(scene.machine(one.machine) for one in asked_for.owns)
    pairs = [
        ("Owned", owned or "nothing"), ("Where and when", f"{asked_for.market.region}, prices up to {scene.today}, in {scene.currency}"),
        ("Evidence", f"up to {asked_for.as_of}" if asked_for.as_of else f"everything in the catalog of {scene.facts.date}"),
        ("Budget", "none stated" if limits.budget is None else money(limits.budget, scene.currency)), ("Limits", _limits(asked_for)),
        ("Kept for", f"{as_printed(asked_for.keeping.years)} years, on {as_printed(asked_for.keeping.on_h_per_day)} hours a day, "
                     f"sold for {share(asked_for.keeping.resale_share)} of its price in the end"),
        ("Electricity", _tariff(scene)),
    ]  # fmt: skip
    return Terms(tuple(pairs))


def _limits(asked_for: Need) -> str:
    limits = asked_for.limits
    found = [f"{as_printed(limits.power_w)} W at the wall"] if limits.power_w else []
    found += [f"{as_printed(limits.noise_dba)} dBA"] if limits.noise_dba else []
    found += ["one box"] if limits.single_box else []
    found += [] if limits.mixed_gpus == "allowed" else [f"mixed cards: {limits.mixed_gpus}"]
    return ", ".join(found) or "none stated"


def _tariff(scene: Scene) -> str:
    found = tariff(scene.facts, scene.decision.need)
    if not isinstance(found, Tariff):
        return say(found)
    own = " (yours)" if scene.decision.need.per_kwh is not None else ""
    cited = scene.sources.cite_all(row.source for row in found.standing.rows)
    return f"{found.per_kwh.mid:.3g} {scene.currency} a kWh of {found.standing.date}{own}{cited}"


def _workloads(scene: Scene) -> Table:
    rows = tuple(
        (work.name, _model(scene, work), _formats(scene, work), requests_of(work), "its whole context" if work.prompt_tokens is None else tokens(work.prompt_tokens),
         asked(work), _daily(work), "must" if work.must else "wish")
        for work in scene.decision.need.workloads
    )  # fmt: skip
    heads = (
        "Workload",
        "Model",
        "Formats that will do",
        "Context",
        "Usual prompt",
        "Asked",
        "Tokens a day, in and out",
        "Must or wish",
    )
    return Table("What is to run", tuple(Head(head) for head in heads), rows)


def _model(scene: Scene, work: Workload) -> str:
    if work.model is None:
        return f"the best for {work.best}"
    if work.model in scene.facts.models:
        return scene.facts.models[work.model].name
    return scene.facts.pipelines[work.model].name if work.model in scene.facts.pipelines else work.model


def _formats(scene: Scene, work: Workload) -> str:
    names = ", ".join(scene.facts.quants[quant].name for quant in work.quants)
    least = f"{as_printed(work.least_bits)} bits a weight or more" if work.least_bits else ""
    return ", ".join(one for one in (names, least) if one) or "any"


def _daily(work: Workload) -> str:
    if not work.prompt_tokens_per_day and not work.output_tokens_per_day:
        return "not stated"
    return f"{tokens(work.prompt_tokens_per_day)} / {tokens(work.output_tokens_per_day)}"


def _scores(scene: Scene) -> Iterator[Part]:
    """Where the best of a class was wanted: the scores it was chosen by, and who reported them."""
    for work in scene.workloads:
        ranked = wanted_models(scene.facts, work.best) if work.best else ()
        if not ranked:
            continue
        chosen = {
            one.finding.case.model.id: column.name
            for column, one in reversed(list(scene.cells(work)))
            if one.finding and one.runs
        }
        rows = tuple(
            (scene.facts.models[each.model].name, f"{as_printed(each.score)}{scene.sources.cite(each.row.source)}", each.row.reported_by,
             each.row.date or "no date", chosen.get(each.model, ""))
            for each in ranked
        )  # fmt: skip
        heads = (Head("Model"), Head("Score", right=True), Head("Reported by"), Head("Date"), Head("Best that does on"))
        yield Table(
            f"{work.name}: models by {ranked[0].benchmark}, of several scores of a model the lowest", heads, rows
        )


def _options(scene: Scene) -> Iterator[Part]:
    shown, rest = scene.ranked[:MOST_OPTIONS], scene.ranked[MOST_OPTIONS:]
    front = {each.option.name for each in scene.decision.front}
    rows = tuple(
        (("Keep what is owned" if each.option.name == KEEP else scene.name(each)), _paid(scene, each), _power(each), _misses(each),
         "yes" if each.option.name in front else "no", _state(scene, each))
        for each in shown
    )  # fmt: skip
    heads = (
        "Option",
        "Paid now",
        "At the wall, working / waiting",
        "Workloads it must do and does not",
        "On the front",
        "Standing",
    )
    yield Table("Options, the choice first after keeping what there is", tuple(Head(head) for head in heads), rows)
    yield Paragraph(
        "On the front: no other open option is at least as good in price, cost over the years, floors met, every speed and power, and better in one."
    )
    if rest:
        yield Paragraph(
            f"Also weighed, and neither chosen nor near it: {', '.join(sorted(scene.name(each) for each in rest))}."
        )
    if scene.decision.aside:
        yield Paragraph(f"Not weighed: {'; '.join(say(why) for why in scene.decision.aside)}.")


def _paid(scene: Scene, each: Standing) -> str:
    price = each.option.price
    if each.option.name == KEEP:
        return "nothing"
    return sum_of(price, scene.currency) if price else "no dated price"


def _power(each: Standing) -> str:
    draw = each.option.draw
    return f"{watts(draw.load_w)} / {watts(draw.idle_w)}, {draw.basis}" if draw else "not known"


def _misses(each: Standing) -> str:
    return ", ".join(work.name for work in each.missed) or "none"


def _state(scene: Scene, each: Standing) -> str:
    if each is scene.decision.pick:
        return "chosen"
    return f"ruled out: {'; '.join(say(why) for why in each.option.out)}" if each.option.out else "open"


def _prices(scene: Scene) -> Iterator[Part]:
    items: dict[str, tuple[Standing, Item]] = {}
    for each in scene.ranked[:MOST_OPTIONS]:
        for item in each.option.bill.items if each.option.bill else ():
            items.setdefault(item.price.what, (each, item))
    if not items:
        yield Paragraph("Nothing would be bought.")
        return
    rows = tuple(_price_row(scene, item) for _, item in items.values())
    heads = ("What", "One costs", "Date", "Region", "Condition", "Rests on", "Remarks")
    yield Table(
        "Prices, each with its date; one older than six months says its age", tuple(Head(head) for head in heads), rows
    )
    remarks = dict.fromkeys(say(note) for each in scene.ranked[:MOST_OPTIONS] for note in each.option.notes)
    if remarks:
        yield Listed(tuple(remarks))


def _price_row(scene: Scene, item: Item) -> tuple[str, ...]:
    price = item.price
    name = scene.facts.hardware[price.what].name if price.what in scene.facts.hardware else price.what
    cited = scene.sources.cite_all(row.source for row in price.rows) if price.rows else " (yours)"
    rate = scene.sources.cite(*price.rate.sources) if price.rate else ""
    return (
        name, sum_of(price.amount, price.currency), dated(price), price.region or "not stated", price.condition, f"{price.basis}{cited}",
        "; ".join(say(note) for note in price.notes) + rate or "none",
    )  # fmt: skip
