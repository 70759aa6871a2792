"""The pages model scores were read on, and the pages those relay."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.convert.common import Sources, read_yaml, slug

READ_ON = "2026-11-21"
MODELS_DEV = "models.dev data files, commit"

TITLES: dict[str, tuple[str, str | None, str | None]] = {
    "Artificial Analysis, stored relay": ("Artificial Analysis", None, "a relay of it"),
    "DeepSeek-V4-Flash-0731 card (search excerpt)": ("DeepSeek-V4-Flash-0731 card", None, "excerpt"),
    "GLM-4.7-Flash model card (stored copy)": ("GLM-4.7-Flash model card", None, "a copy of it"),
    "GLM-4.7-Flash model card (stored copy), competitor columns": ("GLM-4.7-Flash model card", None, "a copy of it"),
    "GLM-5 model card (stored copy)": ("GLM-5 model card", None, "a copy of it"),
    "GLM-5 model card (stored copy), competitor columns": ("GLM-5 model card", None, "a copy of it"),
    "Gemma 4 release blog on Hugging Face (stored copy)": (
        "Gemma 4 release blog on Hugging Face",
        None,
        "a copy of it",
    ),
    "Kimi K2.5 README (competitor columns)": ("Kimi K2.5 README", None, None),
    "LMArena, relayed in the Gemma 4 release blog": ("Gemma 4 release blog on Hugging Face", "LMArena", "a copy of it"),
    "Nemotron 3 Nano card (LM Studio copy)": ("Nemotron 3 Nano card", None, "LM Studio's copy"),
    "Nemotron 3 Nano card (LM Studio copy), competitor columns": ("Nemotron 3 Nano card", None, "LM Studio's copy"),
    "NVIDIA blog, relayed": ("NVIDIA: Introducing NVFP4 for efficient low-precision inference", None, "a relay of it"),
    "Seed-OSS README (competitor columns, ByteDance reproduction)": ("Seed-OSS README", None, None),
    "Step 3.5 Flash README (competitor columns)": ("Step 3.5 Flash README", None, None),
    "awesomeagents.ai (relay of NVIDIA)": ("awesomeagents.ai on Nemotron 3 Super", "NVIDIA", None),
    "dev.to/artoftruth (relay of the Qwen3.6-27B card)": (
        "dev.to/artoftruth on Qwen3.6-27B",
        "the Qwen3.6-27B card",
        None,
    ),
    "dgrieser/ai-bench llm.json (Artificial Analysis columns)": (
        "dgrieser/ai-bench llm.json",
        "Artificial Analysis API",
        None,
    ),
    "dgrieser/ai-bench llm.json (column not from Artificial Analysis)": ("dgrieser/ai-bench llm.json", None, None),
    "models.dev entry (card)": (MODELS_DEV, "the model's card", None),
    "models.dev entry, Artificial Analysis via OpenRouter": (MODELS_DEV, "Artificial Analysis via OpenRouter", None),
    "models.dev entry, author blog": (MODELS_DEV, "the author's blog", None),
    "models.dev entry, z.ai blog of 2026-06-16": (MODELS_DEV, "z.ai blog of 2026-06-16", None),
    "models.dev newer snapshot (Artificial Analysis)": (MODELS_DEV, "Artificial Analysis", None),
    "models.dev newer snapshot (card)": (MODELS_DEV, "the model's card", None),
    "models.dev newer snapshot (card, search excerpt)": (MODELS_DEV, "the model's card", None),
    "pulse.bot relay of NVIDIA": ("pulse.bot on NVIDIA's NVFP4", "NVIDIA", None),
    "qwen3x-series-comparison (copies of the Qwen cards)": ("qwen3x-series-comparison", "the Qwen model cards", None),
    "relay of llama.cpp PR 21038 in ollama37 #102": ("ollama37 #102", "llama.cpp PR 21038", None),
    "relayed by the KingsonHO w8a8 card": ("KingsonHO w8a8 card", "the model's author", None),
    "stored LMArena JSON (top 20 only)": ("LMArena text leaderboard, top 20", None, "a copy of it"),
    "vLLM recipes, GPT-OSS.md accuracy section": ("vLLM recipes, GPT-OSS.md", None, None),
}
"""Words of the input → title of the page, what that page relays, which copy of it was read."""

NOTES = {
    "dgrieser/ai-bench llm.json": (
        "Columns fetched from the Artificial Analysis API; some gaps may be filled by hand from model cards, unmarked."
    ),
    "LLM-Benchmark-Reported-Data open_metadata.csv": "Dates are the models' release dates.",
    "LiveBench CSV section kept in Andyyyy64/whichllm (livebench.py)": (
        "Only the section parsed from LiveBench's own CSV; the date is the commit's."
    ),
    "Hugging Face official HLE leaderboard embed": (
        "The board takes each figure from the model's card and does not keep tools apart."
    ),
    "Step 3.5 Flash README": "MiniMax on tau2 and Kimi-K2-Thinking on Terminal-Bench were run by StepFun, the rest quoted.",
}
"""Title → what holds for every row of the page."""

PUBLISHERS = {"relayed by the KingsonHO w8a8 card": "https://huggingface.co/KingsonHO"}
"""Words of a row without an address → where its publisher's pages are."""

