"""What the layer builders share: the parts of a layer as mappings, and the layer stack as runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Config = Mapping[str, Any]
Part = dict[str, Any]
Layer = tuple[str, Part]
"""Name of the block, and the block."""

DEFAULT_NORMS = 2


@dataclass
class Stack:
    """The layers of one model, as catalog fields."""

    gguf: str | None
    layers: list[Layer]
    tied: bool = False
    tensors: dict[str, list[int]] = field(default_factory=dict)
    lookup: list[str] = field(default_factory=list)
    draft: dict[str, Any] | None = None
    draft_block: Part | None = None
    kv_refused: str | None = None

    def facts(self) -> dict[str, Any]:
        """The fields of a model file that describe its layers."""
        blocks: dict[str, Part] = {}
        for name, block in self.layers:
            assert blocks.setdefault(name, block) == block, name
        if self.draft_block is not None:
            blocks[self.draft["block"] if self.draft else "draft"] = self.draft_block
        return {
            "gguf_architecture": self.gguf, "tied_embeddings": self.tied or None, "blocks": blocks,
            "layout": runs([name for name, _ in self.layers]), "draft_layers": self.draft, "tensors": self.tensors,
            "lookup_tensors": self.lookup, "kv_refused": self.kv_refused,
        }  # fmt: skip


def block(**parts: Any) -> Part:
    """One kind of layer by its parts; the usual two `norms` go without saying."""
    norms = parts.pop("norms", DEFAULT_NORMS)
    made: Part = {key: parts[key] for key in sorted(parts, key=lambda key: key == "tensors") if parts[key]}
    if norms != DEFAULT_NORMS:
        made["norms"] = norms
    return made


def gqa(c: Config, **more: Any) -> Part:
    """Grouped-query attention of a configuration; `more` overrides and adds."""
    width = c.get("head_dim") or c["hidden_size"] // c["num_attention_heads"]
    base = {
        "heads": c["num_attention_heads"], "kv_heads": c.get("num_key_value_heads") or c["num_attention_heads"], "head_width": width,
    }  # fmt: skip
    return {**base, **{key: value for key, value in more.items() if value}}


def dense(width: int, **more: Any) -> Part:
    """A dense feed-forward stage."""
    return {"width": width, **more}


def moe(experts: int, active: int, width: int, **more: Any) -> Part:
    """A mixture of experts."""
    return {
        "experts": experts,
        "active": active,
        "width": width,
        **{key: value for key, value in more.items() if value},
    }


def runs(names: list[str]) -> list[dict[str, Any]]:
    """The stack as few runs: from the bottom, each time the pattern that covers most layers, the shorter of equals."""
    found: list[dict[str, Any]] = []
    at = 0
    while at < len(names):
        period, times = max(
            ((period, _repeats(names, at, period)) for period in range(1, min(16, len(names) - at) + 1)),
            key=lambda choice: (choice[0] * choice[1] if choice[1] > 1 else 0, -choice[0]),
        )
        if times == 1:
            period = 1
        run: dict[str, Any] = {"blocks": names[at : at + period]}
        if times > 1:
            run["repeat"] = times
        if times == 1 and found and "repeat" not in found[-1]:
            found[-1]["blocks"] += run["blocks"]
        else:
            found.append(run)
        at += period * times
    return found


def _repeats(names: list[str], at: int, period: int) -> int:
    pattern, times = names[at : at + period], 1
    while names[at + times * period : at + (times + 1) * period] == pattern:
        times += 1
    return times


def sliding_kinds(c: Config) -> list[str]:
    """`full` or `sliding` for every layer."""
    count = c["num_hidden_layers"]
    if kinds := c.get("layer_types"):
        return ["sliding" if kind == "sliding_attention" else "full" for kind in kinds]
    every = c.get("sliding_window_pattern")
    if c["model_type"].startswith("gemma2"):
        every = 2
    elif c["model_type"].startswith("gemma3"):
        every = every or 6
    return ["full" if not every or (index + 1) % every == 0 else "sliding" for index in range(count)]


def rope_tensors(c: Config, rotated: int) -> dict[str, list[int]]:
    """The frequency table a GGUF conversion adds for Llama 3's position scaling."""
    scaling = c.get("rope_scaling") or c.get("rope_parameters") or {}
    kind = scaling.get("rope_type") or scaling.get("type")
    return {"rope_freqs.weight": [rotated // 2]} if kind == "llama3" else {}
