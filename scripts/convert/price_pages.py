"""The pages prices and running costs were read on: one source a page, whichever list of the input names it."""

import re
from pathlib import Path
from typing import Any

from scripts.convert.common import Sources, read_yaml, slug

LISTS = (
    "hardware_prices",
    "system_costs",
    "power_watts",
    "electricity_tariffs",
    "api_prices_other_sources",
    "frontier_reference_prices",
    "cloud_gpu_prices",
    "break_even_analyses",
    "price_trends",
    "fx_seen",
)
_INDEX = re.compile(r"\s*\((?:GitHub-)?index(?:ed)?(?: file)? (\d+)(?: and (\d+))?(?:, [^)]*)?\)")
_DAY_IN_ADDRESS = re.compile(r"(20\d\d)[-/](0[1-9]|1[0-2])(?:[-/](0[1-9]|[12]\d|3[01])(?!\d))?")
ID_LENGTH = 60
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_IN_ADDRESS = re.compile(rf"({'|'.join(_MONTHS)})(?:-(\d\d))?-(20\d\d)")

TITLES = {
    "User seed document 004, DGX Spark Benchmark & Purchase Decision Report": (
        "DGX Spark Benchmark & Purchase Decision Report (unpublished, February 2026)"
    ),
    "hardware.yaml row for W7900": "Korean hardware table, April 2026",
    "same": "Explore note on 2026 memory prices and Arc Pro B70",
    "Tom's Hardware / DRAMeXchange via same": "Explore note on 2026 memory prices and Arc Pro B70",
    "TrendForce via Explore note on 2026 memory prices and Arc Pro B70": (
        "Explore note on 2026 memory prices and Arc Pro B70"
    ),
    "GPU Poet monthly reports (the January headline and the February text disagree)": (
        "GPU Poet, GPU Market February 2026 (Scott Willeke), average active eBay listings"
    ),
    "https://blog.progressiverobot.com/the-price-of-nvidia-rtx-spark-pcs-is-going-to-hurt-35381": (
        "The price of NVIDIA RTX Spark PCs is going to hurt"
    ),
    "llm-card-econ formulas": "llm-card-econ README",
    "llm-card-econ": "llm-card-econ README",
}
"""Words of the input → title of the page they mean."""

ADDRESSES = {
    "The price of NVIDIA RTX Spark PCs is going to hurt": (
        "https://blog.progressiverobot.com/the-price-of-nvidia-rtx-spark-pcs-is-going-to-hurt-35381"
    ),
}
LOCATORS = {
    "DGX Spark Benchmark & Purchase Decision Report (unpublished, February 2026)": "an unpublished report; no address",
}
PUBLISHED = {
    "Cliffcenter: AMD inference economics": "2026-05-18",
    "DGX Spark Benchmark & Purchase Decision Report (unpublished, February 2026)": "2026-02-13",
    "Digital Applied: Apple price hike, $5,299 local AI vs the cloud": "2026-06-26",
    "Digital Applied: self-hosting open-weight LLMs": "2026-05-27",
    "InsiderLLM used-price table dated 2026-03-02": "2026-03-02",
    "Korean hardware survey for Alpamayo": "2026-09-29",
    "Korean hardware table, April 2026": "2026-04",
    "Retail listing record, direct sellers only": "2026-08-13",
    "SeverinAlexB/local-llm-research build guides (toppreise.ch prices, verified 2026-02-17)": "2026-02-17",
    "SunStack Calculator sourced dataset": "2026-09-08",
    "llm-card-econ README": "2026-09-12",
}
"""Title → day the page gives for itself, where its address does not hold it."""

