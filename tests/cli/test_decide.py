"""`advisor decide` and `advisor gaps` as they are typed."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from advisor.cli.writing import write_whole
from advisor.decide.need_file import read_need
from advisor.errors import Exit, UsageError
from tests.test_start_up import HEAVY, loaded

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from tests.cli.conftest import Advisor, Result

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SPARK_OR_DESKTOP, TEAM = str(EXAMPLES / "spark-or-desktop.yaml"), str(EXAMPLES / "team-of-20.yaml")
WANT = ("--want", "gpt-oss-120b@32k:30")
ASKED = (*WANT, "--have", "rtx-4090+rtx-5070-ti", "--consider", "spark", "--budget", "5000EUR")


ANSWERS: dict[tuple[str, ...], Result] = {}


@pytest.fixture
def answered(advisor: Advisor) -> Advisor:
    """Runs a command line once for all tests that only read its answer."""

    def ran(*arguments: str) -> Result:
        if arguments not in ANSWERS:
            ANSWERS[arguments] = advisor(*arguments)
        return ANSWERS[arguments]

    return ran


def test_the_sentence_comes_first_then_how_sure_then_the_price_it_turns_on(answered: Advisor) -> None:
    found = answered("decide", SPARK_OR_DESKTOP)
    assert (found.code, found.err) == (0, "")
    first, second, third = found.out.splitlines()[:3]
    assert first.startswith("Buy ")
    assert second.startswith("confidence ")
    assert third.startswith("it turns on the price of ")


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.yaml")))
@pytest.mark.parametrize("everything", [(), ("--all",)], ids=["near", "all"])
def test_the_table_of_options_keeps_to_a_hundred_characters(
    answered: Advisor, name: str, everything: tuple[str, ...]
) -> None:
    lines = answered("decide", str(EXAMPLES / name), *everything).out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("options: "))
    table = lines[start + 1 : lines.index("", start)]
    assert len(table) > 2
    assert max(map(len, table)) <= 100
    assert any("★" in line for line in table)


def test_what_is_not_shown_is_counted_and_all_shows_it(answered: Advisor) -> None:
    def options(*more: str) -> int:
        lines = answered("decide", TEAM, *more).out.splitlines()
        start = next(number for number, line in enumerate(lines) if line.startswith("options: "))
        return next(number for number, line in enumerate(lines[start:]) if line.startswith("★ chosen")) - 2

    counted = next(line for line in answered("decide", TEAM).out.splitlines() if "--all shows" in line)
    assert int(counted.split()[0]) == options("--all") - options()


def test_what_is_not_weighed_is_counted_by_reason(answered: Advisor) -> None:
    assert "6 boards that only servers take" in answered("decide", TEAM).out


def test_many_workloads_of_few_options_stand_under_one_another(answered: Advisor) -> None:
    out = answered("decide", SPARK_OR_DESKTOP).out
    assert any(line.startswith("GLM-4.7-Flash at its whole length ") for line in out.splitlines())


def test_json_carries_every_option_with_its_workloads_and_its_dated_price(answered: Advisor) -> None:
    found = answered("decide", SPARK_OR_DESKTOP, "--json")
    document = json.loads(found.out)
    assert (found.code, found.err, document["schema"]) == (0, "", "advisor.decision/1")
    assert document["choice"] in {option["option"] for option in document["options"]}
    assert document["verdict"]["confidence"]["level"] in {"high", "medium", "low"}
    for option in document["options"]:
        assert option["price"] is None or option["price"]["date"]
        for work in option["workloads"]:
            assert work["met_share"] is None or 0 <= work["met_share"] <= 1
            assert (work["record"] is not None) == (work["basis"] == "measured")
    assert all(gap["worth_share"] >= 0 and gap["command"] for gap in document["gaps"])


def test_csv_has_every_option_and_markdown_has_headings(answered: Advisor) -> None:
    rows = list(csv.DictReader(io.StringIO(answered("decide", TEAM, "--format", "csv").out)))
    assert len(rows) > 30
    assert {"option", "price_amount", "load_w", "assistant_tok_s", "missed"} <= set(rows[0])
    page = answered("decide", TEAM, "--format", "markdown").out
    assert "## buy if\n\n- you will run assistant" in page
    assert "\n\n| option" in page


def test_gaps_are_ranked_and_each_has_the_command_that_would_measure_it(answered: Advisor) -> None:
    out = answered("gaps", TEAM).out
    ranks = [
        line.split()[0]
        for line in out.splitlines()
        if line.split()[:1] and line.split()[0] in {"HIGH", "MEDIUM", "LOW"}
    ]
    assert ranks == sorted(ranks, key=["HIGH", "MEDIUM", "LOW"].index)
    assert "llama-batched-bench -m gpt-oss-120b" in out
    document = json.loads(answered("gaps", TEAM, "--json").out)
    assert document["schema"] == "advisor.gaps/1"
    assert [gap["impact"].upper() for gap in document["gaps"]] == ranks


def test_a_need_said_in_options_is_decided(advisor: Advisor) -> None:
    answered = advisor("decide", *ASKED)
    assert answered.code == 0
    assert "gpt-oss-120b@32k" in answered.out
    assert "state its host_bandwidth" in answered.out


def test_exit_code_says_whether_all_that_must_be_done_is(advisor: Advisor) -> None:
    short = (*WANT, "--have", "rtx-4090+rtx-5070-ti", "--consider", "spark", "--budget", "100EUR")
    assert advisor("decide", *ASKED, "--exit-code").code == 0
    assert advisor("decide", *short, "--exit-code").code == Exit.ANSWER_IS_NO
    assert advisor("decide", *short).code == 0


def test_nothing_open_is_an_answer_and_with_exit_code_a_no(advisor: Advisor) -> None:
    closed = (*WANT, "--consider", "spark", "--budget", "100EUR")
    answered = advisor("decide", *closed)
    assert answered.code == 0
    assert answered.out.startswith("Nothing considered keeps to the limits of the need.")
    assert "is over the budget of 100" in answered.out
    assert advisor("decide", *closed, "--exit-code").code == Exit.ANSWER_IS_NO


def test_an_unknown_model_is_an_unknown_name(advisor: Advisor) -> None:
    answered = advisor("decide", "--want", "gpt-os-120b", "--budget", "5000EUR")
    assert (answered.code, answered.out) == (Exit.UNKNOWN_NAME, "")
    assert "gpt-oss-120b" in answered.err


def test_a_bad_file_is_refused_with_the_line_of_every_mistake(advisor: Advisor, tmp_path: Path) -> None:
    path = tmp_path / "need.yaml"
    path.write_text(
        "region: EU\ncurrency: euro\nworkloads:\n- model: gpt-oss-120b\n  context: lots\nlimits: {budget: 5000}\n",
        encoding="utf-8",
    )
    answered = advisor("decide", str(path))
    assert answered.code == Exit.USAGE
    assert f"{path}:2" in answered.err
    assert f"{path}:5" in answered.err


@pytest.mark.parametrize("command", ["decide", "gaps"])
def test_a_file_and_options_together_or_neither_are_refused(advisor: Advisor, command: str) -> None:
    assert advisor(command, SPARK_OR_DESKTOP, *WANT).code == Exit.USAGE
    assert advisor(command).code == Exit.USAGE


def test_what_is_written_reads_back_as_the_same_need(advisor: Advisor, facts: Facts, tmp_path: Path) -> None:
    path = tmp_path / "need.yaml"
    assert advisor("decide", SPARK_OR_DESKTOP, "--write", str(path)).code == 0
    assert read_need(facts, path) == read_need(facts, Path(SPARK_OR_DESKTOP))
    again = advisor("decide", str(path), "--json")
    assert json.loads(again.out) == json.loads(advisor("decide", SPARK_OR_DESKTOP, "--json").out)


def test_what_cannot_be_written_leaves_what_was_there_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "need.yaml"
    path.write_text("before", encoding="utf-8")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="No space left"):
        write_whole(path, "after")
    assert path.read_text(encoding="utf-8") == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["need.yaml"]


def test_a_folder_that_is_not_there_is_a_usage_error(advisor: Advisor, tmp_path: Path) -> None:
    answered = advisor("decide", SPARK_OR_DESKTOP, "--write", str(tmp_path / "none" / "need.yaml"))
    assert answered.code == Exit.USAGE
    assert "cannot be written" in answered.err


def test_a_file_written_may_be_read_by_whoever_may_read_new_files(tmp_path: Path) -> None:
    plain, whole = tmp_path / "plain", tmp_path / "whole"
    plain.write_text("x", encoding="utf-8")
    write_whole(whole, "x")
    assert whole.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("command", ["decide", "gaps"])
def test_help_loads_nothing_heavy(home: Path, facts: Facts, command: str) -> None:
    del facts
    assert not loaded(home, command, "--help") & HEAVY
