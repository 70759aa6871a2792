"""Templates and the format page follow the schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from advisor.catalog import yaml_text
from advisor.catalog.describe import format_page
from advisor.catalog.kinds import KINDS, KindName
from advisor.catalog.load import load_catalog, load_file
from advisor.catalog.schema.model import Block, Model
from advisor.catalog.schema.record import Conditions, Record
from advisor.catalog.shape import fields_of, schema_at
from advisor.catalog.templates import TEMPLATES, TemplateName, template
from tests.catalog.mini import write_catalog

if TYPE_CHECKING:
    from pathlib import Path

KIND_OF: dict[TemplateName, KindName] = {
    "benchmark": "records",
    "model": "models",
    "hardware": "hardware",
    "source": "sources",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_is_yaml_and_names_every_field_once(name: TemplateName) -> None:
    text = template(name)
    assert yaml_text.parse(text.encode(), "template")
    kind = KINDS[KIND_OF[name]]
    top = re.findall(r"^  #?(\w+):" if name == "benchmark" else r"^#?(\w+):", text, re.MULTILINE)
    for shape in fields_of(kind.schema):
        assert top.count(shape.name) == (shape.name not in kind.from_path), shape.name


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_with_every_field_opened_is_still_yaml_of_known_fields(name: TemplateName) -> None:
    text, opened = template(name), ""
    while opened != text:
        # A # before a name, a dash or an indented line closes a field; one before a space starts a remark.
        opened, text = text, re.sub(r"^( *)#(?=\w|-|  )", r"\1", text, flags=re.MULTILINE)
    data = yaml_text.parse(text.encode(), "template")
    rows = [{**data["common"], **data["rows"][0]}] if name == "benchmark" else [data]
    schema = KINDS[KIND_OF[name]].schema
    for row in rows:
        assert set(row) == {shape.name for shape in fields_of(schema)} - set(KINDS[KIND_OF[name]].from_path)


def test_filled_benchmark_template_is_a_valid_file(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path)
    text = template("benchmark")
    for field, value in {
        "kind": "decode",
        "model": "owl-8b",
        "runtime_version": '"1.10"',
        "date": "2026-02-05",
        "id": "maker-1",
        "decode_tok_s": "41.1",
        "where": "table 2, row 3",
    }.items():
        text, count = re.subn(rf"^( +{field}:)$", rf"\1 {value}", text, flags=re.MULTILINE)
        assert count == 1
    path = folder / "benchmarks/dgx-box/maker.yaml"
    path.write_text(text, encoding="utf-8")
    ((record, _),) = load_file(path, KINDS["records"])
    assert isinstance(record, Record)
    assert record.conditions == Conditions(runtime_version="1.10", date="2026-02-05")
    assert load_catalog([folder]).records["maker-1"].decode_tok_s == 41.1


def test_format_page_describes_every_class_and_field() -> None:
    page = format_page()
    for kind in KINDS.values():
        section = page.split(f"## {kind.folder}/\n")[1]
        for shape in fields_of(kind.schema):
            assert (f"`{shape.name}`" in section) or shape.name in kind.from_path
    for nested in ("Conditions", "Attention", "Mamba2", "UsableMemory", "BlockLayout"):
        assert page.count(f"### {nested}\n") == 1
    assert "| **`name`** | text | display name |" in page


def test_way_through_the_schema_ends_at_the_class_that_stands_there() -> None:
    assert schema_at(Model, ("blocks", "any name")) is Block
    assert schema_at(Record, ("conditions",)) is Conditions
    assert schema_at(Record, ("conditions", "date")) is None
    assert schema_at(Model, ("nothing",)) is None
    assert schema_at(Record, ()) is Record
