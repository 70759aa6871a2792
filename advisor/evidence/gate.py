"""The physics gate: whether a row is faster than its machine could be, with the arithmetic.

    decode    tok/s × bytes a token touches              ≤ peak memory bandwidth
    several   steps/s × bytes the whole batch touches    ≤ peak memory bandwidth
    prefill   operations × tok/s                         ≤ highest known dense rate
    training  operations × tok/s                         ≤ highest known dense rate

What a row leaves open is decided for it: a depth not stated counts as zero, devices that may have worked together add up,
a batch touches the experts of one token, head and attention of a checkpoint may be as narrow as its label. What fails all
the same is impossible; what fails only as labelled is suspect.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from advisor import units
from advisor.estimate.kv_cache import TYPE_BYTES, read_bytes
from advisor.estimate.note import note
from advisor.estimate.parameters import Parameters, parameters
from advisor.estimate.weights import CannotSize, Weights
from advisor.evidence import gate_compute
from advisor.evidence.gate_check import Check, VerdictKind, than, unknown
from advisor.evidence.ran import row_weights, stated_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.record import Record
    from advisor.catalog.schema.runtime import Runtime
    from advisor.estimate.note import Note

WORST_FIRST: tuple[VerdictKind, ...] = ("impossible", "suspect", "passes", "cannot check")

SEQUENTIAL = frozenset({"layer split", "rpc", "replicas"})
"""Ways to share work that give one sequence the bandwidth of one device at a time."""
BITS = 8
FP16_BITS = 16
NARROW_ARITHMETIC = frozenset({"fp8", "fp4", "int8"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What physics says about one row."""

    record: Record
    kind: VerdictKind
    note: Note
    """The arithmetic, or why there is none: what kind of fact is missing, and after a colon which."""
    figure: str
    """Field of the row the note is about."""
    reason: str | None = None
    """The row's own word for why it is disputed or suspect."""
    above: bool = False
    """Whether the arithmetic itself exceeds what is known of the machine, whatever the row says of itself."""
    unchecked: tuple[Check, ...] = ()
    """Further figures of the row that could not be held against anything, with the reason."""


