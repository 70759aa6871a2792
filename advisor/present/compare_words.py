"""Where one machine starts to win, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.decide.crossover import overflow
from advisor.estimate.note import Note
from advisor.present.compare_table import by_id
from advisor.present.formats import say, tok_s, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.catalog.schema.hardware import Hardware
    from advisor.decide.compare import Comparison, Side
    from advisor.decide.crossover import Crossing, Race
    from advisor.decide.pairing import Pairing
    from advisor.decide.ranges import Range
    from advisor.decide.reach import Reach
    from advisor.evidence.finding import Finding

    Naming = Callable[[Hardware], str]

TWO = 2
ONE = "one request"


def sentences(found: Comparison, named: Naming = by_id) -> list[tuple[str, list[str]]]:
    """A title and its sentences for every model; `named` says how machines are called.

    Of two machines everything is said. Of more, orders that never change stand in one sentence for each leader, and what one
    pair of them alone holds is left to the reader of their longest contexts.
    """
    heads = tuple(named(each.hardware) for each in found.machines)
    return [
        (
            f"{each.model.name}: where one starts to win",
            [*_reaches(each, heads), *_races(each, named, brief=len(heads) > TWO)],
        )
        for each in found.models
    ]


def _way(found: Finding) -> str:
    return f"{found.case.quant.name}, {found.case.runtime.name}"


def _reach(reach: Reach | None) -> str:
    if reach is None:
        return "unknown"
    host = ""
    if reach.tokens > reach.device_tokens and reach.way:
        unstated = "" if reach.way.case.machine.host_bytes else " of unstated size"
        host = f", with host memory{unstated} {tokens(reach.tokens)} ({_way(reach.way)})"
    if not reach.device_tokens or reach.device_way is None:
        return f"none{host}"
    whole = ", all it was trained for" if reach.is_whole else ""
    return f"{tokens(reach.device_tokens)} ({_way(reach.device_way)}{whole}){host}"


def _reaches(side: Side, heads: tuple[str, ...]) -> list[str]:
    """The longest context of each, and of two what only one of them holds."""
    alike: dict[str, list[str]] = {}
    for name, reach in zip(heads, side.reaches, strict=True):
        alike.setdefault(_reach(reach), []).append(name)
    held = "; ".join(f"{_and(names)} {words}" for words, names in alike.items())
    lines = [f"longest context on the devices: {held}."]
    if len(heads) > TWO or any(reach is None for reach in side.reaches):
        return lines
    one, other = (reach for reach in side.reaches if reach)
    on_device, at_all = overflow(one.device_tokens, other.device_tokens), overflow(one.tokens, other.tokens)
    for found, how in ((on_device if on_device != at_all else None, "without host memory"), (at_all, "at all")):
        if found:
            name = heads[0] if found.holder == "one" else heads[1]
            lines.append(
                f"contexts from {tokens(found.first_tokens)} to {tokens(found.last_tokens)}: only {name} runs it {how}."
            )
    return lines


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _races(side: Side, named: Naming, *, brief: bool) -> list[str]:
    lines: list[str] = []
    steady: list[tuple[str, dict[str, str], Race]] = []
    untold: dict[str, list[str]] = {}
    for pair in side.pairings:
        for about, race in ((ONE, pair.depth), (_many(pair), pair.requests)):
            if isinstance(race, Note):
                untold.setdefault(_reason(race, pair, named), []).append(about)
            elif race and (race.crossings or not brief):
                lines.append(_sentence(about, pair, race, _names(pair, named)))
            elif race and race.leader:
                steady.append((about, _names(pair, named), race))
    lines += _steady(steady)
    return lines + [f"not compared: {', '.join(dict.fromkeys(abouts))}: {reason}." for reason, abouts in untold.items()]


def _reason(why: Note, pair: Pairing, named: Naming) -> str:
    """The note, which names the machine it is about by its id, with the machine called as the others are."""
    about, _, rest = (said := say(why)).partition(": ")
    known = {each.case.machine.hardware.id: each.case.machine.hardware for each in (pair.one, pair.other)}
    return f"{named(known[about])}: {rest}" if about in known else said


def _many(pair: Pairing) -> str:
    return f"requests of {tokens(pair.one.case.demand.context_tokens)} tokens at once"


def _names(pair: Pairing, named: Naming) -> dict[str, str]:
    return {"one": named(pair.one.case.machine.hardware), "other": named(pair.other.case.machine.hardware)}


def _formats(pair: Pairing) -> str:
    one, other = _way(pair.one), _way(pair.other)
    return f"{one} on both" if one == other else f"{one} against {other}"


def _steady(found: Sequence[tuple[str, dict[str, str], Race]]) -> list[str]:
    """One sentence a leader, with those it stays ahead of; `~` behind one whose interval reaches the leader's somewhere."""
    behind: dict[tuple[str, str], dict[int, list[str]]] = {}
    for about, names, race in found:
        leader, other = (names["one"], names["other"]) if race.leader == "one" else (names["other"], names["one"])
        ends = behind.setdefault((about, leader), {})
        ends.setdefault(race.end, []).append(other + ("" if race.is_certain else "~"))
    return [
        f"{about}: {leader} stays ahead of "
        + "; ".join(f"{_and(names)} up to {tokens(end)}" for end, names in ends.items())
        + "."
        for (about, leader), ends in behind.items()
    ]


