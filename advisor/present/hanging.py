"""Lines folded to a width so that what belongs together stays below itself."""

from __future__ import annotations

import re
from textwrap import wrap

_LABEL = re.compile(r"\s{0,4}\S.{0,13}?\s{2,}(?=\S)|\s+(?=\S)|")
"""What a line begins with before its text: a label and two spaces or more, or spaces alone."""
_SPACES = re.compile(r"\s{2,}")
LEAST = 16
"""Columns of text below which nothing is gained by setting it off."""


def folded(line: str, width: int) -> list[str]:
    """The line in parts of at most `width` columns, words whole; the further ones begin where its text after a label does.

    A word longer than the width is cut. A line that fits is as it was.
    """
    if len(line) <= width:
        return [line]
    found = _LABEL.match(line)
    lead = found.group() if found else ""
    if width - len(lead) < LEAST:
        lead = ""
    body = _SPACES.sub("  ", line[len(lead) :])
    parts = wrap(body, max(1, width - len(lead)), break_on_hyphens=False, drop_whitespace=True) or [""]
    return [lead + parts[0], *(" " * len(lead) + part for part in parts[1:])]
