"""One case: this model in this format, run by this runtime on this machine, asked for so much."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from advisor import units
from advisor.catalog.schema.common import known_by
from advisor.catalog.schema.model import Model
from advisor.catalog.schema.quant import Quant
from advisor.catalog.schema.runtime import Runtime, Version
from advisor.estimate.kv_cache import QUANTISED, CacheQuestion
from advisor.estimate.layout import NOTHING_SAID, Layout
from advisor.estimate.machine import Machine
from advisor.estimate.serving import DEFAULTS, Serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is asked of the server, whatever runs it."""

    context_tokens: int = 8192
    """Tokens memory must hold per request."""
    depth_tokens: int | None = None
    """Tokens in the cache when speed is asked for; None = at the context."""
    prompt_tokens: int | None = None
    """Tokens of the prompt whose reading is asked for; None = a prompt that fills the context."""
    output_tokens: int | None = None
    """Tokens each request generates; None = not asked."""
    cached_share: float = 0.0
    """Share of that prompt a prefix cache holds already."""
    concurrency: int = 1
    kv_type: str | None = None
    """`q8_0`, or `q8_0,f16` for keys and values apart; None = the runtime's default."""
    flash_attention: bool = True
    ubatch: int = 512
    reserve_bytes: int = 0
    """Headroom to leave free on every device."""
    resident_bytes: int = 0
    """What else lives on the first device."""
    serving: Serving = DEFAULTS
    """Settings of a server with a pooled cache."""
    layout: Layout = NOTHING_SAID
    """Where llama.cpp is told to put layers and tensors."""
    full_windows: bool = False
    """--swa-full: sliding-window layers keep everything."""
    unified: bool = False
    """--kv-unified: one cache shared by all requests."""
    acceptance: float | None = None
    """Share of drafted tokens that speculative decoding accepts, where somebody asks about it."""
    draft_tokens: int | None = None
    """Tokens drafted a step; None = the usual number."""
    as_of: str | None = None
    level: float = 0.8
    """Share of held-out rows an interval must have held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A demand bound to a model, a format, a runtime and a machine."""

    model: Model
    quant: Quant
    container: str
    runtime: Runtime
    version: Version | None
    backend: str
    machine: Machine
    demand: Demand

    @property
    def kv_type(self) -> str:
        """Type the KV cache is kept in; keys and values apart as `q8_0,f16`."""
        return self.demand.kv_type or self.runtime.kv_types[0]

    @property
    def key_type(self) -> str:
        """Type keys are kept in."""
        return self.kv_type.partition(",")[0]

    @property
    def value_type(self) -> str:
        """Type values are kept in."""
        return self.kv_type.rpartition(",")[2]

    @property
    def kv_type_refused(self) -> str | None:
        """Why the runtime does not keep a cache of this type so; None where it does."""
        name, unknown = self.runtime.name, {self.key_type, self.value_type} - set(self.runtime.kv_types)
        if unknown:
            return f"{name} does not keep its KV cache in {' and '.join(sorted(unknown))}"
        one_variable = "kv_type" in self.runtime.environment
        if self.key_type != self.value_type and (one_variable or self.runtime.cache_rule in {"paged", "contiguous"}):
            return f"{name} keeps keys and values in one type"
        if self.key_type != self.value_type and any(b.latent_attention for b in self.model.blocks.values()):
            return f"{name} keeps the cache of latent attention in one type"
        if not self.demand.flash_attention and self.value_type in QUANTISED and self.runtime.cache_rule == "llama.cpp":
            return f"{name} keeps values in {self.value_type} only with flash attention"
        return None

    @property
    def runtime_as_started(self) -> Runtime:
        """The runtime with the margin it leaves on every device here: none where it is told what to place where."""
        layout = self.demand.layout
        margin = 0 if layout.stated else layout.margin_bytes
        return self.runtime if margin is None else replace(self.runtime, margin_mib=margin // units.MIB)

    @property
    def cache_rule(self) -> str:
        """Accounting in force at the version: the newest change up to it, or the runtime's own."""
        rule = self.runtime.cache_rule
        for version in self.runtime.versions:
            if version.cache_rule and self.version and version.date <= self.version.date:
                rule = version.cache_rule
        return rule

    @property
    def memory_share(self) -> float | None:
        """Share of device memory the runtime takes: as asked, else its default at this version; None where it has none."""
        if self.demand.serving.memory_share is not None:
            return self.demand.serving.memory_share
        stated = self.version.memory_share if self.version else None
        return self.runtime.memory_share if stated is None else stated

    @property
    def cache_question(self) -> CacheQuestion:
        """The demand as the KV cache sees it: a server with a split cache, one stream a request, unless told otherwise."""
        d = self.demand
        return CacheQuestion(
            context_tokens=d.context_tokens, sequences=d.concurrency, key_type=self.key_type, value_type=self.value_type,
            ubatch=d.ubatch, flash_attention=d.flash_attention, unified=d.unified, full_windows=d.full_windows,
        )  # fmt: skip

    def given(self, device_bytes: int) -> "Case":
        """The same case with this much memory set for each device."""
        return replace(self, machine=self.machine.with_device_bytes(device_bytes))

    def asked(self, *, context_tokens: int | None = None, concurrency: int | None = None) -> "Case":
        """The same case with another context or concurrency."""
        demand = replace(
            self.demand,
            context_tokens=self.demand.context_tokens if context_tokens is None else context_tokens,
            concurrency=self.demand.concurrency if concurrency is None else concurrency,
        )
        return replace(self, demand=demand)


def containers(quant: Quant) -> tuple[str, ...]:
    """File formats the quantization exists in."""
    return (quant.container, *(c for c in quant.containers if c != quant.container))


def container_of(quant: Quant, runtime: Runtime) -> str | None:
    """The file format in which the runtime would load it; None where it loads none."""
    return next((c for c in runtime.containers if c in containers(quant)), None)


def usual_backend(runtime: Runtime, platforms: AbstractSet[str | None], wanted: str | None = None) -> str | None:
    """The runtime's usual backend that drives all these platforms, or `wanted` if it does; None where none does."""
    for name, backend in runtime.backends.items():
        if wanted in {None, name} and platforms <= set(backend.platforms):
            return name
    return None


def version_in_force(runtime: Runtime, as_of: str | None) -> Version | None:
    """Newest version released up to `as_of` (to the precision given); None where none is known by then."""
    # The catalog lists versions oldest first; their dates may be known to the month only, so they do not sort.
    known = [v for v in runtime.versions if known_by(v.date, as_of)]
    return known[-1] if known else None
