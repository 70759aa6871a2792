"""A need as YAML that `need_file` reads back to the same need."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from advisor.decide.need import Cloud, Keeping, Limits, Workload
from advisor.decide.need_file import PERCENT
from advisor.units import TOKEN_UNITS

if TYPE_CHECKING:
    from advisor.decide.need import Candidate, Need, Owned

WIDTH = 110
MOST_WHOLE = 1e15


def need_yaml(need: Need) -> str:
    """The text of a need.yaml: everything that is not as it would be anyway, tokens with their units."""
    import yaml  # noqa: PLC0415 - only who writes a need pays for it

    return yaml.safe_dump(_whole_numbers(need_data(need)), sort_keys=False, allow_unicode=True, width=WIDTH)


def need_data(need: Need) -> dict[str, Any]:
    """The need as the plain data of its file."""
    market = need.market
    data: dict[str, Any] = {
        "title": need.title,
        "as_of": need.as_of,
        "prices_as_of": market.as_of if market.as_of != need.as_of else None,
        "region": market.region,
        "currency": market.currency,
        "tax_percent": None if market.tax_share is None else _percent(market.tax_share),
        "owns": [_machine(owned) for owned in need.owns],
        "considers": [_machine(candidate) for candidate in need.considers],
        "workloads": [_workload(work) for work in need.workloads],
        "limits": _stated(need.limits, asdict(Limits())),
        "electricity": None if need.per_kwh is None else {"per_kwh": need.per_kwh},
        "keeping": _keeping(need.keeping),
        "cloud": _stated(need.cloud, asdict(Cloud())),
        "exchange": [{"of": r.of, "to": r.to, "rate": r.value, "date": r.date} for r in market.rates],
    }
    return {name: value for name, value in data.items() if value not in (None, [], {})}


def _machine(value: Owned | Candidate) -> dict[str, Any]:
    given = _stated(value, {"condition": "new"})
    return {"host_bandwidth" if name == "host_bandwidth_gb_s" else name: held for name, held in given.items()}


def _stated(value: Any, usual: dict[str, Any]) -> dict[str, Any]:
    """Fields that are given and are not as usual."""
    given = {each.name: getattr(value, each.name) for each in fields(value)}
    return {name: held for name, held in given.items() if held is not None and held != usual.get(name)}


def _workload(work: Workload) -> dict[str, Any]:
    usual = asdict(Workload(name=work.model or f"best {work.best}"))
    given = _stated(work, usual)
    if given.pop("quants", ()):
        given["quants"] = list(work.quants)
    renamed = {"context_tokens": "context", "prompt_tokens": "prompt"}
    return {
        renamed.get(name, name): _tokens(held) if "tokens" in name else held for name, held in given.items()
    }  # fmt: skip


def _keeping(keeping: Keeping) -> dict[str, Any]:
    usual = Keeping()
    data = {
        "years": keeping.years if keeping.years != usual.years else None,
        "resale_percent": _percent(keeping.resale_share) if keeping.resale_share else None,
        "on_hours_per_day": keeping.on_h_per_day if keeping.on_h_per_day != usual.on_h_per_day else None,
    }
    return {name: value for name, value in data.items() if value is not None}


def _percent(share: float) -> float:
    """The percentage that reads back as this share."""
    near = round(share * PERCENT, 9)
    return near if near / PERCENT == share else share * PERCENT


def _tokens(amount: int) -> int | str:
    """With the largest unit that leaves nothing over."""
    for unit, size in sorted(TOKEN_UNITS.items(), key=lambda pair: -pair[1]):
        if unit and amount and amount % size == 0:
            return f"{amount // size}{unit}"
    return amount


def _whole_numbers(value: Any) -> Any:
    """The same data with `30` for 30.0, as people write it."""
    if isinstance(value, dict):
        return {name: _whole_numbers(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(held) for held in value]
    return int(value) if isinstance(value, float) and value.is_integer() and value < MOST_WHOLE else value
