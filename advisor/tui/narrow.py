"""Which models and machines a filter leaves, and in which order they stand."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from advisor import units
from advisor.catalog import find
from advisor.catalog.measured import rows_of
from advisor.decide.grid import smallest_bytes
from advisor.errors import AdvisorError, UnknownName
from advisor.estimate.machine import machine
from advisor.estimate.parameters import parameters
from advisor.evidence.observations import tier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Model
    from advisor.tui.filter import Filter, Term

DEAREST = {"tier": 1, "params": 2, "active": 2, "gb": 3}
"""What takes long to know is asked last, of the models that are left."""


class Shelf:
    """Models and machines of the catalog, the most measured first, with what a filter compares worked out once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._machines: dict[str, Hardware] = {}
        self._amounts: dict[tuple[str, str], float | None] = {}

    @cached_property
    def _rows(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Measured rows of each model and of each machine."""
        return rows_of(self.facts)

    @cached_property
    def every_model(self) -> tuple[str, ...]:
        """Ids of all models, the most measured first, those whose layers nobody knows last."""
        counts, models = self._rows[0], self.facts.models
        return tuple(sorted(models, key=lambda name: (not models[name].is_sized, -counts.get(name, 0), name)))

    @cached_property
    def every_machine(self) -> tuple[str, ...]:
        """Ids of all machines, the most measured first; what rebadges another comes after it."""
        counts, known = self._rows[1], self.facts.hardware
        return tuple(sorted(known, key=lambda name: (bool(known[name].same_as), -counts.get(name, 0), name)))

    @cached_property
    def usual_machines(self) -> tuple[str, ...]:
        """Those whose memory the catalog states: the others cannot be bought as they stand there, nor run anything."""
        return tuple(name for name in self.every_machine if self._is_sized(self.facts.hardware[name]))

    def _is_sized(self, hardware: Hardware) -> bool:
        parts = machine(hardware, self.facts.hardware.__getitem__).devices
        return bool(parts) and all(part.hardware.advertised_bytes for part in parts)

    @cached_property
    def every_runtime(self) -> tuple[tuple[str, int], ...]:
        """Ids of all runtimes with the rows measured with each, the most measured first; those whose memory nobody can predict last."""
        counts, known = Counter(row.conditions.runtime for row in self.facts.records.values()), self.facts.runtimes
        order = sorted(known, key=lambda name: (bool(known[name].refuses_memory), -counts[name], name))
        return tuple((name, counts[name]) for name in order)

    @cached_property
    def runtimes(self) -> tuple[str, ...]:
        """Ids of those whose memory can be predicted."""
        return tuple(each.id for each in self.facts.runtimes.values() if not each.refuses_memory)

    def machine(self, name: str) -> Hardware:
        """The machine of that name or composition. Raises UnknownName, UsageError."""
        if name not in self._machines:
            self._machines[name] = find.hardware(self.facts, name)
        return self._machines[name]

    def models(self, wanted: Filter) -> tuple[str, ...]:
        """Ids of the models every term holds for."""
        terms = sorted(wanted.terms, key=lambda term: DEAREST.get(term.measure or "", 0))
        return tuple(name for name in self.every_model if all(self._holds(name, term) for term in terms))

    def machines(self, wanted: Filter, stated: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Ids of the machines any of the names is in; a name in none is taken as a composition. Raises UnknownName.

        Without names, every machine whose memory is known, also as stated.
        """
        if not wanted.machines:
            return self.usual_machines + tuple(name for name in stated if name not in self.usual_machines)
        found: list[str] = []
        for name in wanted.machines:
            inside = [each for each in self.every_machine if name in each or name in self._spelled(each)]
            found += inside or [self._composed(name)]
        return tuple(dict.fromkeys(found))

    def quant(self, name: str) -> str:
        """Id of the format of that name; empty for none. Raises UnknownName."""
        return find.quant(self.facts, name).id if name else ""

    def _composed(self, name: str) -> str:
        try:
            return self.machine(name).id if name in self.facts.hardware else self._remembered(name)
        except UnknownName:
            raise
        except AdvisorError as reason:
            raise UnknownName("machine", name) from reason

    def _remembered(self, name: str) -> str:
        """The name under which the machine is found again: its id, or the composition as typed."""
        found = self.machine(name)
        return found.id if found.id in self.facts.hardware else name

    def _spelled(self, name: str) -> str:
        entry = self.facts.hardware[name]
        return " ".join((entry.name, *entry.aliases)).lower()

    def _holds(self, name: str, term: Term) -> bool:
        if term.measure:
            return term.holds(self._amount(name, term.measure))
        model = self.facts.models[name]
        if term.text == "measured":
            held = name in self._rows[0]
        elif term.text in {"moe", "dense"}:
            held = model.is_sized and any(block.moe for block in model.blocks.values()) == (term.text == "moe")
        else:
            held = any(word in name or word in model.name.lower() for word in term.text.split(",") if word)
        return held != term.negated

    def _amount(self, name: str, measure: str) -> float | None:
        """What the filter compares; None where nobody knows."""
        if (name, measure) not in self._amounts:
            self._amounts[name, measure] = self._worked_out(self.facts.models[name], measure)
        return self._amounts[name, measure]

    def _worked_out(self, model: Model, measure: str) -> float | None:
        if measure == "ctx":
            return model.context_tokens
        if measure == "gb":
            size = smallest_bytes(self.facts, model)
            return None if size is None else units.to_gb(size)
        if measure == "tier":
            return min((tier(self.facts, row) for row in self.facts.records_for(model.id)), default=None)
        counted = parameters(model)
        if counted is None:
            return None
        return counted.total if measure == "params" else counted.read_per_token
