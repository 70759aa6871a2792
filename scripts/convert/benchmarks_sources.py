"""Sources of the measured rows: one page by one author, the family it belongs to, and which copy was read."""

import re
from dataclasses import dataclass, field
from typing import Any

from scripts.convert.common import Sources, as_date, slug

ALL_READ = 3
"""Up to so many copies are named in a source; more are named in the rows."""

FAMILIES = (
    (r"llamacpp-benches-.*|llamacpp-16578.*|lhl-relay|jetsonhacks", "llama.cpp-spark-benches"),
    (r"lmsys-.*", "lmsys-blog"),
    (r"conselara.*", "conselara"),
    (r"kubesimplify-.*", "kubesimplify"),
    (r"kubis-.*", "kubis"),
    (r"muninn.*", "ai-muninn"),
    (r"atlas|bakeer-ref", "inference-atlas"),
    (r"geerling.*|.*geerlingguy.*", "geerling"),
    (r"hardware-corner.*", "hardware-corner"),
    (r"kyuz0-r9700-.*", "kyuz0-amd-r9700-ai-toolboxes"),
    (r"kyuz0-strix-.*", "kyuz0-amd-strix-halo-toolboxes"),
    (r"lhl-strix-halo-.*", "lhl-strix-halo-testing"),
    (r"llm-tracker-.*", "llm-tracker"),
    (r"localmaxxing-.*", "localmaxxing"),
    (r"llmfit-.*", "llmfit-community"),
    (r"jetson-ai-lab-.*", "jetson-ai-lab"),
    (r"ik-llama.cpp-357-.*", "ik-llama.cpp-357"),
    (r"llama.cpp-15396.*", "llama.cpp-15396"),
    (r"qwen38-mtp-.*", "qwen38-mtp"),
)
"""Source id → family: builds of one page, pages of one publisher, and relays with their original, stand together."""

CC_BY = {
    "devreng": "CC BY 4.0 (Django de Vreng)",
    "atlas": "CC BY 4.0 (0xBakeer/inference-atlas)",
    "bakeer-ref": "CC BY 4.0 (0xBakeer/inference-atlas)",
    "gdevsnack": "CC BY 4.0 (gdevsnack AI labs)",
}

CORRECTED: dict[str, dict[str, Any]] = {
    "llamacpp-benches-b6989": {
        "url": "https://github.com/ppaleja/llama.cpp/blob/1e41b11/benches/dgx-spark/dgx-spark.md",
        "notes": "The page on the main branch now shows build 7941; the address is the copy of build 6989 that was read.",
    },
    "llamacpp-16578-eugr": {
        "author": "eugr",
        "title": "Performance of llama.cpp on NVIDIA DGX Spark (discussion 16578), user rows",
    },
    "geerling-ai-benchmarks": {
        "title": "geerlingguy/ai-benchmarks README",
        "url": "https://github.com/geerlingguy/ai-benchmarks",
        "author": "Jeff Geerling",
        "publisher": "Jeff Geerling",
        "published": "2025-12-18",
    },
    "geerling-ai-benchmarks-contributed": {
        "title": "geerlingguy/ai-benchmarks README, rows contributed by pull request",
        "url": "https://github.com/geerlingguy/ai-benchmarks",
        "author": "contributors of pull requests 11 and 18",
        "publisher": "Jeff Geerling",
        "tier": 3,
    },
    "ik-llama.cpp-164": {
        "tier": 1,
        "notes": "One author and one table: the column for llama.cpp carries the same weight as the one for his own fork.",
    },
    "llama.cpp-15396": {
        "author": "ggerganov",
        "notes": "Some rows were contributed by users and added by the maintainer; the page does not say which.",
    },
    "atlas": {"obtained": "read in a copy of 0xBakeer/inference-atlas; the rows say which file"},
    "devreng": {"obtained": "parsed from a copy (git 5636536); the rows say which file"},
    "gdevsnack": {"obtained": "read in a copy @32f0f34; the rows say which file"},
    "stravica": {"obtained": "read in a copy @63b2f19; the rows say which file"},
    "seed-neonflux": {"publisher": "Mission Control / neonflux"},
    "seed-report-own": {"publisher": "not published", "locator": "own tests of an unpublished report; no address"},
}
"""What the input says less exactly, by source id."""

COPIES = (
    (
        r"quoted in seed files 000_\w+\.txt and 001_\w+\.txt",
        "read in copies of the page and of its committee's review",
    ),
    (r"quoted in seed file 002_\w+\.txt", "read in a copy of the page"),
    (r"quoted in seed file 003_\w+\.txt", "read in a copy of the publisher's list of notes"),
    (
        r"quoted in seed file 004_\w+\.txt",
        'quoted in "DGX Spark Benchmark & Purchase Decision Report" (2026-02-13, unpublished, no address)',
    ),
)
"""The input's word for a text it was handed → what that text is."""

