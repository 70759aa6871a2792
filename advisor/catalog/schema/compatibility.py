"""What runs where: a format, feature or architecture on a chip with a runtime."""

from dataclasses import dataclass
from typing import Annotated, Literal

from advisor.catalog.schema.common import STRICT, Date, Text, Tier

Status = Literal["works", "works-slow", "broken", "silent-wrong", "unsupported", "crashes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compatibility:
    """One row of catalog/compatibility/<topic>.yaml."""

    __pydantic_config__ = STRICT

    id: Annotated[Text, "unique over the catalog"]
    topic: Annotated[str, "the file's name"]
    hardware: Annotated[Text, "as stated"]
    runtime: Annotated[str | None, "as stated, with the versions it holds for"] = None
    format: Annotated[str | None, "quantization or format, as stated"] = None
    feature: str | None = None
    status: Status
    effect: str | None = None
    workaround: str | None = None
    date: Date | None = None
    source: Annotated[Text, "source id"]
    tier: Annotated[Tier | None, "where it is lower than the source's"] = None
    outdated: Annotated[str | None, "what has replaced it, with a source"] = None
    note: str | None = None
