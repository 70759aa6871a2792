"""Benchmark scores of models, and what quantization costs, as somebody reported them."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from advisor.catalog.schema.common import STRICT, Date, Text, Tier

OTHER_MODELS = "other-models"
"""Name of the one file whose rows are about no model of the catalog, or about several; `model_label` says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One score; author and independent figures are kept apart and never averaged."""

    __pydantic_config__ = STRICT

    id: Annotated[Text, "unique over the catalog"]
    model: Annotated[Text, "model id: the file's name; other-models where the catalog has no such model"]
    model_label: Annotated[str | None, "the source's own string"] = None
    benchmark: Annotated[Text, "canonical name"]
    benchmark_label: Annotated[str | None, "the source's own spelling"] = None
    task: Annotated[str | None, "what it is a benchmark of"] = None
    score: Annotated[float | None, "as printed; absent where only a change or a statement is given"] = None
    unit: Annotated[str | None, "% unless said"] = None
    settings: str | None = None
    quant: Annotated[str | None, "quantization label, for rows on quantization loss"] = None
    loss: Annotated[
        Literal["weights", "kv-cache", "context-setting"] | None, "what was reduced, for rows on quantization loss"
    ] = None
    baseline: Annotated[float | None, "the same benchmark before the reduction"] = None
    change: Annotated[float | None, "score less baseline, as printed; in per cent where the unit says so"] = None
    other: Annotated[dict[str, float], "further figures as printed: kld_mean, kld_median, ppl_ratio …"] = field(
        default_factory=dict
    )
    statement: Annotated[str | None, "what the source says where it gives no number"] = None
    reported_by: Annotated[
        Text, "author, independent, other lab, quantizer (whoever made the reduced file or format), unknown"
    ]
    date: Date | None = None
    source: Annotated[Text, "source id"]
    relayed_from: Annotated[str | None, "page the source names as the origin; not opened"] = None
    second_sources: Annotated[tuple[str, ...], "source ids that give the same score"] = ()
    tier: Annotated[Tier | None, "where it is lower than the source's"] = None
    suspect: Annotated[str | None, "why it is doubted"] = None
    note: str | None = None
