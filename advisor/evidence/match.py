"""Measured rows for a case, and how near each is to the question."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.catalog.schema.common import known_by
from advisor.estimate.decode import step_s
from advisor.estimate.kv_cache import TYPE_BYTES
from advisor.evidence.age import overtaken
from advisor.evidence.finding import Closeness, Measured
from advisor.evidence.observations import SHORT_TOKENS, group, identity, observe, tier
from advisor.evidence.predict import software_date
from advisor.once import Once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record
    from advisor.estimate.case import Case
    from advisor.evidence.calibration import Calibration

SAME = 0.10
"""Depths and concurrencies this close count as the same."""
ORDER: dict[Closeness, int] = {"exact": 0, "near": 1, "far": 2}
SIBLING_BITS = 0.15
"""Formats whose bits per weight differ by less than this are siblings."""
_ROWS = Once["tuple[list[Record], dict[str, str]]"](16384)


def _depth(record: Record, asked: int) -> tuple[str | None, bool]:
    """What differs in depth, and whether that is too much to be near."""
    stated = record.conditions.depth_tokens
    if stated is None:
        return "unstated: depth", False
    counted, wanted = max(stated, SHORT_TOKENS), max(asked, SHORT_TOKENS)
    if same_count(counted, wanted):
        return None, False
    low, high = sorted((counted, wanted))
    return f"depth {stated}", high > 2 * low


def _quant(facts: Facts, record: Record, case: Case) -> tuple[str | None, bool]:
    if record.quant == case.quant.id:
        return None, False
    if record.quant is None:
        return "unstated: quantization", False
    other = facts.quants[record.quant]
    spread = abs(other.bits_per_weight / case.quant.bits_per_weight - 1)
    return f"quantization {other.name}", spread > SIBLING_BITS or other.container != case.quant.container


def _runtime(facts: Facts, record: Record, case: Case) -> tuple[str | None, bool]:
    c = record.conditions
    if c.runtime is None:
        return "unstated: runtime", True
    other = facts.runtimes[c.runtime]
    if other.family != case.runtime.family:
        return f"runtime {other.name}", True
    if c.backend and c.backend != case.backend:
        return f"backend {c.backend}", True
    if c.runtime != case.runtime.id:
        return f"runtime {other.name}", False
    if c.runtime_version is None:
        return "unstated: runtime version", False
    same = case.version and _names_version(c.runtime_version, case.version.version)
    return (None, False) if same else (f"version {c.runtime_version}", False)


def _names_version(stated: str, version: str) -> bool:
    """Whether the row's own words hold that version whole: b1000 is not b100, and llama.cpp writes b7423 or 7423."""
    bare = version[1:] if re.fullmatch(r"[bv]\d+", version) else version
    mark = "[bv]?" if bare != version else ""
    return re.search(rf"(?<![\w.]){mark}{re.escape(bare)}(?![\w.])", stated) is not None


def _kv_type(facts: Facts, record: Record, case: Case) -> str:
    """What the row kept its cache in: as stated, else its runtime's default."""
    c = record.conditions
    if c.kv_type and c.kv_type != "auto":
        return c.kv_type
    return facts.runtimes[c.runtime].kv_types[0] if c.runtime else case.kv_type


def same_count(stated: int, asked: int) -> bool:
    """Whether two numbers of requests, or of tokens, count as the same: within 10 %."""
    return abs(stated - asked) <= SAME * asked


def _load(facts: Facts, record: Record, case: Case) -> tuple[str | None, bool]:
    c = record.conditions
    count, asked = c.concurrency, case.demand.concurrency
    if count is not None and not same_count(count, asked):
        return f"{count} requests at once", True
    if record.devices != 1 and record.devices != len(case.machine.devices):
        return f"{record.devices} devices", True
    kept = _kv_type(facts, record, case)
    if TYPE_BYTES.get(kept, kept) != TYPE_BYTES.get(case.kv_type, case.kv_type):
        return f"KV cache {kept}", True
    if c.placement != "device":
        return c.placement.replace("-", " "), True
    return None, False


def differences(facts: Facts, record: Record, case: Case, depth: int) -> tuple[Closeness, tuple[str, ...]]:
    """How near the row is to the case at `depth`, and what keeps it from being exact.

    EXACT: same model, format, hardware, runtime family, KV type, depth and concurrency within 10 %. NEAR: one of runtime
    version, depth within a factor of two, sibling format, fine-tune of the same base, or something unstated. Else FAR.
    """
    found = [
        _runtime(facts, record, case),
        _quant(facts, record, case),
        _depth(record, depth),
        _load(facts, record, case),
    ]
    if record.model != case.model.id:
        found.append((f"model {record.model}", False))
    if record.plain_decode is False:
        found.append((f"speculative: {record.conditions.speculative or 'yes'}", True))
    words = tuple(text for text, _ in found if text)
    kinds = {"unstated" if text.startswith("unstated") else text for text in words}
    if not words:
        return "exact", ()
    return ("far" if any(hard for text, hard in found if text) or len(kinds) > 1 else "near"), words


