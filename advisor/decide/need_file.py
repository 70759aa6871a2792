"""A need.yaml as a value: every mistake at once with its line, names resolved, amounts read."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from advisor import units
from advisor.catalog import find, yaml_text
from advisor.catalog.places import Place
from advisor.catalog.validate import validated
from advisor.decide.exchange import OWN, Rate
from advisor.decide.host import host_bandwidth_bytes_s
from advisor.decide.market import Market
from advisor.decide.need import Candidate, Cloud, Keeping, Limits, Need, Owned, Workload
from advisor.decide.need_schema import NeedFields, WorkloadFields
from advisor.errors import AdvisorError, CatalogInvalid, NeedInvalid, Problem, UnknownName
from advisor.units import TOKEN_UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from advisor.catalog.contents import Facts
    from advisor.catalog.yaml_text import Loc

PERCENT = 100
TELL_MORE = frozenset(
    {
        "model",
        "best",
        "considers",
        "limits",
        "budget",
        "workloads",
        "price_date",
        "date",
        "input_per_mtok",
        "output_per_mtok",
    }
)
"""Fields without which what stands around them cannot be judged."""
KEPT_PLACES: dict[str, Any] = {"region": "EU", "currency": "EUR", "workloads": []}
"""Mandatory fields, so that the rest of a need that lacks them can be read for its mistakes."""
MOST_TOKENS = 2**40
CURRENCY = re.compile(r"[A-Z]{3}")
_TOKENS = re.compile(r"(\d{1,15})([A-Za-z]?)")


def read_need(facts: Facts, path: Path) -> Need:
    """The need the file states. Raises NeedInvalid with every mistake, each `path:line: field: message`."""
    place = Place(path)
    try:
        data = yaml_text.read(path, place.shown)
    except CatalogInvalid as error:
        raise NeedInvalid(error.problems) from None
    return need_of(facts, data, place)


def need_of(facts: Facts, data: Mapping[str, Any], place: Place) -> Need:
    """The need the data describe; `place` says where a mistake stands. Raises NeedInvalid with every mistake."""
    try:
        fields = validated(NeedFields, data, place)
    except CatalogInvalid as error:
        raise NeedInvalid(_in_order([*error.problems, *_beside(facts, data, place, error.problems)])) from None
    reading = _Reading(facts, place)
    need = reading.need(fields)
    if reading.problems:
        raise NeedInvalid(_in_order(reading.problems), only_names=reading.only_names)
    return need


def _beside(facts: Facts, data: Mapping[str, Any], place: Place, known: list[Problem]) -> list[Problem]:
    """What else is wrong besides the fields that cannot be read, so that it is not found out one run later.

    Where the rest cannot be read without them, only the names in it are looked at.
    """
    reading = _Reading(facts, place)
    ways = [problem.field.split(".") for problem in known]
    try:
        reading.need(validated(NeedFields, _without(data, ways), place))
    except CatalogInvalid:
        reading = _Reading(facts, place)
        reading.names_of(data)
    decided_by_lost = {".".join(way[:-1]) for way in ways if way[-1] in TELL_MORE}
    return [problem for problem in reading.problems if problem.field not in decided_by_lost]


def _without(data: Mapping[str, Any], ways: list[list[str]]) -> dict[str, Any]:
    """The data without the fields at these ways; what is mandatory at the top and lost has its place kept."""
    kept: dict[str, Any] = {**KEPT_PLACES, **deepcopy(dict(data))}
    for way in ways:
        inner: Any = kept
        for part in way[:-1]:
            inner = dict(enumerate(inner)).get(int(part)) if isinstance(inner, list) and part.isdigit() else (
                inner.get(part) if isinstance(inner, dict) else None
            )  # fmt: skip
        if isinstance(inner, dict):
            inner.pop(way[-1], None)
    return {**KEPT_PLACES, **kept}


def tokens(given: int | str) -> int | None:
    """A number of tokens, `32k` and `1M` included; None for what is none."""
    found = _TOKENS.fullmatch(str(given))
    if not found or found[2] not in TOKEN_UNITS:
        return None
    amount = int(found[1]) * TOKEN_UNITS[found[2]]
    return amount if amount <= MOST_TOKENS else None


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.line)


@dataclass(slots=True)
class _Reading:
    """What has been read of one need, and what is wrong with it."""

    facts: Facts
    place: Place
    problems: list[Problem] = field(default_factory=list)
    only_names: bool = True

    def need(self, fields: NeedFields) -> Need:
        """The value; only of use where there are no problems."""
        self._whole(fields)
        return Need(
            title=fields.title, as_of=fields.as_of, market=self._market(fields),
            owns=tuple(
                Owned(machine=self._machine(("owns", n, "machine"), one.machine), load_w=one.load_w, idle_w=one.idle_w,
                      sold_for=one.sold_for, host_memory_gb=one.host_memory_gb,
                      host_bandwidth_gb_s=self._bandwidth(("owns", n, "host_bandwidth"), one.host_bandwidth))
                for n, one in enumerate(fields.owns)
            ),
            considers=tuple(
                Candidate(machine=self._machine(("considers", n, "machine"), one.machine), condition=one.condition,
                          price=one.price, price_date=one.price_date, host=one.host, load_w=one.load_w, idle_w=one.idle_w,
                          host_memory_gb=one.host_memory_gb,
                          host_bandwidth_gb_s=self._bandwidth(("considers", n, "host_bandwidth"), one.host_bandwidth))
                for n, one in enumerate(fields.considers)
            ),
            workloads=self._workloads(fields),
            limits=Limits(budget=fields.limits.budget, power_w=fields.limits.power_w, noise_dba=fields.limits.noise_dba,
                          single_box=fields.limits.single_box, mixed_gpus=fields.limits.mixed_gpus),
            per_kwh=fields.electricity.per_kwh if fields.electricity else None,
            keeping=Keeping(years=fields.keeping.years, resale_share=fields.keeping.resale_percent / PERCENT,
                            on_h_per_day=fields.keeping.on_hours_per_day),
            cloud=Cloud(api=fields.cloud.api, rental=fields.cloud.rental, input_per_mtok=fields.cloud.input_per_mtok,
                        output_per_mtok=fields.cloud.output_per_mtok, per_month=fields.cloud.per_month,
                        date=fields.cloud.date),
        )  # fmt: skip

    def names_of(self, data: Mapping[str, Any]) -> None:
        """Problems of the names in data that are otherwise wrong."""
        for listed, key, resolve in (
            ("owns", "machine", self._machine), ("considers", "machine", self._machine),
            ("workloads", "model", self._model),
        ):  # fmt: skip
            rows = data.get(listed)
            for number, row in enumerate(rows if isinstance(rows, list) else ()):
                if isinstance(row, dict) and isinstance(row.get(key), str) and row[key]:
                    resolve((listed, number, key), row[key])

    def _whole(self, fields: NeedFields) -> None:
        """What no single part shows."""
        for way, code in ((("currency",), fields.currency), *_codes(fields)):
            if not CURRENCY.fullmatch(code):
                self._wrong(way, "should be a currency code of three capitals, as EUR")
        if not fields.workloads:
            self._wrong(("workloads",), "names nothing to run")
        if not fields.considers and fields.limits.budget is None:
            self._wrong((), "name machines in `considers`, or a `limits.budget` within which any of them will do")
        for number, one in enumerate(fields.considers):
            if one.price is not None and one.price_date is None:
                self._wrong(("considers", number, "price"), "needs `price_date`: no price is used without its date")
        cloud = fields.cloud
        if cloud.date is None and any(each is not None for each in (cloud.output_per_mtok, cloud.per_month)):
            self._wrong(("cloud",), "needs `date`: no price is used without its date")
        if (cloud.input_per_mtok is None) != (cloud.output_per_mtok is None):
            self._wrong(("cloud",), "give both `input_per_mtok` and `output_per_mtok`, or neither")

    def _market(self, fields: NeedFields) -> Market:
        return Market(
            as_of=fields.prices_as_of or fields.as_of, region=fields.region, currency=fields.currency,
            tax_share=None if fields.tax_percent is None else fields.tax_percent / PERCENT,
            rates=tuple(Rate(each.of, each.to, each.rate, each.date, (OWN,)) for each in fields.exchange),
        )  # fmt: skip

    def _workloads(self, fields: NeedFields) -> tuple[Workload, ...]:
        found = tuple(self._workload(number, work) for number, work in enumerate(fields.workloads))
        seen: set[str] = set()
        for number, work in enumerate(found):
            if work.name in seen:
                self._wrong(("workloads", number), f"{work.name!r} is there already: give each a `name` of its own")
            seen.add(work.name)
        return found

    def _workload(self, number: int, work: WorkloadFields) -> Workload:
        way: Loc = ("workloads", number)
        if (work.model is None) == (work.best is None):
            self._wrong(way, "name one of `model` and `best`")
        if work.best and work.kind != "text":
            self._wrong((*way, "best"), "is for text only: name a model")
        model = self._model((*way, "model"), work.model, work.kind) if work.model else None
        context = self._tokens((*way, "context"), work.context, 1)
        prompt = None if work.prompt is None else self._tokens((*way, "prompt"), work.prompt, 1)
        if prompt and prompt > context:
            self._wrong((*way, "prompt"), "is longer than the context")
        return Workload(
            name=work.name or model or f"best {work.best}", kind=work.kind, model=model, best=work.best,
            quants=tuple(self._quant((*way, "quants", n), name) for n, name in enumerate(work.quants)),
            least_bits=work.least_bits, context_tokens=context, prompt_tokens=prompt, concurrency=work.concurrency,
            floor_tok_s=work.floor_tok_s, ttft_s=work.ttft_s, hours_per_day=work.hours_per_day,
            prompt_tokens_per_day=self._tokens((*way, "prompt_tokens_per_day"), work.prompt_tokens_per_day, 0),
            output_tokens_per_day=self._tokens((*way, "output_tokens_per_day"), work.output_tokens_per_day, 0),
            must=work.must,
        )  # fmt: skip

    def _tokens(self, way: Loc, given: int | str, least: int) -> int:
        amount = tokens(given)
        if amount is None or amount < least:
            self._wrong(way, f"should be a whole number of tokens from {least} on, as 32768, 32k or 1M")
        return amount or 0

    def _machine(self, way: Loc, typed: str) -> str:
        return self._found(way, typed, lambda: find.hardware(self.facts, typed).id)

    def _bandwidth(self, way: Loc, typed: float | str | None) -> float | None:
        """In GB/s."""
        if typed is None:
            return None
        try:
            return units.to_gb(host_bandwidth_bytes_s(self.facts, typed))
        except AdvisorError as error:
            self.problems.append(self.place.problem(way, str(error)))
            self.only_names &= isinstance(error, UnknownName)
            return None

    def _model(self, way: Loc, typed: str, kind: str = "text") -> str:
        names = self.facts.names
        if kind == "image" and names.exact("pipelines", typed):
            return names.find("pipelines", typed)
        return self._found(way, typed, lambda: find.model(self.facts, typed).id)

    def _quant(self, way: Loc, typed: str) -> str:
        return self._found(way, typed, lambda: find.quant(self.facts, typed).id)

    def _found(self, way: Loc, typed: str, resolve: Callable[[], str]) -> str:
        try:
            return resolve()
        except AdvisorError as error:
            self.problems.append(self.place.problem(way, str(error)))
            self.only_names &= isinstance(error, UnknownName)
            return typed

    def _wrong(self, way: Loc, message: str) -> None:
        self.only_names = False
        self.problems.append(self.place.problem(way, message))


def _codes(fields: NeedFields) -> list[tuple[Loc, str]]:
    return [
        (("exchange", number, side), code)
        for number, rate in enumerate(fields.exchange)
        for side, code in (("of", rate.of), ("to", rate.to))
    ]
