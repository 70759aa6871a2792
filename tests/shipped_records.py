"""The shipped measured rows and their sources, read once for the tests that hold them against facts."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.catalog.kinds import KINDS
from advisor.catalog.load import load_file

if TYPE_CHECKING:
    from advisor.catalog.schema.record import Record
    from advisor.catalog.schema.source import Source

ROOT = Path(__file__).resolve().parent.parent
CATALOG = ROOT / "catalog"
LEDGER = ROOT / "ledger" / "benchmarks.csv"


@cache
def records() -> list[Record]:
    """Every record, in order of file and row; ids may repeat here if the catalog is wrong."""
    files = sorted((CATALOG / "benchmarks").glob("*/*.yaml"))
    return [entry for file in files for entry, _ in load_file(file, KINDS["records"])]


@cache
def by_id() -> dict[str, Record]:
    """Every record by its id."""
    return {record.id: record for record in records()}


@cache
def sources() -> dict[str, Source]:
    """The sources that records cite, by id."""
    cited = {record.source for record in records()}
    found: dict[str, Any] = {}
    for name in sorted(cited):
        ((source, _),) = load_file(CATALOG / "sources" / f"{name}.yaml", KINDS["sources"])
        found[name] = source
    return found
