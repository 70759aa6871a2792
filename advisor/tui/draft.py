"""A need as somebody is typing it: six lines of text, and the file they came from."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from advisor.decide.market import REGIONS
from advisor.units import TOKEN_UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.decide.need import Need, Workload

LINES = ("want", "users", "budget", "among", "own", "limits")
"""Fields of a draft that are typed, from top to bottom."""
WHOLE = 1e12


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the lines."""

    want: str = ""
    """`gpt-oss-120b@32k:30, best:coding@64k:20`: model or class, context, least tok/s."""
    users: str = ""
    budget: str = ""
    """`4500EUR`."""
    among: str = ""
    """Machines somebody thinks of; empty = any within the budget."""
    own: str = ""
    limits: str = ""
    """`500W, one box, 8h, 0.29/kWh, DE, 2026-03-31` in any order: power, hours of work a day, tariff, region, evidence up to that day."""
    base: Need | None = field(default=None, repr=False)
    """What a file said, with everything that has no line here; None where nothing was read."""
    path: str = ""
    """The file it was read from or written to."""

    @property
    def is_empty(self) -> bool:
        """True where nothing has been typed."""
        return not any(getattr(self, name) for name in LINES)

    @property
    def is_changed(self) -> bool:
        """True where the lines say something else than the file."""
        return self.base is None or self.typed != Draft.of(self.base, self.path).typed

    @property
    def typed(self) -> tuple[str, ...]:
        """The lines."""
        return tuple(getattr(self, name) for name in LINES)

    @staticmethod
    def of(need: Need, path: str) -> Draft:
        """The lines that say a need, which is kept for all that they leave out."""
        works = [work for work in need.workloads if work.kind == "text"]
        return Draft(
            want=", ".join(map(want_text, works)), users=_common([str(work.concurrency) for work in works]),
            budget="" if need.limits.budget is None else f"{number(need.limits.budget)}{need.market.currency}",
            among=", ".join(dict.fromkeys(each.machine for each in need.considers)), own=", ".join(each.machine for each in need.owns),
            limits=", ".join(_limits(need, works)), base=need, path=path,
        )  # fmt: skip


def want_text(work: Workload) -> str:
    """A workload as one types it: `gpt-oss-120b@32k:30`."""
    from advisor.decide.need_flags import BEST  # noqa: PLC0415 - the first screen does without a need

    floor = "" if work.floor_tok_s is None else f":{number(work.floor_tok_s)}"
    return f"{work.model or BEST + (work.best or '')}@{_tokens(work.context_tokens)}{floor}"


def _tokens(amount: int) -> str:
    unit = next(
        (unit for unit, size in sorted(TOKEN_UNITS.items(), key=lambda pair: -pair[1]) if amount % size == 0), ""
    )
    return f"{amount // TOKEN_UNITS[unit]}{unit}"


def number(value: float) -> str:
    """As one types it: `30` for 30.0."""
    return str(int(value)) if value.is_integer() and value < WHOLE else f"{value}"


def _common(values: Sequence[str]) -> str:
    """What all of them are; nothing where they differ."""
    return values[0] if len(set(values)) == 1 else ""


def _limits(need: Need, works: Sequence[Workload]) -> list[str]:
    hours = _common([number(work.hours_per_day) if work.hours_per_day is not None else "" for work in works])
    usual = REGIONS.get(need.market.currency)
    parts = {
        f"{number(need.limits.power_w or 0.0)}W": need.limits.power_w is not None, "one box": need.limits.single_box, f"{hours}h": hours,
        f"{number(need.per_kwh or 0.0)}/kWh": need.per_kwh is not None, need.market.region: need.market.region != usual,
        need.as_of or "": need.as_of,
    }  # fmt: skip
    return [text for text, there in parts.items() if there]


def with_line(draft: Draft, name: str, text: str) -> Draft:
    """With that line saying this."""
    assert name in {each.name for each in fields(draft)}
    return replace(draft, **{name: text})  # type: ignore[arg-type]
