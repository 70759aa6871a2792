"""How much of a machine's memory can be had, as somebody saw it."""

import json
from pathlib import Path
from typing import Any

from scripts.convert.hardware_sources import Pages

CARDS = {
    "RTX 3060": "rtx-3060-12",
    "RTX 3090": "rtx-3090",
    "RTX 4060 Ti": "rtx-4060-ti-16",
    "RTX 4090": "rtx-4090",
    "RTX 5070 Ti": "rtx-5070-ti",
    "RTX 5090": "rtx-5090",
    "RTX PRO 6000": "rtx-pro-6000",
    "8060S": "strix-halo-128",
}
"""Name in the llama-fit-params runs → id. GB10 is left out: better-documented figures stand below."""

SMALL_MAC_GB = 36


def seen_memory(data: Path, pages: Pages) -> dict[str, list[dict[str, Any]]]:
    """Rows of `usable` by hardware id, in binary gigabytes."""
    runs = json.loads((data / "llama_cpp_fit.json").read_text(encoding="utf-8"))["hw"]
    seen: dict[str, list[dict[str, Any]]] = {}
    for devices in runs.values():
        for device in devices.split(","):
            name, total_mib, free_mib = device.split(":")[:3]
            if name in CARDS:
                seen[CARDS[name]] = _as_given(pages, name, int(total_mib), int(free_mib))
    seen["dgx-spark"] = _spark(pages)
    seen["strix-halo-128"] = [*seen["strix-halo-128"], *_strix_halo(pages)]
    return seen


def wired_limit(advertised_gb: float, pages: Pages) -> list[dict[str, Any]]:
    """What macOS lets the GPU hold by default."""
    if advertised_gb <= SMALL_MAC_GB:
        source, share, words = "mac-wired-limit-guides", 0.67, "stated as about 65 to 70 %"
    else:
        source, share, words = "mlx-lm-readme", 0.75, "stated as about 75 % (64 GB gives 48) by guides, not by Apple"
    note = f"{words}; raised with sysctl iogpu.wired_limit_mb, which a restart resets"
    return [{"meaning": "wired limit", "share": share, "source": pages.cite(source), "note": note}]


def _as_given(pages: Pages, name: str, total_mib: int, free_mib: int) -> list[dict[str, Any]]:
    given: dict[str, Any] = {"source": pages.cite("llama-fit-params-runs")}
    if name == "8060S":
        given["note"] = "shared memory (GTT) set to 96 GiB"
    return [
        {"meaning": "visible", "gib": round(total_mib / 1024, 3), **given},
        {"meaning": "free at start", "gib": round(free_mib / 1024, 3), **given},
    ]


def _spark(pages: Pages) -> list[dict[str, Any]]:
    atlas = pages.cite("atlas")
    return [
        {
            "meaning": "visible",
            "gib": 121.69,
            "source": pages.cite("teaql"),
            "note": "130,663,165,952 bytes; 121.63 and 119.6 GiB on other firmware and kernels",
        },
        {
            "meaning": "free at start",
            "gib": 114.83,
            "source": atlas,
            "note": "of 121.63 GiB; the page cache counts against it until it is dropped",
        },
        {
            "meaning": "reached",
            "gib": 121.0,
            "runtime": "sglang",
            "source": atlas,
            "note": "mem-fraction-static 0.95, the extreme; vLLM at 0.9 left 1.81 GiB and swapped 6.82 GiB",
        },
    ]


def _strix_halo(pages: Pages) -> list[dict[str, Any]]:
    rocm = pages.cite("rocm-docs-strix-halo")
    return [
        {
            "meaning": "reached",
            "gib": 120.0,
            "source": pages.cite("kyuz0-strix-results"),
            "note": "Linux with ttm.pages_limit=31457280; 32505856 gives 124 GiB",
        },
        {
            "meaning": "policy",
            "share": 0.5,
            "source": rocm,
            "note": "Linux without that setting: shared memory (GTT) is about half of what is installed",
        },
        {
            "meaning": "policy",
            "gib": 96.0,
            "source": pages.cite("amd-vgm-faq"),
            "note": "Windows, Variable Graphics Memory; 112 GB with 16 GB shared",
        },
    ]
