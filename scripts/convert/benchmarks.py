"""The measured rows: every input row becomes a record, is merged into one, or is refused with a reason."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from advisor.catalog.schema.record import Record
from scripts.convert.benchmarks_duplicates import merge
from scripts.convert.benchmarks_models import queue_models
from scripts.convert.benchmarks_other import other_draft
from scripts.convert.benchmarks_sources import Copies, register
from scripts.convert.benchmarks_spark import Draft, spark_draft
from scripts.convert.common import Output, Sources, read_yaml, without_empty
from scripts.convert.names import Names

SPARK = "measurements_dgx_spark.yaml"
OTHER = "measurements_other_hardware.yaml"
LEDGER = "ledger/benchmarks.csv"
COLUMNS = ("file", "row_number", "row_id", "outcome", "record_id_or_reason")
ORDER = [field.name for field in fields(Record)]

_RECORD = TypeAdapter(Record)


@dataclass(frozen=True)
class Line:
    """One line of the ledger."""

    file: str
    row_number: int
    row_id: str
    outcome: str
    record_id_or_reason: str


def convert(data: Path, sources: Sources, out: Output) -> None:
    """Queue one file per machine and source, and the ledger that says what became of every input row.

    Raises pydantic.ValidationError when a row does not fit the schema, KeyError for a label nobody has decided on.
    """
    names = Names.from_data(data)
    drafts = [spark_draft(row, number, SPARK, names) for number, row in enumerate(read_yaml(data / SPARK), 1)]
    drafts += [other_draft(row, number, OTHER, names) for number, row in enumerate(read_yaml(data / OTHER), 1)]
    kept, merged = merge(drafts)
    record_ids = _record_ids(kept)
    _queue_files(kept, record_ids, sources, out)
    lines = [_line(draft, merged, record_ids) for draft in drafts]
    queue_models(out)
    out.texts[LEDGER] = _ledger_text(lines)


def _record_ids(kept: list[Draft]) -> dict[str, str]:
    """Row id → record id; a row id used twice gets a number, in input order."""
    used: Counter[str] = Counter()
    found = {}
    for draft in kept:
        used[draft.row_id] += 1
        place = f"{draft.file}:{draft.number}"
        found[place] = draft.row_id if used[draft.row_id] == 1 else f"{draft.row_id}-{used[draft.row_id]}"
    return found


def _queue_files(kept: list[Draft], record_ids: dict[str, str], sources: Sources, out: Output) -> None:
    copies = Copies()
    for draft in kept:
        copies.note(draft.page)
    files: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for draft in kept:
        source = register(draft.page, copies, sources)
        row = _row(draft, record_ids[f"{draft.file}:{draft.number}"])
        _RECORD.validate_python({**row, "hardware": draft.hardware, "source": source})
        files.setdefault((draft.hardware, source), []).append(row)
    for (hardware, source), rows in files.items():
        common = _common(rows) if len(rows) > 1 else {}
        out.put(
            f"benchmarks/{hardware}/{source}.yaml", {"common": common, "rows": [_without(row, common) for row in rows]}
        )


def _row(draft: Draft, record_id: str) -> dict[str, Any]:
    """Fields of the record in the schema's order, without what the source does not say and without defaults."""
    body = without_empty({**draft.body, "id": record_id})
    label = str(body.get("quant_label", ""))
    if label.lower() == body.get("quant"):
        del body["quant_label"]
    for name, default in (("status", "ok"), ("evidence", "measured")):
        if body.get(name) == default:
            del body[name]
    return {name: body[name] for name in ORDER if name in body}


def _common(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Fields that every row states alike; conditions one by one."""
    first = rows[0]
    shared = {
        name: value
        for name, value in first.items()
        if name not in {"id", "conditions"} and all(row.get(name) == value for row in rows)
    }
    conditions = {
        name: value
        for name, value in first.get("conditions", {}).items()
        if all(row.get("conditions", {}).get(name) == value for row in rows)
    }
    if conditions:
        shared["conditions"] = conditions
    return {name: shared[name] for name in ORDER if name in shared}


def _without(row: dict[str, Any], common: dict[str, Any]) -> dict[str, Any]:
    """The row less what the file states once."""
    shared = common.get("conditions", {})
    own = {name: value for name, value in row.get("conditions", {}).items() if name not in shared}
    kept = {name: value for name, value in row.items() if name not in common or name == "conditions"}
    return without_empty({**kept, "conditions": own} if "conditions" in kept else kept)


def _line(draft: Draft, merged: dict[str, str], record_ids: dict[str, str]) -> Line:
    if draft.row_id in merged:
        return Line(draft.file, draft.number, draft.row_id, "merged", merged[draft.row_id])
    record_id = record_ids[f"{draft.file}:{draft.number}"]
    return Line(draft.file, draft.number, draft.row_id, "kept", record_id)


def _ledger_text(lines: list[Line]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(line, column) for column in COLUMNS] for line in lines)
    return text.getvalue()
