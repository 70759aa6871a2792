"""What llama.cpp's graphs of an architecture do that its layers do not say, by the architecture's name in llama.cpp.

Everything else of a graph follows from the kinds of layer. Read from its model graphs, commit 0c1e57098.
"""

from dataclasses import dataclass

ROWS_CHOSEN_LAST = frozenset(
    {"bailingmoe3", "cohere2moe", "gemma4", "gpt-oss", "hy-v3", "nemotron_h", "nemotron_h_moe", "qwen35", "qwen35moe", "qwen3next", "step35"}
)  # fmt: skip
"""The tokens with logits are picked after the final norm, not before the last feed-forward."""
ADDED_TO_RESIDUAL = frozenset({"jamba", "lfm2", "lfm2moe"})
"""What a layer computed is added to the residual stream in place of the stream, not of what was computed."""
FEED_FORWARD_ADDED_TO_RESIDUAL = ADDED_TO_RESIDUAL | {"phi3"}
NORMED_AFTER = frozenset({"olmo2"})
"""Norms stand behind attention and feed-forward, none before them."""
MEAN_CENTRED = frozenset({"cohere2", "command-r"})
"""Norms take the mean away too; such a norm is never computed in place."""
NO_POSITIONS = frozenset({"jamba", "nemotron_h", "nemotron_h_moe"})
"""Attention without rotary positions."""
POSITIONS_IN_WINDOWS = frozenset({"cohere2", "cohere2moe"})
"""Rotary positions in windowed layers only."""
INPUT_WEIGHTED = frozenset({"llama4"})
"""A token's weight for an expert scales the expert's input, not its output."""
SECTIONED_POSITIONS = frozenset({"qwen2vl", "qwen3vl", "qwen3vlmoe", "qwen35", "qwen35moe"})
"""Four positions a token: time, height, width and one more."""


@dataclass(frozen=True, slots=True)
class Style:
    """How one kind of layer of an architecture is computed."""

    rotary: bool
    """Query and key are turned by position."""
    normed_before: bool
    input_weighted: bool
    mixed_to_residual: bool
    computed_to_residual: bool


def style(architecture: str, *, windowed: bool) -> Style:
    """The style of a layer with or without a window; a name llama.cpp does not know has the commonest."""
    turned = architecture not in NO_POSITIONS and (windowed or architecture not in POSITIONS_IN_WINDOWS)
    return Style(
        rotary=turned, normed_before=architecture not in NORMED_AFTER, input_weighted=architecture in INPUT_WEIGHTED,
        mixed_to_residual=architecture in ADDED_TO_RESIDUAL, computed_to_residual=architecture in FEED_FORWARD_ADDED_TO_RESIDUAL,
    )  # fmt: skip


COMMON = style("llama", windowed=False)
