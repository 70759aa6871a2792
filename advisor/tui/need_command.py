"""The command line that asks about the need on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.errors import AdvisorError
from advisor.tui.draft_need import flags
from advisor.tui.need_files import typed_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.tui.draft import Draft
    from advisor.tui.page import Page


def need_command(page: Page, command: str, draft: Draft) -> Sequence[str]:
    """`advisor COMMAND` with the file, or with the lines as options; empty, and the page says why, where neither says all of it."""
    if draft.path and not draft.is_changed:
        return ["advisor", command, typed_path(draft.path)]
    if draft.base is not None:
        page.notify(
            "options cannot say all that this need's file says: ctrl+s on Decide saves it, then y copies the command that reads it"
        )
        return []
    try:
        return ["advisor", command, *flags(draft)[2:]]
    except AdvisorError as reason:
        page.notify(str(reason), severity="warning")
        return []
