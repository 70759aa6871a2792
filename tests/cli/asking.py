"""Questions to `advisor fit` and what of the answer the tests look at."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from tests.cli.conftest import Advisor

GIB = 2**30
SPARK = ("gpt-oss-120b", "--hw", "spark")
DESKTOP = "rtx-4090+rtx-5070-ti"
LAUNCH = "llamacpp-16578"
"""Source of the row measured at launch: 38.55 tok/s."""


def findings(advisor: Advisor, *arguments: str) -> list[dict[str, Any]]:
    """Findings of `advisor fit ARGUMENTS --json`; nothing else may be on stdout or stderr."""
    answered = advisor("fit", *arguments, "--json")
    assert (answered.code, answered.err) == (0, ""), answered.err
    document = json.loads(answered.out)
    assert document["schema"] == "advisor.fit/1"
    found: list[dict[str, Any]] = document["findings"]
    return found


def best(advisor: Advisor, *arguments: str) -> dict[str, Any]:
    """The first of them."""
    return findings(advisor, *arguments)[0]


def type_in(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Put these bytes on stdin."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
