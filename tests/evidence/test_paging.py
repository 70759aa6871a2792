"""A model larger than all memory is said to page from disk, with what was measured so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.estimate.footprint import footprint
from advisor.estimate.machine import machine
from advisor.evidence.calibration import Calibration
from advisor.evidence.crosscheck import finding
from advisor.evidence.paging import paged_rows, pages, paging_note
from tests.estimate.small import card, with_host
from tests.evidence.invented import BOX, QUANTS, case, row, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.estimate.case import Case

PAGED = [
    row("slow", hardware="fast", decode_tok_s=1.4, not_for_calibration="the host's memory is smaller than the model: it was paged from disk"),
    row("slower", decode_tok_s=0.9, not_for_calibration="the weights are larger than the memory: the machine pages"),
    row("over-pcie", decode_tok_s=7.7, not_for_calibration="larger than the card's memory: paged over PCIe"),
]  # fmt: skip


def on(hardware: Hardware, *parts: Hardware) -> Case:
    known = {each.id: each for each in (hardware, *parts)}
    return case(machine=machine(hardware, known.__getitem__))


SMALL = card(20 / 1024, "small")
TIGHT = on(with_host(SMALL, 30 / 1024), SMALL)


def test_the_note_names_what_was_measured_so() -> None:
    found = paging_note(world(PAGED), TIGHT, footprint(TIGHT, QUANTS.__getitem__))
    assert found
    assert "page from disk" in found.words
    values = dict(found.values)
    assert (values["rows"], values["low_tok_s"], values["high_tok_s"]) == (2, 0.9, 1.4)
    assert [each.id for each in paged_rows(world(PAGED), frozenset({"maker"}))] == []


def test_without_rows_it_is_said_all_the_same() -> None:
    found = paging_note(world(), TIGHT, footprint(TIGHT, QUANTS.__getitem__))
    assert found
    assert "rows" not in found.words


@pytest.mark.parametrize(
    ("asked", "so"),
    [
        (TIGHT, True),
        (on(with_host(SMALL, 16), SMALL), False),
        (on(SMALL), False),
        (on(replace(BOX, advertised_gb=30 / 1024)), True),
        (on(BOX), False),
    ],
    ids=["host too small", "host holds it", "host not stated", "unified and too small", "fits"],
)
def test_it_pages_where_all_memory_together_is_too_small(asked: Case, so: bool) -> None:  # noqa: FBT001 - a table's column
    assert pages(asked, footprint(asked, QUANTS.__getitem__)) is so


def test_the_answer_says_it_and_gives_no_speed() -> None:
    found = finding(world(PAGED), Calibration(), TIGHT)
    assert (found.verdict, found.decode) == ("does-not-fit", None)
    assert any("page from disk" in each.words for each in found.notes)


def test_the_shipped_rows_reach_about_one_token_a_second(facts: Facts) -> None:
    speeds = [each.decode_tok_s or 0 for each in paged_rows(facts)]
    assert len(speeds) >= 5
    assert max(speeds) < 2
