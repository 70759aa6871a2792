"""Pictures as SVG text: no scripts, nothing fetched, readable when printed. Every number is rounded, so the same facts draw the same file."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Sequence

FONT = "system-ui, sans-serif"
USUAL_SIZE = 12
INK, FAINT, GRID = "#1a1a1a", "#595959", "#dddddd"
COLOURS = ("#0072b2", "#b34700", "#007a5e", "#a3337c", "#8c6d00", "#555555")
"""Apart for readers who confuse red and green, and 4.5 : 1 or more on white (after Okabe and Ito, darkened)."""
MARKS = ("circle", "square", "triangle", "cross", "diamond", "dash")


def number(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


@dataclass(slots=True)
class Drawing:
    """Shapes collected in order; `text()` is the file."""

    width: int
    height: int
    title: str
    description: str
    parts: list[str] = field(default_factory=list)

    def line(
        self, start: tuple[float, float], end: tuple[float, float], colour: str = GRID, *, dashed: bool = False
    ) -> None:
        """A thin line."""
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        (x1, y1), (x2, y2) = start, end
        self.parts.append(
            f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" stroke="{colour}"{dash}/>'
        )

    def words(  # noqa: PLR0913 - each says how it looks
        self, at: tuple[float, float], text: str, *, anchor: str = "start", colour: str = INK, turned: bool = False,
        size: int = USUAL_SIZE, halo: bool = False,
    ) -> None:  # fmt: skip
        """One line of text; `turned` reads upwards, `halo` keeps what lies under it apart."""
        x, y = number(at[0]), number(at[1])
        turn = f' transform="rotate(-90 {x} {y})"' if turned else ""
        large = "" if size == USUAL_SIZE else f' font-size="{size}"'
        apart = ' stroke="#ffffff" stroke-width="3" paint-order="stroke"' if halo else ""
        self.parts.append(
            f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}"{large}{apart}{turn}>{escape(text)}</text>'
        )

    def path(self, points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False) -> None:
        """A thicker line through several places."""
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        through = "L".join(f"{number(x)} {number(y)}" for x, y in points)
        self.parts.append(f'<path d="M{through}" stroke="{colour}" stroke-width="1.8" fill="none"{dash}/>')

    def area(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """A lightly filled outline."""
        through = "L".join(f"{number(x)} {number(y)}" for x, y in points)
        self.parts.append(f'<path d="M{through}Z" fill="{colour}" fill-opacity="0.2" stroke="none"/>')

    def mark(self, at: tuple[float, float], series: int, tooltip: str = "", *, filled: bool = False) -> None:
        """One measured thing: shape and colour both say which series it is of."""
        colour = COLOURS[series % len(COLOURS)]
        fill = colour if filled else "none"
        hint = f"<title>{escape(tooltip)}</title>" if tooltip else ""
        self.parts.append(
            f'<path d="{_path(MARKS[series % len(MARKS)], *at)}" stroke="{colour}" fill="{fill}">{hint}</path>'
        )

    def text(self) -> str:
        """The drawing as an SVG document, its ids its own so that a page can hold several."""
        own = f"{crc32((self.title + self.description).encode()):08x}"
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
            f'height="{self.height}" role="img" aria-labelledby="title-{own} desc-{own}" font-family="{FONT}" font-size="{USUAL_SIZE}">',
            f'<title id="title-{own}">{escape(self.title)}</title>', f'<desc id="desc-{own}">{escape(self.description)}</desc>',
            f'<rect width="{self.width}" height="{self.height}" fill="#ffffff"/>', *self.parts, "</svg>",
        ]) + "\n"  # fmt: skip


def _path(shape: str, x: float, y: float, r: float = 2.6) -> str:
    n = number
    if shape == "circle":
        return f"M{n(x - r)} {n(y)}a{n(r)} {n(r)} 0 1 0 {n(2 * r)} 0a{n(r)} {n(r)} 0 1 0 {n(-2 * r)} 0"
    corners: dict[str, Sequence[tuple[float, float]]] = {
        "square": ((-r, -r), (r, -r), (r, r), (-r, r)), "triangle": ((0, -r), (r, r), (-r, r)),
        "diamond": ((0, -r), (r, 0), (0, r), (-r, 0)),
    }  # fmt: skip
    if shape in corners:
        return "M" + "L".join(f"{n(x + dx)} {n(y + dy)}" for dx, dy in corners[shape]) + "Z"
    if shape == "cross":
        return f"M{n(x - r)} {n(y - r)}L{n(x + r)} {n(y + r)}M{n(x - r)} {n(y + r)}L{n(x + r)} {n(y - r)}"
    return f"M{n(x - r)} {n(y)}L{n(x + r)} {n(y)}"
