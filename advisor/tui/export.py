"""What is on the screen as a file: a table as CSV or Markdown, a picture as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from advisor.present.tables import Column, render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Format = Literal["csv", "markdown", "svg"]
FORMATS = (("csv", "table as CSV"), ("markdown", "table as Markdown"), ("svg", "picture of the screen as SVG"))
ENDINGS = {"csv": "csv", "markdown": "md", "svg": "svg"}


def as_text(headings: Sequence[str], rows: Sequence[Sequence[object]], chosen: str) -> str:
    """The table as CSV, or as Markdown where that is not what was chosen."""
    columns = [
        Column(name.replace(" ", "_"), name, lambda value: "" if value is None else str(value)) for name in headings
    ]
    return render(columns, rows, "csv" if chosen == "csv" else "markdown") + "\n"


def written(folder: Path, screen: str, chosen: str, content: str) -> Path:
    """The file it was written to: a new one, which no other has the name of. Raises OSError where that is not allowed."""
    path = fresh(folder, screen, ENDINGS[chosen])
    with path.open("x", encoding="utf-8") as file:
        file.write(content)
    return path.absolute()


def fresh(folder: Path, screen: str, ending: str) -> Path:
    """A name of the folder that no file has. Raises OSError where a thousand are taken."""
    for number in range(1, 1000):
        path = folder / f"advisor-{screen}{'' if number == 1 else f'-{number}'}.{ending}"
        if not path.exists():
            return path
    raise FileExistsError(17, "a thousand exports are there already")
