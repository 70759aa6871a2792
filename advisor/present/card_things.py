"""Cards of quantizations, runtimes, sources and pipelines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from advisor.catalog.kinds import KINDS, KindName
from advisor.catalog.mentions import mentions
from advisor.present import words
from advisor.present.card import Card, Fact, Section, known
from advisor.present.formats import as_printed, parameters, share
from advisor.present.list_things import if_known
from advisor.present.tables import WORDS, Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.pipeline import Pipeline
    from advisor.catalog.schema.quant import Quant
    from advisor.catalog.schema.runtime import Runtime
    from advisor.catalog.schema.source import Source

PARTS = (Column("part", "part of the model"), Column("quant", "stored as"))
BACKENDS = (
    Column("backend", "backend"),
    Column("platforms", "on", ", ".join),
    Column("context_mib", "own context MiB", right=True),
    Column("source", "source", cut=WORDS),
)
VERSIONS = (
    Column("version", "version"),
    Column("date", "date"),
    Column("cache_rule", "KV cache from here on"),
    Column("source", "source", cut=WORDS),
    Column("note", "note", cut=WORDS),
)
REFUSED = (Column("quant", "does not load"), Column("reason", "why", cut=WORDS))
CITED_BY = (Column("kind", "kind"), Column("entries", "entries", right=True), Column("first", "among them", cut=WORDS))
COMPONENTS = (
    Column("component", "component"),
    Column("count", "count", right=True),
    Column("parameters", "params each", parameters, right=True),
    Column("dtype", "stored as"),
    Column("how", "counted how", cut=WORDS),
)
SHOWN_IDS = 3


def quant_card(facts: Facts, quant: Quant) -> Card:
    """Everything known of a quantization."""
    block = quant.block
    layout = (
        f"{block.bytes} B for {block.weights} weights" + (f": {block.inside}" if block.inside else "")
        if block
        else None
    )
    published = sorted(model.id for model in facts.models.values() if any(a.quant == quant.id for a in model.artifacts))
    return Card(
        kind="quants",
        entry=quant,
        title=f"{quant.id} · {quant.name}",
        facts=known((
            ("answers to", ", ".join(quant.aliases)),
            ("file formats", ", ".join(dict.fromkeys((quant.container, *quant.containers)))),
            ("bits per weight", as_printed(quant.bits_per_weight)),
            ("block", layout),
            ("mix around", quant.base),
            ("rule", quant.rule),
            ("rest stays in", quant.rest),
            ("computes in", quant.compute),
            ("offered", "when the question leaves it open" if quant.usual else "when named"),
            ("published for", ", ".join(published)),
            ("notes", quant.notes),
        )),
        sections=[Section("parts", PARTS, list(quant.parts.items()))],
        derived={"published_for": published},
        sources=quant.sources,
    )  # fmt: skip


def runtime_card(facts: Facts, runtime: Runtime) -> Card:
    """Everything known of a runtime."""
    margin = f"{runtime.margin_mib} MiB on every device" if runtime.margin_mib else None
    rows = sum(record.conditions.runtime == runtime.id for record in facts.records.values())
    return Card(
        kind="runtimes",
        entry=runtime,
        title=f"{runtime.id} · {runtime.name}",
        facts=[
            *known((
                ("answers to", ", ".join(runtime.aliases)),
                ("family", runtime.family),
                ("KV cache", f"{runtime.cache_rule}, in {', '.join(runtime.kv_types)}"),
                ("takes", share(runtime.memory_share) + " of device memory" if runtime.memory_share else None),
                ("leaves free", margin),
                ("own overhead", f"{as_printed(runtime.overhead_gib)} GiB" if runtime.overhead_gib else None),
                ("memory refused", runtime.refuses_memory),
                ("measured rows", str(rows) if rows else None),
                ("notes", runtime.notes),
            )),
            Fact("loads", ", ".join(runtime.containers), runtime.sources),
            *known((("splits over", words.splits(runtime)),), (runtime.splits.source,)),
        ],
        sections=[
            Section("backends", BACKENDS, [(name, list(backend.platforms), backend.context_mib, backend.source)
                                           for name, backend in runtime.backends.items()]),
            Section("versions", VERSIONS, [(v.version, v.date, v.cache_rule, v.source, v.note) for v in runtime.versions]),
            Section("does not load", REFUSED, list(runtime.refused_quants.items())),
        ],
        derived={"measured_rows": rows},
        sources=(*runtime.sources, *(backend.source for backend in runtime.backends.values()),
                 *(version.source for version in runtime.versions)),
    )  # fmt: skip


def source_card(facts: Facts, source: Source) -> Card:
    """Everything known of a source, and what cites it."""
    cites = list(_citing(facts, source.id))
    counts = Counter(kind for kind, _ in cites)
    rows = [
        (kind, count, ", ".join([entry for cited, entry in cites if cited == kind][:SHOWN_IDS]))
        for kind, count in counts.items()
    ]
    return Card(
        kind="sources",
        entry=source,
        title=f"{source.id} · {source.title}",
        facts=known((
            ("tier", str(source.tier)),
            ("publisher", source.publisher),
            ("author", source.author),
            ("url", source.url),
            ("found again by", source.locator),
            ("published", source.published),
            ("read on", source.accessed),
            ("licence", source.licence),
            ("copy read", source.obtained),
            ("notes", source.notes),
        )),
        sections=[Section("cited by", CITED_BY, rows)],
        derived={"cited_by": {kind: [entry for cited, entry in cites if cited == kind] for kind in counts}},
    )  # fmt: skip


def _citing(facts: Facts, source: str) -> Iterator[tuple[KindName, str]]:
    for kind in KINDS:
        if kind == "sources":
            continue
        for entry in getattr(facts, kind).values():
            if any(mention.name == source and "sources" in mention.kinds for mention in mentions(entry)):
                yield kind, entry.id


def pipeline_card(_: Facts, pipeline: Pipeline) -> Card:
    """Everything known of an image or video pipeline."""
    total = sum(part.parameters * part.count for part in pipeline.components)
    rows = [(part.component, part.count, part.parameters, part.dtype, part.how) for part in pipeline.components]
    return Card(
        kind="pipelines",
        entry=pipeline,
        title=f"{pipeline.id} · {pipeline.name}",
        facts=known((
            ("repository", pipeline.repository),
            ("answers to", ", ".join(pipeline.aliases)),
            ("parameters", parameters(total)),
            ("resolution", pipeline.native_resolution),
            ("steps", str(pipeline.default_steps) if pipeline.default_steps else None),
            ("guidance", if_known(as_printed)(pipeline.default_guidance)),
            ("notes", pipeline.notes),
        )),
        sections=[Section("components", COMPONENTS, rows)],
        derived={"parameters": total},
        sources=pipeline.sources,
    )  # fmt: skip
