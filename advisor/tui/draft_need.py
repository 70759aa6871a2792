"""What the lines of a draft mean: the need, and the options of `advisor decide`."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from advisor.catalog import find
from advisor.decide.need import Candidate, Need, Owned
from advisor.decide.need_flags import Said, market_said, need_from_flags
from advisor.decide.terms import Terms
from advisor.errors import AdvisorError, NeedInvalid, Problem
from advisor.tui.draft import number, want_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from advisor.catalog.contents import Facts
    from advisor.decide.need import Workload
    from advisor.tui.draft import Draft

MOST_USERS = 4096
_WATTS = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?w", re.IGNORECASE)
_HOURS = re.compile(r"(\d{1,2}(?:\.\d{1,3})?) ?h", re.IGNORECASE)
_TARIFF = re.compile(r"(\d{1,4}(?:\.\d{1,4})?) ?/ ?kwh", re.IGNORECASE)
_REGION = re.compile(r"([A-Za-z]{2})")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})")
ONE_BOX = frozenset({"one box", "single box", "single-box"})

STEPS = {
    "--consider or --budget": "budget or among", "--want": "models you want", "--have": "already own", "--consider": "among", "--budget": "budget",
    "--power": "limits", "--single-box": "limits", "--per-kwh": "limits", "--as-of": "limits", "--region": "limits", "--currency": "budget",
}  # fmt: skip
"""Option of `advisor decide` → the step that says the same."""


def listed(text: str) -> tuple[str, ...]:
    """What stands between the commas."""
    return tuple(part for each in text.split(",") if (part := " ".join(each.split())))


def said(draft: Draft) -> Said:
    """The lines as options of `advisor decide`. Raises NeedInvalid for what is none."""
    problems: list[Problem] = []
    found = _as_far_as_read(draft, problems)
    if problems:
        raise NeedInvalid(problems)
    return found


def _as_far_as_read(draft: Draft, problems: list[Problem]) -> Said:
    """The lines as options, without what is none, which is added to the problems."""
    users = draft.users.strip() or "1"
    if not (users.isascii() and users.isdigit() and 1 <= int(users[:9]) <= MOST_USERS):
        problems.append(Problem(f"people at once {users}", 0, "", f"should be a whole number from 1 to {MOST_USERS}"))
        users = "1"
    limits: dict[str, Any] = {}
    for part in listed(draft.limits):
        known = _limit(part)
        limits |= known
        if not known:
            problems.append(
                Problem(f"limits {part}", 0, "", "should be like one of 500W, one box, 8h, 0.29/kWh, DE, 2026-03-31")
            )
    currency = draft.base.market.currency if draft.base and not draft.budget.strip() else None
    return Said(
        want=listed(draft.want), have=listed(draft.own), consider=listed(draft.among), budget=draft.budget.strip() or None, users=int(users),
        currency=currency, **limits,
    )  # fmt: skip


def _limit(part: str) -> dict[str, Any]:
    """The option that this word of the limits is; empty for none."""
    read: tuple[tuple[str, re.Pattern[str], Callable[[str], Any]], ...] = (
        ("power_w", _WATTS, float), ("hours", _HOURS, float), ("per_kwh", _TARIFF, float), ("region", _REGION, str.upper), ("as_of", _DAY, str),
    )  # fmt: skip
    if part.lower() in ONE_BOX:
        return {"single_box": True}
    for name, pattern, write in read:
        if found := pattern.fullmatch(part):
            return {name: write(found[1])}
    return {}


def need_of(facts: Facts, draft: Draft) -> Need:
    """The need the lines say, with whatever else its file says. Raises NeedInvalid with every mistake."""
    if draft.base is not None and not draft.is_changed:
        return draft.base
    problems: list[Problem] = []
    options = _as_far_as_read(draft, problems)
    try:
        typed = need_from_flags(facts, options)
    except NeedInvalid as others:
        raise NeedInvalid([*problems, *map(_in_steps, others.problems)]) from others
    if problems:
        raise NeedInvalid(problems)
    return typed if draft.base is None else _merged(draft.base, typed, draft)


def _in_steps(problem: Problem) -> Problem:
    """The problem with the step it stands in, where it names the option of a command."""
    option = next((each for each in STEPS if problem.path == each or problem.path.startswith(f"{each} ")), None)
    if option is None:
        return problem
    message = problem.message.replace("`considers`", "the line among").replace("a `limits.budget`", "a budget")
    return replace(problem, path=STEPS[option] + problem.path.removeprefix(option), message=message)


def terms_of(facts: Facts, draft: Draft) -> Terms | None:
    """Where one buys, how far evidence counts and what is said of machines, by the lines as far as they can be read and by their file.

    A line that cannot be read takes nothing from the others. None where nothing is said.
    """
    if draft.is_empty and draft.base is None:
        return None
    with suppress(AdvisorError):
        return Terms.of(need_of(facts, draft))
    base, options = draft.base, _as_far_as_read(draft, [])
    market = market_said(options)
    if market is None:
        return Terms.of(base) if base else None
    owns = tuple(Owned(machine=name) for name in _machines(facts, options.have))
    considers = tuple(Candidate(machine=name) for name in _machines(facts, options.consider))
    typed = Need(as_of=market.as_of, market=market, owns=owns, considers=considers, workloads=())
    return Terms.of(typed if base is None else _merged(base, typed, draft))


def _machines(facts: Facts, typed: Sequence[str]) -> Iterator[str]:
    """Ids of those that are machines."""
    for name in typed:
        with suppress(AdvisorError):
            yield find.hardware(facts, name).id


def _merged(base: Need, typed: Need, draft: Draft) -> Need:
    """What is typed, and of the file what no line says."""
    market = replace(base.market, region=typed.market.region, currency=typed.market.currency)
    if typed.as_of != base.as_of:
        market = replace(market, as_of=typed.as_of)
    limits = replace(
        base.limits, budget=typed.limits.budget, power_w=typed.limits.power_w, single_box=typed.limits.single_box
    )
    others = tuple(work for work in base.workloads if work.kind != "text")
    return replace(
        base, as_of=typed.as_of, market=market, owns=_kept(base.owns, typed.owns), considers=_kept_candidates(base.considers, typed.considers),
        workloads=(*_works(base, typed, draft), *others), limits=limits, per_kwh=typed.per_kwh,
    )  # fmt: skip


def _kept(known: Sequence[Owned], named: Sequence[Owned]) -> tuple[Owned, ...]:
    before = {each.machine: each for each in known}
    return tuple(before.get(each.machine, each) for each in named)


def _kept_candidates(known: Sequence[Candidate], named: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """One machine may be thought of twice, new and used."""
    return tuple(found for each in named for found in [one for one in known if one.machine == each.machine] or [each])


def _works(base: Need, typed: Need, draft: Draft) -> list[Workload]:
    """Each workload with what its file says of it beside model, context and floor, where one of that model is there."""
    left = [work for work in base.workloads if work.kind == "text"]
    hours = any("hours" in _limit(part) for part in listed(draft.limits))
    works: list[Workload] = []
    for work in typed.workloads:
        same = next((each for each in left if want_text(each) == want_text(work)), None)
        alike = same or next((each for each in left if (each.model, each.best) == (work.model, work.best)), None)
        if alike:
            left.remove(alike)
        found = work if alike is None else alike
        if alike and not same:
            prompt = min(alike.prompt_tokens, work.context_tokens) if alike.prompt_tokens else None
            found = replace(
                alike,
                name=work.name,
                context_tokens=work.context_tokens,
                prompt_tokens=prompt,
                floor_tok_s=work.floor_tok_s,
            )
        if draft.users.strip():
            found = replace(found, concurrency=work.concurrency)
        works.append(replace(found, hours_per_day=work.hours_per_day) if hours else found)
    return works


def flags(draft: Draft) -> list[str]:
    """`advisor decide` with the lines as options. Raises NeedInvalid for what is none."""
    options = said(draft)
    line = ["advisor", "decide"]
    for name, values in (("--want", options.want), ("--have", options.have), ("--consider", options.consider)):
        line += [part for value in values for part in (name, value)]
    named = {
        "--budget": options.budget, "--users": options.users if options.users != 1 else None, "--hours": options.hours, "--region": options.region,
        "--currency": options.currency, "--as-of": options.as_of, "--per-kwh": options.per_kwh, "--power": options.power_w,
    }  # fmt: skip
    line += [part for name, value in named.items() if value is not None for part in (name, _shown(value))]
    return [*line, "--single-box"] if options.single_box else line


def _shown(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)
