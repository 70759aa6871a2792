"""What records and reports state about fitting, offload and memory, asked of advisor one by one."""

from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from advisor import units
from advisor.catalog import find
from advisor.decide.cases import Excluded, cases
from advisor.decide.question import Question
from advisor.estimate.cannot import CannotRun
from advisor.estimate.case import Case, Demand
from advisor.estimate.footprint import Footprint, footprint
from advisor.estimate.kv_cache import TYPE_BYTES
from advisor.estimate.machine import Setup
from advisor.estimate.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from advisor.catalog.contents import Catalog
    from advisor.catalog.schema.record import Record

TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).resolve().parent.parent / "data" / "fit_facts.yaml").read_text())
FACTS: list[dict[str, Any]] = TABLE["facts"]
USUALLY_WITHIN = 0.02
MEMORY = re.compile(r"gib|_gb$|mib|_mb$|kv_|layers|memory")
NOT_MEMORY = frozenset({"streamed_per_token_gb", "disk_gb", "working_set_gb"})


def asked(catalog: Catalog, ask: dict[str, Any]) -> Question:
    """The question as `advisor fit` would put it."""
    demand = Demand(
        context_tokens=ask.get("context", 4096), concurrency=ask.get("concurrency", 1), kv_type=ask.get("kv_type"),
        flash_attention=ask.get("flash_attention", True), ubatch=ask.get("ubatch", 512), as_of=ask.get("as_of"),
        resident_bytes=units.gib(ask.get("resident", 0)), serving=Serving(**ask.get("serving", {})),
    )  # fmt: skip
    host = units.gib(ask["host"]) if "host" in ask else None
    device = units.gib(ask["device"]) if "device" in ask else None
    return Question(
        model=find.model(catalog, ask["model"]), hardware=find.hardware(catalog, ask["hw"]), quant=find.quant(catalog, ask["quant"]),
        runtime=find.runtime(catalog, ask["runtime"])[0], backend=ask.get("backend"), setup=Setup(host_bytes=host, device_bytes=device),
        demand=demand,
    )  # fmt: skip


def case_of(catalog: Catalog, ask: dict[str, Any]) -> Case | Excluded:
    """The one case the question covers, without llama.cpp's margin where somebody started it by hand."""
    (found,) = cases(catalog, asked(catalog, ask))
    return by_hand(found) if isinstance(found, Case) and ask.get("no_margin") else found


def by_hand(case: Case) -> Case:
    """The case as llama-bench or a person with -ngl runs it: nothing is left free."""
    return replace(case, runtime=replace(case.runtime, margin_mib=0))


def answered(catalog: Catalog, case: Case | Excluded) -> Footprint | str:
    """Where the bytes go, or why it cannot run."""
    if isinstance(case, Excluded):
        return case.reason.words
    try:
        return footprint(case, catalog.quants.__getitem__)
    except CannotRun as reason:
        return reason.why.words


def figures(case: Case, found: Footprint) -> dict[str, float]:
    """What can be stated of an answer, by the names used in the table."""
    plan, weights, first = found.placement, found.weights, found.placement.uses[0]
    loaded = weights.total_bytes - (0 if case.demand.serving.draft_tokens else weights.draft_bytes)
    cache = found.kv_bytes + found.state_bytes
    stated = {
        "kv_gib": units.to_gib(found.kv_bytes), "kv_gb": units.to_gb(cache), "state_mib": found.state_bytes / units.MIB,
        "weights_gib": units.to_gib(loaded), "weights_gb": units.to_gb(loaded), "node_weights_gib": units.to_gib(first.weights_bytes),
        "total_gib": units.to_gib(plan.total_bytes), "total_gb": units.to_gb(plan.total_bytes),
        "free_gib": units.to_gib(first.pool.free_bytes), "usable_gib": units.to_gib(first.pool.usable_bytes),
    }  # fmt: skip
    if plan.uses[-1].pool.device is None:
        host = plan.uses[-1]
        stated |= {
            "kv_on_host_mib": host.kv_cache_bytes / units.MIB,
            "host_weights_gib": units.to_gib(host.weights_bytes),
        }
    if found.pool:
        stated |= {"pool_gib": units.to_gib(found.pool.pool_bytes), "pool_tokens": found.pool.tokens}
    return stated


def layers(found: Footprint) -> str:
    """Layers on devices of all there are, the output counted, as Ollama prints it."""
    total = len(found.weights.layer_bytes) + 1
    flags = found.placement.flags.split()
    return f"{flags[flags.index('num_gpu') + 1] if 'num_gpu' in flags else total}/{total}"


def gpu_layers(found: Footprint) -> int:
    """-ngl of the plan, draft layers not counted."""
    return len(found.weights.layer_bytes) + 1 - found.placement.host_layers


TOLD: dict[str, Callable[[Footprint, Any], bool]] = {
    "n_cpu_moe": lambda found, stated: stated - 4 <= found.placement.host_experts_layers <= stated,
    "n_cpu_moe_at_most": lambda found, stated: found.placement.host_experts_layers <= stated,
    "gpu_layers_at_least": lambda found, stated: gpu_layers(found) >= stated,
    "layers": lambda found, stated: layers(found) == stated,
}
"""Statements about layers; somebody who left a few more experts on the host than needed was not wrong."""


