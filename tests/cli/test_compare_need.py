"""`advisor compare` with a need, and the command that the Compare screen copies: both say the same."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from advisor.present.compare_json import document
from advisor.tui import need_files
from advisor.tui.compare_page import compared
from advisor.tui.draft import Draft, with_line
from advisor.tui.view import Asked, View
from tests.cli.asking import DESKTOP, GIB
from tests.tui.driving import answers_of, drive

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from tests.cli.conftest import Advisor

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = str(ROOT / "examples" / "spark-or-desktop.yaml")
MODEL = "gpt-oss-120b"
MARKS = tuple((MODEL, machine) for machine in (DESKTOP, "dgx-spark", "rtx-5090"))
TYPED = Draft(want=f"{MODEL}@32k:30", budget="6000EUR", among="dgx-spark, rtx-5090", own=DESKTOP)
NEED = """\
title: one desktop
region: DE
currency: EUR
tax_percent: 19
owns:
- machine: rtx-4090+rtx-5070-ti
  host_memory_gb: 96
  host_bandwidth: 80
considers:
- machine: dgx-spark
  price: 3333
  price_date: 2026-03-01
- machine: rtx-5090
  condition: used
workloads:
- model: gpt-oss-120b
  context: 32k
  floor_tok_s: 30
"""


@pytest.fixture
def need(facts: Facts, tmp_path: Path) -> Draft:
    """A file that says more than options can."""
    path = tmp_path / "need.yaml"
    path.write_text(NEED, encoding="utf-8")
    return need_files.read(facts, str(path))


def as_json(advisor: Advisor, *arguments: str) -> dict[str, Any]:
    answered = advisor(*arguments, "--json")
    assert (answered.code, answered.err) == (0, ""), answered.err
    found: dict[str, Any] = json.loads(answered.out)
    return found


def copied(facts: Facts, view: View) -> list[str]:
    """The words behind `advisor` that y copies."""
    words = shlex.split(drive(facts, lambda driven: driven.press("y"), view=view).clipboard)
    return words[1:]


def on_the_screen(facts: Facts, view: View) -> Any:
    answers = answers_of(facts)
    found = answers.compared(view, *compared(answers, view))
    return json.loads(json.dumps(document(found, facts.date)))


@pytest.mark.parametrize(("draft", "said"), [
    (Draft(), []), (TYPED, ["--currency", "EUR", "--have", DESKTOP]),
    (replace(TYPED, limits="DE, 2026-03-31"), ["--currency", "EUR", "--region", "DE", "--as-of", "2026-03-31", "--have", DESKTOP]),
    (replace(TYPED, want="gpt-os", own=""), ["--currency", "EUR"]),
])  # fmt: skip
def test_what_is_copied_prints_what_is_shown(facts: Facts, advisor: Advisor, draft: Draft, said: list[str]) -> None:
    view = View(screen="compare", marks=MARKS, draft=draft, asked=Asked(context_tokens=32768))
    words = copied(facts, view)
    assert words[-len(said) :] == said or not said
    assert as_json(advisor, *words) == on_the_screen(facts, view)


def test_with_a_file_it_names_the_file(facts: Facts, advisor: Advisor, need: Draft) -> None:
    """Also where lines were changed that are of no account to a comparison."""
    for draft in (need, with_line(need, "want", f"{MODEL}@32k:55"), replace(need, base=None)):
        view = View(screen="compare", marks=MARKS, draft=draft)
        words = copied(facts, view)
        assert words[-2:] == ["--need", need.path]
        assert as_json(advisor, *words) == on_the_screen(facts, view)


def test_what_no_command_says_is_not_copied_until_it_is_saved(facts: Facts, need: Draft) -> None:
    changed = with_line(need, "limits", "AT")
    app = drive(facts, lambda driven: driven.press("y"), view=View(screen="compare", marks=MARKS, draft=changed))
    assert app.clipboard == ""
    assert any("ctrl+s" in note.message for note in app._notifications)


def test_a_need_names_machines_and_models_where_the_line_does_not(advisor: Advisor) -> None:
    found = as_json(advisor, "compare", "--need", EXAMPLE)
    assert [each["hardware"] for each in found["machines"]] == [DESKTOP, "dgx-spark", "asus-gx10"]
    assert {each["model"] for each in found["cells"]} == {
        "glm-4.7-flash", "qwen3-coder-30b-a3b", MODEL, "qwen3-coder-next", "llama-3.3-70b",
    }  # fmt: skip
    assert found["market"] == {"region": "EU", "currency": "EUR", "condition": "new", "as_of": "2026-03-31"}
    named = as_json(advisor, "compare", "spark", "rtx-5090", "--models", MODEL, "--need", EXAMPLE)
    assert [each["hardware"] for each in named["machines"]] == ["dgx-spark", "rtx-5090"]
    assert {each["model"] for each in named["cells"]} == {MODEL}


def test_a_need_states_each_machine_for_itself(advisor: Advisor, need: Draft) -> None:
    found = as_json(advisor, "compare", "--need", need.path, "--context", "32k")
    desktop, spark, card = found["machines"]
    assert (desktop["owned"], desktop["price"]["mid"], desktop["parts"]) == (True, 0.0, [])
    assert (desktop["host_memory_bytes"], desktop["host_bandwidth_gb_s"]) == (96 * GIB, 80.0)
    assert (spark["owned"], spark["price"]["mid"], spark["host_memory_bytes"]) == (False, 3333.0, None)
    assert [part["what"] for part in card["parts"]] == ["rtx-5090"]
    cell = found["cells"][0]
    alone = as_json(
        advisor, "compare", DESKTOP, "spark", "--models", MODEL, "--context", "32k", "--host-memory", "96Gi", "--host-bandwidth", "80"
    )["cells"][0]  # fmt: skip
    assert (cell["hardware"], cell["verdict"]) == (DESKTOP, "fits-offloaded")
    assert cell["decode"]["predicted"] == alone["decode"]["predicted"]


def test_of_a_machine_one_has_nothing_is_bought(advisor: Advisor) -> None:
    asked = ("compare", DESKTOP, "rtx-5090", "--models", "gpt-oss-20b")
    bought, have = as_json(advisor, *asked), as_json(advisor, *asked, "--have", DESKTOP)
    assert [each["owned"] for each in bought["machines"]] == [False, False]
    assert [each["owned"] for each in have["machines"]] == [True, False]
    assert len(have["machines"][1]["parts"]) == len(bought["machines"][1]["parts"]) - 1
    table = advisor(*asked, "--have", DESKTOP).out
    assert "owned" in next(line for line in table.splitlines() if line.startswith("price USD"))


@pytest.mark.parametrize(("words", "told"), [
    (("--need", EXAMPLE, "--currency", "EUR"), "--currency, which the need says"), (("--need", EXAMPLE, "--host-memory", "64G"), "--host-memory"),
    (("--need", EXAMPLE, "--have", "spark"), "--have"), (("--need", EXAMPLE, "--as-of", "2026-01"), "--as-of"), (("--need", "nowhere.yaml"), "nowhere.yaml"),
    ((), "name two machines"), (("spark", "rtx-5090", "--have", "abacus"), "abacus"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_in_a_line(advisor: Advisor, words: tuple[str, ...], told: str) -> None:
    answered = advisor("compare", *words)
    assert (answered.code, answered.out) in {(2, ""), (4, "")}
    assert told in answered.err
    assert "Traceback" not in answered.err
