"""What the fields of one entry must have to do with each other."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import singledispatch
from typing import TYPE_CHECKING, Any, get_args

from advisor.catalog.schema.hardware import Figure, Hardware
from advisor.catalog.schema.market import Figure as CostFigure
from advisor.catalog.schema.market import Price
from advisor.catalog.schema.model import Model
from advisor.catalog.schema.quant import Quant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.catalog.contents import Catalog
    from advisor.catalog.yaml_text import Loc

    Finding = tuple[Loc, str]

EVERYTHING = "all"
"""Key of a machine's sources that stands for every figure."""
NEED_NO_SOURCE = {"launch_price", "advertised_gb"}
"""A price names its source itself; how much memory a machine is sold with is part of which machine it is."""
COMPUTE = {"fp16_tflops", "fp8_tflops", "fp4_tflops", "int8_tops"}
"""Figures whose origin `compute_basis` tells."""
CURRENCY = re.compile(r"[A-Z]{3}")
UNDATED_TOPICS = {"trends"}
"""What is told of a market as a whole: nothing is computed from it."""
NEEDED_BY_TOPIC: dict[str, tuple[str, ...]] = {
    "power": ("hardware", "state", "read_at"),
    "cloud": ("hardware", "provider", "term", "currency"),
    "electricity": ("region", "currency"),
    "exchange": ("currency", "value"),
    "host": ("part", "currency"),
    "api": ("output_per_mtok", "currency"),
    "api-summary": ("output_per_mtok", "currency"),
    "break-even": ("key",),
}
"""Topic → fields a decision cannot do without."""
HAVE_AMOUNTS = {"power", "cloud", "electricity", "exchange", "host"}


@singledispatch
def unsound(entry: Any, catalog: Catalog) -> Iterator[Finding]:
    """What is wrong about an entry although each field is right by itself: the way to it, and the message."""
    del entry, catalog
    return iter(())


@unsound.register(Model)
def _model(model: Model, catalog: Catalog) -> Iterator[Finding]:
    other = catalog.models.get(model.same_architecture_as or "")
    if other and other.blocks is model.blocks and other.layout is model.layout:
        # The layers stand in the other's file, and are judged there.
        return
    yield from _layers(model)
    for name in model.lookup_tensors:
        if name not in model.tensors:
            yield ("lookup_tensors",), f"{name!r} is not among `tensors`"
    if model.is_sized and not (model.hidden and model.vocabulary):
        yield ("layout",), "layers without `hidden` and `vocabulary` cannot be sized"
    if model.is_sized and model.provenance == "name-only":
        yield ("provenance",), "a name-only model has no layers"


def _layers(model: Model) -> Iterator[Finding]:
    named: list[Finding] = [
        (("layout", number, "blocks", place), name)
        for number, run in enumerate(model.layout)
        for place, name in enumerate(run.blocks)
    ]
    if model.draft_layers:
        named.append((("draft_layers", "block"), model.draft_layers.block))
    for way, name in named:
        if name not in model.blocks:
            yield way, f"no block is called {name!r}"
    for name in model.blocks:
        if name not in {used for _, used in named}:
            yield ("blocks", name), "no layer is made of this block"


@unsound.register(Quant)
def _quant(quant: Quant, catalog: Catalog) -> Iterator[Finding]:
    needed = {"block": "block", "ggml-mix": "base", "parts": "parts"}.get(quant.rule)
    if needed and not getattr(quant, needed):
        yield ("rule",), f"rule {quant.rule} needs `{needed}`"
    base = catalog.quants.get(quant.base or "")
    if quant.rule == "ggml-mix" and base and not base.block:
        yield ("base",), f"{base.id} has no `block` to build a mix around"


@unsound.register(Hardware)
def _hardware(machine: Hardware, catalog: Catalog) -> Iterator[Finding]:
    if (machine.kind == "system") != machine.is_system:
        yield ("kind",), "a system has `members`, and only a system has"
    for number, member in enumerate(machine.members):
        device = catalog.hardware.get(member.device)
        if device and device.is_system:
            yield ("members", number, "device"), f"{device.id} is itself a system; name its devices"
    count = sum(member.count for member in machine.members)
    if count and machine.nodes > count:
        yield ("nodes",), f"{machine.nodes} boxes for {count} devices"
    known = {EVERYTHING, *(each.name for each in fields(Hardware))}
    for figure in machine.sources:
        if figure not in known:
            yield ("sources", figure), "no field is called so; name a field, or `all`"
    for figure in _unsourced(machine):
        yield (figure,), "has no source; give one in `sources`, or list it in `unverified`"


def _unsourced(machine: Hardware) -> set[str]:
    """Figures that are given without saying where they come from."""
    if EVERYTHING in machine.sources:
        return set()
    given = {figure for figure in get_args(Figure) if getattr(machine, figure) is not None}
    computed = COMPUTE if machine.compute_basis else set()
    return given - NEED_NO_SOURCE - computed - set(machine.sources) - set(machine.unverified)


@unsound.register(Price)
def _price(price: Price, catalog: Catalog) -> Iterator[Finding]:
    del catalog
    yield from _amounts(price.low, price.price, price.high, "price")
    if not CURRENCY.fullmatch(price.currency):
        yield ("currency",), "is no currency code: three capitals, as USD"


@unsound.register(CostFigure)
def _figure(figure: CostFigure, catalog: Catalog) -> Iterator[Finding]:
    del catalog
    if figure.date is None and figure.topic not in UNDATED_TOPICS:
        yield ("date",), "is missing: no price is used without its date"
    for needed in NEEDED_BY_TOPIC.get(figure.topic, ()):
        if getattr(figure, needed) is None:
            yield (needed,), f"is missing; every row of {figure.topic} has it"
    if figure.topic in HAVE_AMOUNTS:
        yield from _amounts(figure.low, figure.value, figure.high, "value")
    if figure.date and figure.until and figure.until < figure.date[: len(figure.until)]:
        yield ("until",), f"{figure.until} lies before {figure.date}, when it began"
    if figure.currency and not CURRENCY.fullmatch(figure.currency):
        yield ("currency",), "is no currency code: three capitals, as USD"


def _amounts(low: float | None, middle: float | None, high: float | None, name: str) -> Iterator[Finding]:
    """What is wrong with a figure and the range around it."""
    if low is None and middle is None and high is None:
        yield (name,), "is missing, and so is a range"
    known = [amount for amount in (low, middle, high) if amount is not None]
    if known != sorted(known):
        yield (name,), "low, middle and high should rise"
