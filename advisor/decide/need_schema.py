"""What a need.yaml may say: the shape of the file, as strictly as the catalog's."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from annotated_types import Ge, Le

from advisor.catalog.schema.common import STRICT, Count, Date, NotNegative, Positive, Text
from advisor.decide.need import BestAt, Kind, MixedGpus

Tokens = int | str
Hours = Annotated[float, Ge(0), Le(24)]
Percent = Annotated[float, Ge(0), Le(100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedFields:
    """A machine you have."""

    __pydantic_config__ = STRICT

    machine: Annotated[Text, "name, alias or composition (`card+other-card`, `2x box`)"]
    load_w: Annotated[Positive | None, "what it draws at the wall while it works, where you read it"] = None
    idle_w: Annotated[Positive | None, "what it draws while it waits"] = None
    sold_for: Annotated[NotNegative | None, "what it would bring; absent = you keep it"] = None
    host_memory_gb: Annotated[Positive | None, "main memory behind its cards"] = None
    host_bandwidth: Annotated[
        Positive | Text | None, "its speed in GB/s, or by name (`ddr5-5600-2ch`): what runs from it is predicted then"
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateFields:
    """A machine you think of buying."""

    __pydantic_config__ = STRICT

    machine: Annotated[Text, "name, alias or composition"]
    condition: Annotated[Literal["new", "used", "refurbished"], "how you would buy it"] = "new"
    price: Annotated[Positive | None, "a quote you have for all of it; absent = prices of the catalog"] = None
    price_date: Annotated[Date | None, "day of that quote"] = None
    host: Annotated[
        Literal["bought", "owned"] | None,
        "the computer around cards; absent = owned where you own a machine with cards, else bought",
    ] = None
    load_w: Annotated[Positive | None, "what it draws at the wall while it works, where you know it"] = None
    idle_w: Annotated[Positive | None, "what it draws while it waits"] = None
    host_memory_gb: Annotated[Positive | None, "main memory behind its cards"] = None
    host_bandwidth: Annotated[
        Positive | Text | None, "its speed in GB/s, or by name (`ddr5-5600-2ch`): what runs from it is predicted then"
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadFields:
    """Something you want to run: a model, or the best one of a class that fits."""

    __pydantic_config__ = STRICT

    name: Annotated[Text | None, "what to call it; absent = its model"] = None
    kind: Annotated[Kind, "what kind of work"] = "text"
    model: Annotated[Text | None, "name, alias or repository"] = None
    best: Annotated[BestAt | None, "instead of a model: the best of this class that fits"] = None
    quants: Annotated[tuple[Text, ...], "quantizations that will do; absent = any"] = ()
    least_bits: Annotated[Positive | None, "no fewer bits per weight"] = None
    context: Annotated[Tokens, "tokens memory must hold per request; `32k` = 32,768"] = 8192
    prompt: Annotated[Tokens | None, "tokens of a usual prompt; absent = one that fills the context"] = None
    concurrency: Annotated[Count, "requests at once"] = 1
    floor_tok_s: Annotated[Positive | None, "decode rate each request must have"] = None
    ttft_s: Annotated[Positive | None, "longest wait for the first token of a usual prompt"] = None
    hours_per_day: Annotated[Hours | None, "hours it works; absent = as long as the tokens take"] = None
    prompt_tokens_per_day: Annotated[Tokens, "tokens read a day"] = 0
    output_tokens_per_day: Annotated[Tokens, "tokens written a day"] = 0
    must: Annotated[bool, "false: a wish, which rules nothing out"] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitFields:
    """What rules machines out."""

    __pydantic_config__ = STRICT

    budget: Annotated[Positive | None, "for everything bought, in `currency`"] = None
    power_w: Annotated[Positive | None, "wall power under load"] = None
    noise_dba: Annotated[Positive | None, "noise under load"] = None
    single_box: Annotated[bool, "true: no machines linked together"] = False
    mixed_gpus: Annotated[MixedGpus, "cards of different kinds in one computer"] = "allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricityFields:
    """What a kilowatt hour costs you."""

    __pydantic_config__ = STRICT

    per_kwh: Annotated[Positive, "in `currency`"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingFields:
    """For how long you keep what you buy."""

    __pydantic_config__ = STRICT

    years: Annotated[Positive, "years over which the price is spread"] = 3.0
    resale_percent: Annotated[Percent, "of the price, got back at the end"] = 0.0
    on_hours_per_day: Annotated[Hours, "hours a day it is on, working or waiting"] = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudFields:
    """What you would pay instead."""

    __pydantic_config__ = STRICT

    api: Annotated[bool, "false: a hosted model is no alternative"] = True
    rental: Annotated[bool, "false: a rented card is no alternative"] = True
    input_per_mtok: Annotated[NotNegative | None, "a price you have, per million tokens read"] = None
    output_per_mtok: Annotated[Positive | None, "a price you have, per million tokens written"] = None
    per_month: Annotated[Positive | None, "a subscription you would give up"] = None
    date: Annotated[Date | None, "day of these prices"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFields:
    """An exchange rate you state."""

    __pydantic_config__ = STRICT

    of: Annotated[Text, "ISO 4217 code of what is converted"]
    to: Annotated[Text, "ISO 4217 code of what it becomes"]
    rate: Annotated[Positive, "units of `to` for one of `of`"]
    date: Annotated[Date, "its day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedFields:
    """need.yaml: what you own and consider, what you want to run, and what limits you."""

    __pydantic_config__ = STRICT

    title: Annotated[str | None, "heading of the report"] = None
    as_of: Annotated[Date | None, "decide with what was known on this day; absent = with everything known"] = None
    prices_as_of: Annotated[Date | None, "take the prices of this day; absent = of `as_of`"] = None
    region: Annotated[Text, "where you buy: EU, DE, CH, UK, US …"]
    currency: Annotated[Text, "ISO 4217 code"]
    tax_percent: Annotated[Percent | None, "tax to add to prices that come without it (those of the US)"] = None
    owns: Annotated[tuple[OwnedFields, ...], "machines you have"] = ()
    considers: Annotated[tuple[CandidateFields, ...], "machines you think of; absent = any within the budget"] = ()
    workloads: Annotated[tuple[WorkloadFields, ...], "what you want to run"]
    limits: Annotated[LimitFields, "what rules machines out"] = field(default_factory=LimitFields)
    electricity: Annotated[ElectricityFields | None, "absent = your region's tariff"] = None
    keeping: Annotated[KeepingFields, "for how long"] = field(default_factory=KeepingFields)
    cloud: Annotated[CloudFields, "what you would pay instead"] = field(default_factory=CloudFields)
    exchange: Annotated[tuple[RateFields, ...], "exchange rates of your own"] = ()
