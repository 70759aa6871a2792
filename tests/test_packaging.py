"""What is built finds its catalog, and answers at once from the snapshot it ships."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def hatch(folder: Path, target: str, out: Path) -> Path:
    """Build one target of the project in `folder`; the file built."""
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the sdist, unpacked as an installer would."""
    work = tmp_path_factory.mktemp("package")
    with tarfile.open(hatch(ROOT, "sdist", work / "sdist")) as archive:
        archive.extractall(work / "source", filter="data")
    (source,) = (work / "source").iterdir()
    with zipfile.ZipFile(hatch(source, "wheel", work / "wheel")) as wheel:
        wheel.extractall(work / "site")
    return work / "site"


def ask(installed: Path, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the unpacked package away from the checkout, with a cache folder of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ADVISOR")}
    environment |= {
        "PYTHONPATH": str(installed),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    command = [sys.executable, "-m", "advisor", *arguments]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


def test_a_wheel_built_from_the_sdist_answers_the_main_question(installed: Path, tmp_path: Path) -> None:
    done = ask(installed, tmp_path, "fit", "gpt-oss-120b", "--hw", "spark", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["findings"][0]["verdict"] == "fits"


def test_the_first_question_is_answered_from_the_shipped_snapshot(installed: Path, tmp_path: Path) -> None:
    ask(installed, tmp_path, "fit", "gpt-oss-120b", "--hw", "spark", "--json")
    assert not (tmp_path / "cache").exists()


def test_the_catalog_lies_inside_the_package_only(installed: Path) -> None:
    assert (installed / "advisor" / "catalog" / "data" / "models").is_dir()
    assert {path.name.split("-")[0] for path in installed.iterdir()} == {"advisor", "local_llm_advisor"}


def test_the_examples_come_with_the_package(installed: Path) -> None:
    """`ctrl+o` on the screens offers them."""
    shipped = {path.name for path in (installed / "advisor" / "catalog" / "examples").iterdir()}
    assert shipped == {path.name for path in (ROOT / "examples").glob("*.yaml")}
