"""Machines the input lacks, and systems made of several: Macs of 2026, cards with price rows only, boxes with measured rows only."""

from collections.abc import Iterable
from typing import Any

from scripts.convert.hardware_sources import Pages

_APPLE: dict[str, Any] = {
    "vendor": "Apple",
    "kind": "unified soc",
    "platform": "metal",
    "native_formats": ["fp16", "bf16"],
    "architecture": "Apple GPU (Metal)",
}
_NEW_MACS = {"announced": "2026-08-25", "on_sale": "2026-09-22"}


_TWO_TABLES = ("whichllm-gpu", "github-index-51867339602")

APPLE_CHIPS: dict[str, dict[str, Any]] = {
    "apple-m2": {
        **_APPLE,
        "name": "Apple M2",
        "aliases": ["m2"],
        "memory_type": "LPDDR5",
        "bandwidth_gb_s": 100.0,
        "sources": {"bandwidth_gb_s": _TWO_TABLES, "advertised_gb": ("newatlas-mac-mini-m2",)},
    },
    "apple-m2-pro": {
        **_APPLE,
        "name": "Apple M2 Pro",
        "aliases": ["m2 pro"],
        "memory_type": "LPDDR5",
        "bandwidth_gb_s": 200.0,
        "sources": {"bandwidth_gb_s": _TWO_TABLES, "advertised_gb": ("newatlas-mac-mini-m2",)},
    },
    "apple-m3": {
        **_APPLE,
        "name": "Apple M3",
        "aliases": ["m3"],
        "memory_type": "LPDDR5",
        "bandwidth_gb_s": 100.0,
        "sources": {"bandwidth_gb_s": _TWO_TABLES},
    },
    "apple-m5-ultra": {
        **_APPLE,
        **_NEW_MACS,
        "name": "Apple M5 Ultra (Mac Studio)",
        "aliases": ["m5 ultra", "mac studio m5 ultra"],
        "memory_type": "LPDDR5X",
        "bandwidth_gb_s": 1200.0,
        "sources": {
            "all": ("github-index-69439914852",),
            "announced": ("github-index-60872215515",),
            "on_sale": ("github-index-60872215515",),
        },
        "notes": "64-core GPU with 96 GB, 80-core GPU with more; same bandwidth. Maximum continuous power 480 W by Apple.",
    },
    "apple-m6": {
        **_APPLE,
        **_NEW_MACS,
        "name": "Apple M6 (Mac mini)",
        "aliases": ["m6", "mac mini m6"],
        "bandwidth_gb_s": 170.0,
        "sources": {"all": ("sunkcost-hardware", "github-index-60872215515")},
    },
    "apple-m5-max-32c": {
        **_APPLE,
        "name": "Apple M5 Max (32-core GPU)",
        "aliases": ["m5 max 36gb"],
        "memory_type": "LPDDR5X",
        "bandwidth_gb_s": 460.0,
        "sources": {"all": ("github-index-69439914852", "github-index-51867339602")},
    },
    "apple-m3-max-30c": {
        **_APPLE,
        "name": "Apple M3 Max (30-core GPU)",
        "aliases": [],
        "memory_type": "LPDDR5",
        "bandwidth_gb_s": 300.0,
        "sources": {"bandwidth_gb_s": ("github-index-51867339602",)},
        "conflicts": ["400 GB/s where the machine has the 40-core GPU"],
        "notes": "Which memory sizes came with the 30-core GPU is not stated by a page that was read.",
    },
}
"""Chips by the key that variants share: everything but memory."""

OF_ONE_SIZE: dict[str, dict[str, Any]] = {
    "apple-m5-ultra-512": {"on_sale": "2026-10"},
    "apple-m6-16": {
        "bandwidth_gb_s": 153.0,
        "conflicts": ["up to 170 GB/s by a page that gives one figure for all sizes"],
    },
}
"""id → what differs from the chip's other sizes."""


