"""A runtime: what it loads and splits, how it accounts for memory, which version was in force when."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from advisor import units
from advisor.catalog.schema.common import STRICT, Date, Natural, Positive, Share, Text
from advisor.catalog.schema.hardware import Platform
from advisor.catalog.schema.quant import Container

CacheRule = Literal["llama.cpp", "ollama-2025", "paged", "contiguous"]
PoolRule = Literal["blocks", "tokens"]
StateCaching = Literal["none", "aligned", "checkpointed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version with the day it came out, and what changed in how it accounts."""

    __pydantic_config__ = STRICT

    version: Annotated[Text, "as the project writes it, quoted"]
    date: Annotated[Date, "release day"]
    cache_rule: Annotated[CacheRule | None, "KV accounting from this version on, where it changes"] = None
    memory_share: Annotated[
        Share | None, "share of device memory it takes by default from then on, where it changes"
    ] = None
    state_caching: Annotated[
        StateCaching | None,
        "recurrent state kept for prefix caching from then on, where it changes: none; aligned: a second page a request; "
        "checkpointed: a third for Mamba-2",
    ] = None
    pool_tokens_of: Annotated[
        Literal["blocks", "requests"] | None,
        "what the tokens of its log count from then on: blocks shared out evenly over groups, or whole requests",
    ] = None
    source: Annotated[Text, "source id"]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """What a runtime takes beside weights and cache, derived from logs: budget less weights less cache."""

    __pydantic_config__ = STRICT

    hardware: Annotated[Text, "hardware id of the boxes the logs are of; elsewhere the least seen is taken"]
    median_gib: Annotated[Positive, "median, taken on that hardware and its rebadges"]
    lowest_gib: Annotated[Positive, "least seen"]
    highest_gib: Annotated[Positive, "most seen"]
    rows: Annotated[tuple[Text, ...], "ids of the rows it was derived from"]
    source: Annotated[Text, "source id of most of them"]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A way the runtime drives hardware."""

    __pydantic_config__ = STRICT

    platforms: Annotated[tuple[Platform, ...], "platforms it runs on"]
    context_mib: Annotated[Natural | None, "what one device loses to the backend's own context; absent = not known"] = (
        None
    )
    context_seen_on: Annotated[str | None, "the device that was seen on, where other devices may lose more or less"] = (
        None
    )
    context_lowest_mib: Annotated[Natural | None, "least seen on any device, where several were looked at"] = None
    context_highest_mib: Annotated[Natural | None, "most seen on any device"] = None
    context_sources: Annotated[tuple[Text, ...], "source ids of what other devices lose"] = ()
    source: Annotated[Text, "source id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """How a model may be spread over devices."""

    __pydantic_config__ = STRICT

    layers: Annotated[bool, "whole layers on each device, one after the other"]
    layers_over_unequal: Annotated[bool, "also over devices of different size or kind"]
    tensors: Annotated[bool, "every layer divided over equal devices"]
    host: Annotated[bool, "part of the layers or experts in host memory"]
    nodes: Annotated[bool, "over several boxes"]
    source: Annotated[Text, "source id"]


Setting = Literal["context_tokens", "concurrency", "kv_type"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """catalog/runtimes/<id>.yaml: one program that runs models."""

    __pydantic_config__ = STRICT

    id: Annotated[Text, "the file's name"]
    name: Annotated[Text, "display name"]
    aliases: Annotated[tuple[Text, ...], "other names it answers to, case-insensitively"] = ()
    family: Annotated[Text, "evidence is shared within it (Ollama and llama.cpp run the same kernels)"]
    containers: Annotated[tuple[Container, ...], "file formats it loads"]
    backends: Annotated[dict[str, Backend], "by name, the usual one first"]
    splits: Splits
    cache_rule: Annotated[CacheRule, "how it accounts for the KV cache"]
    kv_types: Annotated[tuple[Text, ...], "types it can keep the KV cache in, the default first"]
    memory_share: Annotated[
        Share | None, "share of device memory it takes by default (vLLM's gpu_memory_utilization)"
    ] = None
    margin_mib: Annotated[Natural, "memory it leaves free on every device by default"] = 0
    block_tokens: Annotated[Natural | None, "tokens in one page of the KV cache"] = None
    latent_block_tokens: Annotated[Natural | None, "the same for layers with latent attention, where it differs"] = None
    pool_rule: Annotated[
        PoolRule, "how a paged cache is planned: blocks of several layers (vLLM), or tokens (SGLang)"
    ] = "blocks"
    overhead_gib: Annotated[Positive | None, "what it takes beside weights and cache, where measured"] = None
    overhead: Annotated[Overhead | None, "the same derived from logs, where no source measured it"] = None
    environment: Annotated[
        dict[Setting, Text],
        "what is asked → the variable that says it, for a runtime that starts its server itself and takes no flags of it",
    ] = field(default_factory=dict)
    refuses_memory: Annotated[str | None, "why its memory cannot be predicted, where no rule is sourced"] = None
    refused_quants: Annotated[dict[str, str], "quantization id → why it does not load here"] = field(
        default_factory=dict
    )
    versions: Annotated[tuple[Version, ...], "oldest first"]
    sources: Annotated[tuple[Text, ...], "source ids"]
    notes: str | None = None

    @property
    def margin_bytes(self) -> int:
        """Bytes left free on every device by default."""
        return units.mib(self.margin_mib)
