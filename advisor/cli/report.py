"""`advisor report`: the written report of a decision, as one file."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from advisor.cli.options import catalog_option, open_facts
from advisor.errors import UsageError

SUFFIXES = (".html", ".md")
TO_STDOUT = "-"


@click.command(short_help="The written report of a decision, with pictures and sources.")
@click.argument("need", metavar="NEED.yaml", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "-o", "--output", "target", required=True, metavar="FILE", help="Where to: a name ending in .html or .md, or - for Markdown on stdout."
)  # fmt: skip
@catalog_option
def report(need: Path, target: str, catalogs: tuple[Path, ...]) -> None:
    """The decision for a need as one self-contained file: answer, evidence, pictures, costs, gaps, numbered sources.

    HTML has its pictures inside, no scripts, and fetches nothing; Markdown is the same text with pictures in characters.

    \b
    advisor report need.yaml -o report.html
    advisor report need.yaml -o report.md
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    suffix = ".md" if target == TO_STDOUT else Path(target).suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{target!r} ends in neither .html nor .md")
    from advisor.cli.fit import calibration
    from advisor.decide.decision import decide
    from advisor.decide.need_file import read_need
    from advisor.present.report import report as made
    from advisor.present.report import written

    facts = open_facts(catalogs)
    asked = read_need(facts, need)
    learned = calibration(facts, asked.as_of, frozenset())
    text = written(made(facts, learned, decide(facts, learned, asked), _again(need, target, catalogs)), suffix)
    if target == TO_STDOUT:
        click.echo(text, nl=False)
    else:
        _replace(Path(target), text)


def _again(need: Path, target: str, catalogs: tuple[Path, ...]) -> str:
    """The command that makes the same report."""
    overlays = [part for folder in catalogs for part in ("--catalog", folder.as_posix())]
    return shlex.join(["advisor", "report", need.as_posix(), "-o", target.replace("\\", "/"), *overlays])


def _replace(target: Path, text: str) -> None:
    """The file is the whole report, or what it was. Raises UsageError where it cannot be written."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        fresh.write_text(text, encoding="utf-8", newline="\n")
        fresh.replace(target)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UsageError(f"cannot write {target}: {error.strerror or error}") from None
