"""Which catalog entry a machine named in the input is: one id for every key, system and memory size the rows use."""

import re

VARIANTS: dict[str, dict[int, str]] = {
    "apple-m1": {8: "apple-m1-8", 16: "apple-m1-16"},
    "apple-m1-pro": {16: "apple-m1-pro-16", 32: "apple-m1-pro-32"},
    "apple-m1-max": {32: "apple-m1-max-32", 64: "apple-m1-max-64"},
    "apple-m1-ultra": {64: "apple-m1-ultra-64", 128: "apple-m1-ultra-128"},
    "apple-m2": {8: "apple-m2-8", 16: "apple-m2-16", 24: "apple-m2-24"},
    "apple-m2-pro": {16: "apple-m2-pro-16", 32: "apple-m2-pro-32"},
    "apple-m2-max": {32: "apple-m2-max-32", 64: "apple-m2-max-64", 96: "apple-m2-max-96"},
    "apple-m2-ultra": {64: "apple-m2-ultra-64", 128: "apple-m2-ultra-128", 192: "apple-m2-ultra-192"},
    "apple-m3": {8: "apple-m3-8", 16: "apple-m3-16", 24: "apple-m3-24"},
    "apple-m3-pro": {18: "apple-m3-pro-18", 36: "apple-m3-pro-36"},
    "apple-m3-max": {
        36: "apple-m3-max-30c-36",
        48: "apple-m3-max-48",
        64: "apple-m3-max-64",
        96: "apple-m3-max-30c-96",
        128: "apple-m3-max-128",
    },
    "apple-m3-ultra": {96: "apple-m3-ultra-96", 256: "apple-m3-ultra-256", 512: "apple-m3-ultra-512"},
    "apple-m4": {16: "apple-m4-16", 24: "apple-m4-24", 32: "apple-m4-32"},
    "apple-m4-pro": {24: "apple-m4-pro-24", 48: "apple-m4-pro-48", 64: "apple-m4-pro-64"},
    "apple-m4-max": {
        36: "apple-m4-max-32c",
        48: "apple-m4-max-48",
        64: "apple-m4-max-64",
        128: "apple-m4-max-128",
    },
    "apple-m5": {16: "apple-m5-16", 24: "apple-m5-24", 32: "apple-m5-32"},
    "apple-m5-pro": {24: "apple-m5-pro-24", 48: "apple-m5-pro-48", 64: "apple-m5-pro-64"},
    "apple-m5-max": {
        36: "apple-m5-max-32c",
        48: "apple-m5-max-48",
        64: "apple-m5-max-64",
        128: "apple-m5-max-128",
    },
    "apple-m5-ultra": {96: "apple-m5-ultra-96", 256: "apple-m5-ultra-256", 512: "apple-m5-ultra-512"},
    "apple-m6": {16: "apple-m6-16", 24: "apple-m6-24", 32: "apple-m6-32"},
}
"""Key of the input → memory size in GB → id: machines sold with several sizes are one entry a size.

Two sizes of the M3 Max and the smallest M4 Max and M5 Max have the smaller chip, hence the core count in their ids.
"""

SINGLE = frozenset(
    """
    rtx-3060-12 rtx-3070 rtx-3080 rtx-3080-ti rtx-3080-ti-laptop rtx-3090 rtx-3090-ti rtx-4060-ti-16 rtx-4070
    rtx-4070-ti rtx-4070-ti-super rtx-4080 rtx-4080-super rtx-4090 rtx-5060-ti-16 rtx-5070 rtx-5070-ti rtx-5080
    rtx-5090 rtx-pro-4000 rtx-pro-4500 rtx-pro-5000 rtx-pro-6000 rtx-pro-6000-maxq rtx-pro-6000-server rtx-a4000
    rtx-a6000 rtx-4000-ada rtx-5000-ada rtx-5880-ada rtx-6000-ada a40 l4 l40s v100-16 v100-sxm2-16 t4 a100-pcie-80
    a100-sxm-80 h100-pcie-80 h100-sxm-80 h200-sxm b200-sxm rtx-2080 rtx-2080-ti gtx-1060-6 rx-7900-xtx rx-7900-xt
    rx-9070-xt r9700 w7900 mi300x strix-halo-128 framework-desktop-128 radeon-780m arc-b580 arc-pro-b50 arc-pro-b60
    arc-pro-b70 arc-a770 arc-140v jetson-agx-thor jetson-agx-orin-64 jetson-orin-nano-super dgx-spark asus-gx10
    dell-pro-max-gb10 core-ultra-7-155h ampereone-a192 apple-m4-max-32c apple-m5-max-32c ddr4-3200-2ch ddr4-3600-2ch
    ddr5-5600-2ch ddr5-6000-2ch ddr4-3200-4ch ddr4-3200-8ch ddr5-4800-8ch ddr5-4800-12ch ddr5-6000-12ch epyc-9965-1s
    rtx-4090+rtx-5070-ti rtx-5070-ti+rtx-5060-ti-16 2x-dgx-spark 4x-dgx-spark
    """.split()  # noqa: SIM905 - a table
)
"""Ids that the input uses as keys, or that keys below stand for."""

RENAMED = {
    "asus-ascent-gx10": "asus-gx10",
    "cpu-other": "core-ultra-7-155h",
    "desktop-4090-5070ti": "rtx-4090+rtx-5070-ti",
    "dgx-spark + m3-ultra": "unknown",
    "dgx-spark-x2": "2x-dgx-spark",
    "epyc-genoa-turin-12ch": "ddr5-6000-12ch",
    "rtx-pro-6000 (KV measurement)": "rtx-pro-6000",
    "ryzen-7950x-ddr5": "ddr5-6000-2ch",
}
"""Key of the input → id. Two Sparks beside a Mac of unstated memory cannot be composed, so they count as not stated."""

GROUPS = re.compile(r"(\d+)x-(rtx-3090|rtx-4090|rtx-5090|r9700|rtx-pro-6000)")
SPARKS = frozenset({"dgx-spark", "asus-gx10", "dell-pro-max-gb10"})
MEMORY = re.compile(r"(\d+) ?GB", re.IGNORECASE)
INTEGRATED_RADEON = re.compile(r"8745H|7840HS|780M")
UNKNOWN = "unknown"


def hardware_id(device_key: str | None, device_name: str | None, count: int) -> tuple[str, int]:
    """Catalog id of the machine and how many of it took part.

    Memory stated in the name picks the variant, otherwise the largest one stands for all. Boxes of several equal cards
    are the card, counted; several Sparks are the system of that many nodes, counted once. A machine the source does not
    state is `unknown`. Raises KeyError naming a key that has no entry.
    """
    name = device_name or ""
    if device_key is None:
        return UNKNOWN, count
    key = RENAMED.get(device_key, device_key)
    if device_key == "cpu-other" and INTEGRATED_RADEON.search(name):
        key = "radeon-780m"
    if key == UNKNOWN:
        return UNKNOWN, 1 if device_key == UNKNOWN else count
    if found := GROUPS.fullmatch(key):
        return found[2], int(found[1])
    if key in SPARKS and count > 1:
        return f"{count}x-dgx-spark", 1
    if key in VARIANTS:
        return _variant(key, name), count
    if key in SINGLE:
        return key, count
    message = f"no hardware entry for key {device_key!r} ({device_name!r})"
    raise KeyError(message)


def _variant(key: str, name: str) -> str:
    sizes = VARIANTS[key]
    stated = [int(size) for size in MEMORY.findall(name) if int(size) in sizes]
    return sizes[stated[0] if stated else max(sizes)]
