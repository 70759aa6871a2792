"""Any keys and sizes in any order."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from scripts.tui_fuzz import fuzz
from tests.tui.driving import answers_of

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.catalog.contents import Facts


def test_random_keys_and_sizes_end_without_an_error(facts: Facts, tmp_path: Path) -> None:
    assert fuzz(answers_of(facts), 120, random.Random(7), tmp_path) >= 120
