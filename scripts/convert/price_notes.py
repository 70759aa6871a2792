"""Notes of the price rows, without what their source's own record says and without the voice of whoever read the page."""

import re

_SAID_BY_THE_SOURCE = re.compile(
    r"""prices\ by\ web-search\ summaries,\ dated
    | cited\ pages\ not\ opened\ by\ me
    | each\ row\ names\ its\ own\ source\ and\ a\ fact-check\ verdict
    | averages\ of\ ACTIVE\ LISTINGS,.*
    | listing\ averages\ overstate.*
    | author\ marks\ each\ figure\ verified/unverified
    | Swiss\ price-comparison\ lowest\ offers,\ linked\ per\ part
    | author\ recorded\ only\ listings.*
    | the\ retailer\ pages\ were\ not\ opened\ by\ me
    | cites\ (Newegg,\ Micro\ Center|provider\ pricing\ pages).*
    | provenance\ of\ the\ numbers\ not\ stated
    | column\ "Power\ \(Peak\)"
    | wall\ metering\ is\ this\ author's\ practice.*
    | README\ commit\ undated
    | same\ site\ elsewhere\ calls\ this\ the\ on-demand\ price.*
    | label\ unsafe.*
    | id\ (not\ in|is\ the\ nearest\ in)\ hardware\.yaml
    | the\ user\ own\ price\ assumption.*
    | page\ undated\ in\ excerpt""",
    re.VERBOSE,
)
_REWORDED = (
    (re.compile(r"DERIVED(?: by me)?: ?"), "derived: "),
    (re.compile(r"^user: "), ""),
    (re.compile(r"conflicts with the 1\.50-1\.99 above"), "conflicts with 1.50 to 1.99 elsewhere in 2026"),
    (re.compile(r"range is my subtraction"), "range derived by subtraction"),
)
LONGEST = 200


def condensed(note: str | None) -> str | None:
    """The facts of a note, at most LONGEST characters and cut between statements; None where nothing is left."""
    parts: list[str] = []
    for part in map(_reworded, (note or "").split("; ")):
        if part and not _SAID_BY_THE_SOURCE.fullmatch(part) and len("; ".join([*parts, part])) <= LONGEST:
            parts.append(part)
    return "; ".join(parts) or None


def _reworded(part: str) -> str:
    for pattern, words in _REWORDED:
        part = pattern.sub(words, part)
    return part
