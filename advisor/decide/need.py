"""What somebody needs: what they own and consider, what they want to run, what limits them. Names are resolved to ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from advisor.decide.cost import HOURS_PER_DAY
from advisor.decide.market import Market
from advisor.estimate.note import Note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.catalog.schema.market import Condition
    from advisor.decide.bill import HostIs

Kind = Literal["text", "training", "image"]
BestAt = Literal["coding", "agents", "reasoning", "general", "long context"]
MixedGpus = Literal["allowed", "same maker", "never"]

SCORED_BY: Mapping[BestAt, tuple[str, ...]] = MappingProxyType(
    {
        "coding": ("SWE-bench Verified", "LiveCodeBench", "LiveCodeBench v6", "Artificial Analysis Coding Index"),
        "agents": ("Terminal-Bench 2.0", "Terminal-Bench Hard", "tau2-bench", "tau2-bench Telecom"),
        "reasoning": ("GPQA Diamond", "Humanity's Last Exam", "AIME 2025"),
        "general": ("Artificial Analysis Intelligence Index v4.0", "MMLU-Pro", "LiveBench 2026-01-08 (average)"),
        "long context": ("AA-LCR", "LongBench v2", "RULER 128K"),
    }
)
"""What a want without a model is judged by: benchmarks of the catalog, each shown with who reported the score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A machine somebody has."""

    machine: str
    """Hardware id, also of a composed machine: `find.hardware` finds it again."""
    load_w: float | None = None
    """Wall power while it works, as its owner read it."""
    idle_w: float | None = None
    sold_for: float | None = None
    """What it would bring; None = it is kept."""
    host_memory_gb: float | None = None
    """Main memory behind its cards; None = as the catalog knows the machine."""
    host_bandwidth_gb_s: float | None = None
    """Peak rate of that memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A machine somebody thinks of buying."""

    machine: str
    condition: Condition = "new"
    price: float | None = None
    """A quote of one's own for the whole machine; None = prices of the catalog."""
    price_date: str | None = None
    """Day of that quote."""
    host: HostIs | None = None
    """Whether the computer around cards is there already; None = it is where the person owns a machine with cards."""
    load_w: float | None = None
    idle_w: float | None = None
    host_memory_gb: float | None = None
    """Main memory behind its cards; None = as the catalog knows the machine."""
    host_bandwidth_gb_s: float | None = None
    """Peak rate of that memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Something to run."""

    name: str
    kind: Kind = "text"
    model: str | None = None
    """Model id, for image work a pipeline's; None where the best of a class is wanted."""
    best: BestAt | None = None
    """The best model of this class that fits and keeps to the floor."""
    quants: tuple[str, ...] = ()
    """Quantization ids that will do; empty = any."""
    least_bits: float | None = None
    """No fewer bits per weight than this."""
    context_tokens: int = 8192
    """Tokens memory must hold per request."""
    prompt_tokens: int | None = None
    """Of a usual prompt: what the time to the first token is asked for. None = one that fills the context."""
    concurrency: int = 1
    floor_tok_s: float | None = None
    """Each request's decode rate below which the machine does not do."""
    ttft_s: float | None = None
    """Longest wait for the first token of a usual prompt."""
    hours_per_day: float | None = None
    """Hours the machine works on it; None = as long as its tokens take."""
    prompt_tokens_per_day: int = 0
    output_tokens_per_day: int = 0
    must: bool = True
    """False = a wish: a machine that misses it is not ruled out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What rules machines out."""

    budget: float | None = None
    """In the market's currency, for everything that is bought."""
    power_w: float | None = None
    """Wall power under load."""
    noise_dba: float | None = None
    single_box: bool = False
    mixed_gpus: MixedGpus = "allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """For how long a machine is kept, and how much of the day it is on."""

    years: float = 3.0
    resale_share: float = 0.0
    on_h_per_day: float = HOURS_PER_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """What would be paid instead; prices of one's own replace the catalog's and are of `date`."""

    api: bool = True
    rental: bool = True
    input_per_mtok: float | None = None
    output_per_mtok: float | None = None
    per_month: float | None = None
    """A subscription that would be given up."""
    date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Everything a decision is asked about."""

    title: str | None = None
    as_of: str | None = None
    """Day up to which evidence counts; None = all of it."""
    market: Market = field(default_factory=Market)
    """Where one buys, and the day whose prices count."""
    owns: tuple[Owned, ...] = ()
    considers: tuple[Candidate, ...] = ()
    """Empty = any machine of the catalog within the budget."""
    workloads: tuple[Workload, ...]
    limits: Limits = field(default_factory=Limits)
    per_kwh: float | None = None
    """Tariff of the person's own; None = their region's."""
    keeping: Keeping = field(default_factory=Keeping)
    cloud: Cloud = field(default_factory=Cloud)


def unanswered(need: Need, answered: frozenset[Kind]) -> tuple[tuple[Workload, Note], ...]:
    """The workloads of kinds nothing answers yet, each with the words that say so; they rule no machine out."""
    return tuple(
        (work, Note(f"{work.name}: {work.kind} work is not yet answered")) for work in need.workloads
        if work.kind not in answered
    )  # fmt: skip
