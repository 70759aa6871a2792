"""Files that hold several entries: rows of prices, costs, scores and compatibility, and measured rows of one source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from advisor.catalog.places import Place
from advisor.catalog.schema.common import STRICT
from advisor.catalog.schema.record import Record, RecordFile
from advisor.catalog.validate import validated
from advisor.errors import CatalogInvalid, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from advisor.catalog.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFile:
    """catalog/{prices,costs,quality,compatibility}/<subject>.yaml."""

    __pydantic_config__ = STRICT

    rows: Annotated[tuple[dict[str, object], ...], "the rows; what they are about is the file's name"]


def rows_of_subject(data: Mapping[str, Any], kind: Kind, place: Place) -> list[tuple[Any, Place]]:
    """Entries of a file named for what they are about, numbered from 1. Raises CatalogInvalid with every problem."""
    subject = place.path.stem
    rows = validated(RowFile, data, place).rows

    def entry(number: int) -> Any:
        given = {"id": f"{subject}#{number + 1}", str(kind.subject): subject}
        return validated(kind.schema, rows[number], Place(place.path, ("rows", number)), given)

    return _entries(len(rows), entry, place)


def rows_of_source(data: Mapping[str, Any], place: Place) -> list[tuple[Any, Place]]:
    """Measured rows of benchmarks/<machine>/<source>.yaml, each completed from the file's `common`.

    Raises CatalogInvalid with every problem.
    """
    file = validated(RecordFile, data, place)
    given = {"hardware": place.path.parent.name, "source": place.path.stem}

    def entry(number: int) -> Record:
        whole = completed(file.common, file.rows[number])
        return validated(Record, whole, Place(place.path, ("rows", number)), given)

    return _entries(len(file.rows), entry, place)


def completed(common: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with what `common` says and it does not; conditions are completed one by one."""
    whole = {**common, **row}
    inner, outer = row.get("conditions"), common.get("conditions")
    if isinstance(inner, dict) and isinstance(outer, dict):
        whole["conditions"] = {**outer, **inner}
    return whole


def _entries(count: int, entry: Callable[[int], Any], place: Place) -> list[tuple[Any, Place]]:
    """Every row's entry with its place. Raises CatalogInvalid."""
    # A mistake in `common` is one mistake, not one a row.
    problems: dict[Problem, None] = {}
    found = []
    for number in range(count):
        try:
            found.append((entry(number), Place(place.path, ("rows", number))))
        except CatalogInvalid as error:
            problems |= dict.fromkeys(error.problems)
    if not count:
        problems = {place.problem(("rows",), "holds no rows"): None}
    if problems:
        raise CatalogInvalid(list(problems))
    return found
