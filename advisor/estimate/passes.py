"""What llama.cpp's graph allocator is told of one forward pass, and the inputs that reach a device only part of the way through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

from advisor.estimate.arena import Arena, Span
from advisor.estimate.graph_styles import COMMON, Style
from advisor.estimate.kv_cache import QUANTISED, TYPE_BYTES

F32, F16 = 4, 2
NOTHING: Span = (0, 0)
"""No tensor: nothing to free."""
EXPERTS = "_exps"
"""In the name of every matrix of routed experts."""


@dataclass(slots=True)
class Arrivals:
    """Graph inputs that reach the device only with the first part of a divided graph that reads them."""

    sizes: list[int]
    spans: list[Span]
    matrix: str = ""
    """The matrix with whose copy they come; empty = the last of the layer."""

    def come(self, arena: Arena) -> None:
        """Take their places now."""
        self.spans += [arena.take(size) for size in self.sizes]
        self.sizes = []


@dataclass(slots=True)
class Picks:
    """The tokens an indexer picked, while a layer is laid out that reads only these."""

    zeros: Span
    """What the layer puts into its mask where a token was picked."""
    chosen: Span
    """Numbers of the tokens, as an earlier layer left them."""
    kept: bool
    """The next layer reads the same tokens."""


@dataclass(slots=True)
class Ahead:
    """What the graph fetches for the next layer while this one is under way: the state its mixer begins with.

    llama.cpp calls for it as it builds the next layer, before what this layer has left to do once its mixer has kept its own
    state, its attention is computed, or its experts are summed.
    """

    size: int = 0
    """Bytes still to fetch; 0 = nothing."""
    after_experts: bool = False
    stream: Span | None = None
    """The residual stream where what comes is no state but its tokens with logits; it is free then."""
    state: Span | None = None
    """The state as fetched, until the layer it is for begins."""
    chosen: Span | None = None
    """The tokens with logits as picked."""

    def fetch(self, arena: Arena, *, after_experts: bool = False) -> None:
        """Take its place now, if it comes at this point."""
        if self.size and after_experts == self.after_experts:
            span, self.size = arena.take(self.size), 0
            if self.stream is None:
                self.state = span
            else:
                arena.give(self.stream)
                self.chosen = span

    def claimed(self, arena: Arena, size: int) -> Span:
        """The state of `size` bytes: as fetched before, else fetched now."""
        state, self.state = self.state, None
        return state if state is not None else arena.take(size)


@dataclass(frozen=True, slots=True)
class Pass:
    """What one micro-batch computes, as far as the sizes of its intermediates depend on it."""

    tokens: int
    sequences: int
    hidden: int
    flash_attention: bool
    key_type: str
    value_type: str
    cells: int
    """Cells of one stream that a full layer attends over, and a windowed one."""
    windowed_cells: int
    streams: int
    closing: tuple[Span, ...] = ()
    """Graph inputs nothing after this layer's attention reads."""
    hosted: Mapping[str, int] | None = None
    """Bytes of those of the layer's matrices, by name, that stand on the host."""
    whole_hosted: bool = False
    """The whole layer stands there, with its cache."""
    attends_on_host: bool = False
    """The attention itself stays on the host though its projections are computed on the device."""
    turning: Arrivals | None = None
    """Inputs that come with the query: positions, rotations."""
    valuing: Arrivals | None = None
    """Inputs that come with the value: its rotation."""
    arriving: Arrivals | None = None
    """Inputs that come with the attention: masks."""
    following: Arrivals | None = None
    """Inputs that come with the layer's last matrix, for what follows."""
    ends_with_output: bool = False
    """The projection back to the model's width is the layer's last matrix."""
    ahead: Ahead = field(default_factory=Ahead, compare=False)
    picks: Picks | None = None
    """What an indexer picked; None where attention reads all."""
    windows: bool = False
    """Some layer of the model has a window: two caches, filled key first."""
    style: Style = COMMON
    scaled_positions: bool = False
    """Rotations are scaled by a table of the model's."""
    gate_width: int = 0
    """Width of a gate with a projection of its own, computed after attention; 0 = none."""

    @property
    def ending(self) -> Arrivals | None:
        """What comes with the last matrix of a layer that stands on the host altogether."""
        return self.following if self.following and not self.following.matrix else None

    @property
    def rotated_key(self) -> bool:
        """A quantised cache is rotated on its way in, query and result likewise."""
        return self.key_type in QUANTISED

    @property
    def rotated_value(self) -> bool:
        """The same of the value."""
        return self.value_type in QUANTISED

    def row(self, width: int) -> int:
        """Bytes of one F32 value row of `width` for every token."""
        return F32 * width * self.tokens

    def staged(self, cells: int, width: int, kind: str) -> int:
        """Bytes of the F16 copy flash attention makes of a layer's keys or values kept in another type."""
        return 0 if kind == "f16" or not self.flash_attention else F16 * cells * self.streams * width

    def cached(self, cells: int, width: int, kind: str) -> int:
        """Bytes of a layer's keys or values."""
        return ceil(TYPE_BYTES[kind] * cells * self.streams * width)
