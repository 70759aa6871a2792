"""Which formats and runtimes a question covers, and why not the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from advisor.catalog.schema.model import Artifact
from advisor.decide.cases import USUAL_MIXES, Excluded, cases, offered
from advisor.decide.question import Question
from advisor.estimate.case import Case, Demand
from advisor.present.formats import say
from tests.estimate.small import DENSE
from tests.evidence.invented import BOX, COUSIN, OTHER, PAIR, QUANTS, TOOL, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.quant import Quant

USUAL = QUANTS | {
    name: replace(QUANTS[name], usual=True) for name in ("q4_k_m", "q8_0")
} | {"q6_k": replace(QUANTS["q6_k"], usual=True), "fp8": replace(QUANTS["f16"], id="fp8", name="FP8", container="safetensors", containers=(), usual=True)}  # fmt: skip


def published(quant: str, **fields: Any) -> Artifact:
    return Artifact(quant=quant, source="maker", size_gb=1.0, **fields)


def ids(quants: tuple[Quant, ...]) -> list[str]:
    return [quant.id for quant in quants]


def offers(model: Model, *, everything: bool = False) -> list[str]:
    return ids(offered(world(quants=USUAL), model, everything=everything))


def test_a_model_released_plain_offers_the_usual_mixes() -> None:
    assert offers(DENSE) == list(USUAL_MIXES)


def test_a_usual_format_somebody_published_is_offered_too() -> None:
    assert offers(replace(DENSE, artifacts=(published("fp8"), published("dynamic")))) == [*USUAL_MIXES, "fp8"]


def test_a_file_that_only_checks_the_rule_publishes_no_format() -> None:
    assert offers(replace(DENSE, artifacts=(published("fp8", follows_rule=True),))) == list(USUAL_MIXES)


def test_a_model_released_quantised_offers_that_format_and_published_artifacts_only() -> None:
    model = replace(DENSE, released_quant="dynamic", artifacts=(published("fp8"), published("q5_0")))
    assert offers(model) == ["dynamic", "fp8"]
    assert offers(model, everything=True) == ["dynamic", "fp8", "q5_0"]


def test_everything_offers_every_format() -> None:
    assert sorted(offers(DENSE, everything=True)) == sorted(USUAL)


def test_the_shipped_model_released_in_mxfp4_offers_no_mixes(facts: Facts) -> None:
    found = ids(offered(facts, facts.models["gpt-oss-120b"], everything=False))
    assert found[0] == "mxfp4"
    assert not set(found) & set(USUAL_MIXES)


def asked(**fields: Any) -> list[Case | Excluded]:
    """Cases of the small dense model on the box unless the fields say otherwise."""
    more = fields.pop("catalog", {"quants": USUAL})
    usual: dict[str, Any] = {"model": DENSE, "hardware": BOX}
    return list(cases(world(**more), Question(**(usual | fields))))


def test_every_runtime_answers_for_every_format_it_loads() -> None:
    found = [(each.runtime.id, each.quant.id) for each in asked() if isinstance(each, Case)]
    assert found == [(name, mix) for name in ("tool", "cousin") for mix in USUAL_MIXES]


def test_a_runtime_that_was_not_named_and_loads_nothing_is_left_out() -> None:
    assert not [each for each in asked() if isinstance(each, Excluded)]


def test_a_named_runtime_that_loads_nothing_says_so() -> None:
    (found,) = asked(runtime=OTHER, quant=QUANTS["q4_k_m"])
    assert isinstance(found, Excluded)
    assert say(found.reason) == "Other does not load q4_k_m"


def test_a_named_runtime_that_does_not_run_there_says_so() -> None:
    (found,) = asked(hardware=replace(BOX, platform="metal"), runtime=TOOL)
    assert isinstance(found, Excluded)
    assert say(found.reason) == "Tool does not run on box"


def test_a_backend_the_runtime_does_not_have_leaves_it_out() -> None:
    assert asked(backend="vulkan") == []
    assert {each.backend for each in asked(backend="cuda") if isinstance(each, Case)} == {"cuda"}


def test_a_system_is_driven_by_a_backend_of_all_its_devices() -> None:
    found = [each for each in asked(hardware=PAIR) if isinstance(each, Case)]
    assert {each.backend for each in found} == {"cuda"}
    assert {len(each.machine.devices) for each in found} == {2}


def test_a_runtime_whose_memory_nobody_can_predict_is_offered_on_request_only() -> None:
    secret = {"quants": USUAL, "runtimes": {"tool": TOOL, "cousin": replace(COUSIN, refuses_memory="nobody knows")}}
    assert {each.runtime.id for each in asked(catalog=secret) if isinstance(each, Case)} == {"tool"}
    everything = [each for each in asked(catalog=secret, everything=True) if isinstance(each, Case)]
    assert {each.runtime.id for each in everything} == {"tool", "cousin"}


def test_a_format_not_usual_as_gguf_is_a_case_only_when_named() -> None:
    odd = replace(
        QUANTS["f16"],
        id="int4",
        container="safetensors",
        containers=("safetensors", "gguf"),
        rule="published",
        usual=True,
    )
    catalog = {"quants": USUAL | {"int4": odd}}
    model = replace(DENSE, released_quant="int4")
    assert asked(catalog=catalog, model=model, runtime=TOOL, quant=odd)[0].__class__ is Case
    assert [each.__class__ for each in asked(catalog=catalog, model=model, runtime=TOOL)] == [Excluded]


@pytest.mark.parametrize(
    ("fields", "version"),
    [
        ({}, "b100"),
        ({"demand": Demand(as_of="2026-03")}, "b10"),
        ({"demand": Demand(as_of="2025")}, None),
        ({"runtime_version": "b10"}, "b10"),
    ],
)
def test_the_version_is_the_one_named_or_in_force(fields: dict[str, Any], version: str | None) -> None:
    (found,) = asked(runtime=TOOL, quant=QUANTS["f16"], **fields)
    assert isinstance(found, Case)
    assert (found.version.version if found.version else None) == version


def test_a_runtime_that_loads_none_of_the_usual_formats_is_answered_for_with_what_its_converter_makes(
    facts: Facts,
) -> None:
    mac, mlx = facts.hardware["apple-m4-max-128"], facts.runtimes["mlx"]
    found = cases(facts, Question(model=facts.models["qwen3-8b"], hardware=mac, runtime=mlx))
    assert [case.quant.id for case in found if isinstance(case, Case)] == ["mlx-4bit", "mlx-8bit"]
    (refused,) = cases(
        facts, Question(model=facts.models["gpt-oss-120b"], hardware=facts.hardware["rtx-5090"], runtime=mlx)
    )
    assert isinstance(refused, Excluded)
