"""What macOS lets the GPU hold by default, by memory size: Metal's recommendedMaxWorkingSetSize as runtimes print it."""

from typing import Any

from scripts.convert.hardware_sources import Pages

CURRENT: dict[int, tuple[float, str]] = {
    8: (5.333, "github-index-68590136907"),
    16: (11.84, "llmfit-pr-754"),
    18: (13.32, "github-index-69102636138"),
    24: (17.76, "github-index-61575257260"),
    32: (24.96, "github-index-55402432722"),
    36: (28.08, "github-index-52400665146"),
    48: (37.44, "github-index-61667257535"),
    64: (51.84, "github-index-68619016303"),
    128: (107.52, "github-index-51939765091"),
    256: (222.6, "rapid-mlx-pr-183"),
    512: (464.0, "github-index-70199872464"),
}
"""Size in GB → GiB under macOS 26 or 27, and the page that shows it."""

BELOW: dict[int, tuple[float, int]] = {96: (0.81, 64), 192: (0.84, 128)}
"""Size no page shows → the share of the next smaller size, and that size. The share never falls with the size."""

OLDER: dict[int, tuple[float, str]] = {
    16: (10.667, "llama-cpp-python-687"),
    24: (16.0, "github-index-3123112729"),
    32: (21.333, "ollama-434"),
    36: (27.0, "github-index-63159938615"),
    48: (36.0, "mac-wired-limit-guides"),
    64: (48.0, "llama.cpp-1870"),
    96: (72.0, "llama.cpp-3213"),
    128: (96.0, "mac-wired-limit-guides"),
    192: (144.0, "mac-wired-limit-guides"),
    256: (208.0, "github-index-13803191686"),
}
"""The same under macOS 15 and before, where it was another figure."""

BEFORE_MACOS_26 = ("apple-m1", "apple-m2", "apple-m3", "apple-m4")
RAISED = "sudo sysctl iogpu.wired_limit_mb=N raises it until a restart"


def wired_limit(hardware_id: str, advertised_gb: float, pages: Pages) -> list[dict[str, Any]]:
    """Rows of `usable` of one Mac: the limit of today's macOS, and the lower one of before where the machine may run that."""
    size = int(advertised_gb)
    row: dict[str, Any] = {"meaning": "wired limit", "os": "macos"}
    if size in CURRENT:
        gib, page = CURRENT[size]
        rows = [{**row, "gib": gib, "source": pages.cite(page), "note": f"macOS 26 and later; {RAISED}"}]
    else:
        share, like = BELOW[size]
        page = CURRENT[like][1]
        words = f"macOS 26 and later; the share of machines with {like} GB, because no page shows one of this size"
        rows = [{**row, "share": share, "source": pages.cite(page), "note": f"{words}; {RAISED}"}]
    if size in OLDER and hardware_id.startswith(BEFORE_MACOS_26):
        gib, page = OLDER[size]
        rows.append({**row, "gib": gib, "setting": "macOS 15 or older", "source": pages.cite(page)})
    return rows
