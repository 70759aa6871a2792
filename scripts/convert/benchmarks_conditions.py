"""How a row was measured: dates, cache types, speculation, backends and placement in the catalog's words."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from scripts.convert.common import as_date

MONTHS_OF_ONE_RUN = 3

KV_TYPES: dict[str, tuple[str | None, str | None]] = {
    "8-bit": ("8-bit", None),
    "K q8_0 / V f16": ("q8_0", "f16"),
    "MLA 2": (None, None),
    "auto (BF16)": ("bf16", None),
    "f16 (llama.cpp default; not printed)": (None, None),
    "fp16": ("f16", None),
    "fp8_e4m3": ("fp8", None),
    "q8_0 (MLA)": ("q8_0", None),
    "q8_0/q8_0": ("q8_0", None),
}
"""Label → type of keys and of values where it differs; a label not listed is the type itself."""

NEVER_SPECULATES = re.compile(r"llama-bench\b|batched-bench|sweep-bench")
"""Tools that time plain forward passes: they cannot speculate."""

_METHOD = re.compile(r"dflash-ddtree|dflash2|dflash|dspark|eagle3|eagle|nextn|ngram-mod|mtp", re.IGNORECASE)
_DRAFTED = (
    re.compile(r"num_speculative_tokens=(\d+)"),
    re.compile(r"(\d+) draft (?:positions|tokens)"),
    re.compile(r"\bdraft (\d+)"),
    re.compile(r"\b(?:k|nst|n|gamma|draft_n_max) ?= ?(\d+)", re.IGNORECASE),
    re.compile(r"\b(?:n-max|draft_num_predict) (\d+)"),
    re.compile(r"\bK(\d+)\b"),
    re.compile(r"(?:mtp|dflash2-|dspark)-?(\d+)\b", re.IGNORECASE),
)

_BACKENDS = (
    (re.compile(r"^cpu", re.IGNORECASE), "cpu"),
    (re.compile(r"^cuda", re.IGNORECASE), "cuda"),
    (re.compile(r"^rocm", re.IGNORECASE), "rocm"),
    (re.compile(r"^vulkan", re.IGNORECASE), "vulkan"),
    (re.compile(r"^metal", re.IGNORECASE), "metal"),
    (re.compile(r"^(sycl|ipex)", re.IGNORECASE), "sycl"),
)

_ONLY_BACKEND = {
    ("vllm", "nvidia"): "cuda",
    ("sglang", "nvidia"): "cuda",
    ("tensorrt-llm", "nvidia"): "cuda",
    ("nim", "nvidia"): "cuda",
    ("exllamav3", "nvidia"): "cuda",
    ("mlx", "apple"): "metal",
    ("ollama", "apple"): "metal",
}
"""(runtime, maker of the chip) → backend, where the runtime has just one there."""

PLACEMENTS = {
    "none": "device",
    "cpu-only": "host",
    "moe-experts-cpu": "experts-on-host",
    "partial-layers": "layers-on-host",
    "partial (layers or experts; not stated per model)": "partly-on-host",
    "cuda-unified-memory": "unified-memory-paging",
}
"""Word of the input for where the weights were → placement."""

_IN_METHOD = {
    "batch": re.compile(r"(?:^|\s)(?:-b |n_batch=(?:n_ubatch=)?)(\d+)"),
    "ubatch": re.compile(r"(?:-ub |n_ubatch=)(\d+)"),
    "max_context_tokens": re.compile(
        r"(?:max[-_]model[-_]len|max[-_]seq[-_]len|max context|\bctx|(?:^|\s)-c) (\d{4,7})\b(?! -np [2-9])"
    ),
    "memory_utilisation": re.compile(r"(?:gmu|gpu[-_]memory[-_]utili[sz]ation) (0\.\d+)"),
}


@dataclass
class Stated:
    """Conditions in the catalog's words, and remarks for what these words do not carry."""

    conditions: dict[str, Any] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)

    def put(self, **facts: Any) -> None:
        """Set conditions; None leaves a field absent."""
        self.conditions.update({key: value for key, value in facts.items() if value is not None})

    def put_date(self, text: object) -> None:
        """The date of the run. A span of many months is no date; what was printed stays as a remark."""
        if text is None:
            return
        printed = str(text)
        found = None if _months_spanned(printed) > MONTHS_OF_ONE_RUN else as_date(printed)
        self.put(date=found)
        if found != printed:
            self.flags.append(f"date as stated: {printed}")

    def put_kv_type(self, label: str | None) -> None:
        """The cache type, only where the page states it."""
        if label is None:
            return
        keys, values = KV_TYPES.get(label, (label, None))
        self.put(kv_type=keys, kv_type_value=values)
        if label == "f16 (llama.cpp default; not printed)":
            self.flags.append("KV type not printed; f16 is the tool's default")
        elif label != keys and values is None:
            self.flags.append(f"KV type as stated: {label}")

    def put_speculation(self, label: object, tool: str | None) -> None:
        """Method and drafted tokens; `none` where the tool cannot speculate or its settings say off."""
        if label == "none":
            self.put(speculative="none")
        elif isinstance(label, str):
            words = speculation(label)
            self.put(speculative=words)
            if words != label.lower():
                self.flags.append(f"speculation as stated: {label}")
        elif NEVER_SPECULATES.search(tool or ""):
            self.put(speculative="none")

    def put_from_method(self, *texts: str | None) -> None:
        """Settings that the input keeps inside its description of the method."""
        for name, pattern in _IN_METHOD.items():
            found = next((match for text in texts if (match := pattern.search(text or ""))), None)
            if found and name not in self.conditions:
                self.put(**{name: float(found[1]) if name == "memory_utilisation" else int(found[1])})

    def put_backend(self, label: str | None, runtime: str | None, maker: str | None) -> None:
        """The backend as stated, or the only one the runtime has on that maker's chips."""
        if label is None:
            self.put(backend=_ONLY_BACKEND.get((runtime or "", maker or "")))
            return
        found = next((name for pattern, name in _BACKENDS if pattern.search(label)), None)
        assert found is not None, label
        self.put(backend=found, backend_label=label if label.lower() != found else None)


def speculation(label: str) -> str | None:
    """`mtp k=3`, `dflash`, `draft k=7` …; None where the label says that it is not stated."""
    if "not stated" in label:
        return None
    if label.startswith("{"):
        settings = json.loads(label)
        return str(settings["method"]) + (f" k={settings['k']}" if settings["k"] else "")
    found = _METHOD.search(label)
    method = found[0].lower() if found else "draft"
    drafted = next((match[1] for pattern in _DRAFTED if (match := pattern.search(label))), None)
    return f"{method} k={drafted}" if drafted else method


def parallel(topology: str | None, devices: int) -> str | None:
    """How several devices or boxes shared the work; None for one device."""
    words = topology or ""
    if "independent nodes" in words:
        return "replicas"
    if re.search(r"\brpc\b", words, re.IGNORECASE):
        return "rpc"
    if re.search(r"\bTP=?\d|tensor parallel", words):
        return "tensor parallel"
    if "layer split" in words:
        return "layer split"
    return "not stated" if devices > 1 else None


def _months_spanned(text: str) -> int:
    found = re.search(r"(20\d\d)-(\d\d)\S*?(?:/|\.\.)(20\d\d)-(\d\d)", text)
    if found is None:
        return 0
    first_year, first_month, last_year, last_month = map(int, found.groups())
    return (last_year - first_year) * 12 + last_month - first_month
