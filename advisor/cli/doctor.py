"""`advisor doctor`: versions, paths, what the catalog holds and how far it is used."""

from __future__ import annotations

import csv
import platform
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from advisor import __version__
from advisor.catalog import fingerprint, locate, snapshot
from advisor.cli.options import catalog_option, open_facts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from advisor.catalog.contents import Facts

SCHEMA = "advisor.doctor/1"
NO_LIBYAML = "PyYAML was built without libyaml: reading the catalog takes about ten times as long"


@click.command(short_help="Versions, paths, counts, overlays in force.")
@catalog_option
@click.option("--json", "as_json", is_flag=True, help="The same as data.")
def doctor(catalogs: tuple[Path, ...], as_json: bool) -> None:  # noqa: FBT001 - click passes it by name
    """Versions and paths, what the catalog in force holds, and what of it teaches predictions."""
    folders = locate.folders(catalogs)
    found: dict[str, Any] = {"schema": SCHEMA, "versions": _versions(), "paths": _paths(folders)}
    # Where the catalog is broken, versions and paths are what a person needs to mend it.
    if not as_json:
        _print(found)
    facts = open_facts(catalogs)
    counted = {"catalog": _catalog(facts), "rows": _rows(facts, folders[0]), "calibration": _calibration(facts)}
    warnings = [] if found["versions"]["libyaml"] else [NO_LIBYAML]
    if as_json:
        from advisor.present.tables import as_json as written

        click.echo(written({**found, **counted, "warnings": warnings}))
        return
    _print(counted)
    for warning in warnings:
        click.echo(f"warning: {warning}")


def _versions() -> dict[str, Any]:
    import yaml

    return {"advisor": __version__, "python": platform.python_version(), "libyaml": bool(yaml.__with_libyaml__)}


def _paths(folders: Sequence[Path]) -> dict[str, Any]:
    """The folders in force, and which snapshot answers for them."""
    key = fingerprint.key(folders)
    cache = locate.cache_folder()
    kept = snapshot.kept_at(cache, key) if cache else None
    current = [path for path in (snapshot.SHIPPED, kept) if path and snapshot.read(path, key)]
    return {
        "shipped_catalog": str(folders[0]),
        "overlays": [str(folder) for folder in folders[1:]],
        "snapshot": str(current[0] if current else kept),
        "snapshot_is_current": bool(current),
    }


def _catalog(facts: Facts) -> dict[str, int]:
    sized = [model for model in facts.models.values() if model.is_sized]
    return {
        "sized_base_models": sum(model.same_architecture_as is None for model in sized),
        "sized_models_with_the_layers_of_another": sum(model.same_architecture_as is not None for model in sized),
        "name_only_models": len(facts.models) - len(sized),
        "hardware_entries": len(facts.hardware),
        "quantizations": len(facts.quants),
        "runtimes": len(facts.runtimes),
        "sources": len(facts.sources),
        "prices": len(facts.prices),
        "running_costs": len(facts.costs),
        "scores": len(facts.quality),
        "compatibility_rows": len(facts.compatibility),
        "pipelines": len(facts.pipelines),
    }


def _rows(facts: Facts, shipped: Path) -> dict[str, Any]:
    """Measured rows: how many there are, what became of the rows they were made from, which are doubted."""
    rows = list(facts.records.values())
    ledger = shipped.parent / "ledger" / "benchmarks.csv"
    resolved = sum(row.source in facts.sources for row in rows)
    found: dict[str, Any] = {"measured_rows": len(rows), **_outcomes(ledger)}
    return found | {
        "on_sized_models": sum(
            row.model in facts.models and facts.models[row.model].is_sized for row in rows if row.model
        ),
        "disputed": sum(row.disputed is not None for row in rows),
        "suspect": sum(row.suspect is not None for row in rows),
        "source_resolves_percent": round(100 * resolved / len(rows), 1) if rows else None,
    }


def _outcomes(ledger: Path) -> dict[str, int]:
    """Input rows by what became of them, from the ledger of a checkout; empty where there is none."""
    if not ledger.is_file():
        return {}
    with ledger.open(encoding="utf-8", newline="") as lines:
        outcomes = Counter(row["outcome"] for row in csv.DictReader(lines))
    return {
        "input_rows": sum(outcomes.values()),
        **{f"input_rows_{name}": count for name, count in sorted(outcomes.items())},
    }


def _calibration(facts: Facts) -> dict[str, Any]:
    from advisor.evidence.calibration import Calibration

    learned = Calibration.from_json(facts.extra("calibration"))
    left_out = dict(sorted(learned.left_out.items(), key=lambda item: -item[1]))
    return {"rows_used": learned.rows, "rows_left_out": sum(left_out.values()), "left_out_because": left_out}


def _print(found: dict[str, Any]) -> None:
    for title, held in found.items():
        if not isinstance(held, dict):
            continue
        click.echo(title)
        for name, value in held.items():
            if isinstance(value, dict):
                click.echo(f"  {_spaced(name)}")
                for reason, count in value.items():
                    click.echo(f"  {count:>6,}  {reason}")
            else:
                click.echo(f"  {_spaced(name):<38}  {_said(value)}")


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _spaced(name: str) -> str:
    return name.replace("_", " ")