@pytest.mark.parametrize("fact", FACTS, ids=[fact["id"] for fact in FACTS])
def test_the_answer_agrees_with_what_was_seen(catalog: Catalog, fact: dict[str, Any]) -> None:
    case, stated = case_of(catalog, fact["ask"]), dict(fact["states"])
    found = answered(catalog, case)
    verdict = stated.pop("verdict", None)
    if isinstance(found, str):
        assert verdict == "unsupported", found
        return
    assert verdict is None or found.placement.verdict in verdict, found.placement
    assert isinstance(case, Case)
    ours = figures(case, found)
    for name, value in stated.items():
        if name in TOLD:
            assert TOLD[name](found, value), (name, value, found.placement.flags)
        else:
            assert ours[name] == pytest.approx(value, rel=fact.get("within", USUALLY_WITHIN)), name


def matches(record_id: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(record_id, pattern) for pattern in patterns)


def says_something_of_memory(record: Record) -> bool:
    """Whether a row states a size, a place or a failure, and is of a language model."""
    if record.kind in {"image", "video"}:
        return False
    figures_of_memory = {name for name in record.other if MEMORY.search(name)} - NOT_MEMORY
    failed = record.kind in {"memory", "failure"} or record.status in {"does-not-fit", "failed-memory"}
    return failed or bool(figures_of_memory)


def test_every_row_about_memory_is_asked_or_set_aside_with_a_reason(catalog: Catalog) -> None:
    asked_for = [name for fact in FACTS for name in fact["from"]]
    aside = [name for entry in TABLE["not_asked"] for name in entry["rows"]]
    rows = [record.id for record in catalog.records.values() if says_something_of_memory(record)]
    assert len(rows) > 200
    assert [name for name in rows if not matches(name, asked_for + aside)] == []


def test_the_table_names_only_rows_there_are(catalog: Catalog) -> None:
    lists = [entry["rows"] for name in ("not_asked", "ran_all_the_same") for entry in TABLE[name]]
    lists += [[name for name in fact["from"] if " " not in name] for fact in FACTS]
    for pattern in (name for names in lists for name in names):
        assert any(fnmatchcase(record_id, pattern) for record_id in catalog.records), pattern


def ran_on_a_device(catalog: Catalog, record: Record) -> bool:
    """Whether the row says of a model in a format and a runtime that it ran from the memory of a device."""
    c = record.conditions
    named = bool(record.model and record.quant and c.runtime) and record.hardware != "unknown"
    measured = record.status in {"ok", "range"} and record.evidence not in {"claim", "estimate", "failure"}
    there = c.placement == "device" and c.parallel != "replicas" and catalog.hardware[record.hardware].kind != "cpu"
    return named and measured and there and record.kind in {"decode", "prefill", "concurrency", "power", "memory"}


def heaviest(catalog: Catalog) -> Iterator[tuple[Record, int, int]]:
    """Of the rows of one server on one machine the one that needs most, with tokens a request and requests at once."""
    most: dict[tuple[Any, ...], tuple[Record, int, int]] = {}
    for record in catalog.records.values():
        if not ran_on_a_device(catalog, record):
            continue
        c = record.conditions
        # A pooled server queues what its pool does not hold at once.
        requests = (c.concurrency or 1) if catalog.runtimes[c.runtime or ""].family == "llama.cpp" else 1
        tokens = max(c.depth_tokens or 0, (c.prompt_tokens or 0) + (c.output_tokens or 0), 512)
        key = (record.hardware, record.devices, record.model, record.quant, c.runtime, c.backend, c.date, c.kv_type)
        if key not in most or tokens * requests > most[key][1] * most[key][2]:
            most[key] = record, tokens, requests
    yield from most.values()


def as_asked(catalog: Catalog, record: Record, tokens: int, requests: int) -> Question:
    c = record.conditions
    machine = record.hardware if record.devices == 1 else f"{record.devices}x {record.hardware}"
    kv_type = c.kv_type if c.kv_type in TYPE_BYTES else None
    return Question(
        model=catalog.models[record.model or ""], hardware=find.hardware(catalog, machine), quant=catalog.quants[record.quant or ""],
        runtime=catalog.runtimes[c.runtime or ""], backend=c.backend,
        demand=Demand(
            context_tokens=tokens, concurrency=requests, kv_type=kv_type, flash_attention=c.flash_attention is not False,
            as_of=c.date, serving=Serving(memory_share=c.memory_utilisation),
        ),
    )  # fmt: skip


def test_whatever_was_measured_on_a_device_fits_there(catalog: Catalog) -> None:
    known = [name for entry in TABLE["ran_all_the_same"] for name in entry["rows"]]
    fitted, unanswered, wrong = 0, 0, []
    for record, tokens, requests in heaviest(catalog):
        case = next(cases(catalog, as_asked(catalog, record, tokens, requests)))
        found = answered(catalog, by_hand(case) if isinstance(case, Case) else case)
        if isinstance(found, str):
            unanswered += 1
        elif found.placement.verdict == "fits":
            fitted += 1
        elif not matches(record.id, known):
            wrong.append((record.id, [(use.pool.name, use.short_bytes / units.GIB) for use in found.placement.uses]))
    assert wrong == []
    assert fitted >= 500
    assert unanswered <= 0.2 * fitted


def test_a_vllm_server_takes_its_share_whatever_the_model(catalog: Catalog) -> None:
    """Whole-system use while serving: the share of what is visible, beside what was in use before the server started."""
    rows = [record for record in catalog.records.values() if fnmatchcase(record.id, "devreng-*-power-0?")]
    seen = {row.meaning: row.gib or 0 for row in catalog.hardware["dgx-spark"].usable}
    before = seen["visible"] - seen["free at start"]
    assert len(rows) > 70
    for record in rows:
        share = record.conditions.memory_utilisation or 0
        # The author's MB are MiB: in MB the smaller share could not have held what its log says it did.
        used = float(record.other["system_mem_used_max_mb"]) / 1024
        assert used == pytest.approx(share * seen["visible"] + before, rel=0.08), record.id
