"""`--flags`: a runtime's own command line as part of the question."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.asking import DESKTOP, best, findings, type_in

if TYPE_CHECKING:
    from tests.cli.conftest import Advisor


PLAN = ("qwen3-30b-a3b", "--quant", "q4_k_m", "--hw", DESKTOP, "--runtime", "llama.cpp", "--host-memory", "64Gi")


def test_flags_state_what_is_placed_where(advisor: Advisor) -> None:
    found = best(advisor, *PLAN, "--flags", "-c 32768 -np 2 -ngl 99 --n-cpu-moe 20 -ts 24,16 -ctk q8_0 -ctv q8_0")
    assert (found["context_tokens"], found["concurrency"], found["kv_type"]) == (16384, 2, "q8_0")
    assert found["verdict"] == "fits-offloaded"
    assert found["plan"] == "-c 32768 -np 2 -ctk q8_0 -ctv q8_0 -ngl 49 --n-cpu-moe 20 -ts 24,16"


def test_the_plan_of_an_answer_is_a_question_with_the_same_answer(advisor: Advisor) -> None:
    first = best(advisor, "qwen3-235b-a22b", "--quant", "q4_k_m", *PLAN[3:-1], "256Gi", "--context", "32k")
    assert first["verdict"] == "fits-offloaded"
    again = best(advisor, "qwen3-235b-a22b", "--quant", "q4_k_m", *PLAN[3:-1], "256Gi", "--flags", first["plan"])
    used = [
        [pool[name] for name in ("used_bytes", "weights_bytes", "kv_cache_bytes")] for pool in first["memory"]["pools"]
    ]
    assert used == [
        [pool[name] for name in ("used_bytes", "weights_bytes", "kv_cache_bytes")] for pool in again["memory"]["pools"]
    ]
    assert again["plan"] == first["plan"]


def test_flags_name_the_runtime_they_are_of(advisor: Advisor) -> None:
    found = findings(
        advisor, "qwen3-30b-a3b", "--hw", "rtx-5090", "--flags", "--gpu-memory-utilization 0.8 --max-model-len 8192"
    )
    assert {each["runtime"] for each in found} == {"vllm"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--flags", "--frobnicate 3", "--runtime", "llama.cpp"), "no flag --frobnicate"),
        (("--flags", "-ngl 99", "--runtime", "vllm"), "a flag of llama.cpp, not of vLLM"),
        (("--flags", "-ngl 99", "--runtime", "ollama"), "takes no flags"),
        (("--flags", "-c 4096", "--context", "8k"), "--flags say a context of 4096, the question 8192"),
        (("--flags", "-c 4096 -np 2", "--concurrency", "3"), "--flags say a concurrency of 2, the question 3"),
        (("--flags", "-fa on", "--flash-attention", "off"), "--flags say flash attention on, the question off"),
        (("--flags", "-c 4096", "--depth", "8k"), "--depth is longer than --context"),
        (("--kv-type", "q8_0,f16,f16"), "or two, for keys and values"),
    ],
)
def test_flags_that_mean_nothing_here_are_refused(advisor: Advisor, options: tuple[str, ...], words: str) -> None:
    answered = advisor("fit", "qwen3-8b", "--hw", "rtx-4090", *options)
    assert answered.code == 2
    assert words in answered.err


def test_keys_and_values_may_be_kept_in_types_of_their_own(advisor: Advisor) -> None:
    asked = ("qwen3-8b", "--quant", "q4_k_m", "--hw", "rtx-4090", "--runtime", "llama.cpp")
    both, apart, neither = (best(advisor, *asked, "--kv-type", kept) for kept in ("q8_0", "q8_0,f16", "f16"))
    kv = [found["memory"]["kv_cache_bytes"] for found in (both, apart, neither)]
    assert apart["kv_type"] == "q8_0,f16"
    assert 2 * kv[1] == kv[0] + kv[2]


def test_a_batch_line_may_carry_flags(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        {"id": 1, "model": "qwen3-8b", "hw": "rtx-4090", "quant": "q4_k_m", "flags": "-c 16384 -np 4 -ngl 20"},
        {"id": 2, "model": "qwen3-8b", "hw": "rtx-4090", "flags": "-c 16384", "context": 8192},
        {"id": 3, "model": "qwen3-8b", "hw": "rtx-4090", "kv_type": "q8_0,f16", "runtime": "llama.cpp"},
        {"id": 4, "model": "qwen3-8b", "hw": "rtx-4090", "flags": 3},
    ]
    type_in(monkeypatch, "\n".join(map(json.dumps, lines)).encode())
    answered = advisor("fit", "--batch", "-")
    first, second, third, fourth = map(json.loads, answered.out.splitlines())
    assert first["finding"]["context_tokens"] == 4096
    assert first["finding"]["verdict"] == "fits-offloaded"
    assert "-ngl 20" in first["finding"]["plan"]
    assert "--flags say a context of 16384" in second["error"]["message"]
    assert third["finding"]["kv_type"] == "q8_0,f16"
    assert fourth["error"]["message"] == "flags: must be text"


def test_the_plan_for_linked_boxes_is_a_question_with_the_same_answer(advisor: Advisor) -> None:
    asked = ("qwen3-235b-a22b", "--quant", "q4_k_m", "--hw", "2x dgx-spark", "--runtime", "llama.cpp")
    first = best(advisor, *asked)
    again = best(advisor, *asked, "--flags", first["plan"])
    used = [[(pool["name"], pool["used_bytes"]) for pool in found["memory"]["pools"]] for found in (first, again)]
    assert len(used[0]) == 2
    assert used[0] == used[1]
    assert again["plan"] == first["plan"] == "-c 8192 -np 1 -ngl 95"


@pytest.mark.parametrize("layers", ["0", "1", "10", "99"])
def test_linked_boxes_told_how_many_layers_to_hand_out_hold_the_rest_in_the_first(
    advisor: Advisor, layers: str
) -> None:
    answered = advisor("fit", "gemma-3-12b", "--hw", "2x-dgx-spark", "--runtime", "llama.cpp", "--quant", "q8_0", "--flags", f"-ngl {layers}", "--json")  # fmt: skip
    assert (answered.code, answered.err) == (0, "")
    (found,) = json.loads(answered.out)["findings"]
    assert found["verdict"] == "fits"
    assert found["decode"]["tok_s"] > 0


def test_ollama_keeps_keys_and_values_in_the_one_type_its_variable_names(advisor: Advisor) -> None:
    answered = advisor(
        "fit", "llama-3.1-8b", "--hw", "rtx-4090", "--runtime", "ollama", "--kv-type", "q8_0,f16", "--quant", "q4_k_m"
    )
    assert "Ollama keeps keys and values in one type" in answered.out
