"""Running costs: API and rental prices, tariffs, wall power, host parts, exchange rates, published break-evens, trends."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.convert.api_costs import ApiCosts
from scripts.convert.common import Output, Sources, as_date, read_yaml, without_empty
from scripts.convert.exchange_rates import reference_rates
from scripts.convert.hardware_names import hardware_id
from scripts.convert.ledgers import Ledger
from scripts.convert.price_notes import condensed
from scripts.convert.price_pages import PricePages
from scripts.convert.prices import machine_of

Row = dict[str, Any]

STATES = {"wall": "W at the wall", "gpu": "W of the card", "module": "W of the module", "estimate": "W, estimated"}
REWORDED = {
    "digitalapplied-h100": (
        "consistent with an H100 at about $2.19 an hour if every token is billed at 0.28 a million; "
        "the page itself counts 0.14 a million input tokens, and 5 for the premium API"
    ),
    "presenc-tco": "DGX Spark at $1,050 a year means 799 W on average from a 240 W supply; its $3,000 is out of date",
    "spark-qwen36-27b": "$30 of electricity in three years is less than 25 W idle costs at $0.15 (about $99)",
    "presets-llm-card-econ": "formulas only",
}
"""Break-even → what recomputing it found, where the input words it otherwise."""

SAME_PAGE = {"infotechwithben-haiku-high": "infotechwithben: shadow stack local vs API"}

PARTS = (
    (re.compile(r"^host PC without GPU"), "host"),
    (re.compile(r"^(DDR\d|.*DDR5 SO-DIMM)"), "memory"),
    (re.compile(r"^QSFP"), "cable"),
    (re.compile(r"complete|rig|build|system, whole"), "whole"),
)
"""Words of an item → which part of a computer it is."""

TERMS = {
    "low tier (called spot there)": "low tier",
    "high tier (called on-demand there)": "high tier",
    "rented": "not stated",
}
"""Term of a rental as read → as the catalog calls it, where that differs."""

READ_AT = {"wall": "wall", "gpu": "card", "module": "module", "estimate": "estimate"}
HARDLY_A_HOST = re.compile(r"card with almost no host")
"""What the wall supplies there is what the card takes."""
NOT_INFERENCE = re.compile(r"gaming|stress|\bHPL\b")

_CONFIGURATION = re.compile(r"\d+ GB config")
_RANGE = re.compile(r"(\d+\.\d+)-(\d+\.\d+) per kWh")
_SXM2 = re.compile(r"V100 SXM2")


def convert(data: Path, sources: Sources, out: Output) -> None:
    """Queue catalog/costs/<topic>.yaml and ledger/costs.csv; an exchange rate without a day is refused."""
    pages = PricePages(data, sources)
    ledger = Ledger()
    ApiCosts(data, sources, pages, ledger).queue(out)
    content = read_yaml(data / "prices.yaml")
    for topic, listed_in, figure in TOPICS:
        rows: list[Row] = []
        for number, row in enumerate(content[listed_in]):
            if listed_in == "fx_seen" and as_date(row["date"]) is None:
                ledger.refused(listed_in, number, "no day: the default of a program")
                continue
            rows.append(without_empty({**figure(row), "source": pages.source_of(row)}))
            ledger.kept(listed_in, number, f"costs/{topic}#{len(rows)}")
        if topic == "exchange":
            rows += reference_rates(sources, ledger, len(rows))
        out.put(f"costs/{topic}.yaml", {"rows": rows})
    out.texts["ledger/costs.csv"] = ledger.text()


def _cloud(row: Row) -> Row:
    return {
        "about": f"rental, {row['term']}",
        "hardware": hardware_id(row["hardware_id"], None, 1)[0],
        "provider": row["provider"],
        "term": TERMS.get(row["term"], row["term"]),
        "currency": "USD",
        "unit": "USD per GPU-hour",
        "value": row.get("usd_per_gpu_hour"),
        "low": row.get("low"),
        "high": row.get("high"),
        "date": as_date(row["date"]),
        "note": condensed(row.get("note")),
    }


def _tariff(row: Row) -> Row:
    words = row.get("note", "")
    stated = _RANGE.search(words) if row.get("price_per_kwh") is None else None
    standing = row.get("standing_charge_per_day")
    first, last = _period(row["period"])
    return {
        "about": "household electricity",
        "region": row["region"],
        "currency": row["currency"],
        "unit": f"{row['currency']} per kWh",
        "value": row.get("price_per_kwh"),
        "low": float(stated[1]) if stated else None,
        "high": float(stated[2]) if stated else None,
        "date": first,
        "until": last,
        "details": f"{row['period']}; standing charge {standing} a day" if standing else row["period"],
        "note": "; ".join(part for part in (condensed(words), _cited(row)) if part),
    }


def _period(words: str) -> tuple[str | None, str | None]:
    """The first and the last day or month of a tariff; no last one where only a month or a year is stated."""
    half = re.fullmatch(r"(20\d\d)-H([12])", words)
    if half:
        return (f"{half[1]}-01", f"{half[1]}-06") if half[2] == "1" else (f"{half[1]}-07", f"{half[1]}-12")
    first, slash, last = words.partition("/")
    return as_date(first), as_date(last) if slash else None


def _cited(row: Row) -> str | None:
    return f"cites {', '.join(row['cites'])}" if row.get("cites") else None


def _power(row: Row) -> Row:
    machine, count = _powered(row)
    words = (row.get("system"), row.get("workload"))
    return {
        "about": ": ".join(word for word in words if word) or row["state"],
        "hardware": machine,
        "devices": count if count > 1 else None,
        "state": row["state"],
        "read_at": "card" if HARDLY_A_HOST.search(row.get("system", "")) else READ_AT[row["where"]],
        "inference": False if NOT_INFERENCE.search(row.get("workload", "")) else None,
        "unit": STATES[row["where"]],
        "value": row.get("watts"),
        "low": row.get("watts_low"),
        "high": row.get("watts_high"),
        "date": as_date(row["date"]),
        "note": condensed(row.get("note")),
    }


def _powered(row: Row) -> tuple[str, int]:
    system = row.get("system")
    if row["hardware_id"] == "v100-16" and _SXM2.search(system or ""):
        return "v100-sxm2-16", 1
    stated = _CONFIGURATION.search(row.get("note", ""))
    words = system or (stated[0] if stated else None)
    return machine_of(row["hardware_id"], words), hardware_id(row["hardware_id"], words, 1)[1]


def _host(row: Row) -> Row:
    unit = f"{row['currency']} per GB" if "per GB" in row["item"] else row["currency"]
    return {
        "about": row["item"],
        "part": next(part for pattern, part in PARTS if pattern.search(row["item"])),
        "condition": row["condition"],
        "region": row["region"],
        "currency": row["currency"],
        "unit": unit,
        "value": row.get("price"),
        "low": row.get("price_low"),
        "high": row.get("price_high"),
        "date": as_date(row["date"]),
        "note": condensed(row.get("note")),
    }


def _exchange(row: Row) -> Row:
    one, other = row["pair"].split("/")
    return {
        "about": row["pair"],
        "currency": other,
        "unit": f"{other} for one {one}",
        "value": row["rate"],
        "date": as_date(row["date"]),
        "note": "the page is undated but for its year" if "undated" in row["date"] else None,
    }


def _break_even(row: Row) -> Row:
    return {
        "about": f"{SAME_PAGE.get(row['id'], row['title'])} ({row['id']})",
        "key": row["id"],
        "date": as_date(row["date"]),
        "inputs": _flat(row["inputs"]),
        "printed": _flat(row["printed"]),
        "recomputed": _flat(row["recomputed"]),
        "note": REWORDED.get(row["id"], row["check"]),
    }


def _flat(figures: Row | None, prefix: str = "") -> dict[str, float | str]:
    """Figures by name, nested names joined by a slash; a list of numbers is a range, one of words an enumeration."""
    flat: dict[str, float | str] = {}
    for name, value in (figures or {}).items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}/")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                flat |= _flat({k: v for k, v in item.items() if k != "hw"}, f"{prefix}{item['hw']}/")
        elif isinstance(value, list):
            joint = ", " if isinstance(value[0], str) else " to "
            flat[prefix + name] = joint.join(str(part) for part in value)
        else:
            flat[prefix + name] = value
    return flat


def _trend(row: Row) -> Row:
    days = re.findall(r"20\d\d-\d\d-\d\d", row["change"])
    day = days[-1] if days else as_date(f"{row['change']} {row['what']}")
    return {"about": row["what"], "date": day, "details": row["change"]}


TOPICS: tuple[tuple[str, str, Callable[[Row], Row]], ...] = (
    ("cloud", "cloud_gpu_prices", _cloud),
    ("electricity", "electricity_tariffs", _tariff),
    ("power", "power_watts", _power),
    ("host", "system_costs", _host),
    ("exchange", "fx_seen", _exchange),
    ("break-even", "break_even_analyses", _break_even),
    ("trends", "price_trends", _trend),
)
"""Topic, list of the input, what a row becomes."""
