"""Memory as bars of any width: what is in each pool against what of it is usable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.formats import gib
from advisor.present.hanging import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.estimate.placement import PoolUse

LEAST, MOST = 24, 62
"""Columns of a bar below which it gets a line of its own, and the most it takes."""
GAP = "  "


def memory_bar(use: PoolUse, width: int) -> str:
    """Weights, cache and buffers against usable memory, `width` columns with its brackets; full where they exceed it."""
    inner = max(0, width - 2)
    size = max(use.pool.usable_bytes, use.used_bytes, 1)
    parts = (
        ("█", use.weights_bytes), ("▓", use.kv_cache_bytes + use.state_bytes),
        ("▒", use.compute_buffer_bytes + use.overhead_bytes),
    )  # fmt: skip
    drawn, total = "", 0
    for glyph, amount in parts:
        total += amount
        drawn += glyph * (round(inner * total / size) - len(drawn))
    return f"[{drawn}{'·' * (inner - len(drawn))}]"


def pool_lines(uses: Sequence[PoolUse], width: int) -> list[str]:
    """Each pool as a bar with what it is, and what is in it; lines of at most `width` columns, bars of one length."""
    sized = [use for use in uses if use.pool.device is not None or use.pool.advertised_bytes]
    beside = width - max((len(_usable(use)) for use in sized), default=0) - 1
    lines = []
    for use in uses:
        if use not in sized:
            held = f"weights {gib(use.weights_bytes)}  buffers {gib(use.compute_buffer_bytes)}"
            lines += folded(f" {use.pool.name}: {held}  (size not stated)", width)
            continue
        if beside >= LEAST:
            lines.append(f"{memory_bar(use, min(beside, MOST))} {_usable(use)}")
        else:
            lines += [memory_bar(use, min(width, MOST)), *folded(f" {_usable(use)}", width)]
        lines += _packed(_in_it(use), width)
    return lines


def _usable(use: PoolUse) -> str:
    return f"{gib(use.pool.usable_bytes)} usable · {use.pool.name} ({use.pool.basis})"


def _in_it(use: PoolUse) -> list[str]:
    left = use.pool.usable_bytes - use.used_bytes
    return [
        f"█ weights {gib(use.weights_bytes)}",
        f"▓ KV cache {gib(use.kv_cache_bytes)}",
        *([f"state {gib(use.state_bytes)}"] if use.state_bytes else []),
        f"▒ buffers {gib(use.compute_buffer_bytes + use.overhead_bytes)}",
        f"· free {gib(left)}" if left >= 0 else f"✗ {gib(-left)} short",
    ]


def _packed(parts: Sequence[str], width: int) -> list[str]:
    """The parts in as few lines as hold them whole, each line a column to the right."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}{GAP if lines[-1] else ' '}{part}"
        if lines[-1] and len(longer) > width:
            lines.append(f" {part}")
        else:
            lines[-1] = longer
    return lines
