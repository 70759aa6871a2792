"""What a person asks: names resolved, everything left open said to be open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from advisor.estimate.case import Demand
from advisor.estimate.machine import Setup

if TYPE_CHECKING:
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.quant import Quant
    from advisor.catalog.schema.runtime import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One model on one machine."""

    model: Model
    hardware: Hardware
    quant: Quant | None = None
    """None = the usual choices."""
    runtime: Runtime | None = None
    """None = every runtime that drives the machine."""
    runtime_version: str | None = None
    backend: str | None = None
    everything: bool = False
    """Every format and runtime, not only the usual ones."""
    demand: Demand = field(default_factory=Demand)
    setup: Setup = field(default_factory=Setup)
    """What the machine's name leaves open."""