def _sentence(about: str, pair: Pairing, race: Race, names: dict[str, str]) -> str:
    is_depth = about == ONE
    count = _tokens_of if is_depth else _requests_of
    end = (_alone(pair, names) if is_depth else _limits(pair, names)) + "."
    begin = f"{about} ({_formats(pair)}{_placed(pair) if is_depth else ''}): "
    if race.crossings:
        return begin + "; ".join(_crossing(each, names, race, count) for each in race.crossings) + end
    if race.leader is None:
        return f"{begin}both are predicted alike{end}"
    first, last = (
        _rates(race.one_at_start, race.other_at_start, race.leader),
        _rates(race.one_at_end, race.other_at_end, race.leader),
    )
    start = "with an empty cache" if is_depth else "for one"
    return f"{begin}{names[race.leader]} is ahead up to {count(race.end)}: {first} {start}, {last} at the end{_doubt(race, count)}{end}"


def _placed(pair: Pairing) -> str:
    """Partly in host memory, what lies there depends on the context."""
    if all(each.verdict == "fits" for each in (pair.one, pair.other)):
        return ""
    return "; laid out anew for every context"


def _tokens_of(number: int) -> str:
    return f"{tokens(number)} tokens"


def _requests_of(number: int) -> str:
    return f"{tokens(number)} requests" if number > 1 else "one request"


def _rates(one: Range, other: Range, leader: str) -> str:
    mine, theirs = (one, other) if leader == "one" else (other, one)
    return f"{tok_s(mine.mid)} against {tok_s(theirs.mid)} tok/s"


def _crossing(found: Crossing, names: dict[str, str], race: Race, count: Callable[[int], str]) -> str:
    behind = names["other" if found.leader == "one" else "one"]
    rates = _rates(found.one, found.other, found.leader)
    change = f"up to {count(found.at - 1)} {behind} is ahead, from {tokens(found.at)} on {names[found.leader]} ({rates} there)"
    if found.latest is None and found.earliest <= race.start:
        return f"{change}; the intervals overlap throughout, so neither order is certain"
    if found.latest == found.earliest == found.at:
        return change
    if found.latest is None:
        return f"{change}; within the intervals anywhere from {tokens(found.earliest)} on, or never up to {tokens(race.end)}"
    return f"{change}; within the intervals anywhere from {tokens(found.earliest)} to {tokens(found.latest)}"


def _doubt(race: Race, count: Callable[[int], str]) -> str:
    """Where the intervals overlap, though the middles never change places."""
    doubtful = [stretch for stretch in race.certain if stretch.leader is None]
    if not doubtful:
        return ""
    if len(race.certain) == 1:
        return "; the intervals overlap throughout"
    first, last = doubtful[0].first, doubtful[-1].last
    if last == race.end:
        return f"; from {count(first)} on the intervals overlap"
    return f"; {'' if first == race.start else f'from {count(first)} '}up to {count(last)} the intervals overlap"


def _alone(pair: Pairing, names: dict[str, str]) -> str:
    """What only one of them holds in these ways."""
    if pair.alone is None:
        return ""
    name = names[pair.alone.holder]
    return f"; from {tokens(pair.alone.first_tokens)} to {tokens(pair.alone.last_tokens)} only {name} holds it so"


def _limits(pair: Pairing, names: dict[str, str]) -> str:
    """How many requests each runs at once, where that ends the growth."""
    told = [
        f"{name} runs {limit.requests} at once: {limit.why}"
        for name, limit in zip(names.values(), pair.limits, strict=True) if limit
    ]  # fmt: skip
    return f" ({'; '.join(told)})" if told else ""
