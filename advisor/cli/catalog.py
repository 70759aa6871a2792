"""`advisor catalog`: the maintainers' side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.catalog import locate
from advisor.catalog.files import below
from advisor.catalog.kinds import KINDS
from advisor.cli.options import catalog_option
from advisor.errors import CatalogInvalid, Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.catalog.contents import Catalog
    from advisor.catalog.schema.record import Record
    from advisor.catalog.templates import TemplateName
    from advisor.errors import Problem
    from advisor.evidence.gate import Verdict

FOLDERS = frozenset(kind.folder for kind in KINDS.values())
TEMPLATES = ("benchmark", "model", "hardware", "source")


@click.group(short_help="The maintainers' side: check and new.")
def catalog() -> None:
    """The maintainers' side of the catalog."""


@catalog.command()
@click.argument("kind", type=click.Choice(TEMPLATES))
def new(kind: TemplateName) -> None:
    """Print an annotated template to fill in.

    \b
    advisor catalog new source > catalog/sources/my-blog-2026-11-02.yaml
    advisor catalog new benchmark > catalog/benchmarks/dgx-spark/my-blog-2026-11-02.yaml
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    from advisor.catalog.templates import template

    click.echo(template(kind), nl=False)


@catalog.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@catalog_option
@click.option("--explain", is_flag=True, help="The arithmetic of every row, also of those that pass.")
def check(paths: tuple[Path, ...], catalogs: tuple[Path, ...], explain: bool) -> int:  # noqa: FBT001 - click passes it by name
    """Check the catalog in force, or the files and folders named; exit 3 when something is wrong.

    Every problem is one line, `path:line: field: message`. Rows faster than physics allows are refused with the
    arithmetic. Files named are also held against the prediction and what others measured.

    \b
    advisor catalog check
    advisor catalog check my-catalog/benchmarks/dgx-spark/my-blog-2026-11-02.yaml
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    files = {file for path in paths for file in _files(path)}
    folders = locate.folders((*catalogs, *dict.fromkeys(_root(path) for path in paths)))
    try:
        loaded = _sound(folders)
    except CatalogInvalid as error:
        return _report(error.problems, files)
    return _physics(loaded, files, explain=explain)


def _files(path: Path) -> list[Path]:
    """The file, or every file below the folder. Raises UsageError where there is none."""
    if path.is_dir():
        return [Path(entry.path).resolve() for entry in below(str(path))]
    if not path.is_file():
        raise UsageError(f"no file or folder {str(path)[:200]!r}")
    return [path.resolve()]


def _root(path: Path) -> Path:
    """The catalog folder a path belongs to. Raises UsageError where it lies in none."""
    whole = path.resolve()
    if any((whole / folder).is_dir() for folder in FOLDERS):
        return whole
    inside = next((each for each in (whole, *whole.parents) if each.name in FOLDERS), None)
    if inside is None:
        raise UsageError(
            f"{str(path)[:200]!r} lies in no catalog; a catalog has folders such as benchmarks/ and sources/"
        )
    return inside.parent


def _sound(folders: Sequence[Path]) -> Catalog:
    """The catalog in these folders. Raises CatalogInvalid with everything wrong with it."""
    from advisor.catalog.check import references
    from advisor.catalog.load import load_catalog

    loaded = load_catalog(folders)
    if problems := references(loaded):
        raise CatalogInvalid(problems)
    return loaded


def _report(problems: Sequence[Problem], files: set[Path]) -> int:
    """Problems of the files named, or all where none is; the exit code."""
    here = [problem for problem in problems if not files or Path(problem.path).resolve() in files]
    click.echo("\n".join(map(str, here))) if here else None
    count = len({problem.path for problem in here})
    click.echo(f"{len(here)} problem{'s' * (len(here) != 1)} in {count} file{'s' * (count != 1)}")
    if len(here) < len(problems):
        click.echo(f"{len(problems) - len(here)} more in other files: advisor catalog check lists them")
    return int(Exit.CATALOG)


def _physics(loaded: Catalog, files: set[Path], *, explain: bool) -> int:
    """Hold the rows against physics, and those of the files named against their neighbours; the exit code."""
    from advisor.evidence.gate import Gate
    from advisor.present import check_text

    records = [record for record in loaded.records.values() if not files or _path(loaded, record) in files]
    verdicts = list(Gate(loaded).verdicts(records))
    impossible = [verdict for verdict in verdicts if verdict.kind == "impossible"]
    if files:
        for line in _rows(loaded, records, {verdict.record.id: verdict for verdict in verdicts}):
            click.echo(line)
    else:
        click.echo(check_text.held(loaded))
    for line in check_text.physics(verdicts, len(records), explain=explain):
        click.echo(line)
    if impossible:
        return _report([_problem(loaded, verdict) for verdict in impossible], set())
    return int(Exit.ANSWERED)


def _path(loaded: Catalog, record: Record) -> Path:
    return loaded.places["records", record.id].path.resolve()


def _problem(loaded: Catalog, verdict: Verdict) -> Problem:
    from advisor.present.check_text import refusal

    return loaded.places["records", verdict.record.id].problem((verdict.figure,), refusal(verdict))


def _rows(loaded: Catalog, records: Sequence[Record], verdicts: dict[str, Verdict]) -> Iterator[str]:
    """Each row beside its prediction and its neighbours."""
    from advisor.decide.neighbours import neighbours
    from advisor.evidence.teach import expectations
    from advisor.present.check_text import row

    if not records:
        return
    learned = expectations(loaded, exclude_sources=frozenset(record.source for record in records))
    for record in records:
        place = loaded.places["records", record.id]
        yield from row(f"{place.shown}:{place.line}", neighbours(loaded, learned, record), verdicts.get(record.id))
