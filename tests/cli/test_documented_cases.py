"""Command lines on the page of how estimates work print what the page says they print."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from scripts.generate_docs import ROOT
from tests.cli.asking import best

if TYPE_CHECKING:
    from tests.cli.conftest import Advisor

PAGE = (ROOT / "docs" / "how-estimates-work.md").read_text(encoding="utf-8")
CASES = re.findall(r"^```sh\nadvisor ([^\n]*)\n```\n\n```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_has_the_reference_reports_case() -> None:
    assert any("--context 112k" in command and "44 of 48" in printed for command, printed in CASES)


@pytest.mark.parametrize(("command", "printed"), CASES, ids=[command[-40:] for command, _ in CASES])
def test_a_documented_command_prints_what_the_page_says(advisor: Advisor, command: str, printed: str) -> None:
    answered = advisor(*shlex.split(command))
    assert answered.code == 0, answered.err
    for line in printed.splitlines():
        assert line in answered.out


def test_nothing_else_on_the_cards_leaves_room_for_every_layer(advisor: Advisor) -> None:
    """The other side of the page's assumption."""
    command = next(shlex.split(command) for command, _ in CASES if "--context 112k" in command)
    found = best(advisor, *command[1 : command.index("--resident")])
    assert found["verdict"] == "fits"
    assert any("48 of 48 layers on devices" in note for note in found["notes"])
