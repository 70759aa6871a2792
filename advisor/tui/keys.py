"""Every key, once: what it is called, what it does, and on which screens. Bindings, key bar, help and palette are made of it."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.tui.screens import ENTRIES


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a person can do."""

    id: str
    keys: str
    """As Textual names them, separated by commas."""
    shown: str
    """As a person reads them."""
    word: str
    """For the key bar."""
    says: str
    """For the help."""
    needs: str = ""
    """Name of the screen without which there is nothing to do; empty = none."""
    in_bar: bool = True
    bar: str = ""
    """As the key bar shows it, where it speaks of another key too."""


_MOVES = (
    Key("up", "up,k", "↑ k", "Up", "the line above", in_bar=False),
    Key("down", "down,j", "↓ j", "Down", "the line below", in_bar=False),
    Key("left", "left,h", "← h", "Left", "the machine, or the tab, to the left", in_bar=False),
    Key("right", "right,l", "→ l", "Right", "the machine, or the tab, to the right", in_bar=False),
    Key("page_up", "pageup", "PgUp", "Page up", "a screenful up", in_bar=False),
    Key("page_down", "pagedown", "PgDn", "Page down", "a screenful down", in_bar=False),
    Key("home", "home", "Home", "Top", "the first line", in_bar=False),
    Key("end", "end", "End", "End", "the last line", in_bar=False),
)
_KEYS = (
    Key("open", "enter", "enter", "Open", "the model and machine under the cursor, one screen closer"),
    Key(
        "back",
        "escape",
        "esc",
        "Back",
        "out of what is open, else to the screen before; from the first one there is none: empties the filter, then the marks",
        in_bar=False,
    ),
    Key("differ", "d", "d", "Differences", "leave out what is the same everywhere, or no longer"),
    Key("tier", "t", "t", "Tier", "which tiers of sources count: any, 1 alone, or 1 and 2"),
    Key(
        "new_row", "n", "n", "New row", "how to measure this and write it down; copies the command that starts the file"
    ),
    Key("save", "ctrl+s", "ctrl+s", "Save", "write the need to a file, which advisor decide and advisor report read"),
    Key("read", "ctrl+o", "ctrl+o", "Open a need", "open a need.yaml of this folder, or an example"),
    Key("empty", "ctrl+n", "ctrl+n", "Start anew", "empty every line of the need", in_bar=False),
    Key("filter", "slash", "/", "Filter", "which models and machines are shown"),
    Key("shorter", "left_square_bracket", "[", "", "halve the context", in_bar=False),
    Key("longer", "right_square_bracket", "]", "Context", "double the context", bar="[ ]"),
    Key("fewer", "minus", "-", "", "halve the requests at once", in_bar=False),
    Key("more", "equals_sign", "=", "Users", "double the requests at once", bar="- ="),
    Key("runtime", "r", "r", "Runtime", "choose a runtime from a list, or the best of all, which comes first"),
    Key(
        "value",
        "v",
        "v",
        "Value",
        "what the cells show: decode with an empty or a full cache, all requests, prefill, memory, price",
    ),
    Key("sort", "s", "s", "Sort", "order the models by this machine's numbers, by name, or the most measured first"),
    Key(
        "machine",
        "m",
        "m",
        "Machine",
        "choose a machine from a list, of which typing leaves those of that name",
        in_bar=False,
    ),
    Key("mark", "space", "space", "Mark", "the pair under the cursor, or no longer"),
    Key(
        "compare",
        "c",
        "c",
        "Compare",
        "what is marked, side by side; on Decide the machines of the need",
        needs="compare",
    ),
    Key("why", "e", "e", "Why", "this number: inputs, formula, rows behind it"),
    Key("source", "o", "o", "Source", "open the page this comes from; without a browser here, copy its address"),
    Key("copy", "y", "y", "Copy command", "copy the command line that prints what is on the screen"),
    Key(
        "export",
        "x",
        "x",
        "Export",
        "write what is on the screen to a file: table as CSV or Markdown, picture as SVG, a decision also as report",
    ),
    Key("help", "question_mark", "?", "Help", "keys, and what this screen says"),
    Key("quit", "q", "q", "Quit", "leave; the view is remembered", in_bar=False),
)
PALETTE = Key("palette", "ctrl+p", "ctrl+p", "Palette", "find what a key does by name", in_bar=False)
"""Bound by Textual itself."""


def screen_keys() -> tuple[Key, ...]:
    """A key for every screen there is."""
    return tuple(
        Key(f"screen_{entry.name}", entry.key, entry.key, entry.title, entry.says, in_bar=False) for entry in ENTRIES
    )


def keys() -> tuple[Key, ...]:
    """Every key of a screen that is there."""
    names = {entry.name for entry in ENTRIES}
    return tuple(key for key in (*screen_keys(), *_MOVES, *_KEYS) if not key.needs or key.needs in names)


MOVES = frozenset(key.id for key in _MOVES)
EVERYWHERE = frozenset(
    {"back", "filter", "copy", "export", "help", "quit", "shorter", "longer", "fewer", "more", "runtime"}
)
"""What every screen does, beside what its page offers."""
