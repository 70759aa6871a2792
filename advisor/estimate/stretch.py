"""The layers one device computes, and what of them stands on the host."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COMPUTED = (
    "ssm", "shortconv", "attn_q", "attn_v", "attn_k", "attn_o", "ffn_gate_up_exps", "ffn_gate_exps", "ffn_up_exps", "ffn_down_exps.weight",
    "ffn_down_exps.bias", "ffn_gate_shexp", "ffn_up_shexp", "ffn_down_shexp", "ffn_gate.", "ffn_up.", "ffn_down.",
)  # fmt: skip
"""How names of a layer's matrices begin, in the order they are computed."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Layers one device computes: first up to but not including `last`."""

    first: int
    last: int
    copies: int = 1
    """Copies of every graph input."""
    hosted: tuple[Mapping[str, int], ...] = ()
    """Matrices of the layers from the first on that leave something on the host, by name."""
    whole: int = 0
    """Of these the first that stand there altogether, with their caches; the others leave single matrices."""
    lends: bool = False
    """The first device computes what is on the host: of layers with matrices there the feed-forward half is not computed here."""

    @property
    def span(self) -> tuple[int, int, int, int, bool]:
        """Equal for stretches that plan alike, where nothing of them is on the host."""
        return self.first, self.last, self.copies, self.whole, self.lends

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for stretches that plan alike."""
        ids = [id(layer) for layer in self.hosted]
        sizes = {id(layer): tuple(layer.items()) for layer in dict(zip(ids, self.hosted, strict=True)).values()}
        order = {known: index for index, known in enumerate(sizes)}
        return *self.span, tuple(order[i] for i in ids), tuple(sizes.values())


def last_on_host(stretch: Stretch, reader: int) -> tuple[int, str] | None:
    """The last layer before `reader` with a matrix on the host, and which; None = nothing is there, or another device fetches it."""
    if stretch.lends:
        return None
    for at in range(reader - 1, stretch.first - 1, -1):
        matrix = _last_hosted(stretch, at)
        if matrix or at - stretch.first < stretch.whole:
            return at, matrix
    return None


def _last_hosted(stretch: Stretch, index: int) -> str:
    """The last of a layer's matrices on the host to be computed; empty for a layer that stands there altogether, or has none."""
    at = index - stretch.first
    if at < stretch.whole or at >= len(stretch.hosted):
        return ""
    order = {
        name: next((i for i, stem in enumerate(COMPUTED) if name.startswith(stem)), -1) for name in stretch.hosted[at]
    }
    return max((name for name in order if order[name] >= 0), key=order.__getitem__, default="")
