"""Catalog folders read whole: messages, completion of rows, overlays, shared architectures."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from advisor.catalog.load import load_catalog
from advisor.errors import CatalogError, CatalogInvalid
from tests.catalog.mini import FILES, write_catalog, write_files

if TYPE_CHECKING:
    from pathlib import Path


def messages(folder: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> list[str]:
    """Problems of the small catalog with these files put in."""
    write_files(write_catalog(folder), files)
    monkeypatch.chdir(folder)
    with pytest.raises(CatalogInvalid) as caught:
        load_catalog([folder])
    return str(caught.value).splitlines()


SOURCE = FILES["sources/lab.yaml"]
MISTAKES = {
    "number for text": (
        "sources/lab.yaml",
        SOURCE.replace("Numbers from the lab", "1.10"),
        "sources/lab.yaml:1: title: should be text (got 1.1); quote it",
    ),
    "unknown field": (
        "sources/lab.yaml",
        SOURCE.replace("published", "publishd"),
        "sources/lab.yaml:3: publishd: no such field; did you mean published?",
    ),
    "missing field": ("sources/lab.yaml", SOURCE.replace("tier: 2\n", ""), "sources/lab.yaml:1: tier: is missing"),
    "not one of these": (
        "sources/lab.yaml",
        SOURCE.replace("tier: 2", "tier: 4"),
        "sources/lab.yaml:2: tier: should be 0, 1, 2 or 3 (got 4)",
    ),
    "no date": (
        "sources/lab.yaml",
        SOURCE.replace('"2026-01"', "Jan 2026"),
        'sources/lab.yaml:3: published: should be a date: YYYY, YYYY-MM or YYYY-MM-DD (got "Jan 2026")',
    ),
    "id inside": (
        "sources/lab.yaml",
        SOURCE + "id: lab\n",
        "sources/lab.yaml:5: id: comes from the file's place; leave it out",
    ),
    "text for number": (
        "hardware/card-24.yaml",
        FILES["hardware/card-24.yaml"].replace("1000", "fast"),
        'hardware/card-24.yaml:7: bandwidth_gb_s: should be a number (got "fast")',
    ),
    "not finite": (
        "hardware/card-24.yaml",
        FILES["hardware/card-24.yaml"].replace("1000", ".inf"),
        "hardware/card-24.yaml:7: bandwidth_gb_s: should be a finite number (got Infinity)",
    ),
    "negative": (
        "hardware/card-24.yaml",
        FILES["hardware/card-24.yaml"].replace("1000", "-5"),
        "hardware/card-24.yaml:7: bandwidth_gb_s: should be greater than 0 (got -5)",
    ),
    "YAML 1.1 no": (
        "models/owl-8b.yaml",
        FILES["models/owl-8b.yaml"].replace("tied_embeddings: true", "tied_embeddings: no"),
        'models/owl-8b.yaml:9: tied_embeddings: should be true or false (got "no")',
    ),
    "quoted count": (
        "models/owl-8b.yaml",
        FILES["models/owl-8b.yaml"].replace("hidden: 512", 'hidden: "512"'),
        'models/owl-8b.yaml:8: hidden: should be a whole number (got "512")',
    ),
    "fraction of a count": (
        "models/owl-8b.yaml",
        FILES["models/owl-8b.yaml"].replace("hidden: 512", "hidden: 512.0"),
        "models/owl-8b.yaml:8: hidden: should be a whole number (got 512.0)",
    ),
    "unknown field far inside": (
        "models/owl-8b.yaml",
        FILES["models/owl-8b.yaml"].replace("head_width: 64", "head_width: 64, windw: 9"),
        "models/owl-8b.yaml:12: blocks.plain.attention.windw: no such field; did you mean window?",
    ),
    "text for a list": (
        "models/owl-8b.yaml",
        FILES["models/owl-8b.yaml"].replace("[maker]", "maker"),
        'models/owl-8b.yaml:5: sources: should be a list (got "maker")',
    ),
    "list for fields": (
        "models/owl-8b.yaml",
        FILES["models/owl-8b.yaml"].replace("dense: {width: 2048}", "dense: [2048]"),
        "models/owl-8b.yaml:13: blocks.plain.dense: should be a mapping of fields (got a list)",
    ),
    "number in a row": (
        "benchmarks/dgx-box/lab.yaml",
        FILES["benchmarks/dgx-box/lab.yaml"].replace("50.5", "-3"),
        "benchmarks/dgx-box/lab.yaml:8: rows.0.decode_tok_s: should be greater than 0 (got -3)",
    ),
    "once for all rows": (
        "benchmarks/dgx-box/lab.yaml",
        FILES["benchmarks/dgx-box/lab.yaml"].replace("runtime_version: b1", "runtime_version: 1.1"),
        "benchmarks/dgx-box/lab.yaml:5: common.conditions.runtime_version: should be text (got 1.1); quote it",
    ),
    "row's own condition": (
        "benchmarks/dgx-box/lab.yaml",
        FILES["benchmarks/dgx-box/lab.yaml"].replace("date: 2026-02-05", "dates: 2026-02-05"),
        "benchmarks/dgx-box/lab.yaml:10: rows.1.conditions.dates: no such field; did you mean date?",
    ),
    "several types": (
        "benchmarks/dgx-box/lab.yaml",
        FILES["benchmarks/dgx-box/lab.yaml"].replace("seconds: 1.5", "seconds: [1.5]"),
        "benchmarks/dgx-box/lab.yaml:12: rows.1.other.seconds: should be a number, text, true or false (got a list)",
    ),
    "row without id": (
        "benchmarks/dgx-box/lab.yaml",
        FILES["benchmarks/dgx-box/lab.yaml"].replace("- id: lab-1\n  decode", "- decode"),
        "benchmarks/dgx-box/lab.yaml:7: rows.0.id: is missing",
    ),
    "no rows": ("prices/dgx-box.yaml", "rows: []\n", "prices/dgx-box.yaml:1: rows: holds no rows"),
    "row that is no mapping": (
        "prices/dgx-box.yaml",
        "rows:\n- 3999\n",
        "prices/dgx-box.yaml:2: rows.0: should be a mapping (`name: value`) (got 3999)",
    ),
    "undated price": (
        "prices/dgx-box.yaml",
        FILES["prices/dgx-box.yaml"].replace(' date: "2026-02",', ""),
        "prices/dgx-box.yaml:2: rows.0.date: is missing",
    ),
    "two rows of one id": (
        "benchmarks/dgx-box/maker.yaml",
        "rows:\n- {id: lab-2, kind: decode, decode_tok_s: 1}\n",
        "benchmarks/dgx-box/maker.yaml:2: rows.0.id: 'lab-2' is also the id of benchmarks/dgx-box/lab.yaml:9",
    ),
    "other ending": ("models/x.yml", "name: x\n", "models/x.yml: is not read: a catalog file ends in .yaml"),
    "wrong folder": (
        "benchmarks/lab.yaml",
        "rows: []\n",
        "benchmarks/lab.yaml: is in the wrong folder; its place is benchmarks/<machine>/<source>.yaml",
    ),
    "impossible id": ("sources/My Lab.yaml", SOURCE, "sources/My Lab.yaml: 'My Lab' cannot be an id"),
    "architecture of nobody": (
        "models/owl-8b-tuned.yaml",
        FILES["models/owl-8b-tuned.yaml"].replace("as: owl-8b", "as: raven"),
        "models/owl-8b-tuned.yaml:4: same_architecture_as: names no model: 'raven'",
    ),
    "architecture of itself": (
        "models/owl-8b-tuned.yaml",
        FILES["models/owl-8b-tuned.yaml"].replace("as: owl-8b", "as: owl-8b-tuned"),
        "models/owl-8b-tuned.yaml:4: same_architecture_as: leads in a circle",
    ),
}


@pytest.mark.parametrize(("path", "text", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake_is_one_message_with_file_line_and_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, text: str, message: str
) -> None:
    found = messages(tmp_path, monkeypatch, {path: text})
    assert len(found) == 1
    assert found[0].startswith(message)


def test_architectures_in_a_circle_are_reported_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = FILES["models/owl-8b-tuned.yaml"]
    circle = {
        "models/a.yaml": text.replace("as: owl-8b", "as: b"),
        "models/b.yaml": text.replace("as: owl-8b", "as: a"),
        "models/c.yaml": text.replace("as: owl-8b", "as: a"),
    }
    found = messages(tmp_path, monkeypatch, circle)
    assert found == [
        "models/a.yaml:4: same_architecture_as: leads in a circle back to 'b'",
        "models/b.yaml:4: same_architecture_as: leads in a circle back to 'a'",
    ]


def test_mistakes_of_all_files_come_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "models/bad.yaml": "name: [\n",
        "sources/lab.yaml": SOURCE.replace("tier: 2", "tier: 9\nurl: 5"),
        "prices/dgx-box.yaml": "rows:\n- {}\n",
    }
    found = messages(tmp_path, monkeypatch, files)
    assert [line.split(":")[0] for line in found] == ["models/bad.yaml"] + ["prices/dgx-box.yaml"] * 5 + [
        "sources/lab.yaml"
    ] * 2


def test_common_fills_rows_and_conditions_key_by_key(tmp_path: Path) -> None:
    catalog = load_catalog([write_catalog(tmp_path)])
    first, second, third = (catalog.records[f"lab-{number}"] for number in (1, 2, 3))
    assert (first.model, first.kind, first.conditions.depth_tokens, first.conditions.date) == (
        "owl-8b",
        "decode",
        0,
        None,
    )
    assert (second.conditions.runtime, second.conditions.depth_tokens) == ("runner.cpp", 4096)
    assert second.conditions.date == "2026-02-05"
    assert second.other == {"seconds": 1.5, "warm": True, "note": "as printed"}
    assert (third.model, third.kind) == (None, "power")
    assert (first.hardware, first.source) == ("dgx-box", "lab")


def test_rows_are_numbered_from_one_and_know_their_subject(tmp_path: Path) -> None:
    catalog = load_catalog([write_catalog(tmp_path)])
    assert list(catalog.prices) == ["dgx-box#1", "dgx-box#2"]
    assert catalog.prices["dgx-box#2"].hardware == "dgx-box"
    assert catalog.costs["electricity#1"].topic == "electricity"
    assert catalog.quality["owl-8b#1"].model == "owl-8b"
    assert catalog.compatibility_for("formats")[0].id == "formats#1"


def test_shared_architecture_fills_what_the_file_leaves_out(tmp_path: Path) -> None:
    catalog = load_catalog([write_catalog(tmp_path)])
    base, tuned = catalog.models["owl-8b"], catalog.models["owl-8b-tuned"]
    assert tuned.layers == base.layers
    assert tuned.context_tokens == 32_768
    assert not tuned.tied_embeddings, "a value the file states is kept, although it is the default"
    assert (tuned.artifacts, tuned.repository, tuned.provenance) == ((), None, "derived")


def test_shared_architecture_is_followed_over_several_models(tmp_path: Path) -> None:
    text = FILES["models/owl-8b-tuned.yaml"]
    write_files(write_catalog(tmp_path), {"models/a-third.yaml": text.replace("as: owl-8b", "as: owl-8b-tuned")})
    catalog = load_catalog([tmp_path])
    assert catalog.models["a-third"].layers == catalog.models["owl-8b"].layers


def test_overlay_entry_replaces_the_shipped_one_and_is_marked_yours(tmp_path: Path) -> None:
    shipped = write_catalog(tmp_path / "shipped")
    mine = write_files(
        tmp_path / "mine",
        {
            "hardware/card-24.yaml": FILES["hardware/card-24.yaml"].replace("1000", "900"),
            "models/my-owl.yaml": FILES["models/owl-8b-tuned.yaml"],
        },
    )
    catalog = load_catalog([shipped, mine])
    assert catalog.hardware["card-24"].bandwidth_gb_s == 900
    assert catalog.origin("hardware", "card-24") == "yours"
    assert catalog.origin("hardware", "dgx-box") == "shipped"
    assert catalog.models["my-owl"].layers == catalog.models["owl-8b"].layers
    assert set(catalog.origins) == {("hardware", "card-24"), ("models", "my-owl")}


def test_overlay_file_of_rows_replaces_the_file_of_the_same_path_whole(tmp_path: Path) -> None:
    shipped = write_catalog(tmp_path / "shipped")
    mine = write_files(
        tmp_path / "mine",
        {
            "benchmarks/dgx-box/lab.yaml": "rows:\n- {id: lab-9, kind: power, power_w: 90}\n",
            "prices/dgx-box.yaml": FILES["prices/dgx-box.yaml"].replace("3999", "3500").rsplit("- ", 1)[0],
        },
    )
    catalog = load_catalog([shipped, mine])
    assert list(catalog.records) == ["lab-9"]
    assert [price.price for price in catalog.prices.values()] == [3500]
    assert catalog.origin("prices", "dgx-box#1") == "yours"


def test_overlay_record_replaces_the_shipped_record_of_its_id(tmp_path: Path) -> None:
    shipped = write_catalog(tmp_path / "shipped")
    mine = write_files(
        tmp_path / "mine", {"benchmarks/dgx-box/maker.yaml": "rows:\n- {id: lab-1, kind: decode, decode_tok_s: 7}\n"}
    )
    catalog = load_catalog([shipped, mine])
    assert (catalog.records["lab-1"].decode_tok_s, catalog.records["lab-1"].source) == (7, "maker")
    assert len(catalog.records) == 3


def test_folder_without_a_catalog_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="holds no catalog"):
        load_catalog([tmp_path])


def test_hidden_files_and_notes_are_left_alone(tmp_path: Path) -> None:
    write_files(
        write_catalog(tmp_path), {"models/.draft.yaml": "{", "models/README.md": "words", "models/x.yaml~": "{"}
    )
    assert len(load_catalog([tmp_path]).models) == 2


@pytest.mark.parametrize("broken", [True, False])
def test_garbage_collector_is_on_again_afterwards(tmp_path: Path, *, broken: bool) -> None:
    write_catalog(tmp_path)
    if broken:
        write_files(tmp_path, {"models/x.yaml": "{"})
        with pytest.raises(CatalogInvalid):
            load_catalog([tmp_path])
    else:
        load_catalog([tmp_path])
    assert gc.isenabled()
