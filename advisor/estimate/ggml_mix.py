"""Which block format llama.cpp's quantizer gives each tensor of a file mix.

Restated from llama.cpp's quantizer as of 2026 and tested against its dry runs, tensor type by tensor type.
A mix is named by its lower-case file type (`q4_k_m`); formats by their ggml names (`q4_k`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from advisor.estimate.tensors import Tensor

BASE = {
    "q2_k": "q2_k", "q2_k_s": "q2_k", "q3_k_s": "q3_k", "q3_k_m": "q3_k", "q3_k_l": "q3_k", "q4_k_s": "q4_k", "q4_k_m": "q4_k",
    "q5_k_s": "q5_k", "q5_k_m": "q5_k", "iq2_s": "iq2_xs", "iq2_m": "iq2_s", "iq3_xs": "iq3_s", "iq3_m": "iq3_s",
}  # fmt: skip
"""Base format of the mixes whose name is not their format's."""

PLAIN = frozenset({"f32", "f16", "bf16"})
SMALLEST = frozenset({"iq1_s", "iq1_m", "iq2_xxs", "iq2_xs", "iq2_s", "iq2_m"})
TERNARY = frozenset({"tq1_0", "tq2_0"})
SUPERBLOCK, BLOCK = 256, 32
SHORT_BLOCKS = {"q4_0": 32, "q4_1": 32, "q5_0": 32, "q5_1": 32, "q8_0": 32, "iq4_nl": 32, "mxfp4": 32, "nvfp4": 64, "q2_0": 64,
                "q1_0": 128}  # fmt: skip
"""Weights a row must divide into; every other format needs 256."""

FALLBACK = {
    "q4_k": "q5_0",
    "q5_k": "q5_1",
    "q6_k": "q8_0",
    "q2_k": "q4_0",
    "q3_k": "q4_0",
    "tq1_0": "q4_0",
    "tq2_0": "q4_0",
}
KEPT_WORDS = ("_norm.weight", "ffn_gate_inp.weight", "ssm_conv1d", "shortconv.conv", "per_layer_model_proj", "altup", "laurel",
              "indexer.k_norm", ".position_embd")  # fmt: skip
EIGHT_EXPERT_OUTPUT = frozenset({"q2_k", "iq3_xs", "iq3_xxs", "q3_k_s", "q3_k_m", "iq4_nl", "q4_k_s", "q4_k_m", "iq3_s",
                                 "iq3_m", "iq4_xs"})  # fmt: skip
OUTPUTS = {"iq2_s": "iq3_s", "iq2_m": "iq3_s", "q2_k": "q3_k", "iq3_xxs": "iq3_s", "q3_k_m": "q4_k", "q3_k_l": "q5_k",
           "iq3_m": "q4_k"}  # fmt: skip
"""Format of attention's output where it is not the base."""
QUERIES = {"iq3_xs": "iq3_xxs", "iq3_xxs": "iq2_s"}
"""The same of its query, and with few experts of its key."""
HEADS = frozenset({"output.weight", "per_layer_token_embd.weight"})
VALUES_COUNTED = frozenset({"q3_k_m", "q4_k_s", "q4_k_m", "q5_k_m"})
DOWNS_COUNTED = SMALLEST | {
    "q2_k_s",
    "q3_k_m",
    "q4_0",
    "q4_k_s",
    "q4_k_m",
    "q5_0",
    "q5_k_m",
    "iq3_xxs",
    "iq3_m",
    "iq4_nl",
    "iq4_xs",
}
"""Mixes that give some layers' matrices of that kind more bits."""
VALUE_NAMES = ("attn_v.weight", "attn_qkv.weight", "attn_kv_b.weight")
SEVENTY_B_LAYERS = 80
SEVENTY_B_ARCHITECTURES = frozenset({"llama", "qwen2", "deci"})
MIXTRAL_EXPERTS = 8
WIDE_GROUP = 4


@dataclass(frozen=True, slots=True)
class MixFacts:
    """What the quantizer looks at beside the tensor itself."""

    architecture: str
    layers: int
    """Layer count, kept draft layers included."""
    experts: int
    """Routed experts a layer; 0 for a dense model."""
    query_per_kv: float
    """Query heads a KV head in layer 0; 0 when layer 0 has no attention in a model with per-layer heads."""
    grouped: bool
    """True when query and KV heads differ."""
    tied: bool
    """True when the embedding is the head."""
    importance_matrix: bool = False
    """True when the file was made with an importance matrix."""


