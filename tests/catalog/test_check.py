"""What no single file can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.catalog.check import references, unused_sources
from advisor.catalog.load import load_catalog
from tests.catalog.mini import FILES, write_catalog, write_files

if TYPE_CHECKING:
    from pathlib import Path


def changed(path: str, old: str, new: str) -> dict[str, str]:
    """The small catalog's file with one text replaced."""
    assert old in FILES[path]
    return {path: FILES[path].replace(old, new)}


BENCHMARK = "benchmarks/dgx-box/lab.yaml"
CASES = {
    "source": (
        changed("models/owl-8b.yaml", "sources: [maker]", "sources: [maker, nobody]"),
        "models/owl-8b.yaml:5: sources.1: no source has the id 'nobody'",
    ),
    "source of a figure": (
        changed("hardware/dgx-box.yaml", "{advertised_gb: [maker]}", "{advertised_gb: [nobody]}"),
        "hardware/dgx-box.yaml:7: sources.advertised_gb.0: no source has the id 'nobody'",
    ),
    "source of a link": (
        changed("hardware/dgx-box-x2.yaml", "source: maker", "source: nobody"),
        "hardware/dgx-box-x2.yaml:7: links.0.source: no source has the id 'nobody'",
    ),
    "source of a backend": (
        changed("runtimes/runner.cpp.yaml", "platforms: [cuda], source: maker", "platforms: [cuda], source: nobody"),
        "runtimes/runner.cpp.yaml:5: backends.cuda.source: no source has the id 'nobody'",
    ),
    "quantization of an artifact": (
        changed("models/owl-8b.yaml", "{quant: q8_0", "{quant: q9"),
        "models/owl-8b.yaml:18: artifacts.0.quant: no quantization has the id 'q9'",
    ),
    "alias instead of id": (
        changed(BENCHMARK, "model: owl-8b", "model: Owl8"),
        "benchmarks/dgx-box/lab.yaml:3: common.model: no model or pipeline has the id 'Owl8'; its id is owl-8b",
    ),
    "runtime of a condition": (
        changed(BENCHMARK, "runtime: runner.cpp", "runtime: walker"),
        "benchmarks/dgx-box/lab.yaml:5: common.conditions.runtime: no runtime has the id 'walker'",
    ),
    "member of a system": (
        changed("hardware/dgx-box-x2.yaml", "device: dgx-box", "device: gone"),
        "hardware/dgx-box-x2.yaml:4: members.0.device: no machine has the id 'gone'",
    ),
    "system in a system": (
        changed("hardware/dgx-box-x2.yaml", "device: dgx-box", "device: card-24+card-16-ti"),
        "hardware/dgx-box-x2.yaml:4: members.0.device: card-24+card-16-ti is itself a system",
    ),
    "members of a card": (
        changed("hardware/dgx-box-x2.yaml", "kind: system", "kind: cpu"),
        "hardware/dgx-box-x2.yaml:3: kind: a system has `members`",
    ),
    "more boxes than devices": (
        changed("hardware/dgx-box-x2.yaml", "nodes: 2", "nodes: 3"),
        "hardware/dgx-box-x2.yaml:5: nodes: 3 boxes for 2 devices",
    ),
    "rebadged from nothing": (
        changed("hardware/copy-box.yaml", "same_as: dgx-box", "same_as: gone"),
        "hardware/copy-box.yaml:5: same_as: no machine has the id 'gone'",
    ),
    "figure without source": (
        changed("hardware/dgx-box.yaml", "sources:", "power_w: 100\nsources:"),
        "hardware/dgx-box.yaml:7: power_w: has no source",
    ),
    "source of no figure": (
        changed("hardware/dgx-box.yaml", "{advertised_gb: [maker]}", "{advertised_gb: [maker], speed: [maker]}"),
        "hardware/dgx-box.yaml:7: sources.speed: no field is called so",
    ),
    "machine of a price file": (
        {"prices/gone.yaml": FILES["prices/dgx-box.yaml"]},
        "prices/gone.yaml:1: no machine has the id 'gone'",
    ),
    "machine of a benchmark folder": (
        {"benchmarks/gone/lab.yaml": FILES[BENCHMARK].replace("id: lab", "id: other")},
        "benchmarks/gone/lab.yaml:1: no machine has the id 'gone'",
    ),
    "source of a benchmark file": (
        {"benchmarks/dgx-box/gone.yaml": FILES[BENCHMARK].replace("id: lab", "id: other")},
        "benchmarks/dgx-box/gone.yaml:1: no source has the id 'gone'",
    ),
    "model of a quality file": (
        {"quality/gone.yaml": FILES["quality/owl-8b.yaml"]},
        "quality/gone.yaml:1: no model has the id 'gone'",
    ),
    "name of another model": (
        changed("models/owl-8b-tuned.yaml", "name:", "aliases: [OWL8]\nname:"),
        "models/owl-8b-tuned.yaml:1: aliases.0: 'OWL8' is also a name of the model owl-8b",
    ),
    "repository of another model": (
        changed("models/owl-8b-tuned.yaml", "name:", "repository: nest/owl_8b\nname:"),
        "models/owl-8b-tuned.yaml:1: repository: 'nest/owl_8b' is also a name of the model owl-8b",
    ),
    "name of another kind": (
        changed("quants/bf16.yaml", "[bfloat16]", "[Box]"),
        "hardware/dgx-box.yaml:2: aliases.0: 'box' is also a name of the quantization bf16",
    ),
    "ahead of the catalog": (
        changed("prices/dgx-box.yaml", '"2026-10-01"', '"2026-12"'),
        "prices/dgx-box.yaml:3: rows.1.date: 2026-12 lies after 2026-11-20, when the newest source was read",
    ),
    "read before published": (
        changed("sources/maker.yaml", "tier: 1", 'tier: 1\npublished: "2026-11-20"'),
        "sources/maker.yaml:3: published: 2026-11-20 lies after 2026-11-19, when it was read",
    ),
    "layer of no block": (
        changed("models/owl-8b.yaml", "- blocks: [plain]", "- blocks: [plain, fancy]"),
        "models/owl-8b.yaml:15: layout.0.blocks.1: no block is called 'fancy'",
    ),
    "block of no layer": (
        changed("models/owl-8b.yaml", "blocks:\n  plain", "blocks:\n  spare: {}\n  plain"),
        "models/owl-8b.yaml:11: blocks.spare: no layer is made of this block",
    ),
    "layers that cannot be sized": (
        changed("models/owl-8b.yaml", "hidden: 512\n", ""),
        "models/owl-8b.yaml:13: layout: layers without `hidden` and `vocabulary` cannot be sized",
    ),
    "mix without base": (
        changed("quants/q8_0.yaml", "rule: block", "rule: ggml-mix"),
        "quants/q8_0.yaml:3: rule: rule ggml-mix needs `base`",
    ),
    "base without a block": (
        {
            **changed("quants/q8_0.yaml", "rule: block", "base: bf16\nrule: ggml-mix"),
            **changed("quants/bf16.yaml", "rule: block\nblock: {weights: 1, bytes: 2}", "rule: published"),
        },
        "quants/q8_0.yaml:3: base: bf16 has no `block` to build a mix around",
    ),
    "base of nothing": (
        changed("quants/q8_0.yaml", "rule: block", "base: gone\nrule: block"),
        "quants/q8_0.yaml:3: base: no quantization has the id 'gone'",
    ),
    "price without an amount": (
        changed("prices/dgx-box.yaml", "price: 3999, ", ""),
        "prices/dgx-box.yaml:2: rows.0.price: is missing, and so is a range",
    ),
    "price outside its range": (
        changed("prices/dgx-box.yaml", "price: 3999", "price: 3999, low: 4500"),
        "prices/dgx-box.yaml:2: rows.0.price: low, middle and high should rise",
    ),
    "money of no currency": (
        changed("prices/dgx-box.yaml", "currency: USD", "currency: dollars"),
        "prices/dgx-box.yaml:2: rows.0.currency: is no currency code",
    ),
    "tariff without a date": (
        changed("costs/electricity.yaml", 'date: "2026", ', ""),
        "costs/electricity.yaml:2: rows.0.date: is missing: no price is used without its date",
    ),
    "tariff of nowhere": (
        changed("costs/electricity.yaml", "region: DE, ", ""),
        "costs/electricity.yaml:2: rows.0.region: is missing; every row of electricity has it",
    ),
    "tariff that ended before it began": (
        changed("costs/electricity.yaml", 'date: "2026"', 'date: "2026-07", until: "2026-06"'),
        "costs/electricity.yaml:2: rows.0.until: 2026-06 lies before 2026-07, when it began",
    ),
    "too many devices": (
        changed(BENCHMARK, "- id: lab-1", "- id: lab-1\n  devices: 4000"),
        "benchmarks/dgx-box/lab.yaml:8: rows.0.devices: 4000 devices",
    ),
}


