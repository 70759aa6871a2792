"""The same text, as wide as before, for terminals that show nothing but ASCII."""

from __future__ import annotations

_TABLE = str.maketrans(
    {
        "░": ".", "▒": ":", "▓": "+", "█": "#", "●": "*", "◐": "~", "○": "o", "·": ".", "–": "-", "−": "-", "✗": "x", "↓": "v",
        "▸": ">", "»": "&", "▾": "v", "↑": "^", "←": "<", "⠒": "-", "◆": "&", "×": "x", "…": "_", "│": "|", "─": "-", "┤": "+", "└": "+", "┈": "-", "┊": "!", "’": "'", "≤": "<", "≥": ">",
        "±": "~", "→": ">", "★": "*", "☆": "+", "✓": "y", "┼": "+", "┴": "+",
    }
)  # fmt: skip


def as_ascii(text: str) -> str:
    """The text with a stand-in for every character that is not ASCII; `?` for those without one of their own."""
    return text.translate(_TABLE).encode("ascii", "replace").decode("ascii")
