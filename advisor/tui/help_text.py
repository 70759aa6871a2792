"""The help of a screen: what it says, which keys it has, and the language of the filter."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from advisor.present.hanging import folded
from advisor.tui import filter as language
from advisor.tui.keys import PALETTE

if TYPE_CHECKING:
    from advisor.tui.page import Page

LEAST_WIDTH, WIDTH = 24, 96
SHOWN = 8


def help_text(page: Page, width: int = WIDTH) -> str:
    """The page's help, its keys first and then the others."""
    width = max(LEAST_WIDTH, min(width, WIDTH))
    here = [key for key in page.own_keys() if page.offers(key.id)]
    elsewhere = [key for key in page.own_keys() if not page.offers(key.id)]
    parts = [
        fill(page.HELP_TEXT, width),
        "Keys on this screen",
        *(_line(key.shown, key.says, width) for key in (*here, PALETTE)),
    ]
    if elsewhere:
        parts += ["", "On other screens", *(_line(key.shown, key.says, width) for key in elsewhere)]
    parts += ["", "Filter", *_language(width)]
    return "\n".join([parts[0], "", *parts[1:]])


def _line(shown: str, says: str, width: int) -> str:
    return fill(says, width, initial_indent=f"  {shown:<{SHOWN}}", subsequent_indent=" " * (SHOWN + 2))


def _language(width: int) -> list[str]:
    """The filter's own description, as its module gives it."""
    described = (language.__doc__ or "").partition("\n\n")[2].splitlines()
    return [part for line in described for part in folded(f"  {line}".rstrip(), width)]