def is_quantised(tensor: Tensor) -> bool:
    """True for a tensor a mix touches: a matrix that ends in `weight` and is on no exception list."""
    name = tensor.name if tensor.layer is None else f".{tensor.stem}"
    return len(tensor.shape) >= 2 and not _is_kept(name)  # noqa: PLR2004 - a matrix has two dimensions


@lru_cache(maxsize=1024)
def _is_kept(name: str) -> bool:
    """Whether no mix touches a matrix of that name; the layers of a model repeat a few dozen names."""
    return not name.endswith("weight") or any(word in name for word in KEPT_WORDS)


def _more_bits(index: int, count: int) -> bool:
    """True for the first and last eighth, and every third layer between."""
    return index < count // 8 or index >= 7 * count // 8 or (index - count // 8) % 3 == 2  # noqa: PLR2004 - llama.cpp's rule


class Walk:
    """The quantizer's pass over the tensors of one file, in layer order: a few rules count the tensors already seen."""

    def __init__(self, mix: str, facts: MixFacts, values: int) -> None:
        self.mix, self.facts, self.values = mix, facts, values
        self.base = BASE.get(mix, mix)
        self.seen: Counter[str] = Counter()

    def stored(self, tensor: Tensor) -> str:
        """The ggml format the next tensor is stored in."""
        if not is_quantised(tensor):
            return "f32"
        return self.mix if self.mix in PLAIN else _fitting(self.format_of(tensor), tensor.shape[0])

    def format_of(self, tensor: Tensor) -> str:
        """Format before the row-length fallback."""
        name = tensor.name
        if self.mix == "mxfp4":
            return "mxfp4" if len(tensor.shape) == 3 and tensor.shape[2] > 1 else "q8_0"  # noqa: PLR2004 - stacked matrices
        if name in HEADS or (name == "token_embd.weight" and self.facts.tied):
            return self._head(tensor)
        if name == "token_embd.weight":
            return self._embedding()
        if name.endswith(VALUE_NAMES):
            return self._value()
        return self._rest(tensor)

    def _head(self, tensor: Tensor) -> str:
        if self.base == "q8_0" or tensor.shape[0] % SHORT_BLOCKS.get(self.base, SUPERBLOCK):
            return "q8_0"
        return "q5_k" if self.mix in SMALLEST or self.mix == "iq3_xxs" else "q6_k"

    def _embedding(self) -> str:
        if self.mix in {"iq2_s", "iq2_m", "iq3_xxs"}:
            return "iq3_s"
        if self.mix in SMALLEST:
            return "q2_k"
        return "q4_k" if self.mix in TERNARY else self.base

    def _value(self) -> str:
        index = self.seen["value"]
        self.seen["value"] += 1
        if self.mix in SMALLEST:
            if self.facts.query_per_kv >= WIDE_GROUP or self.facts.experts >= WIDE_GROUP:
                return "q4_k"
            return "iq3_s" if self.mix in {"iq2_s", "iq2_m"} else "q2_k"
        chosen = self._value_format(index)
        if self._is_seventy_b() and chosen in {"q3_k", "q4_k"}:
            chosen = "q5_k"
        return "q8_0" if self.facts.experts == MIXTRAL_EXPERTS else chosen

    def _value_format(self, index: int) -> str:
        mix, wide = self.mix, self.facts.query_per_kv >= WIDE_GROUP
        if mix in {"q4_k_m", "q5_k_m"}:
            return "q6_k" if _more_bits(index, self.values) else self.base
        by_mix = {
            "q2_k": "q4_k" if wide else "q3_k",
            "q2_k_s": "q4_k" if wide else self.base,
            "iq3_xxs": "q4_k" if wide else ("iq3_xxs" if self.facts.importance_matrix else "iq3_s"),
            "iq3_xs": "q4_k" if wide else self.base,
            "iq3_s": "q4_k" if wide else self.base,
            "iq3_m": "q4_k",
            "q3_k_m": "q5_k" if index < 2 else "q4_k",  # noqa: PLR2004 - llama.cpp's rule: the first two
            "q3_k_l": "q5_k",
            "iq4_nl": "q5_k" if wide else self.base,
            "iq4_xs": "q5_k" if wide else self.base,
            "q4_k_s": "q5_k" if index < 4 else self.base,  # noqa: PLR2004 - llama.cpp's rule: the first four
        }
        return by_mix.get(mix, self.base)

    def _is_seventy_b(self) -> bool:
        """llama.cpp's `70B` class: 80 layers of grouped attention in the families that have it."""
        facts = self.facts
        return facts.layers == SEVENTY_B_LAYERS and facts.grouped and facts.architecture in SEVENTY_B_ARCHITECTURES

    def _rest(self, tensor: Tensor) -> str:
        name = tensor.name
        if "attn_k.weight" in name:
            return self._key()
        if "attn_q.weight" in name:
            return QUERIES.get(self.mix, self.base)
        if "ffn_down" in name:
            return self._down(tensor)
        if "attn_output.weight" in name:
            return self._output()
        if "ffn_gate" in name or "ffn_up" in name:
            return self._gate_or_up(tensor)
        return self.base

    def _key(self) -> str:
        if self.facts.experts == MIXTRAL_EXPERTS:
            return "q4_k" if self.mix in SMALLEST else "q8_0"
        return QUERIES.get(self.mix, self.base)

    def _position(self, kind: str, tensor: Tensor) -> int:
        """Layer number in a mixture of experts; otherwise how many of the kind came before."""
        index = self.seen[kind]
        self.seen[kind] += 1
        return (tensor.layer or 0) if self.facts.experts > 1 else index

    def _down(self, tensor: Tensor) -> str:
        counted = self.seen["down"]
        index, count, mix = self._position("down", tensor), self.facts.layers, self.mix
        first = index < count // 8
        if mix in SMALLEST:
            if counted >= count // 8:
                return self.base
            return "iq3_s" if mix in {"iq2_s", "iq2_m"} else "q2_k"
        if mix in {"q4_k_m", "q5_k_m"}:
            return "q6_k" if _more_bits(index, count) else self.base
        if not self.facts.importance_matrix and mix in {"iq3_xxs", "iq4_nl", "iq4_xs"}:
            plain = "q3_k" if mix == "iq3_xxs" else self.base
            return {"iq3_xxs": "q4_k"}.get(mix, "q5_k") if first else plain
        if self.facts.importance_matrix and first and mix in {"q4_0", "q5_0"}:
            return {"q4_0": "q4_1", "q5_0": "q5_1"}[mix]
        more = self.facts.experts == MIXTRAL_EXPERTS and _more_bits(index, count)
        by_mix = {
            "q2_k": "q3_k",
            "q2_k_s": "q4_k" if first else self.base,
            "q3_k_m": "q5_k" if index < count // 16 else "q4_k",
            "q3_k_l": "q5_k",
            "iq3_m": "q4_k" if first or more else self.base,
            "q4_k_s": "q5_k" if first else self.base,
        }
        return by_mix.get(mix, self.base)

    def _output(self) -> str:
        mix = self.mix
        if self.facts.experts == MIXTRAL_EXPERTS and (mix in EIGHT_EXPERT_OUTPUT or mix in SMALLEST):
            return "q5_k"
        if mix in {"iq1_s", "iq1_m"}:
            return "iq2_xxs"
        return OUTPUTS.get(mix, self.base)

    def _gate_or_up(self, tensor: Tensor) -> str:
        kind = "gate" if "ffn_gate" in tensor.name else "up"
        index, count = self._position(kind, tensor), self.facts.layers
        return "iq3_xxs" if self.mix == "iq3_xs" and count // 8 <= index < 7 * count // 8 else self.base


