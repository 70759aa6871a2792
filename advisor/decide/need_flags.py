"""A need said in one line: `--want MODEL@32k:30 --have CARD+OTHER --budget 4500EUR`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from advisor.catalog.places import Place
from advisor.catalog.schema.common import is_date
from advisor.decide.market import REGIONS, Market
from advisor.decide.need import BestAt, Need
from advisor.decide.need_file import need_of
from advisor.errors import NeedInvalid, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.yaml_text import Loc

BEST = "best:"
_MONEY = re.compile(r"(\d{1,12}(?:\.\d{1,2})?) ?([A-Za-z]{3})?")
_FLOOR = re.compile(r"(?P<rest>.+):(?P<floor>\d{1,6}(?:\.\d{1,3})?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said on the command line, as it was typed."""

    want: Sequence[str] = ()
    """`MODEL[@CONTEXT][:FLOOR]`, or `best:CLASS[@CONTEXT][:FLOOR]`."""
    have: Sequence[str] = ()
    consider: Sequence[str] = ()
    budget: str | None = None
    """`4500EUR`."""
    users: int = 1
    """Requests at once, of every want."""
    hours: float | None = None
    region: str | None = None
    currency: str | None = None
    as_of: str | None = None
    per_kwh: float | None = None
    power_w: float | None = None
    single_box: bool = False


@dataclass(frozen=True, slots=True)
class _Typed(Place):
    """Where a mistake stands on a command line: the option, as it was typed."""

    said: Said | None = None

    def problem(self, way: Loc, message: str) -> Problem:
        """The problem, with the option that is meant."""
        return Problem(_option(self.said or Said(), way), 0, "", message)


def need_from_flags(facts: Facts, said: Said) -> Need:
    """The need the options state. Raises NeedInvalid with every mistake, each with its option."""
    problems: list[Problem] = []
    workloads = [_workload(text, said, problems) for text in said.want]
    amount, currency = _money(said, problems)
    data: dict[str, Any] = {
        "as_of": said.as_of,
        "currency": currency,
        "region": said.region or REGIONS.get(currency),
        "owns": [{"machine": name} for name in said.have],
        "considers": [{"machine": name} for name in said.consider],
        "workloads": workloads,
        "limits": {"budget": amount, "power_w": said.power_w, "single_box": said.single_box},
        "electricity": {"per_kwh": said.per_kwh} if said.per_kwh else None,
    }
    if data["region"] is None:
        problems.append(Problem("--region", 0, "", f"is needed: nobody knows where you buy in {currency}"))
        data["region"] = "?"
    if not said.want:
        problems.append(Problem("--want", 0, "", "is needed: name what you want to run"))
    kept = {name: _without_none(value) for name, value in data.items() if value is not None}
    try:
        need = need_of(facts, kept, _Typed(Path(), said=said))
    except NeedInvalid as error:
        raise NeedInvalid([*problems, *error.problems], only_names=not problems and error.code != "usage") from None
    if problems:
        raise NeedInvalid(problems)
    return need


def market_said(said: Said) -> Market | None:
    """Where and when one buys by these options alone; None where the money cannot be read or nobody knows where it is used.

    A day that is none is left out.
    """
    problems: list[Problem] = []
    _, currency = _money(said, problems)
    region = said.region or REGIONS.get(currency)
    if problems or region is None:
        return None
    as_of = said.as_of if said.as_of and is_date(said.as_of) else None
    return Market(as_of=as_of, region=region, currency=currency)


def _workload(text: str, said: Said, problems: list[Problem]) -> dict[str, Any]:
    rest, floor = text, None
    found = _FLOOR.fullmatch(text)
    if found and found["rest"] + ":" != BEST:
        rest, floor = found["rest"], float(found["floor"])
    name, _, context = rest.partition("@")
    work: dict[str, Any] = {
        "name": rest.strip(), "concurrency": said.users, "floor_tok_s": floor, "hours_per_day": said.hours,
        "context": context or None,
    }  # fmt: skip
    if name.startswith(BEST):
        work["best"] = name.removeprefix(BEST)
        if work["best"] not in get_args(BestAt):
            known = ", ".join(get_args(BestAt))
            problems.append(Problem(f"--want {text}", 0, "", f"no class of models is called so; there are {known}"))
            work["best"] = get_args(BestAt)[0]
    else:
        work["model"] = name
    return {key: value for key, value in work.items() if value is not None}


def _money(said: Said, problems: list[Problem]) -> tuple[float | None, str]:
    if said.budget is None:
        return None, (said.currency or "USD").upper()
    found = _MONEY.fullmatch(said.budget.strip())
    if not found:
        problems.append(Problem(f"--budget {said.budget}", 0, "", "should be an amount of money, as 4500EUR"))
        return 1.0, (said.currency or "USD").upper()
    currency = (found[2] or said.currency or "").upper()
    if not currency:
        problems.append(Problem(f"--budget {said.budget}", 0, "", "names no currency: write 4500EUR"))
    return float(found[1]), currency or "USD"


def _without_none(value: Any) -> Any:
    return {name: held for name, held in value.items() if held is not None} if isinstance(value, dict) else value


def _option(said: Said, way: Loc) -> str:
    """The option a way through the data came from."""
    listed = {
        "owns": ("--have", said.have),
        "considers": ("--consider", said.consider),
        "workloads": ("--want", said.want),
    }
    first, second = (*way, None, None)[:2]
    if first in listed and isinstance(second, int):
        option, typed = listed[str(first)]
        return f"{option} {typed[second]}"
    single = {
        "owns": "--have", "considers": "--consider", "workloads": "--want", "electricity": "--per-kwh",
        "as_of": "--as-of", "region": "--region", "currency": "--currency",
    }  # fmt: skip
    if first == "limits":
        return {"power_w": "--power", "single_box": "--single-box"}.get(str(second), "--budget")
    return single.get(str(first), "--consider or --budget")
