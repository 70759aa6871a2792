"""The command line that asks about the need on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.decide.market import REGIONS, Market
from advisor.decide.need import Owned
from advisor.decide.terms import Terms
from advisor.errors import AdvisorError
from advisor.tui.draft_need import flags
from advisor.tui.need_files import typed_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.tui.draft import Draft
    from advisor.tui.page import Page

USUAL = Market()
SAVE_FIRST = "options cannot say all that this need's file says: ctrl+s on Decide saves it, then y copies the command that reads it"


def terms_words(page: Page, draft: Draft, terms: Terms) -> list[str] | None:
    """Options of `advisor compare` that say the terms; None, and the page says why, where none can."""
    if draft.path and draft.base is not None and Terms.of(draft.base) == terms:
        said = _options(terms)
        return ["--need", typed_path(draft.path)] if said is None or said else []
    said = _options(terms)
    if said is None:
        page.tell(SAVE_FIRST)
    return said


def _options(terms: Terms) -> list[str] | None:
    """The terms as options; None where they say more than options can."""
    market = terms.market
    plain = Terms(
        market=Market(as_of=market.as_of, region=market.region, currency=market.currency), as_of=terms.as_of,
        owns=tuple(Owned(machine=each.machine) for each in terms.owns),
    )  # fmt: skip
    if terms != plain or (terms.as_of and not market.as_of):
        return None
    named = {
        "--currency": market.currency if market.currency != USUAL.currency else "",
        "--region": market.region if market.region != REGIONS.get(market.currency) else "",
        "--as-of": terms.as_of, "--prices-as-of": market.as_of if market.as_of != terms.as_of else "",
    }  # fmt: skip
    words = [part for name, value in named.items() if value for part in (name, value)]
    return words + [part for each in terms.owns for part in ("--have", each.machine)]


def need_command(page: Page, command: str, draft: Draft) -> Sequence[str]:
    """`advisor COMMAND` with the file, or with the lines as options; empty, and the page says why, where neither says all of it."""
    if draft.path and not draft.is_changed:
        return ["advisor", command, typed_path(draft.path)]
    if draft.base is not None:
        page.tell(SAVE_FIRST)
        return []
    try:
        return ["advisor", command, *flags(draft)[2:]]
    except AdvisorError as reason:
        page.tell(str(reason))
        return []
