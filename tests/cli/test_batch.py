"""`advisor fit --batch`: JSON Lines in, JSON Lines out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.cli.asking import SPARK, best, type_in
from tests.present.test_fit import CONTRACT, mismatches

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Advisor

REQUEST: dict[str, Any] = {"model": "gpt-oss-120b", "hw": "spark", "runtime": "llama.cpp"}
FEBRUARY = "llamacpp-benches-b7941"


class Batch(Protocol):
    """Answers these requests; bytes are lines as they are."""

    def __call__(self, *requests: dict[str, Any] | bytes) -> list[dict[str, Any]]: ...


@pytest.fixture
def batch(advisor: Advisor, tmp_path: Path) -> Batch:
    """Runs a batch from a file; only JSON Lines may come out."""

    def ran(*requests: dict[str, Any] | bytes) -> list[dict[str, Any]]:
        path = tmp_path / "requests.jsonl"
        path.write_bytes(b"".join((r if isinstance(r, bytes) else json.dumps(r).encode()) + b"\n" for r in requests))
        answered = advisor("fit", "--batch", str(path))
        assert (answered.code, answered.err) == (0, "")
        return [json.loads(line, parse_constant=pytest.fail) for line in answered.out.splitlines()]

    return ran


def error(answer: dict[str, Any]) -> tuple[str, str]:
    assert set(answer) == {"id", "error"}
    assert set(answer["error"]) == {"code", "message"}
    return answer["error"]["code"], answer["error"]["message"]


def test_a_request_gets_the_best_finding_of_the_same_question(advisor: Advisor, batch: Batch) -> None:
    (answer,) = batch({"model": "gpt-oss-120b", "hw": "spark"})
    assert answer == {"id": None, "finding": best(advisor, *SPARK)}
    assert mismatches(answer["finding"], CONTRACT) == []


def test_conditions_of_the_request_are_those_of_the_command(advisor: Advisor, batch: Batch) -> None:
    conditions = {
        "context": 65536,
        "depth": 32768,
        "concurrency": 2,
        "kv_type": "q8_0",
        "quant": "mxfp4",
        "ubatch": 1024,
        "flash_attention": True,
    }
    (answer,) = batch(REQUEST | conditions)
    asked = best(advisor, *SPARK, "--runtime", "llama.cpp", "--quant", "mxfp4", "--context", "64k", "--depth", "32k", "--concurrency", "2",
                 "--kv-type", "q8_0", "--ubatch", "1024")  # fmt: skip
    assert answer["finding"] == asked


@pytest.mark.parametrize("request_id", ["a", 7, 1.5, None, True, ["x"], {"deep": [1]}, "ä 漢字 \U0001f600"], ids=str)
def test_the_id_is_carried_as_it_is(batch: Batch, request_id: Any) -> None:
    good, bad = batch(REQUEST | {"id": request_id}, {"id": request_id, "model": "no-such-model", "hw": "spark"})
    assert good["id"] == bad["id"] == request_id


def test_half_a_surrogate_pair_is_carried_too(batch: Batch) -> None:
    (answer,) = batch(b'{"id": "\\ud800", "model": "no-such-model", "hw": "spark"}')
    assert answer["id"] == "\ud800"


def test_order_is_kept_and_a_bad_line_stops_nothing(batch: Batch) -> None:
    answers = batch(
        REQUEST | {"id": 1}, b"{not json", REQUEST | {"id": 3, "hw": "no-such-box"}, b"", REQUEST | {"id": 4}
    )
    assert [answer["id"] for answer in answers] == [1, None, 3, 4]
    assert ["finding" in answer for answer in answers] == [True, False, False, True]


BAD_LINES = {
    "broken": b"{not json",
    "a list": b"[1, 2]",
    "a number": b"7",
    "null": b"null",
    "not UTF-8": b'{"model": "\xff\xfe", "hw": "spark"',
    "deep": b"[" * 100_000,
    "huge": b'{"model": "' + b"x" * 1_100_000 + b'", "hw": "spark"}',
    "not a number": b'{"id": NaN, "model": "gpt-oss-120b", "hw": "spark"}',
    "infinite": b'{"context": Infinity, "model": "gpt-oss-120b", "hw": "spark"}',
    "a number of a million digits": b'{"context": ' + b"9" * 900_000 + b"}",
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES.keys())
def test_what_is_no_request_is_a_usage_error(batch: Batch, line: bytes) -> None:
    first, second = batch(line, REQUEST | {"id": "next"})
    code, message = error(first)
    assert code == "usage"
    assert len(message) < 300
    assert second["id"] == "next"
    assert second["finding"]["verdict"] == "fits"


@pytest.mark.parametrize(
    ("fields", "code", "part"),
    [
        ({"modle": "x"}, "usage", "no such field: modle"),
        ({"model": None}, "usage", "model and hw are needed"),
        ({"hw": ""}, "usage", "model and hw are needed"),
        ({"model": ["gpt-oss-120b"]}, "usage", "model: must be text"),
        ({"runtime": 7}, "usage", "runtime: must be text"),
        ({"context": "8k"}, "usage", "context: must be a whole number"),
        ({"context": -5}, "usage", "context: must be a whole number"),
        ({"context": 0}, "usage", "context"),
        ({"context": 1e99}, "usage", "context"),
        ({"context": True}, "usage", "context"),
        ({"depth": 1.5}, "usage", "depth"),
        ({"concurrency": 0}, "usage", "concurrency"),
        ({"concurrency": 10**9}, "usage", "concurrency"),
        ({"kv_type": "f17"}, "usage", "kv_type: must be one of"),
        ({"as_of": "yesterday"}, "usage", "as_of: must be a date"),
        ({"level": 2}, "usage", "level"),
        ({"level": "high"}, "usage", "level"),
        ({"flash_attention": "on"}, "usage", "flash_attention: must be true or false"),
        ({"uncalibrated": 1}, "usage", "uncalibrated: must be true or false"),
        ({"exclude_sources": FEBRUARY}, "usage", "exclude_sources: must be a list"),
        ({"exclude_sources": [1]}, "usage", "exclude_sources: must be a list"),
        ({"model": "gpt-os-120b"}, "unknown-name", "did you mean gpt-oss-120b"),
        ({"hw": "sparkk"}, "unknown-name", "no machine named"),
        ({"quant": "mxfp5"}, "unknown-name", "mxfp4"),
        ({"runtime": "lama.cpp"}, "unknown-name", "llama.cpp"),
        ({"runtime": "llama.cpp@b0"}, "unknown-name", "version"),
        ({"backend": "cudda"}, "unknown-name", "cuda"),
        ({"exclude_sources": ["nobody"]}, "unknown-name", "no source named"),
        (
            {
                "backend": "vulkan",
                "runtime": None,
                "quant": "bf16",
                "model": "llama-3.1-8b",
                "hw": "apple-m3-ultra-512",
            },
            "usage",
            "no runtime loads",
        ),
    ],
    ids=str,
)
def test_a_wrong_field_is_an_error_that_names_it(batch: Batch, fields: dict[str, Any], code: str, part: str) -> None:
    (answer,) = batch(REQUEST | {"id": "x"} | fields)
    assert answer["id"] == "x"
    found, message = error(answer)
    assert found == code
    assert part in message
    assert "\n" not in message


def test_bytes_that_are_no_utf8_are_a_name_nobody_has(batch: Batch) -> None:
    (answer,) = batch(b'{"model": "\xff", "hw": "spark"}')
    assert error(answer)[0] == "unknown-name"


def test_excluded_sources_change_what_is_known_and_shown(batch: Batch) -> None:
    seen, held_out = (answer["finding"] for answer in batch(REQUEST, REQUEST | {"exclude_sources": [FEBRUARY]}))
    assert FEBRUARY in {row["source"] for row in seen["evidence"]}
    assert FEBRUARY not in {row["source"] for row in held_out["evidence"]}
    assert held_out["decode"]["rows"] < seen["decode"]["rows"]
    assert held_out["decode"]["tok_s"] != seen["decode"]["tok_s"]
    residuals = [{row["record"]: row["residual"] for row in finding["evidence"]} for finding in (seen, held_out)]
    common = set(residuals[0]) & set(residuals[1])
    assert common
    assert any(residuals[0][record] != residuals[1][record] for record in common)


def test_a_prediction_that_never_saw_the_row_is_still_near_it(batch: Batch) -> None:
    (answer,) = batch(REQUEST | {"exclude_sources": [FEBRUARY]})
    assert answer["finding"]["decode"]["tok_s"] == pytest.approx(58.72, rel=0.15)


def test_an_uncalibrated_request_gets_the_ceiling_alone(batch: Batch) -> None:
    (answer,) = batch(REQUEST | {"uncalibrated": True})
    decode = answer["finding"]["decode"]
    assert (decode["basis"], decode["tok_s"], decode["low_tok_s"], decode["high_tok_s"]) == (
        "roofline",
        None,
        None,
        None,
    )
    assert decode["ceiling_tok_s"] > 58.72
    assert {row["residual"] for row in answer["finding"]["evidence"]} == {None}
    assert any("no measured row teaches this runtime" in note for note in answer["finding"]["notes"])


def test_a_day_picks_software_and_evidence(batch: Batch) -> None:
    (answer,) = batch(REQUEST | {"as_of": "2025-11-30"})
    assert answer["finding"]["runtime_version"] == "b6989"
    assert max(row["date"] for row in answer["finding"]["evidence"]) <= "2025-11-30"


@pytest.mark.parametrize(
    ("fields", "context"),
    [
        ({}, 8192),
        ({"prompt": 512}, 512),
        ({"prompt": 3000, "output": 1000}, 4000),
        ({"depth": 32768}, 32768),
        ({"context": 100}, 100),
    ],
)
def test_the_context_is_stated_or_follows_from_the_rest(batch: Batch, fields: dict[str, int], context: int) -> None:
    (answer,) = batch(REQUEST | fields)
    assert answer["finding"]["context_tokens"] == context


@pytest.mark.parametrize("fields", [{"context": 100, "depth": 200}, {"context": 100, "prompt": 90, "output": 20}])
def test_a_stated_context_must_hold_what_is_asked(batch: Batch, fields: dict[str, int]) -> None:
    (answer,) = batch(REQUEST | fields)
    assert error(answer)[0] == "usage"


def test_requests_come_from_stdin_too(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, json.dumps(REQUEST | {"id": 1}).encode() + b"\n\xff\n")
    answered = advisor("fit", "--batch", "-")
    assert answered.code == 0
    first, second = map(json.loads, answered.out.splitlines())
    assert first["finding"]["verdict"] == "fits"
    assert error(second)[0] == "usage"


def test_a_file_that_is_not_there_is_a_usage_error(advisor: Advisor, tmp_path: Path) -> None:
    answered = advisor("fit", "--batch", str(tmp_path / "nowhere.jsonl"))
    assert (answered.code, answered.out) == (2, "")
    assert "nowhere.jsonl" in answered.err


def test_no_request_is_no_answer(batch: Batch) -> None:
    assert batch() == []
