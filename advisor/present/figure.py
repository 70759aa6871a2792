"""A picture described once: what is drawn over which axes. `figure_text` and `figure_svg` draw the same description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Point = tuple[float, float]
"""A place in the units of the two axes: across, up."""


@dataclass(frozen=True, slots=True)
class Line:
    """A curve through points, straight between them; `style` says which colour is its own."""

    name: str
    points: tuple[Point, ...]
    style: int = 0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Dots:
    """Single values, each with a mark; `style` says which colour and shape are theirs."""

    name: str
    points: tuple[Point, ...]
    style: int = 0
    hints: tuple[str, ...] = ()
    """A few words for each point, where the medium can show them; empty for none."""
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """The room between a low and a high value: across, low, high."""

    name: str
    points: tuple[tuple[float, float, float], ...]
    style: int = 0

    def edges(self) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
        """The lower edge and the upper one."""
        return tuple((x, low) for x, low, _ in self.points), tuple((x, high) for x, _, high in self.points)


Series = Line | Dots | Band


@dataclass(frozen=True, slots=True)
class Reference:
    """A value of one axis to compare with, drawn as a thin line through the picture."""

    value: float
    label: str
    axis: Literal["across", "up"] = "up"


@dataclass(frozen=True, slots=True)
class Axis:
    """What one direction means."""

    label: str
    """With its unit."""
    log: bool = False
    low: float | None = None
    """None = from the data: zero on a linear axis that holds nothing below it."""
    high: float | None = None
    ticks: tuple[tuple[float, str], ...] = ()
    """Values to name; empty = round ones."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture without a medium."""

    title: str
    alt: str
    """What it shows, for those who do not see it."""
    across: Axis
    up: Axis
    series: tuple[Series, ...]
    references: tuple[Reference, ...] = ()

    def values(self, axis: Literal["across", "up"]) -> Iterator[float]:
        """Every value drawn along that axis, references included."""
        place = 0 if axis == "across" else 1
        for series in self.series:
            drawn = (end for edge in series.edges() for end in edge) if isinstance(series, Band) else series.points
            yield from (point[place] for point in drawn)
        yield from (each.value for each in self.references if each.axis == axis)
