"""Options and argument types several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from advisor.catalog import locate
from advisor.catalog.schema.common import is_date
from advisor.catalog.snapshot import open_catalog
from advisor.estimate.kv_cache import TYPE_BYTES
from advisor.units import TOKEN_UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from advisor.catalog.contents import JSON, Catalog, Facts

F = TypeVar("F", bound="Callable[..., Any]")

BYTE_UNITS = {
    "": 1,
    "K": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}
MOST_TOKENS = 2**30
MOST_BYTES = 2**50
KEYS_AND_VALUES = 2
FORMATS = ("table", "markdown", "csv", "json")


class _Amount(click.ParamType[int]):
    """A whole number with a unit; never an exponent, a sign or a fraction."""

    def __init__(self, name: str, units: Mapping[str, int], low: int, high: int) -> None:
        self.name, self.units, self.low, self.high = name, units, low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d{1,18})([A-Za-z]{0,2})", str(value))
        if not found or found[2] not in self.units:
            known = ", ".join(unit for unit in self.units if unit)
            self.fail(
                f"{str(value)[:40]!r} is not a {self.name}: write a whole number, with {known} if you like", param, ctx
            )
        amount = int(found[1]) * self.units[found[2]]
        if not self.low <= amount <= self.high:
            self.fail(f"{str(value)[:40]!r} is not between {self.low} and {self.high}", param, ctx)
        return amount


class _KvType(click.ParamType[str]):
    """A type of the KV cache, or one of its keys and one of its values."""

    name = "type"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return kv_type(str(value))
        except ValueError as reason:
            self.fail(str(reason), param, ctx)


def kv_type(text: str) -> str:
    """`q8_0` for both, `q8_0,f16` for keys and values apart. Raises ValueError naming the types there are."""
    parts = [part.strip().lower() for part in text.split(",")]
    if len(parts) > KEYS_AND_VALUES or any(part not in TYPE_BYTES for part in parts):
        message = f"must be one of {', '.join(sorted(TYPE_BYTES))}, or two, for keys and values: {text[:40]!r} is not"
        raise ValueError(message)
    return parts[0] if len(set(parts)) == 1 else ",".join(parts)


class _Date(click.ParamType[str]):
    """A day, a month or a year."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not is_date(str(value)):
            self.fail(f"{str(value)[:40]!r} is not a date: write 2026-02-05, 2026-02 or 2026", param, ctx)
        return str(value)


TOKENS = _Amount("number of tokens", TOKEN_UNITS, 1, MOST_TOKENS)
DEPTH = _Amount("number of tokens", TOKEN_UNITS, 0, MOST_TOKENS)
BYTES = _Amount("size", BYTE_UNITS, 0, MOST_BYTES)
DATE = _Date()
KV_TYPE = _KvType()


def catalog_option(command: F) -> F:
    """`--catalog DIR`, as often as wanted."""
    return click.option(
        "--catalog", "catalogs", multiple=True, metavar="DIR", type=click.Path(path_type=Path),
        help="A catalog folder of yours over the shipped one.",
    )(command)  # fmt: skip


def format_option(command: F) -> F:
    """`--format`, and `--json` short for one of them."""
    command = click.option(
        "--format",
        "output_format",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="How to print it.",
    )(command)
    return click.option("--json", "as_json", is_flag=True, help="Short for --format json.")(command)


def extras(catalog: Catalog) -> Mapping[str, JSON]:
    """What is worth computing once per catalog: what its rows teach, which needs numpy and every row."""
    from advisor.catalog.measured import EXTRA, counted
    from advisor.evidence.concurrency_fit import learn
    from advisor.evidence.decode_tested import sampled, to_json
    from advisor.evidence.offload_fit import learn_offload
    from advisor.evidence.power import taught
    from advisor.evidence.prefill_fit import teach_prefill
    from advisor.evidence.teach import teach
    from advisor.evidence.tensor_parallel_fit import learn_tensor_parallel

    calibration = teach(catalog)
    return {"calibration": calibration.to_json(), "concurrency": learn(catalog, calibration).to_json(),
            "offload": learn_offload(catalog, calibration).to_json(), "tensor parallel": learn_tensor_parallel(catalog, calibration).to_json(),
            "prefill": teach_prefill(catalog).to_json(), "power": taught(catalog), EXTRA: counted(catalog), "tested": to_json(sampled(catalog, calibration))}  # fmt: skip


def open_facts(catalogs: tuple[Path, ...] = ()) -> Facts:
    """The catalog in force with overlays. Raises CatalogError with every problem."""
    return open_catalog(locate.folders(catalogs), extras, cache=locate.cache_folder())
