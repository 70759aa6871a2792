"""One catalog id for every repository and every model string the input uses."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scripts.convert.common import read_yaml

# Endings that name a number format, a file format or the usual fine-tuning, not another model.
_FORMAT_ENDING = re.compile(
    r"-(i1|gguf|mlx|exl3|nvfp4(-fast|-bf16-lmhead)?|mxfp4|fp8(-static-pertensor)?|fp4|fp16|bf16|awq(-int4)?|gptq(-int[48]|-4bit)?"
    r"|int4(-autoround)?|int8|bnb-4bit|w4a16|[2-8]-?bits?|q\d(_[k01])?(_[msl])?|qat|mtp)$"
)
_TUNING_ENDING = re.compile(r"-(instruct|it|chat|hf|pt|inst|base)$")
_MAKER_PREFIX = re.compile(r"^(meta-(?=llama)|meta-llama[._](?=llama)|nvidia-|ai21-|c4ai-|arcee-ai_|huggingfacetb_)")

_EXCEPTIONS = {
    "CohereLabs/c4ai-command-a-03-2025": "command-a",
    "CohereLabs/c4ai-command-r-v01": "command-r",
    "EssentialAI/rnj-1-instruct": "rnj-1-8b",
    "Qwen/Qwen3-235B-A22B-Instruct-2507": "qwen3-235b-a22b-instruct-2507",
    "Qwen/Qwen3-30B-A3B-Instruct-2507": "qwen3-30b-a3b-instruct-2507",
    "Tencent-Hunyuan/HunyuanDiT-v1.2": "hunyuandit-v1.2",
    "TinyLlama/TinyLlama-1.1B-Chat-v1.0": "tinyllama-1.1b",
    "TinyLlama-1.1B": "tinyllama-1.1b",
    "meta-llama/Llama-4-Maverick-17B-128E-Instruct": "llama-4-maverick",
    "meta-llama/Llama-4-Scout-17B-16E-Instruct": "llama-4-scout",
    "mistralai/Codestral-22B-v0.1": "codestral-22b",
    "mistralai/Mistral-Nemo-Instruct-2407": "mistral-nemo-12b",
    "mistralai/Mixtral-8x22B-v0.1": "mixtral-8x22b",
    "mistralai/Mixtral-8x7B-v0.1": "mixtral-8x7b",
    "moonshotai/Kimi-K2-Instruct-0905": "kimi-k2-0905",
    "nvidia/Llama-3_3-Nemotron-Super-49B-v1": "nemotron-super-49b-v1",
    "nvidia/Llama-3_3-Nemotron-Super-49B-v1_5": "nemotron-super-49b-v1.5",
    "nvidia/Llama-3_1-Nemotron-Ultra-253B-v1": "nemotron-ultra-253b-v1",
    "nvidia/Nemotron-3-Nano-Omni-30B-A3B-Reasoning-BF16": "nemotron-3-nano-omni-30b-a3b",
    "nvidia/Nemotron-H-56B-Base-8K": "nemotron-h-56b",
    "rednote-hilab/dots.llm1.inst": "dots.llm1",
}

_NAMED_AFTER_THE_AUDIT = {
    # The list of strings calls these unmappable because their rows give no publisher; the catalog has exactly one model of the name.
    "north mini code 1.0": "north-mini-code-1.0",
    "ornith 1.5 35b-a3b": "ornith-1.5-35b-a3b",
    "ornith-1.5-35b-a3b": "ornith-1.5-35b-a3b",
}


def model_id(repository: str) -> str:
    """Catalog id of the model in `repository`; a quantised repository gives the id of its base model."""
    if repository in _EXCEPTIONS:
        return _EXCEPTIONS[repository]
    owner, _, name = repository.rpartition("/")
    name = _MAKER_PREFIX.sub("", name.lower())
    if owner == "mistralai":
        name = re.sub(r"(?<=\db)-\d{4}$", "", name.replace("-instruct", ""))
    before = ""
    while before != name:
        before = name
        name = _TUNING_ENDING.sub("", _FORMAT_ENDING.sub("", name))
    name = re.sub(r"(?<=-a3b)-reasoning$", "", name) if "nano-omni" in name else name
    return re.sub(r"[^a-z0-9.]+", "-", name.replace("_", "-")).strip("-.")


@dataclass
class Names:
    """What every model string of the rows and every repository stands for."""

    labels: dict[str, str | None] = field(default_factory=dict)
    """String of the rows, lower-case → model id; None where it names no single known model."""
    repositories: dict[str, str] = field(default_factory=dict)
    """Repository, lower-case → id of the model it holds in some format."""
    base_repositories: dict[str, list[str]] = field(default_factory=dict)
    """Model id → repositories the input calls its base checkpoint, the one with a configuration first."""
    spellings: dict[str, list[str]] = field(default_factory=dict)
    """Model id → strings of the rows that mean it, as written."""
    given: dict[str, list[str]] = field(default_factory=dict)
    """Model id → repositories the rows say they ran."""
    pipelines: dict[str, str] = field(default_factory=dict)
    """Image or video pipeline id → its repository; such an id has no file under models."""

    @classmethod
    def from_data(cls, data: Path) -> "Names":
        """The names of the input folder."""
        names = cls()
        for pipeline in read_yaml(data / "diffusion_components.yaml")["pipelines"]:
            names.pipelines[pipeline["id"]] = pipeline["repo"]
            names.repositories[pipeline["repo"].lower()] = pipeline["id"]
        for repository in configured_repositories(data):
            names._add_base(repository)
        for row in read_yaml(data / "model_aliases.yaml")["aliases"]:
            names._add_row(row)
        for repository in _scored_repositories(data):
            names._add_base(repository)
        return names

    def for_row(self, label: str | None, repository: str | None = None) -> str | None:
        """Id of the model (or image pipeline) a row is about; None where it is about none, or says too little."""
        known = self.labels.get((label or "").lower(), "")
        if known != "":
            return known
        return self.for_repository(repository or "") or self.for_repository(label or "")

    def for_repository(self, repository: str) -> str | None:
        """Id of the model in `repository`, quantised or not; None where the catalog has no such model."""
        found = self.repositories.get(repository.lower())
        if found is None and "/" in repository and (derived := model_id(repository)) in self.base_repositories:
            found = derived
        return found

    def model_ids(self) -> list[str]:
        """Ids of every model (pipelines left out), sorted."""
        return sorted(set(self.base_repositories) - set(self.pipelines))

    def _add_base(self, repository: str) -> str:
        found = self.repositories.get(repository.lower())
        if found is None:
            found = self._pipeline_called(repository) or model_id(repository)
            self.repositories[repository.lower()] = found
        repositories = self.base_repositories.setdefault(found, [])
        if repository not in repositories:
            repositories.append(repository)
        return found

    def _pipeline_called(self, repository: str) -> str | None:
        name = repository.rpartition("/")[2].lower()
        for pipeline, other in self.pipelines.items():
            if other.rpartition("/")[2].lower().removesuffix("-diffusers") == name:
                return pipeline
        return None

    def _add_row(self, row: dict[str, object]) -> None:
        label, repository = row["spelled"], row["hf_repo"]
        key = str(label or "").lower()
        if repository is None:
            self.labels[key] = _NAMED_AFTER_THE_AUDIT.get(key)
            if found := self.labels[key]:
                self.spellings.setdefault(found, []).append(str(label))
            return
        found = self._add_base(str(repository))
        assert self.labels.get(key, found) == found, label
        self.labels[key] = found
        self.spellings.setdefault(found, []).append(str(label))
        given = row["repos_given_in_rows"]
        for ran in given if isinstance(given, list) else []:
            self.given.setdefault(found, []).append(ran)
            self.repositories.setdefault(ran.lower(), found)


def configured_repositories(data: Path) -> list[str]:
    """Repositories with a configuration, base checkpoints before quantised ones."""
    index = json.loads((data / "models" / "index.json").read_text(encoding="utf-8"))
    return sorted(index, key=lambda repository: (is_quantised(repository), repository))


def is_quantised(repository: str) -> bool:
    """True when the repository is another party's, or a later, quantisation of a base checkpoint."""
    name = repository.rpartition("/")[2].lower()
    return _FORMAT_ENDING.search(name) is not None and not name.endswith("-bf16")


def _scored_repositories(data: Path) -> Iterable[str]:
    """Repositories the quality rows name."""
    quality = read_yaml(data / "quality.yaml")
    rows = [*quality["rows"], *quality["quantisation_loss"]]
    return sorted({row["model"] for row in rows if re.fullmatch(r"[\w.-]+/[\w.-]+", str(row["model"]))})