def _residual(facts: Facts, calibration: Calibration, record: Record, case: Case) -> float | None:
    """Measured / predicted − 1 for the row's own bytes and depth, with the software asked about."""
    found = observe(facts, record)
    if isinstance(found, str) or not calibration.rows:
        return None
    quant = record.quant or case.quant.id
    where = group(facts, facts.models[record.model or case.model.id], quant, facts.hardware[record.hardware],
                  facts.runtimes[record.conditions.runtime or case.runtime.id], record.conditions.backend, software_date(case),
                  flash=record.conditions.flash_attention)  # fmt: skip
    seconds = float(step_s(found.moved, found.bandwidth_bytes_s, calibration.efficiency(where)))
    return seconds / found.step_s - 1


def _remark(record: Record, old: dict[str, str]) -> str:
    if record.disputed:
        return f"disputed: {record.disputed}"
    if record.suspect:
        return f"suspect: {record.suspect}"
    if record.id in old:
        return f"older software: the same case was measured again by {old[record.id]}"
    return record.not_for_calibration or ""


def worth_showing(facts: Facts, case: Case, rows: tuple[Measured, ...]) -> tuple[Measured, ...]:
    """Of the rows for a pair, those worth showing beside one case: near ones, and far ones that differ in depth or format only."""

    def kin(row: Measured) -> bool:
        c = row.record.conditions
        family = facts.runtimes[c.runtime].family if c.runtime else None
        return (
            family == case.runtime.family
            and (c.concurrency or 1) == case.demand.concurrency
            and row.record.plain_decode is not False
        )

    return tuple(row for row in rows if row.closeness != "far" or kin(row))


def relatives(case: Case) -> tuple[str, ...]:
    """Ids of the model and of what it shares its layers with."""
    base = case.model.same_architecture_as
    return (case.model.id,) if base is None else (case.model.id, base)


def measured(
    facts: Facts, calibration: Calibration, case: Case, depth: int, exclude_sources: frozenset[str] = frozenset()
) -> tuple[Measured, ...]:
    """Rows with a decode rate for the case's model and hardware, nearest first, dated up to the day asked for."""
    here, old = _rows(facts, case, exclude_sources)
    return nearest_first(compared(facts, calibration, record, case, depth, old) for record in here)


def nearest_row(facts: Facts, calibration: Calibration, case: Case, depth: int) -> Measured | None:
    """The first of `measured` that is exact or near and has no remark; None where there is none.

    Only that row is held against its own prediction.
    """
    here, old = _rows(facts, case, frozenset())
    rows = (_beside(facts, record, case, depth, old) for record in here)
    near = nearest_first(row for row in rows if row.closeness != "far" and not row.remark)
    return replace(near[0], residual=_residual(facts, calibration, near[0].record, case)) if near else None


def _rows(facts: Facts, case: Case, exclude_sources: frozenset[str]) -> tuple[list[Record], dict[str, str]]:
    """Rows of the case's model and hardware, and which of them later software overtook; the same for every way to run it."""
    machine, as_of = identity(case.machine.hardware), case.demand.as_of

    def look() -> tuple[list[Record], dict[str, str]]:
        rows = [r for model in relatives(case) for r in facts.records_for(model) if r.source not in exclude_sources]
        here = [
            r for r in rows
            if r.decode_tok_s and identity(facts.hardware[r.hardware]) == machine and known_by(r.conditions.date, as_of)
        ]  # fmt: skip
        return here, overtaken(facts, here, as_of)

    return _ROWS((facts, case.model), (machine, as_of, exclude_sources), look)


def compared(  # noqa: PLR0913 - the row, the question, and what is known of both
    facts: Facts, calibration: Calibration, record: Record, case: Case, depth: int, old: dict[str, str]
) -> Measured:
    """The row held against the case at `depth`; `old` holds rows that later software overtook, as `age.overtaken` gives them."""
    bare = _beside(facts, record, case, depth, old)
    return replace(bare, residual=_residual(facts, calibration, record, case))


def _beside(facts: Facts, record: Record, case: Case, depth: int, old: dict[str, str]) -> Measured:
    """The same without what is predicted for the row, which takes longest."""
    closeness, words = differences(facts, record, case, depth)
    source = facts.sources[record.source]
    return Measured(record, source, tier(facts, record), closeness, words, None, _remark(record, old))


def nearest_first(rows: Iterable[Measured]) -> tuple[Measured, ...]:
    """Exact rows first, those with a remark after the others, then by tier, the newest first."""
    found = sorted(rows, key=lambda m: m.record.id)
    found.sort(key=lambda m: m.record.conditions.date or "", reverse=True)
    found.sort(key=lambda m: (ORDER[m.closeness], bool(m.remark), m.tier))
    return tuple(found)
