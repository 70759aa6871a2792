"""Rows of models that run partly from main memory behind a card: what they read there, and what the card read.

`offload_rows` is the filter that decides which of them teach; whatever it leaves out is counted by reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.estimate.shares import Costed, Split, Step, experts_read_bytes, step_of
from advisor.evidence.observations import group, why_not_measured
from advisor.evidence.ran import ran
from advisor.units import gb_s

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.record import Conditions, Record
    from advisor.estimate.decode import Efficiency
    from advisor.estimate.shares import Share
    from advisor.estimate.weights import Weights
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.observations import Group

ON_HOST = frozenset({"experts-on-host", "layers-on-host", "partly-on-host", "unified-memory-paging"})
"""Placements that leave part of the model to main memory."""
EVERY_EXPERT = "experts of all layers on the host"
RATES = frozenset({None, "decode", "not stated"})


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One row of a model that stood in several memories, layer by layer."""

    record: Record
    step: Step
    groups: tuple[Group, ...]
    """Groups of each share, in the order of the step's shares."""
    bandwidths_bytes_s: tuple[float, ...]
    """Peak bandwidth of each share's memory."""

    @property
    def group(self) -> Group:
        """Groups of the case: those of its first card."""
        at = next(at for at, share in enumerate(self.step.shares) if share.device is not None)
        return self.groups[at]

    @property
    def step_s(self) -> float:
        """Measured seconds per token."""
        assert self.record.decode_tok_s is not None
        return 1.0 / self.record.decode_tok_s

    def costed(self, calibration: Calibration) -> tuple[Costed, ...]:
        """What the single-stream calibration makes of each share."""
        return costed(calibration, self.step, self.groups, self.bandwidths_bytes_s)


def costed(
    calibration: Calibration, step: Step, groups: tuple[Group, ...], bandwidths_bytes_s: tuple[float, ...]
) -> tuple[Costed, ...]:
    """Every share of a step with the efficiency its memory and processor reach, by its own part of the layers' stages."""
    parts = zip(step.shares, groups, bandwidths_bytes_s, strict=True)
    return tuple(Costed(share, bandwidth, _efficiency(calibration, share, where)) for share, where, bandwidth in parts)


def _efficiency(calibration: Calibration, share: Share, where: Group) -> Efficiency:
    """A share without any layer, the output alone, has no stages that take time."""
    found = calibration.efficiency(replace(where, stages=share.stages))
    return found if share.stages else replace(found, layer_s=0.0)


def host_group(where: Group, bandwidth_bytes_s: float) -> Group:
    """Groups of the host behind a card: the same model under the same runtime, on a processor of unknown make."""
    return replace(
        where, hardware="", chip="", platform="cpu", backend="cpu", memory="cpu", stacked=False, bandwidth_bytes_s=bandwidth_bytes_s,
    )  # fmt: skip


def _split(model: Model, weights: Weights, c: Conditions) -> Split | None:
    """What stood on the host as the row states it; None where it does not say."""
    layers = len(model.layer_names)
    count = layers if c.tensor_override == EVERY_EXPERT else c.host_experts_layers
    if count is not None and c.gpu_layers is None:
        return Split(0, experts_read_bytes(weights, 0, count), ((0, layers),))
    if c.placement == "layers-on-host" and c.gpu_layers is not None and count is None:
        # The output counts as a layer.
        on_host = max(0, layers + 1 - c.gpu_layers)
        return Split(on_host, 0.0, ((on_host, layers),)) if 0 < on_host <= layers else None
    return None


def _why_not(record: Record, hardware: Hardware) -> str | None:
    c = record.conditions
    if c.placement == "unified-memory-paging":
        return "paged: larger than the memory"
    if reason := why_not_measured(record):
        return reason
    checks = (
        (record.rate not in RATES, "not a decode rate"),
        (record.devices != 1 or hardware.is_system, "several devices"),
        (hardware.bandwidth_bytes_s is None, "memory bandwidth not known"),
        (c.host_bandwidth_gb_s is None, "speed of the host's memory not stated"),
    )
    return next((reason for failed, reason in checks if failed), None)


def observe_offload(facts: Facts, record: Record) -> SplitRow | str:
    """The row as shares of its step, or the reason why it teaches nothing.

    A depth it does not state counts as none: what the host reads does not depend on it.
    """
    c, hardware = record.conditions, facts.hardware[record.hardware]
    if reason := _why_not(record, hardware):
        return reason
    found = ran(facts, record)
    if isinstance(found, str):
        return found
    split = _split(found.model, found.weights, c)
    if split is None:
        return "split between card and host not stated"
    assert record.quant is not None
    assert hardware.bandwidth_bytes_s is not None
    assert c.host_bandwidth_gb_s is not None
    step = step_of(found.model, found.weights, split, found.depth, found.key_type, found.value_type)
    where = group(facts, found.model, record.quant, hardware, found.runtime, c.backend, c.date, flash=c.flash_attention)
    host = gb_s(c.host_bandwidth_gb_s)
    on_device = [share.device is not None for share in step.shares]
    return SplitRow(
        record, step, tuple(where if here else host_group(where, host) for here in on_device),
        tuple(hardware.bandwidth_bytes_s if here else host for here in on_device),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OffloadSelection:
    """Rows that passed, and why the others did not."""

    kept: tuple[SplitRow, ...]
    left_out: Counter[str]


def offload_rows(
    facts: Facts, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
) -> OffloadSelection:
    """Rows that teach decode with part of the model on the host, dated up to `as_of`, without the excluded sources."""
    kept: list[SplitRow] = []
    left_out: Counter[str] = Counter()
    for record in facts.records.values():
        if not record.decode_tok_s or record.conditions.placement not in ON_HOST:
            continue
        if record.source in exclude_sources:
            left_out["source excluded"] += 1
        elif not known_by(record.conditions.date, as_of):
            left_out["newer than asked for, or undated"] += 1
        elif isinstance(found := observe_offload(facts, record), str):
            left_out[found] += 1
        else:
            kept.append(found)
    return OffloadSelection(tuple(kept), left_out)
