"""Prices of machines: what somebody asked or paid on a day, and one reading of several such rows for each machine."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from scripts.convert.common import Output, Sources, as_date, read_yaml, without_empty
from scripts.convert.hardware_names import VARIANTS, hardware_id
from scripts.convert.ledgers import Ledger
from scripts.convert.price_notes import condensed
from scripts.convert.price_pages import PricePages

READINGS = {
    "title": "Reading of the dated price rows, one line a machine",
    "tier": 3,
    "published": "2026-11-20",
    "locator": "current_estimates of the price data",
    "notes": "Judgement on the rows of the same file, not a quotation; shown beside them.",
}
BOXES = (
    (re.compile(r"^Dell Pro Max with GB10"), "dell-pro-max-gb10"),
    (re.compile(r"^2x ASUS GX10"), "2x-dgx-spark"),
    (re.compile(r"^Server Edition"), "rtx-pro-6000-server"),
)
"""Words of the configuration → the catalog's own entry for that box."""

REMARKS: dict[tuple[str, float | None], str] = {
    ("rtx-4090", 3874): "Average asked in active listings; every later source disagrees.",
    ("rtx-3090", 1950): "Probably a whole computer, not the card: do not use as the card's price.",
    ("w7900", 3499): "Printed as about 3,499.",
    ("jetson-agx-thor", 5499): "The low end is old stock at the list price before July 2026.",
}
"""Machine and price → what a second reading of the rows found."""

DOUBTS: dict[tuple[str, float | None, float | None], str] = {
    ("rtx-4090", 3874, None): "average asked in active listings, far above every later source",
    ("rtx-3090", 1950, None): "probably a whole computer, not the card",
    ("apple-m3-ultra", 16500, None): "its author marks it unverified, and the configuration was withdrawn",
    ("dgx-spark", None, 5000): "an example of a changing price in a document of another purpose, not an offer",
}
"""Machine, price and low end → why no decision rests on the row."""

FULL_DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?")


def convert(data: Path, sources: Sources, out: Output) -> None:
    """Queue catalog/prices/<hardware-id>.yaml and ledger/prices.csv; a row without a date is refused."""
    content = read_yaml(data / "prices.yaml")
    pages = PricePages(data, sources)
    launches = _launches(data)
    files: dict[str, list[dict[str, Any]]] = defaultdict(list)
    ledger = Ledger()
    for number, row in enumerate(content["hardware_prices"]):
        date, remark = _day(row, launches)
        if date is None:
            ledger.refused("hardware_prices", number, remark)
            continue
        machine = machine_of(row["hardware_id"], row.get("variant"))
        files[machine].append(_price(row, date, remark, pages.source_of(row)))
        ledger.kept("hardware_prices", number, f"prices/{machine}#{len(files[machine])}")
    for number, row in enumerate(content["current_estimates"]):
        machine = machine_of(row["hardware_id"], row.get("variant"))
        files[machine].append(_estimate(row, sources.add("reading-of-price-rows", **READINGS)))
        ledger.kept("current_estimates", number, f"prices/{machine}#{len(files[machine])}")
    for machine, rows in sorted(files.items()):
        out.put(f"prices/{machine}.yaml", {"rows": rows})
    out.texts["ledger/prices.csv"] = ledger.text()


def machine_of(key: str, words: str | None) -> str:
    """Catalog id of the machine that `key` and the words of its configuration name.

    The memory stated picks the variant; a base configuration is the smallest, and one that states nothing the largest.
    Raises KeyError naming a key that has no entry.
    """
    for pattern, box in BOXES:
        if pattern.search(words or ""):
            return box
    if key == "apple-m5-max" and re.search(r"\bbase$", words or ""):
        return "apple-m5-max-32c"
    if key in VARIANTS and re.search(r"\bbase$", words or "") and not re.search(r"\d ?GB", words or ""):
        return VARIANTS[key][min(VARIANTS[key])]
    return hardware_id(key, words, 1)[0]


def _launches(data: Path) -> dict[str, str]:
    """Machine → its launch as the hardware data dates it, at least to the month."""
    devices = read_yaml(data / "hardware.yaml")["devices"]
    dated = {device["id"]: str(device.get("launch_date")) for device in devices}
    return {machine: day for machine, day in dated.items() if FULL_DAY.fullmatch(day)}


def _day(row: dict[str, Any], launches: dict[str, str]) -> tuple[str | None, str]:
    """Day of the price with a remark on it, or None with the reason for refusing the row."""
    stated = str(row["date"])
    if stated == "launch":
        if "variant" in row or row["hardware_id"] not in launches:
            return None, "dated `launch`, and the day of that launch is not in the data"
        return launches[row["hardware_id"]], "dated `launch`: the day of the device's launch"
    if row["date_precision"] == "text":
        return None, f"no day: dated `{stated}`"
    return as_date(stated), ""


def _price(row: dict[str, Any], date: str, remark: str, source: str) -> dict[str, Any]:
    notes = [REMARKS.get((row["hardware_id"], row["price"])), remark, condensed(row.get("note"))]
    return without_empty(
        {
            "variant": row.get("variant"),
            "kind": row["kind"],
            "condition": row["condition"],
            "currency": row["currency"],
            "price": row["price"],
            "low": row.get("price_low"),
            "high": row.get("price_high"),
            "region": row["region"],
            "date": date,
            "source": source,
            "cites": row.get("cites"),
            "doubt": DOUBTS.get((row["hardware_id"], row["price"], row.get("price_low"))),
            "note": "; ".join(note.rstrip(".") for note in notes if note),
        }
    )


def _estimate(row: dict[str, Any], source: str) -> dict[str, Any]:
    remark = REMARKS.get((row["hardware_id"], row.get("mid")))
    return without_empty(
        {
            "variant": row.get("variant"),
            "kind": "estimate",
            "condition": row["condition"],
            "currency": row["currency"],
            "price": row.get("mid"),
            "low": row.get("low"),
            "high": row.get("high"),
            "region": row["region"],
            "date": row["as_of"],
            "source": source,
            "confidence": row["confidence"],
            "note": "; ".join(note.rstrip(".") for note in (row["basis"], remark) if note),
        }
    )
