"""The shipped catalog as a whole; what its facts say is tested elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.catalog import find
from advisor.catalog.check import references
from advisor.catalog.kinds import KINDS, KindName
from advisor.catalog.snapshot import Snapshot, write

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog


@pytest.fixture(scope="module")
def snapshot(catalog: Catalog) -> Snapshot:
    """The shipped catalog, once through a snapshot."""
    return Snapshot(write(catalog, "key", {}))


def test_everything_fits_together(catalog: Catalog) -> None:
    assert [str(problem) for problem in references(catalog)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_survives_the_snapshot(catalog: Catalog, snapshot: Snapshot, kind: KindName) -> None:
    entries = list(catalog.of(kind).values())
    assert entries
    assert list(getattr(snapshot, kind).values()) == entries


def test_every_group_survives_the_snapshot(catalog: Catalog, snapshot: Snapshot) -> None:
    for model in {record.model for record in catalog.records.values()}:
        assert snapshot.records_for(model) == catalog.records_for(model) != ()
    for machine in catalog.hardware:
        assert snapshot.prices_for(machine) == catalog.prices_for(machine)
    assert snapshot.names == catalog.names


def test_every_model_answers_to_its_id_its_aliases_and_its_repository_in_any_case(snapshot: Snapshot) -> None:
    for model in snapshot.models.values():
        for name in (model.id, *model.aliases, *([model.repository] if model.repository else [])):
            assert find.model(snapshot, name.upper()).id == model.id
            assert find.model(snapshot, name.lower()).id == model.id


def test_every_machine_answers_to_its_id_and_aliases_in_any_case(snapshot: Snapshot) -> None:
    for machine in snapshot.hardware.values():
        for name in (machine.id, *machine.aliases):
            assert find.hardware(snapshot, name.upper()).id == machine.id


def test_every_system_is_found_by_its_devices_in_any_order(snapshot: Snapshot) -> None:
    for system in (machine for machine in snapshot.hardware.values() if machine.members):
        typed = [f"{member.count}x {member.device}" for member in system.members]
        assert find.hardware(snapshot, "+".join(typed)).id == system.id
        assert find.hardware(snapshot, " + ".join(reversed(typed))).id == system.id
