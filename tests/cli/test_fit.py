"""`advisor fit` over the shipped catalog: what it answers, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.catalog.mini import write_files
from tests.cli.asking import DESKTOP, GIB, LAUNCH, SPARK, best, findings, type_in
from tests.conftest import ROOT
from tests.present.test_fit import CONTRACT, mismatches

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.catalog.contents import Catalog
    from tests.cli.conftest import Advisor

GLM = ("glm-4.7-flash", "--quant", "q8_0", "--hw", DESKTOP, "--context", "112k", "--kv-type", "q8_0")


def test_gpt_oss_on_a_spark_weighs_what_its_file_weighs(advisor: Advisor) -> None:
    found = best(advisor, *SPARK, "--runtime", "llama.cpp")
    assert found["verdict"] == "fits"
    assert found["memory"]["weights_bytes"] == pytest.approx(63.4e9, rel=0.005)


def test_its_cache_at_the_trained_context_is_sized_by_the_kind_of_attention(advisor: Advisor) -> None:
    found = best(advisor, *SPARK, "--runtime", "llama.cpp", "--context", "131072", "--kv-type", "f16")
    assert found["memory"]["kv_cache_bytes"] == pytest.approx(4.53 * GIB, rel=0.01)
    assert found["verdict"] == "fits"


def test_its_speed_is_predicted_as_measured_in_february_2026(advisor: Advisor) -> None:
    found = best(advisor, *SPARK, "--runtime", "llama.cpp")["decode"]
    assert found["tok_s"] == pytest.approx(58.7, rel=0.1)
    assert found["low_tok_s"] < 58.7 < found["high_tok_s"] < found["ceiling_tok_s"]
    assert (found["basis"], found["nearness"]) == ("calibrated", "same hardware")


def test_its_launch_row_is_shown_and_explained_as_older_software(advisor: Advisor) -> None:
    found = best(advisor, *SPARK, "--runtime", "llama.cpp")
    launch = next(row for row in found["evidence"] if row["source"] == LAUNCH and row["decode_tok_s"] == 38.55)
    assert launch["date"] == "2025-10-14"
    assert launch["remark"].startswith("older software: the same case was measured again by 2026-02")
    card = advisor("fit", *SPARK).out
    assert "38.55 tok/s" in card
    assert "older software" in card


def test_the_launch_row_teaches_only_its_own_day(advisor: Advisor) -> None:
    then = best(advisor, *SPARK, "--runtime", "llama.cpp", "--as-of", "2025-10-20")
    launch = next(row for row in then["evidence"] if row["decode_tok_s"] == 38.55 and row["source"] == LAUNCH)
    assert launch["remark"] is None
    assert then["decode"]["tok_s"] < best(advisor, *SPARK, "--runtime", "llama.cpp")["decode"]["tok_s"]
    assert max(row["date"] for row in then["evidence"]) <= "2025-10-20"


def test_gpt_oss_on_two_unequal_cards_goes_partly_to_the_host(advisor: Advisor) -> None:
    found = {each["runtime"]: each for each in findings(advisor, "gpt-oss-120b", "--hw", DESKTOP)}
    assert found["llama.cpp"]["verdict"] == "fits-offloaded"
    assert "--n-cpu-moe" in found["llama.cpp"]["plan"]
    assert found["vllm"]["verdict"] == "unsupported"
    assert "unequal" in found["vllm"]["confidence"]["reason"]


def test_the_card_says_how_much_device_memory_is_short(advisor: Advisor) -> None:
    found = best(advisor, "gpt-oss-120b", "--hw", DESKTOP, "--runtime", "llama.cpp")
    margins = 2 * GIB
    assert found["memory"]["short_bytes"] - margins == pytest.approx(20 * GIB, rel=0.1)
    assert "GiB of free memory short" in advisor("fit", "gpt-oss-120b", "--hw", DESKTOP).out


def test_a_host_of_unstated_speed_gives_no_speed(advisor: Advisor) -> None:
    found = best(advisor, "gpt-oss-120b", "--hw", DESKTOP, "--runtime", "llama.cpp")
    assert found["decode"] is None
    assert any("host memory whose speed is not stated" in note for note in found["notes"])


def test_glm_flash_fits_where_it_was_run(advisor: Advisor) -> None:
    found = best(advisor, *GLM, "--runtime", "llama.cpp")
    assert found["verdict"] == "fits"
    assert 3.07 * GIB <= found["memory"]["kv_cache_bytes"] <= 3.15 * GIB


def test_ollama_of_february_2026_kept_latent_keys_and_values(advisor: Advisor) -> None:
    then = best(advisor, *GLM, "--runtime", "ollama", "--as-of", "2026-02-13")
    assert 5.8 * GIB <= then["memory"]["kv_cache_bytes"] <= 5.95 * GIB


def test_todays_ollama_caches_like_llama_cpp(advisor: Advisor) -> None:
    today, reference = (best(advisor, *GLM, "--runtime", name)["memory"] for name in ("ollama", "llama.cpp"))
    assert today["kv_cache_bytes"] == reference["kv_cache_bytes"]


@pytest.mark.parametrize(
    "arguments",
    [
        SPARK, (*SPARK, "--all"), ("gpt-oss-120b", "--hw", DESKTOP), ("llama-3.1-70b", "--hw", "rtx-3060-12"), (*SPARK, "--context", "1M"),
        (*SPARK, "--concurrency", "8"), ("qwen3-30b-a3b", "qwen3.6-35b-a3b", "--hw", "spark", "--hw", "rtx-5090"),
        ("gpt-oss-120b", "--hw", "2xspark"), (*SPARK, "--kv-type", "q8_0"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_key_of_the_contract_is_there_with_its_type(advisor: Advisor, arguments: tuple[str, ...]) -> None:
    found = findings(advisor, *arguments)
    assert found
    assert [each for finding in found for each in mismatches(finding, CONTRACT)] == []


def test_every_question_has_an_answer_and_the_best_comes_first(advisor: Advisor) -> None:
    models, machines = ("qwen3-30b-a3b", "llama-3.1-8b"), ("spark", "rtx-5090")
    found = findings(advisor, *models, *(word for name in machines for word in ("--hw", name)))
    assert {(each["model"], each["hardware"]) for each in found} == {
        (m, h) for m in models for h in ("dgx-spark", "rtx-5090")
    }
    order = ["fits", "fits-offloaded", "does-not-fit", "unsupported"]
    for model in models:
        for machine in ("dgx-spark", "rtx-5090"):
            places = [
                order.index(each["verdict"]) for each in found if (each["model"], each["hardware"]) == (model, machine)
            ]
            assert places == sorted(places)
            assert len(places) <= 12


def test_all_shows_more(advisor: Advisor) -> None:
    usual, everything = (findings(advisor, "llama-3.1-8b", "--hw", "rtx-5090", *more) for more in ((), ("--all",)))
    assert len(usual) <= 12 < len(everything)


def test_a_model_released_quantised_offers_no_other_mix_unless_named(advisor: Advisor) -> None:
    assert not {each["quant"] for each in findings(advisor, *SPARK)} & {"q4_k_m", "q6_k", "q8_0"}
    assert {each["quant"] for each in findings(advisor, *SPARK, "--quant", "q4_k_m")} == {"q4_k_m"}


@pytest.mark.parametrize("typed", ["GPT-OSS-120B", "openai/gpt-oss-120b", "OpenAI/GPT-OSS-120b"])
def test_a_model_answers_to_its_repository_and_in_any_case(advisor: Advisor, typed: str) -> None:
    assert best(advisor, typed, "--hw", "SPARK", "--quant", "MXFP4")["model"] == "gpt-oss-120b"


def test_tokens_take_binary_units_and_bytes_take_both(advisor: Advisor) -> None:
    assert best(advisor, *SPARK, "--context", "8k")["context_tokens"] == 8192
    kept, free = (
        best(advisor, *SPARK, "--runtime", "llama.cpp", *more)["memory"]["pools"][0]["usable_bytes"]
        for more in (("--reserve", "8G"), ())
    )
    assert free - kept == 8 * 10**9
    resident = best(advisor, *SPARK, "--runtime", "llama.cpp", "--resident", "12Gi")["memory"]["pools"][0][
        "usable_bytes"
    ]
    assert free - resident == 12 * GIB


def test_prompt_and_output_make_the_context(advisor: Advisor) -> None:
    assert best(advisor, *SPARK, "--prompt", "3000", "--output", "1000")["context_tokens"] == 4000


def test_a_depth_alone_makes_room_for_itself(advisor: Advisor) -> None:
    found = best(advisor, *SPARK, "--runtime", "llama.cpp", "--depth", "32k")
    assert found["context_tokens"] == found["decode_at_context"]["depth_tokens"] == 32768
    assert found["decode_at_context"]["tok_s"] < found["decode"]["tok_s"]


def test_a_named_version_answers(advisor: Advisor) -> None:
    assert best(advisor, *SPARK, "--runtime", "llama.cpp@b7941")["runtime_version"] == "b7941"


def test_a_level_sets_the_width_of_the_interval(advisor: Advisor) -> None:
    narrow, wide = (
        best(advisor, *SPARK, "--runtime", "llama.cpp", "--level", level)["decode"] for level in ("0.5", "0.95")
    )
    assert (narrow["interval"], wide["interval"]) == (0.5, 0.95)
    assert wide["low_tok_s"] < narrow["low_tok_s"] < narrow["high_tok_s"] < wide["high_tok_s"]


def test_no_row_of_an_excluded_or_weaker_source_is_evidence(advisor: Advisor, catalog: Catalog) -> None:
    usual = best(advisor, *SPARK, "--runtime", "llama.cpp")
    without = best(advisor, *SPARK, "--runtime", "llama.cpp", "--exclude-sources", f"llamacpp-benches-b7941, {LAUNCH}")
    sources = {row["source"] for row in without["evidence"]}
    assert sources
    assert not sources & {"llamacpp-benches-b7941", LAUNCH}
    assert without["decode"]["rows"] < usual["decode"]["rows"]
    strong = best(advisor, *SPARK, "--runtime", "llama.cpp", "--max-tier", "1")
    assert strong["evidence"]
    assert {catalog.sources[row["source"]].tier for row in strong["evidence"]} <= {0, 1}


def test_a_context_beyond_the_trained_one_gets_memory_only(advisor: Advisor) -> None:
    found = best(advisor, *SPARK, "--runtime", "llama.cpp", "--context", "200k")
    assert found["decode"] is None
    assert found["memory"]["kv_cache_bytes"] > 4.53 * GIB
    assert any("beyond the trained 131,072" in note for note in found["notes"])


@pytest.mark.parametrize(
    "words",
    [
        ("--context", "-5"), ("--context", "1e99"), ("--context", "0"), ("--context", "8.5k"), ("--context", "8KB"), ("--context", "9" * 30),
        ("--context", "2000M"), ("--concurrency", "0"), ("--concurrency", "many"), ("--depth", "-1"), ("--level", "1.5"), ("--kv-type", "f17"),
        ("--reserve", "-8G"), ("--as-of", "yesterday"), ("--as-of", "2026-13"), ("--max-tier", "7"), ("--nonsense",), ("--ubatch", "0"),
        ("--context", "4k", "--depth", "8k"), ("--context", "4k", "--prompt", "4k", "--output", "1"), ("--runtime", "llama.cpp@"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_nonsense_is_a_usage_error(advisor: Advisor, words: tuple[str, ...]) -> None:
    answered = advisor("fit", *SPARK, *words)
    assert (answered.code, answered.out) == (2, "")
    assert answered.err
    assert "Traceback" not in answered.err


@pytest.mark.parametrize(
    "words", [(), ("gpt-oss-120b",), ("--hw", "spark"), ("gpt-oss-120b", "--hw", "0x spark")], ids=" ".join
)
def test_a_question_without_model_or_machine_is_a_usage_error(advisor: Advisor, words: tuple[str, ...]) -> None:
    answered = advisor("fit", *words)
    assert (answered.code, answered.out) == (2, "")


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("gpt-os-120b", "--hw", "spark"), "gpt-oss-120b"),
        (("gpt-oss-120b", "--hw", "dgx-sparc"), "dgx-spark"),
        (("gpt-oss-120b", "--hw", "rtx-4090+rtx-5070-it"), "rtx-5070-ti"),
        ((*SPARK, "--quant", "mxfp5"), "mxfp4"),
        ((*SPARK, "--runtime", "lama.cpp"), "llama.cpp"),
        ((*SPARK, "--runtime", "llama.cpp@b7942"), "b7941"),
        ((*SPARK, "--backend", "cudda"), "cuda"),
        ((*SPARK, "--exclude-sources", "llamacpp-benches-b7942"), "llamacpp-benches-b7941"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_an_unknown_name_suggests_near_ones(advisor: Advisor, words: tuple[str, ...], near: str) -> None:
    answered = advisor("fit", *words)
    assert (answered.code, answered.out) == (4, "")
    assert "did you mean" in answered.err
    assert near in answered.err
    assert len(answered.err.splitlines()) == 1


def test_a_broken_overlay_says_where_and_answers_nothing(advisor: Advisor, tmp_path: Path) -> None:
    mine = write_files(
        tmp_path / "mine", {"sources/mine.yaml": 'title: Mine\ntier: 3\ntier: 4\naccessed: "2026-11-20"\n'}
    )
    answered = advisor("fit", *SPARK, "--catalog", str(mine))
    assert (answered.code, answered.out) == (3, "")
    assert "sources/mine.yaml:3" in answered.err
    assert "Traceback" not in answered.err


def test_a_missing_overlay_is_a_catalog_error(advisor: Advisor, tmp_path: Path) -> None:
    assert advisor("fit", *SPARK, "--catalog", str(tmp_path / "nowhere")).code == 3


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("llama-3.1-70b", "--hw", "rtx-3060-12", "--quant", "q8_0", "--runtime", "llama.cpp"), 1),
        (("gpt-oss-120b", "--hw", DESKTOP, "--runtime", "vllm"), 1),
        (("gpt-oss-120b", "--hw", DESKTOP), 0),
        (("llama-3.1-8b", "llama-3.1-70b", "--hw", "rtx-3060-12", "--quant", "q8_0", "--runtime", "llama.cpp"), 0),
    ],
    ids=["does not fit", "unsupported", "offloaded runs", "one of two fits"],
)
def test_the_exit_code_is_the_answer_only_when_asked_for(advisor: Advisor, words: tuple[str, ...], code: int) -> None:
    assert advisor("fit", *words, "--exit-code").code == code
    assert advisor("fit", *words).code == 0


def test_names_can_be_piped_in(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, b"gpt-oss-20b\n\n  gpt-oss-120b  \n")
    found = findings(advisor, "-", "--hw", "spark", "--runtime", "llama.cpp", "--quant", "mxfp4")
    assert [each["model"] for each in found] == ["gpt-oss-20b", "gpt-oss-120b"]


@pytest.mark.parametrize(("data", "code"), [(b"", 2), (b"\n \n", 2), (b"\xff\xfe\n", 4), (b"no-such-model\n", 4)])
def test_nonsense_piped_in_is_told_like_nonsense_typed(
    advisor: Advisor, monkeypatch: pytest.MonkeyPatch, data: bytes, code: int
) -> None:
    type_in(monkeypatch, data)
    answered = advisor("fit", "-", "--hw", "spark")
    assert (answered.code, answered.out) == (code, "")


def test_one_question_is_a_card_and_several_are_a_table(advisor: Advisor) -> None:
    card = advisor("fit", *SPARK, "--runtime", "llama.cpp").out
    assert "next: advisor evidence gpt-oss-120b --hw dgx-spark" in card
    table = advisor("fit", "gpt-oss-120b", "gpt-oss-20b", "--hw", "spark").out.splitlines()
    assert [line.split()[0] for line in table[1:3]] == ["gpt-oss-120b", "gpt-oss-20b"]


def test_csv_has_a_line_a_finding(advisor: Advisor) -> None:
    lines = list(csv.DictReader(io.StringIO(advisor("fit", *SPARK, "--format", "csv").out)))
    assert len(lines) == len(findings(advisor, *SPARK))
    assert lines[0]["model"] == "gpt-oss-120b"


def test_an_explanation_has_inputs_formula_rows_and_the_command_that_would_measure_it(advisor: Advisor) -> None:
    printed = advisor("fit", *SPARK, "--runtime", "llama.cpp", "--explain").out
    for part in (
        "weights      63.4 GB",
        "KV cache",
        "273 GB/s",
        "layers x",
        "calibrated on",
        "llamacpp-benches",
        "llama-bench -m gpt-oss-120b",
    ):
        assert part in printed


def test_a_terminal_that_cannot_show_a_bar_gets_the_answer_all_the_same(home: Path, advisor: Advisor) -> None:
    assert advisor("fit", *SPARK).code == 0
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ADVISOR_"))}
    environment = kept | {"HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "advisor", "fit", *SPARK]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"gpt-oss-120b" in done.stdout


def test_the_same_question_gets_the_same_bytes(advisor: Advisor) -> None:
    assert advisor("fit", *SPARK, "--json").out == advisor("fit", *SPARK, "--json").out


def test_what_an_overlay_measures_is_evidence_and_teaches(advisor: Advisor, tmp_path: Path) -> None:
    record = {"id": "mine-1", "kind": "decode", "model": "gpt-oss-120b", "quant": "mxfp4", "plain_decode": True, "decode_tok_s": 61.5,
              "conditions": {"runtime": "llama.cpp", "depth_tokens": 0, "concurrency": 1, "date": "2026-09-21"}}  # fmt: skip
    mine = write_files(tmp_path / "mine", {
        "sources/mine.yaml": 'title: Mine\ntier: 0\naccessed: "2026-11-20"\n',
        "benchmarks/dgx-spark/mine.yaml": json.dumps({"rows": [record]}),
    })  # fmt: skip
    found = best(advisor, *SPARK, "--runtime", "llama.cpp", "--catalog", str(mine))
    row = next(each for each in found["evidence"] if each["record"] == "mine-1")
    assert (row["tier"], row["decode_tok_s"]) == (0, 61.5)
    assert any((each["remark"] or "").endswith("2026-09-21") for each in found["evidence"])
    assert found["decode"]["tok_s"] != best(advisor, *SPARK, "--runtime", "llama.cpp")["decode"]["tok_s"]


def test_help_names_every_command(advisor: Advisor) -> None:
    answered = advisor("--help")
    assert answered.code == 0
    for command in ("fit", "show", "list", "evidence", "catalog", "doctor"):
        assert f"\n  {command} " in answered.out
    assert advisor().out == answered.out


def test_an_unknown_command_is_a_usage_error(advisor: Advisor) -> None:
    assert advisor("fitt").code == 2


def test_the_version_is_printed(advisor: Advisor) -> None:
    assert advisor("--version").out.startswith("advisor, version ")


def test_an_interrupted_answer_has_the_exit_code_of_an_interrupt(
    advisor: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted:
        buffer = None

        def __getattribute__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin", Interrupted())
    assert advisor("fit", "-", "--hw", "spark").code == 130


def test_a_reader_that_goes_away_gets_no_complaint(home: Path, advisor: Advisor) -> None:
    assert advisor("fit", *SPARK).code == 0
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ADVISOR_"))}
    environment = kept | {"HOME": str(home), "PYTHONPATH": str(ROOT)}
    ours, theirs = os.pipe()
    os.close(ours)
    command = [sys.executable, "-m", "advisor", "fit", *SPARK, "--json"]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, env=environment, check=False)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("terminal", "width"), [(None, 80), (50, 50), (66, 66), (130, 130)])
def test_the_bar_of_memory_is_as_wide_as_the_terminal_allows(
    advisor: Advisor, monkeypatch: pytest.MonkeyPatch, terminal: int | None, width: int
) -> None:  # fmt: skip
    if terminal:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", str(terminal))
    lines = advisor("fit", "gpt-oss-120b", "--hw", "rtx-4090+rtx-5070-ti").out.splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("["))
    pools = lines[
        first : next(place for place, line in enumerate(lines) if line.startswith(("limits", "device memory")))
    ]
    assert max(map(len, pools)) <= width
    bars = {line.index("]") for line in pools if line.startswith("[")}
    assert len(bars) == 1
    assert " ".join(" ".join(pools).split()).count("usable · ") == 3


def test_the_plan_of_ollama_is_what_a_person_sets(advisor: Advisor) -> None:
    asked = ("fit", "gpt-oss-20b", "--hw", "rtx-4090", "--runtime", "ollama", "--concurrency", "4", "--kv-type", "q8_0")
    printed = advisor(*asked)
    assert "plan     OLLAMA_CONTEXT_LENGTH=8192 OLLAMA_NUM_PARALLEL=4 OLLAMA_KV_CACHE_TYPE=q8_0" in printed.out
    assert "which runs as llama.cpp does with -c 32768 -np 4" in printed.out
    (found,) = json.loads(advisor(*asked, "--json").out)["findings"]
    assert found["environment"] == {
        "OLLAMA_CONTEXT_LENGTH": "8192", "OLLAMA_NUM_PARALLEL": "4", "OLLAMA_KV_CACHE_TYPE": "q8_0",
    }  # fmt: skip
    (other,) = json.loads(
        advisor("fit", "gpt-oss-20b", "--hw", "rtx-4090", "--runtime", "llama.cpp", "--quant", "mxfp4", "--json").out
    )["findings"]
    assert other["environment"] == {}
