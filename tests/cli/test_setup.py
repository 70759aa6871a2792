"""What a person can say of a machine that its name does not: system, memory settings, host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.asking import GIB, best, type_in

if TYPE_CHECKING:
    from tests.cli.conftest import Advisor

OSS = "gpt-oss-120b"
ON_3090 = (OSS, "--hw", "rtx-3090", "--runtime", "llama.cpp")
ON_STRIX = ("--hw", "strix-halo-128", "--runtime", "llama.cpp")


def test_a_host_stated_by_size_and_memory_runs_what_the_card_cannot_hold(advisor: Advisor) -> None:
    assert best(advisor, *ON_3090)["verdict"] == "does-not-fit"
    found = best(advisor, *ON_3090, "--host-memory", "64G", "--host-bandwidth", "ddr4-3600-2ch")
    assert found["verdict"] == "fits-offloaded"
    assert "--n-cpu-moe" in found["plan"]
    assert found["memory"]["pools"][-1]["advertised_bytes"] == 64 * 10**9


def test_a_host_speed_is_the_same_by_name_and_by_number(advisor: Advisor) -> None:
    def ceiling(speed: str) -> float:
        decode = best(advisor, *ON_3090, "--host-memory", "128G", "--host-bandwidth", speed)["decode"]
        return float(decode["ceiling_tok_s"])

    assert ceiling("ddr4-3600-2ch") == ceiling("57.6")
    assert ceiling("ddr5-6000-2ch") > ceiling("57.6")


def test_a_card_named_with_its_memory_has_that_host(advisor: Advisor) -> None:
    found = best(advisor, OSS, "--hw", "rtx-3090+ddr4-3600-2ch", "--runtime", "llama.cpp", "--host-memory", "128G")
    assert [pool["name"] for pool in found["memory"]["pools"]] == ["rtx-3090", "host"]
    assert found["verdict"] == "fits-offloaded"


@pytest.mark.parametrize("runtime", ["llama.cpp", "ollama"])
def test_a_processor_alone_answers_once_its_memory_is_stated(advisor: Advisor, runtime: str) -> None:
    asked = ("gpt-oss-20b", "--hw", "ddr5-6000-2ch", "--runtime", runtime)
    refused = best(advisor, *asked)
    assert refused["verdict"] == "unsupported"
    assert "--host-memory" in refused["confidence"]["reason"]
    found = best(advisor, *asked, "--host-memory", "64G")
    assert (found["verdict"], found["plan"]) == ("fits", None)
    assert found["memory"]["pools"][0]["usable_bytes"] == 64 * 10**9


def test_vllm_on_main_memory_is_refused_for_want_of_a_source(advisor: Advisor) -> None:
    found = best(advisor, "gpt-oss-20b", "--hw", "ddr5-6000-2ch", "--runtime", "vllm", "--host-memory", "64G")
    assert found["verdict"] == "unsupported"
    assert "no source states" in found["confidence"]["reason"]


def test_a_model_too_large_for_the_usual_setting_of_strix_halo_says_which_setting_holds_it(advisor: Advisor) -> None:
    asked = ("glm-4.5-air", "--quant", "q8_0", *ON_STRIX)
    found = best(advisor, *asked)
    assert found["verdict"] == "does-not-fit"
    assert "with ttm.pages_limit=31457280 the GPU has 120.0 GiB: it fits" in found["notes"]
    assert best(advisor, *asked, "--gpu-memory", "120Gi")["verdict"] == "fits"


def test_a_model_that_fits_only_with_a_setting_says_what_happens_without_it(advisor: Advisor) -> None:
    found = best(advisor, OSS, *ON_STRIX, "--resident", "12G")
    assert found["verdict"] == "fits"
    assert "as the machine comes, without a setting, the GPU has 64.0 GiB: it does not fit" in found["notes"]


def test_a_mac_says_what_its_limit_must_be_raised_to(advisor: Advisor) -> None:
    asked = (OSS, "--hw", "apple-m3-max-64", "--runtime", "llama.cpp")
    found = best(advisor, *asked)
    assert found["verdict"] == "does-not-fit"
    (said,) = (text for text in found["notes"] if "iogpu" in text)
    limit = said.split("iogpu.wired_limit_mb=")[1].split(",")[0]
    assert best(advisor, *asked, "--gpu-memory", f"{limit}Mi")["verdict"] == "fits"


def test_the_pool_says_on_whose_word_it_is_that_large(advisor: Advisor) -> None:
    pool = best(advisor, OSS, *ON_STRIX, "--os", "windows")["memory"]["pools"][0]
    assert "Variable Graphics Memory" in pool["basis"]
    assert pool["source"] == "amd-vgm-faq"
    said = advisor("fit", OSS, *ON_STRIX, "--os", "windows", "--explain").out
    assert "source amd-vgm-faq" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("strix-halo-128", "--gpu-memory", "129Gi"), "more than the 128.0 GiB installed"),
        (("rtx-4090+rtx-5070-ti", "--gpu-memory", "20Gi"), "installed in NVIDIA GeForce RTX 5070 Ti"),
        (("rtx-4090", "--gpu-memory", "0"), "more than nothing"),
        (("ddr5-6000-2ch", "--gpu-memory", "20Gi"), "--host-memory"),
        (("rtx-4090", "--host-memory", "0"), "more than nothing"),
        (("rtx-4090", "--os", "macos"), "does not run macOS"),
        (("apple-m3-max-64", "--os", "linux"), "runs macOS only"),
        (("rtx-4090", "--host-bandwidth", "rtx-4090"), "no main memory"),
        (("rtx-4090", "--host-bandwidth", "0"), "not between"),
    ],
)
def test_a_setting_the_machine_cannot_have_is_refused(advisor: Advisor, arguments: tuple[str, ...], said: str) -> None:
    answered = advisor("fit", OSS, "--hw", *arguments)
    assert (answered.code, answered.out) == (2, "")
    assert said in answered.err


def test_a_memory_nobody_knows_is_an_unknown_name(advisor: Advisor) -> None:
    assert advisor("fit", OSS, "--hw", "rtx-4090", "--host-bandwidth", "ddr9").code == 4


def asked_in_batch(advisor: Advisor, monkeypatch: pytest.MonkeyPatch, **request: Any) -> dict[str, Any]:
    type_in(monkeypatch, json.dumps({"model": OSS, "runtime": "llama.cpp", **request}).encode())
    answered: dict[str, Any] = json.loads(advisor("fit", "--batch", "-").out)
    return answered


def test_a_batch_line_can_say_the_same(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    host = asked_in_batch(advisor, monkeypatch, hw="rtx-3090", host_memory=64 * 10**9, host_bandwidth=57.6)
    assert host["finding"]["verdict"] == "fits-offloaded"
    named = asked_in_batch(advisor, monkeypatch, hw="rtx-3090", host_memory=64 * 10**9, host_bandwidth="ddr4-3600-2ch")
    assert named["finding"]["decode"] == host["finding"]["decode"]
    less = asked_in_batch(advisor, monkeypatch, hw="strix-halo-128", gpu_memory=48 * GIB, os="linux")
    assert less["finding"]["verdict"] == "does-not-fit"


@pytest.mark.parametrize("wrong", [{"os": "beos"}, {"gpu_memory": "48G"}, {"host_memory": 0}, {"host_bandwidth": True},
                                   {"host_bandwidth": -1}, {"gpu_memory": 2**40}])  # fmt: skip
def test_a_batch_line_with_a_setting_that_cannot_be_is_an_error_line(
    advisor: Advisor, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    assert asked_in_batch(advisor, monkeypatch, hw="rtx-3090", **wrong)["error"]["code"] == "usage"
