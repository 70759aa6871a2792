"""One case: this model in this format, run by this runtime on this machine, asked for so much."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from advisor.catalog.schema.common import known_by
from advisor.catalog.schema.model import Model
from advisor.catalog.schema.quant import Quant
from advisor.catalog.schema.runtime import Runtime, Version
from advisor.estimate.kv_cache import CacheQuestion
from advisor.estimate.machine import Machine
from advisor.estimate.serving import DEFAULTS, Serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is asked of the server, whatever runs it."""

    context_tokens: int = 8192
    """Tokens memory must hold per request."""
    depth_tokens: int | None = None
    """Tokens in the cache when speed is asked for; None = at the context."""
    concurrency: int = 1
    kv_type: str | None = None
    """None = the runtime's default."""
    flash_attention: bool = True
    ubatch: int = 512
    reserve_bytes: int = 0
    """Headroom to leave free on every device."""
    resident_bytes: int = 0
    """What else lives on the first device."""
    serving: Serving = DEFAULTS
    """Settings of a server with a pooled cache."""
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
        """Type the KV cache is kept in."""
        return self.demand.kv_type or self.runtime.kv_types[0]

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
        """The demand as the KV cache sees it: a server with a split cache, one stream a request."""
        d = self.demand
        return CacheQuestion(
            context_tokens=d.context_tokens, sequences=d.concurrency, key_type=self.kv_type, value_type=self.kv_type,
            ubatch=d.ubatch, flash_attention=d.flash_attention,
        )  # fmt: skip

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
