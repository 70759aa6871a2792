"""Lines folded to a width keep their text below its beginning."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from advisor.present.hanging import folded


def test_what_follows_a_label_stays_beside_it() -> None:
    assert folded("decode   57 tok/s predicted at depth 0", 26) == ["decode   57 tok/s", "         predicted at", "         depth 0"]  # fmt: skip


def test_what_is_indented_stays_indented() -> None:
    assert folded("            58.72 tok/s, 2026-02-05, somebody", 34) == ["            58.72 tok/s,", "            2026-02-05, somebody"]  # fmt: skip


def test_a_sentence_begins_at_the_edge_again() -> None:
    assert folded("confidence LOW: few rows for this hardware", 20) == ["confidence LOW: few", "rows for this", "hardware"]  # fmt: skip


@given(st.text(st.characters(exclude_categories=("Cc", "Zl", "Zp", "Cs")), max_size=200), st.integers(1, 120))
def test_no_part_is_longer_than_the_width_and_no_word_is_lost(line: str, width: int) -> None:
    parts = folded(line, width)
    assert parts
    if len(line) > width:
        assert all(len(part) <= width for part in parts)
        assert "".join("".join(parts).split()) == "".join(line.split())
