"""Every screen, as text, at two sizes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from advisor.present.heat import cell_text
from advisor.tui.app import AdvisorApp
from advisor.tui.fit_page import FitPage
from advisor.tui.view import Asked, View
from tests.tui.driving import LARGE, SMALL, Driven, answers_of, drive, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from advisor.catalog.contents import Facts

SPARK = View(model="gpt-oss-120b", machine="dgx-spark")
DESKTOP = View(model="glm-4.7-flash", machine="rtx-4090+rtx-5070-ti", asked=Asked(context_tokens=32768))
WALKS: dict[str, tuple[View, tuple[str, ...]]] = {
    "fit": (SPARK, ()), "memory": (SPARK, ("enter",)), "speed": (SPARK, ("enter", "right")), "many": (SPARK, ("enter", "right", "right")),
    "facts": (SPARK, ("enter", "right", "right", "right")), "formats": (DESKTOP, ("2", "right", "right", "right", "right")),
    "evidence": (SPARK, ("3", "down")),
}  # fmt: skip


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "140x40"])
@pytest.mark.parametrize("name", WALKS)
def test_the_screen_shows_what_it_did(
    facts: Facts, golden: Callable[[str, str], None], name: str, size: tuple[int, int]
) -> None:
    view, keys = WALKS[name]
    golden(f"tui-{name}-{size[0]}x{size[1]}.txt", shown(facts, *keys, size=size, view=view))


@pytest.mark.parametrize("name", WALKS)
def test_a_plain_terminal_gets_plain_characters(facts: Facts, name: str) -> None:
    view, keys = WALKS[name]
    assert shown(facts, *keys, view=view, glyphs="ascii").isascii()


@pytest.mark.parametrize("size", [(80, 24), (111, 28), (200, 60)])
@pytest.mark.parametrize("name", WALKS)
def test_no_number_is_cut_at_the_edge(facts: Facts, name: str, size: tuple[int, int]) -> None:
    """A cell that does not fit whole is not there: every cell of the table and every size on a bar line is complete."""
    view, keys = WALKS[name]
    text = shown(facts, *keys, size=size, view=view)
    assert max(map(len, text.splitlines())) <= size[0]
    if name == "memory":
        bars = [line for line in text.splitlines() if re.search(r"\[[█▓▒·|]+\]", line)]
        assert bars
        assert all(re.search(r"[\d.]+ of [\d.]+ GiB$", line) for line in bars)
    if name == "fit":
        cells = re.findall(r"[░▒▓█] *[\d.]+(?:[●◐]\d|  )[ ↓]\S+", text)
        assert len(cells) > size[1]


def test_a_word_and_a_glyph_stand_for_every_colour(facts: Facts) -> None:
    """Without colour the table says the same: the legend names each glyph the cells use."""
    text = shown(facts, view=SPARK, size=LARGE)
    for glyph, word in zip("░▒▓█", ("slow", "readable", "brisk", "fast"), strict=True):
        assert re.search(rf"{glyph} \S+ {word}", text)


def test_without_colour_the_cells_keep_their_text(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = shown(facts, view=SPARK)
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(facts, view=SPARK) == coloured


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_every_theme_draws_the_same_text(facts: Facts, theme: str) -> None:
    texts: list[str] = []

    async def steps(driven: Driven) -> None:
        assert driven.app.theme == theme
        texts.append(driven.text)

    drive(facts, steps, view=SPARK, theme=theme)
    assert "gpt-oss-120b" in texts[0]


def test_a_smaller_window_is_drawn_anew(facts: Facts) -> None:
    async def steps(driven: Driven) -> None:
        assert "headroom" not in driven.text
        assert "weights" in driven.text
        await driven.pilot.resize_terminal(80, 24)
        await driven.settle()
        assert "weights" not in driven.text
        assert "gpt-oss-120b" in driven.text
        await driven.pilot.resize_terminal(200, 60)
        await driven.settle()
        assert "weights" in driven.text

    drive(facts, steps, size=LARGE, view=SPARK)


class _BrokenPage(FitPage):
    """A page with a mistake in it."""

    def compose(self) -> ComposeResult:
        raise ZeroDivisionError


class _BrokenAtMount(FitPage):
    """Another."""

    def on_mount(self) -> None:
        raise ZeroDivisionError


@pytest.mark.parametrize("broken", [_BrokenPage, _BrokenAtMount])
def test_a_screen_that_raises_fails_the_test_that_opens_it(
    facts: Facts, monkeypatch: pytest.MonkeyPatch, broken: type[FitPage]
) -> None:
    monkeypatch.setattr("advisor.tui.fit_page.FitPage", broken)
    with pytest.raises(ZeroDivisionError):
        shown(facts)


def test_a_cell_nobody_has_worked_out_is_a_dot() -> None:
    assert cell_text(None).text.strip() == "·"


def test_the_app_opens_where_the_view_is(facts: Facts) -> None:
    text = shown(facts, view=View(screen="evidence", model="gpt-oss-120b", machine="dgx-spark"))
    assert "57.14" in text


def test_what_the_catalog_does_not_have_is_dropped_from_a_view(facts: Facts) -> None:
    app = AdvisorApp(
        answers_of(facts),
        View(screen="nowhere", model="nobody", machine="nothing", filter="ctx>>", sort="x", marks=(("a", "b"),)),
    )
    assert app.view == View()