_WORDS = (
    *COPIES,
    (r'\s*\(search corpus "issues"\)', ""),
    (r"\(pages corpus, ([^)]*)\)", r"(\1)"),
    (r"\s*\((pages|docs) corpus\)", ""),
    (r"(mirror of the discussion), pages corpus", r"\1"),
    (
        r"the GitHub file index \(file id (\d+); the index does not name its repository\)",
        r"GitHub-index file \1, repository not named",
    ),
    (r"an? excerpt of the GitHub file index \(file id (\d+)\)", r"an excerpt of GitHub-index file \1"),
    (r"a third-party file of the GitHub file index \(index file id (\d+)", r"a third-party file (GitHub-index file \1"),
    (r"\(GitHub README, repository name not returned by the index; file id (\d+)\)", "(GitHub README)"),
    (r"\s*\(GitHub file id \d+\)", ""),
    (r"find_string excerpt id (\d+)", r"an excerpt of GitHub-index file \1"),
    (r"(find_string id|\bfile id|\bid(?= \d{10,})) (\d+)", r"GitHub-index file \2"),
    (r"search/thread excerpt|search excerpt", "excerpt"),
    (r"stored copies", "copies"),
    (r"stored (copy|GitHub thread|GitHub-index|excerpt)", r"\1"),
    (r"GB10, stored ", "GB10, "),
    (r"in the (seed|reference) report\b", "in the report that quotes it"),
    (r"\b(SEED|Seed|seed) ERROR", "REPORT ERROR"),
    (r"in the seed$", "in the list of notes"),
    (r"in the seed\b", "in the report that quotes it"),
)


@dataclass
class Page:
    """Where one row comes from: the source's id and facts as the input gives them, and the copy that was read."""

    wanted_id: str
    facts: dict[str, Any]
    obtained: str = ""


@dataclass
class Copies:
    """Every copy that was read of each source."""

    read: dict[str, list[str]] = field(default_factory=dict)

    def note(self, page: Page) -> None:
        """Remember the copy this page was read in."""
        texts = self.read.setdefault(page.wanted_id, [])
        if page.obtained and page.obtained not in texts:
            texts.append(page.obtained)

    def obtained(self, wanted_id: str) -> str | None:
        """One sentence on which copies were read."""
        texts = self.read.get(wanted_id, [])
        return "; ".join(texts) or None if len(texts) <= ALL_READ else "read in several copies; the rows say which"


def plain_words(text: str) -> str:
    """The text without the vocabulary of whoever collected it."""
    for pattern, words in _WORDS:
        text = re.sub(pattern, words, text)
    return text


def family(source_id: str) -> str:
    """Publisher and page family of a source."""
    return next((found for pattern, found in FAMILIES if re.fullmatch(pattern, source_id)), source_id)


def spark_page(row: dict[str, Any]) -> Page:
    """The page of a row in the Spark layout; rows of other users in a maintainer's thread are a source of their own."""
    source = row["source"]
    wanted = source["id"]
    if wanted == "llamacpp-16578" and source["tier"] != 1:
        wanted = "llamacpp-16578-eugr"
    facts = {**source, "published": as_date(source["date"])}
    return Page(wanted, {key: facts[key] for key in facts if key not in {"id", "date"}}, plain_words(row["obtained"]))


def register(page: Page, copies: Copies, sources: Sources) -> str:
    """Id of the page in the catalog's sources."""
    facts = {**page.facts, **CORRECTED.get(page.wanted_id, {})}
    for name in ("title", "publisher", "author"):
        if facts.get(name):
            facts[name] = plain_words(facts[name])
    url = facts.get("url")
    if not str(url or "").startswith("https://") or "not disclosed" in str(url):
        facts["url"] = None
        number = re.search(r"file (?:id )?(\d{9,})", f"{page.facts['title']} {page.obtained}")
        facts.setdefault("locator", f"GitHub-index file {number[1]}" if number else None)
    return sources.add(
        page.wanted_id,
        title=facts["title"],
        publisher=facts.get("publisher"),
        author=facts.get("author"),
        url=facts["url"],
        locator=facts.get("locator"),
        tier=facts["tier"],
        family=family(slug(page.wanted_id)),
        published=facts.get("published"),
        licence=CC_BY.get(page.wanted_id),
        obtained=facts.get("obtained") or copies.obtained(page.wanted_id),
        notes=facts.get("notes"),
    )
