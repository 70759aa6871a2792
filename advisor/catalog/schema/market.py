"""Prices, power and running costs, each with its date."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from advisor.catalog.schema.common import STRICT, Count, Date, NotNegative, Positive, Text

Condition = Literal["new", "used", "refurbished", "mixed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One price seen for one machine; a row without a date is refused."""

    __pydantic_config__ = STRICT

    id: Annotated[Text, "unique over the catalog"]
    hardware: Annotated[str, "hardware id: the file's name"]
    variant: Annotated[str | None, "configuration the price is for"] = None
    kind: Annotated[Literal["msrp", "street", "estimate"], "list price, price seen, or somebody's reading of several"]
    condition: Condition
    currency: Annotated[Text, "ISO 4217 code"]
    price: Annotated[Positive | None, "as printed; absent when only a range is"] = None
    low: Positive | None = None
    high: Positive | None = None
    region: str | None = None
    date: Annotated[Date, "day, month or year it held"]
    source: Annotated[Text, "source id"]
    cites: Annotated[tuple[Text, ...], "pages the source itself names for it; none of them was opened"] = ()
    confidence: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A dated running-cost figure: API price, rental, tariff, wall power, host cost, exchange rate, published break-even."""

    __pydantic_config__ = STRICT

    id: Annotated[Text, "unique over the catalog"]
    topic: Annotated[
        str,
        "the file's name: api, api-summary, api-free, cloud, electricity, power, host, exchange, break-even, trends",
    ]
    about: Annotated[Text, "what it is the price or power of"]
    model: Annotated[str | None, "model id, for API prices"] = None
    hardware: Annotated[str | None, "hardware id"] = None
    devices: Annotated[Count, "how many of the hardware"] = 1
    state: Annotated[Literal["idle", "load", "peak"] | None, "what the machine was doing, for power"] = None
    provider: str | None = None
    region: str | None = None
    currency: str | None = None
    unit: Annotated[str | None, "what one `value` is: USD per hour, W at the wall, USD per million output tokens …"] = (
        None
    )
    value: NotNegative | None = None
    low: NotNegative | None = None
    high: NotNegative | None = None
    input_per_mtok: NotNegative | None = None
    output_per_mtok: NotNegative | None = None
    cache_read_per_mtok: NotNegative | None = None
    date: Date | None = None
    source: Annotated[Text, "source id"]
    inputs: Annotated[dict[str, float | str], "what a published break-even was computed from"] = field(
        default_factory=dict
    )
    printed: Annotated[dict[str, float | str], "what it printed"] = field(default_factory=dict)
    recomputed: Annotated[dict[str, float | str], "what the same inputs really give"] = field(default_factory=dict)
    details: Annotated[str | None, "the rest of the row, as read"] = None
    note: str | None = None
