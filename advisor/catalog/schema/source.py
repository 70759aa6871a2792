"""A source: one page by one author."""

from dataclasses import dataclass
from typing import Annotated

from advisor.catalog.schema.common import STRICT, Date, Text, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """catalog/sources/<id>.yaml: where facts come from, and how much weight they carry."""

    __pydantic_config__ = STRICT

    id: Annotated[Text, "the file's name"]
    title: Annotated[Text, "title of the page or file"]
    publisher: Annotated[str | None, "who publishes it"] = None
    author: Annotated[str | None, "who wrote it"] = None
    url: Annotated[str | None, "address of the page; absent = it has none that was read"] = None
    locator: Annotated[str | None, "how to find it again where it has no address"] = None
    tier: Annotated[Tier, "0 own measurement, 1 project owner or manufacturer, 2 professional review, 3 community"]
    family: Annotated[
        str | None, "publisher and page family: sources of one family are left out of a test together"
    ] = None
    published: Annotated[Date | None, "day, month or year of publication"] = None
    accessed: Annotated[Date, "day it was read"]
    licence: Annotated[str | None, "licence of the data, where it asks for attribution"] = None
    obtained: Annotated[str | None, "which copy was read"] = None
    notes: str | None = None
