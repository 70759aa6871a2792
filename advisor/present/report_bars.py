"""Memory as bars: what a workload puts into each pool of each machine, on one scale, against what can be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.present.formats import gib
from advisor.present.report_tree import Picture
from advisor.present.svg import COLOURS, FAINT, INK, Drawing
from advisor.units import to_gib

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.estimate.placement import PoolUse

KINDS = (("weights", "█", COLOURS[0]), ("KV cache and state", "▓", COLOURS[1]), ("buffers", "▒", COLOURS[2]))
"""What memory is taken by: words, block, colour."""
SHORT = COLOURS[3]
WIDTH, LEFT, RIGHT = 720, 12, 12
TOP, STEP, BAR = 62, 46, 16
COLUMNS = 60


@dataclass(frozen=True, slots=True)
class Bar:
    """One pool of one machine."""

    name: str
    usable_bytes: int
    taken_bytes: tuple[int, int, int]
    """Weights, KV cache with state, buffers."""

    @property
    def used_bytes(self) -> int:
        """All of it."""
        return sum(self.taken_bytes)

    def words(self) -> str:
        """`59.0 of 111.8 GiB, 52.8 GiB free`."""
        left = self.usable_bytes - self.used_bytes
        rest = f"{gib(left)} free" if left >= 0 else f"{gib(-left)} short"
        return f"{to_gib(self.used_bytes):.1f} of {gib(self.usable_bytes)} usable, {rest}"


def bar_of(name: str, use: PoolUse) -> Bar:
    """The bar of a pool; the host's counts as large as what it holds where nobody states its size."""
    usable = use.pool.usable_bytes
    if use.pool.device is None and not use.pool.advertised_bytes:
        usable = use.used_bytes
    taken = (use.weights_bytes, use.kv_cache_bytes + use.state_bytes, use.compute_buffer_bytes + use.overhead_bytes)
    return Bar(name, usable, taken)


def picture(title: str, bars: Sequence[Bar]) -> Picture:
    """The bars under one another."""
    alt = "; ".join(f"{bar.name}: {bar.words()}" for bar in bars) + "."
    return Picture(title, alt, _svg(title, alt, bars), f"{title}\n{_text(bars)}")


def _most(bars: Sequence[Bar]) -> int:
    return max(1, *(max(bar.usable_bytes, bar.used_bytes) for bar in bars))


def _svg(title: str, alt: str, bars: Sequence[Bar]) -> str:
    drawing = Drawing(WIDTH, TOP + STEP * len(bars), title, alt)
    drawing.words((LEFT, 20), title, size=14)
    x = float(LEFT)
    for name, _, colour in (*KINDS, ("short", "", SHORT)):
        _fill(drawing, (x, 32), 14, 10, colour)
        drawing.words((x + 20, 41), name)
        x += 44 + 6.7 * len(name)
    _outline(drawing, (x, 32), 14, 10)
    drawing.words((x + 20, 41), "free")
    scale = (WIDTH - LEFT - RIGHT) / _most(bars)
    for place, bar in enumerate(bars):
        y = TOP + STEP * place
        drawing.words((LEFT, y + 12), bar.name)
        drawing.words((WIDTH - RIGHT, y + 12), bar.words(), anchor="end", colour=FAINT)
        at = float(LEFT)
        for start, end, colour in _segments(bar):
            _fill(drawing, (LEFT + start * scale, y + 18), (end - start) * scale, BAR, colour)
            at = LEFT + end * scale
        _outline(drawing, (LEFT, y + 18), max(bar.usable_bytes * scale, 1.0), BAR)
        if bar.used_bytes > bar.usable_bytes:
            drawing.line(
                (LEFT + bar.usable_bytes * scale, y + 14), (LEFT + bar.usable_bytes * scale, y + 22 + BAR), INK
            )
            drawing.line((LEFT, y + 18 + BAR), (at, y + 18 + BAR), SHORT)
    return drawing.text()


def _segments(bar: Bar) -> Iterator[tuple[int, int, str]]:
    """Start, end and colour of each stretch; what goes beyond what can be used is short."""
    at = 0
    for amount, (_, _, colour) in zip(bar.taken_bytes, KINDS, strict=True):
        end = min(at + amount, max(bar.usable_bytes, at))
        if end > at:
            yield at, end, colour
        if at + amount > end:
            yield end, at + amount, SHORT
        at += amount


def _fill(drawing: Drawing, at: tuple[float, float], width: float, height: float, colour: str) -> None:
    x, y = at
    drawing.parts.append(
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height}" fill="{colour}"/>'
    )


def _outline(drawing: Drawing, at: tuple[float, float], width: float, height: float) -> None:
    x, y = at
    drawing.parts.append(
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" fill="none" stroke="{FAINT}"/>'
    )


def _text(bars: Sequence[Bar]) -> str:
    scale = COLUMNS / _most(bars)
    lines = ["   ".join(f"{block} {name}" for name, block, _ in KINDS) + "   ✗ short   · free"]
    for bar in bars:
        drawn = ""
        for start, end, colour in _segments(bar):
            block = "✗" if colour == SHORT else next(block for _, block, own in KINDS if own == colour)
            drawn += block * (round(end * scale) - round(start * scale))
        drawn += "·" * (round(bar.usable_bytes * scale) - len(drawn))
        lines += ["", bar.name, f"[{drawn}]", f" {bar.words()}"]
    return "\n".join(lines)
