"""What every test may ask for."""

from pathlib import Path

import pytest

from advisor.catalog import find
from advisor.catalog.contents import Catalog
from advisor.catalog.load import load_catalog
from advisor.catalog.schema.model import Model

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The shipped catalog, read from its files once."""
    return load_catalog((ROOT / "catalog",))


@pytest.fixture(scope="session")
def model(catalog: Catalog):
    """Finder of models by any of their names."""

    def named(name: str) -> Model:
        return find.model(catalog, name)

    return named
