"""What every test may ask for."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# As `advisor.__main__` does, and before numpy is imported: the arrays here are too small to share between cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from advisor.catalog import find
from advisor.catalog.contents import Catalog, Facts
from advisor.catalog.load import load_catalog
from advisor.catalog.schema.model import Model
from advisor.catalog.snapshot import open_catalog
from advisor.cli.options import extras
from advisor.evidence.calibration import Calibration

# No test is timed: how long an example takes is the machine's affair. The same examples every time, so that a change and not
# luck is what fails; `--hypothesis-profile=search` looks further.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("steady")

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes what was printed over the golden files, to be read before it is committed."""
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with the golden file of that name."""

    def compare(name: str, text: str) -> None:
        path = ROOT / "tests" / "data" / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), (
            "python -m pytest --update-golden shows the difference in git diff"
        )

    return compare


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The shipped catalog, read from its files once."""
    return load_catalog((ROOT / "catalog",))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder for all commands of the session, so that the snapshot is made once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def facts(home: Path) -> Facts:
    """The shipped catalog as commands see it: out of the snapshot in `home`, with what its rows taught."""
    return open_catalog((ROOT / "catalog",), extras, cache=home / ".cache" / "advisor")


@pytest.fixture(scope="session")
def calibration(facts: Facts) -> Calibration:
    """What the rows of the shipped catalog taught."""
    return Calibration.from_json(facts.extra("calibration"))


@pytest.fixture(scope="session")
def model(catalog: Catalog) -> Callable[[str], Model]:
    """Finder of models by any of their names."""

    def named(name: str) -> Model:
        return find.model(catalog, name)

    return named
