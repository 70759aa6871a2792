"""The physics gate: whether a row is faster than its machine could be, with the arithmetic.

    decode    tok/s × bytes a token touches              ≤ peak memory bandwidth
    several   steps/s × bytes the whole batch touches    ≤ peak memory bandwidth
    prefill   2 × parameters multiplied × tok/s          ≤ highest known dense rate
    training  6 × parameters × tok/s (LoRA: at least 4)  ≤ highest known dense rate

Every estimate leans towards letting a row pass: a depth that is not stated counts as zero, devices that may have worked
together add up, a batch touches at least the experts of one token. What fails all the same cannot be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from advisor import units
from advisor.estimate.kv_cache import TYPE_BYTES, read_bytes
from advisor.estimate.note import Note, note
from advisor.estimate.parameters import Parameters, parameters
from advisor.estimate.weights import CannotSize, Weights
from advisor.evidence.observations import row_weights, stated_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.record import Record
    from advisor.catalog.schema.runtime import Runtime

VerdictKind = Literal["passes", "disputed", "suspect", "impossible", "cannot check"]
WORST_FIRST: tuple[VerdictKind, ...] = ("impossible", "suspect", "passes", "cannot check")

FULL_TRAINING = 6
"""Operations per parameter and token: two forward, four backward."""
ADAPTER_TRAINING = 4
"""The same without gradients of the frozen weights: the least any training of adapters takes."""
FORWARD = 2
SEQUENTIAL = frozenset({"layer split", "rpc", "replicas"})
"""Ways to share work that give one sequence the bandwidth of one device at a time."""
NARROW_ARITHMETIC = frozenset({"fp8", "fp4", "int8"})
RATES = ("fp16_tflops", "fp8_tflops", "fp4_tflops", "int8_tops")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What physics says about one row."""

    record: Record
    kind: VerdictKind
    note: Note
    """The arithmetic, or why there is none."""
    reason: str | None = None
    """The row's own word for why it is disputed or suspect."""


@dataclass(frozen=True, slots=True)
class _Check:
    kind: VerdictKind
    note: Note


