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
    doubt: Annotated[str | None, "why no decision rests on it; it is shown all the same"] = None
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
    read_at: Annotated[
        Literal["wall", "card", "module", "estimate"] | None,
        "where the power was read; an estimate was not read at all",
    ] = None
    inference: Annotated[bool, "false: the load was something else than a language model (games, HPL)"] = True
    part: Annotated[
        Literal["host", "whole", "memory", "cable"] | None,
        "for parts: a computer without its card, a whole one with it, main memory, a cable between boxes",
    ] = None
    condition: Annotated[Condition | None, "of parts"] = None
    term: Annotated[
        Literal["on-demand", "spot", "marketplace", "low tier", "high tier", "not stated"] | None, "of a rental"
    ] = None
    offered_by: Annotated[
        Literal["first-party", "host", "marketplace"] | None, "who offers the model: its maker, a host, a reseller"
    ] = None
    outlier: Annotated[bool, "far from the median of its model"] = False
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
    date: Annotated[Date | None, "day, month or year it held; the first of them where it held for a time"] = None
    since: Annotated[Date | None, "day from which the price has stood unchanged, for offers of a dated list"] = None
    until: Annotated[Date | None, "the last day or month it held, for tariffs"] = None
    key: Annotated[str | None, "short name of a published break-even"] = None
    source: Annotated[Text, "source id"]
    inputs: Annotated[dict[str, float | str], "what a published break-even was computed from"] = field(
        default_factory=dict
    )
    printed: Annotated[dict[str, float | str], "what it printed"] = field(default_factory=dict)
    recomputed: Annotated[dict[str, float | str], "what the same inputs really give"] = field(default_factory=dict)
    details: Annotated[str | None, "the rest of the row, as read"] = None
    note: str | None = None
