"""Pictures of money: price against speed with the line nobody betters, and cost a month against load with its break-even."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from advisor.decide.options import KEEP
from advisor.present.figure import Axis, Band, Dots, Figure, Line, Reference
from advisor.present.formats import as_printed, money, tok_s, tokens
from advisor.present.report_curves import drawn, legend
from advisor.present.report_words import rounded, speed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.decide.beside_buying import Beside
    from advisor.decide.need import Workload
    from advisor.decide.ranges import Range
    from advisor.decide.standing import Standing
    from advisor.present.figure import Point, Series
    from advisor.present.report_scene import Scene
    from advisor.present.report_tree import Picture

OTHERS_STYLE = 5
FRONT_STYLE = 5
MOST_NAMED = 5
STEPS = 24
LEAST_TIMES = 0.02
MOST_TIMES = 50.0
ROOM_UP = 1.15
FEW_STEPS, MANY_STEPS = (1, 2, 5), (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
FAR_APART = 8


def price_performance(scene: Scene, work: Workload) -> Picture | None:
    """What is paid now against the speed of one workload; None for fewer than two options with both."""
    buying = [each for each in scene.ranked if each.option.bought and each.option.price]
    points = [(each, (each.option.price.mid, _rate(scene, each, work))) for each in buying if each.option.price]
    if len(points) < 2 or not any(rate for _, (_, rate) in points):  # noqa: PLR2004 - one point is no comparison
        return None
    front = _front([point for each, point in points if each.is_open and point[1]])
    most = max(rate for _, (_, rate) in points)
    kept = next((each for each in scene.ranked if each.option.name == KEEP), None)
    owned = kept.of(work).decode_tok_s if kept else None
    references = (
        [Reference(work.floor_tok_s, f"{as_printed(work.floor_tok_s)} tok/s asked")] if work.floor_tok_s else []
    )
    if owned:
        references.append(Reference(owned.mid, f"what is owned: {tok_s(owned.mid)} tok/s, nothing to pay"))
    budget = scene.decision.need.limits.budget
    if budget is not None and min(p for _, (p, _) in points) < budget < ROOM_UP * max(p for _, (p, _) in points):
        references.append(Reference(budget, "budget", "across"))
    highest = max([most, *(each.value for each in references if each.axis == "up")])
    return drawn(Figure(
        title=f"Price against speed: {work.name}", alt=_said(scene, work, points, front),
        across=Axis(f"paid now, {scene.currency}, {scene.decision.need.market.region}, prices up to {scene.today}", log=True, ticks=_ticks([p for _, (p, _) in points])),
        up=Axis("tok/s of each request", low=0.0, high=highest * ROOM_UP), series=(*_marks(scene, work, points), *_line(front)), references=tuple(references),
    ))  # fmt: skip


def _rate(scene: Scene, each: Standing, work: Workload) -> float:
    """Of the bought machine by itself; 0 where it does not run or nobody can tell."""
    assert each.option.bought is not None
    found = scene.decision.served[each.option.bought.id, work.name].decode_tok_s
    return found.mid if found else 0.0


def _front(points: Sequence[Point]) -> list[Point]:
    """Points no other betters: dearer ones only where they are faster."""
    found: list[Point] = []
    for price, rate in sorted(points, key=lambda point: (point[0], -point[1])):
        if not found or rate > found[-1][1]:
            found.append((price, rate))
    return found


def _line(front: Sequence[Point]) -> list[Series]:
    return [Line("nothing cheaper is faster", tuple(front), FRONT_STYLE, dashed=True)] if len(front) > 1 else []


def _marks(scene: Scene, work: Workload, points: Sequence[tuple[Standing, Point]]) -> list[Series]:
    series: list[Series] = []
    others: list[tuple[Standing, Point]] = []
    named: set[str] = set()
    for each, point in points:
        assert each.option.bought is not None
        if len(named) < MOST_NAMED:
            one = scene.decision.served[each.option.name, work.name]
            named.add(each.option.name)
            series.append(Dots(
                legend(scene.name(each)) + ("" if point[1] else ": does not run or speed not known"), (point,), len(named) - 1,
                hints=(_hint(scene, each, work),), hollow=one.measured is None,
            ))  # fmt: skip
        else:
            others.append((each, point))
    if others:
        series.append(
            Dots(
                f"{len(others)} others",
                tuple(point for _, point in others),
                OTHERS_STYLE,
                hints=tuple(_hint(scene, each, work) for each, _ in others),
            )
        )
    return series


def _hint(scene: Scene, each: Standing, work: Workload) -> str:
    price = f"{money(round(each.option.price.mid), scene.currency)}" if each.option.price else "no price"
    return f"{scene.name(each)}, {price}: {speed(scene.decision.served[each.option.name, work.name])}"


def _said(scene: Scene, work: Workload, points: Sequence[tuple[Standing, Point]], front: Sequence[Point]) -> str:
    names = {point: scene.name(each) for each, point in reversed(points)}
    said = "; ".join(
        f"{names[point]}, {money(round(point[0]), scene.currency)}, {tok_s(point[1])} tok/s" for point in front
    )
    none = sum(not rate for _, (_, rate) in points)
    rest = (
        f" {none} of {len(points)} do not run {work.name}, or at a speed nobody can tell: they stand at zero."
        if none
        else ""
    )
    return f"From the cheapest on, faster only for more money: {said or 'none'}.{rest}"


def _ticks(values: Sequence[float]) -> tuple[tuple[float, str], ...]:
    """Round prices, closer together where they are all much the same."""
    low, high = min(values) / 2, max(values) * 2
    steps = FEW_STEPS if max(values) > FAR_APART * min(values) else MANY_STEPS
    every = [step * 10.0**power for power in range(1, 7) for step in steps]
    return tuple((value, f"{value:,.0f}") for value in every if low <= value <= high)


def against_load(scene: Scene, each: Standing, found: Beside) -> Picture | None:
    """Cost of a month against tokens a day, in the need's own mix: owning, an API, a rented card."""
    most = min(found.most, MOST_TIMES)
    if most <= LEAST_TIMES:
        return None
    times = [LEAST_TIMES * (most / LEAST_TIMES) ** (step / STEPS) for step in range(STEPS + 1)]
    series = [*_way("owning", 0, times, found.own, found)]
    for name, style, of in (("an API", 1, found.hosted), ("a rented card", 2, found.rent)):
        series += _way(name, style, times, of, found)
    day = found.tokens_per_day
    references = [Reference(float(day), "the need's day", "across")]
    said: list[str] = []
    for name, elsewhere in (("an API", found.hosted()), ("a rented card", found.rent())):
        at = found.break_even(elsewhere)
        if elsewhere and isfinite(at) and LEAST_TIMES < at < most:
            series.append(Dots(f"as dear as {name}", ((at * day, found.own(at).mid),), len(said) + 3))
            said.append(f"Owning is as dear as {name} at {tokens(rounded(at * day))} tokens a day.")
        elif elsewhere:
            said.append(f"Owning is never cheaper than {name} up to what the machine can do in a day.")
    return drawn(Figure(
        title=f"Cost a month against load: {legend(scene.name(each))}", alt=f"{' '.join(said) or 'Nothing to compare with has a dated price.'} "
        f"The need's own day is {tokens(day)} tokens.",
        across=Axis("tokens a day, in and out, in the need's own mix", log=True, low=times[0] * day, high=times[-1] * day,
                    ticks=tuple((10.0**n * step, _short(10.0**n * step)) for n in range(2, 11) for step in (1, 3))),
        up=Axis(f"{scene.currency} a month", log=True), series=tuple(series), references=tuple(references),
    ))  # fmt: skip


def _way(
    name: str, style: int, times: Sequence[float], of: Callable[[float], Range | None], found: Beside
) -> list[Series]:
    known = [(at * found.tokens_per_day, span) for at in times if (span := of(at))]
    if not known:
        return []
    line: Series = Line(name, tuple((at, span.mid) for at, span in known), style)
    band = [(at, span.low, span.high) for at, span in known]
    return [line, Band("", tuple(band), style)] if any(low < high for _, low, high in band) else [line]


def _short(value: float) -> str:
    """`300k`, `3M`."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
