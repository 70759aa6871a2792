"""The keys of a batch line: every one is documented, and every one is read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from advisor.cli import batch
from advisor.cli.batch_keys import KEYS
from scripts.generate_docs import ROOT, batch_example

if TYPE_CHECKING:
    from tests.cli.conftest import Advisor

WRONG = {
    "flash_attention": "yes",
    "uncalibrated": 1,
    "exclude_sources": "all",
    "level": 3.0,
    "cached": 2,
    "host_bandwidth": 0,
}


def answer(advisor: Advisor, tmp_path: Path, request: dict[str, object]) -> dict[str, object]:
    path = tmp_path / "requests.jsonl"
    path.write_text(json.dumps(request), encoding="utf-8")
    found = advisor("fit", "--batch", str(path))
    answered: dict[str, object] = json.loads(found.out)
    return answered


def test_the_documented_request_with_every_key_is_answered(advisor: Advisor, tmp_path: Path) -> None:
    found = answer(advisor, tmp_path, batch_example())
    assert found["id"] == batch_example()["id"]
    assert "finding" in found, found


def test_the_page_holds_that_request_and_a_line_for_every_key() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert f"echo '{json.dumps(batch_example())}' | advisor fit --batch -" in page
    assert re.findall(r"^\| `(\w+)` \| .* \| `\{", page, re.MULTILINE) == list(KEYS)


def test_every_key_the_code_reads_is_listed() -> None:
    """Names of keys stand in the code where a request is read: `_whole(request, "context", …)`, `request.get("level")`."""
    code = Path(batch.__file__).read_text(encoding="utf-8")
    read = set(re.findall(r'\brequest, "(\w+)"|\brequest\.get\("(\w+)"', code))
    listed = {first or second for first, second in read}
    together = re.search(r'for name in \(("model".*?)\)\)', code)
    assert together
    assert listed | set(re.findall(r'"(\w+)"', together[1])) == set(KEYS)


@pytest.mark.parametrize("key", [name for name in KEYS if name != "id"])
def test_a_value_that_means_nothing_is_refused_by_the_name_of_its_key(
    key: str, advisor: Advisor, tmp_path: Path
) -> None:
    found = answer(
        advisor, tmp_path, {"model": "gpt-oss-120b", "hw": "spark", "runtime": "llama.cpp", key: WRONG.get(key, [])}
    )
    error = found["error"]
    assert isinstance(error, dict)
    assert error["code"] == "usage"
    assert key in error["message"] or key == "host_bandwidth"
