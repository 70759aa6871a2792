"""How many machines hold a case: that many do, one fewer does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from advisor.catalog.find import several
from advisor.decide.cases import Excluded, cases
from advisor.decide.fewest_machines import MOST_MACHINES, fewest_machines, links_up
from advisor.decide.question import Question
from advisor.estimate.footprint import CannotRun, footprint
from advisor.estimate.machine import machine

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.estimate.case import Case


def asked(facts: Facts, model: str, hardware: str, runtime: str, quant: str) -> Case:
    question = Question(
        model=facts.models[model], hardware=facts.hardware[hardware], runtime=facts.runtimes[runtime], quant=facts.quants[quant]
    )  # fmt: skip
    (case,) = cases(facts, question)
    assert not isinstance(case, Excluded)
    return case


def verdict(facts: Facts, case: Case, count: int) -> str:
    together = several(facts, case.machine.devices[0].hardware, count)
    spread = replace(case, machine=machine(together, facts.hardware.__getitem__))
    try:
        return footprint(spread, facts.quants.__getitem__).placement.verdict
    except CannotRun:
        return "unsupported"


def fewest(facts: Facts, case: Case) -> int | None:
    found = fewest_machines(facts, case, footprint(case, facts.quants.__getitem__).weights)
    return found.count if found else None


@pytest.mark.parametrize(
    ("model", "hardware", "runtime", "quant", "count"),
    [
        ("qwen3-235b-a22b", "dgx-spark", "llama.cpp", "q4_k_m", 2), ("qwen3-235b-a22b", "dgx-spark", "llama.cpp", "q8_0", 3),
        ("qwen3-235b-a22b", "dgx-spark", "vllm", "fp8", 4), ("qwen3-235b-a22b", "dgx-spark", "vllm", "int4-g128", 2),
        ("llama-3.1-70b", "rtx-4090", "llama.cpp", "q4_k_m", 2), ("llama-3.1-70b", "rtx-3060-12", "llama.cpp", "q4_k_m", 5),
        ("gpt-oss-120b", "rtx-4090", "vllm", "mxfp4", 4), ("llama-3.1-8b", "rtx-4090", "llama.cpp", "q4_k_m", 1),
    ],
)  # fmt: skip
def test_so_many_hold_it_and_fewer_do_not(
    facts: Facts, model: str, hardware: str, runtime: str, quant: str, count: int
) -> None:
    case = asked(facts, model, hardware, runtime, quant)
    assert fewest(facts, case) == count
    assert verdict(facts, case, count) == "fits"
    assert all(verdict(facts, case, fewer) != "fits" for fewer in range(1, count))


def test_a_runtime_that_divides_layers_passes_over_counts_its_heads_do_not_divide_by(facts: Facts) -> None:
    case = asked(facts, "qwen3-235b-a22b", "dgx-spark", "vllm", "fp8")
    assert verdict(facts, case, 3) == "unsupported"


def test_a_machine_made_of_several_is_counted_in_its_devices(facts: Facts) -> None:
    assert fewest(facts, asked(facts, "llama-3.1-70b", "2x-rtx-3090", "llama.cpp", "q8_0")) == 4
    assert fewest(facts, asked(facts, "llama-3.1-8b", "2x-rtx-3090", "llama.cpp", "q4_k_m")) == 1


@pytest.mark.parametrize(
    ("model", "hardware", "runtime", "quant"),
    [
        ("qwen3-235b-a22b", "apple-m4-max-128", "llama.cpp", "q8_0"), ("qwen3-235b-a22b", "dgx-spark", "ollama", "q4_k_m"),
        ("qwen3-235b-a22b", "rtx-4090+rtx-5070-ti", "llama.cpp", "q4_k_m"), ("kimi-k2", "dgx-spark", "vllm", "fp8"),
    ],
    ids=["nothing-links-them", "no-such-runtime", "unequal", "too-large"],
)  # fmt: skip
def test_where_no_number_of_them_is_known_to_hold_it_there_is_none(
    facts: Facts, model: str, hardware: str, runtime: str, quant: str
) -> None:
    case = asked(facts, model, hardware, runtime, quant)
    assert fewest(facts, case) is None


def test_a_rebadged_box_links_up_as_what_it_rebadges(facts: Facts) -> None:
    assert links_up(facts, facts.hardware["asus-gx10"])
    assert not links_up(facts, facts.hardware["strix-halo-128"])
    assert several(facts, facts.hardware["asus-gx10"], 2).id == "2x-dgx-spark"
    assert several(facts, facts.hardware["rtx-4090"], MOST_MACHINES).members[0].count == MOST_MACHINES
