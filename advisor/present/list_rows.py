"""Columns of lists of rows: measured rows, prices, running costs, scores, compatibility."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor.present import words
from advisor.present.formats import as_printed
from advisor.present.list_things import ID, Listed, if_known
from advisor.present.tables import WORDS, Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.kinds import KindName
    from advisor.catalog.schema.compatibility import Compatibility
    from advisor.catalog.schema.market import Figure, Price
    from advisor.catalog.schema.quality import Score
    from advisor.catalog.schema.record import Record


def standing(record: Record) -> str:
    """`disputed`, `suspect`, or how it failed; nothing for a row in good standing."""
    if record.disputed:
        return "disputed"
    if record.suspect:
        return "suspect"
    return "" if record.status == "ok" else record.status


def _record(_: Facts, record: Record) -> Sequence[Any]:
    machine = record.hardware if record.devices == 1 else f"{record.devices} × {record.hardware}"
    return (
        record.id, machine, record.quant, record.conditions.runtime, record.decode_tok_s, record.aggregate_tok_s,
        record.prefill_tok_s,
        record.conditions.date, standing(record), record.model, record.kind, record.source,
    )  # fmt: skip


def _price(facts: Facts, row: Price) -> Sequence[Any]:
    return (
        row.id,
        words.price(row),
        row.kind,
        row.condition,
        row.region,
        row.date,
        words.age(row.date, facts.date),
        row.source,
    )


def _cost(_: Facts, row: Figure) -> Sequence[Any]:
    unit = row.unit or (f"{row.currency} per million tokens" if row.output_per_mtok is not None else row.currency)
    return (
        row.id, row.about, words.cost(row), unit, row.region, row.date, row.source, row.value, row.input_per_mtok, row.output_per_mtok,
    )  # fmt: skip


def _score(_: Facts, row: Score) -> Sequence[Any]:
    return row.id, row.benchmark, row.score, row.unit or "%", row.settings, row.reported_by, row.date, row.source


def _compatibility(_: Facts, row: Compatibility) -> Sequence[Any]:
    return row.id, row.status, row.hardware, row.runtime, row.format or row.feature, row.date, row.source


NUMBER = if_known(as_printed)
SOURCE = Column("source", "source", cut=WORDS)
DATE = Column("date", "date")
ROWS: dict[KindName, Listed] = {
    "records": ((
        Column("id", "id", cut=16),
        Column("hardware", "machine", cut=WORDS),
        Column("quant", "quant", cut=WORDS),
        Column("runtime", "runtime", cut=WORDS),
        Column("decode_tok_s", "decode", NUMBER, right=True),
        Column("aggregate_tok_s", "together", NUMBER, right=True),
        Column("prefill_tok_s", "prefill", NUMBER, right=True),
        DATE,
        Column("standing", "standing", cut=WORDS),
        Column("model", "model", wide=True),
        Column("kind", "kind", wide=True),
        Column("source", "source", wide=True),
    ), _record),
    "prices": ((
        ID,
        Column("price", "price", right=True),
        Column("kind", "kind"),
        Column("condition", "condition"),
        Column("region", "region", cut=WORDS),
        DATE,
        Column("age", "age"),
        Column("source", "source", wide=True),
    ), _price),
    "costs": ((
        ID,
        Column("about", "of", cut=WORDS),
        Column("amount", "amount", right=True),
        Column("unit", "unit", cut=WORDS),
        Column("region", "region", cut=WORDS),
        DATE,
        SOURCE,
        Column("value", "value", wide=True),
        Column("input_per_mtok", "input per million tokens", wide=True),
        Column("output_per_mtok", "output per million tokens", wide=True),
    ), _cost),
    "quality": ((
        ID,
        Column("benchmark", "benchmark", cut=WORDS),
        Column("score", "score", NUMBER, right=True),
        Column("unit", "unit", cut=WORDS),
        Column("settings", "settings", wide=True),
        Column("reported_by", "reported by", cut=WORDS),
        DATE,
        SOURCE,
    ), _score),
    "compatibility": ((
        ID,
        Column("status", "status"),
        Column("hardware", "on", cut=WORDS),
        Column("runtime", "runtime", cut=WORDS),
        Column("format", "format or feature", cut=WORDS),
        DATE,
        SOURCE,
    ), _compatibility),
}  # fmt: skip
"""Kind → its columns, and what stands in them for one row."""
