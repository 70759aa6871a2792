"""What catalog entries are, in a few words: layers, memory, splits, prices."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from advisor.present.formats import as_printed, money

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Figure, Hardware
    from advisor.catalog.schema.market import Figure as CostFigure
    from advisor.catalog.schema.market import Price
    from advisor.catalog.schema.model import Attention, Block, Model
    from advisor.catalog.schema.runtime import Runtime, Version

MIXERS = (
    ("gated_delta", "gated delta"),
    ("mamba2", "Mamba-2"),
    ("mamba1", "Mamba-1"),
    ("short_conv", "short convolution"),
    ("linear_attention", "linear attention"),
)
SPLITS = (
    ("layers", "layers"),
    ("layers_over_unequal", "over unequal devices"),
    ("tensors", "tensors"),
    ("host", "host memory"),
    ("nodes", "several boxes"),
)
MONTHS = 12


def _attention(attention: Attention) -> str:
    reach = "full attention"
    if attention.window:
        reach = f"window {attention.window:,}"
    elif attention.chunk:
        reach = f"chunk {attention.chunk:,}"
    if attention.indexer:
        reach = f"top {attention.indexer.top_k:,} of full attention"
    return f"{reach}, earlier layer's cache" if attention.cached_by_earlier_layer else reach


def mixer(block: Block) -> str:
    """What the layer does to mix tokens: `full attention`, `window 128`, `MLA`, `gated delta` and others."""
    found = [_attention(block.attention)] if block.attention else []
    if block.latent_attention:
        indexer = block.latent_attention.indexer
        found.append(f"top {indexer.top_k:,} of MLA" if indexer else "MLA")
    found += [words for name, words in MIXERS if getattr(block, name)]
    return " + ".join(found) or "no attention"


def layers(model: Model) -> str:
    """`36: 18 window 128, 18 full attention`, or that the layers are not known."""
    if not model.is_sized:
        return "not known"
    kinds = Counter(mixer(block) for block in model.layers)
    return f"{len(model.layer_names)}: " + ", ".join(
        f"{count} {kind}" if len(kinds) > 1 else kind for kind, count in kinds.items()
    )


SHORT = {"gated delta": "delta", "short convolution": "conv", "linear attention": "linear", "no attention": "none"}


def mixers(model: Model) -> str:
    """The same in a few characters: `18 window + 18 full`, `46 MLA`, `30 delta + 10 full`."""
    if not model.is_sized:
        return "not known"
    kinds = Counter(" + ".join(map(_short, mixer(block).split(" + "))) for block in model.layers)
    return " + ".join(f"{count} {kind}" for kind, count in kinds.items())


def _short(kind: str) -> str:
    if kind.startswith("top "):
        return "sparse MLA" if kind.endswith("MLA") else "sparse"
    return SHORT.get(kind, re.split(r"[ ,]", kind, maxsplit=1)[0])


def experts(model: Model) -> str:
    """`128 experts, 4 a token`, or `dense`."""
    found = {
        (block.moe.experts, block.moe.active, bool(block.moe.shared_width))
        for block in model.blocks.values()
        if block.moe
    }
    return "; ".join(
        f"{count} experts, {active} a token{' and a shared one' if shared else ''}" for count, active, shared in sorted(found)
    ) or "dense"  # fmt: skip


def provenance(model: Model) -> str:
    """How the configuration was obtained."""
    return model.provenance.replace("-", " ")


def verified(hardware: Hardware, figure: Figure) -> float | str | None:
    """The figure where it has a source; None otherwise, as if it were not known."""
    found: float | str | None = None if figure in hardware.unverified else getattr(hardware, figure)
    return found


def advertised_gb(facts: Facts, hardware: Hardware) -> float | None:
    """Memory as sold; all devices together for a system, None where one of them is not known."""
    if not hardware.members:
        found = verified(hardware, "advertised_gb")
        return found if isinstance(found, int | float) else None
    parts = [(member.count, advertised_gb(facts, facts.hardware[member.device])) for member in hardware.members]
    return None if any(size is None for _, size in parts) else sum(count * (size or 0) for count, size in parts)


def members(hardware: Hardware) -> str:
    """`2 × dgx-spark`, `rtx-4090 + rtx-5070-ti`."""
    return " + ".join(
        f"{member.count} × {member.device}" if member.count > 1 else member.device for member in hardware.members
    )


def splits(runtime: Runtime) -> str:
    """What the runtime can spread a model over."""
    return ", ".join(words for name, words in SPLITS if getattr(runtime.splits, name)) or "nothing"


def newest(runtime: Runtime) -> Version | None:
    """The last version; None where none is recorded."""
    return max(runtime.versions, key=lambda version: version.date, default=None)


def price(row: Price) -> str:
    """`3,999 USD`, or the range where only a range was printed."""
    if row.price is not None:
        return money(row.price, row.currency)
    ends = [as_printed(end) for end in (row.low, row.high) if end is not None]
    return f"{' to '.join(ends)} {row.currency}"


def cost(row: CostFigure) -> str:
    """The value as printed, or the range, or what a million tokens cost in and out."""
    if row.value is not None:
        return as_printed(row.value)
    if row.input_per_mtok is not None or row.output_per_mtok is not None:
        ends = ((row.input_per_mtok, "in"), (row.output_per_mtok, "out"))
        return " / ".join(f"{as_printed(end)} {way}" for end, way in ends if end is not None)
    return " to ".join(as_printed(end) for end in (row.low, row.high) if end is not None)


def age_months(date: str, today: str) -> int | None:
    """Whole months from `date` to `today`, both written as far as they are known; None where only a year is."""
    start, end = date.split("-"), today.split("-")
    if len(start) == 1 or len(end) == 1:
        return None
    return MONTHS * (int(end[0]) - int(start[0])) + int(end[1]) - int(start[1])


def age(date: str, today: str) -> str:
    """`14 mo` for what is older than a year; nothing for the rest."""
    months = age_months(date, today)
    return f"{months} mo" if months and months > MONTHS else ""
