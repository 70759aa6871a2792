"""What is on the screen as a file: a table as CSV or Markdown, a picture as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.tables import Column, render
from advisor.tui.dialogs import ChoiceScreen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from advisor.tui.page import Page

FORMATS = (("csv", "table as CSV"), ("markdown", "table as Markdown"), ("svg", "picture of the screen as SVG"))
ENDINGS = {"csv": "csv", "markdown": "md", "svg": "svg"}


def offer(page: Page) -> None:
    """Let one of the files the page can be written to be chosen, and write it."""
    app, view, reports = page.advisor, page.advisor.view, page.saves(page.advisor.view)
    offered = (*reports, *(FORMATS if page.table(view) is not None else FORMATS[-1:]))

    def write(chosen: str | None) -> None:
        if chosen is None:
            return
        if chosen in dict(reports):
            page.save(view, chosen, app.folder)
            return
        table = page.table(view)
        content = as_text(*table, chosen) if table and chosen != "svg" else app.export_screenshot(simplify=True)
        try:
            path = written(app.folder, view.screen, chosen, content)
        except OSError as reason:
            page.tell(f"not written: {reason.strerror}")
        else:
            page.tell(f"written: {path}")

    app.push_screen(ChoiceScreen("export what is on the screen", offered, ascii_only=page.glyphs == "ascii"), write)


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
