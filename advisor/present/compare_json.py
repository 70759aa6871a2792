"""A comparison as the JSON scripts rely on (`advisor.compare/1`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor import __version__, units
from advisor.decide.bill import Bill, oldest_days
from advisor.decide.compare import price_per_rate
from advisor.decide.crossover import overflow
from advisor.estimate.note import Note
from advisor.present.fit_json import measured
from advisor.present.formats import say

if TYPE_CHECKING:
    from advisor.decide.bill import Item
    from advisor.decide.compare import Cell, Comparison, Machine, Pace, Side
    from advisor.decide.crossover import Crossing, Overflow, Race
    from advisor.decide.pairing import Pairing
    from advisor.decide.ranges import Range
    from advisor.decide.reach import Reach
    from advisor.estimate.burst import Limit
    from advisor.evidence.finding import Finding

SCHEMA = "advisor.compare/1"
DIGITS = 3
KEYS = {
    "schema": "`advisor.compare/1`",
    "advisor": "version",
    "catalog": "day the newest source was read",
    "concurrency": "requests at once that were asked about",
    "market": "`region`, `currency`, `condition` and `as_of` of all prices",
    "machines[]": "what a machine costs and draws, whatever it runs",
    "machines[].hardware": "id, in the order they were named",
    "machines[].owned": "true where it is there already and nothing is to be bought",
    "machines[].host_memory_bytes": "main memory as said of it, with `host_bandwidth_gb_s`; null where nothing is said",
    "machines[].price": "everything that must be bought: `low`, `mid`, `high`; null where a part has no dated price",
    "machines[].price_date": "date of the oldest price in it; null for one that is owned",
    "machines[].price_age_days": "its age on the day asked about; likewise",
    "machines[].price_reason": "why there is no price; null where there is one",
    "machines[].parts[]": "`what`, `count`, `price` of one, `basis`, `condition`, `region`, `date`, `rows`, `notes`",
    "machines[].load_w": "wall power while it generates: `low`, `mid`, `high`; null where nobody knows",
    "machines[].idle_w": "wall power while it waits, likewise",
    "machines[].power_basis": "what the power rests on",
    "machines[].notes[]": "what is to be known of price and power",
    "cells[]": "a machine beside a model and a context",
    "cells[].hardware": "id",
    "cells[].model": "id",
    "cells[].context_tokens": "tokens memory holds per request",
    "cells[].verdict": "as in `advisor fit`, of the finding it puts first; `unsupported` where no runtime loads any format",
    "cells[].quant": "id, with `runtime`, `runtime_version` and `backend`",
    "cells[].max_context_tokens": "as in `advisor fit`, with `most_context_tokens_asked`",
    "cells[].short_bytes": "device memory missing; 0 where it fits there",
    "cells[].decode": "of one request with an empty cache; null where it does not run",
    "cells[].decode_at_context": "with `depth_tokens` in the cache, likewise",
    "cells[].decode.predicted": "`low`, `mid`, `high` in tok/s; null where no evidence carries a prediction",
    "cells[].decode.measured": "the row of this very case, else a near one (`match`), as in `evidence` of `advisor fit`; null without",
    "cells[].aggregate_tok_s": "all requests together, predicted; null for one request and where it is not predicted",
    "cells[].ttft_s": "first token of a prompt that fills the context, predicted",
    "cells[].evidence": "`exact` or `near` for a row at that depth, else the confidence of the prediction, `high` to `none`; of several requests, "
    "how near batches were measured: `same hardware` …",
    "cells[].price_per_tok_s": "price over the measured or predicted rate at that depth, of all requests together where several are asked about",
    "cells[].notes[]": "as in `advisor fit`",
    "models[]": "what holds over all contexts of a model",
    "models[].model": "id",
    "models[].reach[]": "of each machine: the longest context all on the devices (`device_tokens`) and with host memory (`tokens`), each with its format and runtime",
    "models[].overflow[]": "of each two machines: contexts that only one of them holds, on its devices (`on_device`) and at all (`anyhow`)",
    "models[].races[]": "of two machines, `one` and `other`, each with its way to run it",
    "models[].races[].over": "`tokens` in the cache of one request, or number of `requests` at once",
    "models[].races[].context_tokens": "the context both were asked about",
    "models[].races[].reason": "why they cannot be compared; null where they can",
    "models[].races[].start": "the first number, with `one` and `other` in tok/s there; `end` the last",
    "models[].races[].leader": "hardware ahead wherever they differ; null where that changes",
    "models[].races[].certain": "true where the intervals overlap nowhere",
    "models[].races[].crossovers[]": "`at` which number which `leader` takes over, both rates there, and from `earliest` to `latest` within the "
    "intervals; `latest` is null where it may never come",
    "models[].races[].alone": "contexts only one of them holds on its devices in these ways: `holder`, `first_tokens`, `last_tokens`",
    "models[].races[].most_requests": "what each runs at once and why no more; null without a limit",
}  # fmt: skip
"""Every key of the document and what it says."""


def document(found: Comparison, catalog_date: str) -> dict[str, Any]:
    """The whole comparison."""
    market = found.market
    return {
        "schema": SCHEMA, "advisor": __version__, "catalog": catalog_date, "concurrency": found.concurrency,
        "market": {"region": market.region, "currency": market.currency, "condition": market.condition, "as_of": market.as_of},
        "machines": [_machine(each, market.day(catalog_date)) for each in found.machines],
        "cells": [
            _cell(machine, each) for row in found.rows for machine, each in zip(found.machines, row.cells, strict=True)
        ],
        "models": [_model(each, [machine.hardware.id for machine in found.machines]) for each in found.models],
    }  # fmt: skip


def _span(value: Range | None) -> dict[str, float] | None:
    if value is None:
        return None
    return {"low": round(value.low, DIGITS), "mid": round(value.mid, DIGITS), "high": round(value.high, DIGITS)}


def _machine(machine: Machine, asked_on: str) -> dict[str, Any]:
    bill, rate = machine.bill if isinstance(machine.bill, Bill) else None, machine.setup.host_bandwidth_bytes_s
    return {
        "hardware": machine.hardware.id, "owned": machine.is_owned, "host_memory_bytes": machine.setup.host_bytes,
        "host_bandwidth_gb_s": None if rate is None else units.to_gb(rate), "price": _span(machine.price), "price_date": bill and bill.date,
        "price_age_days": oldest_days(bill, asked_on) if bill and bill.items else None,
        "price_reason": say(machine.bill) if isinstance(machine.bill, Note) else None,
        "parts": [_part(item) for item in bill.items] if bill else [],
        "load_w": _span(machine.draw.load_w), "idle_w": _span(machine.draw.idle_w), "power_basis": machine.draw.basis,
        "notes": [say(each) for each in (*(bill.notes if bill else ()), *machine.draw.notes)],
    }  # fmt: skip


def _part(item: Item) -> dict[str, Any]:
    price = item.price
    return {
        "what": price.what, "count": item.count, "price": _span(price.amount), "basis": price.basis, "condition": price.condition,
        "region": price.region, "date": price.date, "rows": [row.id for row in price.rows], "notes": [say(each) for each in price.notes],
    }  # fmt: skip


def _cell(machine: Machine, cell: Cell) -> dict[str, Any]:
    best, demand = cell.finding, cell.question.demand
    worth = price_per_rate(machine.price, cell.rate) if machine.price and cell.rate else None
    return {
        "hardware": machine.hardware.id, "model": cell.question.model.id, "context_tokens": demand.context_tokens,
        "verdict": best.verdict if best else "unsupported", **_way(best),
        "max_context_tokens": best.max_context_tokens if best else None,
        "most_context_tokens_asked": best.most_context_tokens_asked if best else None,
        "short_bytes": best.footprint.placement.short_bytes if best and best.footprint else None,
        "decode": _pace(cell.empty), "decode_at_context": _pace(cell.deep), "aggregate_tok_s": _span(cell.together),
        "ttft_s": best.prefill.ttft_s if best and cell.runs and best.prefill else None, "evidence": cell.grade,
        "price_per_tok_s": _span(worth), "notes": [say(each) for each in best.notes] if best else [],
    }  # fmt: skip


def _way(found: Finding | None) -> dict[str, Any]:
    case = found.case if found else None
    return {
        "quant": case.quant.id if case else None, "runtime": case.runtime.id if case else None,
        "runtime_version": case.version.version if case and case.version else None, "backend": case.backend if case else None,
    }  # fmt: skip


def _pace(pace: Pace | None) -> dict[str, Any] | None:
    if pace is None:
        return None
    return {
        "depth_tokens": pace.depth_tokens,
        "predicted": _span(pace.predicted),
        "measured": measured(pace.row) if pace.row else None,
    }


def _model(side: Side, heads: list[str]) -> dict[str, Any]:
    return {
        "model": side.model.id,
        "reach": [_reach(name, each) for name, each in zip(heads, side.reaches, strict=True)],
        "overflow": [
            _overflow(heads[place], heads[beside], side.reaches[place], side.reaches[beside])
            for place in range(len(heads)) for beside in range(place + 1, len(heads))
        ],
        "races": [
            _race(pair, over, race)
            for pair in side.pairings for over, race in (("tokens", pair.depth), ("requests", pair.requests)) if race is not None
        ],
    }  # fmt: skip


def _reach(name: str, reach: Reach | None) -> dict[str, Any]:
    return {
        "hardware": name, "device_tokens": reach.device_tokens if reach else None, "device_way": _way(reach.device_way if reach else None),
        "tokens": reach.tokens if reach else None, "way": _way(reach.way if reach else None),
        "trained_tokens": reach.trained_tokens if reach else None,
    }  # fmt: skip


def _overflow(one_name: str, other_name: str, one: Reach | None, other: Reach | None) -> dict[str, Any]:
    known = one and other and (overflow(one.device_tokens, other.device_tokens), overflow(one.tokens, other.tokens))
    on_device, anyhow = known or (None, None)
    names = {"one": one_name, "other": other_name}
    return {
        "one": one_name,
        "other": other_name,
        "on_device": _alone(on_device, names),
        "anyhow": _alone(anyhow, names),
    }


def _alone(found: Overflow | None, names: dict[str, str]) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "holder": names[found.holder],
        "first_tokens": found.first_tokens,
        "last_tokens": found.last_tokens,
    }


def _race(pair: Pairing, over: str, race: Race | Note) -> dict[str, Any]:
    names = {"one": pair.one.case.machine.hardware.id, "other": pair.other.case.machine.hardware.id}
    known = None if isinstance(race, Note) else race
    one_limit, other_limit = pair.limits
    return {
        "over": over, "one": {"hardware": names["one"], **_way(pair.one)}, "other": {"hardware": names["other"], **_way(pair.other)},
        "context_tokens": pair.one.case.demand.context_tokens, "reason": say(race) if isinstance(race, Note) else None,
        "start": known and {"at": known.start, "one": _span(known.one_at_start), "other": _span(known.other_at_start)},
        "end": known and {"at": known.end, "one": _span(known.one_at_end), "other": _span(known.other_at_end)},
        "leader": names[known.leader] if known and known.leader else None, "certain": known and known.is_certain,
        "crossovers": [_crossing(each, names) for each in known.crossings] if known else [],
        "alone": _alone(pair.alone, names) if over == "tokens" else None,
        "most_requests": {"one": _limit(one_limit), "other": _limit(other_limit)} if over == "requests" else None,
    }  # fmt: skip


def _crossing(found: Crossing, names: dict[str, str]) -> dict[str, Any]:
    return {
        "at": found.at, "leader": names[found.leader], "one": _span(found.one), "other": _span(found.other),
        "earliest": found.earliest, "latest": found.latest,
    }  # fmt: skip


def _limit(found: Limit | None) -> dict[str, Any] | None:
    return None if found is None else {"requests": found.requests, "why": found.why}