NOTES = {
    "GPU Poet, GPU Market February 2026 (Scott Willeke), average active eBay listings": (
        "Averages of active listings, all conditions unless a row says used: they overstate what was paid."
    ),
    "Korean hardware survey for Alpamayo": "Prices from dated web searches; the pages it names were not opened.",
    "Retail listing record, direct sellers only": "Only what B&H or Best Buy sold itself; their pages were not opened.",
    "SeverinAlexB/local-llm-research build guides (toppreise.ch prices, verified 2026-02-17)": (
        "Lowest offers of a Swiss price comparison."
    ),
    "SunStack Calculator sourced dataset": "Every row names its own source and a verdict; those pages were not opened.",
    "Explore note on 2026 memory prices and Arc Pro B70": "Names Newegg, Micro Center, HotHardware, ServeTheHome and TrendForce.",
    "anthony0246/GPUPriceTracker gpuData.js (monthly retail and second-hand)": "Does not say where its numbers come from.",
    "llm-card-econ README": "The author marks each figure verified or unverified.",
    "geerlingguy/ai-benchmarks README (commit 022fb931)": (
        "Power is the column Power (Peak); the author meters at the wall in the linked issues, the page does not say so."
    ),
    "deploybase: RunPod GPU pricing": (
        "What it calls spot is what the same site elsewhere calls on-demand: the labels are not safe."
    ),
}
"""Title → what holds for every row of the page."""


class PricePages:
    """The pages of prices.yaml, registered as sources when a row cites them."""

    def __init__(self, data: Path, sources: Sources) -> None:
        """Read every page the lists name; the first row to name a page decides its title."""
        self._sources = sources
        self._facts: dict[str, dict[str, Any]] = {}
        self._by_title: dict[str, str] = {}
        content = read_yaml(data / "prices.yaml")
        rows = [row for name in LISTS for row in content[name] if row.get("source") or row.get("title")]
        for row in sorted(rows, key=lambda row: row.get("url") is None):
            if row.get("tier") is not None:
                self._add(row)
        for row in rows:
            self._add(row)

    def source_of(self, row: dict[str, Any]) -> str:
        """Id of the source the row was read on: the one registered for that page already, or a new one."""
        facts = self._facts[self._key(row)]
        place = "url" if facts["url"] else "locator"
        for source_id, body in self._sources.files.items():
            if facts[place] and body.get(place) == facts[place]:
                return source_id
        return self._sources.add(source_name(facts), **facts)

    def _key(self, row: dict[str, Any]) -> str:
        title, _ = title_and_locator(row)
        address = _address(row) or ADDRESSES.get(title)
        return address or self._by_title.get(title, title)

    def _add(self, row: dict[str, Any]) -> None:
        title, locator = title_and_locator(row)
        key = self._key(row)
        if key in self._facts:
            return
        self._by_title.setdefault(title, key)
        address = key if key.startswith("http") else None
        self._facts[key] = {
            "title": title,
            "url": address,
            "locator": None if address else locator,
            "tier": row.get("tier", 3),
            "family": _family(address),
            "published": PUBLISHED.get(title) or published_in(address or ""),
            "notes": NOTES.get(title),
        }


def title_and_locator(row: dict[str, Any]) -> tuple[str, str | None]:
    """Title of the page a row was read on, and how to find it again where it has no address."""
    words = str(row.get("source") or row["title"])
    found = _INDEX.search(words)
    title = (words[: found.start()] + words[found.end() :]).strip() if found else words
    title = TITLES.get(title, title)
    if not found:
        return title, LOCATORS.get(title)
    numbers = [number for number in found.groups() if number]
    return title, f"GitHub-index file{'s' if len(numbers) > 1 else ''} {' and '.join(numbers)}"


def published_in(address: str) -> str | None:
    """Day or month of publication that an address spells out; None where it does not."""
    if found := _DAY_IN_ADDRESS.search(address):
        return "-".join(part for part in found.groups() if part)
    if found := _MONTH_IN_ADDRESS.search(address):
        month, day, year = found.groups()
        return "-".join(part for part in (year, f"{_MONTHS.index(month) + 1:02}", day) if part)
    return None


def source_name(facts: dict[str, Any]) -> str:
    """Readable id of a page: its title, less the words in brackets."""
    name = slug(re.sub(r"\([^)]*\)", "", facts["title"]))
    return name if len(name) <= ID_LENGTH else name[:ID_LENGTH].rsplit("-", 1)[0]


def _address(row: dict[str, Any]) -> str | None:
    url = row.get("url")
    return url if url and url.startswith("http") else None


def _family(address: str | None) -> str | None:
    if address is None:
        return None
    host = address.split("/")[2].removeprefix("www.")
    return "/".join([host, *address.split("/")[3:4]]) if host == "github.com" else host
