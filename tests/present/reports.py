"""Reports the tests look at: decisions over the shipped catalog for small needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.decide.decision import decide
from advisor.decide.need_file import read_need
from advisor.present.report import report

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration
    from advisor.present.report_tree import Document

COMMAND = "advisor report need.yaml -o report.html"

OWNER = """\
title: A Spark beside a desktop?
region: EU
currency: EUR
prices_as_of: 2026-10-31
owns: [{machine: rtx-4090+rtx-5070-ti}]
considers: [{machine: dgx-spark}, {machine: asus-gx10, price: 2999, price_date: 2026-10-01}]
workloads:
- {name: flash, model: glm-4.7-flash, context: 32k, prompt: 4k, floor_tok_s: 30, prompt_tokens_per_day: 1M, output_tokens_per_day: 100k}
- {name: large, model: gpt-oss-120b, context: 32k, prompt: 4k, floor_tok_s: 30, prompt_tokens_per_day: 1M, output_tokens_per_day: 100k}
- {name: dense, model: llama-3.3-70b, quants: [q4_k_m], context: 8k, floor_tok_s: 10, must: false}
- {name: lora, kind: training, model: qwen3-30b-a3b, context: 4k}
"""
TEAM = """\
title: <Twenty> people & one *server*
region: US
currency: USD
considers: [{machine: rtx-pro-6000}, {machine: 2x dgx-spark}, {machine: rtx-3090, condition: used}]
workloads:
- {name: chat, model: gpt-oss-120b, context: 16k, prompt: 4k, concurrency: 20, floor_tok_s: 15, hours_per_day: 8, output_tokens_per_day: 4M}
limits: {budget: 20000}
"""
POOR = """\
region: US
currency: USD
considers: [{machine: rtx-pro-6000}]
workloads: [{model: gpt-oss-120b, floor_tok_s: 15}]
limits: {budget: 100}
"""
COMPOSED = """\
region: US
currency: USD
owns: [{machine: rtx-3090}]
considers: [{machine: 2x rtx-4060-ti-16}]
workloads: [{model: gpt-oss-20b, context: 8k, floor_tok_s: 10}]
limits: {budget: 3000}
"""
"""A machine the catalog has no entry of."""
NEEDS = {"owner": OWNER, "team": TEAM, "poor": POOR}


def made(facts: Facts, calibration: Calibration, text: str, folder: Path) -> Document:
    """The report of a need written as YAML."""
    path = folder / "need.yaml"
    path.write_text(text, encoding="utf-8")
    return report(facts, calibration, decide(facts, calibration, read_need(facts, path)), COMMAND)