def _fitting(format_id: str, row: int) -> str:
    """The format itself, or what the quantizer falls back to when rows do not divide into its blocks."""
    if format_id in PLAIN or row % SHORT_BLOCKS.get(format_id, SUPERBLOCK) == 0:
        return format_id
    smaller = format_id if format_id in SHORT_BLOCKS else FALLBACK.get(format_id, "iq4_nl")
    return smaller if row % BLOCK == 0 else "f16"


def formats(mix: str, tensors: Iterable[Tensor], facts: MixFacts) -> Iterator[tuple[Tensor, str]]:
    """Each tensor with the ggml format it is stored in, in the order given.

    `tensors` must be in layer order and hold exactly what the file holds (kept draft layers included).
    """
    listed = tuple(tensors)
    walk = Walk(mix, facts, sum(is_value(tensor.name) for tensor in listed))
    return ((tensor, walk.stored(tensor)) for tensor in listed)


def is_value(name: str) -> bool:
    """Whether the quantizer counts a tensor of that name as the value of an attention."""
    return name.endswith(VALUE_NAMES)


def is_counted(mix: str, name: str) -> bool:
    """Whether the mix's rule for a tensor of that name goes by its layer, or by how many of its kind came before."""
    if is_value(name):
        return mix in VALUES_COUNTED
    if "ffn_down" in name:
        return mix in DOWNS_COUNTED
    return mix == "iq3_xs" and ("ffn_gate" in name or "ffn_up" in name)
