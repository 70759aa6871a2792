"""What a second reading of hardware.yaml corrected: dates of sale, prices with a page, figures that have none."""

from typing import Any

ON_SALE: dict[str, tuple[str, str]] = {
    "rtx-3080": ("2020-09-17", "rockpapershotgun-rtx-30"),
    "rtx-3090": ("2020-09-24", "rockpapershotgun-rtx-30"),
    "rtx-3070": ("2020-10", "rockpapershotgun-rtx-30"),
    "rtx-3060-12": ("2021-02-25", "hothardware-rtx-3060"),
    "rtx-3080-ti": ("2021-06", "se7enesport-3080-ti"),
    "rtx-4090": ("2022-10-12", "technowize-rtx-40"),
    "rtx-4080": ("2022-11-16", "breakinglatest-rtx-4080"),
    "rtx-4060-ti-16": ("2023-07", "gamebastion-4060-ti"),
    "rtx-4070-ti-super": ("2024-01-24", "tweaktown-95247"),
    "rtx-4080-super": ("2024-01-31", "game-scanner-4080-super"),
    "rx-7900-xtx": ("2022-12-13", "mybroadband-467523"),
    "rx-7900-xt": ("2022-12-13", "techradar-rx-7900"),
    "jetson-agx-thor": ("2025-08-25", "github-index-70484951351"),
}
"""id → first day of sale and its page: the date of the input is the announcement."""

ANNOUNCED: dict[str, tuple[str, str] | None] = {
    "l40s": ("2023-08", "grokipedia-l4-l40s"),
    "arc-pro-b70": ("2026-03-25", "github-index-56222080555"),
    "b200-sxm": None,
    "jetson-agx-thor": None,
    "dgx-spark-x2": None,
}
"""id → announcement where the input has another card's date, a placeholder, or the day of sale."""

PRICES: dict[str, tuple[float, str]] = {
    "rtx-3060-12": (329, "hothardware-rtx-3060"),
    "rtx-3070": (499, "hothardware-rtx-3060"),
    "rtx-3080": (699, "hothardware-rtx-3060"),
    "rtx-3090": (1499, "hothardware-rtx-3060"),
    "rtx-4060-ti-16": (499, "gamebastion-4060-ti"),
    "rtx-4080": (1199, "mybroadband-467523"),
    "rtx-4080-super": (999, "github-index-70484951351"),
    "rtx-4090": (1599, "mybroadband-467523"),
    "rtx-5060-ti-16": (429, "github-index-51867339602"),
    "rtx-5070": (549, "github-index-51867339602"),
    "rtx-5070-ti": (749, "github-index-51867339602"),
    "rtx-5080": (999, "github-index-51867339602"),
    "rtx-5090": (1999, "github-index-51867339602"),
    "rtx-6000-ada": (6799, "pcpartdb-6000-ada"),
    "rtx-pro-6000-maxq": (8565, "technical-city-pro-6000-maxq"),
    "rx-7900-xtx": (999, "mybroadband-467523"),
    "rx-7900-xt": (899, "mybroadband-467523"),
    "rx-9070-xt": (599, "github-index-62491252988"),
    "r9700": (1299, "github-index-51867339602"),
    "arc-b580": (249, "tweaktown-101976"),
    "arc-pro-b50": (349, "chipversus-arc-pro"),
    "arc-pro-b60": (499, "chipversus-arc-pro"),
    "arc-pro-b70": (949, "github-index-56222080555"),
    "dgx-spark": (3999, "github-index-67532052390"),
    "asus-gx10": (2999, "github-index-67532052390"),
    "framework-desktop-128": (1999, "github-index-67532052390"),
    "jetson-agx-thor": (3499, "github-index-70484951351"),
    "jetson-agx-orin-64": (1999, "github-index-70484951351"),
    "jetson-orin-nano-super": (249, "github-index-70484951351"),
    "apple-m3-ultra-96": (3999, "worldmagazine-431260"),
    "apple-m4-max-32c": (1999, "worldmagazine-431260"),
    "apple-m5-max-32c": (2499, "sunkcost-hardware"),
    "apple-m5-ultra-96": (5499, "sunkcost-hardware"),
    "apple-m5-ultra-256": (10799, "sunkcost-hardware"),
    "apple-m6-16": (899, "sunkcost-hardware"),
    "apple-m6-24": (1099, "sunkcost-hardware"),
    "apple-m6-32": (1299, "sunkcost-hardware"),
}
"""id → launch price in US dollars and its page."""

