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

IN_WINDOWS = {
    "rtx-3090": (23332, "github-index-61367705697"),
    "rtx-4090": (22988, "github-index-57814369355"),
    "rtx-5090": (30991, "github-index-61367705697"),
}
"""Id → MiB llama.cpp saw free there before anything was loaded."""

BESIDE_A_CONTEXT = {
    "rtx-3090": (23845, "github-index-43121383699", "279 of 24124 MiB; 351 on the card with the display"),
    "rtx-4090": (
        23612,
        "llama.cpp-23679",
        "468 of 24080 MiB; 472 and 476 at other times, 451 to 456 in llama.cpp's PR 15860",
    ),
    "rtx-5090": (
        31600,
        "github-index-53110813666",
        "about 509 of 32109 MiB, as another log prints its size; that one shows 31331",
    ),
    "rtx-pro-6000-maxq": (96727, "github-index-61072120234", "561 of 97288 MiB"),
}
"""Id → MiB llama.cpp saw free under Linux once its CUDA context was there, the page, and what the context took."""

ELSEWHERE = {
    "arc-a770": (("visible", 15473, "github-index-51972670378"),),
    "arc-pro-b70": (
        ("visible", 32656, "llama.cpp-arc-pro-b70"),
        ("free at start", 32402, "llama.cpp-arc-pro-b70"),
    ),
}
"""Id → what llama.cpp printed of cards no llama-fit-params run has, in MiB."""


GTT = "shared memory (GTT) set to 96 GiB"
VGM = "Variable Graphics Memory"
NOT_AS_IT_COMES = (
    "96 GiB is the most AMD's driver for Windows offers, and Linux can be set to it and beyond; as the machine comes the GPU "
    "has less. What is free of it was given to the program, 504 MiB less; a machine with 108 GiB showed 255 MiB less"
)


def seen_memory(data: Path, pages: Pages) -> dict[str, list[dict[str, Any]]]:
    """Rows of `usable` by hardware id, in binary gigabytes."""
    runs = json.loads((data / "llama_cpp_fit.json").read_text(encoding="utf-8"))["hw"]
    seen: dict[str, list[dict[str, Any]]] = {}
    for devices in runs.values():
        for device in devices.split(","):
            name, total_mib, free_mib = device.split(":")[:3]
            if name in CARDS:
                seen[CARDS[name]] = _as_given(pages, name, int(total_mib), int(free_mib))
    for hardware_id, (free_mib, page) in IN_WINDOWS.items():
        seen[hardware_id].append(_row("free at start", free_mib, page, pages, os="windows"))
    for hardware_id, (free_mib, page, note) in BESIDE_A_CONTEXT.items():
        row = _row("free beside a context", free_mib, page, pages, os="linux", note=note)
        seen.setdefault(hardware_id, []).append(row)
    for hardware_id, rows in ELSEWHERE.items():
        seen[hardware_id] = [_row(*row, pages) for row in rows]
    seen["dgx-spark"] = _spark(pages)
    seen["strix-halo-128"] = [*seen["strix-halo-128"], *_strix_halo(pages)]
    return seen


def _row(meaning: str, mib: int, page: str, pages: Pages, note: str | None = None, **more: Any) -> dict[str, Any]:
    row = {"meaning": meaning, "gib": round(mib / 1024, 3), **more, "source": pages.cite(page)}
    return row if note is None else {**row, "note": note}


def _as_given(pages: Pages, name: str, total_mib: int, free_mib: int) -> list[dict[str, Any]]:
    more = {"os": "linux", "setting": GTT} if name == "8060S" else {}
    rows = [
        _row("visible", total_mib, "llama-fit-params-runs", pages, **more),
        _row("free at start", free_mib, "llama-fit-params-runs", pages, assumed=True, **more),
    ]
    if name == "8060S":
        rows[1]["note"] = NOT_AS_IT_COMES
    return rows


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
    rocm, kyuz0, amd = (pages.cite(page) for page in ("rocm-docs-strix-halo", "kyuz0-strix-results", "amd-vgm-faq"))
    linux, windows = {"os": "linux"}, {"os": "windows"}
    return [
        {
            "meaning": "policy",
            "share": 0.5,
            **linux,
            "source": rocm,
            "note": "shared memory (GTT) is about half of what is installed",
        },
        {"meaning": "reached", "gib": 120.0, **linux, "setting": "ttm.pages_limit=31457280", "source": kyuz0},
        {"meaning": "reached", "gib": 124.0, **linux, "setting": "ttm.pages_limit=32505856", "source": kyuz0},
        {"meaning": "policy", "gib": 96.0, **windows, "setting": f"{VGM} at 96 GB", "source": amd},
        {"meaning": "policy", "gib": 112.0, **windows, "setting": f"{VGM} at 96 GB and 16 GB shared", "source": amd},
    ]