DEVICES: dict[str, dict[str, Any]] = {
    "rtx-pro-4500": {
        "name": "NVIDIA RTX PRO 4500 Blackwell",
        "aliases": ["pro 4500"],
        "vendor": "NVIDIA",
        "kind": "discrete gpu",
        "platform": "cuda",
        "advertised_gb": 32.0,
        "bandwidth_gb_s": 896.0,
        "native_formats": ["fp8", "nvfp4", "mxfp4", "mxfp8", "int8", "bf16", "fp16"],
        "compute_capability": "12.0",
        "architecture": "Blackwell",
        "power_w": 200.0,
        "sources": {"all": ("github-index-70484951351",)},
        "notes": "No page gives its compute rates.",
    },
    "v100-sxm2-16": {
        "name": "NVIDIA Tesla V100 SXM2 16GB",
        "aliases": ["v100 sxm2"],
        "vendor": "NVIDIA",
        "kind": "accelerator",
        "platform": "cuda",
        "advertised_gb": 16.0,
        "memory_type": "HBM2",
        "bandwidth_gb_s": 900.0,
        "fp16_tflops": 125.0,
        "compute_basis": "comparison table of NVIDIA's A100 whitepaper",
        "native_formats": ["fp16"],
        "compute_capability": "7.0",
        "architecture": "Volta",
        "power_w": 300.0,
        "sources": {"all": ("github-index-62596529326",)},
    },
    "rtx-3080-ti-laptop": {
        "name": "NVIDIA GeForce RTX 3080 Ti Laptop GPU (115 W)",
        "aliases": ["3080 ti laptop"],
        "vendor": "NVIDIA",
        "kind": "discrete gpu",
        "platform": "cuda",
        "advertised_gb": 16.0,
        "compute_capability": "8.6",
        "architecture": "Ampere",
        "power_w": 115.0,
        "sources": {"all": ("qwen38-mtp-56",)},
        "notes": "No page that was read gives its bandwidth or compute rates.",
    },
    "core-ultra-7-155h": {
        "name": "Intel Core Ultra 7 155H",
        "aliases": ["155h"],
        "vendor": "Intel",
        "kind": "cpu",
        "platform": "cpu",
        "architecture": "x86-64",
        "sources": {"all": ("localmaxxing-dpenev98",)},
        "notes": "The rows state neither memory size nor speed.",
    },
    "unknown": {
        "name": "Machine not stated",
        "vendor": "not stated",
        "kind": "not stated",
        "notes": "Holds measured rows whose page does not say what they ran on, or only in part. It has no memory and no "
        "bandwidth, so nothing can be estimated for it.",
    },
}
"""Single machines the input has rows or prices for, but no entry."""

_SPARKS = {"vendor": "NVIDIA", "kind": "system"}

SYSTEMS: dict[str, dict[str, Any]] = {
    "2x-dgx-spark": {
        **_SPARKS,
        "name": "2x NVIDIA DGX Spark",
        "aliases": ["dgx-spark-x2", "2x dgx-spark", "2x dgx spark", "2x spark", "2xspark", "2x-spark", "dual spark"],
        "members": [{"device": "dgx-spark", "count": 2}],
        "nodes": 2,
        "links": [
            {
                "kind": "ConnectX-7 200GbE, one QSFP cable",
                "bandwidth_gb_s": 25.0,
                "between": "nodes",
                "source": "playbooks-connect-two-sparks",
            }
        ],
        "sources": {"all": ("playbooks-connect-two-sparks",)},
    },
    "4x-dgx-spark": {
        **_SPARKS,
        "name": "4x NVIDIA DGX Spark",
        "aliases": ["4x dgx-spark", "4x dgx spark", "4x spark", "4xspark", "4x-spark"],
        "members": [{"device": "dgx-spark", "count": 4}],
        "nodes": 4,
        "links": [{"kind": "RoCE over ConnectX-7", "between": "nodes", "source": "btankut"}],
        "sources": {"all": ("btankut",)},
        "notes": "Through a switch, or as a ring without one; the rows say which.",
    },
}
"""Boxes joined by a link."""

DESKTOP_HOST = {
    "cpu": "AMD Ryzen 7 5800X3D",
    "memory_gb": 64.0,
    "memory_type": "DDR4",
    "source": "seed-report-own",
    "note": "The page gives 64 GB and no speed; DDR4 because the processor takes nothing else.",
}
"""The computer around the RTX 4090 and the RTX 5070 Ti."""


def cite(entries: Iterable[dict[str, Any]], pages: Pages) -> None:
    """Register every page the entries above name."""
    for entry in entries:
        for ids in entry.get("sources", {}).values():
            for page in ids:
                pages.cite(page)