UNSOURCED_PRICES: dict[str, float] = {
    "rtx-3080-ti": 1199,
    "rtx-3090-ti": 1999,
    "rtx-4070": 599,
    "rtx-4070-ti": 799,
    "rtx-4070-ti-super": 799,
    "rtx-a6000": 4649,
    "w7900": 3999,
}
"""id → launch price for which no page was found."""

UNVERIFIED: dict[str, tuple[str, ...]] = {
    "apple-m3-ultra": ("announced",),
    "apple-m4-max": ("announced",),
    "apple-m4-max-32c": ("announced",),
    "arc-a770": ("fp16_tflops",),
    "asus-gx10": ("announced",),
    "dgx-spark": ("announced",),
    "framework-desktop-128": ("announced",),
    "h200-sxm": ("announced",),
    "jetson-agx-orin-64": ("announced", "int8_tops", "power_w"),
    "jetson-agx-thor": ("power_w",),
    "jetson-orin-nano-super": ("announced", "power_w"),
    "mi300x": ("fp8_tflops", "int8_tops"),
    "r9700": ("fp16_tflops", "fp8_tflops", "int8_tops"),
    "rtx-4000-ada": ("fp8_tflops",),
    "rx-7900-xtx": ("int8_tops",),
    "rx-9070-xt": ("fp16_tflops", "fp8_tflops", "int8_tops"),
    "strix-halo-128": ("announced",),
    "t4": ("fp16_tflops", "int8_tops"),
}
"""id → figures nobody's page confirms: derived by analogy, or general knowledge."""

MODULES: dict[str, tuple[str, str | None]] = {
    "a100-sxm-80": ("SXM", None),
    "b200-sxm": ("SXM", None),
    "h100-sxm-80": ("SXM", None),
    "h200-sxm": ("SXM", None),
    "mi300x": ("OAM", "yobitel-mi300x"),
    "v100-sxm2-16": ("SXM", None),
}
"""id → kind of module, and its page where the machine's name does not say it."""

MEASURED: dict[str, dict[str, tuple[float, str]]] = {
    "measured_read_gb_s": {
        "arc-pro-b60": (220, "aiconfigurator-b60"),
        "ddr4-3200-4ch": (102, "llmfit-pr-755"),
        "ddr5-4800-8ch": (225, "ik-llama-258"),
        "dgx-spark": (234, "ds4-773"),
        # 256 GiB/s as printed.
        "epyc-9965-1s": (274.9, "ik-llama.cpp-612"),
        "jetson-agx-orin-64": (102, "jetson-orin-cross-framework"),
        "strix-halo-128": (221, "lhl-strix-halo-llm-bench"),
    },
    "measured_fp16_tflops": {
        "arc-a770": (58.7, "ollama-pr-2458"),
        "dgx-spark": (85.98, "cookbook-18107604525"),
        "jetson-agx-thor": (113, "github-index-57379936868"),
        "rtx-5060-ti-16": (48.8, "torch-performance-test-data"),
        "rtx-5090": (211, "github-index-52816121317"),
        "rtx-pro-6000": (391, "torch-performance-test-data"),
        "rtx-pro-6000-server": (417, "torch-performance-test-data"),
    },
}
"""figure → id → the highest value somebody measured, and the page."""

CORRECTED: dict[str, dict[str, Any]] = {
    "arc-pro-b70": {
        "tdp_w": 230,
        "int8_dense_tops": 367,
        "pcie": "PCIe 5.0 x16",
        "memory_type": "GDDR6 ECC, 256 bit",
        "notes": None,
    },
    "b200-sxm": {"native_formats": ["fp8", "nvfp4", "mxfp4", "int8", "fp16", "bf16"]},
    "jetson-agx-orin-64": {"native_formats": ["int8", "fp16", "bf16"]},
    "jetson-orin-nano-super": {"native_formats": ["int8", "fp16", "bf16"]},
    "rtx-2080": {"native_formats": ["fp16", "int8"]},
    "v100-16": {
        "fp16_dense_tflops": None,
        "tflops_basis": None,
        "conflicts": ["TechPowerUp prints 897 GB/s and 300 W"],
        "notes": "The 125 TFLOPS usually quoted are the SXM2 card's (v100-sxm2-16); no page gives this card's.",
    },
    "h200-sxm": {"notes": "The date is TechPowerUp's; the SXM module was announced earlier."},
    "ampereone-a192": {"vendor": "Ampere"},
    "ddr5-6000-12ch": {"vendor": "AMD"},
    "epyc-9965-1s": {
        "vendor": "AMD",
        "notes": "Memory speed assumed to be 6000 MT/s; the measured read is far below it.",
    },
}
"""id → fields of the input that another reading replaced."""

