"""The card of a machine: what is in it, what of its memory can be had, what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor.present import words
from advisor.present.card import Card, Fact, Section, known
from advisor.present.formats import as_printed, gb_s, money, share, tflops
from advisor.present.list_things import if_known
from advisor.present.tables import WORDS, Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Figure, Hardware, UsableMemory
    from advisor.catalog.schema.market import Price

FIGURES: tuple[tuple[Figure, str, Callable[[float], str]], ...] = (
    ("bandwidth_gb_s", "bandwidth", gb_s),
    ("fp16_tflops", "dense FP16", tflops),
    ("fp8_tflops", "dense FP8", tflops),
    ("fp4_tflops", "dense FP4", tflops),
    ("int8_tops", "dense INT8", lambda value: f"{as_printed(value)} TOPS"),
    ("power_w", "power limit", lambda value: f"{as_printed(value)} W"),
    ("host_link_gb_s", "to the host", gb_s),
    ("peer_link_gb_s", "to its peers", gb_s),
)
EVERYTHING = "all"
USABLE = (
    Column("meaning", "what"),
    Column("gib", "GiB", if_known(as_printed), right=True),
    Column("share", "share", if_known(share), right=True),
    Column("os", "system"),
    Column("setting", "with"),
    Column("runtime", "runtime"),
    Column("source", "source", cut=WORDS),
    Column("note", "note", cut=WORDS),
)
LINKS = (
    Column("kind", "kind", cut=WORDS),
    Column("between", "between"),
    Column("bandwidth_gb_s", "GB/s", if_known(as_printed), right=True),
    Column("latency_us", "latency us", if_known(as_printed), right=True),
    Column("source", "source", cut=WORDS),
)
PRICES = (
    Column("price", "price", right=True),
    Column("variant", "for", cut=WORDS),
    Column("kind", "kind"),
    Column("condition", "condition"),
    Column("region", "region", cut=WORDS),
    Column("date", "date"),
    Column("age", "age"),
    Column("source", "source", cut=WORDS),
)


def hardware_card(facts: Facts, hardware: Hardware, *, explain: bool) -> Card:
    """Everything with a source that is known of a machine; with `explain` also figures without one, marked so."""
    prices = facts.prices_for(hardware.id)
    return Card(
        kind="hardware",
        entry=hardware,
        title=f"{hardware.id} · {hardware.name}",
        facts=[*_identity(hardware), *_memory(facts, hardware, explain=explain), *_figures(hardware, explain=explain),
               *_rest(hardware, explain=explain)],
        sections=[
            Section("memory that can be had", USABLE, [_usable(row) for row in hardware.usable]),
            Section("links", LINKS, [(link.kind, link.between, link.bandwidth_gb_s, link.latency_us, link.source)
                                     for link in hardware.links]),
            Section("prices", PRICES, [_price(facts, row) for row in prices]),
        ],
        derived={"advertised_gb": words.advertised_gb(facts, hardware), "prices": [row.id for row in prices]},
        sources=(*(row.source for row in hardware.usable), *(link.source for link in hardware.links),
                 *(source for listed in hardware.sources.values() for source in listed),
                 *(row.source for row in prices)),
        hidden=frozenset() if explain else frozenset(hardware.unverified),
    )  # fmt: skip


def sources_of(hardware: Hardware, figure: str) -> tuple[str, ...]:
    """Sources of one figure: its own, or those for all."""
    return hardware.sources.get(figure) or hardware.sources.get(EVERYTHING, ())


def _identity(hardware: Hardware) -> list[Fact]:
    return known((
        ("answers to", ", ".join(hardware.aliases)),
        ("kind", f"{hardware.kind} by {hardware.vendor}"),
        ("platform", hardware.platform),
        ("chip generation", hardware.architecture),
        ("compute capability", hardware.compute_capability),
        ("plugs into", f"a server's own baseboard ({hardware.module}), no slot" if hardware.module else None),
        ("made of", words.members(hardware)),
        ("boxes", str(hardware.nodes) if hardware.nodes > 1 else None),
        ("same as", hardware.same_as),
        ("memory variant of", hardware.variant_of),
    ))  # fmt: skip


def _memory(facts: Facts, hardware: Hardware, *, explain: bool) -> list[Fact]:
    size = words.advertised_gb(facts, hardware)
    doubtful = "advertised_gb" in hardware.unverified
    if size is None and explain and doubtful:
        return [Fact("memory sold", f"{as_printed(hardware.advertised_gb or 0)} GB (no source)")]
    kind = f" {hardware.memory_type}" if hardware.memory_type else ""
    binary = ", binary" if hardware.memory_is_binary and not hardware.members else ""
    text = f"{as_printed(size)} GB{kind}{binary}" if size is not None else None
    return known((("memory sold", text),), sources_of(hardware, "advertised_gb"))


def _figures(hardware: Hardware, *, explain: bool) -> list[Fact]:
    found = []
    for name, label, written in FIGURES:
        value = getattr(hardware, name)
        if value is None:
            continue
        if name not in hardware.unverified:
            found.append(Fact(label, written(value), sources_of(hardware, name)))
        elif explain:
            found.append(Fact(label, f"{written(value)} (no source)"))
    measured = (
        ("measured_read_gb_s", "measured reading", gb_s),
        ("measured_fp16_tflops", "measured FP16", tflops),
    )
    for field, label, written in measured:
        if value := getattr(hardware, field):
            found.append(Fact(label, written(value), sources_of(hardware, field)))
    return found


def _rest(hardware: Hardware, *, explain: bool) -> list[Fact]:
    host = hardware.host
    facts = known((
        ("number formats", ", ".join(hardware.native_formats)),
        ("host link", hardware.host_link),
    ))  # fmt: skip
    if host:
        memory = f"{as_printed(host.memory_gb)} GB {host.memory_type or ''}".strip() if host.memory_gb else None
        speed = gb_s(host.bandwidth_gb_s) if host.bandwidth_gb_s else "speed not stated"
        facts.append(
            Fact(
                "host",
                ", ".join(part for part in (host.cpu, memory, speed) if part),
                (host.source,) if host.source else (),
            )
        )
    for name, label in (("announced", "announced"), ("on_sale", "on sale")):
        shown = getattr(hardware, name) if explain else words.verified(hardware, name)  # type: ignore[arg-type]
        facts += known(((label, str(shown) if shown else None),), sources_of(hardware, name))
    launch = hardware.launch_price
    if launch and "launch_price" not in hardware.unverified and (when := hardware.on_sale or hardware.announced):
        told = (launch.source,) if launch.source else ()
        facts.append(Fact("price at launch", f"{money(launch.value, launch.currency)}, {when}", told))
    return facts + known((("other figures seen", "; ".join(hardware.conflicts)), ("notes", hardware.notes)))


def _usable(row: UsableMemory) -> tuple[Any, ...]:
    return row.meaning, row.gib, row.share, row.os, row.setting, row.runtime, row.source, row.note


def _price(facts: Facts, row: Price) -> tuple[Any, ...]:
    age = words.age(row.date, facts.date)
    return words.price(row), row.variant, row.kind, row.condition, row.region, row.date, age, row.source
