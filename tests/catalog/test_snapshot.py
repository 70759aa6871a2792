"""One file instead of a thousand: current or not used, whole or made again."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from advisor.catalog import fingerprint
from advisor.catalog.check import references
from advisor.catalog.contents import Catalog
from advisor.catalog.kinds import KINDS
from advisor.catalog.load import load_catalog
from advisor.catalog.snapshot import Snapshot, open_catalog, read, write
from advisor.errors import CatalogInvalid
from tests.catalog.mini import FILES, write_catalog, write_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from advisor.catalog.contents import JSON, Facts


class Counting:
    """What is computed once; counts how often that is."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, catalog: Catalog) -> Mapping[str, JSON]:
        """How many records there are, and how often this was asked."""
        self.times += 1
        return {"count": {"records": len(catalog.records), "times": self.times}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small catalog."""
    return write_catalog(tmp_path / "catalog")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Where snapshots are kept; not there yet."""
    return tmp_path / "cache" / "advisor"


def opened(folder: Path, cache: Path | None, extras: Counting) -> Facts:
    """The catalog by way of the cache alone."""
    return open_catalog([folder], extras, shipped=folder / "none.json", cache=cache)


def test_snapshot_offers_what_the_catalog_offers(folder: Path) -> None:
    catalog = load_catalog([folder])
    snapshot = Snapshot(write(catalog, "key", {"calibration": {"rows": [1, 2.5, None]}}))
    for kind in KINDS:
        assert list(getattr(snapshot, kind).items()) == list(catalog.of(kind).items())
        assert list(getattr(snapshot, kind).values()) == list(catalog.of(kind).values())
    for model in ("owl-8b", "owl-8b-tuned", "nobody", None):
        assert snapshot.records_for(model) == catalog.records_for(model)
    assert snapshot.prices_for("dgx-box") == catalog.prices_for("dgx-box") != ()
    assert snapshot.costs_for("electricity") == catalog.costs_for("electricity") != ()
    assert snapshot.quality_for("owl-8b") == catalog.quality_for("owl-8b") != ()
    assert snapshot.compatibility_for("formats") == catalog.compatibility_for("formats") != ()
    assert (snapshot.names, snapshot.date) == (catalog.names, catalog.date)
    assert snapshot.extra("calibration") == {"rows": [1, 2.5, None]}
    assert snapshot.extra("other") is None


def test_snapshot_knows_what_is_yours(folder: Path, tmp_path: Path) -> None:
    mine = write_files(tmp_path / "mine", {"sources/me.yaml": FILES["sources/lab.yaml"]})
    snapshot = Snapshot(write(load_catalog([folder, mine]), "key", {}))
    assert snapshot.origin("sources", "me") == "yours"
    assert snapshot.origin("sources", "lab") == "shipped"


def test_entries_are_decoded_once(folder: Path) -> None:
    snapshot = Snapshot(write(load_catalog([folder]), "key", {}))
    assert snapshot.models["owl-8b"] is snapshot.models["owl-8b"]
    assert snapshot.records["lab-1"] is snapshot.records_for("owl-8b")[0]
    with pytest.raises(KeyError):
        snapshot.models["nobody"]


def test_second_opening_reads_the_snapshot(folder: Path, cache: Path) -> None:
    extras = Counting()
    first, second = opened(folder, cache, extras), opened(folder, cache, extras)
    assert extras.times == 1
    assert second.extra("count") == first.extra("count") == {"records": 3, "times": 1}
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize("path", sorted(FILES))
def test_one_changed_byte_makes_a_new_snapshot(folder: Path, cache: Path, path: str) -> None:
    extras = Counting()
    opened(folder, cache, extras)
    with (folder / path).open("a", encoding="utf-8") as file:
        file.write("#")
    opened(folder, cache, extras)
    assert extras.times == 2
    assert len(list(cache.iterdir())) == 1


def test_changed_value_is_in_the_new_snapshot(folder: Path, cache: Path) -> None:
    assert opened(folder, cache, Counting()).hardware["card-24"].bandwidth_gb_s == 1000
    path = folder / "hardware/card-24.yaml"
    before = path.stat()
    path.write_text(path.read_text().replace("1000", "1001"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert opened(folder, cache, Counting()).hardware["card-24"].bandwidth_gb_s == 1001


def test_key_depends_on_names_and_order_but_not_on_where_the_catalog_is(folder: Path, tmp_path: Path) -> None:
    elsewhere = write_catalog(tmp_path / "other" / "place")
    key = fingerprint.key([folder])
    assert fingerprint.key([elsewhere]) == key
    assert fingerprint.key([folder, elsewhere]) != key
    (elsewhere / "sources/lab.yaml").rename(elsewhere / "sources/labs.yaml")
    assert fingerprint.key([elsewhere]) != key


def test_key_depends_on_the_code(folder: Path, tmp_path: Path) -> None:
    package = write_files(
        tmp_path / "advisor", {"evidence/calibrate.py": "A = 1\n", "catalog/data/models/x.py": "A = 1\n"}
    )
    key = fingerprint.key([folder], package)
    (package / "catalog/data/models/x.py").write_text("A = 2\n")
    assert fingerprint.key([folder], package) == key
    (package / "evidence/calibrate.py").write_text("A = 2\n")
    assert fingerprint.key([folder], package) != key


@pytest.mark.parametrize(
    "damage", ["cut", "flipped in the head", "flipped in the body", "flipped at the end", "emptied", "other text"]
)
def test_damaged_snapshot_is_made_again(folder: Path, cache: Path, damage: str) -> None:
    extras = Counting()
    opened(folder, cache, extras)
    (path,) = cache.iterdir()
    raw = bytearray(path.read_bytes())
    if damage == "cut":
        raw = raw[:-100]
    elif damage == "emptied":
        raw = bytearray()
    elif damage == "other text":
        raw = bytearray(b"not a snapshot\n")
    else:
        raw[{"flipped in the head": 14, "flipped in the body": len(raw) // 2, "flipped at the end": -1}[damage]] ^= 1
    path.write_bytes(raw)
    assert opened(folder, cache, extras).models["owl-8b"].name == "Owl 8B"
    assert extras.times == 2
    opened(folder, cache, extras)
    assert extras.times == 2


def test_every_flipped_byte_is_noticed(folder: Path, tmp_path: Path) -> None:
    raw = write(load_catalog([folder]), "key", {})
    path = tmp_path / "snapshot.json"
    for place in range(0, len(raw), 97):
        changed = bytearray(raw)
        changed[place] ^= 4
        path.write_bytes(changed)
        assert read(path, "key") is None
    path.write_bytes(raw)
    assert read(path, "key") is not None
    assert read(path, "other") is None


def test_shipped_snapshot_is_used_when_its_key_is_right(folder: Path, cache: Path, tmp_path: Path) -> None:
    shipped = tmp_path / "snapshot.json"
    shipped.write_bytes(write(load_catalog([folder]), fingerprint.key([folder]), {"count": "shipped"}))
    assert open_catalog([folder], shipped=shipped, cache=cache).extra("count") == "shipped"
    assert not cache.exists()
    write_files(folder, {"sources/new.yaml": FILES["sources/lab.yaml"]})
    assert open_catalog([folder], shipped=shipped, cache=cache).extra("count") is None


def test_snapshot_of_another_key_is_removed(folder: Path, cache: Path) -> None:
    write_files(cache, {"snapshot-0123.json": "{}", "snapshot-9.part": "half", "other.json": "{}"})
    opened(folder, cache, Counting())
    assert sorted(path.name for path in cache.iterdir()) == [
        "other.json",
        f"snapshot-{fingerprint.key([folder])[:16]}.json",
    ]


def test_place_that_cannot_be_written_is_ignored(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    extras = Counting()
    for _ in range(2):
        assert opened(folder, tmp_path / "file" / "cache", extras).models["owl-8b"].hidden == 512
    assert extras.times == 2
    assert opened(folder, None, extras).date == "2026-11-20"


def test_folder_in_the_snapshots_place_is_ignored(folder: Path, cache: Path) -> None:
    kept = cache / f"snapshot-{fingerprint.key([folder])[:16]}.json"
    kept.mkdir(parents=True)
    assert opened(folder, cache, Counting()).models["owl-8b"].hidden == 512
    assert [path.name for path in cache.iterdir()] == [kept.name]


def test_broken_catalog_is_an_error_and_leaves_no_snapshot(folder: Path, cache: Path) -> None:
    write_files(folder, {"hardware/card-24.yaml": "name: ["})
    with pytest.raises(CatalogInvalid):
        opened(folder, cache, Counting())
    write_files(folder, {"hardware/card-24.yaml": FILES["hardware/card-24.yaml"].replace("maker", "nobody")})
    assert references(load_catalog([folder]))
    with pytest.raises(CatalogInvalid, match="no source has the id 'nobody'"):
        opened(folder, cache, Counting())
    assert not cache.exists()


def test_snapshot_is_two_lines_of_table_and_then_sections(folder: Path) -> None:
    raw = write(load_catalog([folder]), "the key", {})
    head, table, body = raw.split(b"\n", 2)
    assert json.loads(head)["key"] == "the key"
    sections = json.loads(table)["sections"]
    assert set(sections) == {"names", "origins", *KINDS}
    assert max(end for _, end in sections.values()) == len(body)


def test_facts_name_the_same_fields_as_the_kinds() -> None:
    assert [each.name for each in fields(Catalog)][: len(KINDS)] == list(KINDS)
