"""A small catalog written below a temporary folder, for tests that change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "sources/lab.yaml": """\
title: Numbers from the lab
tier: 2
published: "2026-01"
accessed: "2026-11-20"
""",
    "sources/maker.yaml": """\
title: Data sheet
tier: 1
accessed: "2026-11-19"
""",
    "models/owl-8b.yaml": """\
name: Owl 8B
repository: nest/Owl-8B
aliases: [owl8, the owl]
provenance: verbatim
sources: [maker]
context_tokens: 32_768
vocabulary: 1000
hidden: 512
tied_embeddings: true
blocks:
  plain:
    attention: {heads: 8, kv_heads: 2, head_width: 64}
    dense: {width: 2048}
layout:
- blocks: [plain]
  repeat: 4
artifacts:
- {quant: q8_0, source: maker, size_gib: 1.5}
""",
    "models/owl-8b-tuned.yaml": """\
name: Owl 8B tuned
provenance: derived
sources: [maker]
same_architecture_as: owl-8b
tied_embeddings: false
""",
    "quants/q8_0.yaml": """\
name: Q8_0
container: gguf
rule: block
block: {weights: 32, bytes: 34}
bits_per_weight: 8.5
sources: [maker]
""",
    "quants/bf16.yaml": """\
name: BF16
aliases: [bfloat16]
container: safetensors
rule: block
block: {weights: 1, bytes: 2}
bits_per_weight: 16
sources: [maker]
""",
    "hardware/card-24.yaml": """\
name: Card 24 GB
aliases: [c24, "7900 xtx"]
vendor: Acme
kind: discrete gpu
platform: cuda
advertised_gb: 24
bandwidth_gb_s: 1000
sources: {all: [maker]}
""",
    "hardware/card-16-ti.yaml": """\
name: Card 16 Ti
vendor: Acme
kind: discrete gpu
platform: cuda
advertised_gb: 16
sources: {all: [maker]}
""",
    "hardware/dgx-box.yaml": """\
name: Box
aliases: [box]
vendor: Acme
kind: unified soc
platform: cuda
advertised_gb: 128
sources: {advertised_gb: [maker]}
""",
    "hardware/copy-box.yaml": """\
name: Copied Box
vendor: Copy
kind: unified soc
platform: cuda
same_as: dgx-box
""",
    "hardware/dgx-box-x2.yaml": """\
name: Two Boxes
vendor: Acme
kind: system
members: [{device: dgx-box, count: 2}]
nodes: 2
links:
- {kind: cable, bandwidth_gb_s: 25, between: nodes, source: maker}
""",
    "hardware/card-24+card-16-ti.yaml": """\
name: Desktop
aliases: [24+16ti]
vendor: Acme
kind: system
members: [{device: card-24}, {device: card-16-ti}]
host: {memory_gb: 64, source: lab}
""",
    "runtimes/runner.cpp.yaml": """\
name: runner.cpp
family: runner
containers: [gguf]
backends:
  cuda: {platforms: [cuda], source: maker}
splits: {layers: true, layers_over_unequal: true, tensors: false, host: true, nodes: false, source: maker}
cache_rule: llama.cpp
kv_types: [f16]
versions:
- {version: "b1", date: "2026-01-05", source: maker}
sources: [maker]
""",
    "benchmarks/dgx-box/lab.yaml": """\
common:
  kind: decode
  model: owl-8b
  quant: q8_0
  conditions: {runtime: runner.cpp, runtime_version: b1, depth_tokens: 0}
rows:
- id: lab-1
  decode_tok_s: 50.5
- id: lab-2
  conditions: {depth_tokens: 4096, date: 2026-02-05}
  decode_tok_s: 45
  other: {seconds: 1.5, warm: true, note: as printed}
- id: lab-3
  model: null
  kind: power
  power_w: 100
""",
    "prices/dgx-box.yaml": """\
rows:
- {kind: msrp, condition: new, currency: USD, price: 3999, date: "2026-02", source: lab}
- {kind: street, condition: used, currency: EUR, price: 3000, date: "2026-10-01", source: lab}
""",
    "costs/electricity.yaml": """\
rows:
- {about: household tariff, region: DE, currency: EUR, unit: EUR per kWh, value: 0.3, date: "2026", source: lab}
""",
    "quality/owl-8b.yaml": """\
rows:
- {benchmark: quiz, score: 55, reported_by: author, source: lab}
""",
    "compatibility/formats.yaml": """\
rows:
- {hardware: any, status: works, source: lab}
""",
    "pipelines/painter.yaml": """\
name: Painter
components:
- {component: unet, parameters: 1_000_000}
sources: [lab]
""",
}


def write_catalog(folder: Path) -> Path:
    """The small catalog at `folder`."""
    write_files(folder, FILES)
    return folder


def write_files(folder: Path, files: dict[str, str]) -> Path:
    """Each text at its path below `folder`."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder
