"""Where a person told llama.cpp to put layers and tensors, instead of leaving it to the runtime."""

import re
from dataclasses import dataclass
from functools import lru_cache

EXPERT_TENSORS = r"\.ffn_(up|down|gate|gate_up)_(ch|)exps"
"""What --cpu-moe and --n-cpu-moe match, and --n-cpu-ffn in dense layers (llama.cpp, common.h)."""
DENSE_TENSORS = r"\.ffn_(up|down|gate)\."


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@dataclass(frozen=True, slots=True)
class Override:
    """Tensors whose name matches go to a device, or with None to host memory; the first override that matches wins."""

    pattern: str
    device: int | None = None
    flag: str = ""
    """As it was stated."""

    def matches(self, name: str) -> bool:
        """Whether a tensor of this GGUF name is meant: the pattern may match anywhere in it."""
        return _compiled(self.pattern).search(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """-ngl, -ts, -ot and their kin; what is empty is left to the runtime."""

    offloaded: int | None = None
    """-ngl: layers on devices counted from the last, the output being one more."""
    shares: tuple[float, ...] = ()
    """-ts: proportions of the layers on devices that each of them takes."""
    overrides: tuple[Override, ...] = ()
    """-ot, --cpu-moe, --n-cpu-moe, --n-cpu-ffn, in the order given."""
    margin_bytes: int | None = None
    """Memory to leave free on every device where it places by itself (--fit-target, --fit off); None = its default."""

    @property
    def stated(self) -> bool:
        """Whether anything is placed as told; then the runtime leaves no margin and moves nothing by itself."""
        return self.offloaded is not None or any(self.shares) or bool(self.overrides)


NOTHING_SAID = Layout()


def first_layers(count: int, tensors: str, flag: str = "") -> Override:
    """The override that keeps such tensors of the first `count` layers in host memory; `count` is at least 1."""
    return Override(rf"blk\.({'|'.join(map(str, range(count)))}){tensors}", flag=flag)
