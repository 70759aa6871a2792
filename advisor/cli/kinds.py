"""The argument that names a kind of catalog entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import click

from advisor.catalog.kinds import KINDS, KindName

if TYPE_CHECKING:
    from advisor.catalog.kinds import Kind

SINGULAR = {kind.name.removesuffix("s"): kind.name for kind in KINDS.values()}
METAVAR = "KIND"


def kind_named(word: str) -> Kind | None:
    """The kind of that name, plural or singular; None where the word is none."""
    lower = word.lower()
    return KINDS.get(cast("KindName", SINGULAR.get(lower, lower)))


class KindType(click.ParamType):  # type: ignore[type-arg]
    """`models`, `hardware`, `quants` and so on."""

    name = "kind"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> KindName:
        found = kind_named(str(value))
        if found is None:
            self.fail(f"{str(value)[:40]!r} is no kind; the kinds are {', '.join(KINDS)}", param, ctx)
        return found.name


KIND = KindType()
