"""The pages on which runtimes print how much of a device's memory they see."""

from typing import Any


def _log(number: int, title: str, **more: str) -> tuple[str, dict[str, Any]]:
    """A file found through an index of public repositories, under the index's own number."""
    facts = {"title": title, "publisher": "unknown", "tier": 3, "locator": f"GitHub-index file {number}"}
    return f"github-index-{number}", {**facts, **more}


def _thread(repository: str, path: str, title: str, **more: str) -> dict[str, Any]:
    url = f"https://github.com/{repository}/{path}"
    return {"title": title, "publisher": repository, "url": url, "tier": 3, **more}


LOGS = (
    _log(68590136907, "llama.cpp build 10909 on an M1 with 8 GB: 5461 MiB for the GPU", published="2026-09"),
    _log(69102636138, "recommendedMaxWorkingSetSize of an M3 Pro with 18 GB: 14302.25 MB"),
    _log(
        61575257260, "M5 Pro with 24 GB under macOS 26.5: working set of 18186 MiB, limit not raised", published="2026"
    ),
    _log(55402432722, "llama-bench build 9060 on an M5: working set of 26800.60 MB"),
    _log(52400665146, "M3 Max with 36 GB: working set of 30150.67 MB", published="2026"),
    _log(61667257535, "llama.cpp build 10159 on an M5 Pro with 48 GB: working set of 40200.90 MB", published="2026"),
    _log(
        68619016303,
        "llama.cpp on an M4 Pro with 64 GB under macOS 27.0: working set of 55662.79 MB",
        published="2026-09",
    ),
    _log(51939765091, "M4 Max with 128 GB under macOS 26.2: working set of 115448.73 MB", published="2026-05-10"),
    _log(70199872464, "Log of an M3 Ultra with 512 GB: working set of 498216.21 MB", published="2026-04"),
    _log(3123112729, "ggml on an M2: working set of 17179.89 MB"),
    _log(63159938615, "M4 Max with 36 GB under macOS 15.7.7: working set of 28991.03 MB"),
    _log(13803191686, "MLX device information of an M3 Ultra with 256 GB: working set of 223338299392 bytes"),
    _log(61367705697, "llama.cpp build 10425 for Windows listing two RTX 5090 and two RTX 3090", published="2026"),
    _log(57814369355, "llama.cpp build 10107 under Windows (WSL) listing an RTX 4090", published="2026"),
    _log(43121383699, "llama.cpp under Linux on four RTX 3090: 24124 MiB, 23845 free"),
    _log(53110813666, "llama.cpp in a Linux container on an RTX 5090: 31600 MiB free"),
    _log(61072120234, "llama.cpp under Linux on four RTX PRO 6000 Max-Q: 97288 MiB, 96727 free", published="2026-08"),
    _log(51972670378, "llama.cpp (SYCL) listing Arc A770 cards of 15473 MiB"),
)

PAGES: dict[str, dict[str, Any]] = {
    **dict(LOGS),
    "llama.cpp-23679": _thread(
        "ggml-org/llama.cpp", "issues/23679", "Issue 23679: two RTX 4090 under Linux, 24080 MiB, 23612 free"
    ),
    "llmfit-pr-754": _thread(
        "AlexsJones/llmfit", "pull/754", "llmfit PR 754: 11.84 GB of an M3 with 16 GB", published="2026-07-15"
    ),
    "rapid-mlx-pr-183": _thread(
        "raullenchai/Rapid-MLX",
        "pull/183",
        "Rapid-MLX PR 183: 239 GB of an M3 Ultra with 256 GB",
        published="2026-05-03",
    ),
    "llama-cpp-python-687": _thread(
        "abetlen/llama-cpp-python", "issues/687", "Issue 687: 10922.67 MB of an M1 with 16 GB", published="2023-09-14"
    ),
    "ollama-434": _thread(
        "ollama/ollama", "issues/434", "Issue 434: 21845.34 MB of an M2 Max with 32 GB", published="2023-08-28"
    ),
    "llama.cpp-1870": _thread(
        "ggml-org/llama.cpp", "issues/1870", "Issue 1870: 49152 MiB of an M1 Max with 64 GB", published="2023-11-25"
    ),
    "llama.cpp-3213": _thread(
        "ggml-org/llama.cpp", "issues/3213", "Issue 3213: 73728 MB of a Mac with 96 GB", published="2023-09-16"
    ),
}