@dataclass(slots=True)
class Gate:
    """Judges rows against one catalog; what rows share (a model's bytes, its parameters) is worked out once."""

    facts: Facts
    _weights: dict[tuple[object, ...], Weights | str] = field(default_factory=dict)
    _parameters: dict[str, Parameters | None] = field(default_factory=dict)

    def verdicts(self, records: Iterable[Record]) -> Iterator[Verdict]:
        """One verdict for every row that states a rate, in the order given; other rows have nothing to judge."""
        for record in records:
            if found := self.verdict(record):
                yield found

    def verdict(self, record: Record) -> Verdict | None:
        """The verdict on one row; None where it states no rate."""
        checks = [check for check in (self._decode(record), self._batch(record), self._prefill(record), self._training(record))
                  if check]  # fmt: skip
        if not checks:
            return None
        worst = min(checks, key=lambda check: WORST_FIRST.index(check.kind))
        if record.disputed:
            return Verdict(record, "disputed", worst.note, record.disputed)
        if record.suspect and worst.kind != "impossible":
            return Verdict(record, "suspect", worst.note, record.suspect)
        return Verdict(record, worst.kind, worst.note)

    def _decode(self, record: Record) -> _Check | None:
        if record.decode_tok_s is None:
            return None
        found = self._touched_bytes(record, 1)
        peak = self._bandwidth_bytes_s(record, alone=True)
        if isinstance(found, str) or isinstance(peak, str):
            return _unknown(found if isinstance(found, str) else str(peak))
        needed = record.decode_tok_s * found
        above = needed > peak
        words = f"{{measured_tok_s}} × {{touched_gb}} = {{needed_gb_s}} {_than(above=above)} {{peak_gb_s}}"
        return _Check("impossible" if above else "passes", note(
            words, measured_tok_s=record.decode_tok_s, touched_gb=units.to_gb(found), needed_gb_s=units.to_gb(needed),
            peak_gb_s=units.to_gb(peak),
        ))  # fmt: skip

    def _batch(self, record: Record) -> _Check | None:
        if record.aggregate_tok_s is None:
            return None
        requests = record.conditions.concurrency
        if requests is None:
            return _unknown("the number of requests is not stated")
        peak = self._bandwidth_bytes_s(record, alone=False)
        least, spread = self._touched_bytes(record, requests, one_routing=True), self._touched_bytes(record, requests)
        if isinstance(least, str) or isinstance(spread, str) or isinstance(peak, str):
            return _unknown(next(found for found in (least, spread, peak) if isinstance(found, str)))
        steps = record.aggregate_tok_s / requests
        kind: VerdictKind = "impossible" if steps * least > peak else "suspect" if steps * spread > peak else "passes"
        touched = least if kind == "impossible" else spread
        words = "{measured_tok_s} / {requests} requests × {touched_gb} a step = {needed_gb_s} " + _than(
            above=kind != "passes"
        )
        return _Check(kind, note(
            words + " {peak_gb_s}" + (" with experts routed evenly" if kind == "suspect" else ""),
            measured_tok_s=record.aggregate_tok_s, requests=requests, touched_gb=units.to_gb(touched),
            needed_gb_s=units.to_gb(steps * touched), peak_gb_s=units.to_gb(peak),
        ))  # fmt: skip

    def _prefill(self, record: Record) -> _Check | None:
        if record.prefill_tok_s is None:
            return None
        if record.kind == "prefix-cache":
            return _unknown("part of the prompt came from a cache")
        found = self._compute(record, FORWARD, record.prefill_tok_s, narrow=self._narrow(record))
        if found.kind == "impossible" and record.prefill_doubt:
            return _Check("suspect", found.note)
        return found

    def _training(self, record: Record) -> _Check | None:
        if record.train_tok_s is None:
            return None
        method = " ".join(map(str, (record.other.get("training_method", ""), record.method or ""))).lower()
        full = "full" in method and "lora" not in method
        return self._compute(record, FULL_TRAINING if full else ADAPTER_TRAINING, record.train_tok_s, narrow=False)

    def _compute(self, record: Record, operations: int, tok_s: float, *, narrow: bool) -> _Check:
        model = self._model(record)
        if isinstance(model, str):
            return _unknown(model)
        counted = self._counted(model)
        if counted is None:
            return _unknown(f"the layers of {model.name} are not known")
        devices = self._devices(record)
        rates = [_dense_tflops(device) for device in devices]
        if not devices or None in rates:
            return _unknown(f"the compute rate of {self.facts.hardware[record.hardware].name} is not known")
        peak = sum(rate for rate in rates if rate is not None)
        measured = sum(device.measured_fp16_tflops or peak for device in devices)
        needed = operations * counted.multiplied_per_token * tok_s / units.TERA
        kind: VerdictKind = (
            "impossible" if needed > peak else "suspect" if needed > measured and not narrow else "passes"
        )
        words = f"{operations} × {{active_parameters}} × {{measured_tok_s}} = {{needed_tflops}} {_than(above=kind != 'passes')} "
        return _Check(kind, note(
            words + ("{peak_tflops} measured in FP16" if kind == "suspect" else "{peak_tflops}"),
            active_parameters=counted.multiplied_per_token, measured_tok_s=tok_s, needed_tflops=needed,
            peak_tflops=measured if kind == "suspect" else peak,
        ))  # fmt: skip

    def _touched_bytes(self, record: Record, requests: int, *, one_routing: bool = False) -> float | str:
        """Bytes one decode step of so many requests reads, or why they are not known.

        With `one_routing` every request uses the same experts: the least a batch can touch.
        """
        c = record.conditions
        if c.speculative not in {None, "none"} or record.plain_decode is False:
            return "speculative: one step yields several tokens"
        model = self._model(record)
        if isinstance(model, str):
            return model
        weights = self._weights_of(record, model)
        if isinstance(weights, str):
            return weights
        if not weights.layer_bytes:
            return f"the layers of {model.name} are not known"
        key = c.kv_type if c.kv_type in TYPE_BYTES else "f16"
        value = c.kv_type_value if c.kv_type_value in TYPE_BYTES else key
        cached = 0.0 if model.kv_refused else float(read_bytes(model, c.depth_tokens or 0, str(key), str(value)))
        return weights.read_bytes(1 if one_routing else requests) + requests * cached

    def _weights_of(self, record: Record, model: Model) -> Weights | str:
        if record.quant is None:
            return "the quantization is not stated"
        runtime = self._runtime(record, record.quant)
        if runtime is None:
            return "no runtime is known that loads this quantization"
        key = (model.id, record.quant, runtime.id, stated_bytes(record))
        if key not in self._weights:
            try:
                self._weights[key] = row_weights(self.facts, record, model, runtime)
            except CannotSize as reason:
                self._weights[key] = str(reason)
        return self._weights[key]

    def _runtime(self, record: Record, quant: str) -> Runtime | None:
        """The row's runtime; where it states none, any that loads the format, for the bytes are the same."""
        if record.conditions.runtime:
            return self.facts.runtimes[record.conditions.runtime]
        container = self.facts.quants[quant].container
        return next((each for each in self.facts.runtimes.values() if container in each.containers), None)

    def _model(self, record: Record) -> Model | str:
        return self.facts.models[record.model] if record.model else "not about one model"

    def _counted(self, model: Model) -> Parameters | None:
        if model.id not in self._parameters:
            self._parameters[model.id] = parameters(model)
        return self._parameters[model.id]

    def _narrow(self, record: Record) -> bool:
        return record.quant is not None and self.facts.quants[record.quant].compute in NARROW_ARITHMETIC

    def _devices(self, record: Record) -> list[Hardware]:
        """Devices that took part; all of a system's where the row counts none of them."""
        hardware = self.facts.hardware[record.hardware]
        if not hardware.members:
            return [hardware] * record.devices
        members = [self.facts.hardware[member.device] for member in hardware.members for _ in range(member.count)]
        if 1 < record.devices < len(members):
            return sorted(members, key=lambda each: each.bandwidth_gb_s or 0, reverse=True)[: record.devices]
        return members

    def _bandwidth_bytes_s(self, record: Record, *, alone: bool) -> float | str:
        """Peak bandwidth of the devices together; of the fastest where they took turns on one sequence."""
        rates = [device.bandwidth_bytes_s for device in self._devices(record)]
        known = [rate for rate in rates if rate is not None]
        if not known or len(known) < len(rates):
            return f"the memory bandwidth of {self.facts.hardware[record.hardware].name} is not known"
        return max(known) if alone and record.conditions.parallel in SEQUENTIAL else sum(known)


def _unknown(reason: str) -> _Check:
    return _Check("cannot check", note(reason))


def _than(*, above: bool) -> str:
    return ">" if above else "≤"


def _dense_tflops(device: Hardware) -> float | None:
    """The highest dense rate known for the device, whatever the number format."""
    known = [getattr(device, name) for name in RATES if name not in device.unverified]
    return max((rate for rate in known if rate), default=None)
