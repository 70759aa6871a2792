"""Columns of lists of things that have a name: models, quantizations, machines, runtimes, sources, pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor.estimate.parameters import parameters as counted
from advisor.present import words
from advisor.present.formats import as_printed, parameters, tokens
from advisor.present.tables import WORDS, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.kinds import KindName
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.pipeline import Pipeline
    from advisor.catalog.schema.quant import Quant
    from advisor.catalog.schema.runtime import Runtime
    from advisor.catalog.schema.source import Source

Listed = tuple[tuple[Column, ...], "Callable[[Facts, Any], Sequence[Any]]"]


def if_known(written: Callable[[Any], str]) -> Callable[[Any], str]:
    """The same writing, with nothing for None."""
    return lambda value: "" if value is None else written(value)


def _model(_: Facts, model: Model) -> Sequence[Any]:
    total, read = model.counts.text, model.counts.read_per_token
    if (total is None or read is None) and (found := counted(model)):
        total, read = found.total, found.read_per_token
    return model.id, total, read, words.mixers(model), model.context_tokens, words.provenance(model)


def _quant(_: Facts, quant: Quant) -> Sequence[Any]:
    containers = list(dict.fromkeys((quant.container, *quant.containers)))
    return quant.id, quant.name, quant.bits_per_weight, containers, quant.rule, quant.compute, quant.usual


def _hardware(facts: Facts, hardware: Hardware) -> Sequence[Any]:
    made_of = f"{hardware.name} ({words.members(hardware)})" if hardware.members else hardware.name
    return (
        hardware.id, words.advertised_gb(facts, hardware), words.verified(hardware, "bandwidth_gb_s"), hardware.kind, made_of,
    )  # fmt: skip


def _runtime(_: Facts, runtime: Runtime) -> Sequence[Any]:
    last = words.newest(runtime)
    return (
        runtime.id, list(runtime.containers), list(runtime.backends), last.version if last else None, last.date if last else None,
        words.splits(runtime),
    )  # fmt: skip


def _source(_: Facts, source: Source) -> Sequence[Any]:
    return source.id, source.tier, source.published, source.accessed, source.title, source.url


def _pipeline(_: Facts, pipeline: Pipeline) -> Sequence[Any]:
    total = sum(part.parameters * part.count for part in pipeline.components)
    return pipeline.id, pipeline.name, total, pipeline.native_resolution, pipeline.default_steps


def several(values: Sequence[str]) -> str:
    """Words with commas between."""
    return ", ".join(values)


ID = Column("id", "id", cut=24)
THINGS: dict[KindName, Listed] = {
    "models": ((
        ID,
        Column("parameters", "params", if_known(parameters), right=True),
        Column("read_per_token_parameters", "read/token", if_known(parameters), right=True),
        Column("layers", "layers", cut=16),
        Column("context_tokens", "context", if_known(tokens), right=True),
        Column("provenance", "configuration"),
    ), _model),
    "quants": ((
        ID,
        Column("name", "name", cut=WORDS),
        Column("bits_per_weight", "bits/weight", as_printed, right=True),
        Column("containers", "files", several),
        Column("rule", "rule"),
        Column("compute", "computes in"),
        Column("usual", "offered", lambda value: "usual" if value else "", wide=True),
    ), _quant),
    "hardware": ((
        ID,
        Column("advertised_gb", "memory GB", if_known(as_printed), right=True),
        Column("bandwidth_gb_s", "GB/s", if_known(as_printed), right=True),
        Column("kind", "kind"),
        Column("name", "name", cut=WORDS),
    ), _hardware),
    "runtimes": ((
        ID,
        Column("containers", "files", several),
        Column("backends", "backends", several, cut=WORDS),
        Column("newest_version", "newest"),
        Column("newest_version_date", "of"),
        Column("splits", "splits over", cut=WORDS),
    ), _runtime),
    "sources": ((
        ID,
        Column("tier", "tier", right=True),
        Column("published", "published"),
        Column("accessed", "read on"),
        Column("title", "title", cut=WORDS),
        Column("url", "url", wide=True),
    ), _source),
    "pipelines": ((
        ID,
        Column("name", "name", cut=WORDS),
        Column("parameters", "params", parameters, right=True),
        Column("native_resolution", "resolution"),
        Column("default_steps", "steps", right=True),
    ), _pipeline),
}  # fmt: skip
"""Kind → its columns, and what stands in them for one entry."""