@pytest.mark.parametrize(("files", "message"), CASES.values(), ids=CASES.keys())
def test_what_does_not_fit_together_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], message: str
) -> None:
    write_files(write_catalog(tmp_path), files)
    monkeypatch.chdir(tmp_path)
    found = [str(problem) for problem in references(load_catalog([tmp_path]))]
    assert len(found) == 1
    assert found[0].startswith(message)


def test_sound_catalog_has_no_problems(tmp_path: Path) -> None:
    catalog = load_catalog([write_catalog(tmp_path)])
    assert references(catalog) == []
    assert unused_sources(catalog) == []


def test_wrong_folder_name_is_reported_once_not_once_a_row(tmp_path: Path) -> None:
    write_files(write_catalog(tmp_path), {"benchmarks/gone/lab.yaml": FILES[BENCHMARK].replace("id: lab", "id: other")})
    assert len(references(load_catalog([tmp_path]))) == 1


def test_announced_machine_may_go_on_sale_after_the_catalog(tmp_path: Path) -> None:
    write_files(write_catalog(tmp_path), changed("hardware/card-24.yaml", "vendor", 'on_sale: "2027-03"\nvendor'))
    assert references(load_catalog([tmp_path])) == []


@pytest.mark.parametrize(
    ("figures", "sound"),
    [
        ("bandwidth_gb_s: 273", False),
        ("bandwidth_gb_s: 273\nunverified: [bandwidth_gb_s]", True),
        ("bandwidth_gb_s: 273\nsources: {bandwidth_gb_s: [maker]}", True),
        ("bandwidth_gb_s: 273\nsources: {all: [maker]}", True),
        ("fp16_tflops: 100", False),
        ("fp16_tflops: 100\ncompute_basis: 4 units at 1 GHz", True),
        ("launch_price: {value: 1, currency: USD, source: maker}", True),
    ],
)
def test_figure_has_a_source_or_is_marked_unverified(tmp_path: Path, figures: str, *, sound: bool) -> None:
    write_files(write_catalog(tmp_path), changed("hardware/dgx-box.yaml", "sources: {advertised_gb: [maker]}", figures))
    found = references(load_catalog([tmp_path]))
    assert [problem.field for problem in found] == ([] if sound else [figures.partition(":")[0]])


def test_year_alone_is_not_after_a_day_of_that_year(tmp_path: Path) -> None:
    write_files(write_catalog(tmp_path), changed("prices/dgx-box.yaml", '"2026-10-01"', '"2026"'))
    assert references(load_catalog([tmp_path])) == []


def test_uncited_source_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(write_catalog(tmp_path), {"sources/idle.yaml": FILES["sources/lab.yaml"]})
    monkeypatch.chdir(tmp_path)
    assert list(map(str, unused_sources(load_catalog([tmp_path])))) == [
        "sources/idle.yaml:1: nothing cites this source"
    ]
