"""`advisor fit --curve`, and what prompts and outputs change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.asking import SPARK, best, findings, type_in

if TYPE_CHECKING:
    from tests.cli.conftest import Advisor

LLAMA = (*SPARK, "--runtime", "llama.cpp")
MANY = (*LLAMA, "--concurrency", "16", "--prompt", "3000", "--output", "500")


@pytest.fixture(autouse=True)
def usual_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever terminal the tests run in."""
    monkeypatch.setenv("TERM", "xterm")


def test_every_finding_carries_its_curve_through_both_predictions(advisor: Advisor) -> None:
    for found in findings(advisor, *SPARK, "--depth", "5000"):
        if found["decode"] is None:
            assert found["curve"] == []
            continue
        by_depth = {point["depth_tokens"]: point for point in found["curve"]}
        assert by_depth[0]["tok_s"] == found["decode"]["tok_s"]
        assert by_depth[5000] == found["decode_at_context"]


def test_the_curve_is_drawn_with_measured_rows_and_no_wider_than_a_terminal(advisor: Advisor) -> None:
    printed = advisor("fit", *LLAMA, "--curve").out
    assert "Decode against context: gpt-oss-120b" in printed
    assert "● measured with llama.cpp" in printed
    picture = printed[printed.index("Decode against") : printed.index("tokens in the cache")]
    assert max(map(len, picture.splitlines())) <= 78
    assert "Decode against" not in advisor("fit", *LLAMA).out


def test_pictures_can_be_had_in_plain_characters(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "⠒⠒ predicted" in advisor("fit", *LLAMA, "--curve").out
    assert "** predicted" in advisor("fit", *LLAMA, "--curve", "--glyphs", "ascii").out
    monkeypatch.setenv("TERM", "linux")
    assert "▀▀ predicted" in advisor("fit", *LLAMA, "--curve").out


def test_several_requests_are_drawn_against_one_another(advisor: Advisor) -> None:
    printed = advisor("fit", *MANY, "--curve").out
    assert "Many requests at once: gpt-oss-120b" in printed
    assert "16 asked" in printed
    assert "Many requests at once" not in advisor("fit", *LLAMA, "--curve").out


def test_prompts_and_outputs_are_counted_in_the_sum_and_in_the_first_token(advisor: Advisor) -> None:
    found, bare = best(advisor, *MANY), best(advisor, *LLAMA, "--concurrency", "16", "--context", "3500")
    assert found["context_tokens"] == bare["context_tokens"]
    assert found["aggregate"]["tok_s"] < bare["aggregate"]["tok_s"]
    assert (found["aggregate"]["prompt_tokens"], found["aggregate"]["output_tokens"]) == (3000, 500)
    assert (bare["aggregate"]["prompt_tokens"], bare["aggregate"]["output_tokens"]) == (None, 256)
    assert found["prefill"]["prompt_tokens"] == 3000
    assert found["aggregate"]["wall_s"] > 16 * 3000 / found["prefill"]["tok_s"]
    sweep = found["aggregate"]["sweep"]
    assert [point["tok_s"] for point in sweep if point["requests"] == 16] == [found["aggregate"]["tok_s"]]


def test_a_batch_counts_outputs_as_the_command_line_does(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    request: dict[str, Any] = {
        "model": "gpt-oss-120b",
        "hw": "spark",
        "runtime": "llama.cpp",
        "concurrency": 16,
        "prompt": 3000,
        "output": 500,
    }
    type_in(monkeypatch, json.dumps(request).encode())
    answered = json.loads(advisor("fit", "--batch", "-").out)["finding"]
    typed = best(advisor, *MANY)
    assert answered["aggregate"] == typed["aggregate"]
    assert answered["curve"] == typed["curve"]


def test_watts_come_with_what_was_read_or_what_is_rated(advisor: Advisor) -> None:
    read = best(advisor, "gpt-oss-20b", "--hw", "spark", "--runtime", "vllm")["power"]
    assert read["basis"] == "measured"
    assert {each["of_model"] for each in read["readings"]} == {True}
    assert all(each["sources"] for each in read["readings"])
    rated = best(advisor, "gpt-oss-20b", "--hw", "rtx-5090", "--runtime", "llama.cpp")
    assert (rated["power"]["basis"], rated["power"]["rated_w"]) == ("rated", 575.0)
    assert rated["power"]["most_joules_per_token"] == pytest.approx(575 / rated["decode_at_context"]["tok_s"], abs=0.01)
    assert "power    at most 575 W" in advisor("fit", "gpt-oss-20b", "--hw", "rtx-5090").out


def test_nothing_says_prefill_is_not_predicted_where_it_is(advisor: Advisor) -> None:
    for found in findings(advisor, *SPARK):
        if found["prefill"]["tok_s"] is not None:
            assert not any("prefill" in note for note in found["notes"])
