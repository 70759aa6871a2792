"""Rates held against what the chips compute: prompts read, and tokens trained.

    prefill   (2 × parameters multiplied + attention) × tok/s                ≤ highest known dense rate
    training  6 × parameters × tok/s; of adapters 4 × frozen + 6 × adapters  ≤ highest known dense rate

The highest rate is that of any number format, so that no row is refused for the format it was run in. Above the highest rate
somebody measured in FP16 a row is suspect, unless its format is multiplied in fewer bits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import units
from advisor.estimate.note import note
from advisor.estimate.operations import FORWARD, FROZEN_TRAINING, FULL_TRAINING, Training, attention_ops
from advisor.estimate.prefill import highest_ops_s
from advisor.evidence.gate_check import Check, VerdictKind, than, unknown
from advisor.evidence.prefill_rows import depth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.record import Record
    from advisor.estimate.parameters import Parameters

_FULL = re.compile(r"\bfull\b(?! (data|corpus|set))")
_ADAPTERS = re.compile(r"lora|adapter|peft")


def prefill(record: Record, model: Model, counted: Parameters, devices: Sequence[Hardware], *, narrow: bool) -> Check:
    """The row's prefill rate against its devices together; attention counts where the length of the prompt is stated.

    `narrow` says that the format is multiplied in fewer bits than FP16.
    """
    tok_s, prompt = record.prefill_tok_s or 0.0, record.conditions.prompt_tokens
    attention = tok_s * attention_ops(model, prompt, depth(record) or 0) / prompt if prompt else 0.0
    needed = FORWARD * counted.multiplied_per_token * tok_s + attention
    words = f"{FORWARD} × {{active_parameters}} × {{measured_tok_s}}"
    if attention:
        words += " + {attention_tflops} of attention"
    values = {
        "active_parameters": counted.multiplied_per_token, "measured_tok_s": tok_s, "attention_tflops": attention / units.TERA,
    }  # fmt: skip
    return _held(record, needed, words, values, devices, narrow=narrow)


def method(record: Record) -> Training:
    """How the row trained; adapters of unstated size where it does not say, the least any training takes."""
    words = " ".join(map(str, (record.other.get("training_method", ""), record.method or ""))).lower()
    if _FULL.search(words) and not _ADAPTERS.search(words):
        return Training(FULL_TRAINING)
    stated = record.other.get("adapter_parameters", 0)
    return Training(FROZEN_TRAINING, round(float(stated)))


def training(record: Record, counted: Parameters, devices: Sequence[Hardware]) -> Check:
    """The row's training rate against its devices together.

    A trained token has a loss, so that the head is multiplied for each: the same parameters as in decoding one.
    """
    how, tok_s = method(record), record.train_tok_s or 0.0
    each = f"{how.operations} × {{active_parameters}}"
    words = f"({each} + {FULL_TRAINING} × {{adapter_parameters}})" if how.adapters else each
    values = {
        "active_parameters": counted.read_per_token, "adapter_parameters": how.adapters, "measured_tok_s": tok_s,
    }  # fmt: skip
    needed = how.per_token(counted.read_per_token) * tok_s
    return _held(record, needed, f"{words} × {{measured_tok_s}}", values, devices, narrow=False)


def _held(  # noqa: PLR0913 - the arithmetic and the machine
    record: Record, needed: float, words: str, values: dict[str, float], devices: Sequence[Hardware], *, narrow: bool
) -> Check:  # fmt: skip
    """So many operations a second against the highest rate published for the devices, and against the highest measured."""
    highest = _together([highest_ops_s(device) for device in devices])
    measured = _measured(devices)
    kind: VerdictKind
    if highest is not None and needed > highest:
        kind, limit, basis = "impossible", highest, " dense"
    elif measured is not None and needed > measured and not narrow:
        kind, limit, basis = "suspect", measured, " measured in FP16"
    elif highest is not None:
        kind, limit, basis = "passes", highest, " dense"
    elif measured is not None and needed <= measured:
        kind, limit, basis = "passes", measured, " measured in FP16"
    else:
        return unknown(f"compute rate not known: {record.hardware}")
    return Check(kind, note(
        f"{words} = {{needed_tflops}} {than(above=kind != 'passes')} {{peak_tflops}}{basis}",
        **values, needed_tflops=needed / units.TERA, peak_tflops=limit / units.TERA,
    ))  # fmt: skip


def _together(rates: Sequence[float | None]) -> float | None:
    known = [rate for rate in rates if rate is not None]
    return sum(known) if known and len(known) == len(rates) else None


def _measured(devices: Sequence[Hardware]) -> float | None:
    """Highest rates measured on the devices, the highest published where nobody measured; None where nobody measured any."""
    if not any(device.measured_fp16_tflops for device in devices):
        return None
    return _together([
        units.tflops(device.measured_fp16_tflops) if device.measured_fp16_tflops else highest_ops_s(device) for device in devices
    ])  # fmt: skip
