"""How hardware.yaml writes figures and their pages, read into ours."""

import re
from typing import Any

from scripts.convert.hardware_sources import Pages

LANE_GB_S = {"3.0": 0.984375, "4.0": 1.96875, "5.0": 3.9375}
"""One lane, one direction, after 128b/130b coding: rounded so that sixteen of them are 15.75, 31.5 and 63 GB/s."""

FIGURES_OF = {
    "memory, bandwidth, tdp, pcie, clocks, SM count, launch date": ("all",),
    "bandwidth cross-check": ("bandwidth_gb_s",),
    "bandwidth": ("bandwidth_gb_s",),
    "memory, bandwidth": ("advertised_gb", "bandwidth_gb_s"),
    "bandwidth, tflops": ("bandwidth_gb_s", "fp16_tflops", "int8_tops"),
    "fp16, bandwidth": ("fp16_tflops", "bandwidth_gb_s"),
    "tflops": ("fp16_tflops", "fp8_tflops", "fp4_tflops", "int8_tops"),
    "tflops, tdp": ("fp16_tflops", "fp8_tflops", "int8_tops", "power_w"),
    "fp4/fp8": ("fp4_tflops", "fp8_tflops"),
    "tdp": ("power_w",),
    "tdp, cc": ("power_w", "compute_capability"),
    "tdp, date": ("power_w", "announced"),
    "compute capability": ("compute_capability",),
    "figures": ("all",),
    "cross-check": ("all",),
    "rows": ("all",),
}
"""The input's words for what a page supports → figures."""

PAGES_OF = (
    ("whichllm", ("whichllm-gpu",)),
    ("A100 whitepaper", ("github-index-62596529326",)),
    ("llm-tracker.info/MI300X", ("llm-tracker-mi300x",)),
    ("llm-tracker.info/howto/Intel", ("llm-tracker-intel-xe2",)),
    ("lhl/strix-halo-testing", ("lhl-strix-halo-llm-bench",)),
    ("worldmagazine", ("worldmagazine-431260",)),
    ("63556598664, 57379936868", ("github-index-63556598664", "github-index-57379936868")),
    ("20341149265", ("github-index-20341149265",)),
    ("Cross-Framework", ("jetson-orin-cross-framework",)),
    ("cutile-kernels", ("playbooks-cutile-kernels",)),
    ("57710460905", ("github-index-57710460905",)),
    ("arithmetic: channels", ("computed-bandwidth",)),
    ("ai-benchmarks/issues/10", ("geerling-ai-benchmarks-10",)),
)
"""A part of the input's text → the pages it means."""

_DERIVED = re.compile(r"derived: (\d+) SMs x ([\d/None]+) FLOP per SM per clock .* x boost ([\d.]+) GHz")


def number(value: object) -> float | None:
    """The figure as a float; None stays None."""
    return None if value is None else float(str(value))


def host_link_rate(link: str) -> float:
    """GB/s in one direction of a link written `PCIe 4.0 x16`."""
    found = re.fullmatch(r"PCIe (\d\.0) x(\d+)", link)
    assert found, link
    return LANE_GB_S[found[1]] * int(found[2])


def compute_basis(words: str | None) -> str | None:
    """Where the compute figures come from, shorter than the input says it."""
    if words is None or words.startswith("unverified"):
        return None
    found = _DERIVED.match(words)
    if found is None:
        return words.replace("unverified: general knowledge, not confirmed in a source", "not confirmed by a page")
    rates = zip(("fp16", "fp8", "fp4", "int8"), found[2].split("/"), strict=True)
    listed = ", ".join(f"{rate} {name}" for name, rate in rates if rate != "None")
    return (
        f"derived: {found[1]} SMs x operations a clock ({listed}) x {found[3]} GHz boost; "
        "the formula gives NVIDIA's own figures for RTX 3090, 4090 and 5090"
    )


def cited(row: dict[str, Any], pages: Pages) -> dict[str, tuple[str, ...]]:
    """Figure → source ids, from the row's free text. Raises KeyError for words nobody has mapped."""
    found: dict[str, tuple[str, ...]] = {}
    for words, text in row["sources"].items():
        for figure in FIGURES_OF[words]:
            found[figure] = (*found.get(figure, ()), *_pages(text, pages))
    return {figure: ids for figure, ids in found.items() if ids}


def _pages(text: str, pages: Pages) -> tuple[str, ...]:
    if text.startswith("unverified"):
        return ()
    if "techpowerup" in text:
        return (pages.techpowerup(text),)
    if "aiconfigurator" in text:
        return (pages.aiconfigurator(text),)
    for part, wanted in PAGES_OF:
        if part in text:
            return tuple(pages.cite(page) for page in wanted)
    raise KeyError(text)