NOT_THE_PAGE = {
    # These addresses are the origin of what a page of no address relays.
    "relay of llama.cpp PR 21038 in ollama37 #102",
}


@dataclass(frozen=True)
class Citation:
    """Where a score was read, and what that page names as its origin."""

    source: str
    tier: int
    """Tier of the row where it is lower than the source's."""
    relayed_from: str | None


class QualityPages:
    """The pages of quality.yaml, registered as sources when a row cites them."""

    def __init__(self, data: Path, sources: Sources) -> None:
        """Read every page and the best tier any of its rows has; a page that relays others is tier 2 at best."""
        self._sources = sources
        content = read_yaml(data / "quality.yaml")
        self._tiers: dict[tuple[str, str | None], int] = {}
        self._origins: dict[str, set[str]] = {}
        for row in [*content["rows"], *content["quantisation_loss"]]:
            facts = page_of(row)
            key = (facts["title"], facts.get("url"))
            self._tiers[key] = min(self._tiers.get(key, 3), _tier(row))
            if row.get("via"):
                self._origins.setdefault(row["via"], set()).add(str(row["url"]))

    def citation(self, row: dict[str, Any]) -> Citation:
        """Source, tier and origin of a row."""
        facts = page_of(row)
        tier = self._tiers[facts["title"], facts.get("url")]
        relayed = TITLES.get(row["source_title"], (None, None, None))[1]
        if row.get("via"):
            origins = self._origins[row["via"]]
            if len(origins) == 1:
                facts["notes"] = "; ".join(part for part in (facts.get("notes"), f"relays {_origin(row)}") if part)
            else:
                relayed = _origin(row)
        facts |= {"tier": tier, "accessed": READ_ON}
        name = facts.pop("name")
        return Citation(self._registered(name, facts), max(tier, _tier(row)), relayed)

    def tier_of(self, source: str) -> int:
        """Tier of a source that is registered."""
        return int(self._sources.files[source]["tier"])

    def _registered(self, name: str, facts: dict[str, Any]) -> str:
        for source_id, body in self._sources.files.items():
            if facts.get("url") and body.get("url") == facts["url"] and "/tree/" not in facts["url"]:
                return source_id
        return self._sources.add(name, **facts)


def page_of(row: dict[str, Any]) -> dict[str, Any]:
    """Facts of the page a row was read on, and the `name` its id is made from; an address only where it is exact."""
    if row.get("via"):
        return _relay(row["via"])
    title, _, copy = TITLES.get(row["source_title"], (row["source_title"], None, None))
    publisher = PUBLISHERS.get(row["source_title"])
    url = str(row["url"] or publisher or "")
    if title.startswith("llama.cpp perplexity README"):
        title = "llama.cpp perplexity README"
    if title == MODELS_DEV:
        title = f"{MODELS_DEV} {url.rsplit('/', 1)[1]}"
    exact = row.get("url_exact", not publisher) and row["source_title"] not in NOT_THE_PAGE
    page = url.rsplit("/", 1)[1] if row["source_title"].startswith("whatmodel") else None
    if page:
        title = f"whatmodel: {page}"
    return {
        "name": _short(title),
        "title": title,
        "url": url if exact and url else None,
        "locator": None if exact else _publisher(url),
        "family": _family(url),
        "obtained": copy or ("excerpt" if page else None),
        "notes": "Figures not by the maker are by an unnamed runner." if page else NOTES.get(title),
    }


def _relay(address: str) -> dict[str, Any]:
    path = address.split("/blob/", 1)[1].split("/", 1)[1]
    if "llm-leaderboard" in address:
        title = f"LLM Stats: {path.split('/')[-2]} benchmarks.json"
    elif "models.dev" in address:
        title = f"models.dev: {path}"
    else:
        title = "LLM-Benchmark-Reported-Data open_metadata.csv"
    return {
        "name": _short(title.removesuffix(" benchmarks.json").removesuffix(".toml").replace("models/", "", 1)),
        "title": title,
        "url": address,
        "family": _family(address),
        "published": "2026-07-02" if "models.dev" in address else None,
        "notes": NOTES.get(title),
    }


def _tier(row: dict[str, Any]) -> int:
    return max(2, row["tier"]) if row.get("via") else int(row["tier"])


def _origin(row: dict[str, Any]) -> str:
    exact = row.get("url_exact", True)
    return str(row["url"]) if exact else f"{_publisher(row['url'])}"


def _publisher(url: str) -> str:
    return f"{url.removeprefix('https://')}; exact address not kept"


def _family(url: str) -> str | None:
    parts = url.removeprefix("https://").split("/")
    if not url:
        return None
    host = parts[0].removeprefix("www.").replace("raw.githubusercontent.com", "github.com")
    return "/".join([host, *parts[1:2]]) if host in {"github.com", "huggingface.co"} else host


def _short(title: str) -> str:
    name = slug(re.sub(r"\([^)]*\)", "", title))
    return name if len(name) <= 60 else name[:60].rsplit("-", 1)[0]