@dataclass(frozen=True, slots=True)
class _Touched:
    """Bytes one decode step reads."""

    least: float
    """Whatever the label leaves open decided for the row."""
    as_labelled: float


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
        judged = (
            ("decode_tok_s", self._decode), ("aggregate_tok_s", self._batch), ("prefill_tok_s", self._prefill),
            ("train_tok_s", self._training),
        )  # fmt: skip
        checks = [replace(found, figure=name) for name, judge in judged if (found := judge(record))]
        if not checks:
            return None
        worst = min(checks, key=lambda check: WORST_FIRST.index(check.kind))
        kind, reason = worst.kind, None
        if record.disputed:
            kind, reason = "disputed", record.disputed
        elif record.suspect and worst.kind != "impossible":
            kind, reason = "suspect", record.suspect
        elif worst.kind == "suspect" and worst.figure == "prefill_tok_s":
            reason = record.prefill_doubt
        return Verdict(
            record, kind, worst.note, worst.figure, reason, above=worst.kind in {"impossible", "suspect"},
            unchecked=tuple(check for check in checks if check.kind == "cannot check" and check is not worst),
        )  # fmt: skip

    def _decode(self, record: Record) -> Check | None:
        if record.decode_tok_s is None:
            return None
        return self._reading(record, record.decode_tok_s, 1, self._bandwidth_bytes_s(record, alone=True))

    def _batch(self, record: Record) -> Check | None:
        if record.aggregate_tok_s is None:
            return None
        requests = record.conditions.concurrency
        if requests is None:
            return unknown("number of requests not stated")
        return self._reading(record, record.aggregate_tok_s, requests, self._bandwidth_bytes_s(record, alone=False))

    def _reading(self, record: Record, tok_s: float, requests: int, peak: float | str) -> Check:
        """Bytes read a second for so many tokens a second against the peak."""
        touched = self._touched_bytes(record, requests)
        if isinstance(touched, str) or isinstance(peak, str):
            return unknown(touched if isinstance(touched, str) else str(peak))
        steps = tok_s / requests
        kind: VerdictKind = (
            "impossible"
            if steps * touched.least > peak
            else "suspect"
            if steps * touched.as_labelled > peak
            else "passes"
        )
        used = touched.least if kind == "impossible" else touched.as_labelled
        rate = "{measured_tok_s}" if requests == 1 else "{measured_tok_s} / {requests} requests"
        words = f"{rate} × {{touched_gb}} = {{needed_gb_s}} {than(above=kind != 'passes')} {{peak_gb_s}}"
        return Check(kind, note(
            words + (": the weights or the cache take fewer bytes than the label says" if kind == "suspect" else ""),
            measured_tok_s=tok_s, requests=requests, touched_gb=units.to_gb(used), needed_gb_s=units.to_gb(steps * used),
            peak_gb_s=units.to_gb(peak),
        ))  # fmt: skip

    def _prefill(self, record: Record) -> Check | None:
        if record.prefill_tok_s is None:
            return None
        if record.kind == "prefix-cache":
            return unknown("part of the prompt came from a cache")
        subject = self._subject(record)
        if isinstance(subject, str):
            return unknown(subject)
        found = gate_compute.prefill(record, *subject, self._devices(record), narrow=self._narrow(record))
        if found.kind == "impossible" and record.prefill_doubt:
            return replace(found, kind="suspect")
        return found

    def _training(self, record: Record) -> Check | None:
        if record.train_tok_s is None:
            return None
        subject = self._subject(record)
        if isinstance(subject, str):
            return unknown(subject)
        return gate_compute.training(record, subject[1], self._devices(record))

    def _subject(self, record: Record) -> tuple[Model, Parameters] | str:
        """The model with its parameters, or what of them is not known."""
        model = self._model(record)
        if isinstance(model, str):
            return model
        counted = self._counted(model)
        return (model, counted) if counted else f"layers not known: {model.id}"

    def _touched_bytes(self, record: Record, requests: int) -> _Touched | str:
        """Bytes one decode step of so many requests reads, or why they are not known.

        A batch counts the experts of one token: how many more it touches depends on how alike the requests are.
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
            return f"layers not known: {model.id}"
        labelled, narrowest = self._cached_bytes(record, model)
        read = weights.read_bytes()
        return _Touched(self._least_read(record, model, read) + requests * narrowest, read + requests * labelled)

    def _cached_bytes(self, record: Record, model: Model) -> tuple[float, float]:
        """KV and state bytes one sequence reads a token: in the type stated or usual, and at the least."""
        if model.kv_refused:
            return 0.0, 0.0
        c = record.conditions
        runtime = self.facts.runtimes[c.runtime] if c.runtime else None
        offered = [kind for kind in (runtime.kv_types if runtime else ()) if kind in TYPE_BYTES] or ["f16"]
        stated = c.kv_type if c.kv_type in TYPE_BYTES else None
        depth = c.depth_tokens or 0
        key = stated or offered[0]
        value = c.kv_type_value if c.kv_type_value in TYPE_BYTES else key
        least = min(offered, key=TYPE_BYTES.__getitem__)
        labelled = float(read_bytes(model, depth, key, str(value)))
        return labelled, labelled if stated else float(read_bytes(model, depth, least, least))

    def _least_read(self, record: Record, model: Model, read: float) -> float:
        """Weight bytes at the least: outside GGUF a label says little about head and attention, which may be as narrow."""
        quant = self.facts.quants[record.quant or ""]
        counted = self._counted(model)
        runtime = self._runtime(record, quant.id)
        in_gguf = runtime is not None and "gguf" in {quant.container, *quant.containers} & set(runtime.containers)
        if in_gguf or stated_bytes(record) or counted is None:
            return read
        return min(read, counted.read_per_token * quant.bits_per_weight / BITS)

    def _weights_of(self, record: Record, model: Model) -> Weights | str:
        if record.quant is None:
            return "quantization not stated"
        runtime = self._runtime(record, record.quant)
        if runtime is None:
            return f"no runtime is known to load the format: {record.quant}"
        key = (model.id, record.quant, runtime.id, stated_bytes(record))
        if key not in self._weights:
            try:
                self._weights[key] = row_weights(self.facts, record, model, runtime)
            except CannotSize as reason:
                self._weights[key] = f"bytes not known: {reason}"
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
        """Whether the format is multiplied in fewer bits than FP16; llama.cpp multiplies every quantised one in INT8."""
        if record.quant is None:
            return False
        quant = self.facts.quants[record.quant]
        return quant.compute in NARROW_ARITHMETIC or (quant.container == "gguf" and quant.bits_per_weight < FP16_BITS)

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
            return f"memory bandwidth not known: {record.hardware}"
        return max(known) if alone and record.conditions.parallel in SEQUENTIAL else sum(known)
