"""A grid of characters to draw on, in braille, block or plain characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Glyphs = Literal["braille", "blocks", "ascii"]
DOTS: dict[Glyphs, tuple[int, int]] = {"braille": (2, 4), "blocks": (2, 2), "ascii": (1, 1)}
"""Dots of one character, across and down."""
BRAILLE_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
BRAILLE = 0x2800
QUADRANTS = " ▘▖▌▝▀▞▛▗▚▄▙▐▜▟█"
MARKS: dict[Glyphs, str] = {"braille": "●■▲✚◆○", "blocks": "●■▲✚◆○", "ascii": "ox^+#%"}
"""One for each style of dots."""
SHADE: dict[Glyphs, str] = {"braille": "⠂⡀", "blocks": "░░", "ascii": "::"}
"""Of a band, two characters wide."""
REFERENCE: dict[Glyphs, tuple[str, str]] = {"braille": ("┈", "┊"), "blocks": ("┈", "┊"), "ascii": ("-", "!")}
"""Through the picture from side to side, and from top to bottom."""
FRAME: dict[Glyphs, tuple[str, str, str, str]] = {
    "braille": ("│", "┤", "└", "─"), "blocks": ("│", "┤", "└", "─"), "ascii": ("|", "+", "+", "-"),
}  # fmt: skip
"""Left side, left side with a tick, corner, bottom."""
STROKE: dict[Glyphs, str] = {"braille": "⠒⠒", "blocks": "▀▀", "ascii": "**"}
DASHES: dict[Glyphs, str] = {"braille": "⠒ ⠒", "blocks": "▀ ▀", "ascii": "= ="}
SOLID, DASHED = "*", "="
"""What a line is written with where a character is one dot."""
STIPPLE = 1, 3
"""In braille a band is shaded by one dot a character, at these heights by turns."""
DASH, GAP = 4, 3
"""Dots drawn and left out of a dashed line."""


class Canvas:
    """Dots and characters; row 0 is the top."""

    def __init__(self, columns: int, rows: int, glyphs: Glyphs) -> None:
        self.columns, self.rows, self.glyphs = columns, rows, glyphs
        self.across, self.down = DOTS[glyphs]
        self._dots: dict[tuple[int, int], str] = {}
        self._shaded: set[tuple[int, int]] = set()
        self._letters: dict[tuple[int, int], str] = {}
        self._thin: dict[tuple[int, int], str] = {}

    @property
    def width(self) -> int:
        """Dots across."""
        return self.columns * self.across

    @property
    def height(self) -> int:
        """Dots down."""
        return self.rows * self.down

    def dot(self, x: float, y: float, letter: str = SOLID) -> None:
        """Set the dot at that place; nothing outside the canvas."""
        if (place := self._place(x, y)) is not None:
            self._dots[place] = letter

    def stroke(self, points: Iterable[tuple[float, float]], *, dashed: bool = False) -> None:
        """A line through places given in dots."""
        before: tuple[float, float] | None = None
        drawn = 0
        for x, y in points:
            for place in [(x, y)] if before is None else self._between(before, (x, y)):
                if not dashed or drawn % (DASH + GAP) < DASH:
                    self.dot(*place, DASHED if dashed else SOLID)
                drawn += 1
            before = (x, y)

    def _between(self, start: tuple[float, float], end: tuple[float, float]) -> Iterator[tuple[float, float]]:
        """Places from behind the start to the end, a dot apart."""
        (x1, y1), (x2, y2) = start, end
        steps = min(round(max(abs(x2 - x1), abs(y2 - y1))), 8 * (self.width + self.height))
        for step in range(1, steps + 1):
            yield x1 + step / steps * (x2 - x1), y1 + step / steps * (y2 - y1)

    def shade(self, x: int, low_y: float, high_y: float) -> None:
        """One column of dots filled lightly from `high_y` (nearer the top) to `low_y`."""
        for y in range(max(0, round(high_y)), min(self.height - 1, round(low_y)) + 1):
            if self.glyphs != "braille":
                self._shaded.add((x // self.across, y // self.down))
            elif x % self.across == 0 and y % self.down == STIPPLE[x // self.across % 2]:
                self.dot(x, y)

    def letter(self, x: float, y: float, letter: str) -> None:
        """A character over whatever is drawn at that place."""
        if (place := self._place(x, y)) is not None:
            self._letters[place[0] // self.across, place[1] // self.down] = letter

    def thin(self, column: int, row: int, letter: str) -> None:
        """A character under whatever is drawn in that cell."""
        if 0 <= column < self.columns and 0 <= row < self.rows:
            self._thin[column, row] = letter

    def write(self, column: int, row: int, text: str) -> bool:
        """Put a text where nothing but thin lines is drawn; False, and nothing put, where it would cover something."""
        drawn = self._drawn()
        wanted = [(column + place, row) for place in range(len(text))]
        if (
            not 0 <= row < self.rows
            or column < 0
            or column + len(text) > self.columns
            or any(cell in drawn for cell in wanted)
        ):
            return False
        self._letters.update(zip(wanted, text, strict=True))
        return True

    def lines(self) -> list[str]:
        """The canvas from top to bottom, without blanks at the ends of lines."""
        cells = self._thin | self._drawn()
        rows = ["".join(cells.get((column, row), " ") for column in range(self.columns)) for row in range(self.rows)]
        return [row.rstrip(" ") for row in rows]

    def _place(self, x: float, y: float) -> tuple[int, int] | None:
        place = round(x), round(y)
        return place if 0 <= place[0] < self.width and 0 <= place[1] < self.height else None

    def _drawn(self) -> dict[tuple[int, int], str]:
        cells: dict[tuple[int, int], str] = dict.fromkeys(self._shaded, SHADE[self.glyphs][0])
        bits: dict[tuple[int, int], int] = {}
        for (x, y), letter in self._dots.items():
            cell, inside = (x // self.across, y // self.down), (x % self.across, y % self.down)
            if self.glyphs == "ascii":
                cells[cell] = letter
            else:
                bit = (
                    BRAILLE_BITS[inside[0]][inside[1]] if self.glyphs == "braille" else 1 << (2 * inside[0] + inside[1])
                )
                bits[cell] = bits.get(cell, 0) | bit
        for cell, bit in bits.items():
            cells[cell] = chr(BRAILLE + bit) if self.glyphs == "braille" else QUADRANTS[bit]
        return cells | self._letters
