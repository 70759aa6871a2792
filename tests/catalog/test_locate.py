"""Where catalogs are found."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from advisor.catalog import locate
from advisor.errors import CatalogError
from tests.catalog.mini import write_catalog

if TYPE_CHECKING:
    from pathlib import Path


def test_checkout_comes_before_the_copy_inside_the_package(tmp_path: Path) -> None:
    package = tmp_path / "advisor"
    inside = write_catalog(package / "catalog" / "data")
    assert locate.shipped(package) == inside
    checkout = write_catalog(tmp_path / "catalog")
    assert locate.shipped(package) == checkout


def test_strangers_catalog_folder_beside_the_package_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "catalog" / "models").mkdir(parents=True)
    inside = write_catalog(tmp_path / "advisor" / "catalog" / "data")
    assert locate.shipped(tmp_path / "advisor") == inside


def test_missing_catalog_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="install advisor again"):
        locate.shipped(tmp_path / "advisor")


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """A shipped catalog, and folders for overlays."""
    write_catalog(tmp_path / "catalog")
    for name in ("data/advisor/catalog", "listed", "also", "named"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "data/advisor/catalog/models").mkdir()
    return {name: tmp_path / name for name in ("advisor", "catalog", "data", "listed", "also", "named")}


def test_overlays_follow_in_order_of_how_closely_they_were_asked_for(places: dict[str, Path]) -> None:
    environ = {
        "XDG_DATA_HOME": str(places["data"]),
        "ADVISOR_CATALOG": f"{places['listed']}{os.pathsep}{places['also']}",
    }
    assert locate.folders([places["named"]], environ, package=places["advisor"]) == (
        places["catalog"],
        places["data"] / "advisor" / "catalog",
        places["listed"],
        places["also"],
        places["named"],
    )


def test_nothing_asked_for_is_the_shipped_catalog_alone(places: dict[str, Path], tmp_path: Path) -> None:
    assert locate.folders((), {"HOME": str(tmp_path / "home")}, package=places["advisor"]) == (places["catalog"],)
    assert locate.folders((), {}, package=places["advisor"]) == (places["catalog"],)


def test_named_folder_that_is_missing_is_an_error(places: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="--catalog: no folder"):
        locate.folders([tmp_path / "gone"], {}, package=places["advisor"])
    with pytest.raises(CatalogError, match="ADVISOR_CATALOG: no folder"):
        locate.folders((), {"ADVISOR_CATALOG": str(tmp_path / "gone")}, package=places["advisor"])


def test_own_catalog_and_cache_follow_the_xdg_folders(places: dict[str, Path], tmp_path: Path) -> None:
    own = tmp_path / "home/.local/share/advisor/catalog"
    own.mkdir(parents=True)
    assert locate.folders((), {"HOME": str(tmp_path / "home")}, package=places["advisor"]) == (places["catalog"],)
    (own / "models").mkdir()
    home = {"HOME": str(tmp_path / "home"), "XDG_DATA_HOME": "relative"}
    assert locate.folders((), home, package=places["advisor"]) == (places["catalog"], own)
    assert locate.cache_folder(home) == tmp_path / "home/.cache/advisor"
    assert locate.cache_folder({"XDG_CACHE_HOME": "/var/tmp/x"}).as_posix() == "/var/tmp/x/advisor"  # type: ignore[union-attr]
    assert locate.cache_folder({}) is None


def test_reading_a_snapshot_imports_neither_pydantic_nor_yaml(tmp_path: Path) -> None:
    folder, cache = write_catalog(tmp_path / "catalog"), tmp_path / "cache"
    code = (
        "import sys; from pathlib import Path; from advisor.catalog import find, snapshot\n"
        "facts = snapshot.open_catalog([Path(sys.argv[1])], cache=Path(sys.argv[2]))\n"
        "assert find.hardware(facts, '2x box').nodes == 2 and find.model(facts, 'owl8').layers\n"
        "assert facts.records_for('owl-8b')\n"
        "print(*sorted({'pydantic', 'yaml', 'numpy', 'difflib', 'click'} & set(sys.modules)))"
    )

    def imported() -> list[str]:
        run = [sys.executable, "-c", code, str(folder), str(cache)]
        return subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()

    assert {"pydantic", "yaml"} <= set(imported())
    assert imported() == []