EXTRA_SOURCES: dict[str, dict[str, tuple[str, ...]]] = {
    "apple-m4-max": {"fp16_tflops": ("llm-tracker-gpu-comparison",)},
    "apple-m4-max-32c": {"advertised_gb": ("worldmagazine-431260",)},
    "apple-m5-max": {"advertised_gb": ("github-index-69439914852",)},
    "jetson-agx-orin-64": {"advertised_gb": ("jetson-orin-cross-framework",)},
    "mi300x": {"advertised_gb": ("techpowerup-radeon-instinct-mi300x",)},
    "arc-a770": {"bandwidth_gb_s": ("svethardware-arc",)},
    "arc-b580": {"int8_tops": ("techcommand-b580",), "fp16_tflops": ("techcommand-b580",)},
    "arc-pro-b70": {
        "power_w": ("zolotukhin-b70",),
        "int8_tops": ("zolotukhin-b70",),
        "host_link": ("zolotukhin-b70",),
        "memory_type": ("zolotukhin-b70",),
    },
    "dgx-spark": {"power_w": ("github-index-67532052390",)},
    "jetson-orin-nano-super": {
        "bandwidth_gb_s": ("computed-bandwidth",),
        "advertised_gb": ("github-index-70484951351",),
    },
    "rtx-3090": {"fp16_tflops": ("github-index-68387635605",)},
    "rtx-4090": {"fp16_tflops": ("github-index-68387635605",)},
    "rtx-5090": {"fp16_tflops": ("github-index-68387635605",)},
    "rtx-6000-ada": {"fp16_tflops": ("github-index-68387635605",)},
    "rtx-pro-6000": {"fp16_tflops": ("github-index-68387635605",)},
    "rtx-pro-6000-server": {"bandwidth_gb_s": ("github-index-68387635605", "github-index-69657913927")},
    "rx-7900-xt": {"power_w": ("mybroadband-467523", "techradar-rx-7900")},
    "strix-halo-128": {"power_w": ("github-index-67532052390",), "advertised_gb": ("lhl-strix-halo-llm-bench",)},
}
"""id → figure → pages found later."""

NOTES: dict[str, str] = {
    "arc-b580": "fp16 is half of the 233 TOPS int8 Intel publishes.",
    "dgx-spark": "140 W for the module, 240 W power supply. FP16 with FP32 accumulation is 62.5 or 125 TFLOPS, depending on "
    "the rate assumed: unresolved, so none is given.",
    "jetson-agx-orin-64": "The int8 figure includes the two accelerators beside the GPU: not for prefill.",
    "jetson-orin-nano-super": "249 USD at launch, 399 USD since.",
    "rtx-pro-6000-server": "The compute figures are aiconfigurator's estimate; NVIDIA gives 120 FP32 TFLOPS and no BF16.",
    "strix-halo-128": "120 W configured, 55 to 120 W by the maker's range, 140 W peak. How much memory the GPU gets is a "
    "setting: see `usable`.",
    "ddr5-6000-2ch": "Stands for any desktop with two channels of that memory.",
}
"""id → what a reader must know; replaces the input's own remark."""

DROPPED_CONFLICTS = ("vendor-style figure 1792 used", "410 GB/s for the 32-core", "614 GB/s is the 40-core",
                     "400 GB/s is the 40-core", "TFLOPS are the SXM2 card", "512 is the 8 GB card")  # fmt: skip
"""Beginnings or parts of conflicts that the corrections settled; the first only for the server card."""

UNVERIFIED_REMARK = "unverified: general knowledge"
