"""What a second reading of the model scores found wrong, and what is done about it."""

import re
from typing import Any

Row = dict[str, Any]

UNATTRIBUTED = "dgrieser/ai-bench llm.json (column not from Artificial Analysis)"
WRONG_DAYS = frozenset({"2025-01-10", "2025-07-30"})
RELEASED = {
    "Qwen/Qwen3-Next-80B-A3B-Instruct": "2025-09-10",
    "Qwen/Qwen3-Next-80B-A3B-Thinking": "2025-09-10",
}
"""Model → its release, for rows a relay dates before the model was there; the other such rows lose their day."""

BASE_MODEL = "probably the base model's figure: do not rank with it"
DECIMAL_SLIP = "not plausible for this model, probably a decimal slip of the relay"


def refusal(row: Row) -> str | None:
    """Why the row must not be entered; None where it may."""
    if row["model"] == "moonshotai/Kimi-K2-Instruct-0905":
        return "scores of the first Kimi-K2-Instruct entered under the 0905 model: the page cited is the first model's"
    if row["source_title"] == UNATTRIBUTED and row["benchmark"] == "BrowseComp" and row["score"] == 22.9:
        return "typing error of the relay: the card prints 2.29"
    return None


def corrected(row: Row) -> Row:
    """The row with attribution, tier, day, benchmark and doubts as the second reading has them."""
    fixed = dict(row)
    if row["source_title"] == UNATTRIBUTED:
        fixed |= {"reported_by": "unknown", "tier": 3, "note": None}
    if row["date"] in WRONG_DAYS:
        fixed["date"] = RELEASED.get(row["model"])
    if row["model"] == "Qwen/Qwen3-Coder-30B-A3B-Instruct" and row["score"] == 31.3 and "2.0" in row["benchmark"]:
        fixed |= {"version": "Terminal-Bench", "note": "the relay calls it 2.0; the model is older than that version"}
    if suspicion := _suspicion(row):
        fixed |= {"suspect": suspicion, "note": None}
    return fixed


def _suspicion(row: Row) -> str | None:
    note = row.get("note") or ""
    if row["model"].endswith("Next-80B-A3B-Thinking") and row["score"] == 74.5 and "SWE" in row["benchmark"]:
        return "one source only, beside 9.8 on Terminal-Bench Hard"
    if note.startswith("probable base-model figure"):
        return BASE_MODEL
    return DECIMAL_SLIP if note.startswith("implausible") else None


SAID_BY_THE_SOURCE = (
    "the file fetches these columns",
    "date is the",
    "page marks the value (maker)",
    "MiniMax tau2 and Kimi-K2-Thinking",
    "only the CSV-parsed section",
    "board takes the figure",
    "exact page address not kept",
    "url is the author page",
    "run by a rival lab",
    "metric:",
)
"""Beginnings of notes that the source's own record, the unit or reported_by say already."""

ONLY_FOR = (
    ("Qwen3.5-27B SWE-bench Verified conflicts", re.compile(r"Qwen3\.5-27B\|SWE-bench Verified")),
    ("a second copy gives tau2", re.compile(r"\|tau2")),
)
"""Notes repeated on every row of a page → model and benchmark they are about."""


def note_of(row: Row) -> str | None:
    """The row's note, where it says something of this row that nothing else says."""
    note = row.get("note")
    if not note or note.startswith(SAID_BY_THE_SOURCE):
        return None
    for beginning, subject in ONLY_FOR:
        if note.startswith(beginning) and not subject.search(f"{row['model']}|{row['benchmark']}"):
            return None
    return str(note)


_EMPTY_SETTINGS = re.compile(
    r"-|accuracy|score|correct|not specified|standard evaluation|as reported \(model card\)", re.IGNORECASE
)
_NAMED = re.compile(r"as named in the file: (.*)")
_EVALUATION = re.compile(r"(.*?)\s*benchmark evaluation")
_GEMMA_COLUMN = "Gemma 3 27B column without thinking"
_PASS_AT_1 = re.compile(r"metric: (average pass@1|pass@1)")


def settings_of(row: Row) -> tuple[str | None, str | None]:
    """How the score was taken, and the source's own name of the model, where the row says either."""
    settings = row["settings"] or ""
    if found := _NAMED.fullmatch(settings):
        return None, found[1]
    if settings == _GEMMA_COLUMN:
        return ("without thinking" if row["model"].endswith("gemma-3-27b-it") else None), None
    if found := _EVALUATION.fullmatch(settings):
        settings = "" if found[1] in row["benchmark"] else found[1]
    if _EMPTY_SETTINGS.fullmatch(settings):
        settings = ""
    if found := _PASS_AT_1.fullmatch(row.get("note") or ""):
        settings = "; ".join(part for part in (settings, found[1]) if part)
    return settings or None, None
