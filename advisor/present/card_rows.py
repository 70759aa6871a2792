"""Cards of rows: a measurement, a price, a running cost, a score, a compatibility statement."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from advisor.catalog.kinds import KINDS
from advisor.present import words
from advisor.present.card import Card, Fact, known
from advisor.present.formats import as_printed

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.kinds import KindName
    from advisor.catalog.schema.record import Conditions, Record

RATES = (
    ("decode_tok_s", "decode", "tok/s"),
    ("aggregate_tok_s", "all requests together", "tok/s"),
    ("prefill_tok_s", "prefill", "tok/s"),
    ("train_tok_s", "training", "tok/s"),
    ("ttft_s", "time to first token", "s"),
    ("power_w", "power", "W"),
)
IDENTITY = frozenset({"id", "source", "second_sources", "relayed_from"})


def figures(record: Record) -> list[tuple[str, str]]:
    """What was measured, each with its unit, in words."""
    found = []
    for name, label, unit in RATES:
        value = getattr(record, name)
        if value is not None:
            spread = getattr(record, f"{name}_sd", None)
            found.append((label, f"{as_printed(value)}{f' ± {as_printed(spread)}' if spread else ''} {unit}"))
    return found + [(spaced(name), said(value)) for name, value in record.other.items()]


def conditions(conditions: Conditions) -> list[tuple[str, str]]:
    """How it was measured: every condition the page states."""
    return [
        (spaced(each.name), said(value))
        for each in fields(conditions)
        if (value := getattr(conditions, each.name)) is not None and value != each.default
    ] + ([("placement", conditions.placement)] if conditions.placement == "device" else [])


def spaced(name: str) -> str:
    """A field's name as words."""
    return name.replace("_", " ")


def said(value: Any) -> str:
    """A value of a row as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return as_printed(value)
    if isinstance(value, dict):
        return ", ".join(f"{spaced(name)} {said(inner)}" for name, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def record_card(_: Facts, record: Record) -> Card:
    """A measured row with everything it says about itself."""
    machine = record.hardware if record.devices == 1 else f"{record.devices} × {record.hardware}"
    file_size = f"{as_printed(record.file_gib)} GiB" if record.file_gib else None
    file_size = f"{as_printed(record.file_gb)} GB" if record.file_gb else file_size
    source = (record.source,)
    plain = {True: "yes", False: "no", None: "not stated"}[record.plain_decode]
    return Card(
        kind="records",
        entry=record,
        title=f"{record.id} · {record.kind}",
        facts=[
            *known((("disputed", record.disputed), ("suspect", record.suspect), ("status", _unless(record.status, "ok")))),
            *(Fact(label, text, source) for label, text in figures(record)),
            *known((
                ("rate counts", record.rate),
                ("plain decode", plain if record.decode_tok_s else None),
                ("not used to calibrate", record.not_for_calibration),
                ("prefill doubted", record.prefill_doubt),
                ("machine", machine + (f" ({record.hardware_label})" if record.hardware_label else "")),
                ("model", _labelled(record.model, record.model_label)),
                ("quant", _labelled(record.quant, record.quant_label)),
                ("file", ", ".join(part for part in (record.repository, file_size) if part)),
                *conditions(record.conditions),
                ("evidence", _unless(record.evidence, "measured")),
                ("relayed from", record.relayed_from),
                ("tier", str(record.tier) if record.tier is not None else None),
                ("where", record.where),
                ("method", record.method),
                ("same row as", ", ".join(record.duplicates)),
                ("remarks", "; ".join(record.flags)),
                ("note", record.note),
            )),
        ],
        sources=source,
    )  # fmt: skip


def row_card(kind: KindName, facts: Facts, row: Any) -> Card:
    """A price, cost, score or compatibility row: every field it fills."""
    filled = [
        Fact(spaced(each.name), said(value), (row.source,) if not place else ())
        for place, each in enumerate(each for each in fields(row) if each.name not in IDENTITY)
        if (value := getattr(row, each.name)) not in (None, (), {}) and value != each.default
    ]
    age = words.age(row.date, facts.date) if row.date else ""
    more = known((("age", age), ("also said by", ", ".join(getattr(row, "second_sources", ())))))
    return Card(
        kind=kind,
        entry=row,
        title=f"{row.id} · {KINDS[kind].label}",
        facts=[*filled, *more],
        sources=(row.source, *getattr(row, "second_sources", ())),
    )


def _unless(value: str, usual: str) -> str | None:
    return None if value == usual else value


def _labelled(entry: str | None, label: str | None) -> str | None:
    if entry is None or label is None:
        return entry or label
    return f"{entry} (“{label}”)" if label.casefold() != entry.casefold() else entry
