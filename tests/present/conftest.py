"""What tests of presentation may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.present.reports import NEEDS, made

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration
    from advisor.present.report_tree import Document


@pytest.fixture(scope="session")
def documents(
    facts: Facts, calibration: Calibration, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Document]:
    """Reports of small needs, by name, made once."""
    return {name: made(facts, calibration, text, tmp_path_factory.mktemp(name)) for name, text in NEEDS.items()}


@pytest.fixture(scope="session", params=NEEDS)
def document(request: pytest.FixtureRequest, documents: Mapping[str, Document]) -> Document:
    """One of them after the other."""
    return documents[request.param]
